"""Addresses: the admin, the API and its description."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

admin.autodiscover()

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/", include("webhooks.urls")),
    # Browsers ask for it on pages that name no icon, such as the description of the API.
    path("favicon.ico", RedirectView.as_view(url=static("tradeplatform/favicon.svg"))),
]

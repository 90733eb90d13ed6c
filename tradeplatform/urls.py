"""Addresses: the admin, the API and its description."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/", include("webhooks.urls")),
    path("i18n/", include("django.conf.urls.i18n")),  # the admin's language switch
]

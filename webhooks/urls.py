"""Addresses of the API, each with and without a trailing slash: a redirect would lose a POST."""

from django.urls import re_path
from drf_spectacular.views import SpectacularAPIView

from webhooks.docs import ApiDocsView
from webhooks.views import OrderListView, SignalView, UnknownView, WebhookView

urlpatterns = [
    re_path(r"^webhook/?$", WebhookView.as_view(), name="webhook"),
    # Told of in the description of the address above.
    re_path(
        r"^webhook/(?P<path_token>[^/]+)/?$",
        WebhookView.as_view(schema=None),
        name="webhook-by-path",
    ),
    re_path(r"^signals/(?P<signal_id>[^/]+)/?$", SignalView.as_view(), name="signal"),
    re_path(r"^orders/?$", OrderListView.as_view(), name="orders"),
    re_path(r"^schema/?$", SpectacularAPIView.as_view(), name="schema"),
    re_path(r"^docs/?$", ApiDocsView.as_view(), name="docs"),
    re_path(r"", UnknownView.as_view()),
]

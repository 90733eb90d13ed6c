"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from tradeplatform.lib.garbage import set_aside

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradeplatform.settings")

application = get_wsgi_application()
# Django would load the views and the admin while the first alert waits.
get_resolver().url_patterns  # noqa: B018  reading it loads them
set_aside()

"""The Celery application. Settings named CELERY_* in tradeplatform.settings configure it."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradeplatform.settings")

app = Celery("tradeplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_options: Any) -> None:
    """Leave logging as LOGGING in the settings has it; Celery would raise LOG_LEVEL to WARNING."""

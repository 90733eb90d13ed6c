"""The Django project: settings, urls, Celery, system checks, the front page, the supervisor."""

from tradeplatform.celery import app as celery_app

__all__ = ["celery_app"]

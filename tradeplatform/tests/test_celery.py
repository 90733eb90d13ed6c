"""What Celery is kept from doing to the process that it runs in."""

import logging

from tradeplatform.celery import app


def test_a_worker_keeps_the_log_level_of_the_settings() -> None:
    root = logging.getLogger()
    level = root.level

    app.log.setup_logging_subsystem(loglevel="ERROR")  # what `celery worker -l ERROR` calls

    assert root.level == level != logging.ERROR

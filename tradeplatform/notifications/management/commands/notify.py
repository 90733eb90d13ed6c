"""`manage.py notify`: tell people what happened."""

import os
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from tradeplatform.notifications.process import NotifierProcess

# Whatever trades on this machine comes first.
_NICENESS = 10


class Command(BaseCommand):
    """Runs until it is told to stop (SIGTERM, Ctrl-C)."""

    help = "Tell people what happened, on the channels they chose, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        os.nice(_NICENESS)
        NotifierProcess().run(stopped)

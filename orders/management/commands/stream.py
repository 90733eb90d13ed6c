"""`manage.py stream --shard 0`: keep the order streams of a shard's accounts open."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orders.streaming.process import StreamProcess


class Command(BaseCommand):
    """Runs until it is told to stop (SIGTERM, Ctrl-C)."""

    help = "Book what exchanges push about the orders of a shard's accounts, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shard", type=int, required=True, help="0 to SHARDS - 1")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        StreamProcess(options["shard"]).run(stopped)

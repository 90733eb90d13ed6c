"""`manage.py up`: run the whole platform in the foreground until Ctrl-C."""

from django.core.management.base import BaseCommand, CommandError

from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.supervisor.platform import run
from tradeplatform.supervisor.run import StartFailed


class Command(BaseCommand):
    help = "Run the whole platform: services not given, sandbox exchange, web, workers and beat."

    def handle(self, *args: object, **options: object) -> None:
        try:
            run(say=self._say)
        except (ServiceError, StartFailed) as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

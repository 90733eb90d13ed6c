"""The project as a Django app: its commands, templates and checks."""

from django.apps import AppConfig
from django.core.checks import register

from tradeplatform.checks import check_settings


class TradeplatformConfig(AppConfig):
    name = "tradeplatform"

    def ready(self) -> None:
        """Have wrong settings stop every command."""
        register(check_settings)

"""The project as a Django app: its commands, templates and checks."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from tradeplatform.checks import (
    check_deployment,
    check_encryption_keys,
    check_secrets,
    check_settings,
    check_upgrade,
    refuse_guessable_secrets,
)


class TradeplatformConfig(AppConfig):
    name = "tradeplatform"

    def ready(self) -> None:
        """Have guessable secrets stop every process, and wrong settings every command."""
        refuse_guessable_secrets()
        register(check_settings)
        register(check_secrets, Tags.security)
        register(check_deployment, Tags.security, deploy=True)
        register(check_encryption_keys, Tags.database)
        register(check_upgrade, Tags.database)

"""Labels of accounts in the admin. Real money must be unmistakable: LIVE is the only solid red."""

from django.utils.safestring import SafeString

from accounts.exchange.types import Environment
from accounts.models import Account, Health
from tradeplatform.lib.admin_columns import badge

_ENVIRONMENT_COLOURS = {
    Environment.LIVE: "alarm",
    Environment.TESTNET: "warning",
    Environment.SANDBOX: "plain",
}
_HEALTH_COLOURS = {Health.OK: "success", Health.FAILED: "danger", Health.UNCHECKED: "plain"}


def environment_badge(environment: str) -> SafeString:
    """LIVE, TESTNET or SANDBOX."""
    return badge(environment, _ENVIRONMENT_COLOURS[Environment(environment)])


def health_badge(account: Account) -> SafeString:
    """What the last connection check found."""
    return badge(account.get_health_display(), _HEALTH_COLOURS[Health(account.health)])

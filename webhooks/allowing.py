"""The addresses that alerts are taken from: everybody's until a row of the list is switched on."""

from tradeplatform.lib.client_address import is_in_networks
from webhooks.models import AllowedAddress
from webhooks.refusals import Reason, Refused


def refuse_other_addresses(address: str | None) -> None:
    """Raise Refused with ADDRESS_NOT_ALLOWED for an address outside the list, if there is one."""
    allowed = AllowedAddress.objects.filter(is_active=True)
    networks = list(allowed.values_list("network", flat=True))
    if networks and not is_in_networks(address, networks):
        raise Refused(Reason.ADDRESS_NOT_ALLOWED, value=address or "a Unix socket")

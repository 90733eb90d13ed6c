"""The addresses that alerts are taken from: everybody's until a row of the list is switched on."""

from datetime import datetime

from tradeplatform.lib.client_address import is_in_networks
from tradeplatform.lib.compiled_queries import CompiledQuery
from webhooks.models import AllowedAddress, Delivery
from webhooks.refusals import Reason, Refused

_NETWORKS = CompiledQuery(
    lambda: AllowedAddress.objects.filter(is_active=True).values_list("network", flat=True)
)


def refuse_other_addresses(address: str | None) -> None:
    """Raise Refused with ADDRESS_NOT_ALLOWED for an address outside the list, if there is one."""
    networks = _NETWORKS.all()
    if networks and not is_in_networks(address, networks):
        raise Refused(Reason.ADDRESS_NOT_ALLOWED, value=address or "a Unix socket")


def shut_out(*, since: datetime) -> list[str]:
    """From where alerts with a valid token came since then that the list refuses now."""
    networks = _NETWORKS.all()
    if not networks:
        return []
    known = Delivery.objects.filter(received_at__gte=since, sender__isnull=False)
    addresses = known.order_by().values_list("remote_address", flat=True).distinct()
    return sorted(
        address for address in addresses if address and not is_in_networks(address, networks)
    )

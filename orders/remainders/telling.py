"""What checked remainders come to, for people who read it on a terminal."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from accounts.exchange.types import MarketType
from orders.models import Remainder
from orders.remainders.books import Where
from tradeplatform.lib.decimals import plain


@dataclass(slots=True)
class Differences:
    """One account's differences in one type of market: `text` names each key, how much and since
    when; `is_drift` says that one of them holds entries back."""

    text: str = ""
    is_drift: bool = False


def differences(account_ids: Collection[int]) -> dict[Where, Differences]:
    """What the last checks found to differ, by account and type of market."""
    found: defaultdict[Where, Differences] = defaultdict(Differences)
    rows = Remainder.objects.filter(account__in=account_ids, differs_since__isnull=False)
    for row in rows.order_by("key"):
        told = found[row.account_id, MarketType(row.market_type)]
        told.is_drift |= row.drifted_at is not None
        told.text += (", " if told.text else "") + _text(row)
    return dict(found)


def _text(row: Remainder) -> str:
    difference = row.found - row.accepted
    sign = "+" if difference > 0 else ""
    state = "" if row.drifted_at else " (seen once)"
    return f"{row.key} {sign}{plain(difference)}{state}"

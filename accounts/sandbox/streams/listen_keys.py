"""The futures market's listen keys: one per account, good for 60 minutes since last kept alive.

Source: Binance USDS-M futures, "Start / Keepalive / Close User Data Stream". They do not survive a
restart of the exchange.
"""

import secrets
from dataclasses import dataclass

_LIFE_US = 60 * 60 * 1_000_000


@dataclass(slots=True)
class ListenKey:
    """Who may listen with it, and until when (microseconds since the epoch)."""

    text: str
    account: str
    expires_at_us: int


class ListenKeys:
    """Every key that is good."""

    def __init__(self) -> None:
        """No keys."""
        self._by_account: dict[str, ListenKey] = {}

    def issue(self, account: str, *, at_us: int) -> str:
        """The account's key, a new one if it has none, good for another 60 minutes."""
        key = self._by_account.setdefault(
            account, ListenKey(secrets.token_hex(32), account, expires_at_us=0)
        )
        key.expires_at_us = at_us + _LIFE_US
        return key.text

    def extend(self, account: str, *, at_us: int) -> str | None:
        """The account's key, good for another 60 minutes; None when it has none."""
        return self.issue(account, at_us=at_us) if account in self._by_account else None

    def revoke(self, account: str) -> ListenKey | None:
        """Make the account's key worthless and return it."""
        return self._by_account.pop(account, None)

    def account_of(self, text: str) -> str | None:
        """Whose key this is; None when it is not good."""
        return next((key.account for key in self._by_account.values() if key.text == text), None)

    def age(self, *, seconds: int) -> None:
        """Let `seconds` of every key's life pass."""
        for key in self._by_account.values():
            key.expires_at_us -= seconds * 1_000_000

    def expired(self, *, at_us: int) -> list[str]:
        """The accounts whose key has come to its end."""
        return [key.account for key in self._by_account.values() if key.expires_at_us <= at_us]

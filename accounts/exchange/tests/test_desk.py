"""What one loop shares: one market table, one client per login, one session."""

import asyncio
import gc
from dataclasses import replace
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.desk import desk
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import CREDENTIALS, login, reference, ticket, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    Credentials,
    Login,
    NotSent,
    OrderReport,
    OrderTicket,
    OrderType,
    Rejected,
    Side,
)

_MARKET = login("binance").market


async def _client(account: Login) -> Any:
    return await desk().client(account)


async def _table(**how: Any) -> Any:
    return await desk().table(_MARKET, **how)


def test_markets_are_read_once_for_all_who_ask_at_the_same_time(binance: ScriptedVenue) -> None:
    async def ask_together() -> list[Any]:
        return await asyncio.gather(*(gateway.load_market_rules(_MARKET) for _ in range(20)))

    tables = wait(ask_together())

    assert all(table is tables[0] for table in tables)
    assert len(binance.asked("GET", "/api/v3/exchangeInfo")) == 1


def test_all_clients_share_what_is_alike(binance: ScriptedVenue) -> None:
    one = wait(_client(login("binance", account_id=1)))
    other = wait(_client(login("binance", account_id=2)))

    assert one is not other
    assert one.markets is other.markets
    assert one.session is other.session
    assert one.ssl_context is other.ssl_context
    assert one.api is other.api
    assert one.exceptions is other.exceptions
    assert len(binance.requests) == 1


def test_a_login_keeps_its_client_until_its_credentials_change(binance: ScriptedVenue) -> None:
    account = login("binance")
    changed = replace(
        login("binance", credentials=Credentials("new-key", "new-secret")),
        account_id=account.account_id,
    )

    first, again, after = (wait(_client(one)) for one in (account, account, changed))

    assert first is again
    assert (first.apiKey, after.apiKey) == ("our-key", "new-key")


@pytest.mark.scenario(88)
def test_orders_of_many_accounts_at_once_keep_to_their_own_keys_and_answers(
    binance: ScriptedVenue,
) -> None:
    refused = Answer({"code": -2010, "msg": "Market is closed."}, status=400)
    taken = Answer({"symbol": "BTCUSDT", "orderId": 1, "status": "NEW", "executedQty": "0"})
    binance.will_answer("POST", "/api/v3/order", *[refused, taken] * 25, refused)

    async def place_all() -> list[Any]:
        return await asyncio.gather(
            *(gateway.place(*_order_of(number)) for number in range(50)), return_exceptions=True
        )

    outcomes = wait(place_all())

    pairs = {
        (request.headers["X-MBX-APIKEY"], request.fields["newClientOrderId"])
        for request in binance.asked("POST", "/api/v3/order")
    }
    assert pairs == {(f"key{number}", f"ours{number}") for number in range(50)}
    kinds = [type(outcome) for outcome in outcomes]
    assert (kinds.count(OrderReport), kinds.count(Rejected)) == (25, 25)


def _order_of(number: int) -> tuple[Login, OrderTicket]:
    account = login("binance", account_id=number, credentials=Credentials(f"key{number}", "secret"))
    order = ticket(OrderType.MARKET, Side.BUY)
    return account, replace(order, client_order_id=f"ours{number}")


def test_the_hot_path_does_not_decrypt(binance: ScriptedVenue, settings: Any) -> None:
    account = login("binance")
    first = wait(_client(account))
    settings.ENCRYPTION_KEYS = ["a key that decrypts nothing of ours"]

    again = wait(_client(account))

    assert again is first


@pytest.mark.parametrize(
    ("encrypted", "part"),
    [("", "no API key"), ("gAAAAA-not-ours", "ENCRYPTION_KEYS")],
)
def test_credentials_that_cannot_be_used_keep_an_order_from_being_sent(
    binance: ScriptedVenue, encrypted: str, part: str
) -> None:
    account = replace(login("binance"), encrypted_credentials=encrypted)

    with pytest.raises(NotSent) as refusal:
        wait(gateway.fetch_report(account, reference("77")))

    assert refusal.value.code == "BAD_CREDENTIALS"
    assert part in refusal.value.message


def test_a_missing_passphrase_is_noticed_before_anything_is_sent(venue: ScriptedVenue) -> None:
    listings.list_okx_spot(venue)
    account = login("okx", credentials=replace(CREDENTIALS, passphrase=""))

    with pytest.raises(NotSent) as refusal:
        wait(gateway.fetch_report(account, reference("77")))

    assert refusal.value.code == "BAD_CREDENTIALS"
    assert "passphrase" in refusal.value.message


def test_a_table_is_read_again_on_demand_and_reaches_every_client(binance: ScriptedVenue) -> None:
    account = login("binance")
    before = wait(_client(account))
    old_markets = before.markets

    wait(gateway.load_market_rules(_MARKET, reload=True))
    after = wait(_client(account))

    assert after is before
    assert after.markets is not old_markets
    assert len(binance.asked("GET", "/api/v3/exchangeInfo")) == 2


def _age(table: Any) -> None:
    """Let the table's day be over."""
    object.__setattr__(table, "fresh_until", 0.0)


def test_an_old_table_serves_until_the_new_one_is_there(binance: ScriptedVenue) -> None:
    old = wait(_table())
    _age(old)

    async def ask_twice() -> tuple[Any, Any]:
        first = await desk().table(_MARKET)
        while (second := await desk().table(_MARKET)) is first:
            await asyncio.sleep(0)
        return first, second

    first, second = wait(ask_twice())

    assert first is old
    assert second is not old


def test_a_refusal_of_what_the_table_allows_has_it_read_again_once(binance: ScriptedVenue) -> None:
    refused = Answer({"code": -1013, "msg": "Filter failure: LOT_SIZE"}, status=400)
    binance.will_answer("POST", "/api/v3/order", *[refused] * 3)
    before = wait(_table())

    async def place_until_it_is_read() -> list[str]:
        codes = []
        for number in range(3):
            with pytest.raises(Rejected) as refusal:
                await gateway.place(*_order_of(number))
            codes.append(refusal.value.code)
        while await desk().table(_MARKET) is before:
            await asyncio.sleep(0)
        return codes

    codes = wait(place_until_it_is_read())

    assert codes == ["NUMBER_INVALID"] * 3
    assert len(binance.asked("GET", "/api/v3/exchangeInfo")) == 2


def test_a_refusal_for_want_of_money_reads_no_table(binance: ScriptedVenue) -> None:
    text = "Account has insufficient balance for requested action."
    binance.will_answer("POST", "/api/v3/order", Answer({"code": -2010, "msg": text}, status=400))
    before = wait(_table())

    with pytest.raises(Rejected):
        wait(gateway.place(*_order_of(1)))

    assert wait(_table()) is before
    assert len(binance.asked("GET", "/api/v3/exchangeInfo")) == 1


def test_a_failed_refresh_leaves_the_old_table_for_a_while(binance: ScriptedVenue) -> None:
    old = wait(_table())
    _age(old)
    binance.will_answer("GET", "/api/v3/exchangeInfo", Answer("", status=502))

    async def ask_until_it_failed() -> Any:
        while (table := await desk().table(_MARKET)).fresh_until == 0:
            await asyncio.sleep(0)
        return table

    kept = wait(ask_until_it_failed())
    wait(_table())

    assert kept.rules is old.rules
    assert len(binance.asked("GET", "/api/v3/exchangeInfo")) == 2


def test_a_loop_without_a_desk_opens_one_and_closes_it() -> None:
    async def session_of_a_new_desk() -> Any:
        return desk()._session

    session = wait(session_of_a_new_desk())
    is_open = not session.closed
    wait(gateway.close())
    wait(gateway.close())

    assert is_open
    assert session.closed


def test_new_clients_are_kept_from_the_collector_once_their_burst_is_over(
    binance: ScriptedVenue,
) -> None:
    async def burst() -> None:
        await desk().table(_MARKET)
        gc.unfreeze()
        await desk().client(login("binance"))
        while gc.get_freeze_count() == 0:
            await asyncio.sleep(0.01)

    wait(burst())

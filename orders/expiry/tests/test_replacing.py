"""What a replacement needs of the market, and what becomes of the rest without it."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.exchange.types import (
    Book,
    Environment,
    MarketKey,
    MarketType,
)
from accounts.shards import shard_of
from orders.expiry.deciding import Quote
from orders.expiry.quoting import Want, Where, read_quotes
from orders.expiry.replacing import endings, replace
from orders.expiry.tests.rules import (
    beat,
    cancel_by_rule,
    canceled_sale,
    chain,
    chase,
    commit_replacement,
    limit_sell,
    reasons,
    rule_of,
    selling,
    unsettled,
)
from orders.models import Expiry, Feed, Order, Remainder
from orders.sending import Sender
from orders.tests.world import World
from orders.work import Job
from strategies.models import Strategy
from tradeplatform.lib import loop

_MARKET = MarketKey("binance", Environment.SANDBOX, MarketType.SPOT)


@pytest.fixture
def strategy(world: World) -> Strategy:
    return selling(world)


def replace_with(
    world: World, order: Order, quotes: dict[Where, Quote], *, minutes: float = 0
) -> tuple[Job, ...]:
    now = world.now() + timedelta(minutes=minutes)
    return replace(endings(shard_of(order.account_id)), quotes, now=now)


def read(*wants: Want) -> dict[Where, Quote]:
    return loop.call(read_quotes(wants), timeout_seconds=10)


def test_a_rest_waits_for_its_market_and_is_left_after_some_minutes(
    world: World, strategy: Strategy
) -> None:
    order = canceled_sale(world, strategy, action="MARKET")

    early = replace_with(world, order, {}, minutes=4)
    waiting = unsettled()
    late = replace_with(world, order, {}, minutes=6)

    assert (early, waiting, late, unsettled()) == ((), 1, (), 0)
    assert len(chain(order)) == 1
    assert reasons(order)[-1] == (
        "needs a person: rule 1 MARKET: rest 0.5 is left: the exchange's prices could not be read"
    )
    assert chain(order)[0].needs_attention


def test_a_book_that_is_too_thin_just_now_puts_the_rest_back_where_it_was(
    world: World, strategy: Strategy
) -> None:
    chase(strategy)
    (order,) = world.trade(strategy, limit_sell("100200"))
    cancel_by_rule(world, minutes=31)
    known = read(Want(_MARKET, "BTC/USDT"))[_MARKET, "BTC/USDT"]
    thin = Quote(known.rules, book=Book(bids=(), asks=()))

    replace_with(world, order, {(_MARKET, "BTC/USDT"): thin})

    assert chain(order)[1].limit_price == Decimal(100200)


def test_what_several_want_of_a_symbol_is_read_as_one_quote(world: World) -> None:
    world.set_price("BTCUSDT", "100000")

    quotes = read(
        Want(_MARKET, "BTC/USDT", last_price=True),
        Want(_MARKET, "BTC/USDT", book=True),
        Want(_MARKET, "ETH/USDT"),
        Want(_MARKET, "NO/USDT", last_price=True),
    )

    bitcoin, ether = quotes[_MARKET, "BTC/USDT"], quotes[_MARKET, "ETH/USDT"]
    assert set(quotes) == {(_MARKET, "BTC/USDT"), (_MARKET, "ETH/USDT")}
    assert bitcoin.last_price == Decimal(100000)
    assert bitcoin.book is not None
    assert bitcoin.book.asks[0].price == Decimal("100000.01")
    assert (ether.last_price, ether.book) == (None, None)


def test_an_entry_is_not_ordered_again_while_its_coin_has_drifted(
    world: World, strategy: Strategy
) -> None:
    order = canceled_sale(world, strategy, action="MARKET")
    numbers = dict.fromkeys(("accepted", "held", "of_strategies"), Decimal(0))
    seen = {"checked_at": world.now(), "drifted_at": world.now()}
    Remainder.objects.create(
        account=order.account, market_type="SPOT", key="BTC", **numbers, **seen
    )
    quotes = read(Want(_MARKET, "BTC/USDT", last_price=True))

    replace_with(world, order, quotes)

    assert len(chain(order)) == 1
    assert "is left: The account holds another quantity of BTC" in reasons(order)[-1]


def test_the_rest_of_an_entry_waits_until_its_account_is_reconciled(
    world: World, strategy: Strategy
) -> None:
    order = canceled_sale(world, strategy, action="MARKET")
    quotes = read(Want(_MARKET, "BTC/USDT", last_price=True))
    feed, _ = Feed.objects.get_or_create(account=order.account, market_type="SPOT")
    Feed.objects.update(reconciled_at=None)

    replace_with(world, order, quotes)
    waiting = unsettled()
    Feed.objects.filter(pk=feed.pk).update(reconciled_at=world.now())
    replace_with(world, order, quotes)

    assert (waiting, unsettled()) == (1, 0)
    assert len(chain(order)) == 2


def test_a_cancel_of_all_takes_back_what_is_about_to_be_ordered_again(
    world: World, strategy: Strategy
) -> None:
    order = canceled_sale(world, strategy, action="MARKET")

    call_command("cancel_open_orders", all=True, stdout=StringIO(), stderr=StringIO())
    beat(world, minutes=32)

    assert len(chain(order)) == 1
    assert unsettled() == 0


def test_a_replacement_that_waited_too_long_for_its_turn_is_denied_in_its_own_words(
    world: World, strategy: Strategy
) -> None:
    order = canceled_sale(world, strategy, action="MARKET")
    work = commit_replacement(world, order, minutes=31)
    sender = Sender()

    loop.call(sender.carry_out(work, expires_at=world.now()), timeout_seconds=10)
    sender.stop()

    _, late = chain(order)
    assert (late.status, late.error_code) == ("DENIED", "REPLACEMENT_EXPIRED")
    assert late.error_message == (
        "The rest could not be ordered again within a minute; nothing was sent."
    )
    assert len(world.venue_orders()) == 1


def test_what_a_rule_did_keeps_the_words_of_a_rule_that_was_changed_and_deleted(
    world: World, strategy: Strategy
) -> None:
    rule = rule_of(strategy, action="MARKET")
    world.trade(strategy, limit_sell("110000"))
    cancel_by_rule(world, minutes=31)

    strategy.expiry_rules.update(after_seconds=60)
    rule.delete()

    expiry = Expiry.objects.get()
    assert expiry.rule is None
    assert expiry.rule_text == (
        "1. LIMIT orders that open or close: after 30 min → market order for the rest"
    )

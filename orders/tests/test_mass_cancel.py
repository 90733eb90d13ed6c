"""`manage.py cancel_open_orders`, and the clean slate at a worker's start."""

import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.exchange.types import Credentials, Side
from orders import worker
from orders.clean_start import cancel_on_start
from orders.models import Order, OrderEvent
from orders.tests.world import World, cancel_all, limit_buy, market


def run(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("cancel_open_orders", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        return True


def statuses(world: World) -> list[str]:
    return sorted(order["status"] for order in world.venue_orders())


@pytest.mark.complaint(21)
def test_all_open_orders_are_canceled_and_told(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    world.trade(strategy, limit_buy(), limit_buy("80000"))

    printed = run("--all")

    assert statuses(world) == ["CANCELED"] * 4
    assert set(Order.objects.values_list("status", flat=True)) == {"CANCELED"}
    assert printed.count("Canceled") == 4
    reason = "canceled by manage.py cancel_open_orders"
    assert OrderEvent.objects.filter(reason=reason).count() == 4


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (("--strategy", "B"), 2),
        (("--account", "A1"), 2),
        (("--symbol", "ETH/USDT"), 4),
        (("--symbol", "BTCUSDT"), 0),
        (("--strategy", "A", "--account", "A2"), 3),
        (("--account", "A1", "--account", "A2"), 0),
        (("--strategy", "A", "--strategy", "B", "--account", "A2"), 2),
        (("--symbol", "ETH/USDT", "--symbol", "BTC/USDT"), 0),
    ],
)
def test_only_what_was_named_is_canceled(
    world: World, arguments: tuple[str, ...], left: int
) -> None:
    first, second = world.account("A1"), world.account("A2")
    for name in ("A", "B"):
        world.trade(world.strategy(name, first, second), limit_buy())
    ether = world.strategy("ether", second)
    world.trade(ether, limit_buy("3000", symbol="ETH/USDT"))
    world.trade(ether, cancel_all())

    run(*arguments, "--dry-run")
    untouched = statuses(world)
    run(*arguments)

    assert untouched == ["CANCELED", *["NEW"] * 4]
    assert statuses(world).count("NEW") == left


def test_without_a_choice_nothing_is_canceled(world: World) -> None:
    world.trade(world.strategy("A", world.account("A1")), limit_buy())

    with pytest.raises(CommandError, match="Say which"):
        run()

    assert statuses(world) == ["NEW"]


@pytest.mark.parametrize(
    ("option", "good", "told"),
    [
        ("--strategy", "A", "There is no strategy typo."),
        ("--account", "A1", "There is no account typo."),
        ("--symbol", "BTCUSDT", "There was never an order in typo."),
    ],
)
def test_a_name_that_does_not_exist_is_an_error(
    world: World, option: str, good: str, told: str
) -> None:
    world.trade(world.strategy("A", world.account("A1")), limit_buy())

    with pytest.raises(CommandError) as alone:
        run(option, "typo")
    with pytest.raises(CommandError) as beside:
        run(option, good, option, "typo")

    assert (str(alone.value), str(beside.value)) == (told, told)
    assert statuses(world) == ["NEW"]


def test_all_and_a_choice_contradict_each_other(world: World) -> None:
    world.trade(world.strategy("A", world.account("A1")), limit_buy())

    with pytest.raises(CommandError, match="--all means every open order"):
        run("--all", "--strategy", "A")

    assert statuses(world) == ["NEW"]


def test_progress_is_shown_to_who_watches_a_terminal_and_not_written_to_a_file(
    world: World,
) -> None:
    strategy = world.strategy("A", world.account("A1"))
    shown: list[str] = []
    for error_output in (io.StringIO(), Terminal()):
        world.trade(strategy, limit_buy())
        call_command("cancel_open_orders", all=True, stdout=io.StringIO(), stderr=error_output)
        shown.append(error_output.getvalue())

    in_file, on_terminal = shown

    assert in_file == ""
    assert on_terminal.startswith("\r0 of 1 orders have ended\r")
    assert on_terminal.endswith("\r1 of 1 orders have ended\n")


def test_an_order_whose_outcome_is_unknown_is_found_first_and_then_canceled(world: World) -> None:
    signal = world.alert(world.strategy("A", world.account("A1")), limit_buy())
    world.execute(signal)
    world.forget_answers(signal)
    Order.objects.update(outcome_unknown_since=world.now())

    run("--all")

    assert statuses(world) == ["CANCELED"]
    assert Order.objects.get().status == "CANCELED"


def test_an_order_that_was_filled_meanwhile_is_booked_and_told(world: World) -> None:
    strategy = world.strategy("A", world.account("A1"))
    world.trade(strategy, limit_buy())
    world.set_price("BTCUSDT", "89000")

    printed = run("--all")

    assert "already filled" in printed
    assert Order.objects.get().status == "FILLED"


def test_an_end_that_is_not_known_is_an_error(world: World) -> None:
    account = world.account("A1")
    world.trade(world.strategy("A", account), limit_buy())
    account.set_credentials(Credentials(api_key="revoked", secret="revoked"))
    account.save()
    out = io.StringIO()

    with pytest.raises(CommandError, match="The end of 1 of 1 orders is not known yet"):
        call_command("cancel_open_orders", all=True, timeout=0.5, stdout=out, stderr=out)

    assert "not confirmed: cancel failed: BAD_CREDENTIALS" in out.getvalue()
    assert Order.objects.get().status == "PENDING_CANCEL"


def test_nothing_to_cancel_is_no_error(world: World) -> None:
    world.trade(world.strategy("A", world.account("A1")), market(Side.BUY, quantity="0.01"))

    assert run("--all") == "There is no such open order.\n"


def test_a_worker_starts_with_a_clean_slate_where_a_strategy_wants_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.account("A1")
    clean = world.strategy("A", account, cancel_on_start=True)
    world.trade(clean, limit_buy())
    world.trade(world.strategy("B", account), limit_buy())
    monkeypatch.setenv("SHARD", str(account.pk % 2))

    worker.start()
    world.send_due_cancels()

    assert statuses(world) == ["CANCELED", "NEW"]
    assert OrderEvent.objects.filter(reason="canceled at the platform's start").count() == 1


def test_the_setting_wants_it_for_every_strategy(world: World, settings: Settings) -> None:
    account = world.account("A1")
    for name in ("A", "B"):
        world.trade(world.strategy(name, account), limit_buy())
    settings.CANCEL_ON_START = True

    for shard in range(2):
        cancel_on_start(shard, now=world.now())
    world.send_due_cancels()

    assert statuses(world) == ["CANCELED", "CANCELED"]

"""Switches thrown and runs taken to their end, for tests of trading states."""

from datetime import timedelta

from django.contrib.auth.models import User

from accounts.exchange.types import MarketType, Side
from accounts.models import Account
from orders.models import Order
from orders.tests.waiting import wait_for
from orders.tests.world import World, market
from orders.trading.runs import advance_all, begin
from strategies.models import Signal, Strategy, TradingRun
from strategies.switching import Target, Wish
from strategies.trading_states import RunAction, Scope, TradingState

EVERYTHING = Target(Scope.EVERYTHING)


def target_of(row: User | Account | Strategy) -> Target:
    """The row's own switch."""
    scopes = {User: Scope.USER, Account: Scope.ACCOUNT, Strategy: Scope.STRATEGY}
    return Target(scopes[type(row)], row.pk)


def throw(
    world: World,
    state: TradingState,
    *,
    on: User | Account | Strategy | None = None,
    by: User | None = None,
    action: RunAction = RunAction.NONE,
    reason: str = "",
) -> TradingRun:
    """Switch everything, or what `on` names, by a superuser unless told otherwise."""
    target = EVERYTHING if on is None else target_of(on)
    wish = Wish(target=target, state=state, action=action, reason=reason)
    return begin(wish, person=by or root(), now=world.now())


def root() -> User:
    """The superuser of these tests."""
    return User.objects.filter(username="root").first() or User.objects.create_superuser("root")


def work(world: World) -> None:
    """What workers and the beat do once: a step of each run, its cancels and its closes."""
    advance_all()
    world.send_due_cancels()
    for signal in Signal.objects.filter(flatten_run__isnull=False, dispatches__claimed_at=None):
        world.execute(signal)
    world.look_up()


def let_a_minute_pass(world: World) -> None:
    """As if every order, and so a flatten's last try, was a minute old."""
    Order.objects.update(created_at=world.now() - timedelta(minutes=1))


def finish(world: World, run: TradingRun) -> TradingRun:
    """Work until the run has ended; returns it as it is then."""

    def has_ended() -> bool:
        work(world)
        run.refresh_from_db()
        return run.ended_at is not None

    wait_for(has_ended, seconds=30)
    return run


def brief(orders: list[Order]) -> list[tuple[str, str]]:
    """State and error code of each."""
    return [(order.status, order.error_code) for order in orders]


def futures(world: World, *accounts: Account, name: str = "perp", **fields: object) -> Strategy:
    """A strategy that trades contracts."""
    return world.strategy(name, *accounts, market_type=MarketType.FUTURES, **fields)  # type: ignore[arg-type]


def hold(world: World, strategy: Strategy, side: Side, symbol: str = "BTCUSDT") -> None:
    """A tenth of a coin, long or short, on every account."""
    world.trade(strategy, market(side, symbol=symbol, quantity="0.1"))

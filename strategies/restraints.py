"""Read which trading states apply to orders; the order path reads them inside its transactions.

Every statement sees what was committed before it began (READ COMMITTED), so a decision obeys every
switch that was committed before the decision's transaction began.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When

from strategies.models import TradingRun, TradingSwitch
from strategies.trading_states import Restraint, Scope, TradingState
from tradeplatform.lib.compiled_queries import CompiledQuery

# An order of switches.
STRICTEST_FIRST = Case(
    *(When(state=state, then=Value(state.strictness)) for state in TradingState),
    output_field=IntegerField(),
).desc()

_ANY = CompiledQuery(
    lambda: (
        TradingSwitch.objects.exclude(state=TradingState.ACTIVE).order_by().values_list("id")[:1]
    )
)

_Key = tuple[str, int]  # a scope, and the id of the user, account or strategy; 0 for everything


@dataclass(frozen=True, slots=True)
class Restraints:
    """All switches that are not at ACTIVE, by scope and target."""

    by_key: Mapping[_Key, Restraint]

    def on(
        self,
        *,
        owner_id: int,
        account_id: int,
        strategy_id: int,
        flatten_run: TradingRun | None = None,
    ) -> Restraint | None:
        """The strictest that applies to an order of this strategy on this owner's account.

        What a flatten closes passes those that do not stand in its way; see `_passed`.
        """
        if not self.by_key:
            return None
        keys: list[_Key] = [
            (Scope.EVERYTHING, 0),
            (Scope.USER, owner_id),
            (Scope.ACCOUNT, account_id),
            (Scope.STRATEGY, strategy_id),
        ]
        passed = _passed(flatten_run, owner_id)
        found = [self.by_key[key] for key in keys if key in self.by_key and key[0] not in passed]
        return max(found, key=lambda each: each.state.strictness, default=None)


def read_restraints() -> Restraints:
    """One query that finds nothing while all is ACTIVE; the rest costs only where it finds."""
    if not _ANY.all():
        return Restraints({})
    named = _not_active(TradingSwitch.objects.all()).order_by()
    return Restraints({_key(switch): _restraint_of(switch) for switch in named})


def restraints_among(
    switches: QuerySet[TradingSwitch], *, most: int | None = None
) -> list[Restraint]:
    """What these say where they are not at ACTIVE; the strictest first, then the newest."""
    ordered = _not_active(switches).order_by(STRICTEST_FIRST, "-changed_at")
    return [_restraint_of(switch) for switch in ordered[:most]]


def _not_active(switches: QuerySet[TradingSwitch]) -> QuerySet[TradingSwitch]:
    stopping = switches.exclude(state=TradingState.ACTIVE)
    return stopping.prefetch_related("user", "account", "strategy", "person")


def _restraint_of(switch: TradingSwitch) -> Restraint:
    """What the switch says."""
    return Restraint(
        state=TradingState(switch.state),
        scope=Scope(switch.scope),
        target=str(switch),
        person=switch.person.get_username(),
        since=switch.changed_at,
        reason=switch.reason,
    )


def _key(switch: TradingSwitch) -> _Key:
    return switch.scope, switch.user_id or switch.account_id or switch.strategy_id or 0


def _passed(flatten_run: TradingRun | None, owner_id: int) -> frozenset[str]:
    """The scopes whose state does not stop a flatten.

    None does where the person has a say over the account. Elsewhere, which is a strategy's owner
    closing for subscribers, only the strategy's own is passed: who halted an account has frozen it.
    """
    if flatten_run is None:
        return frozenset()
    if flatten_run.person_id == owner_id or flatten_run.person.is_superuser:
        return frozenset(Scope)
    return frozenset({Scope.STRATEGY})

"""A strategy's expiry rules on its page: what it starts with, what is refused, who may edit."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from strategies.admin.expiry import ExpiryRuleForm
from strategies.admin.tests.pages import NO_INLINES, RULE_FORM, STRATEGIES, change
from strategies.expiry_wording import rule_sentence
from strategies.models import ExpiryRule, Strategy
from strategies.tests.rows import make_strategy

pytestmark = pytest.mark.django_db

_STRATEGY = {
    "name": "Test 1",
    "group_name": "test1",
    "market_type": "SPOT",
    "is_active": "on",
    "max_signal_age_seconds": "60",
}


def rule_errors(**fields: str) -> dict[str, list[str]]:
    errors = ExpiryRuleForm({**RULE_FORM, **fields}).errors
    return {name: [str(error) for error in found] for name, found in errors.items()}


def test_a_new_strategy_starts_with_the_default_rules(as_alice: Client, alice: User) -> None:
    as_alice.post(f"{STRATEGIES}add/", {**_STRATEGY, "owner": str(alice.pk), **NO_INLINES})

    strategy = Strategy.objects.get()
    assert [rule_sentence(rule) for rule in strategy.expiry_rules.all()] == [
        "LIMIT sells that open or close: after 30 min → market order for the rest",
        "LIMIT buys that open or close: after 3 h → cancel",
    ]


def test_a_strategy_that_is_saved_again_gets_no_rules(as_alice: Client, alice: User) -> None:
    strategy = make_strategy(alice, "test1")

    answer = as_alice.post(change(STRATEGIES, strategy), {**_STRATEGY, **NO_INLINES})

    assert answer.status_code == 302
    assert strategy.expiry_rules.count() == 0


def test_an_owner_adds_a_rule_on_the_strategys_page(as_alice: Client, alice: User) -> None:
    strategy = make_strategy(alice, "test1")
    posted: dict[str, Any] = {**_STRATEGY, **NO_INLINES, "expiry_rules-TOTAL_FORMS": "1"}
    posted |= {f"expiry_rules-0-{name}": value for name, value in RULE_FORM.items()}

    as_alice.post(change(STRATEGIES, strategy), posted)
    page = as_alice.get(change(STRATEGIES, strategy)).content.decode()

    rule = ExpiryRule.objects.get()
    assert (rule.strategy, rule.after_seconds) == (strategy, 1800)
    assert "LIMIT orders that open or close: after 30 min → cancel" in page


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"after_seconds": ""}, "after_seconds", "Say when the rule acts"),
        ({"order_type": "MARKET"}, "order_type", "Market orders do not wait"),
        ({"order_type": "STOP_LIMIT", "action": "REPRICE"}, "order_type", "REPRICE is for limit"),
        ({"order_type": "STOP_MARKET", "drift_percent": "5"}, "order_type", "no limit price"),
        ({"level_from": "8", "level_to": "6"}, "level_to", "not before the first"),
        ({"action": "REPRICE", "max_replacements": "0"}, "max_replacements", "at least one"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(
    fields: dict[str, str], field: str, message: str
) -> None:
    errors = rule_errors(**fields)

    assert list(errors) == [field]
    assert message in errors[field][0]


def test_keep_without_a_condition_means_always() -> None:
    form = ExpiryRuleForm({**RULE_FORM, "action": "KEEP", "after_seconds": ""})

    assert form.is_valid()
    assert form.instance.after_seconds == 0
    assert rule_sentence(form.instance) == (
        "LIMIT orders that open or close: always → keep; later rules leave it alone"
    )

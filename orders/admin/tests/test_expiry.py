"""What the admin tells of expiry rules: before they are saved, and on an order's page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.admin.tests.scene import ORDERS, Scene
from orders.models import Expiry, Order
from strategies.admin.tests.pages import RULE_FORM, change
from strategies.models import ExpiryRule, Strategy
from strategies.tests.rows import NOON
from tradeplatform.lib.admin_columns import row_link

pytestmark = pytest.mark.django_db


def preview(client: Client, strategy: Strategy, *rules: dict[str, str]) -> Any:
    """Post the strategy's page as it is, with these new rules, to the preview."""
    posted = {"expiry_rules-TOTAL_FORMS": str(len(rules)), "expiry_rules-INITIAL_FORMS": "0"}
    for number, rule in enumerate(rules):
        posted |= {f"expiry_rules-{number}-{name}": value for name, value in rule.items()}
    return client.post(f"{ORDERS}expiry-preview/{strategy.pk}/", posted)


def touched(answer: Any) -> list[list[tuple[str, str]]]:
    """Per rule: the orders by their link, and when their time comes."""
    tables = [shown["table"] for shown in answer.context["previews"]]
    return [[(row[0], str(row[-1])) for row in table["rows"]] if table else [] for table in tables]


def strategy_of(scene: Scene) -> Strategy:
    return scene.subscription.strategy


def names(order: Order, link: str) -> bool:
    return f"/{order.pk}/" in link


def test_a_rule_that_is_not_saved_shows_the_orders_it_means_and_when(
    client: Client, scene: Scene
) -> None:
    old = scene.order(submitted_at=timezone.now() - timedelta(hours=1))
    young = scene.order(submitted_at=timezone.now())
    scene.order(side="SELL")
    scene.order(order_type="MARKET", limit_price=None)
    scene.order(status="PENDING_CANCEL")
    client.force_login(scene.bob)

    answer = preview(client, strategy_of(scene), {**RULE_FORM, "side": "BUY"})

    ((first, second),) = touched(answer)
    assert names(old, first[0])
    assert first[1] == "now"
    assert names(young, second[0])
    assert second[1] != "now"
    assert "LIMIT buys that open or close: after 30 min → cancel" in answer.content.decode()
    assert ExpiryRule.objects.count() == 0


def test_what_hangs_on_the_price_is_said_so(client: Client, scene: Scene) -> None:
    scene.order()
    chase = {
        "action": "REPRICE",
        "after_seconds": "",
        "is_kept_between_levels": "on",
        "level_from": "6",
        "level_to": "8",
    }
    client.force_login(scene.bob)

    answer = preview(client, strategy_of(scene), {**RULE_FORM, **chase})

    (((_, when),),) = touched(answer)
    assert when == "depends on the price"


def test_a_rule_behind_many_other_orders_shows_what_it_means(client: Client, scene: Scene) -> None:
    hours_ago = [timezone.now() - timedelta(hours=hours) for hours in (1, 2)]
    for _ in range(201):
        scene.order(submitted_at=hours_ago[1])
    sale = scene.order(side="SELL", submitted_at=hours_ago[0])
    client.force_login(scene.bob)

    answer = preview(
        client,
        strategy_of(scene),
        {**RULE_FORM, "side": "SELL"},
        {**RULE_FORM, "rank": "2", "side": "BUY"},
    )

    ((shown, _),), buys = touched(answer)
    assert names(sale, shown)
    assert len(buys) == 200
    assert "And 1 more." in answer.content.decode()


def test_what_an_earlier_rule_keeps_is_not_shown_as_touched(client: Client, scene: Scene) -> None:
    old = {"submitted_at": timezone.now() - timedelta(hours=1)}
    scene.order(side="BUY", **old)
    sale = scene.order(side="SELL", **old)
    keep = {**RULE_FORM, "action": "KEEP", "side": "BUY", "after_seconds": "0 s"}
    client.force_login(scene.bob)

    answer = preview(client, strategy_of(scene), keep, {**RULE_FORM, "rank": "2"})

    kept, ((canceled, when),) = touched(answer)
    assert len(kept) == 1
    assert names(sale, canceled)
    assert when == "now"


def test_what_an_earlier_rule_may_keep_by_its_price_is_said_so(
    client: Client, scene: Scene
) -> None:
    scene.order(submitted_at=timezone.now() - timedelta(hours=1))
    keep = {**RULE_FORM, "action": "KEEP", "after_seconds": "", "drift_percent": "1"}
    client.force_login(scene.bob)

    answer = preview(client, strategy_of(scene), keep, {**RULE_FORM, "rank": "2"})

    _, ((_, when),) = touched(answer)
    assert when == "now, unless an earlier rule keeps it"


def test_rules_that_are_switched_off_or_deleted_touch_nothing(client: Client, scene: Scene) -> None:
    scene.order()
    client.force_login(scene.bob)

    answer = preview(
        client, strategy_of(scene), {**RULE_FORM, "is_active": ""}, {**RULE_FORM, "DELETE": "on"}
    )

    assert touched(answer) == []
    assert "There is no active rule." in answer.content.decode()


def test_a_rule_that_cannot_be_saved_shows_why(client: Client, scene: Scene) -> None:
    client.force_login(scene.bob)

    answer = preview(
        client,
        strategy_of(scene),
        {**RULE_FORM, "after_seconds": ""},
        {**RULE_FORM, "rank": "2", "level_from": "0"},
    )

    assert answer.context["errors"] == [
        "Rule 1, After: Say when the rule acts: after a time, at a price distance, or when the "
        "limit price is no longer between its levels.",
        "Rule 2, First level: Ensure this value is greater than or equal to 1.",
    ]


def test_a_strategy_of_somebody_else_has_no_preview(client: Client, scene: Scene) -> None:
    for user in (scene.alice, scene.carol):
        client.force_login(user)

        answer = preview(client, strategy_of(scene), RULE_FORM)

        assert answer.status_code == 404


def test_a_preview_is_not_read_by_a_link(client: Client, scene: Scene) -> None:
    client.force_login(scene.bob)

    answer = client.get(f"{ORDERS}expiry-preview/{strategy_of(scene).pk}/")

    assert answer.status_code == 405


def test_an_order_shows_what_rules_did_and_its_replacements(client: Client, scene: Scene) -> None:
    parent = scene.order(status="CANCELED", closed_at=NOON)
    child = scene.order(
        intent_index=parent.intent_index, attempt=1, parent=parent, order_type="MARKET"
    )
    Expiry.objects.create(
        order=parent,
        rule_text="LIMIT sells that open or close: after 30 min → market order for the rest",
        action="MARKET",
        started_at=NOON,
        settled_at=NOON + timedelta(seconds=5),
    )
    client.force_login(scene.alice)

    page = client.get(change(ORDERS, parent)).content.decode()

    assert "after 30 min → market order for the rest" in page
    assert f"1: {child.client_order_id}" in page
    assert f"Replaced by {row_link(child)}" in page


def test_the_list_says_which_order_has_replaced_one(client: Client, scene: Scene) -> None:
    parent = scene.order(status="CANCELED", closed_at=NOON)
    child = scene.order(intent_index=parent.intent_index, attempt=1, parent=parent)
    client.force_login(scene.alice)

    page = client.get(ORDERS).content.decode()

    assert page.count("Replaced by") == 1
    assert f"Replaced by {row_link(child)}" in page


def test_the_strategys_page_offers_the_preview_right_below_the_rules(
    client: Client, scene: Scene
) -> None:
    client.force_login(scene.bob)

    page = client.get(f"/admin/strategies/strategy/{strategy_of(scene).pk}/change/")

    text = page.content.decode()
    button = text.index(f"{ORDERS}expiry-preview/{strategy_of(scene).pk}/")
    assert text.index("expiry_rules-heading") < button < text.index("subscriptions-heading")

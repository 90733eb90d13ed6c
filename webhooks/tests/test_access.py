"""Whose alerts may act on which strategy."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from orders.models import Dispatch
from strategies.models import Signal
from webhooks.models import Delivery
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import make_account, make_strategy, person, subscribe

pytestmark = pytest.mark.django_db


def refusal(response: Any) -> tuple[int, dict[str, str]]:
    """Status and body without the delivery's id, after checking that nothing is to be executed."""
    body = response.json()
    assert not Signal.objects.exists()
    assert not Dispatch.objects.exists()
    assert Delivery.objects.get(pk=body.pop("delivery_id")).error_code == body["error_code"]
    return response.status_code, body


TOKEN_INVALID = (
    401,
    {"error_code": "TOKEN_INVALID", "error": "The token is missing or not valid."},
)
STRATEGY_NOT_FOUND = (
    404,
    {
        "error_code": "STRATEGY_NOT_FOUND",
        "error": "There is no active strategy of that group_name for this token.",
        "field": "group_name",
    },
)


def test_the_owners_token_is_enough_for_a_private_strategy(desk: Desk) -> None:
    response = desk.post()

    signal = Signal.objects.get()
    assert response.status_code == 202
    assert (signal.sender, signal.strategy) == (desk.owner, desk.strategy)


@pytest.mark.parametrize(
    "token", [None, "", "wrong", "tpw_" + "x" * 43, 5, True, {"a": "b"}, ["x"], "ｔpw_"]
)
def test_every_way_of_having_no_valid_token_looks_the_same(desk: Desk, token: object) -> None:
    response = desk.send(desk.alert() | {"token": token})

    assert refusal(response) == TOKEN_INVALID
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_body_without_the_field_looks_the_same_too(desk: Desk) -> None:
    assert refusal(desk.post(token=None)) == TOKEN_INVALID


def test_without_a_token_nobody_learns_of_fields_or_strategies(desk: Desk) -> None:
    response = desk.post(token="wrong", group_name="nope", side="{{side}}", price="abc")

    assert refusal(response) == TOKEN_INVALID


def test_a_revoked_token_and_a_user_who_is_switched_off_are_refused(desk: Desk) -> None:
    User.objects.update(is_active=False)

    assert refusal(desk.post()) == TOKEN_INVALID


def test_an_unknown_strategy_is_not_found(desk: Desk) -> None:
    assert refusal(desk.post(group_name="nope")) == STRATEGY_NOT_FOUND


def test_an_inactive_strategy_is_not_found(desk: Desk) -> None:
    make_strategy(desk.owner, "asleep", is_active=False)

    assert refusal(desk.post(group_name="asleep")) == STRATEGY_NOT_FOUND


@pytest.mark.parametrize("is_public", [True, False])
def test_somebody_elses_strategy_is_not_found_without_a_subscription(
    desk: Desk, is_public: bool
) -> None:
    _, token = person("stranger")
    make_strategy(desk.owner, "other", is_public=is_public)

    assert refusal(desk.post(group_name="other", token=token)) == STRATEGY_NOT_FOUND


def test_a_subscribers_token_opens_a_public_strategy_in_the_subscribers_name(desk: Desk) -> None:
    subscriber, token = person("subscriber")
    public = make_strategy(desk.owner, "public", is_public=True)
    subscribe(public, make_account(subscriber, "A1"))

    response = desk.post(group_name="public", token=token)

    assert response.status_code == 202
    assert Signal.objects.get().sender == subscriber


def test_a_strategy_made_private_again_is_lost_to_its_subscribers(desk: Desk) -> None:
    subscriber, token = person("subscriber")
    subscribe(desk.strategy, make_account(subscriber, "A1"))

    assert refusal(desk.post(token=token)) == STRATEGY_NOT_FOUND


@pytest.mark.parametrize("group_name", ["전략A", "Test.1-a_b"])
def test_strategies_are_named_exactly(desk: Desk, group_name: str) -> None:
    make_strategy(desk.owner, group_name)

    assert desk.post(group_name=group_name).status_code == 202
    assert desk.post(group_name=f"{group_name}x").status_code == 404


def test_a_strategy_in_another_case_is_named_to_whoever_may_use_it(desk: Desk) -> None:
    _, strangers_token = person("stranger")
    name = desk.strategy.group_name

    own = desk.post(group_name=name.upper())
    strangers = desk.post(group_name=name.upper(), token=strangers_token)

    assert own.status_code == 404
    assert own.json()["error_code"] == "STRATEGY_MISSPELT"
    assert f"but there is {name}: upper and lower case count." in own.json()["error"]
    assert refusal(strangers) == STRATEGY_NOT_FOUND


def test_a_missing_group_name_is_a_refusal_of_its_own(desk: Desk) -> None:
    status, body = refusal(desk.post(group_name=None))

    assert (status, body["error_code"], body["field"]) == (400, "FIELD_MISSING", "group_name")


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_token_in_the_path_replaces_the_bodys(desk: Desk, slash: str) -> None:
    in_path = desk.send(desk.alert(token=None), path=f"/api/webhook/{desk.token}{slash}")
    beats_body = desk.send(desk.alert(token="wrong"), path=f"/api/webhook/{desk.token}{slash}")

    assert (in_path.status_code, beats_body.status_code) == (202, 202)


@pytest.mark.parametrize("header", ["Bearer {}", "bearer  {} "])
def test_a_token_in_the_header_replaces_the_bodys(desk: Desk, header: str) -> None:
    headers = {"Authorization": header.format(desk.token)}

    in_header = desk.send(desk.alert(token=None), **headers)
    beats_body = desk.send(desk.alert(token="wrong"), **headers)

    assert (in_header.status_code, beats_body.status_code) == (202, 202)


def test_a_token_in_the_path_replaces_the_headers(desk: Desk) -> None:
    wrong = {"Authorization": "Bearer wrong"}

    not_mended = desk.send(desk.alert(), **wrong)
    in_path = desk.send(desk.alert(token=None), path=f"/api/webhook/{desk.token}", **wrong)

    assert (not_mended.status_code, in_path.status_code) == (401, 202)


def test_a_header_of_another_scheme_tells_no_token(desk: Desk) -> None:
    assert desk.send(desk.alert(), Authorization="Basic dXNlcjpwYXNz").status_code == 202


def test_a_wrong_token_in_the_path_is_not_mended_by_the_bodys(desk: Desk) -> None:
    assert refusal(desk.send(desk.alert(), path="/api/webhook/wrong")) == TOKEN_INVALID

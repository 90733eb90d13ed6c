"""The ids under which venues know our orders."""

import time_machine

from orders.client_order_id import is_ours, new_client_order_id
from strategies.tests.rows import NOON


def test_ids_are_fresh_and_ours() -> None:
    ids = {new_client_order_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(is_ours(each) and len(each) == 26 for each in ids)


def test_ids_of_one_second_are_neighbours() -> None:
    with time_machine.travel(NOON, tick=False):
        one, other = new_client_order_id(), new_client_order_id()

    assert one[:10] == other[:10] == "tp6b0187c0"

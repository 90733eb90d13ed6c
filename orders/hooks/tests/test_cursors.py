"""A cursor over a table whose ids are committed out of order skips no row and tells none twice."""

from hypothesis import given
from hypothesis import strategies as st

from orders.hooks.cursors import Cursor, from_json, starting_at


def test_nothing_of_the_past_is_told() -> None:
    assert starting_at(7) == Cursor(floor=7, mark=7)


def test_told_rows_are_remembered_until_the_floor_passes_them() -> None:
    cursor = Cursor(floor=10, mark=20).told(15).told(23)

    raised = cursor.raised(newest=30)

    assert raised == Cursor(floor=20, mark=30, seen=frozenset({23}))


@given(st.integers(0), st.integers(0), st.frozensets(st.integers(0)))
def test_a_cursor_is_read_back_as_it_was_stored(
    floor: int, mark: int, seen: frozenset[int]
) -> None:
    cursor = Cursor(floor, mark, seen)

    assert from_json(cursor.to_json()) == cursor


@given(st.permutations(range(1, 9)), st.data())
def test_rows_committed_in_any_order_are_each_told_once(
    commits: list[int], data: st.DataObject
) -> None:
    cursor, told, visible = starting_at(0), [], set[int]()

    for row_id in commits:
        visible.add(row_id)
        for found in sorted(visible - cursor.seen):
            if found > cursor.floor:
                told.append(found)
                cursor = cursor.told(found)
        # The floor rises only to what can have no late committer below it.
        is_complete = all(lower in visible for lower in range(1, cursor.mark + 1))
        if is_complete and data.draw(st.booleans()):
            cursor = cursor.raised(newest=max(visible))

    assert sorted(told) == list(range(1, 9))

"""Messages out of notices."""

from tradeplatform.notifications.events import Event
from tradeplatform.notifications.wording import Composed, Line, compose


def fills(count: int) -> list[Line]:
    return [Line(event=Event.FILL, text=f"fill {number}") for number in range(1, count + 1)]


def refusals(count: int) -> list[Line]:
    return [Line(event=Event.REFUSED, text=f"refusal {number}") for number in range(1, count + 1)]


def test_one_notice_is_told_in_its_own_words() -> None:
    assert compose(fills(1)) == Composed(title="tradeplatform: 1 fill", text="fill 1")


def test_up_to_ten_are_told_one_by_one_in_order_of_time() -> None:
    told = compose([*fills(2), *refusals(1), *fills(1)])

    assert told.title == "tradeplatform: 3 fills, 1 refused order"
    assert told.text.splitlines() == ["fill 1", "fill 2", "refusal 1", "fill 1"]


def test_a_storm_is_counted() -> None:
    told = compose([*fills(2), *refusals(10_000)])

    assert told.title == "tradeplatform: 2 fills, 10000 refused orders"
    assert told.text.splitlines() == [
        "2 fills:",
        "fill 1",
        "fill 2",
        "10000 refused orders:",
        "refusal 1",
        "… 9998 more …",
        "refusal 10000",
    ]


def test_the_longest_message_fits_into_discord() -> None:
    long = [Line(event=event, text="x" * 300) for event in Event for _ in range(50)]

    assert len(compose(long[:10]).text) <= 2_000
    assert max(len(line) for line in compose(long).text.splitlines()) == 180

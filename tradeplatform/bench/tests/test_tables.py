"""How figures stand in rows and columns."""

from tradeplatform.bench.figures import Figure
from tradeplatform.bench.tables import as_markdown, as_text, summary, tables

_LISTED = [
    Figure(name="a round", value=943.4, unit="ms"),
    Figure(name="  calls", value=1, unit="per account", at_most=1),
    Figure(name="ratio", value=2.04, unit="times", at_least=3),
    Figure(name="last order", value=31.5, unit="ms", aim=10),
]
_COMPARED = [
    Figure(name="last order", value=8.25, unit="ms", accounts=1),
    Figure(name="  view", value=2, unit="ms", accounts=1),
    Figure(name="last order", value=160.2, unit="ms", accounts=1000, aim=75, headline="alert"),
    Figure(name="  view", value=30.11, unit="ms", accounts=1000),
]


def test_a_list_tells_target_and_verdict_beside_the_value() -> None:
    (table,) = tables(_LISTED)

    assert as_text(table).splitlines() == [
        "                 measured                 target",
        "a round            943 ms",
        "  calls     1 per account  at most 1 per account  ok",
        "ratio           2.0 times       at least 3 times  MISSED",
        "last order        31.5 ms              aim 10 ms  not reached",
    ]


def test_numbers_of_accounts_stand_beside_each_other_and_their_targets_below() -> None:
    compared, listed = tables(_COMPARED)

    assert as_text(compared).splitlines() == [
        "accounts      1  1,000",
        "last order  8.2    160  ms",
        "  view        2   30.1  ms",
    ]
    assert listed[1:] == [("last order, 1,000 accounts", "160 ms", "aim 75 ms", "not reached")]


def test_the_summary_has_the_headlines() -> None:
    assert summary(_COMPARED[2:3])[1:] == [
        ("alert, 1,000 accounts", "160 ms", "aim 75 ms", "not reached")
    ]


def test_markdown_keeps_what_is_indented_apart() -> None:
    (table,) = tables(_LISTED[:2])

    assert as_markdown(table).splitlines() == [
        "|  | measured | target |  |",
        "| --- | ---: | ---: | --- |",
        "| a round | 943 ms |  |  |",
        "| &nbsp;&nbsp;&nbsp;&nbsp;calls | 1 per account | at most 1 per account | ok |",
    ]

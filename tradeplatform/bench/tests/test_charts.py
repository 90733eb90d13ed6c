"""What the pictures are drawn from, and that they are the same from the same figures."""

from pathlib import Path

import pytest

from tradeplatform.bench.charts import PICTURES, SEGMENT_COLOURS, by_accounts, draw
from tradeplatform.bench.course import SEGMENTS
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.tests.full_run import results


def test_a_line_has_the_figures_of_its_name_the_fewest_accounts_first() -> None:
    figures = [
        Figure(name="  send", value=9, unit="ms", accounts=100),
        Figure(name="  send", value=2, unit="ms", accounts=1),
        Figure(name="  sent", value=7, unit="ms", accounts=1),
        Figure(name="send", value=8, unit="ms"),
    ]

    assert list(by_accounts(figures, "send").items()) == [(1, 2), (100, 9)]


def test_a_name_that_no_figure_bears_is_not_passed_over() -> None:
    with pytest.raises(LookupError, match="nothing is called 'receive'"):
        by_accounts(results().parts["fanout"].figures, "receive")


def test_every_segment_of_an_alert_has_a_colour() -> None:
    assert tuple(SEGMENT_COLOURS) == SEGMENTS


def test_the_same_figures_give_the_same_pictures_to_the_byte(tmp_path: Path) -> None:
    figures = results().parts["fanout"].figures

    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
        draw(figures, tmp_path / name)

    for file in PICTURES:
        once, twice = ((tmp_path / name / file).read_bytes() for name in ("once", "twice"))
        assert once == twice
        assert once.startswith(b"<?xml")

"""The table that `make faults` ends with."""

from tradeplatform.fault_table import table

SITUATIONS = {1: ("No answer", "found"), 2: ("A page", "looked up")}


def test_a_situation_is_named_once_with_the_number_and_the_results_of_its_scenarios() -> None:
    outcomes = {
        2: {"test_b.py::test_page": {"passed"}, "test_a.py::test_cut": {"passed", "failed"}},
        1: {"test_a.py::test_cut": {"passed"}},
    }

    assert list(table(outcomes, SITUATIONS)) == [
        "  1  passed   No answer (1 scenario)",
        "     passed   test_a.py::test_cut",
        "  2  failed   A page (2 scenarios)",
        "     failed   test_a.py::test_cut",
        "     passed   test_b.py::test_page",
        "2 situations, 2 scenarios",
    ]

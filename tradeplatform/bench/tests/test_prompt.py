"""A module that does not answer is named, instead of being waited for without end."""

import pytest

from tradeplatform.bench.prompt import PromptModule


def test_a_module_that_says_nothing_is_named() -> None:
    # It waits for requests, and says nothing after its address.
    with PromptModule("tradeplatform.bench.stub") as stub:
        assert stub.hear().startswith("stub exchange: http://127.0.0.1:")
        stub.patience_seconds = 0.2

        with pytest.raises(
            TimeoutError, match=r"^tradeplatform\.bench\.stub has not answered within 0\.2 seconds$"
        ):
            stub.hear()


def test_a_module_that_ended_instead_is_not_waited_for() -> None:
    with (
        PromptModule("tradeplatform.bench.no_such_module") as missing,
        pytest.raises(RuntimeError, match="has ended; exit code 1"),
    ):
        missing.hear()

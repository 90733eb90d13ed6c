"""ccxt is all there, and what nobody asks for is not loaded. Each in a Python of its own."""

import json
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

_ALL_OF_IT = "import ccxt, ccxt.async_support, ccxt.pro"
_LAZY = "from accounts.exchange.lazy_ccxt import ccxt"
_PACKAGES = ("ccxt", "ccxt.async_support", "ccxt.pro")


def told(*statements: str) -> Any:
    """What the last of these expressions is, as JSON, after the statements before it."""
    *before, last = statements
    program = "\n".join(["import json, sys", *before, f"print(json.dumps({last}))"])
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, check=True
    )
    return json.loads(ran.stdout)


@pytest.mark.parametrize("package", _PACKAGES)
def test_a_package_has_all_that_ccxts_own_has(package: str) -> None:
    names = f"[name for name in dir(sys.modules[{package!r}]) if name[0] != '_']"
    lazy, exchanges = told(_LAZY, f"[{names}, ccxt.exchanges]")

    missing = set(told(_ALL_OF_IT, names)) - set(lazy)

    # `abstract` is a package that an exchange of ccxt's brings along.
    assert missing - set(exchanges) <= {"abstract"}
    assert set(exchanges) & set(lazy) == set()


def test_only_the_exchange_that_is_asked_for_is_loaded() -> None:
    loaded = "[each for each in ('okx', 'bybit') if f'ccxt.async_support.{each}' in sys.modules]"

    assert told(_LAZY, "ccxt.async_support.okx", loaded) == ["okx"]


@pytest.mark.parametrize("package", _PACKAGES)
def test_an_exchange_is_its_class_however_it_was_loaded(package: str) -> None:
    known = f"isinstance({package}.okx, type) and {package}.okx is okx"

    assert told(_LAZY, f"from {package}.okx import okx", known)
    assert told(_LAZY, f"from {package} import okx", known)


def test_an_exchange_that_streams_is_one_that_trades() -> None:
    kinds = "[issubclass(ccxt.pro.okx, each) for each in (ccxt.async_support.okx, ccxt.Exchange)]"

    assert told(_LAZY, kinds) == told(_ALL_OF_IT, kinds)


def test_what_is_no_exchange_is_told_like_any_missing_name() -> None:
    assert told(_LAZY, "hasattr(ccxt, 'no_exchange') or hasattr(ccxt.pro, '__wrapped__')") is False


def test_ccxt_that_somebody_has_loaded_is_taken_as_it_is() -> None:
    assert told(_ALL_OF_IT, "was = ccxt.okx", _LAZY, "ccxt.okx is was")

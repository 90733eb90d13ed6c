"""How long exchanges may take to answer where faults are set."""

import pytest
from pytest_django import Settings


@pytest.fixture
def short_timeout(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Silence is silence after two seconds too; other faults need no haste on a busy machine."""
    callspec = getattr(request.node, "callspec", None)
    fault = callspec.params.get("fault") if callspec is not None else None
    if fault is None or fault["do"] == "silence":
        settings.EXCHANGE_TIMEOUT_SECONDS = 2

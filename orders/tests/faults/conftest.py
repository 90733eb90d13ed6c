"""How long exchanges may take to answer where faults are set."""

import pytest
from pytest_django import Settings


@pytest.fixture
def short_timeout(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Silence is silence after two seconds too; other faults need no haste on a busy machine."""
    has_fault = "fault" in request.fixturenames
    if not has_fault or request.getfixturevalue("fault")["do"] == "silence":
        settings.EXCHANGE_TIMEOUT_SECONDS = 2

"""A wrong value or a dead service ends `manage.py up` with one sentence, before anything starts."""

from pathlib import Path

import pytest

from tradeplatform.supervisor.tests.platform_process import PlatformProcess

# Nobody listens on loopback's port 1 (tcpmux).
_REFUSED = [
    (
        "DATABASE_URL",
        "postgresql://u:hunter2@127.0.0.1:1/db",
        "DATABASE_URL postgresql://u:***@127.0.0.1:1/db cannot be used (connection to server at "
        '"127.0.0.1", port 1 failed: Connection refused): start that server, ',
    ),
    ("DATABASE_URL", "mysql://u:hunter2@host/db", "DATABASE_URL begins with mysql:, which is "),
    ("DATABASE_URL", "postgresql://u:hunter#2@host/db", "DATABASE_URL is no address; write it "),
    (
        "REDIS_URL",
        "redis://:hunter2@127.0.0.1:1/0",
        "REDIS_URL redis://:***@127.0.0.1:1/0 cannot be used (Error 111 connecting to ",
    ),
    (
        "REDIS_URL",
        "redis://:hunter2@127.0.0.1:1/first",
        "REDIS_URL redis://:***@127.0.0.1:1/first cannot be used (Database is int between ",
    ),
    (
        "SANDBOX_URL",
        "http://127.0.0.1:1",
        "SANDBOX_URL http://127.0.0.1:1 cannot be used ([Errno 111] Connection refused): ",
    ),
    ("WEB_PORT", "99999", "WEB_PORT is 99999; use a port from 1 to 65535."),
    ("TRUSTED_PROXIES", "localhost", "TRUSTED_PROXIES has 'localhost'; use addresses such as "),
    ("SHARDS", "abc", "SHARDS is 'abc'; use a whole number of at least zero."),
    ("LOG_LEVEL", "loud", "LOG_LEVEL is 'LOUD'; use DEBUG, INFO, WARNING or ERROR."),
]


@pytest.mark.parametrize(("name", "value", "sentence"), _REFUSED)
def test_a_start_that_cannot_work_is_refused_in_one_sentence(
    state_dir: Path, name: str, value: str, sentence: str
) -> None:
    with PlatformProcess(state_dir, **{name: value}) as platform:
        code = platform.exit_code()

    assert code == 1
    assert len(platform.lines) == 1
    assert platform.lines[0].partition(": ")[2].startswith(sentence)
    assert "hunter" not in platform.lines[0]

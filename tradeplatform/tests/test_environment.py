"""Values from the environment: what fits is taken, what does not is refused without its secrets."""

from pathlib import Path

import pytest

from tradeplatform.lib.environment import WrongValue, address, directory, port, without_password

EXAMPLE = "postgresql://user:password@host:5432/name"


def database(value: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.setenv("DATABASE_URL", value)
    return address("DATABASE_URL", schemes=("postgresql",), example=EXAMPLE)


@pytest.mark.parametrize(
    "value", ["postgresql://u:p@host:5432/db", "postgresql://u@%2Ftmp%2Fx/db", "postgresql:///db"]
)
def test_an_address_of_a_known_kind_is_taken_as_it_is(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    assert database(value, monkeypatch) == value


def test_no_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert database("", monkeypatch) is None


@pytest.mark.parametrize(
    "value", ["hunter2", "postgresql://u:hunter#2@host/db", "postgresql://[u:hunter2@host/db"]
)
def test_what_is_no_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(WrongValue, match=r"^DATABASE_URL is no address; write it like") as refusal:
        database(value, monkeypatch)

    assert "hunter" not in str(refusal.value)


def test_an_address_of_another_kind_is_refused_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongValue) as refusal:
        database("mysql://u:hunter2@host/db", monkeypatch)

    assert str(refusal.value) == (
        f"DATABASE_URL begins with mysql:, which is not served; use {EXAMPLE}"
    )


def test_an_address_is_shown_without_password_and_options() -> None:
    assert without_password("redis://:p@ss@host:6379/0?password=x") == "redis://:***@host:6379/0"
    assert without_password("http://host:8090") == "http://host:8090"


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("65535", 65535)])
def test_a_port_is_taken(monkeypatch: pytest.MonkeyPatch, value: str, expected: int) -> None:
    monkeypatch.setenv("WEB_PORT", value)

    assert port("WEB_PORT") == expected


def test_a_port_beyond_the_last_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PORT", "65536")

    with pytest.raises(WrongValue, match=r"^WEB_PORT is 65536; use a port from 1 to 65535$"):
        port("WEB_PORT")


def test_a_directory_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "new" / "state"))

    assert directory("STATE_DIR", default=tmp_path) == tmp_path / "new" / "state"
    assert (tmp_path / "new" / "state").is_dir()


def test_a_file_is_no_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "file"))

    with pytest.raises(
        WrongValue, match=r"^STATE_DIR .*/file: File exists; use another directory$"
    ):
        directory("STATE_DIR", default=tmp_path)

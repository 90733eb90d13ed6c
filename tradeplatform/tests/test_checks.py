"""Settings that would trade wrongly are refused."""

from pytest_django import Settings

from tradeplatform.checks import check_settings


def ids() -> list[str | None]:
    return [message.id for message in check_settings()]


def test_the_defaults_are_accepted() -> None:
    assert ids() == []


def test_no_shard_is_refused(settings: Settings) -> None:
    settings.SHARDS = 0

    assert ids() == ["tradeplatform.E001"]


def test_no_time_for_an_exchange_is_refused(settings: Settings) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 0

    assert ids() == ["tradeplatform.E002"]


def test_waiting_may_not_take_every_web_thread(settings: Settings) -> None:
    settings.WEBHOOK_WAIT_SLOTS = settings.WEB_THREADS

    assert ids() == ["tradeplatform.E003"]

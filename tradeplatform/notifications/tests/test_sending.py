"""One message over real HTTP, in its own process: what arrives, what is refused, what is said."""

import time

import pytest

from tradeplatform.notifications.sending import Letter, Outcome, Sending
from tradeplatform.notifications.tests.receiver import Receiver, running

_PATIENCE_SECONDS = 60


def letter_to(address: str) -> Letter:
    return Letter(address=address, title="tradeplatform: 1 fill", text="Bought <1> BTC & more")


def send(address: str, *, allow_private: bool = True) -> Outcome:
    return result(Sending(letter_to(address), allow_private=allow_private))


def result(under_way: Sending) -> Outcome:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (outcome := under_way.outcome()) is None:
        if time.monotonic() > deadline:
            pytest.fail("the sending neither ended nor was ended")
        time.sleep(0.02)  # noqa: TID251  a test may wait
    return outcome


def test_the_message_arrives_as_it_is(receiver: Receiver) -> None:
    outcome = send(receiver.address)

    assert outcome == Outcome(is_sent=True)
    assert receiver.paths == ["/hook/s3cr3t-part"]
    assert receiver.messages[0]["title"] == "tradeplatform: 1 fill"
    assert receiver.messages[0]["message"] == "Bought <1> BTC & more"


def test_a_refusal_is_told_in_the_services_words_without_the_address(receiver: Receiver) -> None:
    receiver.status = 404

    outcome = send(receiver.address)

    assert outcome == Outcome(
        is_sent=False, reason="Failed to send JSON POST notification: Page not found., error=404."
    )


def test_a_service_that_is_not_there_is_told_in_a_plain_sentence() -> None:
    outcome = send("json://127.0.0.1:9/s3cr3t-part")

    assert outcome == Outcome(
        is_sent=False,
        reason="The service cannot be reached. Check the address and this machine's network.",
    )


@pytest.mark.scenario(57)
def test_private_addresses_are_refused_when_connecting(receiver: Receiver) -> None:
    outcome = send(receiver.address, allow_private=False)

    assert outcome == Outcome(is_sent=False, reason="Not sent: 127.0.0.1 is no public address.")
    assert receiver.messages == []


@pytest.mark.scenario(57)
def test_a_name_that_leads_to_a_private_address_only_by_now_is_refused(receiver: Receiver) -> None:
    outcome = send(f"json://localhost:{receiver.port}/x", allow_private=False)

    assert not outcome.is_sent
    assert outcome.reason.endswith("is no public address.")
    assert receiver.messages == []


def test_mail_to_a_private_server_is_refused_when_connecting() -> None:
    outcome = send("mailto://me:pw@example.com?smtp=127.0.0.1", allow_private=False)

    assert outcome == Outcome(is_sent=False, reason="Not sent: 127.0.0.1 is no public address.")


@pytest.mark.scenario(57)
def test_redirects_are_not_followed(receiver: Receiver) -> None:
    with running() as elsewhere:
        receiver.status = 307
        receiver.location = f"http://127.0.0.1:{elsewhere.port}/stolen"

        outcome = send(receiver.address)

    assert not outcome.is_sent
    assert elsewhere.messages == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("syslog://", "syslog:// is not supported; see the examples."),
        ("tgram://12", "Apprise cannot read the address; compare it with the examples."),
    ],
)
def test_what_may_not_be_used_is_refused_when_sending_too(address: str, reason: str) -> None:
    assert send(address) == Outcome(is_sent=False, reason=reason)


def test_no_file_is_read_for_an_address_that_got_past_the_form() -> None:
    outcome = send("tgram://123456789:abcdefg_hijklmnop/12315544?template=/etc/hostname")

    assert not outcome.is_sent
    assert "hijklmnop" not in outcome.reason


def test_a_proxy_of_the_surroundings_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert send(receiver.address).is_sent


def test_a_service_that_never_answers_is_left(receiver: Receiver) -> None:
    receiver.hangs = True

    outcome = result(Sending(letter_to(receiver.address), allow_private=True, seconds=1))

    assert outcome == Outcome(is_sent=False, reason="No answer within 1 s.")

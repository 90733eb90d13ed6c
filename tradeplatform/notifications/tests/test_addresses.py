"""What a channel's address may be."""

import pytest

from tradeplatform.notifications.addresses import AddressRefused, check_address, without_secrets
from tradeplatform.notifications.catalogue import EXAMPLES


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("tgram://123456789:AbCdEfGh_IjKlMnOp/4455", "tgram://12…"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", "slack://T1…"),
        ("https://hooks.slack.com/services/T1/B1/xyz", "https://hooks.slack.com/…"),
        ("https://discord.com/api/webhooks/417/JHM", "https://discord.com/…"),
        (
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a",
            "https://qyapi.weixin.qq.com/…",
        ),
        ("dingtalk://secret@abcdef0123/", "dingtalk://se…"),
        ("mailtos://me:pw@8.8.8.8?from=a@b.c&to=d@e.f", "mailtos://8.8.8.8/…"),
        ("jsons://[2606:4700::1111]:8443/x?+X-Key=1&:extra=2", "jsons://2606:4700::1111/…"),
        ("twilio://AC735:e29d@+15551112222/+15553334444", "twilio://AC…"),
    ],
)
def test_services_are_known_by_their_scheme_and_a_hint_without_secrets(
    address: str, hint: str
) -> None:
    assert check_address(address, allow_private=False) == hint


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.service)
def test_every_example_of_the_page_is_accepted(example: object) -> None:
    check_address(example.address, allow_private=False)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("hello", "An address looks like tgram://…; see the examples."),
        ("file:///etc/passwd", "file:// is not supported; see the examples."),
        ("dbus://", "dbus:// is not supported; see the examples."),
        ("gnome://", "gnome:// is not supported; see the examples."),
        ("macosx://", "macosx:// is not supported; see the examples."),
        ("windows://", "windows:// is not supported; see the examples."),
        ("syslog://", "syslog:// is not supported; see the examples."),
        ("rsyslog://8.8.8.8", "rsyslog:// is not supported; see the examples."),
        ("apprise://8.8.8.8/key", "apprise:// is not supported; see the examples."),
        ("mqtt://8.8.8.8/topic", "mqtt:// is not supported; see the examples."),
        (
            "https://example.com/hook",
            "For a server of your own write json:// or, with https, jsons://.",
        ),
        ("json:///x", "The address names no host; see the examples."),
        ("jsons://me@10.0.0.1@8.8.8.8/x", "Write @ inside a user name or password as %40."),
        ("mailtos://me@8.8.4.4:pw@8.8.8.8", "Write @ inside a user name or password as %40."),
        ("tgram://1:a/2?template=/etc/passwd", "The parameter 'template' may not be used"),
        ("tgram://1:a/2?format=text;template=/etc/passwd", "The parameter 'template' may not"),
        ("tgram://1:a/2?%74emplate=x", "The parameter 'template' may not be used"),
        ("tgram://1:a/2?:key=x", "The parameter ':key' may not be used"),
        ("mailto://a:b@8.8.8.8?pgpprv=file:///x", "The parameter 'pgpprv' may not be used"),
        ("jsons://8.8.8.8/?verify=no", "The parameter 'verify' may not be used"),
        ("jsons://8.8.8.8/?redirect=yes", "The parameter 'redirect' may not be used"),
        ("jsons://8.8.8.8/?rto=9999", "The parameter 'rto' may not be used"),
    ],
)
def test_other_services_and_parameters_are_refused(address: str, why: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_address(address, allow_private=True)

    assert str(refused.value).startswith(why)


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1/x",
        "json://localhost:8000/x",
        "json://user:pass@10.0.0.1:80/x",
        "json://[::1]/x",
        "json://[::ffff:192.168.0.1]/x",
        "json://2130706433/x",
        "json://127.1/x",
        "mailto://a:b@8.8.8.8?smtp=127.0.0.1",
        "ntfy://100.64.0.1/topic",
    ],
)
def test_hosts_that_are_not_public_are_refused_unless_the_operator_allows_them(
    address: str,
) -> None:
    with pytest.raises(AddressRefused, match="no public address"):
        check_address(address, allow_private=False)

    check_address(address, allow_private=True)


def test_the_clouds_metadata_is_refused_whatever_the_operator_allows() -> None:
    with pytest.raises(AddressRefused, match=r"^169\.254\.169\.254 is no public address"):
        check_address("json://169.254.169.254/latest/meta-data", allow_private=True)


def test_what_is_said_about_an_address_loses_every_piece_of_it_that_may_be_secret() -> None:
    address = "jsons://user:p%40ssw0rd@example.com/hook/s3cr3t?key=abcd"
    said = "POST https://user:p@ssw0rd@example.com/hook/s3cr3t?key=abcd failed: error=404"

    told = without_secrets(said, address=address)

    assert told == "POST https://***:p@***@example.com/***/***?key=*** failed: error=404"

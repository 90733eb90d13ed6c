"""The services a channel may name, and what may stand in their addresses. Pure.

Everything else that Apprise knows is refused: it would show desktop notes on the server, write its
syslog, read its files, or is nobody's messenger.
"""

from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Those whose address names a host, so that it can be looked at before anything is sent.
WITH_HOST = _words(
    "mailto mailtos json jsons form forms ntfy ntfys gotify gotifys mmost mmosts rocket rockets "
    "bark barks synology synologys nctalk nctalks signal signals workflows"
)
SCHEMES = WITH_HOST | _words(
    "tgram slack discord dingtalk wecombot feishu lark line kakaotalk wxpusher schan pushplus "
    "gchat zulip webex pover pbul pushy twilio vonage nexmo sinch msgbird plivo telnyx clicksend "
    "clickatell bulksms"
)
# Addresses that some services hand out to be copied; Apprise reads them as they are.
NATIVE_HOSTS = frozenset(
    {
        "hooks.slack.com",
        "discord.com",
        "discordapp.com",
        "qyapi.weixin.qq.com",
        "open.larksuite.com",
        "chat.googleapis.com",
    }
)
# What may stand behind the question mark. Others name files of the server (template, pgp keys),
# switch off the check of certificates, follow redirects or stretch time-outs.
PARAMETERS = _words(
    "access_token avatar batch bcc cc channel click country device footer format from icon image "
    "key method mode name pass priority reply secret sid silent smtp sound source tags "
    "thread threads title to token topic ttl user"
)
# In json and form addresses these begin headers, fields and parameters of the owner's own server.
OWN_SERVER = frozenset({"json", "jsons", "form", "forms"})
PREFIXES = ("+", ":", "-")


@dataclass(frozen=True, slots=True)
class Example:
    """An address to copy."""

    service: str
    address: str


EXAMPLES = (
    Example("Telegram", "tgram://123456789:AbCdEf…bot token…/chat id"),
    Example("Slack", "https://hooks.slack.com/services/T…/B…/…"),
    Example("Discord", "https://discord.com/api/webhooks/…/…"),
    Example("DingTalk", "dingtalk://signing secret@access token/"),
    Example("WeCom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"),
    Example(
        "E-mail", "mailtos://user:password@smtp.example.com?from=me@example.com&to=me@example.com"
    ),
    Example("SMS by Twilio", "twilio://account SID:auth token@+15551112222/+15553334444"),
    Example("Your own server", "jsons://example.com/path"),
)

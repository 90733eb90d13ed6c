"""Take secrets out of what we keep or log. Pure, so that the log filter can load before Django.

Two ways, because bodies that do not parse are kept as well: what stands behind a key that names a
secret goes, and what looks like one of our tokens goes wherever it stands.
"""

import logging
import re

TOKEN_PREFIX = "tpw_"  # noqa: S105 not a secret: it makes ours recognisable
REMOVED = "[removed]"

_LONGEST_SHOWN = 60

_TOKEN = re.compile(rf"{TOKEN_PREFIX}[\w-]+", re.ASCII)
# JSON may write any letter of a token or of a key as \u0074.
_ESCAPED_LETTER = re.compile(r"\\u00(2d|3[0-9]|[46][1-9a-f]|5[0-9af]|7[0-9a])", re.IGNORECASE)
# A key, a colon or an equals sign, and a value in any quotes or in none; a value whose quotes
# never close goes to its end. Possessive, so that no body makes the search backtrack.
_SECRET = re.compile(
    r"""((?:token|secret|passw|passphrase|api_?key)[a-z_]{0,12}+["']?\s*+[:=]\s*+)"""
    r"""("(?:[^"\\]++|\\.)*+"?+|'[^']*+'?+|[^\s,&}\]]++)""",
    re.IGNORECASE | re.DOTALL,
)


def redacted(body: bytes) -> str:
    """The body as text that may be stored: no secrets, no NUL (PostgreSQL takes none)."""
    text = body.decode("utf-8-sig", "replace").replace("\x00", "\ufffd")
    text = _ESCAPED_LETTER.sub(lambda found: chr(int(found[1], 16)), text)
    return without_tokens(_SECRET.sub(rf'\1"{REMOVED}"', text))


def without_tokens(text: str) -> str:
    """The text with everything that looks like one of our tokens replaced."""
    return _TOKEN.sub(REMOVED, text)


def presentable(text: str) -> str:
    """A sender's text as it may be shown and kept: no tokens, no odd characters, cut short."""
    printable = "".join(char if char.isprintable() else "\ufffd" for char in text[:200])
    safe = without_tokens(printable)
    return safe if len(safe) <= _LONGEST_SHOWN else f"{safe[: _LONGEST_SHOWN - 1]}…"


def has_token(text: str) -> bool:
    """Whether something in the text looks like one of our tokens."""
    return _TOKEN.search(text) is not None


class TokenFilter(logging.Filter):
    """Keeps tokens out of the log: Django logs the path of a refused request, which may be one."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if has_token(message):
            record.msg, record.args = without_tokens(message), ()
        return True

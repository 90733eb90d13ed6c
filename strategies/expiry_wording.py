"""Expiry rules in words, for the admin and for orders' histories. Pure: reads rows, no database."""

from accounts.exchange.types import OrderType, Side
from strategies.models.expiry import BookSide, ExpiryAction, ExpiryRule, Purpose
from tradeplatform.lib.decimals import plain

# Seconds and the unit they make, the largest first.
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_PURPOSES = {"": "open or close", Purpose.ENTRY.value: "open", Purpose.CLOSE.value: "close"}


def rule_sentence(rule: ExpiryRule) -> str:
    """The rule on one line: `LIMIT sells that open or close: after 30 min → market order for the
    rest`."""
    conditions = " or ".join(_conditions(rule))
    return f"{_subject(rule)}: {conditions} → {_deed(rule)}"


def numbered_sentence(rule: ExpiryRule) -> str:
    """The sentence behind the rule's rank, where several rules may be meant."""
    return f"{rule.rank}. {rule_sentence(rule)}"


def rule_name(rule: ExpiryRule) -> str:
    """How histories name the rule: `rule 2 MARKET`."""
    return f"rule {rule.rank} {rule.action}"


def duration_text(seconds: int) -> str:
    """A span of time in the largest units that fit: 5400 is `1 h 30 min`."""
    parts = []
    for size, unit in UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def levels_text(rule: ExpiryRule) -> str:
    """The book levels the rule names: `levels 6 to 8 of the asks`."""
    which = (
        f"level {rule.level_from}"
        if rule.level_from == rule.level_to
        else f"levels {rule.level_from} to {rule.level_to}"
    )
    return f"{which} of {_book_side(rule)}"


def _subject(rule: ExpiryRule) -> str:
    kind = (rule.order_type or OrderType.LIMIT).replace("_", " ")
    side = f"{rule.side.lower()}s" if rule.side else "orders"
    return f"{kind} {side} that {_PURPOSES[rule.purpose]}"


def _conditions(rule: ExpiryRule) -> list[str]:
    found = []
    if rule.after_seconds is not None:
        found.append(
            f"after {duration_text(rule.after_seconds)}" if rule.after_seconds else "always"
        )
    if rule.drift_percent is not None:
        found.append(f"when the price is {plain(rule.drift_percent)} % away")
    if rule.is_kept_between_levels:
        found.append(f"when not between {levels_text(rule)}")
    return found


def _deed(rule: ExpiryRule) -> str:
    match ExpiryAction(rule.action):
        case ExpiryAction.MARKET:
            return "market order for the rest"
        case ExpiryAction.CANCEL:
            return "cancel"
        case ExpiryAction.NOTIFY:
            return "a note in the order's history"
        case ExpiryAction.KEEP:
            return "keep; later rules leave it alone"
        case ExpiryAction.REPRICE:
            where = f"to {levels_text(rule)}"
            bounds = f"at most {rule.max_replacements} times"
            slippage = f"never more than {plain(rule.max_slippage_percent)} % worse"
            return f"limit price {where}, {bounds}, {slippage}"


def _book_side(rule: ExpiryRule) -> str:
    """Levels on the own side are asks for a sell and bids for a buy; the other way round else."""
    is_own = rule.book_side == BookSide.OWN
    if not rule.side:
        return "the order's own side" if is_own else "the other side"
    return "the asks" if (rule.side == Side.SELL) is is_own else "the bids"

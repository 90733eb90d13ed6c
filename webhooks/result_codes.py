"""The stable codes of single results: why an account's order or cancel went as it did.

The message beside a code has the numbers; here stands what the code means whatever they are. The
codes are part of the contract with senders; a code is never renamed.
"""

from collections.abc import Mapping

from accounts.exchange.sentences import VENUE_SENTENCES

_OWN: Mapping[str, str] = {
    "ACCOUNT_PAUSED": "The account asks its exchange nothing for a while; nothing was sent.",
    "ACCOUNT_STOPPED": "The account's API key does not work; nothing was sent.",
    "ALREADY_FILLED": "The order was filled before the cancel arrived.",
    "CANCELED_BEFORE_SENDING": "Its cancel was asked for before the order was sent.",
    "CANCEL_NOT_CONFIRMED": "The cancel is repeated until the order's end is known.",
    "CLIENT_ORDER_ID_INVALID": "The exchange takes no such client order id.",
    "CURRENCY_MISMATCH": "The market is quoted in another currency than the strategy trades.",
    "DRIFT": "The account holds another quantity than its strategies and its owner account for.",
    "ENVIRONMENT_NOT_SUPPORTED": "The exchange has no such environment here.",
    "FLATTEN_ENDED": "Trading was switched again before this close of a flatten was sent.",
    "HOLDINGS_UNKNOWN": "The account's balance could not be read for certain; nothing was sold.",
    "INSUFFICIENT_HOLDINGS": "More would be sold than the strategy's own and nobody's coins.",
    "INTERRUPTED": "The platform was interrupted before the order was sent; nothing was sent.",
    "KEY_CAN_WITHDRAW": "The account's API key may withdraw money; it only closes and cancels.",
    "MARKETS_NOT_LOADED": "The exchange's markets could not be read; nothing was sent.",
    "MARKET_BUY_NOT_SUPPORTED": "The exchange takes market buys only as an amount of money.",
    "MARKET_DATA_UNAVAILABLE": "The exchange's markets or prices could not be read.",
    "MARKET_NOT_ACTIVE": "The symbol is not traded at the exchange now.",
    "MARKET_TYPE_NOT_SUPPORTED": "The exchange has no such market type here.",
    "MAX_SYMBOLS_REACHED": "The account trades as many symbols of the strategy as it may.",
    "NOTHING_LEFT_TO_CLOSE": "Open orders close the whole position already.",
    "NOTHING_TO_CANCEL": "The strategy has no order of that id that could be canceled.",
    "NOT_EXECUTED": "A fault of the platform kept it from carrying the alert out.",
    "NOT_FLAT": "The opposite position is not gone, so the order that follows it was not sent.",
    "NOT_FOUND_AT_VENUE": "The exchange never answered and has no such order: it never arrived.",
    "NOT_RECONCILED": "The account's orders have not been compared with the exchange's yet.",
    "NO_LONG_POSITION": "The strategy holds no long position that a sell could close.",
    "NO_SHORT_POSITION": "The strategy holds no short position that a buy could close.",
    "ORDER_ID_MISSING": "The order has no id to look it up by.",
    "PRICE_BELOW_TICK": "The price is below the exchange's smallest price step.",
    "PRICE_UNAVAILABLE": "There is no current price to size the order by.",
    "PRICE_UNKNOWN": "The exchange tells no price of the symbol.",
    "REPLACEMENT_EXPIRED": "A replaced order's rest could not be ordered again within a minute.",
    "REQUESTS_USED_UP": "The exchange allows no more requests for now; nothing was sent.",
    "SIGNAL_EXPIRED": "The alert could not be executed within the strategy's maximum signal age.",
    "STOP_NOT_SUPPORTED": "The exchange takes no stop orders here.",
    "SYMBOL_AMBIGUOUS": "The symbol may mean more than one market; none was guessed.",
    "SYMBOL_MARKET_MISMATCH": "The symbol names another type of market than the strategy trades.",
    "SYMBOL_VENUE_MISMATCH": "The symbol names another exchange than the account's.",
    "TRADING_HALTED": "A person has halted trading: no orders are sent, cancels are.",
    "TRADING_REDUCING": "A person lets trading only reduce: orders that open are not sent.",
    "VENUE_PAUSED": "The exchange is left alone for a while; nothing was sent.",
    "VENUE_UNKNOWN": "The exchange is not supported.",
}

RESULT_CODES: Mapping[str, str] = dict(sorted({**VENUE_SENTENCES, **_OWN}.items()))

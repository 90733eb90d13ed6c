"""Reads a venue's list page by page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from accounts.exchange.lookups import Answer

# From a page and its number (1 for the first) to the parameters that ask for the next one; None
# after the last.
NextPage = Callable[[Sequence[Answer], int], Mapping[str, Any] | None]

# Nobody has so many; a venue that repeats its pages must not keep us for ever.
_MOST_PAGES = 50


async def fetch_pages(
    fetch: Callable[[Mapping[str, Any]], Awaitable[list[Answer]]], following: NextPage
) -> list[Answer]:
    """All that `fetch` gives, given the parameters of one page after the other; at first none."""
    found: list[Answer] = []
    place: Mapping[str, Any] = {}
    for number in range(1, _MOST_PAGES + 1):
        page = await fetch(place)
        found += page
        following_place = following(page, number)
        if following_place is None:
            break
        place = following_place
    return found


def bybit_cursor(page: Sequence[Answer], *, full: int) -> Mapping[str, Any] | None:
    """`cursor`, which ccxt puts into one raw row; a page that is not full is the last."""
    cursors = [row["info"].get("nextPageCursor") for row in page]
    cursor = next(filter(None, cursors), None)
    return {"cursor": cursor} if cursor and len(page) == full else None

"""One cheap read that finds out whether a venue, or an account there, answers again."""

from accounts.exchange import border
from accounts.exchange.desk import desk
from accounts.exchange.signed import ask
from accounts.exchange.types import Login, MarketKey


async def probe(at: Login | MarketKey) -> None:
    """Ask once: an account for its balance, a market for its time or, without one, its symbols.

    The gate hears what comes of it. Raises as `border.ask` does.
    """
    if isinstance(at, Login):
        client = await desk().client(at)
        await ask(client.fetch_balance, at=at)
        return
    source = (await desk().table(at)).source
    if source.has["fetchTime"]:
        await border.ask(source.fetch_time, at=at)
    else:
        await desk().table(at, reload=True)

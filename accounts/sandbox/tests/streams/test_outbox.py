"""A connection's outbox: order, and what becomes of readers who are too slow or gone."""

import asyncio

from accounts.sandbox.streams.outbox import Outbox


def test_texts_are_sent_in_the_order_they_were_put() -> None:
    async def write() -> list[str]:
        sent: list[str] = []

        async def send(text: str) -> None:
            sent.append(text)
            await asyncio.sleep(0)

        outbox = Outbox(send, cut=sent.clear)
        for text in ("1", "2", "3"):
            outbox.put(text)
        while len(sent) < 3:
            await asyncio.sleep(0)
        outbox.close()
        return sent

    assert asyncio.run(write()) == ["1", "2", "3"]


def test_reader_who_takes_nothing_is_cut_off_and_delays_nobody() -> None:
    async def write() -> list[int]:
        cuts: list[int] = []
        stuck = asyncio.Event()

        async def send(text: str) -> None:
            del text
            await stuck.wait()  # nobody ever sets it

        outbox = Outbox(send, cut=lambda: cuts.append(put), limit=10)
        put = 0
        outbox.put("the one being written")
        await asyncio.sleep(0)
        for put in range(1, 12):  # noqa: B007  (read by `cut`)
            outbox.put("waiting")
        return cuts

    assert asyncio.run(write()) == [11]


def test_reader_who_is_gone_ends_the_writing() -> None:
    async def write() -> list[str]:
        tried: list[str] = []

        async def send(text: str) -> None:
            tried.append(text)
            raise ConnectionResetError

        outbox = Outbox(send, cut=tried.clear)
        outbox.put("1")
        outbox.put("2")
        await asyncio.sleep(0.01)
        return tried

    assert asyncio.run(write()) == ["1"]

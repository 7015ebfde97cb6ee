"""A process that everybody shares ends once nobody has asked it for long, and not before."""

from __future__ import annotations

import asyncio

from auxol_core.cluster.unasked import Unasked


def test_who_is_asked_stays_and_who_is_not_asked_ends_once() -> None:
    ended: list[float] = []

    async def asked_now_and_then() -> float:
        loop = asyncio.get_running_loop()
        unasked = Unasked(lambda: ended.append(loop.time()), 0.3)
        for _ in range(5):
            unasked.asked()
            await asyncio.sleep(0.1)
            assert not ended
        last = loop.time() - 0.1
        await asyncio.sleep(0.6)
        return last

    last = asyncio.run(asked_now_and_then())
    assert len(ended) == 1 and ended[0] - last >= 0.29


def test_who_was_never_asked_stays() -> None:
    ended: list[int] = []

    async def waited() -> None:
        Unasked(lambda: ended.append(1), 0.05)
        await asyncio.sleep(0.2)

    asyncio.run(waited())
    assert not ended

"""No slice is encoded twice: who asks while it is made waits, and a maker who fails is followed by the next."""

from __future__ import annotations

import asyncio

from auxol_core.cluster.embeddings import Embeddings


def test_whoever_asks_second_waits_for_the_first() -> None:
    async def story() -> None:
        known = Embeddings(100)
        assert await known.claim("a") is None
        waiting = [asyncio.create_task(known.claim("a")) for _ in range(3)]
        await asyncio.sleep(0)
        assert not any(each.done() for each in waiting)
        known.keep("a", "reference", 10)
        assert await asyncio.gather(*waiting) == ["reference"] * 3
        assert (known.makes, known.hits) == (1, 3)

    asyncio.run(story())


def test_a_maker_who_fails_hands_on_to_exactly_one() -> None:
    async def story() -> None:
        known = Embeddings(100)
        assert await known.claim("a") is None
        waiting = [asyncio.create_task(known.claim("a")) for _ in range(2)]
        await asyncio.sleep(0)
        known.give_up("a")
        done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert [each.result() for each in done] == [None] and len(pending) == 1
        known.keep("a", "reference", 10)
        assert await pending.pop() == "reference"

    asyncio.run(story())


def test_a_maker_who_is_not_heard_of_is_passed_over() -> None:
    async def story() -> None:
        known = Embeddings(100, patience_s=0.02)
        assert await known.claim("a") is None
        assert await asyncio.wait_for(known.claim("a"), 5) is None

    asyncio.run(story())


def test_what_is_kept_is_bounded_and_the_oldest_goes() -> None:
    async def story() -> None:
        known = Embeddings(100)
        for key in "abc":
            assert await known.claim(key) is None
            known.keep(key, key, 40)
        assert await known.claim("c") == "c"
        assert await known.claim("a") is None

    asyncio.run(story())


def test_what_was_lost_is_made_again() -> None:
    async def story() -> None:
        known = Embeddings(100)
        await known.claim("a")
        known.keep("a", "gone with its process", 10)
        known.lost("a")
        assert await known.claim("a") is None

    asyncio.run(story())

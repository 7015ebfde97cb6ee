"""The generalist behind replicas answers as the one in this process, whatever becomes of a replica."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from cluster_in_process import InLoop, Store, never
from contract_setting import box_around, picture
from small_server import tiny_parts

from auxol_core.cluster.embeddings import EmbeddingsActor
from auxol_core.cluster.remote_generalist import About, RemoteGeneralist
from auxol_core.cluster.replica import Encoded, LostError, Replica
from auxol_core.engine.worker import Worker
from auxol_core.errors import InvalidInputError, UnavailableError
from auxol_core.generalist.base import encoded
from auxol_core.steps import finish
from auxol_core.types import Box, FloatArray, IntensityWindow, Prompt


def unit(number: int) -> FloatArray:
    return IntensityWindow(0.0, 255.0).apply(picture(number).image)


class World:
    """A loop in a thread, a store, and as many replicas as are made."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.store, self.known, self.worker = Store(), EmbeddingsActor(64 * 2**20, never()), Worker()
        self.parts = self.worker.submit(tiny_parts).future.result()

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()
        self.worker.close()

    def replica(self) -> InLoop:
        return InLoop(Replica(self.parts, self.worker, self.known, self.store.put, self.store.fetch), self.loop)

    def remote(self, replicas: Any, within_s: float = 5.0) -> RemoteGeneralist:
        return RemoteGeneralist(About.of(self.parts.generalist), replicas, within_s)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.end()


def test_it_answers_bit_for_bit_as_the_one_in_this_process(world: World) -> None:
    here, there = world.parts.generalist, world.remote(world.replica())
    prompt = box_around(picture(0).truth)
    theirs = there.decode(encoded(there, unit(0)), prompt)
    ours = here.decode(encoded(here, unit(0)), prompt)
    assert np.array_equal(ours.logits, theirs.logits) and ours.quality == theirs.quality
    for name in ("name", "weights_hash", "preprocessing", "knows", "worth_storing"):
        assert getattr(here, name) == getattr(there, name)


def test_two_replicas_never_encode_one_slice_twice(world: World) -> None:
    first, second = world.remote(world.replica()), world.remote(world.replica())
    encoded(first, unit(0))
    assert second.decode(encoded(second, unit(0)), box_around(picture(0).truth)).logits.shape == (64, 64)
    assert world.known.list.makes == 1 and len(world.store.kept) == 1


def test_what_is_prepared_is_there_for_the_click(world: World) -> None:
    there = world.remote(world.replica())
    steps = there.encode_batch([unit(0), unit(1), unit(0)])
    assert len(finish(steps)) == 3 and world.known.list.makes == 2
    encoded(there, unit(1))
    assert world.known.list.makes == 2


def test_an_embedding_that_went_with_its_replica_is_made_anew(world: World) -> None:
    first = world.remote(world.replica())
    held = encoded(first, unit(0))
    world.store.lose()
    # Another replica, which has not unpacked it.
    second = world.remote(world.replica())
    answer = second.decode(held, box_around(picture(0).truth))
    assert answer.logits.shape == (64, 64) and world.known.list.makes == 2


class Dying:
    """Replicas that are lost ``times`` before they answer."""

    def __init__(self, replicas: InLoop, times: int) -> None:
        self.replicas, self.left = replicas, times

    def _lost(self) -> Future[Any] | None:
        self.left -= 1
        if self.left < 0:
            return None
        future: Future[Any] = Future()
        future.set_exception(LostError("killed"))
        return future

    def encode(self, key: str, image: FloatArray) -> Future[Encoded]:
        return self._lost() or self.replicas.encode(key, image)

    def decode(self, held: Encoded, prompt: Prompt) -> Future[Any]:
        return self._lost() or self.replicas.decode(held, prompt)


def test_a_replica_that_is_killed_while_it_answers_costs_no_answer(world: World) -> None:
    there = world.remote(Dying(world.replica(), 1))
    held = encoded(there, unit(0))
    there = world.remote(Dying(world.replica(), 1))
    assert there.decode(held, box_around(picture(0).truth)).logits.shape == (64, 64)


def test_where_none_answers_it_says_so_in_time(world: World) -> None:
    there = world.remote(Dying(world.replica(), 10**9), within_s=0.1)
    with pytest.raises(UnavailableError, match="Nothing is lost"):
        encoded(there, unit(0))


def test_what_the_model_refuses_is_refused_as_it_was(world: World) -> None:
    there = world.remote(world.replica())
    held = encoded(there, unit(0))
    with pytest.raises(InvalidInputError, match="outside"):
        there.decode(held, Prompt(box=Box(200, 200, 220, 220)))

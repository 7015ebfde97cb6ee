"""A click goes before what is prefetched, uses what is prefetched already, can be cancelled, and says how far it is.

A stand-in encoder of twelve counted blocks: no clock decides, only the order of the blocks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_engine import OPTIONS, TASK, box_around, disc, narrow_specialist
from stepped_encoder import BLOCKS, SteppedEncoder
from tiny_network import MACHINE
from tiny_sam import tiny_sam_generalist

from auxol_core.api import EngineApi
from auxol_core.build import set_up_torch
from auxol_core.engine.encodings import Encoding, Encodings, telling
from auxol_core.engine.engine import GPU_BATCH, Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.slices import SliceStore
from auxol_core.engine.worker import Job
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.errors import CancelledError
from auxol_core.generalist.base import CountsSteps, Embedding, EncodesBatches, encoded
from auxol_core.steps import finish
from auxol_core.types import IntensityWindow, Proposal

WINDOW = IntensityWindow(0.0, 255.0)
SOON = 20.0


def worker_of(encoder: SteppedEncoder, folder: Path, device: str = "cpu") -> WorkerEngine:
    def make(listener: Listener) -> Engine:
        set_up_torch(MACHINE)
        return Engine(encoder, narrow_specialist, folder, MACHINE, device=device, listener=listener)

    engine = WorkerEngine(make)
    engine.create_task(TASK, OPTIONS)
    engine.predict(TASK, engine.put_slice(disc(0)[0]), box_around(disc(0)[1]))  # the task has its window
    encoder.steps.clear()
    return engine


@pytest.fixture
def encoder() -> SteppedEncoder:
    return SteppedEncoder()


@pytest.fixture
def engine(tmp_path: Path, encoder: SteppedEncoder) -> Iterator[WorkerEngine]:
    made = worker_of(encoder, tmp_path)
    yield made
    encoder.at_step = lambda number: None
    made.close()


def mean(number: int) -> float:
    unit = np.asarray(disc(number)[0].pixels, dtype=np.float32) / 255
    return float(np.repeat(unit[:, :, None], 3, axis=2).mean())


def whose(steps: list[float], numbers: tuple[int, ...]) -> list[int]:
    """Of which disc each step was."""
    return [min(numbers, key=lambda number: abs(mean(number) - step)) for step in steps]


def click(engine: WorkerEngine, number: int) -> Job[Proposal]:
    image, mask = disc(number)
    return engine.start(EngineApi.predict, TASK, engine.put_slice(image), box_around(mask))


def prefetched(engine: WorkerEngine, *numbers: int) -> None:
    engine.prefetch(TASK, [engine.put_slice(disc(number)[0]) for number in numbers])


def idle(engine: WorkerEngine) -> None:
    """Returns when the prefetch has ended."""
    assert engine._prefetching is not None
    engine._prefetching.future.result(SOON)


def test_a_click_waits_for_one_block_of_a_neighbour_that_is_prefetched(
    engine: WorkerEngine, encoder: SteppedEncoder
) -> None:
    clicked: list[Job[Proposal]] = []

    def at(number: int) -> None:
        if number == 5:
            clicked.append(click(engine, 2))  # it arrives in the middle of the neighbour's fifth block

    encoder.at_step = at
    prefetched(engine, 1)
    idle(engine)
    clicked[0].future.result(SOON)
    assert whose(encoder.steps, (1, 2)) == [1] * 5 + [2] * BLOCKS + [1] * (BLOCKS - 5)


def test_a_click_on_the_slice_that_is_prefetched_goes_on_from_the_block_reached(
    engine: WorkerEngine, encoder: SteppedEncoder
) -> None:
    clicked: list[Job[Proposal]] = []
    encoder.at_step = lambda number: clicked.append(click(engine, 1)) if number == 7 else None
    prefetched(engine, 1)
    idle(engine)
    clicked[0].future.result(SOON)
    assert whose(encoder.steps, (1, 2)) == [1] * BLOCKS


def test_a_cancelled_click_stops_at_the_next_block_and_nothing_of_it_stays(
    engine: WorkerEngine, encoder: SteppedEncoder
) -> None:
    jobs: list[Job[Proposal]] = []
    begun = threading.Event()

    def at(number: int) -> None:
        if number == 3:
            begun.wait(SOON)
            jobs[0].cancel()

    encoder.at_step = at
    jobs.append(click(engine, 1))
    begun.set()
    with pytest.raises(CancelledError):
        jobs[0].future.result(SOON)
    assert len(encoder.steps) == 3
    assert encoder.closed == 1 and len(engine.engine._slices._encodings) == 0
    encoder.at_step = lambda number: None
    encoder.steps.clear()
    click(engine, 1).future.result(SOON)
    assert len(encoder.steps) == BLOCKS


def test_a_cancelled_click_leaves_the_slice_to_whoever_prefetches_it(
    engine: WorkerEngine, encoder: SteppedEncoder
) -> None:
    jobs: list[Job[Proposal]] = []

    def at(number: int) -> None:
        if number == 4:
            jobs.append(click(engine, 1))
        if number == 8:
            jobs[0].cancel()

    encoder.at_step = at
    prefetched(engine, 1)
    idle(engine)
    with pytest.raises(CancelledError):
        jobs[0].future.result(SOON)
    assert len(encoder.steps) == BLOCKS and encoder.closed == 0
    click(engine, 1).future.result(SOON)
    assert len(encoder.steps) == BLOCKS


def test_prefetching_fills_half_the_memory_so_that_what_is_in_use_stays() -> None:
    encoder = SteppedEncoder(nbytes=1000)
    slices = SliceStore(encoder, slice_bytes=2**24, embedding_bytes=8000)
    ids = [slices.put(disc(number)[0]) for number in range(10)]
    for in_use in ids[:3]:
        finish(slices.embedding(in_use, WINDOW))
    finish(slices.prefetching(ids[3:], WINDOW, lambda: True))
    assert len(encoder.steps) == (3 + 4) * BLOCKS
    encoder.steps.clear()
    for known in ids[:7]:
        finish(slices.embedding(known, WINDOW))
    assert encoder.steps == []


def test_a_gpu_prefetches_several_slices_at_a_time_and_answers_a_click_first(tmp_path: Path) -> None:
    # The device's name alone decides; the stand-in computes where it always does.
    encoder = SteppedEncoder()
    engine = worker_of(encoder, tmp_path, device="cuda")
    clicked: list[Job[Proposal]] = []
    encoder.at_step = lambda number: clicked.append(click(engine, 9)) if number == 5 else None
    prefetched(engine, 1, 2, 3, 4, 5, 6)
    idle(engine)
    clicked[0].future.result(SOON)
    assert encoder.batches == [GPU_BATCH, 6 - GPU_BATCH]
    assert whose(encoder.steps, (1, 5, 9)) == [1] * 5 + [9] * BLOCKS + [1] * (BLOCKS - 5) + [5] * BLOCKS
    encoder.steps.clear()
    for number in range(1, 7):
        click(engine, number).future.result(SOON)
    assert encoder.steps == []
    engine.close()


def test_a_sam_encodes_several_slices_at_a_time_as_it_does_one(tmp_path: Path) -> None:
    sam = tiny_sam_generalist()
    assert isinstance(sam, EncodesBatches) and isinstance(sam, CountsSteps)
    rng = np.random.default_rng(0)
    images = [rng.random((rows, 64, 3), dtype=np.float32) for rows in (64, 40, 80)]
    made = finish(sam.encode_batch(images))
    assert sum(1 for _ in sam.encode(images[0])) + 1 == sam.encode_steps
    for image, embedding in zip(images, made, strict=True):
        alone = encoded(sam, image)
        assert (embedding.shape, embedding.nbytes) == (alone.shape, alone.nbytes)
        features, expected = sam.features(embedding), sam.features(alone)
        assert float((features - expected).abs().max()) < 1e-4 * float(expected.max() - expected.min())
        assert features.untyped_storage().nbytes() == embedding.nbytes


def test_how_far_an_encoder_is_becomes_an_event_of_the_task_four_times_a_second() -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    now = [0.0]
    tell = telling(lambda kind, **data: told.append((kind, data)), "slice", lambda: now[0])
    for done, time in ((1, 0.1), (2, 0.2), (3, 0.3), (4, 0.5), (5, 0.56)):
        now[0] = time
        tell(done, BLOCKS)
    assert told == [("encoding", {"slice_id": "slice", "done": n, "total": BLOCKS}) for n in (3, 5)]


def test_a_slow_click_tells_how_far_it_is(
    engine: WorkerEngine, monkeypatch: pytest.MonkeyPatch, encoder: SteppedEncoder
) -> None:
    monkeypatch.setattr("auxol_core.engine.encodings.TOLD_S", 0.0)
    click(engine, 1).future.result(SOON)
    told = [event.data for event in engine.events(TASK) if event.kind == "encoding"]
    assert [(each["done"], each["total"]) for each in told] == [(n, BLOCKS) for n in range(1, BLOCKS)]


def test_what_the_encoder_took_is_told_without_what_went_on_in_between() -> None:
    took: list[float] = []
    slices = SliceStore(SteppedEncoder(), slice_bytes=2**24, embedding_bytes=2**24, encoded=took.append)
    slice_id = slices.put(disc(0)[0])
    finish(slices.embedding(slice_id, WINDOW))
    finish(slices.embedding(slice_id, WINDOW))
    assert len(took) == 1 and 0 < took[0] < SOON


def test_an_encoder_that_fails_tells_everybody_who_waits_and_is_begun_anew() -> None:
    def fails() -> Any:
        yield
        raise MemoryError("no room")

    encodings = Encodings()
    first = encodings.run("key", lambda: Encoding(fails(), None))
    next(first)
    second = encodings.run("key", lambda: pytest.fail("it is under way"))
    for each in (second, first):
        with pytest.raises(MemoryError, match="no room"):
            next(each)
    assert len(encodings) == 0


def test_an_embedding_that_two_have_waited_for_is_one() -> None:
    encoder, kept = SteppedEncoder(), list[Embedding]()
    slices = SliceStore(encoder, slice_bytes=2**24, embedding_bytes=2**24)
    slice_id = slices.put(disc(0)[0])
    first, second = slices.embedding(slice_id, WINDOW), slices.embedding(slice_id, WINDOW)
    next(first)
    kept.append(finish(second))
    kept.append(finish(first))
    assert kept[0] is kept[1] and len(encoder.steps) == BLOCKS

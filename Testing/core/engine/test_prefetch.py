"""Prefetching: embeddings made before anyone asks, the most urgent first, in steps, and never an error."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, TASK, disc, narrow_engine, propose

from auxol_core.engine.engine import Engine
from auxol_core.generalist.base import Embedding
from auxol_core.steps import finish
from auxol_core.types import FloatArray


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The mean of each image that was encoded, in order; encoding takes three steps."""
    from auxol_core.generalist.builtin import BuiltinGeneralist

    means: list[float] = []
    original = BuiltinGeneralist.encode

    def slow(self: BuiltinGeneralist, image: FloatArray) -> Generator[None, None, Embedding]:
        yield
        yield
        made = yield from original(self, image)
        means.append(round(float(image.mean()), 6))
        return made

    monkeypatch.setattr(BuiltinGeneralist, "encode", slow)
    return means


@pytest.fixture
def engine(tmp_path: Path, encoded: list[float]) -> Iterator[Engine]:
    """An engine whose task has its window, of slice 0."""
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    propose(engine, 0)
    encoded.clear()
    yield engine
    engine.close()


def mean_of(number: int) -> float:
    """Of disc ``number`` as the task sees it: 8 bit, so that the window is 0 .. 255."""
    unit = np.asarray(disc(number)[0].pixels, dtype=np.float32) / 255
    return round(float(np.repeat(unit[:, :, None], 3, axis=2).mean()), 6)


def test_embeddings_are_made_in_the_order_asked_and_a_click_then_encodes_nothing(
    engine: Engine, encoded: list[float]
) -> None:
    ids = [engine.put_slice(disc(number)[0]) for number in (3, 1, 2)]
    steps = sum(1 for _ in engine.prefetching(TASK, ids))
    assert encoded == pytest.approx([mean_of(number) for number in (3, 1, 2)], abs=1e-5)
    assert steps >= 9
    encoded.clear()
    propose(engine, 1)
    assert encoded == []


def test_a_slice_that_is_known_already_is_not_encoded_again(engine: Engine, encoded: list[float]) -> None:
    finish(engine.prefetching(TASK, [engine.put_slice(disc(0)[0])]))
    assert encoded == []


def test_a_slice_that_was_evicted_is_passed_over(engine: Engine, encoded: list[float]) -> None:
    finish(engine.prefetching(TASK, ["0" * 64, engine.put_slice(disc(1)[0])]))
    assert len(encoded) == 1


def test_it_ends_when_the_task_is_closed_between_its_steps(engine: Engine, encoded: list[float]) -> None:
    running = engine.prefetching(TASK, [engine.put_slice(disc(number)[0]) for number in (1, 2)])
    while not encoded:
        next(running)
    engine.close_task(TASK)
    finish(running)
    assert len(encoded) == 1

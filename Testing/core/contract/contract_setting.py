"""The small world of the contract suite: 64 x 64 pictures of bright discs, one task, and a few moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from auxol_core.api import EngineApi
from auxol_core.errors import AuxolError
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.types import BoolArray, Box, Prompt, Proposal, Receipt, SliceImage

EngineFactory = Callable[[], EngineApi]

SIDE = 64
# Two long steps: what is learned shows in a mask at once. Time budget and guard are out of the way: neither a slow
# machine nor weak weights change what is published.
OPTIONS = TaskOptions(
    auxol=AuxolOptions(
        steps=2, adaptive=False, batch=2, learning_rate=4e-3, average=1.0, guard_last=0, budget_s=600.0
    )
)
TASK = "discs"


@dataclass(frozen=True)
class Picture:
    """A noisy grey picture and the masks of its discs."""

    image: SliceImage
    discs: tuple[BoolArray, ...]

    @property
    def truth(self) -> BoolArray:
        return np.any(self.discs, axis=0)


def picture(number: int, centres: tuple[tuple[int, int], ...] = ((30, 34),), radius: int = 11) -> Picture:
    """Picture ``number``: the same number, the same pixels."""
    rng = np.random.default_rng(number)
    pixels = rng.normal(70, 15, (SIDE, SIDE))
    rows, cols = np.mgrid[:SIDE, :SIDE]
    discs = tuple((rows - r) ** 2 + (cols - c) ** 2 <= radius**2 for r, c in centres)
    for disc in discs:
        pixels[disc] += 90
    return Picture(SliceImage(np.clip(pixels, 0, 255).astype(np.uint8), spacing_mm=(0.5, 0.5)), discs)


TWO_CENTRES = ((18, 18), (44, 46))


def box_around(mask: BoolArray, margin: float = 1.0) -> Prompt:
    tight = Box.of_mask(mask)
    assert tight is not None
    return Prompt(box=Box(tight.row0 - margin, tight.col0 - margin, tight.row1 + margin, tight.col1 + margin))


def proposed(engine: EngineApi, number: int, task: str = TASK) -> tuple[Picture, Proposal]:
    """Picture ``number`` put, and its disc's proposal for a box."""
    shown = picture(number)
    slice_id = engine.put_slice(shown.image)
    return shown, engine.predict(task, slice_id, box_around(shown.truth))


def taught(engine: EngineApi, number: int, task: str = TASK, correction_id: str | None = None) -> Receipt:
    """Picture ``number`` prompted and corrected with its disc; saved, and perhaps not yet learned."""
    shown, proposal = proposed(engine, number, task)
    return engine.correct(
        task,
        proposal.slice_id,
        shown.truth,
        correction_id=correction_id or f"correction {number}",
        proposals=[proposal.proposal_id],
    )


def look(engine: EngineApi, number: int = 99, task: str = TASK) -> tuple[bytes, float]:
    """What the task says of a picture that it was never taught: the mask and the quality, exactly."""
    _, proposal = proposed(engine, number, task)
    engine.dismiss(proposal.proposal_id)
    return np.packbits(proposal.mask).tobytes(), proposal.quality


def assert_helpful(error: BaseException, *words: str) -> None:
    """It is one of ours, names what it is about, and says in a further sentence or clause what to do next."""
    assert isinstance(error, AuxolError)
    text = str(error)
    assert text.endswith("."), text
    assert len(text.split()) >= 8, text
    for word in words:
        assert word in text, text


class Setting:
    """The fixtures of the suite."""

    @pytest.fixture
    def engine_factory(self) -> EngineFactory:
        raise NotImplementedError("override engine_factory: see engine_contract.py")

    @pytest.fixture
    def empty_engine(self, engine_factory: EngineFactory) -> Iterator[EngineApi]:
        engine = engine_factory()
        yield engine
        engine.close()

    @pytest.fixture
    def engine(self, empty_engine: EngineApi) -> EngineApi:
        """An engine with the task ``discs`` open."""
        empty_engine.create_task(TASK, OPTIONS)
        return empty_engine

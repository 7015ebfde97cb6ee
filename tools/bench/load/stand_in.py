"""A generalist and a learner of fixed cost, so that what is measured is the machinery around them.

Each click sleeps as long as the checkpoint says: a compute thread that waits for a GPU sleeps as well, and a sleep
costs the same however busy the processors are. The learner sleeps in short steps. Both live in the benchmark alone:
``register`` offers them in the process that calls it, which is how another server than ``auxol serve`` gets them.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.generalist import registry as generalists
from auxol_core.generalist.base import Embedding, Generalist
from auxol_core.generalist.row import CheckpointFile, GeneralistRow, Shapes
from auxol_core.options import AuxolOptions, Precision, check_range
from auxol_core.specialist import registry as presets
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, Specialist, View
from auxol_core.specialist.fusion import ExpertAdvice, FusionRule
from auxol_core.specialist.preset import Preset, Setting
from auxol_core.types import PLAIN_KINDS, BoolArray, Box, FloatArray, Prompt, Segmentation

NAME, PRESET = "stand-in", "stand_in"
_ARRAY = "stand_in.milliseconds"
RADIUS = 40  # of the object that a click shows, in pixels


class StandIn:
    """Implements Generalist: what is inside the box, or around the first click, after ``seconds``."""

    name = NAME
    preprocessing = "stand-in"
    worth_storing = False
    knows = PLAIN_KINDS

    def __init__(self, weights_hash: str, seconds: float) -> None:
        self.weights_hash, self._seconds = weights_hash, seconds

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        yield
        return Embedding((image.shape[0], image.shape[1]), 8, None)

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        prompt.check_against(embedding.shape)
        time.sleep(self._seconds)
        rows, cols = np.ogrid[: embedding.shape[0], : embedding.shape[1]]
        box = prompt.box or _around(prompt)
        if box is None:
            shown = np.zeros(embedding.shape, dtype=bool) if prompt.mask is None else prompt.mask > 0.5
        else:
            (row, col), height, width = box.centre, box.height, box.width
            shown = ((rows + 0.5 - row) / height) ** 2 + ((cols + 0.5 - col) / width) ** 2 <= 0.25
        return Segmentation(np.where(shown, 4.0, -4.0).astype(np.float32), 0.9)

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        return {"shape": np.array(embedding.shape)}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        return Embedding(shape, arrays["shape"].nbytes, None)


def _around(prompt: Prompt) -> Box | None:
    if prompt.mask is not None or not prompt.positives:
        return None
    at = prompt.positives[0]
    return Box(at.row - RADIUS, at.col - RADIUS, at.row + RADIUS, at.col + RADIUS)


def _fits(shapes: Shapes) -> bool:
    return dict(shapes) == {_ARRAY: (1,)}


def _load(checkpoint: CheckpointFile, device: str, precision: Precision) -> Generalist:  # noqa: ARG001
    from safetensors.numpy import load_file

    return StandIn(checkpoint.sha256, float(load_file(checkpoint.path)[_ARRAY][0]) / 1000)


def write_checkpoint(path: Path, milliseconds: float) -> Path:
    """The file that says what a click of the stand-in costs."""
    from safetensors.numpy import save_file

    save_file({_ARRAY: np.array([milliseconds], dtype=np.float64)}, path)
    return path


def cost_of(generalist: str) -> float | None:
    """The milliseconds of ``stand-in:20ms``; None for the name of any other generalist. InvalidInputError where it is
    the stand-in and no cost."""
    name, _, cost = generalist.partition(":")
    if name != NAME:
        return None
    try:
        milliseconds = float(cost.removesuffix("ms"))
    except ValueError:
        milliseconds = -1.0
    if not (cost.endswith("ms") and 0 <= milliseconds <= 60_000):
        raise InvalidInputError(f"A stand-in's cost must be like stand-in:20ms, got {generalist!r:.60}. Write it so.")
    return milliseconds


@dataclass(frozen=True)
class StandInOptions:
    """An update sleeps ``steps`` times ``milliseconds``."""

    steps: int = 5
    milliseconds: int = 20

    def __post_init__(self) -> None:
        check_range(self, "steps", 1, 1000)
        check_range(self, "milliseconds", 0, 10_000)


class StandInLearner:
    """Implements Specialist: agrees with the generalist, and counts its lessons."""

    snapshot_every = 1
    knows = PLAIN_KINDS

    def __init__(self, options: StandInOptions) -> None:
        self._options = options
        self._state: Arrays = {}

    @property
    def state(self) -> Arrays:
        return self._state

    def initial_state(self) -> Arrays:
        return {}

    def install(self, state: Arrays) -> None:
        self._state = dict(state)

    def predict_one(self, view: View) -> Opinion:
        return Opinion(view.generalist.logits, 0.8)

    def place(self, lesson: Lesson) -> None:  # noqa: ARG002
        return None

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:  # noqa: ARG002
        return {"pixels": np.array([int(truth.sum())])}

    def learn(
        self,
        new: Sequence[str],
        lessons: Mapping[str, Lesson],
        *,
        seed: int,  # noqa: ARG002
        steps: int | None,
        start: Arrays | None = None,  # noqa: ARG002
    ) -> Generator[None, None, Candidate]:
        wanted = self._options.steps if steps is None else steps
        for _ in range(wanted):
            time.sleep(self._options.milliseconds / 1000)
            yield
        return Candidate({"lessons": np.array([len(lessons)]), "last": np.array([len(new)])}, wanted)

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:  # noqa: ARG002
        return [1.0 for _ in lessons]

    def doubts(self, lessons: Sequence[Lesson]) -> str:  # noqa: ARG002
        return ""


def _specialist(options: StandInOptions, _: Setting) -> Specialist:
    return StandInLearner(options)


def _fusion(_: StandInOptions, __: Specialist) -> FusionRule:
    return ExpertAdvice(AuxolOptions())


LEARNER = Preset(
    name=PRESET,
    title="Learner of fixed cost",
    options=StandInOptions,
    make_specialist=_specialist,
    make_fusion=_fusion,
    compared=False,
)


def register(checkpoint: Path) -> None:
    """Offer both in this process; the generalist costs what ``checkpoint`` says."""
    row = GeneralistRow(
        name=NAME,
        title="Generalist of fixed cost",
        family=NAME,
        licence="The benchmark's own.",
        architecture="sleep",
        preprocessing="stand-in",
        has_encoder=False,
        fits=_fits,
        load=_load,
        shipped=checkpoint,
    )
    generalists.register(row)
    presets.register(LEARNER)

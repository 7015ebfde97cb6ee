"""Going on learning on new volumes against pausing: slices to edit and voxels to change.

The first volumes are taught, six slices each; the others are tried, eight slices each, once with learning *paused* and
once *in use*: every slice is saved and learned before the next one, a good one as it was proposed (a confirmation), one
below 0.90 as the truth. Slices are spread evenly over those of at least 150 pixels, as in docs/slicer-results.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.imaging.metrics import dice
from auxol_core.replay.options import PromptKind
from auxol_core.types import BoolArray
from tools.bench.learn.edits import GOOD, TASK
from tools.bench.learn.patients import Patient

TAUGHT_SLICES, TRIED_SLICES, LEAST_PIXELS = 6, 8, 150


@dataclass(frozen=True)
class Tried:
    """One slice of one arm. ``dice`` of what was proposed; ``changed``: voxels that an edit puts in or takes out;
    ``quality``: what was told. ``arm``: taught, paused or in use."""

    stream: str
    prompt: str
    arm: str
    volume: int
    patient: str
    slice: int
    dice: float
    changed: int
    quality: float


def slices_of(truth: BoolArray, count: int) -> list[int]:
    """At most ``count`` slices, spread evenly over those that show the structure well."""
    found = np.flatnonzero(truth.sum(axis=(1, 2)) >= LEAST_PIXELS)
    if not found.size:
        return []
    return [int(found[i]) for i in np.unique(np.linspace(0, found.size - 1, count).round().astype(int))]


def in_use(
    engine: EngineApi, stream: str, kind: PromptKind, patients: Sequence[Patient], taught: int, seed: int = 0
) -> Iterator[Tried]:
    """Teach the first ``taught`` volumes in TASK, which is open, then try the others: paused, then in use."""
    arms: list[tuple[str, Iterable[tuple[int, Patient]]]] = [
        ("taught", list(enumerate(patients))[:taught]),
        ("paused", list(enumerate(patients))[taught:]),
        ("in use", list(enumerate(patients))[taught:]),
    ]
    for arm, chosen in arms:
        for number, patient in chosen:
            for index in slices_of(patient.truth, TAUGHT_SLICES if arm == "taught" else TRIED_SLICES):
                yield _tried(engine, stream, kind, arm, (number, patient), index, seed)


def _tried(
    engine: EngineApi, stream: str, kind: PromptKind, arm: str, who: tuple[int, Patient], index: int, seed: int
) -> Tried:
    number, patient = who
    slice_id, truth = engine.put_slice(patient.images[index]), patient.truth[index]
    proposals = [engine.predict(TASK, slice_id, prompt) for prompt in patient.prompts(index, kind, seed)]
    shown: BoolArray = np.logical_or.reduce([each.mask for each in proposals])
    score = dice(shown, truth)
    if arm == "paused":
        for each in proposals:
            engine.dismiss(each.proposal_id)
    else:
        mask = shown if arm == "in use" and score >= GOOD else truth
        name = f"{patient.name}#{index}"
        engine.correct(TASK, slice_id, mask, correction_id=name, proposals=[each.proposal_id for each in proposals])
        engine.learn_now(TASK)
    changed = int(np.count_nonzero(shown ^ truth))
    quality = float(np.mean([each.quality for each in proposals]))
    return Tried(stream, kind, arm, number, patient.patient, index, score, changed, quality)

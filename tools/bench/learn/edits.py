"""Edits until a volume's Dice is 0.90: prompt one slice, propagate, repair what is told to be worst, again.

The largest slice of the structure is prompted and saved with its truth; that is an edit where what was proposed lay
below 0.90. Then the whole stack is propagated from all saved slices; while the volume (saved slices count as the truth,
others as proposed, nothing where nothing is proposed) lies below 0.90, the slice of the worst estimate is repaired and
saved, the truth being empty where the structure is not; it is learned, and the stack is propagated again. Each slice
repaired is an edit, also one that turns out to have been good. Where nothing is proposed any more that is not saved,
the repaired slice is the surest of those of which a front said that it ended there, then the next to a saved one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.imaging.metrics import dice
from auxol_core.types import BoolArray, Propagated
from tools.bench.learn.patients import Patient

GOOD = 0.90
MOST_EDITS = 15
TASK = "volumes"


@dataclass(frozen=True)
class Edit:
    """One look at one slice of a volume. ``number``: edits so far, this one among them; 0: the first one needed none.

    ``before``, ``after``: the volume's Dice before this slice was saved and after the propagation that followed.
    ``slice``: which; ``quality``: what was told of it, ``true``: its Dice, None where nothing was proposed there;
    ``there``: whether the structure is on it; ``why``: how it was chosen. ``over``, ``under``: slices proposed without
    the structure and slices of the structure without a proposal after the propagation; ``last``: of this volume;
    ``changed``: voxels that saving this slice put in or took out.
    """

    stream: str
    arm: str
    volume: int
    patient: str
    number: int
    before: float
    after: float
    slice: int
    quality: float | None
    true: float | None
    there: bool
    why: str
    over: int
    under: int
    slices: int
    last: bool
    changed: int


@dataclass(eq=False)
class _Volume:
    """A volume under work."""

    engine: EngineApi
    patient: Patient
    ids: list[str]
    saved: dict[int, BoolArray] = field(default_factory=dict)
    told: dict[int, Propagated] = field(default_factory=dict)

    def save(self, index: int, proposals: Iterable[str]) -> None:
        """Save the truth of a slice and learn it; what else is proposed is let go, it will be made anew."""
        kept = list(proposals)
        for item in self.told.values():
            if item.proposal is not None and item.proposal.proposal_id not in kept:
                self.engine.dismiss(item.proposal.proposal_id)
        self.told = {}
        truth = self.patient.truth[index]
        name = f"{self.patient.name}#{index}"
        self.engine.correct(TASK, self.ids[index], truth, correction_id=name, proposals=kept)
        self.saved[index] = truth
        self.engine.learn_now(TASK)

    def propagate(self) -> None:
        seeds = {index: mask for index, mask in self.saved.items() if mask.any()}
        self.told = {item.index: item for item in self.engine.propagate(TASK, self.ids, seeds)}

    def shown(self) -> BoolArray:
        """The volume's mask as it stands."""
        shown = np.zeros_like(self.patient.truth)
        for index, item in self.told.items():
            if item.proposal is not None:
                shown[index] = item.proposal.mask
        for index, mask in self.saved.items():
            shown[index] = mask
        return shown

    def worst(self) -> tuple[int, str]:
        """The slice to repair next, and how it was chosen."""
        told = {index: item for index, item in self.told.items() if index not in self.saved}
        proposed = {i: item.proposal.quality for i, item in told.items() if item.proposal is not None}
        if proposed:
            return min(proposed, key=lambda i: (proposed[i], i)), "worst"
        if told:
            return max(told, key=lambda i: (told[i].confidence, -i)), "end"
        steps = sorted((abs(i - s), i) for i in range(len(self.ids)) if i not in self.saved for s in self.saved)
        return steps[0][1], "beside"


def edits(
    engine: EngineApi, stream: str, arm: str, patients: Iterable[Patient], seed: int = 0, good: float = GOOD
) -> Iterator[Edit]:
    """Bring volume after volume to ``good`` in the one task TASK, which is open; a row an edit, the first included."""
    for number, patient in enumerate(patients):
        volume = _Volume(engine, patient, [engine.put_slice(image) for image in patient.images])
        yield from _until_good(volume, stream, arm, number, seed, good)
        for item in volume.told.values():
            if item.proposal is not None:
                engine.dismiss(item.proposal.proposal_id)


def _until_good(volume: _Volume, stream: str, arm: str, number: int, seed: int, good: float) -> Iterator[Edit]:
    truth, count, before = volume.patient.truth, 0, 0.0
    index, why = volume.patient.first, "first"
    while True:
        if why == "first":
            prompts = volume.patient.prompts(index, "box", seed)
            proposals = [volume.engine.predict(TASK, volume.ids[index], prompt) for prompt in prompts]
            mask: BoolArray | None = np.logical_or.reduce([each.mask for each in proposals])
            quality: float | None = float(np.mean([each.quality for each in proposals]))
        else:
            proposal = volume.told[index].proposal if index in volume.told else None
            proposals = [] if proposal is None else [proposal]
            mask, quality = (None, None) if proposal is None else (proposal.mask, proposal.quality)
        true = None if mask is None else dice(mask, truth[index])
        count += why != "first" or true is None or true < good
        volume.save(index, [each.proposal_id for each in proposals])
        volume.propagate()
        shown = volume.shown()
        after = dice(shown, truth)
        over, under = _beyond(shown, truth)
        last = after >= good or count >= MOST_EDITS or len(volume.saved) == len(volume.ids)
        there = bool(truth[index].any())
        slices = int(truth.any(axis=(1, 2)).sum())
        yield Edit(
            stream, arm, number, volume.patient.patient, count, before, after, index, quality, true, there, why,
            over, under, slices, last, _changed(mask, truth[index]),
        )  # fmt: skip
        if last:
            return
        before = after
        index, why = volume.worst()


def _changed(shown: BoolArray | None, truth: BoolArray) -> int:
    """Where nothing was proposed all of it is drawn."""
    return int(np.count_nonzero(truth if shown is None else shown ^ truth))


def _beyond(shown: BoolArray, truth: BoolArray) -> tuple[int, int]:
    """How many slices show something without the structure, and how many have the structure and show nothing."""
    here, there = shown.any(axis=(1, 2)), truth.any(axis=(1, 2))
    return int((here & ~there).sum()), int((there & ~here).sum())

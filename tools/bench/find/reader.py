"""A simulated reader who brings volumes of patients never seen to a Dice of 0.90: prompts and edits, before and after.

*before*: the task knows nothing; the largest slice is prompted and saved, which is one action. *after*: the task was
taught so many slices with the structure, and as many without it, of other patients; *Find* over the whole volume costs
nothing. *taught, without Find*: the same task, asked as before. From then on all do the same: what is told worst among
what is shown is repaired and saved, one action (its truth, empty where the structure is not), it is learned, and the
volume is propagated from all that is saved, and found again with *Find*; a slice shows the one of both that is told
surer. Where nothing more is shown the next slice beside a saved one is looked at. At most 15 actions; who does not get
there counts 15. Every volume begins with what the case taught alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.build import make_engine
from auxol_core.imaging.metrics import dice
from auxol_core.options import MachineOptions, TaskOptions
from auxol_core.types import BoolArray, Propagated
from tools.bench.find.cases import Labelled
from tools.bench.learn.edits import GOOD, MOST_EDITS
from tools.bench.learn.patients import Patient

TASK = "read"
LEARNED_MEANWHILE = 40  # steps of rehearsal after the last lesson, as a worker makes while nobody asks


@dataclass(frozen=True)
class Reading:
    """What a volume took. ``lessons``: taught before, 0 for *before*; ``found``: with *Find*; ``first``: its Dice after
    *Find* or the first prompt; ``actions``: prompts and edits, MOST_EDITS where ``there`` is false."""

    lessons: int
    found: bool
    patient: str
    volume: str
    first: float
    actions: int
    there: bool
    last: float


@dataclass(eq=False)
class _Volume:
    """A volume under work."""

    engine: EngineApi
    patient: Patient
    ids: list[str]
    saved: dict[int, BoolArray] = field(default_factory=dict)
    shown: dict[int, Propagated] = field(default_factory=dict)

    def save(self, index: int) -> None:
        """Save the truth of a slice and learn it."""
        item = self.shown.pop(index, None)
        own = [] if item is None or item.proposal is None else [item.proposal.proposal_id]
        self._let_go(self.shown.values())
        self.shown = {}
        name, truth = f"{self.patient.name}#{index}", self.patient.truth[index]
        self.engine.correct(TASK, self.ids[index], truth, correction_id=name, proposals=own)
        self.saved[index] = truth
        self.engine.learn_now(TASK)

    def look(self, *, find: bool) -> None:
        """Find, propagate, and keep for each slice what is told surer."""
        made = list(self.engine.find(TASK, self.ids)) if find else []
        seeds = {index: mask for index, mask in self.saved.items() if mask.any()}
        if seeds:
            made += self.engine.propagate(TASK, self.ids, seeds)
        for item in sorted(made, key=lambda item: item.confidence):
            if item.proposal is not None and item.index not in self.saved:
                before = self.shown.get(item.index)
                self._let_go([] if before is None else [before])
                self.shown[item.index] = item

    def _let_go(self, items: Iterable[Propagated]) -> None:
        for item in items:
            if item.proposal is not None:
                self.engine.dismiss(item.proposal.proposal_id)

    def dice(self) -> float:
        """Of the whole volume as it stands."""
        mask = np.zeros_like(self.patient.truth)
        for index, item in self.shown.items():
            if item.proposal is not None:
                mask[index] = item.proposal.mask
        for index, truth in self.saved.items():
            mask[index] = truth
        return dice(mask, self.patient.truth)

    def worst(self) -> int:
        """What to repair next."""
        if self.shown:
            return min(self.shown, key=lambda index: (self.shown[index].confidence, index))
        if not self.saved:
            return self.patient.first
        steps = [(abs(i - s), i) for i in range(len(self.ids)) if i not in self.saved for s in self.saved]
        return min(steps)[1]


def readings(labelled: Sequence[Labelled], lessons: int, patients: Sequence[Patient]) -> Iterator[Reading]:
    """Rows of each volume: before anything was taught, then after the ``labelled`` slices, without and with *Find*."""
    with tempfile.TemporaryDirectory(prefix="auxol-reader-", ignore_cleanup_errors=True) as folder:
        engine = make_engine("builtin", Path(folder) / "tasks", MachineOptions(threads=1))
        taught = Path(folder) / "taught.auxol"
        try:
            engine.create_task("taught", TaskOptions())
            _teach(engine, labelled)
            engine.export_task("taught", taught)
            for patient in patients:
                for known, finds in ((0, False), (lessons, False), (lessons, True)):
                    if known:
                        engine.import_task(taught, TASK)
                    else:
                        engine.create_task(TASK, TaskOptions())
                    yield read(engine, patient, known, finds=finds)
                    engine.delete_task(TASK)
        finally:
            engine.close()


def _teach(engine: EngineApi, labelled: Sequence[Labelled]) -> None:
    for each in labelled:
        image, truth = each.patient.images[each.index], each.patient.truth[each.index]
        slice_id = engine.put_slice(image)
        prompts = each.patient.prompts(each.index, "box", 0) if truth.any() else []
        shown = [engine.predict("taught", slice_id, prompt).proposal_id for prompt in prompts]
        engine.correct("taught", slice_id, truth, correction_id=each.key, proposals=shown)
        engine.learn_now("taught")
    engine.think("taught", steps=LEARNED_MEANWHILE)


def read(engine: EngineApi, patient: Patient, lessons: int, good: float = GOOD, *, finds: bool = True) -> Reading:
    """One volume in TASK, which is open and knows ``lessons`` slices with the structure; who knows none cannot find."""
    finds = finds and lessons > 0
    volume = _Volume(engine, patient, [engine.put_slice(image) for image in patient.images])
    if finds:
        volume.look(find=True)
    first: float | None = volume.dice() if finds else None
    actions, now = 0, first or 0.0
    while now < good and actions < MOST_EDITS and len(volume.saved) < len(volume.ids):
        volume.save(volume.worst())
        actions += 1
        volume.look(find=finds)
        now = volume.dice()
        first = now if first is None else first
    there = now >= good
    actions = actions if there else MOST_EDITS
    return Reading(lessons, finds, patient.patient, patient.name, first or 0.0, actions, there, now)

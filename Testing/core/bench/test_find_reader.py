"""The simulated reader on an engine whose answers are known, and on a tiny real one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.options import TaskOptions
from auxol_core.types import BoolArray, Prompt, Propagated, Proposal, SliceImage
from tools.bench.find.bars import reading_bars
from tools.bench.find.cases import Case
from tools.bench.find.reader import TASK, Reading, read
from tools.bench.learn.edits import MOST_EDITS
from tools.bench.learn.patients import Patient

SIDE = 48


def patient(radii: Sequence[int] = (0, 8, 12, 10, 0)) -> Patient:
    rows, cols = np.mgrid[:SIDE, :SIDE]
    truth = np.stack([(rows - 22) ** 2 + (cols - 24) ** 2 < radius**2 for radius in radii])
    pixels = np.clip(np.random.default_rng(0).normal(70, 9, truth.shape) + 90 * truth, 0, 255).astype(np.uint8)
    return Patient("one", "one", 1, tuple(SliceImage(plane) for plane in pixels), truth)


@dataclass
class Scripted:
    """Finds ``answers`` (mask, confidence), by slice, wherever nothing is saved, and propagates nothing."""

    patient: Patient
    answers: Mapping[int, tuple[BoolArray, float]]
    saved: list[int] = field(default_factory=list)
    pending: set[str] = field(default_factory=set)

    def put_slice(self, image: SliceImage) -> str:
        return str(next(i for i, each in enumerate(self.patient.images) if each is image))

    def find(self, task: str, slices: Sequence[str]) -> Iterator[Propagated]:
        for index in range(len(slices)):
            if index in self.answers and index not in self.saved:
                mask, confidence = self.answers[index]
                self.pending.add(f"p{index}")
                prompt = Prompt(mask=mask.astype(np.float32))
                proposal = Proposal(f"p{index}", task, str(index), prompt, mask, confidence, version=0, share=1.0)
                yield Propagated(index, proposal, confidence=confidence)
            else:
                yield Propagated(index, None, "nothing here", 0.1)

    def propagate(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], *, taken: Collection[int] = ()
    ) -> Iterator[Propagated]:
        yield from ()

    def correct(self, task: str, slice_id: str, mask: BoolArray, **more: Any) -> None:
        self.pending -= set(more["proposals"])
        self.saved.append(int(slice_id))

    def dismiss(self, proposal_id: str) -> None:
        self.pending.remove(proposal_id)

    def learn_now(self, task: str) -> None:
        assert not self.pending


def read_by(engine: Scripted, lessons: int) -> Reading:
    return read(engine, engine.patient, lessons)  # type: ignore[arg-type]


def test_what_is_found_well_takes_no_action() -> None:
    one = patient()
    engine = Scripted(one, {index: (one.truth[index], 0.9) for index in (1, 2, 3)})
    assert read_by(engine, 5) == Reading(5, True, "one", "one", 1.0, 0, True, 1.0)
    assert engine.saved == []


def test_the_least_sure_is_repaired_first_and_what_is_left_out_is_looked_at_beside() -> None:
    one = patient()
    leak = np.ones_like(one.truth[0])
    engine = Scripted(one, {1: (one.truth[1], 0.9), 2: (leak, 0.5), 4: (leak, 0.3)})
    found = read_by(engine, 5)
    assert engine.saved[:2] == [4, 2] and found.there
    # Slice 3 is shown by nobody: the Dice is below 0.90 until it is come to, as one beside a saved one.
    assert engine.saved == [4, 2, 1, 0, 3] and found.actions == 5


def test_before_any_lesson_the_first_prompt_counts_and_a_miss_counts_in_full() -> None:
    one = patient([10] * 40)
    found = read_by(Scripted(one, {}), 0)
    assert (found.lessons, found.actions, found.there) == (0, MOST_EDITS, False) and 0 < found.first < 0.2


def test_without_find_a_taught_task_is_prompted_as_an_untaught_one() -> None:
    one = patient()
    found = read(Scripted(one, {1: (one.truth[1], 0.9)}), one, 5, finds=False)  # type: ignore[arg-type]
    assert (found.lessons, found.found) == (5, False)
    # Nothing is found: the largest slice is prompted, then those beside it, the lower one of two first (2, 1, 0, 3).
    assert found.actions == 4


def test_with_an_engine_nothing_stays_pending(tmp_path: Path) -> None:
    engine = Engine(tiny_generalist(), tiny_learner, tmp_path, MACHINE)
    engine.create_task(TASK, TaskOptions())
    found = read(engine, patient(), 0)
    assert 1 <= found.actions <= MOST_EDITS
    assert len(engine.corrections(TASK)) <= MOST_EDITS
    engine.close()


def test_the_bars_compare_the_same_volumes_before_and_after() -> None:
    def rows(lessons: int, actions: int) -> list[Reading]:
        return [
            Reading(0, False, "p", "v", 0.1, 12, True, 0.9),
            Reading(lessons, True, "p", "v", 0.8, actions, True, 0.9),
        ]

    found = reading_bars({Case("s", 5, 0, 0): rows(5, 7), Case("s", 20, 0, 0): rows(20, 6)})
    assert [bar.met for bar in found] == [True, False] and "share 0.58" in found[0].figure
    assert [bar.met for bar in reading_bars({})] == [None, None]

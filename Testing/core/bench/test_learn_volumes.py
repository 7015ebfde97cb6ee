"""The volume measurements on a made-up engine whose answers are known, and on a tiny real one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.options import TaskOptions
from auxol_core.types import BoolArray, Prompt, Propagated, Proposal, SliceImage
from tools.bench.learn.edits import MOST_EDITS, TASK, Edit, edits
from tools.bench.learn.in_use import Tried, in_use, slices_of
from tools.bench.learn.kept import of_dataclass
from tools.bench.learn.patients import Patient
from tools.bench.learn.volumes import Volumes, edits_bars, in_use_bars, outcome

SIDE = 64


def patient(name: str = "one", radii: Sequence[int] = (0, 9, 14, 12, 9, 0)) -> Patient:
    """A disc a slice, bright on noise."""
    rows, cols = np.mgrid[:SIDE, :SIDE]
    truth = np.stack([(rows - 30) ** 2 + (cols - 32) ** 2 < radius**2 for radius in radii])
    noise = np.random.default_rng(len(name)).normal(70, 10, truth.shape)
    pixels = np.clip(noise + 90 * truth, 0, 255).astype(np.uint8)
    return Patient(name, name, 1, tuple(SliceImage(plane) for plane in pixels), truth)


@dataclass
class Scripted:
    """An engine that proposes ``answers`` (mask, quality), by slice, wherever nothing is saved, and notes the saves."""

    patient: Patient
    answers: Mapping[int, tuple[BoolArray, float]]
    first: BoolArray
    ends: Mapping[int, float] = field(default_factory=dict)
    saved: list[int] = field(default_factory=list)
    pending: set[str] = field(default_factory=set)

    def put_slice(self, image: SliceImage) -> str:
        return str(next(i for i, each in enumerate(self.patient.images) if each is image))

    def predict(self, task: str, slice_id: str, prompt: Prompt) -> Proposal:
        return self._proposal(int(slice_id), self.first, 0.9)

    def _proposal(self, index: int, mask: BoolArray, quality: float) -> Proposal:
        self.pending.add(f"p{index}")
        prompt = Prompt(mask=mask.astype(np.float32))
        return Proposal(f"p{index}", TASK, str(index), prompt, mask, quality, version=0, share=1.0)

    def propagate(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], *, taken: Collection[int] = ()
    ) -> Iterator[Propagated]:
        for index, (mask, quality) in self.answers.items():
            if index not in self.saved:
                yield Propagated(index, self._proposal(index, mask, quality))
        for index, confidence in self.ends.items():
            yield Propagated(index, None, "the structure ends", confidence)

    def correct(self, task: str, slice_id: str, mask: BoolArray, **more: Any) -> None:
        assert set(more["proposals"]) <= self.pending
        self.pending -= set(more["proposals"])
        self.saved.append(int(slice_id))

    def dismiss(self, proposal_id: str) -> None:
        self.pending.remove(proposal_id)

    def learn_now(self, task: str) -> None:
        assert not self.pending  # what nobody will look at is not made anew


def rows_of(engine: Scripted) -> list[Edit]:
    return list(edits(engine, "s", "learning", [engine.patient]))  # type: ignore[arg-type]


def test_a_good_first_slice_and_a_good_volume_take_no_edit() -> None:
    one = patient()
    engine = Scripted(one, {i: (one.truth[i], 0.9) for i in (1, 3, 4)}, one.truth[2])
    (row,) = rows_of(engine)
    assert (row.number, row.slice, row.last, row.after, row.over, row.under) == (0, 2, True, 1.0, 0, 0)
    assert engine.pending == set()


def test_the_worst_told_is_repaired_first_and_each_look_counts() -> None:
    one = patient()
    leak = np.ones_like(one.truth[0])
    answers = {1: (one.truth[1], 0.5), 3: (one.truth[3], 0.8), 4: (one.truth[4], 0.9), 5: (leak, 0.6)}
    rows = rows_of(Scripted(one, answers, leak))
    assert [(row.slice, row.number, row.true, row.there, row.why) for row in rows[1:]] == [
        (1, 2, 1.0, True, "worst"),
        (5, 3, 0.0, False, "worst"),
    ]
    assert (rows[0].number, rows[0].over, rows[-1].over) == (1, 1, 0)  # the first proposal was bad as well
    assert rows[-1].after == 1.0


def test_where_nothing_more_is_proposed_the_surest_end_is_looked_at_and_then_what_lies_beside() -> None:
    one = patient()
    engine = Scripted(one, {}, one.truth[2], ends={1: 0.1, 4: 0.3})
    looked = [(row.slice, row.why) for row in rows_of(engine)]
    assert looked == [(2, "first"), (4, "end"), (1, "end"), (0, "beside"), (3, "beside")]


def test_a_volume_that_does_not_get_there_ends_after_the_most_edits() -> None:
    one = patient(radii=[14] * 40)
    answers = {i: (np.zeros_like(one.truth[0]), 0.5) for i in range(40)}
    rows = rows_of(Scripted(one, answers, one.truth[0]))
    assert (rows[-1].number, rows[-1].last) == (MOST_EDITS, True)
    result = outcome(rows, half=False)
    assert (result.edits, result.failed) == ((MOST_EDITS,), 1)
    bars = edits_bars([("lgg_volumes", result, result)])
    assert [bar.met for bar in bars] == [False, False]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(tiny_generalist(), tiny_learner, tmp_path, MACHINE)
    engine.create_task(TASK, TaskOptions(learning=False))
    yield engine
    engine.close()


def test_with_an_engine_every_row_follows_from_the_one_before_and_nothing_stays_pending(engine: Engine) -> None:
    rows = list(edits(engine, "s", "frozen", [patient("one"), patient("another")]))
    assert [row.volume for row in rows if row.last] == [0, 1]
    for before, after in pairwise(rows):
        assert before.last or after.before == before.after
    assert engine._pending.of_task(TASK) == []


def test_in_use_saves_every_slice_and_paused_none(engine: Engine) -> None:
    rows = list(in_use(engine, "s", "box", [patient("one"), patient("another")], taught=1))
    assert [row.arm for row in rows] == ["taught"] * 4 + ["paused"] * 4 + ["in use"] * 4
    assert len(engine.corrections(TASK)) == 8
    _, bars = in_use_bars(rows)
    assert len(bars) == 2


def test_slices_are_spread_over_those_that_show_the_structure() -> None:
    assert slices_of(patient().truth, 2) == [1, 4]
    assert slices_of(patient(radii=[3, 4]).truth, 2) == []


def test_a_finished_run_is_read_back_and_an_interrupted_one_is_made_again(tmp_path: Path) -> None:
    paused = Tried("s", "box", "paused", 0, "one", 3, 1 / 3, 7, 0.5)
    rows = [paused, replace(paused, arm="in use", dice=1.0, changed=0)]
    kept = of_dataclass(tmp_path, Tried)

    def interrupted() -> Iterator[Tried]:
        yield paused
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.rows("run", interrupted, dict)
    assert not kept.has("run")
    assert kept.rows("run", lambda: rows, lambda: {"depends on": ["a.py"]}) == rows
    assert kept.rows("run", lambda: [], dict) == rows
    assert "a.py" in (tmp_path / "run.json").read_text()


def test_volume_runs_are_made_once_and_asked_for_only_where_they_are(tmp_path: Path, engine: Engine) -> None:
    structure = tmp_path / "data" / "discs"
    for folder in ("volumes", "labels"):
        (structure / folder).mkdir(parents=True)
    for name in ("one", "another"):
        each = patient(name)
        grey = np.stack([image.pixels for image in each.images])
        for folder, array in (("volumes", grey), ("labels", each.truth.astype(np.uint8))):
            SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array), str(structure / folder / f"{name}.nii.gz"))

    def tiny(folder: Path) -> Engine:
        return Engine(tiny_generalist(), tiny_learner, folder, MACHINE)

    runs = Volumes(tmp_path / "runs", tmp_path / "data", tiny, made_only=True)
    assert runs.edits("discs", "frozen") is None
    made = replace(runs, made_only=False).edits("discs", "frozen")
    assert made and [row.volume for row in made if row.last] == [0, 1]
    assert runs.edits("discs", "frozen") == made
    assert runs.edits("discs", "learning") is None

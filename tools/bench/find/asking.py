"""The locator's boxes, and the true ones, to a task's models through an engine: frozen, and taught the same slices."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.build import make_engine
from auxol_core.options import MachineOptions, TaskOptions
from auxol_core.prompter.base import Ground, Propose
from auxol_core.prompter.extended import Extended
from auxol_core.prompter.located import Located, judged, presences_of, seen_on
from auxol_core.prompter.locating import Look
from auxol_core.prompter.usual_place import UsualPlace
from auxol_core.steps import finish
from auxol_core.types import BoolArray, Box, Prompt, Propagated, Proposal
from tools.bench.find.cases import Labelled
from tools.bench.find.found import Found, found
from tools.bench.find.locating import Taught
from tools.bench.learn.patients import Patient

FROZEN, SPECIALIST = "frozen", "taught"
TASKS = (FROZEN, SPECIALIST)


@dataclass(frozen=True, eq=False)
class _Made:
    proposal: Proposal


def asked_rows(locator: Taught, labelled: Sequence[Labelled], patients: Sequence[Patient]) -> Iterator[Found]:
    """Rows of ``box to TASK`` and ``true box to TASK`` for both tasks, and of ``ellipse``."""
    with tempfile.TemporaryDirectory(prefix="auxol-find-", ignore_cleanup_errors=True) as folder:
        engine = make_engine("builtin", Path(folder), MachineOptions(threads=1))
        try:
            for task in TASKS:
                engine.create_task(task, TaskOptions(learning=task == SPECIALIST))
            costs = {FROZEN: 0.0, SPECIALIST: _teach(engine, labelled)}
            for patient in patients:
                looks = [locator.look(image) for image in patient.images]
                for task in TASKS:
                    cost = locator.cost_s + costs[task]
                    yield from _found(engine, task, f"box to {task}", patient, looks, cost)
                    yield from _with_true_boxes(engine, task, patient, costs[task])
                yield from _ellipses(patient)
        finally:
            engine.close()


def cam_rows(locator: Taught, patients: Sequence[Patient]) -> Iterator[Found]:
    """Rows of ``CAM box to frozen``: the boxes of the published method's map, ``locator``, to the built-in network."""
    with tempfile.TemporaryDirectory(prefix="auxol-find-", ignore_cleanup_errors=True) as folder:
        engine = make_engine("builtin", Path(folder), MachineOptions(threads=1))
        try:
            engine.create_task(FROZEN, TaskOptions(learning=False))
            for patient in patients:
                looks = [locator.look(image) for image in patient.images]
                yield from _found(engine, FROZEN, f"CAM box to {FROZEN}", patient, looks, locator.cost_s)
        finally:
            engine.close()


def _teach(engine: EngineApi, labelled: Sequence[Labelled]) -> float:
    """Save and learn the slices with the structure; CPU seconds of it, predictions included."""
    began = time.process_time()
    for each in labelled:
        truth = each.patient.truth[each.index]
        if not truth.any():
            continue  # "nothing here" is taught to the locator and not to the specialist
        slice_id = engine.put_slice(each.patient.images[each.index])
        made = [engine.predict(SPECIALIST, slice_id, prompt) for prompt in each.patient.prompts(each.index, "box", 0)]
        ids = [proposal.proposal_id for proposal in made]
        engine.correct(SPECIALIST, slice_id, truth, correction_id=each.key, proposals=ids)
        engine.learn_now(SPECIALIST)
    return time.process_time() - began


def _found(
    engine: EngineApi, task: str, method: str, patient: Patient, looks: Sequence[Look], cost_s: float
) -> Iterator[Found]:
    """What the prompter proposes, and on slices with the structure that it leaves out what it would have."""
    ids = [engine.put_slice(image) for image in patient.images]

    def propose(slice_id: str, prompt: Prompt) -> Generator[None, None, _Made]:
        yield
        made = engine.predict(task, slice_id, prompt)
        engine.dismiss(made.proposal_id)
        return _Made(made)

    ground = Ground(
        slices=ids,
        seeds={},
        is_taken=lambda _: False,
        shape_of=lambda index: patient.images[index].shape,
        places=_no_places,
        propose=propose,
        is_empty=lambda _: False,
        pixels=patient.grey,
        look=lambda index: looks[index],
    )
    told = {item.index: item for item in Extended(Located(UsualPlace())).prompting(ground) if item is not None}
    presences = presences_of([look.presence for look in looks], {}).tolist()
    for index, truth in enumerate(patient.truth):
        shown = told[index].proposal is not None
        item = told[index] if shown or not truth.any() else _all_the_same(index, looks[index], propose, ids[index])
        mask = np.zeros_like(truth) if item.proposal is None else item.proposal.mask
        yield found(
            method, (patient.patient, patient.name, index), truth, mask,
            presence=presences[index], shown=shown, confidence=item.confidence, cost_s=cost_s,
        )  # fmt: skip


def _no_places(_: int) -> Generator[None, None, list[Box]]:
    yield
    return []


def _all_the_same(index: int, look: Look, propose: Propose, slice_id: str) -> Propagated:
    """What the prompter would have proposed on a slice that it left out."""
    mask, boxes = seen_on(look)
    answers = []
    for box in boxes:
        answers.append(finish(propose(slice_id, Prompt(box=box))).proposal)
    return judged(index, mask, 1.0, answers)


def _with_true_boxes(engine: EngineApi, task: str, patient: Patient, cost_s: float) -> Iterator[Found]:
    """The tight box of the whole truth; nothing is asked where there is none, as if somebody had told."""
    for index, truth in enumerate(patient.truth):
        box, mask = Box.of_mask(truth), np.zeros_like(truth)
        if box is not None:
            made = engine.predict(task, engine.put_slice(patient.images[index]), Prompt(box=box))
            engine.dismiss(made.proposal_id)
            mask = made.mask
        yield _told(f"true box to {task}", patient, index, mask, cost_s)


def _ellipses(patient: Patient) -> Iterator[Found]:
    for index, truth in enumerate(patient.truth):
        yield _told("ellipse in the true box", patient, index, ellipse(truth), 0.0)


def _told(method: str, patient: Patient, index: int, mask: BoolArray, cost_s: float) -> Found:
    truth, there = patient.truth[index], bool(patient.truth[index].any())
    who = (patient.patient, patient.name, index)
    return found(method, who, truth, mask, presence=float(there), shown=there, confidence=1.0, cost_s=cost_s)


def ellipse(truth: BoolArray) -> BoolArray:
    """The ellipse inscribed in the tight box of ``truth`` (H, W); empty where that is."""
    box = Box.of_mask(truth)
    if box is None:
        return np.zeros_like(truth)
    rows, cols = np.mgrid[: truth.shape[0], : truth.shape[1]] + 0.5
    (row, col), down, right = box.centre, box.height / 2, box.width / 2
    return np.asarray(((rows - row) / down) ** 2 + ((cols - col) / right) ** 2 <= 1.0)

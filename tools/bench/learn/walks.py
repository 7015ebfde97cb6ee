"""Walks without an end: what propagation's fronts see from slice to slice, with the truth beside it.

``python -m tools.bench.learn.walks --data DIR --out FOLDER`` writes ``steps.csv`` and, in the same order,
``masks.npz``. From seeds with the true mask a front goes each way as ``prompter/propagate.py`` has it, but does not
stop: up to six slices past the structure's end, so that any rule for estimating and stopping can be tried on the rows
(``fit_propagation.py``). Arms: *frozen*, the first volumes; *taught*, three slices of each of the first four volumes
saved and learned, the next volumes. Seeds: the largest slice; those at a fifth and at four fifths of the structure
together, where the box goes its way to the other one.
"""

from __future__ import annotations

import csv
import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from auxol_core.api import EngineApi
from auxol_core.build import make_engine
from auxol_core.imaging.metrics import dice
from auxol_core.options import MachineOptions, TaskOptions
from auxol_core.prompter.base import MIN_PIXELS
from auxol_core.prompter.propagate import prompt_from
from auxol_core.prompter.trust import Look
from auxol_core.types import BoolArray, Box
from tools.bench.learn.edits import TASK
from tools.bench.learn.patients import Patient, chosen, patients, structure_of

STREAMS = ("lgg_volumes", "btcv_ct/spleen", "btcv_ct/left_kidney")
TAUGHT_VOLUMES, TAUGHT_SLICES = 4, 3
BEYOND = 6


@dataclass(frozen=True)
class Step:
    """One slice of one walk.

    ``goal``: slices to the seed on the other side, 0 where there is none; ``quality``: the model's own;
    ``seed_quality``, ``seed_dice``: its own and its true Dice on the seed, asked with its box; ``agreed``: Dice with$
    the neighbour's mask; ``area``: in pixels, ``before``: the neighbour's, ``seed_area``; ``spill``: share of the mask
    outside of its prompt's box; ``moved``: how far the centre went, in square roots of the neighbour's area;
    ``likeness``: to the seed; ``true``: Dice, 0 where the structure is not; ``there``: whether it is.
    """

    stream: str
    arm: str
    patient: str
    seeds: str
    seed: int
    step: int
    distance: int
    goal: int
    quality: float
    seed_quality: float
    seed_dice: float
    agreed: float
    area: int
    before: int
    seed_area: int
    spill: float
    moved: float
    likeness: float
    true: float
    true_area: int
    volume_area: int
    there: bool
    slice: int
    mask: BoolArray = field(default_factory=lambda: np.zeros((0, 0), dtype=bool), repr=False)


def seed_sets(patient: Patient) -> dict[str, list[int]]:
    """By name: the slices whose truth a walk starts from."""
    found = np.flatnonzero(patient.truth.any(axis=(1, 2)))
    first, last = (int(found[round(share * (found.size - 1))]) for share in (0.2, 0.8))
    sets = {"largest": [patient.first]}
    return sets if last - first < 4 else sets | {"two": [first, last]}


def walked(
    engine: EngineApi, stream: str, arm: str, patient: Patient, name: str, seeds: Sequence[int]
) -> Iterator[Step]:
    """All fronts from ``seeds`` of one volume; the task TASK is open."""
    ids = [engine.put_slice(image) for image in patient.images]
    found = np.flatnonzero(patient.truth.any(axis=(1, 2)))
    for place, seed in enumerate(seeds):
        surest, seed_dice = _of_seed(engine, patient, ids, seed)
        look = Look.of(patient.grey(seed), patient.truth[seed])
        for step in (1, -1):
            other = seeds[place + step] if 0 <= place + step < len(seeds) else None
            box = None if other is None else Box.of_mask(patient.truth[other])
            mask, before, at, index = patient.truth[seed], None, seed, seed + step
            area = int(mask.sum())
            if name == "two" and other is None:
                continue  # beyond them it goes as from any seed
            while 0 <= index < len(ids) and found[0] - BEYOND <= index <= found[-1] + BEYOND and index != other:
                goal = None if other is None or box is None else (box, (index - at) / (other - at))
                prompt = prompt_from(mask, before, goal)
                made = engine.predict(TASK, ids[index], prompt)
                engine.dismiss(made.proposal_id)
                truth = patient.truth[index]
                now = int(np.count_nonzero(made.mask))
                yield Step(
                    stream, arm, patient.patient, name, seed, step, abs(index - seed),
                    0 if other is None else abs(other - index), made.quality, surest, seed_dice, dice(made.mask, mask),
                    now, int(np.count_nonzero(mask)), area, _spill(made.mask, prompt.box), _moved(made.mask, mask),
                    look.likeness(patient.grey(index), made.mask), dice(made.mask, truth) if truth.any() else 0.0,
                    int(truth.sum()), int(patient.truth.sum()), bool(truth.any()),
                    index, made.mask,
                )  # fmt: skip
                if now < MIN_PIXELS or (other is not None and 2 * abs(index - seed) > abs(other - seed)):
                    break
                before, mask, at, index = mask, made.mask, index, index + step


def _of_seed(engine: EngineApi, patient: Patient, ids: Sequence[str], seed: int) -> tuple[float, float]:
    made = engine.predict(TASK, ids[seed], prompt_from(patient.truth[seed]))
    engine.dismiss(made.proposal_id)
    return made.quality, dice(made.mask, patient.truth[seed])


def _spill(mask: BoolArray, box: Box | None) -> float:
    total = int(np.count_nonzero(mask))
    if box is None or not total:
        return 0.0
    rows, cols = (slice(max(0, round(a)), max(0, round(b))) for a, b in ((box.row0, box.row1), (box.col0, box.col1)))
    return 1.0 - int(np.count_nonzero(mask[rows, cols])) / total


def _moved(mask: BoolArray, before: BoolArray) -> float:
    if not mask.any() or not before.any():
        return 9.0
    here, there = (np.array([axis.mean() for axis in np.nonzero(each)]) for each in (mask, before))
    return float(np.hypot(*(here - there)) / np.sqrt(np.count_nonzero(before)))


def teach(engine: EngineApi, volumes: Sequence[Patient]) -> None:
    """Save and learn the slices of ``volumes`` that the arm *taught* has had."""
    for patient in volumes:
        found = np.flatnonzero(patient.truth.sum(axis=(1, 2)) > 150)
        for share in np.linspace(0.15, 0.85, TAUGHT_SLICES):
            index = int(found[round(share * (found.size - 1))]) if found.size else patient.first
            slice_id = engine.put_slice(patient.images[index])
            made = [engine.predict(TASK, slice_id, prompt) for prompt in patient.prompts(index, "box", 0)]
            ids = [each.proposal_id for each in made]
            name = f"{patient.name}#{index}"
            engine.correct(TASK, slice_id, patient.truth[index], correction_id=name, proposals=ids)
            engine.learn_now(TASK)


def main(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    stream: Annotated[list[str] | None, typer.Option(help="SET or SET/LABEL; may be given several times.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Volumes of each stream and arm.")] = 6,
) -> None:
    """Walk and write."""
    console, names = Console(), [each.name for each in dataclasses.fields(Step)][:-1]
    out.mkdir(parents=True, exist_ok=True)
    masks: list[NDArray[np.uint8]] = []
    with (out / "steps.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for name in stream or STREAMS:
            structure = structure_of(data, name)
            volumes = list(patients(chosen(structure, 0, TAUGHT_VOLUMES + count), structure.value))
            for arm in ("frozen", "taught"):
                began = perf_counter()
                for patient, engine in _arms(volumes, arm, count):
                    for seeds_name, seeds in seed_sets(patient).items():
                        for step in walked(engine, name, arm, patient, seeds_name, seeds):
                            writer.writerow([getattr(step, each) for each in names])
                            masks.append(np.packbits(step.mask))
                    file.flush()
                    np.savez_compressed(out / "masks.npz", *masks)
                console.print(f"{name} {arm}: {perf_counter() - began:.0f} s")


def _arms(volumes: Sequence[Patient], arm: str, count: int) -> Iterator[tuple[Patient, EngineApi]]:
    """The volumes that an arm walks through, with its engine."""
    with tempfile.TemporaryDirectory(prefix="auxol-walks-", ignore_cleanup_errors=True) as folder:
        engine = make_engine("builtin", Path(folder), MachineOptions(threads=1, locating=False))
        try:
            engine.create_task(TASK, TaskOptions(learning=arm == "taught"))
            if arm == "taught":
                teach(engine, volumes[:TAUGHT_VOLUMES])
            for patient in volumes[:count] if arm == "frozen" else volumes[TAUGHT_VOLUMES:]:
                yield patient, engine
        finally:
            engine.close()


if __name__ == "__main__":
    typer.run(main)

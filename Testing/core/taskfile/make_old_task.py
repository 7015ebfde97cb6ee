"""Makes the task files of an older program that the tests open: Testing/data/old_tasks. Not a test.

To be run by the commit whose tasks are wanted, with this folder's pictures:

    git worktree add ../old 4e5615f
    cd ../old && PYTHONPATH=$PWD:$PWD/Testing/core python <here>/Testing/core/taskfile/make_old_task.py 4e5615f <folder>

``shipped-<commit>.auxol``: the weights that ship. Its snapshots are taken out afterwards, as retention takes them from
any task in the end, because each weighs 10 MB; the journal still has their digests.
``tiny-<commit>.auxol``: the tests' tiny network, with its snapshots.
``<name>.json``: what that commit knows of each: Dice on slices that were not taught, curve and history.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
from old_pictures import NOT_TAUGHT, disc_with_core
from tiny_network import MACHINE, tiny_generalist

from auxol_core import build
from auxol_core.engine import Engine
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.types import IntensityWindow, Point, Prompt, SliceImage

# Steps enough to learn something; the budget is out of the way, so that a slow machine makes as many.
OPTIONS = TaskOptions(
    window=IntensityWindow(0.0, 255.0),
    seed=7,
    auxol=AuxolOptions(steps=12, batch=4, learning_rate=1e-3, average=0.5, guard_last=0, budget_s=3600.0),
)


def shipped(folder: Path) -> Engine:
    return build.make_engine("builtin", folder, MACHINE)


def tiny(folder: Path) -> Engine:
    def make(options: TaskOptions) -> tuple[build.Specialist, build.FusionRule]:
        return build.AuxolSpecialist(tiny_generalist().network, options.auxol), build.ExpertAdvice(options.auxol)

    return Engine(tiny_generalist(), make, folder, MACHINE)


def shown(engine: Engine, task: str, number: int) -> tuple[str, str, np.ndarray, np.ndarray]:
    """(slice's id, proposal's id, its mask, the truth) of picture ``number``."""
    pixels, truth, click = disc_with_core(number)
    slice_id = engine.put_slice(SliceImage(pixels))
    proposal = engine.predict(task, slice_id, Prompt(points=(Point(*click),)))
    return slice_id, proposal.proposal_id, proposal.mask, truth


def teach(engine: Engine, task: str, number: int, *, confirm: bool = False, by_hand: bool = False) -> None:
    slice_id, proposal, mask, truth = shown(engine, task, number)
    known = [] if by_hand else [proposal]
    engine.correct(task, slice_id, mask if confirm else truth, correction_id=f"c{number}", proposals=known)


def make(engine: Engine, task: str) -> dict[str, object]:
    """Teach ``task`` two corrections and a confirmation, undo that, go on, roll back and forth; the
    last correction of all stays queued. Returns what is known of the task."""
    engine.create_task(task, OPTIONS)
    before = skill(engine, task)
    for number in (0, 1, 2):
        teach(engine, task, number, confirm=number == 2)
        engine.learn_now(task)
    engine.undo(task)
    for number in (3, 4):
        teach(engine, task, number, by_hand=number == 3)
        engine.learn_now(task)
    engine.roll_back(task, 1)
    engine.roll_back(task, 5)
    engine.pause(task)
    teach(engine, task, 5)  # it moves the fusion, and is learned from when somebody resumes
    status = engine.status(task)
    return {
        "dice_untaught": before,
        "dice": skill(engine, task),
        "version": status.version,
        "share": status.share,
        "queued": status.queued,
        "corrections": [asdict(each) for each in engine.corrections(task)],
        "versions": [asdict(each) for each in engine.versions(task)],
    }


def skill(engine: Engine, task: str) -> list[float]:
    """Dice on each picture that is not taught."""
    result = []
    for number in NOT_TAUGHT:
        _, proposal, mask, truth = shown(engine, task, number)
        engine.dismiss(proposal)
        result.append(2.0 * float((mask & truth).sum()) / float(mask.sum() + truth.sum()))
    return result


def without_snapshots(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM snapshots")
        connection.execute("VACUUM")


def main(commit: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, maker in (("shipped", shipped), ("tiny", tiny)):
        task = f"{name}-{commit}"
        (folder / f"{task}.auxol").unlink(missing_ok=True)
        engine = maker(folder)
        known = make(engine, task)
        engine.close()
        if name == "shipped":
            without_snapshots(folder / f"{task}.auxol")
        (folder / f"{task}.json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

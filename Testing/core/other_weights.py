"""The tests' small engine with other initial weights, and a task as old ones were taught: for tests of relearning."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from old_tasks import disc_with_core
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.generalist.builtin import BuiltinGeneralist
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.promptable.fold import folded
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.specialist.auxol.learner import AuxolSpecialist
from auxol_core.specialist.preset import Learner
from auxol_core.specialist.registry import find_preset
from auxol_core.types import BoolArray, IntensityWindow, Point, Prompt, Proposal, Receipt, SliceImage

# What the old tasks were made with (taskfile/make_old_task.py).
OLD_OPTIONS = TaskOptions(
    window=IntensityWindow(0.0, 255.0),
    seed=7,
    auxol=AuxolOptions(steps=12, batch=4, learning_rate=1e-3, average=0.5, guard_last=0, budget_s=3600.0),
)


@cache
def other_generalist() -> BuiltinGeneralist:
    """The same network from another seed, under the same name: as when a program ships other weights."""
    tiny_generalist()  # it tells torch first
    with torch.random.fork_rng():
        torch.manual_seed(5)
        with patch.multiple("auxol_core.promptable.network", WIDTHS=(8, 8, 8, 8), BLOCKS=(1, 1, 1, 1), DETAIL_WIDTH=8):
            network = folded(PromptableNetwork().eval())
    return BuiltinGeneralist(network, "72" * 32)


def other_learner(options: TaskOptions) -> Learner:
    if options.preset == "auxol":
        specialist = AuxolSpecialist(other_generalist().network, options.auxol)
        return find_preset("auxol").around(specialist, options)
    return tiny_learner(options)


def other_engine(folder: Path, **more: Any) -> Engine:
    return Engine(other_generalist(), other_learner, folder, MACHINE, **more)


def propose_core(engine: Engine, task: str, number: int) -> tuple[Proposal, BoolArray]:
    """A click into the core of picture ``number``; the proposal, and the disc that is meant."""
    pixels, truth, click = disc_with_core(number)
    return engine.predict(task, engine.put_slice(SliceImage(pixels)), Prompt(points=(Point(*click),))), truth


def teach_disc(engine: Engine, task: str, number: int, *, by_hand: bool = False) -> Receipt:
    proposal, truth = propose_core(engine, task, number)
    known = [] if by_hand else [proposal.proposal_id]
    return engine.correct(task, proposal.slice_id, truth, correction_id=f"c{number}", proposals=known)


def teach_lineage(engine: Engine, task: str) -> None:
    """The corrections on the current version's way, and the queued one, of the old tasks."""
    engine.create_task(task, OLD_OPTIONS)
    for number in (0, 1, 3, 4):
        teach_disc(engine, task, number, by_hand=number == 3)
        engine.learn_now(task)
    engine.pause(task)
    teach_disc(engine, task, 5)


def work(engine: Engine, task: str) -> None:
    """What the engine does by itself."""
    for _ in engine.work(task):
        pass

"""Invariant 12: tasks that an older program taught (../taskfile/make_old_task.py) open, and know what they knew."""

from __future__ import annotations

import copy
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import torch
from old_tasks import SHIPPED, TINY, assert_knows, assert_shows, brought, skill
from other_weights import work
from small_engine import narrow_engine, shipped_engine
from tiny_network import MACHINE

from auxol_core.build import set_up_torch
from auxol_core.engine.engine import Engine
from auxol_core.generalist.builtin import BuiltinGeneralist, load_builtin
from auxol_core.options import TaskOptions
from auxol_core.promptable.shipped import STEP
from auxol_core.specialist.auxol.learner import AuxolSpecialist
from auxol_core.specialist.preset import Learner
from auxol_core.specialist.registry import find_preset
from auxol_core.types import Progress


def test_a_task_of_an_older_program_opens_with_its_curve_its_history_and_its_skill(tmp_path: Path) -> None:
    known = brought(tmp_path, TINY)
    with closing(narrow_engine(tmp_path)) as engine:
        engine.open_task(TINY)
        assert_knows(engine, TINY, known)


def test_one_taught_with_the_weights_that_ship_does_too(tmp_path: Path) -> None:
    known = brought(tmp_path, SHIPPED)
    assert min(known["dice"]) - max(known["dice_untaught"]) > 0.3  # what it knows was taught
    with closing(shipped_engine(tmp_path)) as engine:
        if engine.open_task(SHIPPED).relearning is None:
            assert_knows(engine, SHIPPED, known)
        else:  # these weights came after that program's
            assert_knows_again(engine, SHIPPED, known)


def test_and_where_other_weights_ship_now_it_has_learned_again_what_it_knew(tmp_path: Path) -> None:
    known = brought(tmp_path, SHIPPED)
    set_up_torch(MACHINE)
    generalist = shaken(load_builtin(), 0.02)

    def learner(options: TaskOptions) -> Learner:
        return find_preset("auxol").around(AuxolSpecialist(generalist.network, options.auxol, step=STEP), options)

    with closing(Engine(generalist, learner, tmp_path, MACHINE)) as engine:
        assert engine.open_task(SHIPPED).relearning == Progress(0, 10)
        assert_knows_again(engine, SHIPPED, known)


def assert_knows_again(engine: Engine, task: str, known: dict[str, Any]) -> None:
    """Learned again, it is not worse than it was. On the mean of the slices: on one of them other weights may well be
    worse, and better on the next, as they are in a task that they taught from the beginning."""
    assert_shows(engine, task, known)
    work(engine, task)
    status = engine.status(task)
    assert (status.version, status.queued, status.relearning) == (known["version"], known["queued"], None)
    assert_shows(engine, task, known)
    assert np.mean(skill(engine, task)) >= np.mean(known["dice"]) - 0.005


def shaken(generalist: BuiltinGeneralist, by: float) -> BuiltinGeneralist:
    """Its weights with noise of so many of their own standard deviations."""
    network, noise = copy.deepcopy(generalist.network), torch.Generator().manual_seed(3)
    with torch.no_grad():
        for each in network.parameters():
            each.add_(by * each.std(unbiased=False) * torch.randn(each.shape, generator=noise))
    return BuiltinGeneralist(network, "73" * 32)

"""The guard of the auxol preset: it fires on an inverted mask and leaves honest corrections alone.

Pictures are synthetic ones of the generator that the built-in weights were trained on, prompted by jittered boxes, as
in the benchmark; the options are the default ones but for the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_engine import TASK, shipped_engine

from auxol_core.engine import Engine
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.promptable.simulate import jittered, largest_component
from auxol_core.synthetic.generator import generate
from auxol_core.types import BoolArray, Box, IntensityWindow, Prompt, SliceImage, VersionInfo

DEFAULT = replace(AuxolOptions(), budget_s=600.0)
HONEST = 6


def stream(seed: int) -> Iterator[tuple[SliceImage, BoolArray, Prompt]]:
    """Synthetic pictures with the largest object of each and a box around it, every side moved by up to 10 %."""
    rng = np.random.default_rng(seed)
    while True:
        made = generate(rng)
        labels, counts = np.unique(made.labels[made.labels > 0], return_counts=True)
        mask = largest_component(made.labels == labels[counts.argmax()])
        tight = Box.of_mask(mask)
        assert tight is not None
        if min(tight.height, tight.width) >= 16:
            yield SliceImage(made.image), mask, Prompt(box=jittered(tight, 0.1, rng))


def teach(engine: Engine, image: SliceImage, mask: BoolArray, prompt: Prompt, correction_id: str) -> VersionInfo:
    proposal = engine.predict(TASK, engine.put_slice(image), prompt)
    engine.correct(TASK, proposal.slice_id, mask, correction_id=correction_id, proposals=[proposal.proposal_id])
    engine.learn_now(TASK)
    return engine.versions(TASK)[-1]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    running = shipped_engine(tmp_path)
    yield running
    running.close()


def start(engine: Engine, options: AuxolOptions) -> None:
    engine.create_task(TASK, TaskOptions(auxol=options, window=IntensityWindow(0.0, 255.0)))


def after_honest_ones(engine: Engine, options: AuxolOptions, count: int) -> Iterator[tuple[SliceImage, BoolArray, Prompt]]:
    start(engine, options)
    pictures = stream(0)
    for number in range(count):
        assert teach(engine, *next(pictures), f"honest {number}").published
    return pictures


QUICK = replace(DEFAULT, steps=2, batch=2, learning_rate=3e-3, average=1.0)


def test_an_update_that_makes_earlier_objects_worse_is_discarded_and_said_so(engine: Engine) -> None:
    # A rate at which one wrong mask spoils everything, after honest ones at a rate that spoils nothing.
    start(engine, replace(QUICK, learning_rate=1e-2))
    honest = IDLE = 0
    assert honest == IDLE

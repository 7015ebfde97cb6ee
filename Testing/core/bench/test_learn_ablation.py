"""The rules of the ablation, on logits small enough to be read."""

from __future__ import annotations

import numpy as np

from auxol_core.types import BoolArray, FloatArray
from tools.bench.learn.ablation import Advice, Answer, Certainty, Fixed, Regions, Watcher, band, rivals, rules_table


def disc(radius: float, side: int = 40) -> BoolArray:
    rows, cols = np.mgrid[:side, :side] - side / 2
    return np.hypot(rows, cols) < radius


def logits(mask: BoolArray, loud: float = 4.0) -> FloatArray:
    return np.where(mask, loud, -loud).astype(np.float32)


SMALL, RIGHT = disc(6), disc(12)


def test_a_fixed_share_takes_one_side_and_certainty_takes_the_louder_one() -> None:
    assert np.array_equal(Fixed(1.0).mask(logits(SMALL), logits(RIGHT)), SMALL)
    assert np.array_equal(Fixed(0.0).mask(logits(SMALL), logits(RIGHT)), RIGHT)
    assert np.array_equal(Certainty().mask(logits(SMALL, 2.0), logits(RIGHT, 3.0)), RIGHT)
    assert np.array_equal(Certainty().mask(logits(SMALL, 3.0), logits(RIGHT, 2.0)), SMALL)


def test_advice_goes_to_who_was_right_and_one_that_leans_begins_there() -> None:
    ours, theirs = logits(SMALL, 3.0), logits(RIGHT, 2.0)
    uniform, leaning = Advice(), Advice((16.0, 8.0, 4.0, 2.0, 1.0))
    assert np.array_equal(uniform.mask(ours, theirs), SMALL)  # half and half: the louder one
    assert np.array_equal(leaning.mask(ours, theirs), RIGHT)
    for _ in range(3):
        uniform.learn(ours, theirs, RIGHT)
    assert np.array_equal(uniform.mask(ours, theirs), RIGHT)


def test_regions_learn_whom_to_believe_along_the_outline_and_whom_elsewhere() -> None:
    far = np.zeros_like(RIGHT)
    far[:10, :10] = True  # one says so, the other is right about the outline
    ours, theirs = logits(disc(10) | far, 3.0), logits(RIGHT | far, 3.0)
    ours[:10, :10] = -3.0
    edge = band(ours, theirs)
    assert edge[20, 29] and not edge[0, 0] and not edge[20, 20]
    rule = Regions()
    for _ in range(6):
        rule.learn(ours, theirs, RIGHT)
    mask = rule.mask(ours, theirs)
    assert not mask[:10, :10].any()
    assert np.count_nonzero(mask ^ RIGHT) < np.count_nonzero(disc(10) ^ RIGHT)


def test_every_rule_is_asked_before_it_learns_and_stands_in_the_table() -> None:
    watcher = Watcher("a", "box")
    for _ in range(8):
        watcher(logits(SMALL, 3.0), logits(RIGHT, 2.0), RIGHT)
    assert len(watcher.answers) == 8 * len(rivals())
    first = {answer.rule: answer.dice for answer in watcher.answers if answer.index == 0}
    assert first["specialist alone"] == 1.0 and first["uniform advice"] == first["generalist alone"] < 1.0
    assert rules_table(watcher.answers).row_count == len(rivals())
    assert isinstance(watcher.answers[0], Answer)

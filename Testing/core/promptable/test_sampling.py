"""Training samples: something of the object is seen, repairs click on the error, the same draw gives the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxol_core.imaging.crops import Window
from auxol_core.promptable.network import CROP_SIDE
from auxol_core.promptable.sampling import Sample, Target, fresh_sample, repaired_sample, stacked
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt


def _blob(seed: int, height: int = 96, width: int = 80) -> BoolArray:
    """A turned ellipse somewhere on the slice, at least one pixel of it."""
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:height, :width]
    centre = rng.uniform(0, 1, 2) * (height - 1, width - 1)
    angle, long = rng.uniform(0, np.pi), rng.uniform(3, 30)
    short = long * rng.uniform(0.3, 1.0)
    along = (rows - centre[0]) * np.cos(angle) + (cols - centre[1]) * np.sin(angle)
    across = (cols - centre[1]) * np.cos(angle) - (rows - centre[0]) * np.sin(angle)
    return np.asarray((along / long) ** 2 + (across / short) ** 2 <= 1, dtype=bool)


def _target(truth: BoolArray) -> Target:
    noise = np.random.default_rng(5).random((*truth.shape, 3), dtype=np.float32)
    return Target(0.5 * noise + 0.5 * truth[:, :, None].astype(np.float32), truth)


def _sees(window: Window, truth: BoolArray) -> bool:
    rows, cols, *_ = window.overlap((truth.shape[0], truth.shape[1]))
    return bool(truth[rows, cols].any())


def _same(first: Prompt, second: Prompt) -> bool:
    masks = (first.mask is None) == (second.mask is None) and (
        first.mask is None or second.mask is None or np.array_equal(first.mask, second.mask)
    )
    return masks and first.box == second.box and first.points == second.points


@given(st.integers(0, 2**31), st.integers(0, 2**31))
@settings(max_examples=200)
def test_a_fresh_sample_sees_some_of_the_object(shape_seed: int, seed: int) -> None:
    target = _target(_blob(shape_seed))
    sample = fresh_sample(target, np.random.default_rng(seed))
    assert sample.clicks == 0
    assert _sees(sample.window, target.truth)


def test_fresh_samples_are_of_every_kind() -> None:
    target = _target(_blob(3))
    samples = [fresh_sample(target, np.random.default_rng(i)) for i in range(200)]
    boxes = sum(s.prompt.box is not None and s.prompt.mask is None for s in samples)
    masks = sum(s.prompt.mask is not None for s in samples)
    clicks = sum(s.prompt.box is None and s.prompt.mask is None for s in samples)
    negatives = sum(any(not p.positive for p in s.prompt.points) for s in samples)
    assert boxes > 60 and masks > 5 and clicks > 40 and negatives > 10


@given(st.integers(0, 2**31))
def test_every_click_of_a_fresh_sample_says_the_truth(seed: int) -> None:
    truth = _blob(7)
    sample = fresh_sample(_target(truth), np.random.default_rng(seed))
    assert all(truth[int(p.row), int(p.col)] == p.positive for p in sample.prompt.points)


def test_an_empty_truth_has_no_fresh_sample() -> None:
    with pytest.raises(ValueError, match="not empty"):
        fresh_sample(_target(np.zeros((32, 32), dtype=bool)), np.random.default_rng(0))


def test_the_same_draw_gives_the_same_sample() -> None:
    target = _target(_blob(1))
    for seed in range(20):
        first, second = (fresh_sample(target, np.random.default_rng(seed)) for _ in range(2))
        assert _same(first.prompt, second.prompt) and first.window == second.window


def test_the_arrays_are_the_network_s_input_the_truth_in_the_crop_and_what_it_misses() -> None:
    truth = np.zeros((64, 64), dtype=bool)
    truth[16:32, 8:40] = True
    prompt = Prompt(box=Box(16, 8, 32, 40))
    x, seen, missed = Sample(_target(truth), prompt, Window(0, 0, 32)).arrays()
    assert x.shape == (7, CROP_SIDE, CROP_SIDE) and seen.shape == (1, CROP_SIDE, CROP_SIDE)
    assert x.dtype == seen.dtype == np.float32
    # The crop is the slice's upper left quarter, four times as large: 16 x 24 pixels are seen, 16 x 8 missed.
    assert seen.sum() == pytest.approx(16 * 24 * 16, rel=0.01) and seen[0, 66:126, 34:].all()
    assert missed == 16 * 8 * 16


def test_a_window_that_holds_the_object_misses_nothing() -> None:
    truth = _blob(2)
    sample = Sample(_target(truth), Prompt(box=Box(0, 0, 96, 80)), Window.whole((96, 80)))
    assert sample.arrays()[2] == 0


def test_samples_are_stacked_in_order() -> None:
    target = _target(_blob(4))
    samples = [fresh_sample(target, np.random.default_rng(i)) for i in range(3)]
    x, truth, outside = stacked(samples)
    assert x.shape == (3, 7, CROP_SIDE, CROP_SIDE) and truth.shape == (3, 1, CROP_SIDE, CROP_SIDE)
    assert outside.shape == (3,) and outside.dtype == np.float32
    assert np.array_equal(x[1], samples[1].arrays()[0]) and np.array_equal(truth[2], samples[2].arrays()[1])


def _answer(sample: Sample, seed: int) -> FloatArray:
    """A network's probability that has a part of the object and something else."""
    rng = np.random.default_rng(seed)
    probability: FloatArray = sample.arrays()[1][0] * np.float32(0.9)
    probability[:, : int(rng.integers(0, CROP_SIDE))] = 0
    row, col = (int(v) for v in rng.integers(0, CROP_SIDE, 2))
    probability[row : row + 20, col : col + 20] = 0.8
    return probability


@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_a_repair_adds_one_click_in_the_error(shape_seed: int, seed: int) -> None:
    sample = fresh_sample(_target(_blob(shape_seed)), np.random.default_rng(seed))
    probability = _answer(sample, seed)
    repaired = repaired_sample(sample, probability, np.random.default_rng(seed))
    if repaired is None:
        return
    assert repaired.clicks == sample.clicks + 1
    assert repaired.prompt.points[:-1] == sample.prompt.points
    assert repaired.prompt.box == sample.prompt.box
    click = repaired.prompt.points[-1]
    truth = sample.target.truth
    assert click.positive == truth[int(click.row), int(click.col)]
    if repaired.prompt.mask is not None:
        shown = repaired.prompt.mask > 0.5
        assert shown[int(click.row), int(click.col)] != click.positive


def test_a_right_answer_has_no_repair() -> None:
    truth = np.zeros((64, 64), dtype=bool)
    truth[16:32, 16:32] = True
    sample = Sample(_target(truth), Prompt(box=Box(16, 16, 32, 32)), Window(8, 8, 32))
    right = sample.arrays()[1][0]
    assert repaired_sample(sample, right, np.random.default_rng(0)) is None


def test_the_answer_so_far_travels_with_most_repairs_and_stays_where_it_was() -> None:
    truth = np.zeros((64, 64), dtype=bool)
    truth[16:32, 16:32] = True
    sample = Sample(_target(truth), Prompt(box=Box(16, 16, 32, 32)), Window(8, 8, 32))
    half = sample.arrays()[1][0].copy()
    half[64:] = 0
    masks = [r.prompt.mask for r in (repaired_sample(sample, half, np.random.default_rng(i)) for i in range(40)) if r]
    kept = [mask for mask in masks if mask is not None]
    assert 25 < len(kept) < 40
    expected = truth.copy()
    expected[24:] = False
    assert all(np.array_equal(mask > 0.5, expected) for mask in kept)


def test_a_prompt_that_was_a_mask_alone_never_loses_what_says_where_the_object_is() -> None:
    truth = np.zeros((64, 64), dtype=bool)
    truth[16:32, 16:32] = True
    too_much = truth.copy()
    too_much[16:32, 32:60] = True
    sample = Sample(_target(truth), Prompt(mask=too_much.astype(np.float32)), Window.whole((64, 64)))
    answer = np.kron(too_much, np.ones((2, 2))).astype(np.float32)
    for seed in range(40):
        repaired = repaired_sample(sample, answer, np.random.default_rng(seed))
        assert repaired is not None and repaired.prompt.mask is not None
        assert repaired.prompt.points == (replace(repaired.prompt.points[0], positive=False),)


def test_repairs_follow_the_draw() -> None:
    sample = fresh_sample(_target(_blob(9)), np.random.default_rng(1))
    answer = _answer(sample, 4)
    first, second = (repaired_sample(sample, answer, np.random.default_rng(6)) for _ in range(2))
    assert first is not None and second is not None
    assert _same(first.prompt, second.prompt) and first.window == second.window
    assert isinstance(first.prompt.points[-1], Point)

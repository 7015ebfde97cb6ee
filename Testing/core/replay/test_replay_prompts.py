"""Prompts and careless corrections drawn from a truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay_fakes import disc

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.lowering import enclosed
from auxol_core.replay.options import FeedbackOptions, Noise, PlanOptions, PromptOptions
from auxol_core.replay.prompts import clipped, components, has_component, noisy, prompt_for, rng_for
from auxol_core.types import Box

SHAPE = (200, 240)


def rectangle(top=60, left=80, height=40, width=100):
    mask = np.zeros(SHAPE, bool)
    mask[top : top + height, left : left + width] = True
    return mask


def only(mask):
    (part,), _ = components(mask)
    return part


def test_pieces_join_over_corners_and_those_under_16_px_a_side_are_left_out():
    mask = np.zeros(SHAPE, bool)
    mask[10:20, 10:20] = mask[20:30, 20:30] = True
    mask[100:115, 100:200] = True
    mask[150:166, 150:166] = True
    kept, small = components(mask)
    assert [part.box for part in kept] == [Box(10, 10, 30, 30), Box(150, 150, 166, 166)]
    assert small == 1
    assert [part.index for part in kept] == [0, 2]
    assert has_component(mask)
    assert not has_component(mask & (np.arange(SHAPE[0]) < 120)[:, None] & (np.arange(SHAPE[0]) > 90)[:, None])


@given(seed=st.integers(0, 10_000), jitter=st.floats(0.0, 0.4))
def test_every_side_moves_by_at_most_the_jitter(seed, jitter):
    part = only(rectangle())
    box = prompt_for(part, PromptOptions(jitter=jitter, seed=seed), "image", 1).box
    for now, before, size in (
        (box.row0, 60, 40),
        (box.row1, 100, 40),
        (box.col0, 80, 100),
        (box.col1, 180, 100),
    ):
        assert abs(now - before) <= jitter * size + 1e-9


def test_jitter_uses_its_whole_range():
    part = only(rectangle())
    moves = [prompt_for(part, PromptOptions(seed=s), "image", 1).box.row0 - 60 for s in range(300)]
    assert min(moves) < -3.6
    assert max(moves) > 3.6


def test_prompts_depend_on_seed_image_label_and_component_alone():
    part = only(rectangle())
    drawn = [prompt_for(part, PromptOptions(), "a", 1).box for _ in range(2)]
    assert drawn[0] == drawn[1]
    others = [
        prompt_for(part, PromptOptions(seed=1), "a", 1).box,
        prompt_for(part, PromptOptions(), "b", 1).box,
        prompt_for(part, PromptOptions(), "a", 2).box,
    ]
    assert all(other != drawn[0] for other in others)


def test_draws_are_the_same_on_every_machine_and_in_every_version():
    assert rng_for(0, "a", 1, 0).integers(0, 1000, 4).tolist() == [207, 916, 105, 614]


def test_a_shift_moves_the_whole_box_by_exactly_its_share_in_all_four_directions():
    part = only(rectangle())
    moves = set()
    for seed in range(40):
        box = prompt_for(part, PromptOptions(jitter=0, shift=0.05, seed=seed), "image", 1).box
        assert (box.height, box.width) == pytest.approx((40, 100))
        moves.add((round(box.row0 - 60, 6), round(box.col0 - 80, 6)))
    assert moves == {(-2, -5), (-2, 5), (2, -5), (2, 5)}


def test_a_point_is_the_most_interior_pixel_or_the_centroid():
    mask = rectangle() & ~disc(SHAPE, (80, 130), 15)
    part = only(mask)
    (deep,) = prompt_for(part, PromptOptions(kind="point"), "image", 1).points
    assert mask[int(deep.row), int(deep.col)]
    (middle,) = prompt_for(part, PromptOptions(kind="point", point="centroid"), "image", 1).points
    assert (middle.row, middle.col) == pytest.approx((79.5, 129.5), abs=0.3)


@given(
    row0=st.floats(-50, 260), col0=st.floats(-50, 300), height=st.floats(0.1, 300), width=st.floats(0.1, 300)
)
def test_a_clipped_box_lies_on_the_image_and_keeps_a_pixel(row0, col0, height, width):
    box = clipped(Box(row0, col0, row0 + height, col0 + width), SHAPE)
    assert 0 <= box.row0 < box.row1 <= SHAPE[0]
    assert 0 <= box.col0 < box.col1 <= SHAPE[1]
    assert min(box.height, box.width) >= 1 - 1e-9


def test_erosion_takes_half_the_kernel_from_each_side_and_dilation_adds_it():
    part = only(rectangle(height=60, width=100))  # kernel 3 of 60 px
    worn = noisy([part], Noise("erode", 0.05), 0, "image", 1)
    assert Box.of_mask(worn) == Box(61, 81, 119, 179)
    grown = noisy([part], Noise("dilate", 0.05), 0, "image", 1)
    assert Box.of_mask(grown) == Box(59, 79, 121, 181)


def test_either_draws_both_kinds_and_no_noise_is_the_truth():
    part = only(rectangle(height=60))
    sizes = {int(noisy([part], Noise("either", 0.1), seed, "image", 1).sum()) for seed in range(20)}
    assert len(sizes) == 2
    assert min(sizes) < part.mask.sum() < max(sizes)
    assert np.array_equal(noisy([part], None, 0, "image", 1), part.mask)


def test_a_piece_that_erosion_would_delete_stays_whole():
    mask = np.zeros(SHAPE, bool)
    for i in range(100):
        mask[40 + i, 40 + i : 42 + i] = True
    part = only(mask)
    assert np.array_equal(noisy([part], Noise("erode", 0.1), 0, "image", 1), mask)


@pytest.mark.parametrize("text", ["erode", "erode:", "erode:0", "erode:0.9", "shrink:0.1", "erode:x"])
def test_a_noise_that_is_none_is_refused(text):
    with pytest.raises(InvalidInputError, match="erode:SHARE"):
        Noise.parse(text)


def test_noise_is_parsed():
    assert Noise.parse("either:0.1") == Noise("either", 0.1)
    assert Noise.parse("none") is None
    assert str(Noise("dilate", 0.05)) == "dilate:0.05"


@pytest.mark.parametrize(
    "make",
    [
        lambda: PromptOptions(kind="polygon"),
        lambda: PromptOptions(jitter=0.5),
        lambda: PromptOptions(shift=-0.1),
        lambda: PromptOptions(point="corner"),
        lambda: PlanOptions(limit=0),
        lambda: PlanOptions(every=0),
        lambda: PlanOptions(axis=3),
        lambda: PlanOptions(window="mine"),
        lambda: FeedbackOptions(every=0),
        lambda: FeedbackOptions(review_below=0.0),
    ],
)
def test_options_out_of_range_are_refused(make):
    with pytest.raises(InvalidInputError):
        make()


def bow():
    """A bent object: three quarters of a ring."""
    rows, cols = np.mgrid[: SHAPE[0], : SHAPE[1]]
    away = np.hypot(rows - 100, cols - 120)
    return (away > 40) & (away < 70) & ~((rows > 100) & (cols > 120))


@pytest.mark.parametrize("mask", [rectangle(), rectangle(height=16, width=16), bow(), disc(SHAPE, (100, 120), 40)])
def test_a_scribble_stays_on_the_piece_and_runs_along_most_of_it(mask):
    part = only(mask)
    for seed in range(20):
        (scribble,) = prompt_for(part, PromptOptions("scribble", 0.3, seed=seed), "image", 1).strokes
        inside = [mask[round(row), round(col)] for row, col in scribble.vertices]
        assert np.mean(inside) > 0.9
        length = max(max(axis) - min(axis) for axis in zip(*scribble.vertices, strict=True))
        assert length > 0.5 * max(part.box.height, part.box.width)


@pytest.mark.parametrize("mask", [rectangle(), rectangle(height=16, width=16), bow(), disc(SHAPE, (100, 120), 40)])
def test_a_lasso_lies_around_the_piece_and_not_far_from_it(mask):
    part = only(mask)
    for seed in range(20):
        (lasso,) = prompt_for(part, PromptOptions("lasso", 0.1, seed=seed), "image", 1).strokes
        within = enclosed(lasso, SHAPE)
        assert (within & mask).sum() > 0.97 * mask.sum()
        assert mask.sum() < within.sum() < 2 * mask.sum()


def test_strokes_are_drawn_on_the_image_and_anew_for_each_piece():
    part = only(np.ones(SHAPE, bool))
    for kind in ("scribble", "lasso"):
        first, again, other = (
            prompt_for(part, PromptOptions(kind, 0.4), image, 1) for image in ("image", "image", "another")
        )
        first.check_against(SHAPE)
        assert first.strokes == again.strokes != other.strokes

"""The published crop: where it lies for each kind of prompt, what is in it, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxol_core.errors import InvalidInputError
from auxol_core.options import PaperOptions
from auxol_core.specialist.base import View
from auxol_core.specialist.paper.crop import crop_input, crop_region, nearest, paste_logits
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt, Segmentation

OPTIONS = PaperOptions()
AS_CODED = PaperOptions(mask_channel="as_coded")
CLICK = Prompt(points=(Point(1, 1),))


def _rectangle(shape: tuple[int, int], rows: slice, cols: slice) -> BoolArray:
    mask = np.zeros(shape, dtype=bool)
    mask[rows, cols] = True
    return mask


def _view(prompt: Prompt, mask: BoolArray, image: FloatArray | None = None) -> View:
    if image is None:
        image = np.full((*mask.shape, 3), 0.5, np.float32)
    return View(image, prompt, Segmentation(np.where(mask, 5.0, -5.0).astype(np.float32), 0.9))


def _region(prompt: Prompt, mask: BoolArray) -> tuple[int, int, int, int]:
    rows, cols = crop_region(_view(prompt, mask), OPTIONS)
    return rows.start, rows.stop, cols.start, cols.stop


# Where it lies


def test_a_box_prompts_crop_is_the_box_whatever_the_generalist_says() -> None:
    mask = _rectangle((50, 60), slice(0, 40), slice(0, 40))

    assert _region(Prompt(box=Box(10, 20, 30, 45)), mask) == (10, 30, 20, 45)
    assert _region(Prompt(box=Box(10, 20, 30, 45), points=(Point(1, 1),)), mask) == (10, 30, 20, 45)


def test_a_box_is_rounded_to_pixel_edges_and_clipped_to_the_image() -> None:
    empty = np.zeros((50, 60), dtype=bool)

    assert _region(Prompt(box=Box(9.6, 19.4, 30.5, 44.4)), empty) == (10, 31, 19, 44)
    assert _region(Prompt(box=Box(-7, -3, 500, 20)), empty) == (0, 50, 0, 20)


def test_a_box_beside_the_image_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="outside the image"):
        _region(Prompt(box=Box(50, 0, 60, 10)), np.zeros((50, 60), dtype=bool))


def test_other_prompts_get_the_generalists_mask_and_a_tenth_on_every_side() -> None:
    mask = _rectangle((200, 200), slice(50, 90), slice(100, 120))

    assert _region(CLICK, mask) == (46, 94, 98, 122)


def test_scattered_pieces_of_the_mask_lie_in_one_crop() -> None:
    mask = _rectangle((200, 200), slice(50, 55), slice(60, 62)) | _rectangle(
        (200, 200), slice(100, 150), slice(150, 160)
    )

    assert _region(CLICK, mask) == (40, 160, 50, 170)


def test_a_widened_crop_is_clipped_to_the_image() -> None:
    assert _region(CLICK, _rectangle((100, 100), slice(0, 40), slice(70, 100))) == (0, 44, 67, 100)


@pytest.mark.parametrize(("height", "width", "whole"), [(16, 16, False), (15, 40, True), (40, 15, True), (0, 0, True)])
def test_a_mask_under_16_pixels_a_side_or_none_gives_the_whole_image(height: int, width: int, whole: bool) -> None:
    region = _region(CLICK, _rectangle((90, 80), slice(20, 20 + height), slice(20, 20 + width)))

    assert (region == (0, 90, 0, 80)) is whole


EDGES = st.floats(-40, 80, allow_nan=False)
SIZES = st.floats(0.01, 100)


@given(EDGES, EDGES, SIZES, SIZES, st.integers(2, 40), st.integers(2, 40))
def test_any_box_that_touches_the_image_gives_whole_pixels_of_it(
    row: float, col: float, height: float, width: float, rows: int, cols: int
) -> None:
    box = Box(row, col, row + height, col + width)
    if not box.overlaps((rows, cols)):
        return

    row0, row1, col0, col1 = _region(Prompt(box=box), np.zeros((rows, cols), dtype=bool))

    assert 0 <= row0 < row1 <= rows
    assert 0 <= col0 < col1 <= cols
    for low, high, start, stop, size in ((row, row + height, row0, row1, rows), (col, col + width, col0, col1, cols)):
        assert abs(start - min(max(low, 0), size - 1)) <= 0.5 + 1e-9
        assert stop == start + 1 or abs(stop - min(high, size)) <= 0.5 + 1e-9


# What is in it


def test_the_network_gets_image_and_mask_in_0_to_1_and_the_image_alone_for_points() -> None:
    mask = _rectangle((64, 64), slice(0, 32), slice(0, 64))
    image = np.zeros((64, 64, 3), np.float32)
    image[:, :, 0], image[:, :, 1], image[:, :, 2] = 0.0, 0.2, 1.0
    box, click = _view(Prompt(box=Box(0, 0, 64, 64)), mask, image), _view(CLICK, mask, image)

    channels = crop_input(box, crop_region(box, OPTIONS), OPTIONS).channels()

    assert channels.shape == (4, 128, 128)
    assert channels.dtype == np.float32
    np.testing.assert_allclose(channels[:3, 40, 40], [0.0, 0.2, 1.0], atol=1e-6)
    np.testing.assert_array_equal(channels[3, :64], 1.0)
    np.testing.assert_array_equal(channels[3, 64:], 0.0)
    assert crop_input(click, crop_region(click, OPTIONS), OPTIONS).channels().shape == (3, 128, 128)


def test_shrinking_averages_what_a_bilinear_reading_would_skip() -> None:
    image = np.zeros((1024, 1024, 3), np.float32)
    image[::8] = 1.0
    view = _view(Prompt(box=Box(0, 0, 1024, 1024)), np.ones((1024, 1024), dtype=bool), image)

    crop = crop_input(view, crop_region(view, OPTIONS), OPTIONS).image

    np.testing.assert_allclose(crop[2:-2] / 255.0, 1 / 8, atol=0.02)


def test_as_coded_the_image_is_black_outside_the_mask_and_unchanged_inside() -> None:
    mask = _rectangle((64, 64), slice(0, 32), slice(0, 64))
    view = _view(Prompt(box=Box(0, 0, 64, 64)), mask)

    crop = crop_input(view, crop_region(view, AS_CODED), AS_CODED)

    channels = crop.channels()
    assert crop.image.dtype == np.uint8
    np.testing.assert_allclose(channels[:3, :63], 0.5, atol=1 / 255)
    np.testing.assert_array_equal(channels[:, 66:], 0.0)
    np.testing.assert_array_equal(channels[3, :62], 1.0)
    assert 0.0 < channels[3, 64, 0] < 1.0, "alpha is resized like a colour"


def test_as_coded_points_see_the_whole_image() -> None:
    view = _view(CLICK, _rectangle((64, 64), slice(0, 32), slice(0, 64)))
    region = crop_region(view, AS_CODED)

    same = crop_input(view, region, AS_CODED).channels() == crop_input(view, region, OPTIONS).channels()

    assert same.all()


# The way back


def test_logits_come_back_where_they_were_cut_out() -> None:
    logits = np.full((128, 128), -4.0, np.float32)
    logits[32:96, 64:] = 4.0

    pasted = paste_logits(logits, (slice(10, 42), slice(20, 84)), (60, 100), -20.0)

    assert pasted.shape == (60, 100)
    np.testing.assert_array_equal(pasted > 0, _rectangle((60, 100), slice(18, 34), slice(52, 84)))
    outside = np.ones((60, 100), dtype=bool)
    outside[10:42, 20:84] = False
    np.testing.assert_array_equal(pasted[outside], -20.0)


@st.composite
def _boxes(draw: st.DrawFn) -> tuple[tuple[int, int], Box]:
    """An image and a box on it, at its borders, of one pixel, of the whole image or partly outside."""
    rows, cols = draw(st.integers(2, 300)), draw(st.integers(2, 300))
    row0, col0 = draw(st.integers(-50, rows - 1)), draw(st.integers(-50, cols - 1))
    row1, col1 = draw(st.integers(max(row0, 0) + 1, rows + 50)), draw(st.integers(max(col0, 0) + 1, cols + 50))
    return (rows, cols), draw(st.sampled_from([Box(row0, col0, row1, col1), Box(0, 0, rows, cols), Box(0, 0, 1, 1)]))


@given(_boxes())
@settings(max_examples=60, deadline=None)
def test_a_ramp_survives_the_way_there_and_back(case: tuple[tuple[int, int], Box]) -> None:
    shape, box = case
    ramp = np.add.outer(np.arange(shape[0]), np.arange(shape[1])).astype(np.float32) / sum(shape)
    view = _view(Prompt(box=box), np.ones(shape, dtype=bool), np.repeat(ramp[:, :, None], 3, axis=2))
    region = crop_region(view, OPTIONS)

    crop = crop_input(view, region, OPTIONS).channels()
    back = paste_logits(crop[0], region, shape, -20.0)

    # A shift by one pixel of crop or slice would show; the border's pixels are averaged to one side, 8 bits round.
    step = max(1.0, (region[0].stop - region[0].start) / 128, (region[1].stop - region[1].start) / 128)
    error = back[region] - ramp[region]
    assert np.abs(error).max() <= 1.01 * step / sum(shape) + 1 / 255
    assert min(error.shape) < 5 or abs(float(error[2:-2, 2:-2].mean())) <= 0.1 / sum(shape) + 1 / 255
    outside = np.ones(shape, dtype=bool)
    outside[region] = False
    assert (back[outside] == -20.0).all()


@given(st.integers(1, 300), st.integers(1, 300), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_half_filled_truth_stays_half_filled(height: int, width: int, upright: bool) -> None:
    mask = np.zeros((height, width), dtype=bool)
    mask[: height // 2] = True

    resized = nearest(mask.T if upright else mask, 128)

    assert resized.dtype == bool
    assert resized.mean() == pytest.approx((height // 2) / height, abs=1 / 128)

"""Windows, crops and the way back: sizes, borders, and that nothing moves by a fraction of a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.crops import MAX_SIDE, MIN_SIDE, Window, extent, extract, paste, standardise
from auxol_core.types import Box, FloatArray, Point

SHAPES = st.tuples(st.integers(2, 40), st.integers(2, 40))
WINDOWS = st.builds(Window, st.integers(-60, 60), st.integers(-60, 60), st.integers(1, 90))
CROP_SIDES = st.sampled_from([8, 16, 33, 64])


def row_ramp(shape: tuple[int, int]) -> FloatArray:
    """Every pixel holds the row of its own centre, in pixel-edge coordinates."""
    return np.repeat(np.arange(shape[0], dtype=np.float32)[:, None] + 0.5, shape[1], axis=1)


def area_error(side: int, crop_side: int) -> float:
    """How far a ramp's area mean may lie off its middle, in pixels: 1/8 where a cell cuts a pixel, else 0."""
    return 2e-3 if side <= crop_side or side % crop_side == 0 else 0.125 + 2e-3


def padded_square(array: FloatArray, window: Window, fill: float) -> FloatArray:
    """The window read pixel by pixel: a second, naive implementation."""
    rows, cols = np.mgrid[0 : window.side, 0 : window.side]
    rows, cols = rows + window.row0, cols + window.col0
    on_image = (rows >= 0) & (rows < array.shape[0]) & (cols >= 0) & (cols < array.shape[1])
    read = array[rows.clip(0, array.shape[0] - 1), cols.clip(0, array.shape[1] - 1)]
    return np.where(on_image, read, fill).astype(np.float32)


# Windows


@given(st.floats(-500, 500), st.floats(-500, 500), st.floats(0.1, 300))
def test_a_window_lies_around_its_centre_to_within_half_a_pixel(row: float, col: float, side: float) -> None:
    window = Window.around((row, col), side)
    assert abs(window.row0 + window.side / 2 - row) <= 0.5
    assert abs(window.col0 + window.side / 2 - col) <= 0.5
    assert window.side == max(MIN_SIDE, round(side))


def test_the_window_around_a_box_of_one_pixel_is_as_small_as_allowed_and_holds_that_pixel() -> None:
    window = Window.around(Box(5, 7, 6, 8).centre, 1.0)
    assert window.side == MIN_SIDE
    assert window.row0 <= 5 < window.row0 + window.side
    assert window.col0 <= 7 < window.col0 + window.side


@given(SHAPES)
def test_the_whole_window_holds_the_whole_image_and_is_no_larger_than_needed(shape: tuple[int, int]) -> None:
    window = Window.whole(shape)
    rows, cols, _, _ = window.overlap(shape)
    assert (rows, cols) == (slice(0, shape[0]), slice(0, shape[1]))
    assert window.side == max(MIN_SIDE, *shape)


@given(WINDOWS, SHAPES)
def test_both_halves_of_an_overlap_name_the_same_pixels(window: Window, shape: tuple[int, int]) -> None:
    rows, cols, window_rows, window_cols = window.overlap(shape)
    for image, own, first, length in (
        (rows, window_rows, window.row0, shape[0]),
        (cols, window_cols, window.col0, shape[1]),
    ):
        expected = [i for i in range(length) if first <= i < first + window.side]
        assert list(range(image.start, image.stop)) == expected
        assert list(range(own.start, own.stop)) == [i - first for i in expected]


def test_slice_coordinates_become_crop_coordinates_corner_to_corner() -> None:
    window = Window(10, -4, 32)
    assert window.to_crop(10, -4, 128) == (0.0, 0.0)
    assert window.to_crop(42, 28, 128) == (128.0, 128.0)
    assert window.to_crop(26, 12, 128) == (64.0, 64.0)


@pytest.mark.parametrize("side", [0, -3, MAX_SIDE + 1, 10**9])
def test_a_window_too_wide_for_any_memory_is_refused_and_not_allocated(side: int) -> None:
    with pytest.raises(InvalidInputError, match=r"1 to 16,384 pixels wide, got .*Draw a smaller box"):
        Window(0, 0, side)


# Cutting out


@given(WINDOWS, SHAPES, st.integers(0, 2**32 - 1))
def test_a_crop_of_the_windows_own_size_is_the_image_with_the_fill_around_it(
    window: Window, shape: tuple[int, int], seed: int
) -> None:
    image = np.random.default_rng(seed).random(shape, dtype=np.float32)
    crop = extract(image, window, window.side, fill=-2.0)
    np.testing.assert_array_equal(crop, padded_square(image, window, -2.0))


@given(WINDOWS, SHAPES, CROP_SIDES, st.booleans(), st.integers(0, 2**32 - 1))
def test_a_crop_has_its_size_and_invents_no_value_outside_the_images_range(
    window: Window, shape: tuple[int, int], crop_side: int, nearest: bool, seed: int
) -> None:
    image = np.random.default_rng(seed).random((*shape, 3), dtype=np.float32)
    crop = extract(image, window, crop_side, fill=0.5, nearest=nearest)
    assert crop.shape == (crop_side, crop_side, 3)
    assert crop.dtype == np.float32
    assert crop.min() >= min(0.5, image.min()) - 1e-5
    assert crop.max() <= max(0.5, image.max()) + 1e-5


@pytest.mark.parametrize("side", [16, 48, 64, 100, 128, 200])
def test_a_ramp_is_read_where_to_crop_says_it_is(side: int) -> None:
    window = Window(30, 20, side)
    crop = extract(row_ramp((300, 300)), window, 64)
    row = 40
    slice_row = window.row0 + (row + 0.5) * side / 64
    np.testing.assert_allclose(crop[row], slice_row, atol=area_error(side, 64))
    assert window.to_crop(slice_row, 0, 64)[0] == pytest.approx(row + 0.5)


def test_a_window_that_misses_the_image_is_filled() -> None:
    crop = extract(np.ones((10, 10), dtype=np.float32), Window(50, 50, 20), 8, fill=-1.0)
    np.testing.assert_array_equal(crop, -1.0)


def test_the_whole_of_a_narrow_image_is_seen_with_its_borders_filled_and_not_mirrored() -> None:
    crop = extract(np.ones((8, 32), dtype=np.float32), Window.whole((8, 32)), 32, fill=0.0)
    np.testing.assert_array_equal(crop.sum(axis=1), [0] * 12 + [32] * 8 + [0] * 12)


def test_shrinking_averages_so_that_a_fine_stripe_pattern_does_not_alias() -> None:
    stripes = np.tile(np.array([0.0, 1.0], dtype=np.float32), (64, 32))
    crop = extract(stripes, Window(0, 0, 64), 16)
    np.testing.assert_allclose(crop, 0.5, atol=1e-6)


def test_a_window_much_larger_than_the_image_keeps_the_images_mean_in_its_place() -> None:
    crop = extract(np.ones((16, 16), dtype=np.float32), Window(-504, -504, 1024), 64)
    assert crop.sum() == pytest.approx(1.0)  # 16 x 16 pixels are one cell of 16 x 16
    assert crop[31:33, 31:33].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("side", [32, 64, 160])
def test_nearest_keeps_label_values_and_their_places(side: int) -> None:
    labels = np.zeros((200, 200), dtype=np.int16)
    labels[100:] = 7
    crop = extract(labels, Window(100 - side // 2, 20, side), 32, nearest=True)
    assert set(np.unique(crop)) == {0.0, 7.0}
    np.testing.assert_array_equal(np.flatnonzero(crop[:, 0])[0], 16)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_nearest_reads_the_middle_of_a_cell_and_not_its_corner(factor: int) -> None:
    crop = extract(row_ramp((128, 128)), Window(0, 0, 16 * factor), 16, nearest=True)
    middle = (np.arange(16) + 0.5) * factor
    assert np.abs(crop[:, 0] - middle).max() <= 0.5


def test_truth_values_and_bytes_are_taken_as_numbers() -> None:
    for dtype in (bool, np.uint8, np.int16, np.float64):
        crop = extract(np.ones((8, 8), dtype=dtype), Window(0, 0, 8), 16)
        np.testing.assert_array_equal(crop, 1.0)


# And back


@given(WINDOWS, SHAPES, st.integers(0, 2**32 - 1))
def test_what_was_cut_out_at_its_own_size_comes_back_exactly_and_the_rest_is_outside(
    window: Window, shape: tuple[int, int], seed: int
) -> None:
    image = np.random.default_rng(seed).random(shape, dtype=np.float32)
    back = paste(extract(image, window, window.side), window, shape, outside=-9.0)
    rows, cols, _, _ = window.overlap(shape)
    expected = np.full(shape, -9.0, dtype=np.float32)
    expected[rows, cols] = image[rows, cols]
    np.testing.assert_array_equal(back, expected)


@given(
    side=st.integers(8, 150),
    row0=st.integers(0, 40),
    col0=st.integers(0, 40),
    crop_side=st.sampled_from([32, 64, 128]),
    along_rows=st.booleans(),
)
def test_a_ramp_survives_the_way_there_and_back_without_a_shift(
    side: int, row0: int, col0: int, crop_side: int, along_rows: bool
) -> None:
    shape, window = (200, 200), Window(row0, col0, side)
    ramp = row_ramp(shape) if along_rows else np.ascontiguousarray(row_ramp(shape).T)
    back = paste(extract(ramp, window, crop_side), window, shape, outside=0.0)
    # A cell of the crop is side / crop_side pixels wide; only the outermost cells are extrapolated.
    rim = int(np.ceil(side / crop_side)) + 1
    inner = (slice(row0 + rim, row0 + side - rim), slice(col0 + rim, col0 + side - rim))
    error = back[inner] - ramp[inner]
    assert np.abs(error).max(initial=0.0) <= area_error(side, crop_side)
    assert abs(error.sum()) <= 0.01 * error.size  # and no shift of the whole


@given(
    row0=st.integers(-20, 50),
    col0=st.integers(-20, 50),
    height=st.integers(8, 40),
    width=st.integers(8, 40),
    crop_side=st.sampled_from([64, 128]),
)
def test_the_box_of_a_mask_survives_the_way_there_and_back_to_within_a_crop_cell(
    row0: int, col0: int, height: int, width: int, crop_side: int
) -> None:
    shape = (60, 60)
    truth = np.zeros(shape, dtype=bool)
    truth[max(0, row0) : max(0, row0 + height), max(0, col0) : max(0, col0 + width)] = True
    box = Box.of_mask(truth)
    if box is None or min(box.height, box.width) < 4:
        return
    window = Window.around(box.centre, 1.5 * max(box.height, box.width))
    back = paste(extract(truth, window, crop_side), window, shape, outside=0.0) > 0.5
    found = Box.of_mask(back)
    assert found is not None
    cell = max(1.0, window.side / crop_side)
    for edge in ("row0", "col0", "row1", "col1"):
        assert abs(getattr(found, edge) - getattr(box, edge)) <= cell


def test_the_whole_image_comes_back_whole() -> None:
    image = row_ramp((37, 90))
    window = Window.whole((37, 90))
    np.testing.assert_array_equal(paste(extract(image, window, window.side), window, (37, 90), outside=-1.0), image)


def test_pasting_a_window_that_misses_the_image_changes_nothing() -> None:
    back = paste(np.ones((8, 8), dtype=np.float32), Window(-30, 100, 20), (10, 10), outside=-4.0)
    np.testing.assert_array_equal(back, -4.0)


# Standardising


def test_a_standardised_crop_has_mean_0_and_deviation_1_over_all_channels() -> None:
    crop = np.random.default_rng(0).random((16, 16, 3), dtype=np.float32) * 5 + 2
    result = standardise(crop)
    assert result.mean() == pytest.approx(0.0, abs=1e-4)
    assert result.std() == pytest.approx(1.0, abs=2e-3)
    assert result.dtype == np.float32


def test_only_what_lies_inside_the_image_counts_and_the_rest_becomes_0() -> None:
    crop = np.random.default_rng(0).random((16, 16, 3), dtype=np.float32)
    inside = np.zeros((16, 16), dtype=np.float32)
    inside[:, :8] = 1.0
    dirty = crop.copy()
    dirty[:, 8:] = 1000.0
    result = standardise(dirty, inside)
    np.testing.assert_array_equal(result[:, 8:], 0.0)
    np.testing.assert_allclose(result[:, :8], standardise(crop[:, :8]), atol=1e-5)


def test_brightness_and_contrast_of_the_image_do_not_reach_the_network() -> None:
    crop = np.random.default_rng(0).random((16, 16, 3), dtype=np.float32)
    np.testing.assert_allclose(standardise(crop * 0.5 + 0.2), standardise(crop), atol=0.02)


def test_a_constant_crop_and_one_wholly_outside_become_0_and_not_nan() -> None:
    constant = np.full((8, 8, 3), 0.7, dtype=np.float32)
    np.testing.assert_allclose(standardise(constant), 0.0, atol=1e-3)
    np.testing.assert_array_equal(standardise(constant, np.zeros((8, 8), dtype=np.float32)), 0.0)


def test_standardising_leaves_its_input_as_it_was() -> None:
    crop = np.ones((8, 8, 3), dtype=np.float32)
    standardise(crop, np.zeros((8, 8), dtype=np.float32))
    np.testing.assert_array_equal(crop, 1.0)


# Extent


def test_the_extent_of_points_counts_the_pixels_they_lie_in() -> None:
    assert extent((Point(3, 4),), ()) == Box(3, 4, 4, 5)
    assert extent((Point(3, 4), Point(1, 9)), ()) == Box(1, 4, 4, 10)


def test_the_extent_of_points_and_boxes_holds_them_all() -> None:
    assert extent((Point(0, 12),), (Box(2, 2, 6, 6), Box(1, 3, 4, 9.5))) == Box(0, 2, 6, 13)


def test_the_extent_of_nothing_is_none() -> None:
    assert extent((), ()) is None

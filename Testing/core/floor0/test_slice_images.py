"""Slices as the host gives them: what is taken, what is refused, and ids that depend on the content alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxol_core.errors import InvalidInputError
from auxol_core.types import MAX_PIXELS, SliceImage


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "i4", "i8", "f2", "f4", "f8"])
def test_every_integer_and_float_type_is_taken_as_it_is(dtype: str) -> None:
    image = SliceImage(np.zeros((4, 6), dtype=dtype))
    assert image.pixels.dtype == dtype
    assert image.shape == (4, 6)


@pytest.mark.parametrize("dtype", ["bool", "complex64", "object", "U1"])
def test_what_is_neither_integer_nor_float_is_refused(dtype: str) -> None:
    with pytest.raises(InvalidInputError, match=r"integers or floats, got dtype .*Convert it"):
        SliceImage(np.zeros((4, 6), dtype=dtype))


def test_one_channel_is_grey_and_three_are_colour() -> None:
    assert SliceImage(np.zeros((4, 6, 1), dtype=np.uint8)).pixels.shape == (4, 6)
    assert SliceImage(np.zeros((4, 6, 3), dtype=np.uint8)).pixels.shape == (4, 6, 3)


@pytest.mark.parametrize("shape", [(4,), (4, 6, 2), (4, 6, 4), (3, 4, 6), (2, 4, 6, 3)])
def test_other_shapes_are_refused_with_their_shape_and_a_hint_at_the_alpha_channel(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match=r"\(rows, columns, 3\), got shape .*drop the alpha channel"):
        SliceImage(np.zeros(shape, dtype=np.uint8))


@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (0, 9)])
def test_a_slice_of_one_row_or_none_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InvalidInputError, match=r"at least 2 pixels a side, got shape .*Choose another"):
        SliceImage(np.zeros(shape, dtype=np.uint8))


def test_eight_by_eight_pixels_are_an_image() -> None:
    assert SliceImage(np.zeros((8, 8), dtype=np.uint8)).shape == (8, 8)


def test_8k_by_8k_is_refused_before_anything_is_allocated_for_it() -> None:
    huge = np.broadcast_to(np.uint8(0), (8000, 8000))  # takes one byte
    with pytest.raises(InvalidInputError, match=r"at most 36,000,000 pixels, got 8000 x 8000\. Crop"):
        SliceImage(huge)


def test_the_largest_image_is_taken() -> None:
    side = math.isqrt(MAX_PIXELS)
    assert SliceImage(np.broadcast_to(np.uint8(0), (side, side))).shape == (side, side)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_values_that_are_no_numbers_are_refused_and_counted(bad: float) -> None:
    pixels = np.zeros((4, 6), dtype=np.float32)
    pixels[0, :3] = bad
    with pytest.raises(InvalidInputError, match=r"must be finite, got 3 NaN or infinite values.*Replace them"):
        SliceImage(pixels)


@pytest.mark.parametrize("spacing", [(0.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf), (1.0,) * 3, (1.0,)])
def test_spacing_that_is_not_two_positive_lengths_is_refused(spacing: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInputError, match=r"two positive lengths in mm .*got .*Give None"):
        SliceImage(np.zeros((4, 6), dtype=np.uint8), spacing)  # type: ignore[arg-type]


def test_spacing_may_be_anisotropic_or_unknown() -> None:
    pixels = np.zeros((4, 6), dtype=np.uint8)
    assert SliceImage(pixels, (0.8, 2.4)).spacing_mm == (0.8, 2.4)
    assert SliceImage(pixels).spacing_mm is None


def test_the_same_pixels_have_the_same_id_however_they_lie_in_memory() -> None:
    pixels = np.arange(24, dtype=np.int16).reshape(4, 6)
    volume = np.zeros((6, 3, 4), dtype=np.int16)
    volume[:, 1, :] = pixels.T
    strided = volume[:, 1, :].T
    assert not strided.flags.c_contiguous
    ids = {SliceImage(each).slice_id for each in (pixels, pixels.copy(), np.asfortranarray(pixels), strided)}
    assert len(ids) == 1


def test_the_id_is_a_sha256_and_does_not_depend_on_spacing() -> None:
    pixels = np.zeros((4, 6), dtype=np.uint8)
    plain, spaced = SliceImage(pixels), SliceImage(pixels, (2.0, 2.0))
    assert plain.slice_id == spaced.slice_id
    assert len(plain.slice_id) == 64
    assert set(plain.slice_id) <= set("0123456789abcdef")


def test_equal_bytes_of_another_shape_or_type_have_another_id() -> None:
    images = [
        np.zeros((4, 6), dtype=np.uint8),
        np.zeros((6, 4), dtype=np.uint8),
        np.zeros((2, 4, 3), dtype=np.uint8),
        np.zeros((4, 6), dtype=np.int8),
        np.zeros((4, 3), dtype=np.uint16),
    ]
    assert len({SliceImage(pixels).slice_id for pixels in images}) == len(images)


@given(row=st.integers(0, 4), col=st.integers(0, 6), value=st.integers(1, 65535))
def test_changing_one_pixel_changes_the_id(row: int, col: int, value: int) -> None:
    pixels = np.zeros((5, 7), dtype=np.uint16)
    before = SliceImage(pixels.copy()).slice_id
    pixels[row, col] = value
    assert SliceImage(pixels).slice_id != before

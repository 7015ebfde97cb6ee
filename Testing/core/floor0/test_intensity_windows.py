"""Intensity windows: from pixels of any type to 0..1, without overflow and without NaN."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from auxol_core.errors import InvalidInputError
from auxol_core.types import IntensityWindow, SliceImage


@pytest.mark.parametrize(
    ("low", "high"),
    [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0), (0.0, math.nan), (0.0, math.inf), (-math.inf, 0.0), (-1.7e308, 1.7e308)],
)
def test_a_window_without_a_finite_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(InvalidInputError, match=r"needs low < high.*got .*Widen it"):
        IntensityWindow(low, high)


def test_eight_bit_pixels_always_get_the_whole_range() -> None:
    dark = SliceImage(np.full((4, 4), 3, dtype=np.uint8))
    assert IntensityWindow.of(dark) == IntensityWindow(0.0, 255.0)


def test_a_few_extreme_values_do_not_widen_the_window() -> None:
    pixels = np.tile(np.arange(1000, dtype=np.uint16), (20, 1))
    pixels[0, 0] = 65535
    window = IntensityWindow.of(SliceImage(pixels))
    assert 0 < window.low < 10
    assert 990 < window.high < 1000


def test_ct_in_hounsfield_units_as_floats_maps_low_to_0_high_to_1_and_clips_the_rest() -> None:
    pixels = np.array([[-1000.0, -160.0], [40.0, 240.0], [3000.0, 140.0]], dtype=np.float32)
    unit = IntensityWindow(-160.0, 240.0).apply(SliceImage(pixels))
    expected = np.array([[0.0, 0.0], [0.5, 1.0], [1.0, 0.75]], dtype=np.float32)
    np.testing.assert_allclose(unit, np.repeat(expected[:, :, None], 3, axis=2), atol=1e-7)
    assert unit.dtype == np.float32


def test_sixteen_bit_pixels_use_their_whole_range_without_wrapping() -> None:
    pixels = np.array([[0, 16384], [32768, 65535]], dtype=np.uint16)
    unit = IntensityWindow(0.0, 65535.0).apply(SliceImage(pixels))
    np.testing.assert_allclose(unit[:, :, 0], pixels / 65535.0, atol=1e-7)


def test_a_ct_padded_with_the_smallest_int16_keeps_its_window_inside_its_values() -> None:
    pixels = np.full((20, 20), -32768, dtype=np.int16)
    pixels[5:15, 5:15] = 32767
    window = IntensityWindow.of(SliceImage(pixels))
    assert (window.low, window.high) == (-32768.0, 32767.0)


@pytest.mark.parametrize("step", [-32768, -100])
def test_a_percentile_between_two_far_values_of_a_signed_type_does_not_overflow(step: int) -> None:
    dtype = np.int16 if step < -128 else np.int8
    pixels = np.full((2, 100), -step - 1, dtype=dtype)
    pixels[0, 0] = step  # one of 200: the 0.5th percentile falls between it and the rest
    window = IntensityWindow.of(SliceImage(pixels))
    assert step <= window.low < window.high <= -step


@pytest.mark.parametrize("value", [0, 7, -1000, 1e10, -3e38])
def test_a_constant_image_gets_a_window_and_becomes_constant_and_finite(value: float) -> None:
    image = SliceImage(np.full((4, 4), value, dtype=np.float32))
    unit = IntensityWindow.of(image).apply(image)
    assert np.isfinite(unit).all()
    assert np.ptp(unit) == 0.0


def test_a_float_volume_filled_with_the_smallest_float_stays_finite() -> None:
    pixels = np.full((4, 4), -3.4e38, dtype=np.float32)
    pixels[0] = 3.4e38
    image = SliceImage(pixels)
    unit = IntensityWindow.of(image).apply(image)
    np.testing.assert_array_equal(unit[0], 1.0)
    np.testing.assert_array_equal(unit[1:], 0.0)


def test_large_integers_keep_their_contrast() -> None:
    pixels = (2_000_000_000 + np.arange(100, dtype=np.int32)).reshape(10, 10)
    unit = IntensityWindow(2_000_000_000.0, 2_000_000_099.0).apply(SliceImage(pixels))
    np.testing.assert_allclose(unit[:, :, 0], np.arange(100).reshape(10, 10) / 99, atol=1e-6)


def test_grey_is_repeated_and_colour_keeps_its_channels() -> None:
    window = IntensityWindow(0.0, 255.0)
    grey = window.apply(SliceImage(np.arange(6, dtype=np.uint8).reshape(2, 3)))
    assert grey.shape == (2, 3, 3)
    np.testing.assert_array_equal(grey[:, :, 0], grey[:, :, 2])
    colour = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    np.testing.assert_allclose(window.apply(SliceImage(colour)), colour / 255.0, atol=1e-7)


def test_applying_a_window_leaves_the_pixels_as_they_were() -> None:
    pixels = np.arange(16, dtype=np.float32).reshape(4, 4)
    image = SliceImage(pixels)
    IntensityWindow(4.0, 8.0).apply(image)
    np.testing.assert_array_equal(image.pixels, np.arange(16, dtype=np.float32).reshape(4, 4))


@given(
    pixels=hnp.arrays(
        dtype=st.sampled_from([np.uint8, np.int8, np.uint16, np.int16, np.int32, np.float32]),
        shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6),
    ).filter(lambda array: bool(np.isfinite(array).all()))
)
def test_whatever_the_pixels_the_result_lies_in_0_to_1_and_keeps_their_order(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    image = SliceImage(pixels)
    unit = IntensityWindow.of(image).apply(image)[:, :, 0]
    assert unit.min() >= 0.0
    assert unit.max() <= 1.0
    in_order = np.argsort(pixels.ravel(), kind="stable")
    assert (np.diff(unit.ravel()[in_order]) >= 0).all()

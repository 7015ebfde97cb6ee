"""The range of what was measured: without padding, NaN and the like; and which slices speak for others."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from auxol_core.greys import range_of


def tissue(dtype: type = np.float32, middle: float = 40.0) -> NDArray[np.generic]:
    return np.random.default_rng(0).normal(middle, 15, (10, 64, 64)).astype(dtype)


def near(found: float, expected: float) -> bool:
    return abs(found - expected) < 3.0


@pytest.mark.parametrize("share", [0.004, 0.016, 0.2, 0.6])
@pytest.mark.parametrize("padding", [-32768.0, -3024.0, -2048.0, -1024.0, 32767.0, 65535.0, 4095.0, 3.4e38, -3.4e38])
def test_padding_of_any_share_leaves_the_range_as_it_is(padding: float, share: float) -> None:
    clean, padded = tissue(), tissue().ravel()
    padded[: int(share * padded.size)] = padding
    expected, found = range_of(clean), range_of(padded)
    assert near(found.low, expected.low) and near(found.high, expected.high) and found.fair
    assert found.padding == pytest.approx(share, abs=1e-3)


def test_padding_at_both_ends_and_two_kinds_of_it_are_left_out() -> None:
    padded = tissue(np.int32)
    padded[:, :5], padded[:, 5:9], padded[:, 60:] = -32768, -2000, 65535
    found = range_of(padded)
    assert near(found.low, range_of(tissue()).low) and near(found.high, range_of(tissue()).high)


def test_the_circle_around_a_ct_is_padding_and_its_air_is_not() -> None:
    rng = np.random.default_rng(1)
    ct = np.concatenate([rng.normal(-1000, 8, 4000), rng.normal(40, 60, 6000), np.full(2500, -2048.0)])
    assert range_of(ct).low == pytest.approx(-1020, abs=15)
    body = np.concatenate([rng.normal(-1000, 8, 4000), rng.normal(40, 60, 6000), np.full(2500, -1024.0)])
    assert range_of(body).low == -1024.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("count", [1, 3000])
def test_what_is_no_number_is_left_out_and_counted(bad: float, count: int) -> None:
    values = tissue().ravel()
    values[:count] = bad
    found = range_of(values)
    assert near(found.low, range_of(tissue()).low) and near(found.high, range_of(tissue()).high)
    assert found.unknown == pytest.approx(count / values.size)


def test_a_background_of_0_stays_apart_from_the_darkest_of_a_scale_far_above_it() -> None:
    masked = tissue(middle=1000.0)
    masked[:, :40] = 0.0
    found = range_of(masked)
    assert 930 < found.low < 950 and near(found.high, range_of(tissue(middle=1000.0)).high)
    mr = np.concatenate([np.zeros(7000), np.random.default_rng(0).uniform(20, 400, 3000)])
    assert range_of(mr).low == 0.0


def test_a_bright_object_of_one_value_is_no_padding() -> None:
    image = tissue(middle=100.0)
    image[:, 10:20, 10:20] = 1000.0
    assert range_of(image).high == 1000.0
    two = np.where(np.arange(100) < 90, 0.0, 700.0)
    assert (range_of(two).low, range_of(two).high) == (0.0, 700.0)


@pytest.mark.parametrize(
    "odd",
    [
        np.full((8, 8), 7.0),
        np.full((8, 8), np.nan),
        np.zeros((0, 4)),
        np.random.default_rng(0).normal(-1000, 8, (32, 32)),
        np.where(np.arange(1024) < 3, -1000, -1024),
        np.where(np.arange(1000) < 960, -32768.0, np.arange(1000)),
    ],
    ids=["constant", "NaN", "empty", "air", "air of two values", "nearly all padding"],
)
def test_a_slice_that_says_nothing_of_others_has_a_range_for_itself_alone(odd: NDArray[np.generic]) -> None:
    found = range_of(odd)
    assert not found.fair and found.low < found.high and np.isfinite([found.low, found.high]).all()


def test_8_bit_is_0_to_255_whatever_it_shows() -> None:
    found = range_of(np.full((4, 4), 9, np.uint8))
    assert (found.low, found.high, found.fair) == (0.0, 255.0, True)


def test_a_sample_tells_nearly_what_all_of_it_does() -> None:
    volume = tissue(np.int16, 40.0)
    volume[:, :6] = -32768
    whole, sampled = range_of(volume), range_of(volume, most=5000)
    assert abs(whole.low - sampled.low) < 4 and abs(whole.high - sampled.high) < 4
    assert sampled.padding == pytest.approx(whole.padding, abs=0.03)

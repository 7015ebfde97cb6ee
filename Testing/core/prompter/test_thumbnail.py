"""Slices as the locator sees them: proportions kept, few bytes, and the way back to the slice's own grid."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.metrics import dice
from auxol_core.prompter.locator.thumbnail import (
    IMAGE,
    SIDE,
    TRUTH,
    Letterbox,
    decoded,
    encoded,
    thumbnail_of,
)
from auxol_core.types import BoolArray, FloatArray


def grey(rows: int, cols: int, value: float = 0.5) -> FloatArray:
    return np.full((rows, cols, 3), value, dtype=np.float32)


def rectangle(rows: int, cols: int, *, row: tuple[int, int], col: tuple[int, int]) -> BoolArray:
    mask = np.zeros((rows, cols), dtype=bool)
    mask[slice(*row), slice(*col)] = True
    return mask


@pytest.mark.parametrize(
    ("shape", "inner", "corner"),
    [((256, 256), (64, 64), (0, 0)), ((128, 256), (32, 64), (16, 0)), ((300, 100), (64, 21), (0, 21)),
     ((20, 10), (64, 32), (0, 16)), ((1000, 3), (64, 1), (0, 31))],
)  # fmt: skip
def test_a_slice_keeps_its_proportions_in_the_middle_of_the_square(
    shape: tuple[int, int], inner: tuple[int, int], corner: tuple[int, int]
) -> None:
    box = Letterbox(shape)
    rows, cols = box.place
    assert box.inner == inner
    assert (rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start) == (*corner, *inner)


def test_what_is_left_over_is_black_and_comes_back_as_nothing() -> None:
    image = thumbnail_of(grey(128, 256, 1.0))
    assert image[:16].max() == 0 and image[48:].max() == 0 and image[16:48].min() == 1
    square = np.ones((SIDE, SIDE), dtype=np.float32)
    square[16:48] = 0
    assert Letterbox((128, 256)).back(square).max() == 0


@pytest.mark.parametrize("shape", [(128, 256), (300, 100), (256, 256), (40, 60)])
def test_a_mask_comes_back_to_where_it_was(shape: tuple[int, int]) -> None:
    rows, cols = shape
    mask = rectangle(rows, cols, row=(rows // 4, rows // 2), col=(cols // 4, 3 * cols // 4))
    kept = decoded(encoded(grey(rows, cols), mask))
    back = Letterbox(shape).back(kept.truth.astype(np.float32)) > 0.5
    assert kept.present and dice(back, mask) > 0.93


def test_a_grey_slice_is_kept_in_under_5_kb_and_a_colour_one_in_under_14() -> None:
    mask = rectangle(512, 512, row=(100, 200), col=(100, 300))
    plain = encoded(grey(512, 512), mask)
    colour = grey(512, 512)
    colour[:, :, 0] = 1.0
    assert plain[IMAGE].shape == (SIDE, SIDE) and plain[TRUTH].size == SIDE * SIDE // 8
    assert sum(each.nbytes for each in plain.values()) < 5000
    kept = encoded(colour, mask)
    assert sum(each.nbytes for each in kept.values()) < 14000
    assert np.array_equal(decoded(kept).image[0, 0], np.array([1.0, 128 / 255, 128 / 255], dtype=np.float32))


def test_what_is_kept_of_a_slice_is_what_is_looked_at() -> None:
    rng = np.random.default_rng(0)
    image = np.repeat(rng.random((100, 130, 1), dtype=np.float32), 3, axis=2)
    assert np.array_equal(decoded(encoded(image, np.zeros((100, 130), dtype=bool))).image, thumbnail_of(image))


def test_a_speck_is_not_lost_and_an_empty_slice_is_empty() -> None:
    speck = rectangle(512, 512, row=(100, 103), col=(200, 203))
    kept = decoded(encoded(grey(512, 512), speck))
    assert kept.present and kept.truth[12, 25] and kept.truth.sum() <= 2
    nothing = decoded(encoded(grey(512, 512), np.zeros((512, 512), dtype=bool)))
    assert not nothing.present and not nothing.truth.any()


def test_an_image_and_a_mask_of_another_size_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"\(8, 8, 3\) and \(8, 9\)"):
        encoded(grey(8, 8), np.zeros((8, 9), dtype=bool))


def test_a_sight_of_another_locator_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="64 x 64"):
        decoded({"image": np.zeros((32, 32), np.uint8), "truth": np.zeros(128, np.uint8), "present": np.ones(1)})

"""A kept picture through another window, and a volume through its own."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from auxol_core.imaging.eight_bit import left_out, to_8_bit
from auxol_core.imaging.rewindow import rewindowed
from auxol_core.types import IntensityWindow, SliceImage

OLD, NARROW, WIDE = IntensityWindow(0, 255), IntensityWindow(50, 150), IntensityWindow(-100, 500)


def kept(window: IntensityWindow, pixels: np.ndarray) -> np.ndarray:
    return np.rint(255 * window.apply(SliceImage(pixels))[..., 0]).astype(np.uint8)


def test_a_narrower_window_loses_nothing_and_is_right_to_a_step() -> None:
    pixels = np.arange(256, dtype=np.float32).reshape(16, 16)
    found, lost = rewindowed(kept(OLD, pixels), OLD, NARROW)
    assert lost == 0.0
    assert np.abs(found.astype(int) - kept(NARROW, pixels)).max() <= 2


def test_a_wider_one_cannot_know_what_was_cut_off_and_says_how_much() -> None:
    pixels = np.linspace(-100, 500, 400, dtype=np.float32).reshape(20, 20)
    found, lost = rewindowed(kept(OLD, pixels), OLD, WIDE)
    cut = (kept(OLD, pixels) == 0) | (kept(OLD, pixels) == 255)
    assert lost == pytest.approx(cut.mean())
    assert np.abs(found.astype(int) - kept(WIDE, pixels))[~cut].max() <= 1


def test_there_and_back_is_what_it_was_where_nothing_was_cut() -> None:
    picture = np.arange(256, dtype=np.uint8).reshape(16, 16)
    there, _ = rewindowed(picture, OLD, IntensityWindow(0, 510))
    back, _ = rewindowed(there, IntensityWindow(0, 510), OLD)
    assert np.abs(back.astype(int) - picture).max() <= 1


def test_one_nan_does_not_make_a_volume_black() -> None:
    volume = np.random.default_rng(0).normal(40, 15, (10, 64, 64)).astype(np.float32)
    clean = len(np.unique(to_8_bit(volume)))
    volume[0, 0, 0], volume[0, 0, 1] = np.nan, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = to_8_bit(volume)
    assert len(np.unique(found)) == clean and found[0, 0].tolist()[:2] == [0, 255]
    assert left_out(volume) == "2 of its 40,960 voxels are NaN or infinite; they were left out of its grey range."
    assert left_out(volume[1:]) == ""


@pytest.mark.parametrize(("padding", "rows"), [(-32768, 1), (-3024, 3)])
def test_padding_leaves_a_volume_its_greys(padding: int, rows: int) -> None:
    volume = np.random.default_rng(0).normal(40, 15, (10, 64, 64)).astype(np.float32)
    clean = len(np.unique(to_8_bit(volume)[:, 10:]))
    volume[:, :rows] = padding
    assert len(np.unique(to_8_bit(volume)[:, 10:])) == clean

"""Slices whose pixels are not square: what the models see, and the way back to the slice's own pixels."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.imaging.square import SquareGrid
from auxol_core.types import Box, Point, Prompt, SliceImage


def slice_of(shape: tuple[int, int], spacing: tuple[float, float] | None) -> SliceImage:
    return SliceImage(np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape), spacing)


@pytest.mark.parametrize("spacing", [None, (1.0, 1.0), (0.8, 0.8), (1.0, 1.1)])
def test_where_pixels_are_square_or_unknown_everything_passes_through_untouched(
    spacing: tuple[float, float] | None,
) -> None:
    grid = SquareGrid.of(slice_of((4, 6), spacing))
    image, mask = np.zeros((4, 6, 3), np.float32), np.ones((4, 6), bool)
    logits, prompt = np.ones((4, 6), np.float32), Prompt(points=(Point(1.0, 2.0),))
    assert grid.same
    assert grid.image(image) is image and grid.prompt(prompt) is prompt and grid.mask(mask) is mask
    assert grid.logits_back(logits) is logits and grid.mask_back(mask) is mask


def test_the_coarser_axis_is_enlarged_to_the_finer_one() -> None:
    assert SquareGrid.of(slice_of((10, 40), (5.0, 1.0))).square == (50, 40)
    assert SquareGrid.of(slice_of((10, 40), (0.5, 2.0))).square == (10, 160)


def test_no_more_is_enlarged_than_memory_holds() -> None:
    grid = SquareGrid.of(SliceImage(np.zeros((1024, 2048), np.uint8), (5.0, 1.0)))
    assert grid.square == (2048, 2048)


def test_a_box_keeps_its_edges_and_a_point_its_pixel_s_middle() -> None:
    grid = SquareGrid.of(slice_of((10, 40), (5.0, 1.0)))
    prompt = grid.prompt(Prompt(Box(2, 3, 4, 9), (Point(2.0, 7.0, False),)))
    assert prompt.box == Box(10, 3, 20, 9)
    assert prompt.points == (Point(12.0, 7.0, False),)  # row 2 covers 10 to 15: its middle is 12.5, pixel 12's is that


def test_masks_go_there_and_come_back_as_they_were() -> None:
    grid = SquareGrid.of(slice_of((12, 9), (4.0, 1.0)))
    mask = np.zeros((12, 9), bool)
    mask[3:7, 2:6] = True
    there = grid.mask(mask)
    assert there.shape == (48, 9) and there[12:28, 2:6].all()
    assert np.array_equal(grid.mask_back(there), mask)
    assert np.array_equal(grid.logits_back(np.where(there, 4.0, -4.0).astype(np.float32)) > 0, mask)


def test_the_mask_so_far_goes_along() -> None:
    grid = SquareGrid.of(slice_of((4, 4), (3.0, 1.0)))
    so_far = np.zeros((4, 4), np.float32)
    so_far[1] = 1.0
    seen = grid.prompt(Prompt(points=(Point(1.0, 1.0),), mask=so_far)).mask
    assert seen is not None and seen.shape == (12, 4) and seen[4].max() == 1.0 and seen[10].max() == 0.0

"""A prompt in the network's input: box filled, discs at the clicks, mask -1..1, pixels standardised."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.imaging.crops import Window
from auxol_core.promptable.prompt_maps import POINT_RADIUS, draw, network_input
from auxol_core.types import Box, FloatArray, Point, Prompt

SIDE = 32


def _noise(*shape: int) -> FloatArray:
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def test_a_box_fills_exactly_its_pixels() -> None:
    box, *others = draw(Prompt(box=Box(4, 6, 10, 9)), Window(0, 0, SIDE), SIDE)
    expected = np.zeros((SIDE, SIDE), dtype=np.float32)
    expected[4:10, 6:9] = 1
    assert np.array_equal(box, expected)
    assert not np.any(others)


def test_a_box_is_scaled_and_moved_with_its_window() -> None:
    box = draw(Prompt(box=Box(104, 206, 110, 209)), Window(100, 200, 16), SIDE)[0]
    expected = np.zeros((SIDE, SIDE), dtype=np.float32)
    expected[8:20, 12:18] = 1
    assert np.array_equal(box, expected)


def test_a_box_thinner_than_a_crop_pixel_is_still_drawn() -> None:
    assert draw(Prompt(box=Box(100, 100, 101, 101)), Window(0, 0, 320), SIDE)[0].sum() == 1


@pytest.mark.parametrize("box", [Box(-90, -90, -40, -40), Box(-90, 5, -40, 9), Box(50, 50, 90, 90)])
def test_a_box_beside_the_window_is_not_drawn(box: Box) -> None:
    assert not draw(Prompt(box=box), Window(0, 0, SIDE), SIDE).any()


def test_a_box_that_reaches_over_the_window_fills_what_is_in_it() -> None:
    box = draw(Prompt(box=Box(-10, 30, 5, 60)), Window(0, 0, SIDE), SIDE)[0]
    assert box.sum() == 5 * 2 and box[:5, 30:].all()


def test_a_click_is_a_disc_of_the_radius_around_its_pixel() -> None:
    maps = draw(Prompt(points=(Point(10, 12), Point(20, 25, positive=False))), Window(0, 0, SIDE), SIDE)
    rows, cols = np.mgrid[:SIDE, :SIDE]
    assert np.array_equal(maps[1] > 0, np.hypot(rows - 10, cols - 12) <= POINT_RADIUS)
    assert np.array_equal(maps[2] > 0, np.hypot(rows - 20, cols - 25) <= POINT_RADIUS)
    assert not maps[0].any() and not maps[3].any()


def test_a_disc_keeps_its_size_at_every_zoom() -> None:
    click = Prompt(points=(Point(8, 8),))
    areas = [draw(click, Window.around((8.5, 8.5), side), 128)[1].sum() for side in (16, 64, 512)]
    assert areas == pytest.approx([np.pi * POINT_RADIUS**2] * 3, rel=0.1)


def test_the_mask_so_far_runs_from_minus_one_to_one_and_is_minus_one_beside_the_slice() -> None:
    mask = np.zeros((16, 16), dtype=np.float32)
    mask[:8], mask[8:] = 1.0, 0.75
    maps = draw(Prompt(mask=mask), Window(0, 0, SIDE), SIDE)
    assert maps[3, 2, 5] == 1.0 and maps[3, 12, 5] == 0.5
    assert (maps[3, 16:] == -1).all() and (maps[3, :, 16:] == -1).all()


def test_without_a_mask_the_map_is_zero_and_with_an_empty_one_minus_one() -> None:
    assert not draw(Prompt(box=Box(0, 0, 4, 4)), Window(0, 0, SIDE), SIDE)[3].any()
    empty = Prompt(box=Box(0, 0, 4, 4), mask=np.zeros((16, 16), dtype=np.float32))
    assert (draw(empty, Window(0, 0, 16), SIDE)[3] == -1).all()


def test_the_network_sees_pixels_of_mean_zero_and_deviation_one() -> None:
    x = network_input(0.2 + 0.5 * _noise(64, 64, 3), Prompt(box=Box(10, 10, 20, 20)), Window(0, 0, 64), SIDE)
    assert x.shape == (7, SIDE, SIDE) and x.dtype == np.float32
    assert x[:3].mean() == pytest.approx(0, abs=1e-4) and x[:3].std() == pytest.approx(1, abs=0.03)


def test_what_lies_beside_the_image_is_zero_and_does_not_count() -> None:
    image = np.full((16, 32, 3), 0.9, dtype=np.float32) + 0.05 * _noise(16, 32, 3)
    x = network_input(image, Prompt(box=Box(2, 2, 9, 9)), Window(-8, 0, 32), SIDE)
    assert not x[:3, :8].any() and not x[:3, 24:].any()
    assert x[:3, 8:24].mean() == pytest.approx(0, abs=1e-4) and x[:3, 8:24].std() == pytest.approx(1, abs=0.1)


def test_contrast_and_brightness_hardly_change_the_input() -> None:
    image, prompt, window = _noise(40, 40, 3), Prompt(box=Box(5, 5, 20, 20)), Window(0, 0, 40)
    dim = network_input(0.1 + 0.5 * image, prompt, window, SIDE)
    assert np.allclose(network_input(image, prompt, window, SIDE), dim, atol=0.03)


def test_a_flat_image_and_a_window_beside_the_image_give_zeros() -> None:
    flat = np.full((20, 20, 3), 0.4, dtype=np.float32)
    prompt = Prompt(box=Box(5, 5, 9, 9))
    assert np.allclose(network_input(flat, prompt, Window(0, 0, 20), SIDE)[:3], 0, atol=1e-3)
    assert not network_input(flat, prompt, Window(100, 100, 20), SIDE)[:3].any()

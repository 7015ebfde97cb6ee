"""Where the network looks: 1.5 times a box, around every click, never at terabytes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.crops import MAX_SIDE, Window
from auxol_core.promptable import windows
from auxol_core.types import Box, Point, Prompt


def _holds(window: Window, row: float, col: float) -> bool:
    """Whether the point (pixel-edge coordinates) is in ``window``, to a pixel's rounding."""
    return (
        window.row0 - 1 <= row <= window.row0 + window.side + 1
        and window.col0 - 1 <= col <= window.col0 + window.side + 1
    )


def test_a_box_is_seen_in_a_window_of_so_many_times_its_longer_side() -> None:
    prompt = Prompt(box=Box(100, 200, 140, 300))
    assert windows.for_box(prompt, 1.5) == Window(45, 175, 150)
    assert windows.for_box(prompt) == windows.for_box(prompt, windows.BOX_CONTEXT)
    assert 1.2 <= windows.BOX_CONTEXT <= 1.65  # what the network was trained to see around a box


def test_a_small_box_still_gets_a_window_the_network_can_read() -> None:
    window = windows.for_box(Prompt(box=Box(10, 10, 12, 12)))
    assert window.side == windows.MIN_WINDOW and _holds(window, 11, 11)


def test_a_point_in_the_box_changes_nothing_and_one_outside_widens_the_window() -> None:
    box = Box(100, 100, 140, 140)
    alone = windows.for_box(Prompt(box=box))
    assert windows.for_box(Prompt(box=box, points=(Point(120, 120),))) == alone
    wider = windows.for_box(Prompt(box=box, points=(Point(120, 219, positive=False),)))
    assert wider.side == round(120 * windows.BOX_CONTEXT) and _holds(wider, 120.5, 219.5) and _holds(wider, 100, 100)


def test_points_are_looked_for_in_the_whole_slice_and_in_closer_and_closer_windows_around_them() -> None:
    whole, *closer = windows.for_points(Prompt(points=(Point(30, 50),)), (100, 200))
    assert whole == Window(-50, 0, 200)
    assert [w.side for w in closer] == [round(200 * zoom) for zoom in windows.POINT_ZOOMS[1:]]
    assert all(a > b for a, b in pairwise([200, *(w.side for w in closer)]))
    middles = [(w.row0 + w.side / 2, w.col0 + w.side / 2) for w in closer]
    assert np.abs(np.array(middles) - (30.5, 50.5)).max() <= 0.5


def test_the_zooms_hold_all_positive_points_and_are_not_moved_by_negative_ones() -> None:
    apart = (Point(10, 10), Point(10, 189))
    for window in windows.for_points(Prompt(points=apart), (100, 200)):
        assert _holds(window, 10.5, 10.5) and _holds(window, 10.5, 189.5)
    one = (Point(30, 50),)
    assert windows.for_points(Prompt(points=(*one, Point(90, 199, positive=False))), (100, 200)) == windows.for_points(
        Prompt(points=one), (100, 200)
    )


def test_a_slice_longer_than_any_look_is_looked_at_around_the_points() -> None:
    looks = windows.for_points(Prompt(points=(Point(16_900, 1),)), (17_000, 3))
    assert len(looks) == len(windows.POINT_ZOOMS)
    assert all(w.side <= windows.LONGEST_LOOK and _holds(w, 16_900, 1) for w in looks)


def test_points_far_apart_on_a_long_slice_are_no_reason_for_a_larger_look() -> None:
    looks = windows.for_points(Prompt(points=(Point(5, 1), Point(29_000, 1))), (30_000, 3))
    assert max(w.side for w in looks) <= windows.LONGEST_LOOK


def test_the_mask_so_far_is_seen_with_the_box_and_every_click() -> None:
    prompt = Prompt(box=Box(0, 0, 20, 20), points=(Point(70, 10, positive=False),))
    window = windows.for_mask(prompt, Box(10, 30, 40, 60))
    assert window.side == round(windows.MASK_CONTEXT * 71)
    assert _holds(window, 0, 0) and _holds(window, 71, 10) and _holds(window, 40, 60)


def test_a_window_around_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="box, points or a mask"):
        windows.around_extent(None, 1.5)


def test_near_the_largest_window_a_box_gets_less_context_before_it_is_refused() -> None:
    assert windows.around_extent(Box(0, 0, 12_000, 10), 1.5).side == MAX_SIDE
    with pytest.raises(InvalidInputError, match="Draw a smaller box"):
        windows.around_extent(Box(0, 0, MAX_SIDE + 10, 10), 1.5)


def test_a_box_is_clipped_to_the_image() -> None:
    assert windows.clipped(Box(-50_000, 10, 50_000, 20), (64, 64)) == Box(0, 10, 64, 20)
    assert windows.clipped(Box(1.5, 2.25, 3.5, 4), (64, 64)) == Box(1.5, 2.25, 3.5, 4)


def test_a_sliver_of_a_box_keeps_a_pixel() -> None:
    assert windows.clipped(Box(63.9, -5, 90, 0.1), (64, 64)) == Box(63, 0, 64, 1)
    assert windows.clipped(Box(10, 10, 10.001, 20), (64, 64)) == Box(10, 10, 11, 20)


_EDGE = st.floats(-1e9, 1e9)


@given(_EDGE, _EDGE, st.floats(1e-3, 1e9), st.floats(1e-3, 1e9), st.integers(2, 300), st.integers(2, 300))
def test_a_clipped_box_lies_on_the_image_and_is_at_least_a_pixel(
    row: float, col: float, height: float, width: float, rows: int, cols: int
) -> None:
    box = Box(row, col, max(row + height, row + 1e-3), max(col + width, col + 1e-3))
    part = windows.clipped(box, (rows, cols))
    assert part.row0 >= 0 and part.col0 >= 0 and part.row1 <= rows and part.col1 <= cols
    assert part.height > 1 - 1e-9 and part.width > 1 - 1e-9
    assert windows.for_box(Prompt(box=part), 1.5).side <= 450

"""How much of a prompt's surroundings a window does not show."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.imaging.outside import outside_of, surroundings
from auxol_core.strokes import Scribble
from auxol_core.types import Box, IntensityWindow, Point, Prompt, SliceImage

WINDOW = IntensityWindow(-100.0, 200.0)
IMAGE = SliceImage(np.random.default_rng(0).normal(0, 40, (200, 200)).astype(np.int16))
BOX = Prompt(Box(60, 60, 120, 120))


@pytest.mark.parametrize(("change", "where"), [(1024, "above"), (-1024, "below")])
def test_a_shifted_scale_lies_outside_and_is_told_with_both_ranges(change: int, where: str) -> None:
    found = outside_of(SliceImage(IMAGE.pixels + np.int16(change)), BOX, WINDOW)
    assert (found.share, found.where, found.is_beyond, found.trust) == (1.0, where, True, 0.5)
    told = found.sentence(WINDOW)
    assert where in told and "-100 to 200" in told and f"{found.low:.6g} to {found.high:.6g}" in told


def test_the_task_s_own_scale_costs_nothing() -> None:
    found = outside_of(IMAGE, BOX, WINDOW)
    assert found.share < 0.02 and (found.trust, found.sentence(WINDOW)) == (1.0, "")


@pytest.mark.parametrize("factor", [1 / 256.0, 1 / 400.0])
def test_what_the_window_shows_as_one_grey_is_blank(factor: float) -> None:
    found = outside_of(SliceImage(IMAGE.pixels.astype(np.float32) * np.float32(factor)), BOX, WINDOW)
    assert (found.share, found.where) == (1.0, "blank")
    assert "one grey" in found.sentence(WINDOW)


def test_trust_falls_between_a_half_and_nine_tenths() -> None:
    pixels = np.zeros((200, 200), np.int16)
    pixels[:, ::2] = 100
    pixels[:140] = np.where(np.arange(140)[:, None] < 0, 0, 5000)
    found = outside_of(SliceImage(pixels), Prompt(Box(0, 0, 200, 200)), WINDOW)
    assert found.share == pytest.approx(0.7) and found.trust == pytest.approx(0.75)


@pytest.mark.parametrize(
    "prompt",
    [
        BOX,
        Prompt(Box(-5, -5, 3, 3)),
        Prompt(points=(Point(0, 0), Point(199, 199, False))),
        Prompt(strokes=(Scribble(((10.0, 10.0), (20.0, 30.0))),)),
        Prompt(mask=np.zeros((200, 200), np.float32)),
    ],
)
def test_the_surroundings_lie_on_the_image_and_are_never_empty(prompt: Prompt) -> None:
    rows, cols = surroundings(prompt, (200, 200))
    assert 0 <= rows.start < rows.stop <= 200 and 0 <= cols.start < cols.stop <= 200
    assert rows.stop - rows.start >= 45

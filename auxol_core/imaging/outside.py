"""How much of what surrounds a prompt a task's grey window does not show, and what that costs.

A task taught on HU sees a CT stored with 1024 added as white throughout; the models answer all the same, and as sure as
ever. So each proposal tells this share, and its expected Dice falls with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from auxol_core.types import Box, IntensityWindow, Prompt, SliceImage

# A prompt's extent and a quarter of it on each side, as a box's first look (promptable.windows.BOX_CONTEXT), but no
# less than this: points have no extent.
CONTEXT = 0.25
MIN_SIDE = 96
# Beyond this share nothing the models say of the mask holds. A bone under a bone window has up to 0.7 of soft tissue,
# all black, around it and is found; see docs/user-guide.md for what was measured.
BOUND = 0.9
HALF = 0.5
# Of the window's range: less than 4 of 256 greys is one grey to the models.
BLANK = 1.0 / 64


@dataclass(frozen=True)
class Outside:
    """``share``: of the surroundings on one side of the window, 0..1; 1 where the window shows one grey. ``low``,
    ``high``: what the image has there (0.5th and 99.5th percentile). ``where``: above, below, or nothing to see."""

    share: float
    low: float
    high: float
    where: str

    @property
    def is_beyond(self) -> bool:
        """Whether the mask is not to be trusted."""
        return self.share > BOUND

    @property
    def trust(self) -> float:
        """What is left of an expected Dice: all of it up to a share of a half, half of it from ``BOUND`` on."""
        return 1.0 - HALF * min(1.0, max(0.0, (self.share - HALF) / (BOUND - HALF)))

    def sentence(self, window: IntensityWindow) -> str:
        """What to tell the user, with both ranges; empty where there is nothing to tell."""
        if not self.is_beyond:
            return ""
        here, task = f"{self.low:.6g} to {self.high:.6g}", f"{window.low:.6g} to {window.high:.6g}"
        seen = f"the image has {here} there, the task sees {task}"
        if self.where == "blank":
            told = f"What surrounds the prompt is one grey to the task: {seen}."
        else:
            told = f"{self.share:.0%} of what surrounds the prompt lies {self.where} the task's grey window: {seen}."
        return f"{told} Do not trust this mask; use an image on the task's own scale, or change the task's window."


def outside_of(image: SliceImage, prompt: Prompt, window: IntensityWindow) -> Outside:
    """Of ``prompt`` in the pixels of ``image``, as the user gave it."""
    rows, cols = surroundings(prompt, image.shape)
    part = image.pixels[rows, cols].astype(np.float64)
    values = part if part.ndim == 2 else part.mean(axis=2)
    low, high = (float(edge) for edge in np.percentile(values, (0.5, 99.5)))
    below, above = float((values < window.low).mean()), float((values > window.high).mean())
    seen = (min(max(edge, window.low), window.high) for edge in (low, high))
    if abs(next(seen) - next(seen)) < BLANK * (window.high - window.low) and max(below, above) <= BOUND:
        return Outside(1.0, low, high, "blank")
    return Outside(max(below, above), low, high, "above" if above > below else "below")


def surroundings(prompt: Prompt, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns, on an image of ``shape``, of a prompt's extent with its context; never empty."""
    boxes = list(_parts(prompt))
    edges = (
        (min(box.row0 for box in boxes), max(box.row1 for box in boxes), shape[0]),
        (min(box.col0 for box in boxes), max(box.col1 for box in boxes), shape[1]),
    )
    rows, cols = (_widened(*each) for each in edges)
    return rows, cols


def _widened(start: float, end: float, most: int) -> slice:
    side = max(MIN_SIDE, (1 + 2 * CONTEXT) * (end - start))
    first = int(min(max(0.0, (start + end - side) / 2), most - 1))
    return slice(first, max(first + 1, int(min(most, np.ceil((start + end + side) / 2)))))


def _parts(prompt: Prompt) -> Iterator[Box]:
    if prompt.box is not None:
        yield prompt.box
    for point in prompt.points:
        yield Box(point.row, point.col, point.row + 1, point.col + 1)
    for stroke in prompt.strokes:
        rows, cols = zip(*stroke.vertices, strict=True)
        yield Box(min(rows), min(cols), max(rows) + 1, max(cols) + 1)
    if prompt.box is None and not prompt.points and not prompt.strokes and prompt.mask is not None:
        found = Box.of_mask(prompt.mask > 0.5)
        yield found or Box(0, 0, *prompt.mask.shape)

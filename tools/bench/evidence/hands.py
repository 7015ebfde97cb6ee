"""How exactly a simulated reader clicks, drags and outlines. People are less exact still: robots overestimate.

``NOISY`` is the reader of the tables: clicks off by about two pixels, boxes by a tenth, outlines by one to two pixels.
``CARELESS`` is off by more, and saves one image of twenty with a mask that is wrong altogether.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from auxol_core.types import BoolArray, Point

SMOOTH = 6.0  # pixels over which an outline wanders to one side


@dataclass(frozen=True)
class Hand:
    """``click``: standard deviation of a click, in pixels; ``box``: each side moves by up to that share of the box;
    ``edge``: standard deviation of an outline, in pixels; ``slip_every``: one image of so many is saved wrong, 0: none.
    """

    name: str
    click: float = 0.0
    box: float = 0.1
    edge: float = 0.0
    slip_every: int = 0

    def clicked(self, aim: Point, shape: tuple[int, int], rng: np.random.Generator) -> Point:
        """Where the click that aims at ``aim`` falls, on an image of ``shape`` (rows, columns)."""
        down, right = rng.normal(0.0, self.click, 2) if self.click else (0.0, 0.0)
        row = float(np.clip(aim.row + down, 0, shape[0] - 1))
        col = float(np.clip(aim.col + right, 0, shape[1] - 1))
        return Point(row, col, aim.positive)

    def outlined(self, truth: BoolArray, rng: np.random.Generator) -> BoolArray:
        """``truth`` (rows, columns) as this hand draws it: the outline wanders. What would vanish stays as it is."""
        if not self.edge or not truth.any() or truth.all():
            return truth
        depth = ndimage.distance_transform_edt(truth) - ndimage.distance_transform_edt(~truth)
        wander = ndimage.gaussian_filter(rng.normal(size=truth.shape), SMOOTH)
        drawn = np.asarray(depth + self.edge * wander / wander.std() > 0)
        return drawn if drawn.any() else truth


EXACT = Hand("exact")
NOISY = Hand("noisy", click=2.0, edge=1.5)
CARELESS = Hand("careless", click=4.0, box=0.2, edge=3.0, slip_every=20)
HANDS = {hand.name: hand for hand in (EXACT, NOISY, CARELESS)}

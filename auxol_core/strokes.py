"""What is drawn freehand on a slice: kinds of prompt beside box, points and mask.

A kind is a frozen dataclass here, with a row in KINDS (it travels) and one in imaging/lowering.py (a model that does
not know it is shown what it knows).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from auxol_core.errors import InvalidInputError
from auxol_core.plain_numbers import plain_number, plain_truth

# (row, col) in pixel indices, as a Point's.
Vertices = tuple[tuple[float, float], ...]
# Of one prompt, all its strokes together: a hand that draws for a minute sends fewer.
MAX_VERTICES = 10_000


class Stroke(Protocol):
    """Something drawn: where, and whether it marks the object or not-the-object."""

    kind: ClassVar[str]

    @property
    def vertices(self) -> Vertices:
        """In the order in which they were drawn."""

    @property
    def positive(self) -> bool:
        """Whether it marks the object."""

    def moved(self, vertices: Vertices) -> Stroke:
        """The same stroke through other vertices, as on an image of another size."""


@dataclass(frozen=True)
class Scribble:
    """A line through ``vertices`` (one: a dab) drawn on the object, or on what does not belong to it; ``width`` in
    pixels. InvalidInputError where that is no line."""

    kind: ClassVar[str] = "scribble"
    vertices: Vertices
    width: float = 1.0
    positive: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", _checked(self.kind, self.vertices, least=1))
        object.__setattr__(self, "width", plain_number(self.width, "a scribble's width"))
        object.__setattr__(self, "positive", plain_truth(self.positive, "a scribble's positive"))
        if not (math.isfinite(self.width) and self.width > 0):
            raise InvalidInputError(f"A scribble's width must be above 0 pixels, got {self.width}. Draw it again.")

    def moved(self, vertices: Vertices) -> Scribble:
        """The same stroke through other vertices."""
        return replace(self, vertices=vertices)


@dataclass(frozen=True)
class Lasso:
    """A closed line through ``vertices``, the last joined to the first, drawn roughly around the object.

    InvalidInputError where it encloses nothing.
    """

    kind: ClassVar[str] = "lasso"
    vertices: Vertices

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", _checked(self.kind, self.vertices, least=3))
        rows, cols = zip(*self.vertices, strict=True)
        if min(rows) == max(rows) or min(cols) == max(cols):
            raise InvalidInputError(
                f"A lasso must enclose something, got {len(rows)} vertices on one straight line. Draw it around the "
                "object."
            )

    def moved(self, vertices: Vertices) -> Lasso:
        """The same stroke through other vertices."""
        return replace(self, vertices=vertices)

    @property
    def positive(self) -> bool:
        """Always: what lies within is the object."""
        return True


KINDS: dict[str, type[Scribble] | type[Lasso]] = {kind.kind: kind for kind in (Scribble, Lasso)}


def check_on_image(stroke: Stroke, shape: tuple[int, int]) -> None:
    """Raise InvalidInputError unless ``stroke`` lies on an image of ``shape`` (rows, columns), its edges included."""
    for row, col in stroke.vertices:
        if not (-0.5 <= row <= shape[0] - 0.5 and -0.5 <= col <= shape[1] - 0.5):
            raise InvalidInputError(
                f"The {stroke.kind}'s vertex ({row:g}, {col:g}) lies outside the image of {shape[0]} rows and "
                f"{shape[1]} columns. Draw it on the image."
            )


def _checked(kind: str, vertices: Vertices, least: int) -> Vertices:
    """The vertices as tuples of floats, whatever they come in: lists, or an array of (vertices, 2)."""
    if not least <= len(vertices) <= MAX_VERTICES:
        raise InvalidInputError(
            f"A {kind} needs {least} to {MAX_VERTICES:,} vertices, got {len(vertices):,}. Draw it in fewer steps."
        )
    made = []
    for vertex in vertices:
        plain = tuple(plain_number(number, f"a {kind}'s vertex") for number in vertex)
        if not (len(plain) == 2 and all(map(math.isfinite, plain))):
            raise InvalidInputError(f"A {kind}'s vertex must be two finite numbers, got {vertex}. Draw it again.")
        made.append((plain[0], plain[1]))
    return tuple(made)

"""What a drag makes in each mode: a box, a scribble or a lasso, in pixels of its slice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.strokes import Lasso, Scribble, Stroke, Vertices
from auxol_core.types import Box
from AuxOLSegmentLib.Prompts.Drag import Drawn, Pixel, chosen
from AuxOLSegmentLib.Prompts.PromptNodes import BOX, COLOURS, LASSO, NEGATIVE, POSITIVE
from AuxOLSegmentLib.Prompts.ViewMouse import rasAtMouse
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceOnDisplay, sliceShape

Volume = Callable[[], slicer.vtkMRMLVolumeNode | None]
Colour = tuple[float, float, float]

# More places than this of a long line say nothing new, and each is kept in the scene.
MAX_PLACES = 200


class BoxTool:
    """The box between press and release, clipped to the image: ``made(key, box)``."""

    closed = True

    def __init__(self, volume: Volume, made: Callable[[SliceKey, Box], None]) -> None:
        self._volume, self._made = volume, made

    def admit(self, sliceWidget: Any, _negative: bool) -> SliceKey:
        return _slice(self._volume(), sliceWidget)

    def outline(self, places: Sequence[Pixel]) -> Sequence[Pixel]:
        row0, col0, row1, col1 = _between(places)
        return (row0, col0), (row0, col1), (row1, col1), (row1, col0)

    def colour(self, _negative: bool) -> Colour:
        return COLOURS[BOX]

    def finish(self, drawn: Drawn) -> None:
        rows, cols = sliceShape(chosen(self._volume()), drawn.key.axis)
        # Boxes count from the pixels' edges, half a pixel before the centre.
        row0, col0, row1, col1 = (edge + 0.5 for edge in _between(drawn.places))
        row0, col0, row1, col1 = max(row0, 0.0), max(col0, 0.0), min(row1, float(rows)), min(col1, float(cols))
        if row1 - row0 < 0.5 or col1 - col0 < 0.5:
            raise InvalidInputError(_("The box holds no pixel of the image. Drag it around the structure."))
        self._made(drawn.key, Box(row0, col0, row1, col1))


class ScribbleTool:
    """The line that the mouse went, of what does not belong to the object where Ctrl was held: ``made(key, scribble)``.

    ``check(sliceNode, ras, positive)``: the slice that a point there would be on, or InvalidInputError.
    """

    closed = False

    def __init__(
        self,
        volume: Volume,
        check: Callable[[Any, tuple[float, float, float], bool], SliceKey],
        made: Callable[[SliceKey, Stroke], None],
    ) -> None:
        self._volume, self._check, self._made = volume, check, made

    def admit(self, sliceWidget: Any, negative: bool) -> SliceKey:
        return self._check(sliceWidget.mrmlSliceNode(), rasAtMouse(sliceWidget), not negative)

    def outline(self, places: Sequence[Pixel]) -> Sequence[Pixel]:
        return places

    def colour(self, negative: bool) -> Colour:
        return COLOURS[NEGATIVE if negative else POSITIVE]

    def finish(self, drawn: Drawn) -> None:
        line = _onImage(drawn, sliceShape(chosen(self._volume()), drawn.key.axis))
        self._made(drawn.key, Scribble(line, positive=not drawn.negative))


class LassoTool:
    """The closed line that the mouse went around the object, as far as it lies on the image: ``made(key, lasso)``."""

    closed = True

    def __init__(self, volume: Volume, made: Callable[[SliceKey, Stroke], None]) -> None:
        self._volume, self._made = volume, made

    def admit(self, sliceWidget: Any, _negative: bool) -> SliceKey:
        return _slice(self._volume(), sliceWidget)

    def outline(self, places: Sequence[Pixel]) -> Sequence[Pixel]:
        return places

    def colour(self, _negative: bool) -> Colour:
        return COLOURS[LASSO]

    def finish(self, drawn: Drawn) -> None:
        line = _onImage(drawn, sliceShape(chosen(self._volume()), drawn.key.axis))
        rows, cols = np.ptp(np.array(line), axis=0)
        if len(line) < 3 or min(rows, cols) < 0.5:
            raise InvalidInputError(_("The lasso holds no pixel of the image. Draw it around the structure."))
        self._made(drawn.key, Lasso(line))


def _slice(volumeNode: slicer.vtkMRMLVolumeNode | None, sliceWidget: Any) -> SliceKey:
    return sliceOnDisplay(sliceWidget.mrmlSliceNode(), chosen(volumeNode))


def _between(places: Sequence[Pixel]) -> tuple[float, float, float, float]:
    """(row0, col0, row1, col1) between the first place and the last."""
    first, last = places[0], places[-1]
    return min(first[0], last[0]), min(first[1], last[1]), max(first[0], last[0]), max(first[1], last[1])


def _onImage(drawn: Drawn, shape: tuple[int, int]) -> Vertices:
    """At most MAX_PLACES of the places, first and last among them; what lies outside, on the border of the image."""
    places = np.array(drawn.places)
    if len(places) > MAX_PLACES:
        places = places[np.linspace(0, len(places) - 1, MAX_PLACES).round().astype(int)]
    return tuple((float(row), float(col)) for row, col in np.clip(places, -0.5, np.array(shape) - 0.5))

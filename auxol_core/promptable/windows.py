"""Where the network looks: the windows it is given for a prompt."""

from __future__ import annotations

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.crops import MAX_SIDE, Window, extent
from auxol_core.types import Box, Prompt

BOX_CONTEXT = 1.5
MASK_CONTEXT = 1.38
SECOND_LOOK_CONTEXT = 1.7
POINT_ZOOMS = (1.0, 0.7, 0.5, 0.35, 0.25)
# Less than this and the network is shown noise: 16 px is the smallest object the benchmark prompts for.
MIN_WINDOW = 24.0
# A first look at more than this shows nothing of an object, and costs 1 GB; no square image of MAX_PIXELS is as long.
LONGEST_LOOK = 8_192


def clipped(box: Box, shape: tuple[int, int]) -> Box:
    """The part of ``box`` on an image of ``shape`` (rows, columns), at least 1 px a side.

    There is no object beyond the image: a box that reaches far over it says no more than one that ends there.
    """
    row0, row1 = _clipped_edges(box.row0, box.row1, shape[0])
    col0, col1 = _clipped_edges(box.col0, box.col1, shape[1])
    return Box(row0, col0, row1, col1)


def _clipped_edges(low: float, high: float, size: int) -> tuple[float, float]:
    low = min(max(low, 0.0), size - 1.0)
    return low, min(max(high, low + 1.0), float(size))


def around_extent(box: Box | None, context: float) -> Window:
    """The window of ``context`` times the longer side of ``box``, same centre; less context near the largest window.

    Raises InvalidInputError for a ``box`` that no window holds.
    """
    if box is None:
        raise InvalidInputError("A window needs something to be cut around: a box, points or a mask. Prompt again.")
    longest = max(box.height, box.width)
    return Window.around(box.centre, max(MIN_WINDOW, longest, min(context * longest, MAX_SIDE)))


def for_box(prompt: Prompt, context: float = BOX_CONTEXT) -> Window:
    """The window of a box prompt, widened where its points lie outside the box."""
    boxes = () if prompt.box is None else (prompt.box,)
    return around_extent(extent(prompt.points, boxes), context)


def for_points(prompt: Prompt, shape: tuple[int, int]) -> list[Window]:
    """The first looks for points alone: the whole slice of ``shape`` and closer ones centred on the positive points.

    Of a slice longer than any look the first one, too, shows the part around the points.
    """
    middle = extent(prompt.positives, ())
    centre = (shape[0] / 2, shape[1] / 2) if middle is None else middle.centre
    whole = Window.whole(shape) if max(shape) <= LONGEST_LOOK else Window.around(centre, LONGEST_LOOK)
    if middle is None:
        return [whole]
    reach = min(1.2 * max(middle.height, middle.width), LONGEST_LOOK)
    closer = [Window.around(centre, max(MIN_WINDOW, reach, zoom * whole.side)) for zoom in POINT_ZOOMS[1:]]
    return [whole, *closer]


def for_mask(prompt: Prompt, found: Box, context: float = MASK_CONTEXT) -> Window:
    """The window around the mask so far (its box ``found``), the prompt's points and its box."""
    boxes = (found,) if prompt.box is None else (found, prompt.box)
    return around_extent(extent(prompt.points, boxes), context)

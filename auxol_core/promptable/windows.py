"""Where the network looks: the windows it is given for a prompt."""

from __future__ import annotations

from auxol_core.crops import Window, extent
from auxol_core.errors import InvalidInputError
from auxol_core.types import Box, Prompt

BOX_CONTEXT = 1.5
MASK_CONTEXT = 1.6
SECOND_LOOK_CONTEXT = 1.7
POINT_ZOOMS = (1.0, 0.6, 0.35)
# Less than this and the network is shown noise: 16 px is the smallest object the benchmark prompts for.
MIN_WINDOW = 24.0


def around_extent(box: Box | None, context: float) -> Window:
    """The window of ``context`` times the longer side of ``box``, same centre."""
    if box is None:
        raise InvalidInputError("A window needs something to be cut around: a box, points or a mask. Prompt again.")
    return Window.around(box.centre, max(MIN_WINDOW, context * max(box.height, box.width)))


def for_box(prompt: Prompt, context: float = BOX_CONTEXT) -> Window:
    """The window of a box prompt, widened where its points lie outside the box."""
    boxes = () if prompt.box is None else (prompt.box,)
    return around_extent(extent(prompt.points, boxes), context)


def for_points(prompt: Prompt, shape: tuple[int, int]) -> list[Window]:
    """The first looks for points alone: the whole slice of ``shape`` and two zooms centred on the positive points."""
    whole = Window.whole(shape)
    middle = extent(prompt.positives, ())
    if middle is None:
        return [whole]
    reach = 1.2 * max(middle.height, middle.width)
    closer = [Window.around(middle.centre, max(MIN_WINDOW, reach, zoom * whole.side)) for zoom in POINT_ZOOMS[1:]]
    return [whole, *closer]


def for_mask(prompt: Prompt, found: Box, context: float = MASK_CONTEXT) -> Window:
    """The window around the mask so far (its box ``found``), the prompt's points and its box."""
    boxes = (found,) if prompt.box is None else (found, prompt.box)
    return around_extent(extent(prompt.points, boxes), context)

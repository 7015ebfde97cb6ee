"""Which greys an open task sees: the window through which a slice goes to the models, and whether it is the task's.

The window is the task's own. A task that has none takes that of the first slice which says something of the others:
what is known of its volume (SliceImage.scale), else its own range, unless it is constant, padded or of air alone. Such
a slice is seen through its own range, for itself. Where a task with lessons takes another window, they are brought to
it and learned again (relearning.py).
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

from auxol_core.engine.open_task import TaskSession
from auxol_core.engine.relearning import rewindowing
from auxol_core.engine.slices import SliceStore
from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Generalist
from auxol_core.scales import GreyScale
from auxol_core.types import IntensityWindow, SliceImage, WindowInfo

Steps = Generator[None, None, None]
# To compare a slice's scale with the task's; its own window is made of all of it.
COMPARED = 2**14


class SeenGreys:
    """For the thread that computes."""

    def __init__(self, slices: SliceStore, generalist: Generalist) -> None:
        self._slices, self._generalist = slices, generalist

    def now(self, session: TaskSession, slice_id: str) -> IntensityWindow:
        """Through what the slice is seen now; nothing is settled."""
        return session.standing.window or IntensityWindow.of(self._slices[slice_id])

    def window(self, session: TaskSession, slice_id: str) -> Generator[None, None, IntensityWindow]:
        """Through what the slice is seen; the task takes it for its own where it has none and the slice tells one."""
        image = self._slices[slice_id]
        if session.standing.window is None:
            scale = image.scale or GreyScale.of(image.pixels, whole=False)
            if scale.fair:
                origin = "volume" if scale.whole else "slice"
                yield from self.change(session, IntensityWindow(scale.low, scale.high), origin)
        self._note(session, slice_id, image)
        return self.now(session, slice_id)

    def change(self, session: TaskSession, window: IntensityWindow | None, origin: str) -> Steps:
        """See through ``window`` from now on; None: through that of the next slice that tells one."""
        if window is not None and window == session.standing.window and session.notes.origin == origin:
            return
        if window is None or not session.file.corrections(limit=1):
            session.set_window(window, origin)
        else:
            file, learner = session.file, session.learner
            yield from session.rewindow(partial(rewindowing, file, learner, self._generalist, window, origin))

    def _note(self, session: TaskSession, slice_id: str, image: SliceImage) -> None:
        """Keep what scale the task's images are on: that of the first slice, and what is better known later."""
        known = session.notes.scale
        if slice_id in session.scales_seen or (known is not None and image.scale is None):
            return
        scale = image.scale or GreyScale.of(image.pixels, whole=False)
        better = known is None or (scale.whole, not scale.guessed) > (known.whole, not known.guessed)
        if scale.fair and better and not (known is not None and scale.is_foreign_to(known)):
            session.note_scale(scale)

    def foreign(self, session: TaskSession, slice_id: str) -> str:
        """A sentence at the first slice of another scale than the task's; empty for the others."""
        known = session.notes.scale
        if known is None or slice_id in session.scales_seen:
            return ""
        session.scales_seen.add(slice_id)
        image = self._slices[slice_id]
        scale = image.scale or GreyScale.of(image.pixels, whole=False, most=COMPARED)
        if not scale.is_foreign_to(known) or scale in session.scales_told:
            return ""
        if image.scale is None and any(told.kind == scale.kind for told in session.scales_told):
            return ""  # another slice of it: only the range is another one
        session.scales_told.add(scale)
        return (
            f"This image looks like another kind than the task was taught on: here {scale.words()}, there "
            f"{known.words()}. Look closely at the masks, or make a task of its own."
        )


def asked_window(low: float | None, high: float | None, origin: str) -> IntensityWindow | None:
    """The window that somebody asks for, None: none; InvalidInputError where that is half of one or no origin."""
    if (low is None) != (high is None):
        raise InvalidInputError(f"A window needs low and high, or neither to have it set anew, got {low} .. {high}.")
    if origin not in ("given", "volume"):
        raise InvalidInputError(f"A window is given or volume, got the origin {origin[:40]!r}. Say one of these two.")
    return None if low is None or high is None else IntensityWindow(float(low), float(high))


def window_info(session: TaskSession) -> WindowInfo:
    """What is known of the greys of an open task; for any thread."""
    return session.notes.info(session.standing.window)

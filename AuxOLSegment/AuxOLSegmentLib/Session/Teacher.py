"""Saved slices on their way to the engine: one after another, in order, kept until each has its receipt."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, CancelledError, StorageFullError, UnavailableError
from auxol_core.types import Receipt, SliceImage
from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Session.SliceBook import SliceRecord

NAMESPACE = uuid.UUID("5e1f8c3e-6d0b-4b52-9a43-7a1e0c9d2b11")  # of corrections that Slicer sends


@dataclass(eq=False)
class Lesson:
    """A slice as it was when the user saved it. ``mask``: (rows, columns) bool."""

    link: TaskLink
    record: SliceRecord
    image: SliceImage = field(repr=False)
    mask: np.ndarray = field(repr=False)
    proposals: list[str]
    correctionID: str


class Teacher:
    """``arrived(lesson, receipt)`` is called with each receipt, ``tell(text, level)`` with what the user is to know."""

    def __init__(
        self,
        tasks: Tasks,
        arrived: Callable[[Lesson, Receipt], None],
        tell: Callable[[str, str], None],
    ) -> None:
        self._tasks, self._arrived, self._tell = tasks, arrived, tell
        self._lessons: list[Lesson] = []
        self._sending: Any = None

    @property
    def waiting(self) -> int:
        """Slices without a receipt."""
        return len(self._lessons)

    def add(self, link: TaskLink, record: SliceRecord, image: SliceImage, mask: np.ndarray) -> None:
        """Send it, after those before it. The same mask again has the same id, and is taken once, also after the scene
        was loaded from a time before it was saved."""
        record.correctionID = _correctionID(link.name, image, mask)
        if any(lesson.correctionID == record.correctionID for lesson in self._lessons):
            return
        self._lessons.append(Lesson(link, record, image, mask, list(record.proposals), record.correctionID))
        self.go()

    def go(self) -> None:
        """Send what waits, unless that is going on."""
        if self._lessons and (self._sending is None or self._sending.done):
            self._sending = self._tasks.start(self._send())

    async def _send(self) -> None:
        while self._lessons:
            lesson = self._lessons[0]
            try:
                receipt = await lesson.link.correct(
                    lesson.image, lesson.mask, lesson.correctionID, lesson.proposals
                )
            except CancelledError:
                raise
            except (UnavailableError, StorageFullError) as error:
                # Nothing is taken for saved; it goes out again with the next save, or when the engine is back.
                self._tell(
                    _("{count} saved slices wait for the engine. {reason}").format(
                        count=len(self._lessons), reason=sentence(error)
                    ),
                    "warning",
                )
                return
            except AuxolError as error:
                self._lessons.pop(0)
                lesson.record.correctionID = ""
                self._tell(_("This slice was not learned. {reason}").format(reason=sentence(error)), "error")
            else:
                self._lessons.pop(0)
                self._arrived(lesson, receipt)


def _correctionID(task: str, image: SliceImage, mask: np.ndarray) -> str:
    """One id for one mask on one slice in one task."""
    content = hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()
    return str(uuid.uuid5(NAMESPACE, f"{task}\n{image.slice_id}\n{content}"))

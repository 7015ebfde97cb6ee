"""Saved slices: first on the disk, then on their way to the engine, one after another, until each has its receipt.

What is chosen, closed or deleted in the scene meanwhile changes nothing about it. What has no receipt when the session
ends lies in the outbox, and is sent when the next engine starts, also without the scene.

The status line is about the newest save: "Saved", said of an earlier one, would be taken for the one just pressed.
"""

import hashlib
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from slicer.i18n import tr as _

from auxol_core.client.corrections import WILL_BE_SENT
from auxol_core.client.kept import KeptCorrection
from auxol_core.errors import AuxolError, CancelledError, InvalidInputError, NotFoundError, RoleError
from auxol_core.options import TaskOptions
from auxol_core.types import BoolArray, Receipt, SliceImage
from AuxOLSegmentLib.Engine.Async import Task, Tasks, after
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Session.SliceBook import NEVER, Save, SliceRecord

log = logging.getLogger(__name__)

NAMESPACE = uuid.UUID("5e1f8c3e-6d0b-4b52-9a43-7a1e0c9d2b11")  # of corrections that Slicer sends
AGAIN_MS = 10_000  # where the engine is there and did not take it
LATER_MS = (2_000, 300_000)  # what it did not take of what waited is sent again after this; twice that the next time


@dataclass(eq=False)
class Lesson:
    """A slice as it was when the user saved it. ``digest``: of its mask; ``fate``: what becomes of it if it cannot be
    sent; ``handled``: it is on the disk, or cannot be."""

    record: SliceRecord
    kept: KeptCorrection = field(repr=False)
    digest: str = ""
    fate: str = WILL_BE_SENT
    handled: bool = False

    @property
    def correctionID(self) -> str:
        """Under which it is sent."""
        return self.kept.correction_id


class Teacher:
    """``arrived(lesson, receipt)`` is called with each receipt, ``tell(text, level)`` with what the user is to know.

    ``settled(task)`` returns when nobody is opening or making that task any more.
    """

    def __init__(
        self,
        connection: EngineConnection,
        settled: Callable[[str], Awaitable[None]],
        arrived: Callable[[Lesson, Receipt], None],
        tell: Callable[[str, str], None],
    ) -> None:
        self._connection, self._settled, self._arrived, self._tell = connection, settled, arrived, tell
        # Of its own: what else the session had begun may be cancelled, and a save is not.
        self._tasks = Tasks(lambda error: self._tell(sentence(error), "error"))
        self._lessons: list[Lesson] = []
        self._newest = ""  # the id of the save that the status line is about
        self.more = False  # the user has saved others with it that are still to be added
        self._sending: Task | None = None
        self._later: Task | None = None
        self._again: Task | None = None
        self._pause = LATER_MS[0]
        self._failing: set[str] = set()  # tasks that did not take a save, this time round

    @property
    def waiting(self) -> int:
        """Slices without a receipt."""
        return len(self._lessons)

    def add(
        self,
        task: str,
        record: SliceRecord,
        image: SliceImage,
        mask: BoolArray,
        options: TaskOptions | None,
    ) -> None:
        """Keep it and send it, after those before it. The same mask again has the same id, and is taken once, also
        after the scene was loaded from a time before it was saved. ``options``: of a task that may have to be made."""
        refused = () if mask.any() else record.proposals
        correctionID = _correctionID(task, image, mask, refused, record.digest, self._lastSave(task, record))
        record.correctionID = self._newest = correctionID
        self._connection.wanted()
        for lesson in self._lessons:
            if lesson.correctionID == correctionID:
                self._tellWhere(lesson)
                return
        self._connection.memory.keep_slice(image.slice_id, image)
        corrections = self._connection.verbs.corrections
        kept = corrections.kept(task, image.slice_id, mask, correctionID, list(record.proposals), options)
        lesson = Lesson(record, kept, record.digest)
        self._lessons.append(lesson)
        self._tasks.start(self._keep(lesson))

    def _lastSave(self, task: str, record: SliceRecord) -> Save:
        """Of that slice in that task, also where it has no receipt yet."""
        for lesson in reversed(self._lessons):
            if lesson.record is record and lesson.kept.task == task:
                return lesson.correctionID, lesson.digest, lesson.kept.slice_id
        return record.last.get(task, NEVER)

    async def _keep(self, lesson: Lesson) -> None:
        lesson.fate = await self._connection.run(self._connection.verbs.corrections.keep(lesson.kept))
        lesson.handled = True
        self._tellWhere(lesson)
        self._go()

    def isNewest(self, lesson: Lesson) -> bool:
        """Whether it is the save that the status line is about."""
        return lesson.correctionID == self._newest and not self.more

    def noMore(self) -> None:
        """Those that were to be added are not: the last one is the newest."""
        self.more = False
        if any(self.isNewest(lesson) for lesson in self._lessons):
            for lesson in self._lessons:
                self._tellWhere(lesson)
        elif self._newest:
            self._tell(_("Saved"), "info")

    def _tellWhere(self, lesson: Lesson) -> None:
        if not lesson.handled or not self.isNewest(lesson):
            return
        if lesson.fate == WILL_BE_SENT:
            self._tell(_("Saved on this machine; the engine has not learned it yet"), "busy")
        else:
            self._tell(_("This slice is not on the disk yet, and is not safe until the engine has it"), "warning")

    def go(self) -> None:
        """An engine is there: send what waits, also from sessions before this one."""
        self._pause = LATER_MS[0]
        self._failing.clear()
        self._go(evenIfNone=True)

    def _go(self, evenIfNone: bool = False) -> None:
        if (self._lessons or evenIfNone) and (self._sending is None or self._sending.done):
            self._sending = self._tasks.start(self._send())

    async def _send(self) -> None:
        while True:
            while self._next is not None:
                if not await self._delivered(self._next):
                    return
            if await self._leftWaiting():
                self._goLater()
            if self._next is None:
                break
        if self._failing and (self._again is None or self._again.done):
            self._again = self._tasks.start(self._tryAgain())

    async def _tryAgain(self) -> None:
        await after(AGAIN_MS)
        self._again = None
        self._failing.clear()
        self._go()

    async def _leftWaiting(self) -> bool:
        """Send what waits in the outbox; whether something stays there that the engine may take later."""
        try:
            sent = await self._connection.run(self._connection.verbs.corrections.send_waiting(open_tasks=True))
        except CancelledError:
            raise
        except AuxolError as error:
            log.warning("What is in the outbox could not be sent yet: %s", error)
            return True
        if not sent.later:
            self._pause = LATER_MS[0]
        return sent.later

    def _goLater(self) -> None:
        if self._later is None or self._later.done:
            self._later = self._tasks.start(self._goneLater(self._pause))
            self._pause = min(2 * self._pause, LATER_MS[1])

    async def _goneLater(self, pause: int) -> None:
        await after(pause)
        if self._connection.link is not None:  # else it is sent when there is one
            self._later = None
            self._go(evenIfNone=True)

    @property
    def _next(self) -> Lesson | None:
        """The oldest that can be sent. A task that does not take its saves, damaged or open elsewhere, holds up its own
        alone: each task's saves are learned in their order."""
        passed = set(self._failing)
        for lesson in self._lessons:
            if lesson.kept.task not in passed:
                if lesson.handled:
                    return lesson
                passed.add(lesson.kept.task)
        return None

    async def _delivered(self, lesson: Lesson) -> bool:
        """Whether to go on with the next one."""
        corrections = self._connection.verbs.corrections
        try:
            await self._settled(lesson.kept.task)
            if lesson not in self._lessons:
                return True
            receipt = await self._connection.run(corrections.deliver(lesson.kept, lesson.fate, open_task=True))
        except CancelledError:
            return False  # the engine was stopped; it waits for the next one
        except (InvalidInputError, NotFoundError) as error:
            self._drop(lesson)
            self._tellRefused(lesson, error)
        except RoleError as error:
            # It stays in the outbox, and goes out again with each later save; meanwhile it holds up no other.
            self._drop(lesson)
            self._tellRefused(lesson, error)
        except AuxolError as error:
            # Nothing is taken for learned; it goes out again with the next save, or when the engine is back.
            self._tellWaiting(error)
            if self._connection.link is None:
                return False
            self._failing.add(lesson.kept.task)
        else:
            self._connection.wanted()
            self._lessons = [each for each in self._lessons if each is not lesson]
            if lesson.record.correctionID == lesson.correctionID:  # the slice was not changed meanwhile
                lesson.record.correctionID = receipt.correction_id
            self._arrived(lesson, receipt)
        return True

    def _tellRefused(self, lesson: Lesson, error: AuxolError) -> None:
        which = _("This slice") if self.isNewest(lesson) else _("A slice that was saved before")
        self._tell(_("{which} was not learned. {reason}").format(which=which, reason=sentence(error)), "error")

    def _tellWaiting(self, error: AuxolError) -> None:
        if all(lesson.handled for lesson in self._lessons):  # else the line is about one that is not on the disk yet
            waits = _("{count} saved slices wait for the engine. {reason}")
            self._tell(waits.format(count=len(self._lessons), reason=sentence(error)), "warning")

    def _drop(self, lesson: Lesson) -> None:
        self._lessons = [each for each in self._lessons if each is not lesson]
        if lesson.record.correctionID == lesson.correctionID:
            lesson.record.correctionID = ""

    def forget(self, task: str) -> None:
        """The task was deleted or reset: what waits for it is not wanted any more."""
        for lesson in [each for each in self._lessons if each.kept.task == task]:
            self._drop(lesson)

    def rest(self) -> None:
        """Send nothing until an engine is there again; what waits stays in the outbox."""
        if self._sending is not None:
            self._sending.cancel()

    def close(self) -> None:
        """The session ends: the outbox has what has no receipt."""
        self._tasks.close()


def _correctionID(
    task: str, image: SliceImage, mask: BoolArray, refused: Sequence[str], digest: str, last: Save
) -> str:
    """One id for one mask on one slice in one task: a save that is repeated has the one of the save before, ``last``.
    Who goes back to an earlier mask, after another was saved, teaches that anew. ``digest``: of the mask; ``refused``:
    proposals to which an empty mask says no, which is another lesson each time."""
    before, lastDigest, imageID = last
    if imageID != image.slice_id:
        before = ""
    elif lastDigest == digest and not refused:
        return before
    content = [hashlib.sha256(np.packbits(mask).tobytes()).hexdigest(), *sorted(refused), *([before] if before else [])]
    return str(uuid.uuid5(NAMESPACE, "\n".join([task, image.slice_id, *content])))

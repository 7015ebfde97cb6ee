"""The open task as the panel shows it: status, learning curve, history, progress; kept up by a long poll."""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, CancelledError
from auxol_core.types import CorrectionInfo, Event, Progress, TaskStatus, VersionInfo
from AuxOLSegmentLib.Engine.Async import Breath, Tasks, after
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Session.Learned import learnedText
from AuxOLSegmentLib.Session.TaskHistory import TaskHistory

log = logging.getLogger(__name__)

RETRY_MS = 2_000
MANY = 900  # of the thousand events that the engine keeps of a task
TAKEN_BACK = {"restored", "forgotten", "reset"}  # after these events any row may be another one
PASSING = {"progress", "refreshed", "relearning", "encoding"}  # these change no row
OF_PROMPTS = {"refreshed", "encoding"}  # what they tell is the prompts' and proposals' own


@dataclass
class LearningState:
    """``queued``: corrections that wait. ``phase``: '', 'learning', 'learned', 'discarded' or 'failed'; ``done`` of
    ``total`` steps of the update under way, ``total`` 0 where that is not known."""

    queued: int = 0
    phase: str = ""
    done: int = 0
    total: int = 0


class TaskFollower:
    """``changed(kind)``: 'task' or 'learning'; ``tell(text, level)``: a line for the user; ``refreshed(event)``:
    one of OF_PROMPTS; ``missed()``: some of these were not heard."""

    def __init__(
        self,
        link: TaskLink,
        tasks: Tasks,
        changed: Callable[[str], None],
        tell: Callable[[str, str], None],
        refreshed: Callable[[Event], None],
        missed: Callable[[], None],
    ) -> None:
        self.link = link
        self.status: TaskStatus | None = None
        self._history = TaskHistory(link)
        self.learning = LearningState()
        self._tasks, self._changed, self._tell, self._refreshed = tasks, changed, tell, refreshed
        self._missed = missed
        self._poll: Any = None
        self._closed = False

    @property
    def corrections(self) -> list[CorrectionInfo]:
        """The learning curve, as far as it is known."""
        return self._history.corrections

    @property
    def versions(self) -> list[VersionInfo]:
        """The history, as far as it is known."""
        return self._history.versions

    def begin(self, status: TaskStatus) -> None:
        """Follow the task, which is open."""
        self.take(status)
        self._tasks.start(self.read())
        self._poll = self._tasks.start(self._follow())

    def followAnew(self) -> None:
        """The engine has opened the task again: its events count from the first, and some were missed."""
        if self._poll is not None:
            self._poll.cancel()
            self._poll = self._tasks.start(self._follow(missed=True))

    def close(self) -> None:
        """Follow it no longer."""
        self._closed = True
        if self._poll is not None:
            self._poll.cancel()

    def take(self, status: TaskStatus) -> None:
        """This is where it stands now."""
        self.status = status
        self.learning.queued = status.queued
        if self.learning.phase == "learning" and (status.paused or not status.queued):
            self.learning.phase = ""  # an update that was given up has no event of its own
        self._changed("task")

    async def read(self) -> None:
        """Ask for everything anew."""
        await self._asked(self._history.readAnew())

    async def catchUp(self) -> None:
        """Ask for what is new, which is enough as long as nothing was taken back."""
        await self._asked(self._history.readNew())

    async def _asked(self, rows: Coroutine[Any, Any, None]) -> None:
        await rows
        status = await self.link.status()
        if not self._closed:
            self.take(status)

    async def _follow(self, missed: bool = False) -> None:
        last, known = 0, False
        while not self._closed:
            if not self.link.mayPoll:
                await after(RETRY_MS)
                known, missed = False, True
                continue
            try:
                events = await self.link.events(last, 25.0 if known else 0.0)
                # More came than the engine keeps: what fell out may have changed any mask that is shown.
                lost = known and len(events) >= MANY and events[0].sequence > last + 1
                last = events[-1].sequence if events else last
                if known:  # what happened before the task was opened here is in its status
                    await self._happened(events)
                if lost or (missed and not known):
                    self._missed()
                    await self.read()
            except CancelledError:
                return
            except AuxolError as error:
                log.info("Events of the task are asked for again: %s", error)
                await after(RETRY_MS)
                known, missed = False, True
            else:
                known, missed = True, False

    async def _happened(self, events: list[Event]) -> None:
        breath, before = Breath(), self.status
        for event in events:
            self._take(event)
            await breath.take()
        kinds = {event.kind for event in events}
        if kinds & TAKEN_BACK:
            await self.read()
        elif kinds - PASSING:
            await self.catchUp()
        if "learned" in kinds:
            self._tellLearned([event for event in events if event.kind == "learned"][-1], before)

    def _take(self, event: Event) -> None:
        if event.kind in OF_PROMPTS:
            self._refreshed(event)
            return
        take = {
            "queued": self._queued,
            "learning": self._learning,
            "progress": self._progress,
            "learned": self._learned,
            "discarded": self._discarded,
            "failed": self._failed,
            "rehearsed": self._rehearsed,
            "relearning": self._relearning,
            "relearned": self._relearned,
            "restored": self._restored,
            "reset": self._givenUp,
            "forgotten": self._givenUp,
        }.get(event.kind)
        if take is not None:
            take(event)
            self._changed("learning")

    def _queued(self, event: Event) -> None:
        self.learning.queued += 1
        # Of whichever save it was: that one is saved is said by its receipt alone.
        self._tell(_("Waiting to be learned: {count}").format(count=self.learning.queued), "info")

    def _learning(self, event: Event) -> None:
        self.learning.phase, self.learning.done = "learning", 0
        self.learning.total = self._usualSteps()
        self._tell(_("Learning ..."), "busy")

    def _usualSteps(self) -> int:
        steps = [version.steps for version in self.versions if version.steps and version.corrections]
        return steps[-1] if steps else 0

    def _progress(self, event: Event) -> None:
        self.learning.phase, self.learning.done = "learning", int(event.data.get("steps", 0))  # type: ignore[call-overload]
        self.learning.total = max(self.learning.total, self.learning.done)

    def _learned(self, event: Event) -> None:
        self.learning.phase = "learned"
        self._tell(_("Learned (version {version}).").format(version=event.data.get("version")), "info")

    def _rehearsed(self, event: Event) -> None:
        self.learning.phase = "learned"

    def _relearning(self, event: Event) -> None:
        if self.status is not None:
            done, total = (int(event.data.get(name, 0)) for name in ("done", "total"))  # type: ignore[call-overload]
            self.status = replace(self.status, relearning=Progress(done, total))

    def _relearned(self, event: Event) -> None:
        self._tell(
            _("The task was learned again from its saved slices: version {version}").format(
                version=event.data.get("version")
            ),
            "info",
        )

    def _tellLearned(self, event: Event, before: TaskStatus | None) -> None:
        now = self.status
        if now is not None and event.data.get("version") == now.version:
            shares = (None if status is None or not status.version else status.share for status in (before, now))
            self._tell(learnedText(now.version, str(event.data.get("reason", "")), *shares), "info")

    def _discarded(self, event: Event) -> None:
        self.learning.phase = "discarded"
        self._tell(_("Update discarded, nothing was lost: {reason}").format(reason=event.data.get("reason")), "warning")

    def _failed(self, event: Event) -> None:
        self.learning.phase = "failed"
        self._tell(_("Learning stopped: {reason}").format(reason=event.data.get("reason")), "error")

    def _givenUp(self, event: Event) -> None:
        self.learning.phase = ""

    def _restored(self, event: Event) -> None:
        self.learning.phase = ""
        self._tell(_("Version {version} is in use again").format(version=event.data.get("version")), "info")

"""Which task is taught, and everything the panel can do to it. A segment remembers its task in a tag."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import vtk
from slicer.i18n import tr as _

from auxol_core.api import EngineApi
from auxol_core.errors import AuxolError, InvalidInputError, StorageFullError
from auxol_core.options import TaskOptions
from auxol_core.types import CorrectionInfo, Event, IntensityWindow, TaskStatus, VersionInfo
from auxol_core.whole_files import write_whole
from AuxOLSegmentLib.Engine.Async import Task, Tasks, shared
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Scene.SegmentWriter import TAGS
from AuxOLSegmentLib.Session.TaskFollower import LearningState, TaskFollower

TASK_TAG = TAGS["task"]
MAX_NAME = 100


class TaskDesk:
    """The open task. ``tell(kind)`` as SessionLogic's listeners have it, ``say(text, level)``, ``refreshed(event)``.

    ``reopened()``: the engine had lost the task. ``window()``: the grey range that a new task is to see, None: the
    engine takes it from the first slice. ``emptied(task)``: it was deleted or reset.
    """

    def __init__(
        self,
        connection: EngineConnection,
        settings: Any,
        tasks: Tasks,
        tell: Callable[[str], None],
        say: Callable[[str, str], None],
        refreshed: Callable[[Event], None],
        reopened: Callable[[], None],
        window: Callable[[], IntensityWindow | None],
        emptied: Callable[[str], None],
    ) -> None:
        self._connection, self._settings, self._tasks = connection, settings, tasks
        self._tell, self._say, self._refreshed, self._reopened = tell, say, refreshed, reopened
        self._window, self._emptied = window, emptied
        self.task = ""
        self.names: list[str] = []
        self._follower: TaskFollower | None = None
        self._opening: Task | None = None
        self._segment: tuple[Any, str] = (None, "")
        self._sinceLearned = 0

    # What the panel shows

    @property
    def worthPreparing(self) -> bool:
        """Whether the engine's generalist has an encoder, so that slices can be prepared for it."""
        return bool(self._connection.told.get("prefetch", True))

    @property
    def status(self) -> TaskStatus | None:
        """Where the open task stands."""
        return None if self._follower is None else self._follower.status

    @property
    def corrections(self) -> list[CorrectionInfo]:
        """Its learning curve."""
        return [] if self._follower is None else self._follower.corrections

    @property
    def versions(self) -> list[VersionInfo]:
        """Its history."""
        return [] if self._follower is None else self._follower.versions

    @property
    def learning(self) -> LearningState:
        """What is being learned."""
        return LearningState() if self._follower is None else self._follower.learning

    # Choosing

    def segmentChosen(self, segmentation: Any, segmentID: str) -> None:
        """Another segment: its own task is chosen, if it remembers one."""
        self._segment = (segmentation, segmentID)
        segment = self._chosen()
        remembered = "" if segment is None else _tagOf(segment, TASK_TAG)
        if remembered and remembered != self.task:
            self.choose(remembered)

    def suggestedName(self) -> str:
        """A name for the task of the chosen segment: from its name, and its terminology where that says more."""
        segment = self._chosen()
        if segment is None:
            return ""
        name = str(segment.GetName() or "").strip()
        entry = _terminology(segment)
        generic = not name or name.lower().startswith("segment")
        text = entry if generic and entry else name
        return "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else " " for c in text)[:MAX_NAME].strip()

    def choose(self, name: str) -> None:
        """Open the task of that name, or make it; the segment remembers it."""
        name = name.strip()
        if name == self.task and self._follower is not None:
            return
        self.leave()
        self.task = name
        self._remember()
        self._tell("task")
        if name:
            self.wanted()
            self._tasks.start(self.link())

    def _chosen(self) -> Any:
        segmentation, segmentID = self._segment
        return None if segmentation is None else segmentation.GetSegmentation().GetSegment(segmentID)

    def _remember(self) -> None:
        segment = self._chosen()
        if segment is not None and self.task:
            segment.SetTag(TASK_TAG, self.task)

    def wanted(self) -> None:
        """A person asks something of the engine, which is started for it however often it has died."""
        self._connection.wanted()

    async def readNames(self) -> None:
        """Ask which tasks there are."""
        self.names = await self._connection.ask(EngineApi.list_tasks)
        self._tell("tasks")

    async def link(self) -> TaskLink:
        """The open task; opened or made now where it is not. A segment without a task gets one of its name."""
        if self._follower is not None:
            return self._follower.link
        if not self.task:
            self.task = self.suggestedName()
            self._remember()
            self._tell("task")
        if not self.task:
            raise InvalidInputError(_("Name the task first: what is being learned, such as 'liver, portal CT'."))
        if self._opening is None or self._opening.done:
            self._opening = Task(self._open(self.task))
        follower: TaskFollower = await shared(self._opening)
        return follower.link

    async def _open(self, name: str) -> TaskFollower:
        link = TaskLink(self._connection, name, lambda: self._cameBack(name))
        status = await link.open(self._options())
        follower = TaskFollower(link, self._tasks, self._tell, self._say, self._refreshed)
        if name == self.task:
            self._follower = follower
            await self._applyMode(link, status)
            follower.begin(status)
            self._tasks.start(self.readNames())
        return follower

    def _options(self) -> TaskOptions:
        return TaskOptions(preset=self._settings.preset, window=self._window())

    def optionsIfNew(self) -> TaskOptions | None:
        """What the chosen task is made with, where it is not known to be there."""
        return None if self._follower is not None or self.task in self.names else self._options()

    async def settled(self, name: str) -> None:
        """Until nobody is opening that task here any more, whatever came of it."""
        if self._opening is not None and name == self.task:
            with suppress(AuxolError):  # who opened it is told
                await shared(self._opening)

    def _cameBack(self, name: str) -> None:
        if name != self.task:
            return  # a slice that was saved in it is still on its way
        if self._follower is not None:
            self._follower.followAnew()
        self._reopened()

    def leave(self) -> None:
        """Follow the task no longer; in the engine it stays open."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._follower is not None:
            self._follower.close()
            self._follower = None
            self._tell("task")

    def ifOpen(self, verb: Callable[[TaskLink], Any]) -> None:
        """Do it, if the task is open and the engine there; where it is not, it has nothing to be told."""
        if self._follower is not None and self._connection.link is not None:
            self._tasks.start(verb(self._follower.link))

    # Learning

    async def _applyMode(self, link: TaskLink, status: TaskStatus) -> None:
        paused = self._settings.learningMode != "auto"
        if status.paused != paused:
            await link.pause(paused)

    def setLearningMode(self, mode: str, every: int) -> None:
        """'auto', 'every' (so many corrections) or 'demand'; kept on this machine."""
        self._settings.set("learningMode", mode)
        self._settings.set("learnEvery", every)
        if self._follower is not None:
            self._tasks.start(self._moded(self._follower))

    async def _moded(self, follower: TaskFollower) -> None:
        await self._applyMode(follower.link, await follower.link.status())
        await follower.catchUp()

    def pause(self, paused: bool) -> None:
        """Keep corrections queued, or learn them by itself, until the mode is chosen anew."""
        self._do(lambda link: link.pause(paused))

    def saved(self) -> None:
        """A correction has its receipt: in the mode 'every' it may be time to learn."""
        self._sinceLearned += 1
        if self.task and self._settings.learningMode == "every" and self._sinceLearned >= self._settings.learnEvery:
            self.learnNow()

    def learnNow(self) -> None:
        """Learn what is queued."""
        self._sinceLearned = 0
        self._change("learn")

    def undo(self) -> None:
        """Go back to the version before."""
        self._change("undo")

    def rollBack(self, version: int) -> None:
        """Go back to ``version``."""
        self._change("roll_back", version=version)

    def forget(self, correctionID: str) -> None:
        """Delete a correction, and relearn what came after without it."""
        self._do(lambda link: link.forget(correctionID))

    def reset(self) -> None:
        """Delete all that was learned and saved in the task."""
        self._do(self._wasReset)

    async def _wasReset(self, link: TaskLink) -> None:
        await link.change("reset")
        self._emptied(link.name)

    def change(self, verb: Callable[[TaskLink], Any]) -> None:
        """Have ``verb`` change the task, and take note of what became of it."""
        self._do(verb)

    def _change(self, verb: str, **values: Any) -> None:
        self._do(lambda link: link.change(verb, **values))

    def _do(self, verb: Callable[[TaskLink], Any]) -> None:
        self.wanted()
        self._tasks.start(self._done(verb))

    async def _done(self, verb: Callable[[TaskLink], Any]) -> None:
        link = await self.link()
        await verb(link)
        if self._follower is not None:
            await self._follower.catchUp()  # where it took something back, the event has everything read anew

    # Files

    def exportTo(self, path: str | Path) -> None:
        """Write a copy of the task to ``path``."""
        self._tasks.start(self._exported(Path(path)))

    async def _exported(self, path: Path) -> None:
        link = await self.link()
        data = await link.exported()
        try:
            # It holds parts of images: the user's alone. Not synced: a slow disk would hold Slicer's main thread.
            write_whole(path, data, private=True, sync=False)
        except OSError as error:
            raise StorageFullError(
                _("The task could not be written to {path} ({reason}). Choose another place.").format(
                    path=path, reason=error.strerror
                )
            ) from None
        self._say(_("The task was written to {path}; it holds parts of images").format(path=path), "info")

    def importFrom(self, path: str | Path, name: str) -> None:
        """Take a task file in under ``name`` and choose it."""
        self._tasks.start(self._imported(Path(path), name.strip()))

    async def _imported(self, path: Path, name: str) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InvalidInputError(
                _("A task file was expected at {path}, but it cannot be read ({reason}).").format(
                    path=path, reason=error.strerror
                )
            ) from None
        await TaskLink(self._connection, name, lambda: None).imported(data)
        await self.readNames()
        self.choose(name)

    def delete(self) -> None:
        """Delete the chosen task and its file for good."""
        name = self.task
        self.leave()
        self.task = ""
        self._tell("task")
        if name:
            self._tasks.start(self._deleted(name))

    async def _deleted(self, name: str) -> None:
        try:
            await self._connection.ask(EngineApi.delete_task, name)
            self._emptied(name)
        finally:
            await self.readNames()


def _tagOf(segment: Any, tag: str) -> str:
    found = vtk.reference("")
    return str(found) if segment.GetTag(tag, found) else ""


def _terminology(segment: Any) -> str:
    """The readable type of a segment's terminology entry, '' where it has none or only the generic 'Tissue'."""
    entry = _tagOf(segment, "TerminologyEntry")
    parts = entry.split("~")
    if len(parts) < 3:
        return ""
    kind = parts[2].split("^")
    return kind[2] if len(kind) > 2 and kind[2] not in ("Tissue", "") else ""

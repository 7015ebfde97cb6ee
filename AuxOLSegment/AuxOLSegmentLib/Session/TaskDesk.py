"""Which task is taught, and everything the panel can do to it. A segment remembers its task in a tag."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from auxol_core.api import EngineApi
from auxol_core.errors import AuxolError, CancelledError, InvalidInputError, NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.types import CorrectionInfo, Event, TaskStatus, VersionInfo
from AuxOLSegmentLib.Engine.Async import Task, Tasks, shared
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Scene.SegmentReader import idsOf
from AuxOLSegmentLib.Scene.SegmentTag import removeTag, tagOf
from AuxOLSegmentLib.Scene.SegmentWriter import TAGS
from AuxOLSegmentLib.Session.MadeTask import MadeTask
from AuxOLSegmentLib.Session.TaskFiles import readTaskFile, writeTaskFile
from AuxOLSegmentLib.Session.TaskFollower import LearningState, TaskFollower
from AuxOLSegmentLib.Session.TaskSuggestion import Suggestion, suggestionFor, suits
from AuxOLSegmentLib.Session.TaskWindow import windowOf

TASK_TAG = TAGS["task"]


class TaskDesk:
    """The open task. ``tell(kind)`` as SessionLogic's listeners have it, ``say(text, level)``, ``refreshed(event)``,
    ``missed()``: refreshes were not heard of.

    ``reopened()``: prompts have to be asked anew, the engine had lost the task or it is another one. ``volume()``: the
    chosen one, None where none is; a new task is named for its kind and sees its greys. ``emptied(task,
    correctionID)``: it was deleted or reset, or, where a correction is named, has forgotten that one. ``left()``: the
    user has put another task, or none, in place of the one that what is on display was asked of.
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
        volume: Callable[[], Any],
        emptied: Callable[[str, str], None],
        missed: Callable[[], None],
        left: Callable[[], None],
    ) -> None:
        self._connection, self._settings, self._tasks = connection, settings, tasks
        self._tell, self._say, self._refreshed, self._reopened = tell, say, refreshed, reopened
        self._volume, self._emptied, self._missed, self._left = volume, emptied, missed, left
        self.task = ""
        self.names: list[str] = []
        self._follower: TaskFollower | None = None
        self._opening: Task | None = None
        self._segment: tuple[Any, str] = (None, "")
        # Ids and name of the segment that the open task was chosen for.
        self._owner: tuple[str, str, str] | None = None
        self._made = MadeTask()
        self._choosing = False
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
        """Another segment: its own task is chosen, if it remembers one. Another segment's task is not for this one; one
        that was chosen before any segment is."""
        self._segment = (segmentation, segmentID)
        segment = self._chosen()
        if segment is None:
            return
        remembered = tagOf(segment, TASK_TAG)
        if remembered and remembered != self.task:
            self._choose(remembered)
        elif not remembered and self.task and self._owner not in (None, (*idsOf(*self._segment), segment.GetName())):
            self._choose("")  # also where it has the ids of one that is gone
        elif self.task:
            self._remember()

    def segmentNamed(self) -> None:
        """The chosen segment may have another name: a task that its prompt had made, and that has learned nothing,
        goes along."""
        segment = self._chosen()
        if segment is None or self._made.name != self.task or (self._owner or ())[:2] != idsOf(*self._segment):
            return
        if self._made.isStillOf(segment) or self.suggestedName() == self.task:
            return
        segment.RemoveTag(TASK_TAG)
        old = self._made.handOver()
        self._choose("")
        self._tasks.start(self._replaced(old))

    def suggestedName(self) -> str:
        """A name for the task of the chosen segment, or of the one that the first prompt makes; '' without a volume."""
        if self._chosen() is None and self._volume() is None:
            return ""
        suggestion, names = self._suggestion(), self._others()
        return suggestion.existing(names) or suggestion.existingPlain(names) or suggestion.new(names)

    def _suggestion(self) -> Suggestion:
        return suggestionFor(self._chosen(), self._volume())

    def _others(self) -> list[str]:
        """Tasks but for the one that was made for the chosen segment: of what else it may be called."""
        return [name for name in self.names if name != self.task or name != self._made.name]

    def choose(self, name: str) -> None:
        """Open the task of that name, or make it; the segment remembers it. One that a prompt had made before, and that
        has learned nothing, is not wanted any more: what is on display is asked of this one."""
        name = name.strip()
        if name == self.task and self._follower is not None:
            return
        before, old = self.task, self._made.handOver()
        self._take(name)
        if before and name != before:
            self._left()
        if not name:
            return
        replaces = bool(old) and old == before != name
        self._tasks.start(self._opened(name, before, asksAnew=not replaces))
        if replaces:
            self._tasks.start(self._replaced(old))

    async def _opened(self, name: str, before: str, asksAnew: bool) -> None:
        """Open what the user has chosen. What is no task's name is none: the one before stays."""
        try:
            await self.link()
        except InvalidInputError:
            if self.task == name and self._follower is None:
                self._unremember()
                self._choose(before)
            raise
        if asksAnew and before and before != name == self.task:
            self._reopened()

    def _unremember(self) -> None:
        segment = self._chosen()
        if segment is not None:
            segment.RemoveTag(TASK_TAG)

    def _choose(self, name: str) -> None:
        self._take(name)
        if name:
            self._tasks.start(self.link())

    def _take(self, name: str) -> None:
        self._choosing, self.task = True, name
        try:
            self.leave()
        finally:
            self._choosing = False
        self._remember()
        self._tell("task")
        if name:
            self.wanted()

    async def _replaced(self, old: str) -> None:
        """Prompts are asked of the task that is chosen now, and ``old`` goes, unless somebody has taught it."""
        await self.link()
        ask = self._connection.ask
        try:
            status = await ask(EngineApi.status, old)
            if not (status.version or status.corrections or status.confirmations or status.queued):
                await ask(EngineApi.delete_task, old)
        except NotFoundError:
            pass  # it is gone already
        await self.readNames()
        self._reopened()

    def _chosen(self) -> Any:
        segmentation, segmentID = self._segment
        return None if segmentation is None else segmentation.GetSegmentation().GetSegment(segmentID)

    def _remember(self) -> None:
        segment = self._chosen()
        self._owner = (*idsOf(*self._segment), str(segment.GetName())) if segment is not None and self.task else None
        if self._owner is not None and tagOf(segment, TASK_TAG) != self.task:
            segment.SetTag(TASK_TAG, self.task)

    def wanted(self) -> None:
        """A person asks something of the engine, which is started for it however often it has died."""
        self._connection.wanted()

    async def readNames(self) -> None:
        """Ask which tasks there are."""
        self.names = await self._connection.ask(EngineApi.list_tasks)
        self._tell("tasks")

    async def link(self) -> TaskLink:
        """The open task; opened or made now where it is not. A segment without a task gets the one that is suggested.
        Where the user chooses another one meanwhile, it is that one."""
        while self._follower is None:
            if self._opening is None or self._opening.done:
                self._opening = Task(self._begun())
            try:
                follower: TaskFollower = await shared(self._opening)
            except CancelledError:
                if not (self._choosing and self.task):
                    raise
                continue
            return follower.link
        return self._follower.link

    async def _begun(self) -> TaskFollower:
        if not self.task:
            await self._takeSuggestion()
        return await self._open(self.task)

    async def _takeSuggestion(self) -> None:
        await self.readNames()
        while True:
            segment = self._chosen()
            if segment is None:
                raise InvalidInputError(_("Name the task first: what is being learned, such as 'liver, portal CT'."))
            suggestion, names = self._suggestion(), self._others()
            found = suggestion.existing(names) or await self._plainOne(suggestion, names)
            if segment is self._chosen():  # else the user has chosen another one meanwhile
                break
        self.task = found or suggestion.new(names)
        self._remember()
        if found:
            self._made.found(found)
        else:
            self._made.make(self.task, segment, suggestion.generic)
        self._tell("task")

    async def _plainOne(self, suggestion: Suggestion, names: list[str]) -> str:
        """The task of the structure's name alone, where it is not one for another kind of image."""
        name = suggestion.existingPlain(names)
        if not name:
            return ""
        try:
            await self._connection.ask(EngineApi.open_task, name)
            return name if suits(await self._connection.ask(EngineApi.window, name), self._volume()) else ""
        except CancelledError:
            raise
        except AuxolError:  # it cannot be opened, or its server does not tell: then it is not known to be for this
            return ""

    @property
    def engineThere(self) -> bool:
        """Whether the engine can be asked at once."""
        return self._connection.link is not None

    def takeNews(self) -> str:
        """What was chosen of itself since it was last asked for, as a sentence; '' where nothing was."""
        return self._made.takeNews()

    def willLearn(self, task: str) -> None:
        """A slice is saved in it: it is one of the user's now, whoever made it."""
        if task == self._made.name:
            self._made.handOver()

    async def _open(self, name: str) -> TaskFollower:
        link = TaskLink(self._connection, name, lambda: self._cameBack(name))
        status = await link.open(self._options())
        follower = TaskFollower(link, self._tasks, self._tell, self._say, self._refreshed, self._missed)
        if name == self.task:
            self._follower = follower
            await self._applyMode(link, status)
            follower.begin(status)
            self._tasks.start(self.readNames())
        return follower

    def _options(self) -> TaskOptions:
        return TaskOptions(preset=self._settings.preset, window=windowOf(self._volume()))

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
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.cancel()
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
        self._do(lambda link: self._wasForgotten(link, correctionID))

    async def _wasForgotten(self, link: TaskLink, correctionID: str) -> None:
        await link.forget(correctionID)
        self._emptied(link.name, correctionID)

    def reset(self) -> None:
        """Delete all that was learned and saved in the task."""
        self._do(self._wasReset)

    async def _wasReset(self, link: TaskLink) -> None:
        await link.change("reset")
        self._emptied(link.name, "")

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
        writeTaskFile(path, await link.exported())
        self._say(_("The task was written to {path}; it holds parts of images").format(path=path), "info")

    def importFrom(self, path: str | Path, name: str) -> None:
        """Take a task file in under ``name`` and choose it."""
        self._tasks.start(self._imported(Path(path), name.strip(), idsOf(*self._segment)))

    async def _imported(self, path: Path, name: str, segment: tuple[str, str]) -> None:
        await TaskLink(self._connection, name, lambda: None).imported(readTaskFile(path))
        await self.readNames()
        if segment == idsOf(*self._segment):
            self.choose(name)
        else:  # the user works on another segment by now, which is not to be taught that
            self._say(_("The task {name} is there; choose it for the segment that it is for").format(name=name), "info")

    def delete(self) -> None:
        """Delete the chosen task and its file for good."""
        name = self.task
        self.leave()
        self.task = ""
        self._tell("task")
        self._left()
        if name:
            self._tasks.start(self._deleted(name))

    async def _deleted(self, name: str) -> None:
        try:
            await self._connection.ask(EngineApi.delete_task, name)
            removeTag(TASK_TAG, name)  # or a segment that had it would make an empty one of that name
            self._emptied(name, "")
        finally:
            await self.readNames()

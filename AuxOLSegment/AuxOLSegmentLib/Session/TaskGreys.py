"""The grey window of the open task: what is known of it, and how the user has it changed."""

from collections.abc import Callable

from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.types import WindowInfo
from AuxOLSegmentLib.Engine.Async import Task, Tasks
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem
from AuxOLSegmentLib.Scene.VolumeScale import volumeScale
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller


class TaskGreys:
    """``info``: as the engine last told it; None where no task is open, or the server is too old to tell."""

    def __init__(self, selection: Selection, desk: TaskDesk, tasks: Tasks, teller: Teller) -> None:
        self._selection, self._desk, self._tasks, self._teller = selection, desk, tasks, teller
        self.info: WindowInfo | None = None
        self._readFor: tuple[object, ...] = ()
        self._reading: Task | None = None

    def onChange(self, kind: str) -> None:
        """A listener of Teller: the task may be another one, or see other greys."""
        if kind not in ("task", "prompts"):
            return
        status = self._desk.status
        now = () if status is None else (self._desk.task, status.window, status.version, status.relearning is None)
        if not now:
            self.info, self._readFor = None, ()
        elif now != self._readFor or (self.info is not None and self.info.window is None):
            self._readFor = now
            if self._reading is None or self._reading.done:
                self._reading = self._tasks.start(self._read())

    async def _read(self) -> None:
        link = await self._desk.link()
        before = self.info
        try:
            self.info = await link.window()
        except NotFoundError:  # a server of before has no such answer
            self.info = None
        if self.info != before:
            self._teller.tell("learning")

    def set(self, low: float, high: float) -> None:
        """See the greys ``low`` .. ``high``; what was taught is brought to them and learned again."""
        if not low < high:
            raise InvalidInputError(
                _("A grey window needs a low value under its high one, got {low:g} to {high:g}.").format(
                    low=low, high=high
                )
            )
        self._change(lambda link: link.setWindow(low, high, "given"))

    def fromVolume(self) -> None:
        """See the greys of the chosen volume, without padding."""
        volume = self._selection.volume
        if why := volumeProblem(volume):
            raise InvalidInputError(why)
        scale = volumeScale(volume)
        if scale is None or not scale.fair:
            raise InvalidInputError(
                _("This volume says nothing of other images: it is constant, mostly padding, or air. Set the values.")
            )
        self._change(lambda link: link.setWindow(scale.low, scale.high, "volume"))

    def reset(self) -> None:
        """Have the next volume that is prompted set it anew."""
        self._change(lambda link: link.setWindow(None, None, "given"))

    def _change(self, verb: Callable[[TaskLink], object]) -> None:
        async def changed(link: TaskLink) -> None:
            await verb(link)  # type: ignore[misc]
            await self._read()

        self._desk.change(changed)

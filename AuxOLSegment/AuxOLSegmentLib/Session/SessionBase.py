"""What every part of a session shares: what is worked on, the status line, the engine."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, CancelledError, InvalidInputError
from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection, EngineState
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Prompts.PromptReader import PromptReader
from AuxOLSegmentLib.Scene.ProposalLayer import ProposalLayer
from AuxOLSegmentLib.Scene.SceneWatcher import SceneWatcher
from AuxOLSegmentLib.Scene.SegmentReader import maskDigest, maskOnSlice
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Scene.ViewWatcher import ViewWatcher, sliceNodes
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, alignedSlice, volumeProblem
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.SessionReport import diagnosticsText
from AuxOLSegmentLib.Session.SliceBook import Books, SliceBook
from AuxOLSegmentLib.Session.TaskDoor import TaskDoor
from AuxOLSegmentLib.Session.Teacher import Teacher
from AuxOLSegmentLib.Session.VolumeWalk import VolumeWalk

log = logging.getLogger(__name__)


class SessionBase(TaskDoor):
    """Made by SessionLogic, which says what each of these is."""

    settings: Any
    message: tuple[str, str]
    volume: Any
    segmentation: Any
    segmentID: str
    views: ViewWatcher
    layer: ProposalLayer
    proposals: Proposals
    prompts: PromptReader
    writer: SegmentWriter
    connection: EngineConnection
    _listeners: list[Callable[[str], None]]
    _tasks: Tasks
    _books: Books
    _teacher: Teacher
    _walk: VolumeWalk
    _scene: SceneWatcher
    _closed: bool

    # Telling

    def listen(self, listener: Callable[[str], None]) -> None:
        """Have ``listener(kind)`` called with 'engine', 'tasks', 'task', 'prompts', 'slices', 'learning',
        'propagation' or 'message' whenever that has changed."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[str], None]) -> None:
        """No longer."""
        self._listeners = [each for each in self._listeners if each != listener]

    def _tell(self, kind: str) -> None:
        if not self._closed:
            for listener in list(self._listeners):
                listener(kind)

    def say(self, text: str, level: str = "info") -> None:
        """Put a sentence on the status line; ``level``: info, busy, warning or error."""
        self.message = (text, level)
        self._tell("message")

    def _failed(self, error: Exception) -> None:
        self.say(sentence(error), "error")
        self._tell("slices")

    def _refused(self, error: AuxolError) -> None:
        self.say(sentence(error), "warning")
        self._tell("prompts")

    # Engine

    @property
    def engineState(self) -> EngineState:
        """Whether there is an engine."""
        return self.connection.state

    @property
    def engineText(self) -> str:
        """Which engine it is, where it computes, and why there."""
        return self.connection.text()

    @property
    def engineTold(self) -> Mapping[str, Any]:
        """What the engine says of itself: its generalist, and the generalists and presets to choose from."""
        return self.connection.told

    def startEngine(self) -> None:
        """Start or reach it, and ask for the tasks."""
        self._tasks.start(self.desk.readNames())

    def stopEngine(self) -> None:
        """Let it go; what has a receipt is safe, the rest waits."""
        self._walk.cancel()
        self.desk.leave()
        self._tasks.cancelAll()  # a call that is under way would start it again
        self.connection.stop()

    def testServer(self, url: str, token: str, then: Callable[[bool, str], None]) -> None:
        """Ask the server at ``url`` who it is; ``then(ok, sentence)``."""
        self._tasks.start(self._tested(url, token, then))

    async def _tested(self, url: str, token: str, then: Callable[[bool, str], None]) -> None:
        try:
            about = await self.connection.test(url, token)
        except CancelledError:
            raise
        except AuxolError as error:
            then(False, sentence(error))
        else:
            then(True, _("The server answers: AuxOL {version}").format(version=about.get("version", "?")))

    def diagnostics(self) -> str:
        """What helps somebody else to see what is wrong; no image, no name, no token."""
        return diagnosticsText(self)

    def _engineChanged(self) -> None:
        self._tell("engine")
        if self.engineState is EngineState.READY:
            self._teacher.go()

    def _engineLost(self) -> None:
        if not self._closed:
            self._walk.cancel()
            self.say(_("The engine has ended; the next prompt starts it again. Nothing saved is lost"), "warning")

    # What is worked on

    def setEditor(self, editorNode: Any, saveStateForUndo: Callable[[], None] | None) -> None:
        """The Segment Editor whose masking and undo are obeyed: its node, and its widget's slot of that name."""
        self.writer = SegmentWriter(editorNode, saveStateForUndo)
        self._scene.watchEditor(editorNode)

    def setInputs(self, volumeNode: Any, segmentationNode: Any, segmentID: str) -> None:
        """The volume that is looked at and the segment that is taught; None and '' where nothing is chosen."""
        if segmentationNode is None or segmentationNode.GetSegmentation().GetSegment(segmentID or "") is None:
            segmentID = ""
        ids = (volumeNode, segmentationNode, segmentID)
        if ids == (self.volume, self.segmentation, self.segmentID):
            return
        if volumeNode is not self.volume:
            self.prompts.setVolume(None if volumeNode is None or volumeProblem(volumeNode) else volumeNode)
        if segmentationNode is not self.segmentation:
            self._scene.watchSegmentation(segmentationNode)
        self.volume, self.segmentation, self.segmentID = ids
        problem = "" if volumeNode is None else volumeProblem(volumeNode)
        if problem:
            self.say(problem, "warning")
        self.desk.segmentChosen(self.segmentation, self.segmentID)
        self._tell("slices")

    @property
    def book(self) -> SliceBook:
        """The records of the chosen segment."""
        return self._books.of(self.segmentation.GetID() if self.segmentation is not None else "", self.segmentID)

    def whyNot(self) -> str:
        """Why no prompt can be answered now; '' where one can."""
        if self.volume is None:
            return _("Choose a volume in the Segment Editor below")
        if problem := volumeProblem(self.volume):
            return problem
        if self.segmentation is None or not self.segmentID:
            return _("Choose or add a segment in the Segment Editor below")
        return ""

    def displayKey(self) -> SliceKey:
        """The slice that the view in use shows; InvalidInputError, with the way out, where it shows none."""
        if self.whyNot():
            raise InvalidInputError(self.whyNot())
        sliceNode = self.views.sliceNode()
        if sliceNode is None and sliceNodes():
            raise InvalidInputError(_("Move the mouse into the slice view that you mean"))
        if sliceNode is None:
            raise InvalidInputError(_("There is no slice view. Choose a layout with one."))
        return alignedSlice(sliceNode, self.volume)

    def _useViewOf(self, key: SliceKey) -> None:
        """What comes next is meant for the view that shows this slice."""
        nodes = sliceNodes()
        for name in dict.fromkeys([self.views.view, *nodes]):
            if name in nodes and self._sliceIn(nodes[name]) == key:
                self.views.use(name)
                return

    def _sliceIn(self, sliceNode: Any) -> SliceKey | None:
        try:
            return alignedSlice(sliceNode, self.volume)
        except InvalidInputError:  # oblique, or beside the volume
            return None

    def _showsProposal(self, sliceNode: Any) -> bool:
        """Whether a view shows one; asked while the mouse was in no view yet."""
        key = None if self.whyNot() else self._sliceIn(sliceNode)
        return key is not None and bool(self.proposals.on(key))

    def _nothingDone(self, why: str) -> None:
        """Say why nothing was done, and in which view: the user may have meant another."""
        view = self.views.view
        if view and not self.whyNot() and view not in why:
            why = _("{why} (view {view})").format(why=why, view=view)
        self.say(why, "warning")

    def maskOn(self, key: SliceKey) -> Any:
        """The chosen segment's mask on a slice of the chosen volume, (rows, columns) bool."""
        return maskOnSlice(self.segmentation, self.segmentID, self.volume, key.axis, key.index)

    def digestOn(self, key: SliceKey) -> str:
        """A mark of that mask: equal marks, equal masks."""
        return maskDigest(self.maskOn(key))

"""The life of a slice, from prompt to lesson, without a widget: the panel and scripts use the same calls.

Nothing here waits: calls return at once, and listeners are told when something has changed. See docs/scripting.md. In
parts: SessionBase (what is worked on), PromptWork, SaveWork, VolumeWork; here what the scene does to it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection, EngineState
from AuxOLSegmentLib.Prompts.PromptReader import PromptReader
from AuxOLSegmentLib.Scene.ProposalLayer import ProposalLayer
from AuxOLSegmentLib.Scene.SceneWatcher import SceneWatcher
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Scene.ViewWatcher import ViewWatcher
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, displayedSlices
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.SessionReport import writeSessionCsv
from AuxOLSegmentLib.Session.SliceBook import Books, SliceState
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.TaskWindow import windowOf
from AuxOLSegmentLib.Session.Teacher import Teacher
from AuxOLSegmentLib.Session.VolumeWalk import VolumeWalk
from AuxOLSegmentLib.Session.VolumeWork import ReviewItem, VolumeWork

KEEP_MS = 200
LIST_MS = 500  # while slices are propagated the list of them is read anew so often, and not with each of them

__all__ = ["EngineState", "ReviewItem", "SessionLogic", "SliceKey", "SliceState"]


class SessionLogic(VolumeWork):
    """One user's work on one segment at a time. ``parameters``: where the scene keeps what is to come back, or None."""

    def __init__(self, settings: Any, parameters: Any = None) -> None:
        self.settings, self.parameters = settings, parameters
        self.message: tuple[str, str] = ("", "info")
        self.volume: Any = None
        self.segmentation: Any = None
        self.segmentID = ""
        self._listeners: list[Callable[[str], None]] = []
        self._tasks = Tasks(self._failed)
        self._books = Books()
        self._asking: dict[str, int] = {}  # how often each object's prompt has changed
        self._parts: dict[str, int] = {}  # how many clicks and boxes its last answer was for
        self.views = ViewWatcher(lambda: self._scene.looked(), self._showsProposal)
        self.layer = ProposalLayer()
        self.proposals = Proposals(self.layer, slicer.mrmlScene.GetNodeByID)
        self.prompts = PromptReader(self._prompted, self._promptGone, self._refused, self._modeChanged)
        self.writer = SegmentWriter(None, None)
        self.connection = EngineConnection(settings, self._engineChanged, self._engineLost)
        self.desk = TaskDesk(
            self.connection,
            settings,
            self._tasks,
            self._tell,
            self.say,
            self._refreshed,
            self._askAgain,
            lambda: windowOf(self.volume),
        )
        self._teacher = Teacher(self._tasks, self._taught, self.say)
        self._walk = VolumeWalk(self._tasks, self._cameByWalk, self._walked, self.say)
        self._scene = SceneWatcher(self)
        self._keeping = qt.QTimer()
        self._keeping.setSingleShot(True)
        self._keeping.interval = KEEP_MS
        self._keeping.connect("timeout()", self._keep)
        self._listing = qt.QTimer()
        self._listing.setSingleShot(True)
        self._listing.interval = LIST_MS
        self._listing.connect("timeout()", lambda: self._tell("slices"))
        self._closed = False
        self._lastSeen = None
        self.restore()

    def _tell(self, kind: str) -> None:
        super()._tell(kind)
        # Whenever something has changed, because a scene does not say when it is about to be saved.
        if kind in ("slices", "propagation") and not self._closed and not self._keeping.active:
            self._keeping.start()

    # What happens in the scene (SceneWatcher calls these)

    def segmentLooked(self) -> None:
        """A segment was changed or a view was scrolled a moment ago: what is on display now was seen."""
        if not self.whyNot() and not self.writer.writing:
            self._look()
            if self._isCompleted() and self.settings.saveOnCompleted:
                self.saveAllReviewed()
            self._tell("slices")

    def _isCompleted(self) -> bool:
        segment = self.segmentation.GetSegmentation().GetSegment(self.segmentID)
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        return segment is not None and logic.GetSegmentStatus(segment) == logic.Completed

    def effectBegun(self) -> None:
        """The user took up an editing effect: what is proposed on this slice is theirs now."""
        self.prompts.stop()  # or a drag would draw a box where the user means to paint
        if self.settings.acceptOnEffect and self.hasProposalOnDisplay():
            self.accept()

    def _modeChanged(self, mode: str) -> None:
        """Prompts and effects take the same drags: what was begun later has them."""
        if mode and self.writer.editorNode is not None:
            self.writer.editorNode.SetActiveEffectName("")
        self._tell("prompts")

    def nodeRemoved(self, nodeID: str) -> None:
        """A node is about to go."""
        if self.volume is not None and nodeID == self.volume.GetID():
            self.setInputs(None, self.segmentation, self.segmentID)
        if self.segmentation is not None and nodeID == self.segmentation.GetID():
            self.setInputs(self.volume, None, "")
        for shown in self.proposals.all():
            if shown.key.volumeID == nodeID:
                self.proposals.drop(shown.proposalID)
        for book in self._books.all():
            book.dropVolume(nodeID)
        self._books.dropSegmentation(nodeID)

    def sceneSaved(self) -> None:
        """The scene was saved: save what was reviewed, and say what was not."""
        if self.settings.saveOnSceneSave:
            self.saveAllReviewed()
        pending = len(self.proposals.slices())
        if pending:
            self.say(
                _("{count} slices have proposals that nobody has reviewed; they are not in the segment").format(
                    count=pending
                ),
                "warning",
            )

    def sceneClosed(self) -> None:
        """Everything of the scene goes."""
        self.parameters = None
        self._walk.cancel()
        self._tasks.cancelAll()
        self.desk.choose("")
        self._asking.clear()
        self._parts.clear()
        self.proposals.clear()
        self._books.clear()
        self.setInputs(None, None, "")
        self.say("")  # what was said was about this scene
        self._teacher.go()  # what the user saved is still to be learned

    def _walked(self) -> None:
        self._tell("propagation")
        if not self.propagation.running:
            self._tell("slices")
        elif not self._listing.active:
            self._listing.start()

    def setParameters(self, parameters: Any) -> None:
        """Where the scene keeps the session's state: another node after a scene was closed or loaded."""
        self.parameters = parameters
        self.restore()

    def restore(self) -> None:
        """Take up what the scene says, after it was loaded."""
        if self.parameters is not None:
            self._books.readJson(self.parameters.sessionState)
            self.proposals.readJson(self.parameters.proposals)
        self.prompts.restore()
        self._tell("slices")

    # Files and the end

    def writeCsv(self, path: str | Path) -> None:
        """The session as a table: slices, states, edits, times."""
        writeSessionCsv(Path(path), self.book, self.desk.corrections)

    def displayed(self) -> list[SliceKey]:
        """The slices of the volume that are on display in any view."""
        return [] if self.volume is None else displayedSlices(self.volume)

    def close(self) -> None:
        """Let go of everything: observers, connections, the worker. Harmless twice."""
        if self._closed:
            return
        self._keep()
        self._closed = True
        self._listeners = []
        self._keeping.stop()
        self._walk.cancel()
        self._tasks.close()
        self.desk.leave()
        self.views.stop()
        self._scene.close()
        self.prompts.cleanup()
        self.layer.cleanup()
        self.connection.stop()

"""The life of a slice, from prompt to lesson, without a widget: the panel and scripts use the same calls.

Nothing here waits: calls return at once, and listeners are told when something has changed. See docs/scripting.md. This
is the table of calls; the parts do the work (SessionParts): PromptFlow, AcceptFlow, SaveFlow, VolumeFlow, TaskDesk.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from auxol_core.strokes import Vertices
from auxol_core.types import BoolArray, Box, CorrectionInfo, TaskStatus, VersionInfo, WindowInfo
from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
from AuxOLSegmentLib.Session.Payoff import Payoff, savedVoxels
from AuxOLSegmentLib.Session.Presence import PresenceCurve
from AuxOLSegmentLib.Session.SessionParts import SessionParts
from AuxOLSegmentLib.Session.SessionReport import diagnosticsText, writeSessionCsv
from AuxOLSegmentLib.Session.SliceBook import SliceBook, SliceState
from AuxOLSegmentLib.Session.TaskFollower import LearningState
from AuxOLSegmentLib.Session.VolumeFlow import ReviewItem
from AuxOLSegmentLib.Session.VolumeWalk import Progress
from AuxOLSegmentLib.Session.WalkEnd import WalkEnd

__all__ = ["EngineState", "ReviewItem", "SessionLogic", "SliceKey", "SliceState"]


class SessionLogic:
    """One user's work on one segment at a time. ``parameters``: where the scene keeps what is to come back, or None.

    ``prompts``, ``proposals``, ``layer``, ``writer``, ``views``, ``connection`` and ``desk`` are parts that scripts may
    use; what is there under a name of the session's own is better called there.
    """

    def __init__(self, settings: Any, parameters: Any = None) -> None:
        self.settings = settings
        self.parts = parts = SessionParts(settings, parameters)
        self.prompts, self.proposals = parts.prompts, parts.proposals
        self.layer, self.writer = parts.layer, parts.writer
        self.views, self.connection, self.desk = parts.inUse.views, parts.engine.connection, parts.desk
        self._closed = False
        self.restore()

    # What is told

    @property
    def message(self) -> tuple[str, str]:
        """The status line: a sentence and its level (info, busy, warning, error)."""
        return self.parts.teller.message

    def say(self, text: str, level: str = "info") -> None:
        """Put a sentence on it."""
        self.parts.teller.say(text, level)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Have ``listener(kind)`` called when something of that kind has changed; Teller names the kinds."""
        self.parts.teller.listen(listener)

    def unlisten(self, listener: Callable[[str], None]) -> None:
        """No longer."""
        self.parts.teller.unlisten(listener)

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
        self.parts.startEngine()

    def openEngine(self) -> None:
        """As the module is opened: start it, where the settings say so and the user has not stopped it."""
        self.parts.openEngine()

    def stopEngine(self) -> None:
        """Let it go; what has a receipt is safe, the rest waits."""
        self.parts.stopEngine()

    @property
    def generalists(self) -> Mapping[str, Any]:
        """The engine's table: "generalists", each with size, licence, how it is got and what a click takes there, and
        which is recommended; empty until it was asked."""
        return self.parts.generalists.table

    def downloadGeneralist(self, name: str) -> None:
        """Have the engine fetch its weights; whoever calls this has told the licence and accepts it."""
        self.parts.generalists.download(name)

    def cancelGeneralistDownload(self, name: str) -> None:
        """End it; what came stays for the next one."""
        self.parts.generalists.cancelDownload(name)

    def measureGeneralists(self) -> None:
        """Have the engine time what a click takes on its machine."""
        self.parts.generalists.measure()

    def useGeneralist(self, name: str) -> None:
        """Restart the engine with it; the open task is learned again beside it."""
        self.parts.generalists.use(name)

    def cancelRelearning(self) -> None:
        """Have the open task be as it was before it began to be learned again."""
        self.parts.generalists.cancelRelearning()

    def testServer(self, url: str, token: str, then: Callable[[bool, str], None]) -> None:
        """Ask the server at ``url`` who it is; ``then(ok, sentence)``."""
        self.parts.engine.test(url, token, then)

    def diagnostics(self) -> str:
        """What helps somebody else to see what is wrong; no image, no name, no token."""
        return diagnosticsText(self.settings, self.connection, self.status, self.message)

    # What is worked on

    def setEditor(self, editorNode: Any, saveStateForUndo: Callable[[], None] | None) -> None:
        """The Segment Editor whose masking and undo are obeyed: its node, and its widget's slot of that name."""
        self.writer.obey(editorNode, saveStateForUndo)
        self.parts.scene.watchEditor(editorNode)

    def setInputs(self, volumeNode: Any, segmentationNode: Any, segmentID: str) -> None:
        """The volume that is looked at and the segment that is taught; None and '' where nothing is chosen."""
        self.parts.saving.finish()
        self.parts.inputs.choose(volumeNode, segmentationNode, segmentID)

    @property
    def volume(self) -> Any:
        """The chosen volume's node."""
        return self.parts.selection.volume

    @property
    def segmentation(self) -> Any:
        """The chosen segmentation's node."""
        return self.parts.selection.segmentation

    @property
    def segmentID(self) -> str:
        """The chosen segment."""
        return self.parts.selection.segmentID

    @property
    def book(self) -> SliceBook:
        """The records of its slices."""
        return self.parts.selection.book

    def whyNot(self) -> str:
        """Why no prompt can be answered now; '' where one can."""
        return self.parts.selection.whyNot()

    def displayKey(self) -> SliceKey:
        """The slice that the view in use shows; InvalidInputError, with the way out, where it shows none."""
        return self.parts.inUse.key()

    @property
    def viewInUse(self) -> str:
        """The name of the slice view in use; '' where that is not known yet."""
        return self.views.view

    def useViewUnderMouse(self) -> None:
        """What comes next is meant for the slice view that the mouse is over, where it is over one."""
        self.views.useUnderMouse()

    def displayed(self) -> list[SliceKey]:
        """The slices of the volume that are on display in any view."""
        return self.parts.selection.displayed()

    def maskOn(self, key: SliceKey) -> BoolArray:
        """The chosen segment's mask on a slice, (rows, columns) bool."""
        return self.parts.selection.maskOn(key)

    # One slice

    def promptBox(self, key: SliceKey, box: Box) -> None:
        """For scripts: as if ``box`` (rows, columns of the slice, half-open) were dragged; it begins a new object."""
        self.parts.prompting.promptBox(key, box)

    def promptPoint(self, key: SliceKey, row: float, col: float, positive: bool = True) -> None:
        """For scripts: as if that pixel were clicked; on the active object's slice it refines that object."""
        self.parts.prompting.promptPoint(key, row, col, positive)

    def promptScribble(self, key: SliceKey, vertices: Vertices, positive: bool = True, width: float = 1.0) -> None:
        """For scripts: as if a line through ``vertices`` ((row, col), ...) were drawn, ``width`` pixels wide."""
        self.parts.prompting.promptScribble(key, vertices, positive, width)

    def promptLasso(self, key: SliceKey, vertices: Vertices) -> None:
        """For scripts: as if a closed line through ``vertices`` ((row, col), ...) were drawn; it begins an object."""
        self.parts.prompting.promptLasso(key, vertices)

    @property
    def preparing(self) -> tuple[int, int] | None:
        """How far the slice that a prompt waits for is encoded: (done, total), total 0: not known; None: nothing is."""
        return self.parts.prompting.preparing

    def cancelPrompt(self) -> None:
        """Wait for no answer to a prompt any more; marks stay."""
        self.parts.prompting.cancel()

    def hasProposalOnDisplay(self) -> bool:
        """Whether the slice in use has one."""
        return self.parts.accepting.hasProposalOnDisplay()

    def proposalText(self) -> str:
        """What is known of the proposals on display."""
        return self.parts.accepting.proposalText()

    def accept(self) -> bool:
        """Write the proposals on display into the segment, as one undo step. False where there are none."""
        return self.parts.volumes.accept()

    def dismiss(self) -> bool:
        """Take the proposals on display away. False where there are none."""
        return self.parts.accepting.dismiss()

    def canSave(self) -> tuple[bool, str]:
        """Whether the slice on display can be saved, and if not, why."""
        return self.parts.saving.canSave()

    def save(self) -> bool:
        """Save the slice on display: proposals on it are accepted, and the engine learns from it."""
        return self.parts.saving.save()

    def compare(self) -> None:
        """Show on the slice on display in turn what the generalist says alone, the specialist alone, and their fusion.
        What is accepted is what is shown."""
        self.parts.comparing.cycle()

    def shownName(self) -> str:
        """Whose mask is shown on the slice on display; '' where nothing is."""
        return self.parts.comparing.shownName()

    def acceptAndNext(self) -> bool:
        """Accept what is proposed on the slice on display, save it and show the next one, which the setting ``nextBy``
        chooses. False, and nothing is done, where there is nothing to accept or it cannot be saved."""
        return self.parts.onward.acceptAndNext()

    def saveAndNext(self) -> bool:
        """Save the slice on display, where it is not saved already, and show the next one."""
        return self.parts.onward.saveAndNext()

    def canGoOn(self) -> bool:
        """Whether the slice on display is saved already, so that ``saveAndNext`` only shows the next one."""
        return self.parts.onward.canGoOn()

    def canSayNothing(self) -> tuple[bool, str]:
        """Whether the slice on display can be saved as empty, and if not, why and what to do."""
        return self.parts.nothing.can()

    def nothingHere(self) -> bool:
        """Save the slice on display as empty: what is proposed there is refused, what was accepted and not touched
        since is taken back as one undo step. False, and nothing is done, where the user's own voxels are there."""
        return self.parts.nothing.say()

    # The volume

    def saveAllReviewed(self) -> int:
        """Save every accepted and edited slice that was on display after its last change, and say so where others wait;
        how many are saved."""
        return self.parts.saving.saveAllReviewed(tell=True)

    def sliceCounts(self) -> dict[SliceState, int]:
        """How many slices are in each state."""
        return self.book.counts()

    def unreviewed(self) -> list[SliceKey]:
        """Slices of the segment that were changed and not on display since; they are not taught."""
        return self.parts.unreviewed.slices()

    def unreviewedCount(self) -> int:
        """How many they are, as far as they are counted: 'unreviewed' is told when a longer count has ended."""
        return self.parts.unreviewed.count

    def proposeNeighbours(self) -> None:
        """Propose the slices next to the one on display."""
        self.parts.volumes.proposeNeighbours()

    def propagate(self, first: int, last: int) -> None:
        """From the filled slices in ``first`` .. ``last`` (slice indices of the view in use) to the others."""
        self.parts.volumes.propagate(first, last)

    def useAsSeeds(self, teach: bool = False) -> int:
        """Go on from the slices that the segment fills already, along the view in use; nothing is taught but where
        ``teach``: then some of them, spread over the segment, are saved as lessons. How many these are."""
        return self.parts.seeds.useAsSeeds(teach)

    def fillBetween(self) -> None:
        """Propose on the slices that lie between two filled ones, along the view in use."""
        self.parts.seeds.fillBetween()

    def find(self, first: int = 0, last: int | None = None) -> None:
        """Look for the structure on ``first`` .. ``last`` (slice indices of the view in use; None: to the volume's
        end), with no seed there; each proposal has a confidence. ``propagation`` and ``cancelPropagation`` are for
        this, too."""
        self.parts.finding.find(first, last)

    def presence(self) -> PresenceCurve | None:
        """How the slices along the volume stand, and what the last ``find`` saw there; None where nothing is chosen."""
        return self.parts.bar.curve()

    def outline(self, key: SliceKey) -> BoolArray:
        """What is drawn on a slice, (rows, columns): its proposals, or else the segment."""
        masks = [shown.visible for shown in self.proposals.on(key)]
        return np.logical_or.reduce(masks) if masks else self.parts.selection.maskOn(key)

    def cancelPropagation(self) -> None:
        """End it; what came stays."""
        self.parts.volumes.cancel()

    @property
    def propagation(self) -> Progress:
        """How far it is."""
        return self.parts.volumes.progress

    @property
    def propagationEnd(self) -> WalkEnd:
        """How the last one ended."""
        return self.parts.volumes.end

    def review(self) -> list[ReviewItem]:
        """Slices with proposals, the worst first, then accepted and edited ones that wait to be saved, then those of
        which a person has said that nothing is there."""
        return self.parts.volumes.review()

    def goTo(self, key: SliceKey) -> None:
        """Show that slice."""
        self.parts.volumes.goTo(key)

    def acceptAbove(self, quality: float) -> int:
        """Accept every slice whose proposals are all expected to be at least that good, as one undo step; how many."""
        return self.parts.volumes.acceptAbove(quality)

    # The task: as TaskDesk has it

    @property
    def taskNames(self) -> list[str]:
        """Names of the tasks that the engine has."""
        return self.desk.names

    @property
    def task(self) -> str:
        """The chosen one; '' where none is."""
        return self.desk.task

    @property
    def status(self) -> TaskStatus | None:
        """Where it stands; None until it is open."""
        return self.desk.status

    @property
    def corrections(self) -> list[CorrectionInfo]:
        """Its corrections and confirmations in order, with their scores."""
        return self.desk.corrections

    @property
    def versions(self) -> list[VersionInfo]:
        """Its updates in order, published or discarded."""
        return self.desk.versions

    def payoff(self) -> Payoff:
        """Whether what was learned has helped so far."""
        return Payoff.of(self.corrections, savedVoxels(self.book))

    @property
    def learning(self) -> LearningState:
        """What is being learned."""
        return self.desk.learning

    def chooseTask(self, name: str) -> None:
        """Open the task of that name, or make it; the segment remembers it."""
        self.desk.choose(name)

    def suggestedTaskName(self) -> str:
        """A name from the segment's name and terminology and the volume's modality; of a task that is there, if one is
        meant by that."""
        return self.desk.suggestedName()

    def setLearningMode(self, mode: str, every: int) -> None:
        """'auto', 'every' (so many corrections) or 'demand'."""
        self.desk.setLearningMode(mode, every)

    def pause(self, paused: bool) -> None:
        """Keep corrections queued, or learn by itself again."""
        self.desk.pause(paused)

    def learnNow(self) -> None:
        """Learn what is queued."""
        self.desk.learnNow()

    def undo(self) -> None:
        """Take the last update back."""
        self.desk.undo()

    def rollBack(self, version: int) -> None:
        """Go back to ``version``."""
        self.desk.rollBack(version)

    def forget(self, correctionID: str) -> None:
        """Delete one correction with its crops, and relearn without it."""
        self.desk.forget(correctionID)

    def reset(self) -> None:
        """Delete all that was learned and saved in the task."""
        self.desk.reset()

    @property
    def windowInfo(self) -> WindowInfo | None:
        """What greys the task sees; None until that is known."""
        return self.parts.greys.info

    def setWindow(self, low: float, high: float) -> None:
        """Have the task see the greys ``low`` .. ``high``; what was taught is brought to them and learned again."""
        self.parts.greys.set(low, high)

    def windowFromVolume(self) -> None:
        """The same, with those of the chosen volume."""
        self.parts.greys.fromVolume()

    def resetWindow(self) -> None:
        """Have the next volume that is prompted set them."""
        self.parts.greys.reset()

    def exportTask(self, path: str | Path) -> None:
        """Write a copy of the task."""
        self.desk.exportTo(path)

    def importTask(self, path: str | Path, name: str) -> None:
        """Take a copy in under ``name`` and choose it."""
        self.desk.importFrom(path, name)

    def deleteTask(self) -> None:
        """Delete the chosen task for good."""
        self.desk.delete()

    # The scene, files and the end

    def setParameters(self, parameters: Any) -> None:
        """Where the scene keeps the session's state: another node after a scene was closed or loaded."""
        self.parts.keeper.parameters = parameters
        self.restore()

    def restore(self) -> None:
        """Take up what the scene says, after it was loaded."""
        self.parts.keeper.takeUp()
        if self.parts.selection.segment is not None:
            self.proposals.choose(self.parts.selection.ids)
        self.prompts.restore()
        self.parts.inputs.followColour()
        self.parts.teller.tell("slices")

    def writeCsv(self, path: str | Path) -> None:
        """The session as a table: slices, states, edits, times."""
        writeSessionCsv(Path(path), self.book, self.corrections)

    def close(self) -> None:
        """Let go of everything: observers, connections, the worker. Harmless twice."""
        if not self._closed:
            self._closed = True
            self.parts.close()

"""What a session is made of. Each part is handed what it needs; who needs whom is read here and nowhere else."""

from typing import Any

import slicer

from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Scene.ChangeOutline import ChangeOutline
from AuxOLSegmentLib.Scene.ProposalLayer import ProposalLayer
from AuxOLSegmentLib.Scene.SceneWatcher import SceneWatcher
from AuxOLSegmentLib.Scene.SegmentCodes import SegmentCodes
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Session.AcceptFlow import AcceptFlow
from AuxOLSegmentLib.Session.Beginning import Beginning
from AuxOLSegmentLib.Session.Comparing import Comparing
from AuxOLSegmentLib.Session.EngineFlow import EngineFlow
from AuxOLSegmentLib.Session.FindFlow import FindFlow
from AuxOLSegmentLib.Session.Generalists import Generalists
from AuxOLSegmentLib.Session.Inputs import Inputs
from AuxOLSegmentLib.Session.Keeper import Keeper
from AuxOLSegmentLib.Session.NothingHere import NothingHere
from AuxOLSegmentLib.Session.Offers import Offers
from AuxOLSegmentLib.Session.Onward import Onward
from AuxOLSegmentLib.Session.PromptFlow import PromptFlow
from AuxOLSegmentLib.Session.Proposals import Proposals, Shown
from AuxOLSegmentLib.Session.SaveFlow import SaveFlow
from AuxOLSegmentLib.Session.SceneEvents import SceneEvents
from AuxOLSegmentLib.Session.Seeds import Seeds
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import Books
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.TaskGreys import TaskGreys
from AuxOLSegmentLib.Session.Teller import Teller
from AuxOLSegmentLib.Session.Unreviewed import Unreviewed
from AuxOLSegmentLib.Session.VolumeBar import VolumeBar
from AuxOLSegmentLib.Session.VolumeFlow import VolumeFlow


class SessionParts:
    """Made once, each after what it is handed. A lambda stands where a part answers one that was made before it."""

    def __init__(self, settings: Any, parameters: Any) -> None:
        self.settings = settings
        self.teller = teller = Teller()
        self.tasks = tasks = Tasks(teller.failed)
        self.books = books = Books()
        self.selection = selection = Selection(books)
        self.layer = ProposalLayer()
        self.proposals = proposals = Proposals(self.layer, slicer.mrmlScene.GetNodeByID)
        self.writer = SegmentWriter(None, None)
        self.inUse = inUse = SliceInUse(selection, proposals, teller, lambda: self.scene.looked())
        self.engine = EngineFlow(settings, tasks, teller, self._engineIsThere, lambda: self.volumes.cancel())
        self.desk = desk = TaskDesk(
            self.engine.connection,
            settings,
            tasks,
            teller.tell,
            teller.say,
            lambda event: self.prompting.happened(event),
            lambda: self.prompting.askAgain(),
            lambda: selection.volume,
            lambda task, correctionID: self._emptied(task, correctionID),
            lambda: self.prompting.fetchAll(),
            self._taskLeft,
        )
        self.generalists = Generalists(
            settings, self.engine.connection, desk, tasks, teller, lambda: self.restartEngine()
        )
        self.outline = ChangeOutline()
        self.comparing = Comparing(selection, inUse, proposals, desk, tasks, teller)
        self.offers = offers = Offers(selection, proposals, desk)
        self.prompting = PromptFlow(
            selection,
            proposals,
            offers,
            desk,
            tasks,
            teller,
            self._toolTaken,
            lambda: self.volumes.giveWay(),
            self._wasReplaced,
            lambda: self.beginning.make(),
        )
        self.prompts = self.prompting.prompts
        foreign = self.prompting.foreign
        self.accepting = AcceptFlow(
            selection, inUse, proposals, offers, self.prompts, self.writer, desk, teller, foreign
        )
        self.keeper = Keeper(parameters, books, proposals)
        self.saving = SaveFlow(
            self.engine.connection,
            selection,
            inUse,
            proposals,
            self.accepting,
            desk,
            tasks,
            teller,
            self.keeper.keep,
            lambda key: self.finding.findNext(key),
        )
        self.nothing = NothingHere(
            selection, inUse, proposals, self.prompts, self.writer, self.saving, desk, teller, foreign
        )
        self.volumes = VolumeFlow(
            settings,
            selection,
            inUse,
            proposals,
            offers,
            self.accepting,
            desk,
            tasks,
            teller,
            lambda key: self.finding.findNext(key),
            self.prompting.marksOn,
        )
        self.finding = FindFlow(settings, selection, inUse, proposals, self.volumes, desk, teller)
        self.seeds = Seeds(settings, selection, inUse, proposals, self.volumes, self.saving, desk, teller)
        self.onward = Onward(settings, selection, inUse, self.accepting, self.saving, self.volumes, self.seeds, teller)
        self.bar = VolumeBar(selection, inUse, proposals, self.finding)
        self.greys = TaskGreys(selection, desk, tasks, teller)
        self.unreviewed = Unreviewed(selection, inUse, tasks, teller)
        self.codes = SegmentCodes()
        self.inputs = Inputs(
            selection,
            self.prompts,
            self.layer,
            desk,
            teller,
            self._watch,
            lambda volume: self.scene.watchVolume(volume),
            self._segmentChosen,
            self._segmentReplaced,
        )
        self.beginning = Beginning(selection, self.writer, self.inputs.choose)
        self.events = SceneEvents(
            settings,
            selection,
            books,
            proposals,
            self.writer,
            self.prompting,
            self.saving,
            self.volumes,
            self.inputs,
            self.keeper,
            desk,
            tasks,
            teller,
        )
        self.scene = SceneWatcher(self.events)
        # Before whoever shows it: what they ask for is counted then.
        teller.listen(self.unreviewed.onChange)
        teller.listen(self.greys.onChange)
        teller.listen(self.keeper.onChange)

    def _watch(self, segmentation: Any) -> None:
        self.codes.follow(segmentation)
        self.scene.watchSegmentation(segmentation)

    def _segmentChosen(self, another: bool) -> None:
        """What was asked for is for the segment that was chosen then, and for no other."""
        if another:
            self.volumes.cancel()
        self.prompting.segmentChosen(another)

    def _taskLeft(self) -> None:
        """The user has chosen another task, or deleted this one."""
        self.volumes.cancel()
        self.prompting.taskLeft()

    def _emptied(self, task: str, correctionID: str) -> None:
        """The task was deleted or reset, or has forgotten a correction: what was saved in it can be saved again."""
        if not correctionID:
            self.saving.forget(task)
        for book in self.books.all():
            book.unteach(task, correctionID)
        self.finding.unsettle()
        self.teller.tell("slices")

    def _segmentReplaced(self, ids: tuple[str, str]) -> None:
        self.books.forget(ids)
        self.proposals.forget(ids)

    def _toolTaken(self, mode: str) -> None:
        """Prompts and effects take the same drags: what was begun later has them."""
        if mode and self.writer.editorNode is not None:
            self.writer.editorNode.SetActiveEffectName("")
        self.teller.tell("prompts")

    def _wasReplaced(self, before: Shown) -> None:
        """A refresh has put another mask in its place: what changed is shown for a moment."""
        volume = slicer.mrmlScene.GetNodeByID(before.key.volumeID)
        if volume is not None and volume is self.selection.volume and self.layer.visible:
            self.outline.show(volume, before.key, before.proposalID, before.visible)

    def _engineIsThere(self) -> None:
        self.tasks.start(self.desk.readNames())
        self.saving.sendWaiting()
        self.prompting.askWaiting()

    def stopEngine(self) -> None:
        """Let it go; what has a receipt is safe, the rest waits."""
        self.engine.stopped = True
        self.saving.finish()
        self.volumes.cancel()
        self.desk.leave()
        self.saving.rest()
        self.tasks.cancelAll()  # a call that is under way would start it again
        self.engine.connection.stop()

    def startEngine(self) -> None:
        """Start or reach it, and ask for the tasks."""
        connection = self.engine.connection
        connection.wanted()
        # Where it is to be started, it is asked for them when it is there, also if the scene was closed meanwhile.
        self.tasks.start(connection.ready() if connection.link is None else self.desk.readNames())

    def openEngine(self) -> None:
        """The module is opened: start the engine, unless that is not wanted or went wrong before."""
        if self.settings.startOnEnter and self.engine.mayBegin:
            self.startEngine()

    def restartEngine(self) -> None:
        """Let it go, and start it anew with what the settings say now."""
        self.stopEngine()
        self.startEngine()

    def close(self) -> None:
        """Let go of everything: observers, connections, the worker."""
        self.keeper.close()
        self.teller.close()
        self.volumes.close()
        self.tasks.close()
        self.saving.close()
        self.desk.leave()
        self.inUse.views.stop()
        self.codes.close()
        self.scene.close()
        self.prompts.cleanup()
        self.layer.cleanup()
        self.outline.clear()
        self.engine.connection.close()

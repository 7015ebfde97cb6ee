"""What a session is made of. Each part is handed what it needs; who needs whom is read here and nowhere else."""

from typing import Any

import slicer

from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Scene.ProposalLayer import ProposalLayer
from AuxOLSegmentLib.Scene.SceneWatcher import SceneWatcher
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Session.AcceptFlow import AcceptFlow
from AuxOLSegmentLib.Session.EngineFlow import EngineFlow
from AuxOLSegmentLib.Session.FindFlow import FindFlow
from AuxOLSegmentLib.Session.Generalists import Generalists
from AuxOLSegmentLib.Session.Inputs import Inputs
from AuxOLSegmentLib.Session.Keeper import Keeper
from AuxOLSegmentLib.Session.NothingHere import NothingHere
from AuxOLSegmentLib.Session.Offers import Offers
from AuxOLSegmentLib.Session.PromptFlow import PromptFlow
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.SaveFlow import SaveFlow
from AuxOLSegmentLib.Session.SceneEvents import SceneEvents
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import Books
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.TaskGreys import TaskGreys
from AuxOLSegmentLib.Session.TaskWindow import windowOf
from AuxOLSegmentLib.Session.Teller import Teller
from AuxOLSegmentLib.Session.Unreviewed import Unreviewed
from AuxOLSegmentLib.Session.VolumeBar import VolumeBar
from AuxOLSegmentLib.Session.VolumeFlow import VolumeFlow


class SessionParts:
    """Made once, each after what it is handed. A lambda stands where a part answers one that was made before it."""

    def __init__(self, settings: Any, parameters: Any) -> None:
        self.teller = teller = Teller()
        self.tasks = tasks = Tasks(teller.failed)
        self.books = books = Books()
        self.selection = selection = Selection(books)
        self.layer = ProposalLayer()
        self.proposals = proposals = Proposals(self.layer, slicer.mrmlScene.GetNodeByID)
        self.writer = SegmentWriter(None, None)
        self.inUse = inUse = SliceInUse(selection, proposals, teller, lambda: self.scene.looked())
        self.engine = EngineFlow(
            settings, tasks, teller, lambda: self.saving.sendWaiting(), lambda: self.volumes.cancel()
        )
        self.desk = desk = TaskDesk(
            self.engine.connection,
            settings,
            tasks,
            teller.tell,
            teller.say,
            lambda event: self.prompting.happened(event),
            lambda: self.prompting.askAgain(),
            lambda: windowOf(selection.volume),
            lambda task: self.saving.forget(task),
        )
        self.generalists = Generalists(
            settings, self.engine.connection, desk, tasks, teller, lambda: self.restartEngine()
        )
        self.offers = offers = Offers(selection, proposals, desk)
        self.prompting = PromptFlow(
            selection, proposals, offers, desk, tasks, teller, self._toolTaken, lambda: self.volumes.giveWay()
        )
        self.prompts = self.prompting.prompts
        self.accepting = AcceptFlow(selection, inUse, proposals, offers, self.prompts, self.writer, desk, teller)
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
        self.nothing = NothingHere(selection, inUse, proposals, self.prompts, self.writer, self.saving, desk, teller)
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
        )
        self.finding = FindFlow(settings, selection, inUse, proposals, self.volumes, desk, teller)
        self.bar = VolumeBar(selection, inUse, proposals, self.finding)
        self.greys = TaskGreys(selection, desk, tasks, teller)
        self.unreviewed = Unreviewed(selection, inUse, tasks, teller)
        self.inputs = Inputs(
            selection, self.prompts, self.layer, desk, teller, lambda node: self.scene.watchSegmentation(node)
        )
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

    def _toolTaken(self, mode: str) -> None:
        """Prompts and effects take the same drags: what was begun later has them."""
        if mode and self.writer.editorNode is not None:
            self.writer.editorNode.SetActiveEffectName("")
        self.teller.tell("prompts")

    def stopEngine(self) -> None:
        """Let it go; what has a receipt is safe, the rest waits."""
        self.saving.finish()
        self.volumes.cancel()
        self.desk.leave()
        self.saving.rest()
        self.tasks.cancelAll()  # a call that is under way would start it again
        self.engine.connection.stop()

    def startEngine(self) -> None:
        """Start or reach it, and ask for the tasks."""
        self.engine.connection.wanted()
        self.tasks.start(self.desk.readNames())

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
        self.scene.close()
        self.prompts.cleanup()
        self.layer.cleanup()
        self.engine.connection.close()

"""Another volume, another segment: who has to know of it."""

from collections.abc import Callable
from typing import Any

from AuxOLSegmentLib.Prompts.PromptReader import PromptReader
from AuxOLSegmentLib.Scene.ProposalLayer import ProposalLayer
from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller


class Inputs:
    """Brings prompts, task and proposal layer in line with what is chosen; ``watch(node)`` follows the
    segmentation's edits, ``watchVolume(node)`` the volume's pixels;
    ``chosen(another)``: a segment is chosen, in place of another one or of none; ``replaced(ids)``: the segment with
    these ids is not the one that had them before."""

    def __init__(
        self,
        selection: Selection,
        prompts: PromptReader,
        layer: ProposalLayer,
        desk: TaskDesk,
        teller: Teller,
        watch: Callable[[Any], None],
        watchVolume: Callable[[Any], None],
        chosen: Callable[[bool], None],
        replaced: Callable[[tuple[str, str]], None],
    ) -> None:
        self._selection, self._prompts, self._layer = selection, prompts, layer
        self._desk, self._teller, self._watch = desk, teller, watch
        self._watchVolume, self._onChosen, self._replaced = watchVolume, chosen, replaced
        self._problem = ""  # of the chosen volume
        self._known: dict[tuple[str, str], tuple[str, str]] = {}  # of each chosen segment: which object, and its name

    def choose(self, volume: Any, segmentation: Any, segmentID: str) -> None:
        """Work on these nodes from now on; None and '' where nothing is chosen."""
        selection = self._selection
        if segmentation is None or segmentation.GetSegmentation().GetSegment(segmentID or "") is None:
            segmentID = ""
        if (volume, segmentation, segmentID) == selection.inputs:
            return
        problem = self._problem = "" if volume is None else volumeProblem(volume)
        if volume is not selection.volume:
            self._prompts.setVolume(None if problem else volume)
            self._watchVolume(volume)
        if segmentation is not selection.segmentation:
            self._watch(segmentation)
        before, now = selection.inputs[1:], (segmentation, segmentID)
        selection.choose(volume, segmentation, segmentID)
        if problem:
            self._teller.say(problem, "warning")
        if segmentID:
            self._recognise()
        self._desk.segmentChosen(segmentation, segmentID)
        if segmentID and before != now:
            self._onChosen(bool(before[1]))
        self.followColour()
        self._teller.tell("slices")

    def forget(self, segmentationID: str = "") -> None:
        """That segmentation goes, or all of the scene: its ids may come again, with another case."""
        self._known = {ids: told for ids, told in self._known.items() if segmentationID not in ("", ids[0])}

    def _recognise(self) -> None:
        """Slicer gives the id of a segment that was deleted to a new one. One that an undo brings back has its name."""
        segment, ids = self._selection.segment, self._selection.ids
        now = (str(segment.__this__), str(segment.GetName()))  # its address: who held it would keep its voxels
        before = self._known.get(ids, now)
        if before[0] != now[0] and before[1] != now[1]:
            self._replaced(ids)
        self._known[ids] = now

    def followSegment(self) -> None:
        """The chosen segment may have another colour, or another name."""
        self.followColour()
        if self._selection.segment is not None:
            self._recognise()
        self._desk.segmentNamed()

    def followVolume(self) -> None:
        """The chosen volume may be one that can be worked on now, as after a transform was hardened, or no longer."""
        volume = self._selection.volume
        problem = "" if volume is None else volumeProblem(volume)
        if problem == self._problem:
            return
        self._problem = problem
        self._prompts.setVolume(None if problem else volume)
        self._teller.say(problem, "warning" if problem else "info")
        self._teller.tell("slices")

    def followColour(self) -> None:
        """Proposals are shown in a colour far from the segment's."""
        segment = self._selection.segment
        if segment is not None:
            self._layer.setColourBeside(segment.GetColor())

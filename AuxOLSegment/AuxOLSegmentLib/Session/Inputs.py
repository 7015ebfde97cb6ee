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
    """Brings prompts, task and proposal layer in line with what is chosen; ``watch(node)`` follows its edits."""

    def __init__(
        self,
        selection: Selection,
        prompts: PromptReader,
        layer: ProposalLayer,
        desk: TaskDesk,
        teller: Teller,
        watch: Callable[[Any], None],
    ) -> None:
        self._selection, self._prompts, self._layer = selection, prompts, layer
        self._desk, self._teller, self._watch = desk, teller, watch

    def choose(self, volume: Any, segmentation: Any, segmentID: str) -> None:
        """Work on these nodes from now on; None and '' where nothing is chosen."""
        selection = self._selection
        if segmentation is None or segmentation.GetSegmentation().GetSegment(segmentID or "") is None:
            segmentID = ""
        if (volume, segmentation, segmentID) == selection.inputs:
            return
        problem = "" if volume is None else volumeProblem(volume)
        if volume is not selection.volume:
            self._prompts.setVolume(None if problem else volume)
        if segmentation is not selection.segmentation:
            self._watch(segmentation)
        selection.choose(volume, segmentation, segmentID)
        if problem:
            self._teller.say(problem, "warning")
        self._desk.segmentChosen(segmentation, segmentID)
        self.followColour()
        self._teller.tell("slices")

    def followSegment(self) -> None:
        """The chosen segment may have another colour, or another name."""
        self.followColour()
        self._desk.segmentNamed()

    def followColour(self) -> None:
        """Proposals are shown in a colour far from the segment's."""
        segment = self._selection.segment
        if segment is not None:
            self._layer.setColourBeside(segment.GetColor())

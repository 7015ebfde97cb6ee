"""docs/tutorial-ct.md, step by step, by the panel's own buttons, keys and views, with nobody at the mouse.

What a reader sees and decides comes from the label: where the box goes, whether a proposal is good enough, and what a
repaired slice looks like. Everything else is the module's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from slicer_setting import HOST, hand, quiet, until  # isort: skip - first: it starts the host, which makes slicer
import slicer
import vtk
from walk_case import WalkCase, dice, runAlone

from tools.tutorial.numbers import Numbers
from tools.tutorial.photographs import Photographs

ORGAN = "Liver"
GOOD = 0.95  # a proposal of this Dice is accepted as it is
TAUGHT = 8
# Of the review list: so many proposals in a row that need no repair, or so many in all, and the rest is accepted.
ENOUGH, MOST = 3, 10
MARGIN = 3  # pixels between the box and the organ


class TutorialWalk(WalkCase):
    """Set up by ``walk``."""

    startOnEnter = True  # noqa: N815 - WalkCase, as a new user has it
    scan: Path
    labels: Path
    value: int
    out: Path
    page: Path

    def runTest(self) -> None:
        self.numbers = Numbers()
        self.photographs = Photographs(self.panel, self.out)
        self.loadScan()
        self.firstProposal()
        self.acceptRepairSave(self.middle)
        self.photographs.take("3-saved", ("proposal", "teach"), ("Red",))
        self.teachMore()
        self.nothingBeyond()
        self.wholeOrgan()
        self.numbers.write(self.page)

    # Step 1

    def loadScan(self) -> None:
        """The scan, displayed with Slicer's preset CT-Abdomen; the label is the reader's eye."""
        self.volume = slicer.util.loadVolume(str(self.scan), properties={"name": "CTLiver"})
        display = self.volume.GetDisplayNode()
        display.SetAutoWindowLevel(0)
        display.SetWindowLevel(350, 40)
        label = slicer.util.loadVolume(str(self.labels), properties={"labelmap": True, "show": False})
        self.truth = slicer.util.arrayFromVolume(label) == self.value
        slicer.mrmlScene.RemoveNode(label)
        filled = np.flatnonzero(self.truth.any((1, 2)))
        self.first, self.last = int(filled[0]), int(filled[-1])
        self.middle = (self.first + self.last) // 2
        self.fit()
        self.leave()
        self.open()  # as a reader does who comes back from Sample Data
        self.settle()
        self.show(self.middle)
        self.photographs.take("1-loaded", ("inputs",), ("Red",))

    def settle(self) -> None:
        """What the panel still asks for before a prompt, pressed as it asks: nothing where it sees to that itself."""
        quiet(1)
        if not getattr(self.panel.inputs, "whyNotMark", self.panel.inputs.whyNot)():
            return
        if self.session.volume is None:
            self.ui.volumeSelector.setCurrentNode(self.volume)
        if not self.session.segmentID:
            self.pressIfOn("addSegmentButton")
        self.nameSegment()
        if self.session.engineState.value not in ("starting", "ready"):
            self.pressIfOn("startEngineButton")
        until(lambda: self.session.engineState.value == "ready")
        quiet()
        if self.session.status is None:
            self.pressIfOn("createTaskButton")
            quiet(2)

    def pressIfOn(self, name: str) -> None:
        button = getattr(self.ui, name, None)
        if button is not None and button.enabled:
            self.press(button)

    def nameSegment(self) -> None:
        """Double-click its name in the Segment Editor."""
        self.segmentation = self.session.segmentation
        if self.segmentation is not None and self.session.segmentID:
            segment = self.segmentation.GetSegmentation().GetSegment(self.session.segmentID)
            segment.SetName(ORGAN)
            segment.SetColor(0.87, 0.51, 0.40)  # Slicer's colour of a liver

    # Step 2 and 3

    def firstProposal(self) -> None:
        self.box(self.middle)
        self.nameSegment()
        quiet()
        self.photographs.take("2-proposal", ("prompts", "proposal"), ("Red",))

    def box(self, index: int) -> np.ndarray:
        """X, drag, wait; the proposal's mask."""
        self.show(index)
        if self.session.prompts.mode != "box":
            self.key("X")
        self.dragBox(index, margin=MARGIN)
        self.numbers.prompt()
        self.wait(lambda: self.proposed(index))
        self.segmentation = self.session.segmentation
        return np.any([each.mask for each in self.proposed(index)], axis=0)

    def acceptRepairSave(self, index: int) -> bool:
        """A, the Segment Editor where it is needed, S, learned; whether it was needed."""
        version = 0 if self.session.status is None else self.session.status.version
        proposed = np.any([each.mask for each in self.proposed(index)], axis=0)
        self.numbers.proposal(dice(proposed, self.truth[index]), int((proposed ^ self.truth[index]).sum()))
        self.key("A")
        repaired = dice(self.mask(index), self.truth[index]) < GOOD
        if repaired:
            self.edit(index, self.truth[index])
            self.numbers.repair()
        self.key("S")
        self.wait(lambda: self.session.status.version > version or self.session.learning.phase == "discarded")
        quiet(0.5)
        return bool(repaired)

    # Step 4

    def teachMore(self) -> None:
        """Slices from all over the organ, the first ones far apart."""
        spread = np.linspace(self.first + 2, self.last - 2, TAUGHT).round().astype(int)
        for index in (int(spread[at]) for at in (1, 6, 2, 5, 0, 7, 3)):
            self.box(index)
            self.acceptRepairSave(index)
        self.key("X")
        self.photographs.take("4-learning", ("learning",))

    def nothingBeyond(self) -> None:
        """E on two slices without the organ, one on each side."""
        top = self.truth.shape[0] - 1
        for index in (max(0, self.first - 6), min(top, self.last + 3)):
            self.show(index)
            self.key("E")
            self.wait(lambda index=index: self.state(index) == "saved")
        self.wait(lambda: self.session.status.slices_without >= 2)

    # Step 5 and 6

    def wholeOrgan(self) -> None:
        self.numbers.turn()
        self.ui.rangeFirstSpinBox.setValue(self.first)
        self.ui.rangeLastSpinBox.setValue(self.last)
        self.press(self.ui.propagateButton)
        self.wait(lambda: self.session.propagation.total and not self.session.propagation.running, 600)
        quiet()
        rows = [item for item in self.session.review() if item.state.value == "proposed"]
        self.ui.reviewTable.cellClicked.emit(0, 0)
        self.ui.reviewTable.selectRow(0)
        quiet()
        self.photographs.take("5-review", ("review",), ("Red",))
        self.goThrough([item.key.index for item in rows])
        self.acceptTheRest()
        whole = np.stack([self.mask(index) for index in range(self.truth.shape[0])])
        self.numbers.organ(whole, self.truth)
        self.show(self.middle)
        self.goCoronal()
        self.photographs.take("6-organ", (), ("Red", "Green"))

    def goThrough(self, slices: list[int]) -> None:
        """The list from its top, until enough in a row were good as they were."""
        good = 0
        for index in slices[:MOST]:
            if good == ENOUGH:
                break
            self.show(index)
            if self.proposed(index):
                good = 0 if self.acceptRepairSave(index) else good + 1

    def acceptTheRest(self) -> None:
        """Once more where a proposal was made anew in that moment: it is shown beside what was taken over."""
        self.ui.acceptAboveSpinBox.setValue(0.0)
        for _attempt in range(3):
            quiet(10)  # a look at what the last lesson has changed
            self.pressIfOn("acceptAboveButton")
            quiet(5)

    def goCoronal(self) -> None:
        """The green view through the organ's middle."""
        matrix = vtk.vtkMatrix4x4()
        self.volume.GetIJKToRASMatrix(matrix)
        k, j, i = np.argwhere(self.truth).mean(0)
        ras = matrix.MultiplyPoint((i, j, k, 1.0))
        HOST.view("Green").mrmlSliceNode().JumpSlice(*ras[:3])


def walk(scan: Path, labels: Path, value: int, out: Path, page: Path) -> int:
    """0, or 1 with what went wrong on standard error."""
    case = TutorialWalk()
    case.scan, case.labels, case.value, case.out, case.page = scan, labels, value, out, page
    hand("Red").leave()
    return runAlone(case)

"""What a taught task is worth on volumes it has not seen: edits needed, beside the generalist and the frozen task.

A quarter of an hour on one core. The volumes are not in this repository; docs/slicer-results.md has the command and
the numbers.
"""

import os
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import slicer
from slicer_setting import hand, main, quiet
from walk_case import WalkCase, dice

DATA = Path(os.environ.get("AUXOL_SHARED_DATA", "")) / "lgg_volumes"
TEACH, TRY = slice(0, 10), slice(10, 16)  # volumes in the order of their names, a patient each
TAUGHT, TRIED = 6, 8  # slices of a volume, evenly spread over those with a lesion of at least AREA pixels
AREA, PIECE = 150, 60
GOOD = 0.9  # a proposal below this Dice has to be edited

ARMS = {
    "generalist alone": "the generalist's mask; a task of the preset `paper` that learns nothing",
    "frozen": "the preset `auxol` before any lesson, learning switched off",
    "learned, paused": "taught on the other volumes, learning paused",
    "learned, in use": "the same, and each edited slice is saved and learned before the next one",
}


@dataclass
class Result:
    """Of one arm over all slices that were tried. ``changed``: voxels that the edit puts in or takes out."""

    dices: list = field(default_factory=list)
    changed: list = field(default_factory=list)

    def add(self, proposed, truth):
        self.dices.append(dice(proposed, truth))
        self.changed.append(np.count_nonzero(proposed ^ truth))

    @property
    def edits(self):
        return sum(each < GOOD for each in self.dices)

    def row(self, name):
        return (
            f"| {name} | {self.edits} of {len(self.dices)} | {sum(self.changed)} | "
            f"{np.mean(self.dices):.3f} | {np.median(self.dices):.3f} |"
        )


@unittest.skipUnless(os.environ.get("AUXOL_LONG"), "takes a quarter of an hour; AUXOL_LONG=1 runs it")
@unittest.skipUnless(DATA.is_dir(), "AUXOL_SHARED_DATA names no folder with lgg_volumes")
class TestUnseenVolumes(WalkCase):
    """Prompts and edits are derived from the labels; everything goes through the panel."""

    def test_with_boxes_a_taught_task_needs_fewer_corrected_voxels_on_new_volumes(self):
        self.compare("box")

    def test_with_one_click_a_taught_task_needs_fewer_corrected_voxels_on_new_volumes(self):
        self.compare("positive")

    def compare(self, mode):
        self.mode = mode
        names = sorted(path.name for path in (DATA / "volumes").glob("*.nii.gz"))
        self.assertEqual(len(names), 16)
        self.begin(names[0])
        began = time.perf_counter()
        for name in names[TEACH]:
            self.teach(name)
        taught = time.perf_counter() - began
        lessons = len(self.session.corrections)
        results = {arm: Result() for arm in ARMS}
        for name in names[TRY]:
            self.tryAlone(
                name, {"generalist alone": "Generalist", "frozen": "Frozen", "learned, paused": "Lesion"}, results
            )
        for name in names[TRY]:
            self.openVolume(name, "Lesion")
            for index in self.slices(TRIED):
                results["learned, in use"].add(self.teachSlice(index, onlyBad=True), self.truth[index])
        self.report(results, lessons, taught)
        best = results["learned, paused"]
        for other in ("generalist alone", "frozen"):
            self.assertLess(sum(best.changed), sum(results[other].changed), other)

    def begin(self, first):
        """The engine, and the two tasks that never learn, with the window that the third gets too."""
        from auxol_core.options import TaskOptions
        from AuxOLSegmentLib.Engine.Async import Tasks
        from AuxOLSegmentLib.Engine.TaskLink import TaskLink
        from AuxOLSegmentLib.Session.TaskWindow import windowOf

        self.load(first)
        self.press(self.ui.startEngineButton)
        self.wait(lambda: self.session.engineState.value == "ready")
        tasks, window = Tasks(self.fail), windowOf(self.volume)
        for name, preset in (("Generalist", "paper"), ("Frozen", "auxol")):
            link = TaskLink(self.session.connection, name, lambda: None)
            opened = tasks.start(link.open(TaskOptions(preset=preset, learning=False, window=window)))
            self.wait(lambda opened=opened: opened.done)
        self.session.startEngine()  # asks for the names again
        self.wait(lambda: "Frozen" in self.session.taskNames)

    # Volumes

    def load(self, name):
        """The next patient: an empty scene, the volume, its label kept aside, and a segment."""
        slicer.mrmlScene.Clear(0)
        self.volume = slicer.util.loadVolume(str(DATA / "volumes" / name))
        labels = slicer.util.loadVolume(str(DATA / "labels" / name), properties={"labelmap": True, "show": False})
        self.truth = slicer.util.arrayFromVolume(labels) > 0
        slicer.mrmlScene.RemoveNode(labels)
        self.fit()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.press(self.ui.addSegmentButton)
        self.segmentation = self.ui.segmentationSelector.currentNode()

    def openVolume(self, name, task):
        self.load(name)
        self.chooseTask(task)

    def chooseTask(self, task):
        edit = self.ui.taskSelector.lineEdit()
        edit.setText(task)
        edit.textEdited.emit(task)
        if self.session.task != task:
            self.press(self.ui.createTaskButton)
        self.wait(lambda: self.session.status is not None and self.session.status.name == task)
        quiet(0.1)

    def slices(self, count):
        found = np.where(self.truth.sum((1, 2)) >= AREA)[0]
        return found[np.unique(np.linspace(0, len(found) - 1, count).round().astype(int))].tolist()

    # Slices

    def propose(self, index):
        """A box around each piece, as a careful hand drags it, or a click into the middle of each; the union of what is
        proposed."""
        self.show(index)
        if self.session.prompts.mode != self.mode:
            self.key("X" if self.mode == "box" else "P")
        random = np.random.default_rng([index, int(self.truth[index].sum())])  # the same boxes for every arm
        for piece in pieces(self.truth[index]):
            before = [each.proposalID for each in self.proposed(index)]
            if self.mode == "box":
                self.drag(index, piece, random.integers(-1, 4, 4))
            else:
                hand("Red").click(self.at(index, *middle(piece)))
            self.wait(lambda before=before: [each.proposalID for each in self.proposed(index)] not in ([], before))
        return np.logical_or.reduce([each.mask for each in self.proposed(index)])

    def drag(self, index, piece, margins):
        rows, cols = (np.where(piece.any(axis))[0] for axis in (1, 0))
        above, left, below, right = margins
        hand("Red").drag(
            self.at(index, rows[0] - above, cols[0] - left), self.at(index, rows[-1] + below, cols[-1] + right)
        )

    def tryAlone(self, name, tasks, results):
        """Propose and discard."""
        self.load(name)
        for arm, task in tasks.items():
            self.chooseTask(task)
            if task == "Lesion" and not self.session.status.paused:
                self.press(self.ui.pauseButton)
                self.wait(lambda: self.session.status.paused)
            for index in self.slices(TRIED):
                results[arm].add(self.propose(index), self.truth[index])
                self.key("D")
            if task == "Lesion":
                self.press(self.ui.pauseButton)
                self.wait(lambda: not self.session.status.paused)

    def teach(self, name):
        self.openVolume(name, "Lesion")
        for index in self.slices(TAUGHT):
            self.teachSlice(index)

    def teachSlice(self, index, onlyBad=False):
        """Propose, accept, repair to the label, save, wait until it is learned; what was proposed."""
        proposed = self.propose(index)
        if onlyBad and dice(proposed, self.truth[index]) >= GOOD:
            self.key("A")
            return proposed
        count = len(self.session.corrections)
        self.key("A")
        self.edit(index, self.truth[index])
        self.key("S")
        self.wait(lambda: len(self.session.corrections) == count + 1 and self.session.learning.queued == 0)
        return proposed

    def report(self, results, lessons, taught):
        prompt, volumes = "box" if self.mode == "box" else "click", len(range(16)[TEACH])
        lines = [
            f"One {prompt} for each piece. {lessons} slices of {volumes} volumes taught in {taught:.0f} s; "
            f"specialist's share {1 - self.session.status.share:.2f} at the end.",
            "",
            "| arm | slices to edit | voxels to change | mean Dice | median Dice |",
            "|---|---|---|---|---|",
            *(result.row(name) for name, result in results.items()),
        ]
        text = "\n".join(lines)
        print(text)  # noqa: T201 - what this test is for
        if os.environ.get("AUXOL_RESULTS"):
            with Path(os.environ["AUXOL_RESULTS"]).open("a", encoding="utf-8") as file:
                file.write(text + "\n\n")


def pieces(truth):
    """A mask of each connected piece of at least PIECE pixels."""
    from scipy import ndimage

    labels, count = ndimage.label(truth, np.ones((3, 3)))
    found = [labels == number for number in range(1, count + 1)]
    return [piece for piece in found if np.count_nonzero(piece) >= PIECE]


def middle(piece):
    """(row, col) of the pixel that is farthest from the border."""
    from scipy import ndimage

    return np.unravel_index(np.argmax(ndimage.distance_transform_edt(piece)), piece.shape)


if __name__ == "__main__":
    main()

"""How long the module's own code keeps Slicer's main thread, on a volume of 512 x 512 x 300 (`make bench-slicer`).

Every entry of Qt or VTK into the module's Python code is timed, in the headless host, with the panel open and a real
worker beside it, learning included, in a task of 1,000 corrections, at the end with a segment on 200 slices. Saves are
pressed on a disk as it is and on one that takes half a second to sync. Bar: none over 50 ms (docs/architecture.md,
invariant 6).
"""

import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import slicer
from session_case import ball, volume_with
from slicer_setting import HOST, quiet, until
from walk_case import WalkCase, runAlone

from auxol_core.options import TaskOptions
from auxol_core.taskfile.schema import LessonRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow, Scores

LIMIT = 0.050
SHAPE = (300, 512, 512)
MIDDLE = 150
TASK, TAUGHT = "Taught for years", 1000
FULL = range(50, 250)  # slices of a segment that is nearly done
FAST, SLOW = (12, 16), (20, 24)  # slices beside it that are saved on either disk

sys.path.append(str(Path(__file__).parent))
import slow_disk  # noqa: E402 - it lies beside this file, and tools is no package of Testing/slicer's


def writeTask(folder, status):
    """A task beside that of ``status`` with 1,000 corrections and as many discarded updates, with which it opens at
    once."""
    with TaskFile.create(
        folder / f"{TASK}.auxol",
        name=TASK,
        options=TaskOptions(window=IntensityWindow(-150.0, 200.0)),
        generalist=status.generalist,
        generalist_hash=status.generalist_hash,
    ) as task:
        arrays = {"image": np.zeros((64, 64, 3), np.uint8)}
        for name in map("c{}".format, range(TAUGHT)):
            task.add_correction(name, "0" * 64, False, [LessonRow(arrays, Scores(0.8, 0.85, 0.9))])
            update = UpdateRow((name,), 3, 1, False, "discarded: by the bench", 1.0, 0, 1)
            task.record_update(update, None, {name: "quarantined"})


class Bench(WalkCase):
    """A radiologist's minutes, under watch."""

    def python(self):
        folder = Path(tempfile.mkdtemp(prefix="auxol bench "))
        self.slow = folder / "slow"
        return str(slow_disk.python_of(super().python(), self.slow, folder))

    def runTest(self):
        self.truth = ball(SHAPE, (MIDDLE, 260, 250), (30, 70, 90))
        self.volume = volume_with(self.truth)
        self.fit()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        steps = (self.prepares, self.scrolls, self.teaches, self.propagates, self.accepts, self.saves)
        with HOST.watch(LIMIT) as self.seen:
            for step in (*steps, self.pressesSave, self.pressesSaveOnASlowDisk, self.scrollsAFullSegment):
                self.timed(step)
        seen = self.seen
        for stall in seen.stalls:
            place = f"{stall.file.rsplit('/', 1)[-1]}:{stall.line}"
            told = (stall.computed, stall.collected)
            parts = "{:4.0f} ms on a processor, {:3.0f} ms collecting garbage".format(*(1000 * each for each in told))
            print(f"MISSED {stall.seconds * 1000:6.0f} ms, {parts}, {stall.function} ({place})")
        print(f"{seen.entries} entries into the module's code, the longest {seen.longest * 1000:.0f} ms")
        print(f"bars met {int(not seen.stalls)}, missed {int(bool(seen.stalls))}")

    def timed(self, step):
        """One row: how long it took, and how long its longest entry into the module's code."""
        seen, longest = self.seen, self.seen.longest
        began, count, seen.longest = time.perf_counter(), len(seen.stalls), 0.0
        said = step() or ""
        print(
            f"{step.__name__:<23} {time.perf_counter() - began:6.1f} s, {len(seen.stalls) - count} over "
            f"{LIMIT * 1000:.0f} ms, the longest {seen.longest * 1000:.0f} ms{said}"
        )
        seen.longest = max(longest, seen.longest)

    @contextmanager
    def unwatched(self):
        """What happens within is not the module's doing, or no step of a radiologist's."""
        seen = self.seen
        kept = seen.limit, seen.longest
        seen.limit = float("inf")
        yield
        seen.limit, seen.longest = kept

    def prepares(self):
        self.press(self.ui.addSegmentButton)
        self.segmentation = self.ui.segmentationSelector.currentNode()
        self.press(self.ui.startEngineButton)
        self.wait(lambda: self.session.engineState.value == "ready")
        self.press(self.ui.createTaskButton)
        self.wait(lambda: self.session.status is not None)
        # In a thread, because what is written here is not the module's doing and is not watched there.
        writing = threading.Thread(target=writeTask, args=(self.folder / "tasks", self.session.status))
        writing.start()
        writing.join()
        self.session.chooseTask(TASK)
        self.wait(lambda: len(self.session.corrections) == len(self.session.versions) == TAUGHT)

    def scrolls(self):
        for index in range(MIDDLE - 10, MIDDLE + 10):
            self.show(index)

    def teaches(self):
        """Three slices: prompted, accepted, edited, saved, while the earlier ones are learned."""
        for number, index in enumerate((MIDDLE - 8, MIDDLE, MIDDLE + 8), start=1):
            self.show(index)
            if self.session.prompts.mode != "box":
                self.key("X")
            self.dragBox(index)
            self.wait(lambda index=index: self.proposed(index), 20)
            self.key("A")
            self.edit(index, self.truth[index] & (np.arange(SHAPE[2]) < 300))
            self.key("S")
            self.wait(lambda index=index: self.state(index) == "saved")
            until(lambda number=number: self.session.status.version >= number, 60)

    def propagates(self):
        self.session.propagate(MIDDLE - 20, MIDDLE + 20)
        self.wait(lambda: self.session.propagation[2] and not self.session.propagation[0], 300)

    def accepts(self):
        self.assertGreater(self.session.acceptAbove(0.0), 0)
        self.wait(lambda: not self.session.proposals.all())
        quiet(0.5)

    def saves(self):
        for index in (MIDDLE - 5, MIDDLE + 5):
            self.show(index)
        self.session.saveAllReviewed()
        quiet(3)

    def pressesSave(self):
        """A segment is drawn on one slice of 512 x 512, and S is pressed."""
        return self.pressed(FAST)

    def pressesSaveOnASlowDisk(self):
        """The same where each sync takes half a second."""
        self.slow.touch()
        return self.pressed(SLOW)

    def pressed(self, indices):
        """How long the key itself took, and until when the status line said that the slice is on the disk."""
        keys, lines = [], []
        for index in indices:
            self.show(index)
            disc = np.hypot(*np.ogrid[-260:252, -250:262]) < 90
            with self.unwatched():
                self.edit(index, disc)
            said = []
            self.session.listen(heard := lambda _kind, said=said: said.append(self.session.message[0]))
            began = time.perf_counter()
            self.key("S")
            keys.append(time.perf_counter() - began)
            until(lambda said=said: any(text.startswith("Saved on this machine") for text in said), 20)
            lines.append(time.perf_counter() - began)
            self.session.unlisten(heard)
            self.wait(lambda index=index: self.state(index) == "saved")
            quiet(1)
        return f"; S pressed: {max(keys) * 1000:.0f} ms at most, on the disk after {max(lines):.2f} s at most"

    def scrollsAFullSegment(self):
        """The segment spans 200 slices, as at the end of a case."""
        with self.unwatched():
            mask = np.zeros(SHAPE, np.uint8)
            mask[FULL.start : FULL.stop, 170:350, 160:340] = 1
            slicer.util.updateSegmentBinaryLabelmapFromArray(mask, self.segmentation, self.segmentID, self.volume)
            quiet(3)
        self.scrolls()


if __name__ == "__main__":
    sys.exit(runAlone(Bench()))

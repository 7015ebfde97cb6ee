"""How long the module's own code keeps Slicer's main thread, on a volume of 512 x 512 x 300 (`make bench-slicer`).

Every entry of Qt or VTK into the module's Python code is timed, in the headless host, with the panel open and a real
worker beside it, learning included, in a task of 1,000 corrections. Bar: none over 50 ms (docs/architecture.md,
invariant 6).
"""

import sys
import threading
import time

import numpy as np
from session_case import ball, volume_with
from slicer_setting import HOST, quiet, until
from walk_case import WalkCase

from auxol_core.options import TaskOptions
from auxol_core.taskfile.schema import LessonRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow, Scores

LIMIT = 0.050
SHAPE = (300, 512, 512)
MIDDLE = 150
TASK, TAUGHT = "Taught for years", 1000


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

    def runTest(self):
        self.truth = ball(SHAPE, (MIDDLE, 260, 250), (30, 70, 90))
        self.volume = volume_with(self.truth)
        self.fit()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.segmentation = self.ui.segmentationSelector.currentNode()
        with HOST.watch(LIMIT) as seen:
            for step in (self.prepares, self.scrolls, self.teaches, self.propagates, self.accepts, self.saves):
                began, count = time.perf_counter(), len(seen.stalls)
                step()
                print(
                    f"{step.__name__:<11} {time.perf_counter() - began:6.1f} s, {len(seen.stalls) - count} over "
                    f"{LIMIT * 1000:.0f} ms, longest so far {seen.longest * 1000:.0f} ms"
                )
        for stall in seen.stalls:
            place = f"{stall.file.rsplit('/', 1)[-1]}:{stall.line}"
            print(f"MISSED {stall.seconds * 1000:6.0f} ms {stall.function} ({place})")
        print(f"{seen.entries} entries into the module's code, the longest {seen.longest * 1000:.0f} ms")
        print(f"bars met {int(not seen.stalls)}, missed {int(bool(seen.stalls))}")

    def prepares(self):
        self.press(self.ui.addSegmentButton)
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


if __name__ == "__main__":
    bench = Bench()
    result = bench.defaultTestResult()
    bench.run(result)
    for _, trace in [*result.errors, *result.failures]:
        sys.stderr.write(trace)
    sys.exit(0 if result.wasSuccessful() else 1)

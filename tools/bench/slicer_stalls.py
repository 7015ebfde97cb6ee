"""How long the module's own code keeps Slicer's main thread, on a volume of 512 x 512 x 300 (`make bench-slicer`).

Every entry of Qt or VTK into the module's Python code is timed, in the headless host, with the panel open and a real
worker beside it, learning included. Bar: none over 50 ms (docs/architecture.md, invariant 6).
"""

import sys
import time

import numpy as np
from session_case import ball, volume_with
from slicer_setting import HOST, quiet, until
from walk_case import WalkCase

LIMIT = 0.050
SHAPE = (300, 512, 512)
MIDDLE = 150


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

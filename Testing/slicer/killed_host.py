"""Slicer's side of the kill campaign: the panel in the headless host, in a process that may be killed at any moment.

``python killed_host.py TASKS PYTHON``. Commands come on standard input, a line of JSON each; what happens is told on
standard output, a line each, in the moment it happens: {"status": text} is what the status line shows. Not a test.
"""

import json
import os
import select
import sys
import time
from pathlib import Path

from killed_masks import MIDDLE, RADII, SHAPE, TASK, digestOf, indexOf, maskOf
from session_case import ball, volume_with
from slicer_setting import hand, quiet
from walk_case import WalkCase, runAlone

SAID_WITHIN_S = 20.0  # the machine is shared; what is on the disk is said at once
ANSWERED_WITHIN_S = 20.0
SETTLED_WITHIN_S = 90.0
STEADY_S = 0.4


def tell(**what):
    """One line, at once: the next moment may be the last."""
    os.write(1, json.dumps(what).encode() + b"\n")


class KilledHost(WalkCase):
    """Does what it is told until it is told to end."""

    def taskFolder(self):
        return Path(sys.argv[1])

    def python(self):
        return sys.argv[2]

    def runTest(self):
        self.pressed, self.worker = [], None
        self.session.listen(self.heard)
        tell(began=True)
        while True:
            self.passTime(lambda: select.select([0], [], [], 0)[0])
            command = json.loads(sys.stdin.buffer.raw.readline() or b'{"do": "end"}')
            if command["do"] == "end":
                return
            getattr(self, command.pop("do"))(**command)

    def heard(self, kind):
        """What the status line shows; a worker that is ready."""
        if kind == "message":
            text = self.ui.statusLabel.text
            tell(status=text, level=self.session.message[1], saves=len(self.pressed))
            self.said = self.said or text.startswith("Saved")
        elif kind == "engine" and self.workers() != self.worker and self.session.engineState.value == "ready":
            self.worker = self.workers()
            tell(worker=self.worker[0])

    said = False

    def passTime(self, true, within=float("inf")):
        """Whether it became so, while Slicer's event loop runs; an error on the status line ends nothing."""
        ends = time.monotonic() + within
        while not true():
            if time.monotonic() > ends:
                return False
            quiet(0.02)
        return True

    # Commands

    def scene(self):
        """A volume, a segment and its task, as at the beginning of a day."""
        self.truth = ball(SHAPE, MIDDLE, RADII)
        self.volume = volume_with(self.truth)
        self.fit()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.ui.addSegmentButton.click()
        self.segmentation = self.ui.segmentationSelector.currentNode()
        self.segmentation.GetSegmentation().GetSegment(self.segmentID).SetName(TASK)
        self.session.chooseTask(TASK)
        self.start()
        tell(opened=self.passTime(lambda: self.session.status is not None, SETTLED_WITHIN_S))

    def start(self):
        """The engine, without a scene."""
        self.session.startEngine()
        tell(started=self.passTime(lambda: self.session.engineState.value == "ready", SETTLED_WITHIN_S))

    def teach(self, numbers, proposing):
        """Save these, one after another; those in ``proposing`` with a box, a proposal and a repair."""
        for number in numbers:
            index = indexOf(number)
            self.show(index)
            hand("Red").move(self.at(index, 2, 2))  # keys and buttons mean the view under the mouse
            if number in proposing:
                self.accept(index)
            self.edit(index, maskOf(number))
            self.save(number, index)
        self.settle()

    def accept(self, index):
        """A box and the proposal for it; without one the slice is drawn by hand."""
        if self.session.prompts.mode != "box":
            self.ui.boxButton.click()
        self.dragBox(index)
        if self.passTime(lambda: self.proposed(index), ANSWERED_WITHIN_S):
            self.session.accept()
            tell(accepted=index)

    def save(self, number, index):
        """Press Save, and wait as a user does until the status line says that it is saved."""
        from AuxOLSegmentLib.Scene.VolumeReader import sliceImage

        image = sliceImage(self.volume, 0, index)
        assert digestOf(self.mask(index)) == digestOf(maskOf(number))
        assert self.ui.saveButton.enabled, self.ui.saveButton.toolTip
        self.said = False
        self.pressed.append(number)
        tell(pressed=number, slice=image.slice_id)
        began = time.monotonic()
        self.ui.saveButton.click()
        if self.passTime(lambda: self.said, SAID_WITHIN_S):
            tell(said=number, after=time.monotonic() - began)
        else:
            tell(silent=number)

    def settle(self):
        """Until all that was saved is sent and learned."""
        steady = [time.monotonic()]

        def left():
            waiting = len(list((self.taskFolder() / "outbox").glob("*.correction")))
            status = self.session.status
            queued = 0 if status is None else status.queued
            return waiting, queued, self.session.engineState.value

        def learned():
            if left() != (0, 0, "ready"):
                steady[0] = time.monotonic()
            return time.monotonic() - steady[0] > STEADY_S

        if settled := self.passTime(learned, SETTLED_WITHIN_S):
            tell(settled=settled)
        else:
            tell(settled=False, left=left(), message=self.session.message)


if __name__ == "__main__":
    sys.exit(runAlone(KilledHost()))

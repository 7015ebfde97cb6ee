"""The panel as a user drives it, every action counted and every wait timed. What changes in the panel is mended here.

``make bench-walks`` stands on it (measured_walk.py). Counted are keys, buttons, drags and clicks in the view; going to
a slice and the strokes of a repair are not.
"""

import time
from dataclasses import asdict, dataclass

import numpy as np
import slicer
from slicer_setting import hand, quiet
from walk_case import WalkCase

BOX, POINT, ACCEPT, SAVE, DISCARD = "X", "P", "A", "S", "D"
ON_DISK = "Saved on this machine"  # how the status line begins as soon as a save is safe
PATIENCE_S = 1800.0  # other programs may have the cores; a walk that stands still ends, too


@dataclass
class Actions:
    """Of a user, since a slice was shown."""

    keys: int = 0
    buttons: int = 0
    drags: int = 0
    clicks: int = 0


class CountedPanel(WalkCase):
    """``self.truth``: the label of the volume that is open, (slices, rows, columns) bool."""

    def setUp(self):
        self.actions = Actions()
        super().setUp()

    # Counted

    def key(self, letter):
        self.actions.keys += 1
        super().key(letter)

    def press(self, button):
        self.actions.buttons += 1
        super().press(button)

    def counted(self):
        """What was done since the slice was shown, as numbers by name."""
        return asdict(self.actions)

    def wait(self, true, within=PATIENCE_S):
        super().wait(true, within)

    # What is worked on

    def startEngine(self):
        """Until it is there; harmless where it is."""
        self.session.startEngine()
        self.wait(lambda: self.session.engineState.value == "ready")

    def openVolume(self, image, labels, value, window=None):
        """An empty scene, the volume on display and chosen, an empty segment; the label is kept aside. ``window``: the
        greys that the user sets, (low, high)."""
        slicer.mrmlScene.Clear(0)
        self.volume = slicer.util.loadVolume(image, properties={"singleFile": True})
        self.truth = _label(labels, value)
        if window is not None:
            display = self.volume.GetDisplayNode()
            display.SetAutoWindowLevel(0)
            display.SetWindowLevelMinMax(*window)
        self.fit()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.segmentation = self.ui.segmentationSelector.currentNode()
        if not self.segmentID:
            self.press(self.ui.addSegmentButton)
            self.segmentation = self.ui.segmentationSelector.currentNode()

    def chooseTask(self, name):
        """Open it; a name that there is none of is made."""
        self.session.chooseTask(name)
        self.wait(lambda: self.session.status is not None and self.session.status.name == name)

    def makeTask(self, name, options):
        """One that the panel has no settings for."""
        from AuxOLSegmentLib.Engine.Async import Tasks
        from AuxOLSegmentLib.Engine.TaskLink import TaskLink

        link = TaskLink(self.session.connection, name, lambda: None)
        made = Tasks(self.fail).start(link.open(options))
        self.wait(lambda: made.done)

    def taskWindow(self):
        """The greys that the open task sees; None for colour."""
        self.wait(lambda: self.session.windowInfo is not None)
        return self.session.windowInfo.window

    def copyTask(self, name):
        """The open task, exported and taken in again under ``name``, which is open then."""
        path = self.folder / f"{name}.auxol"
        self.session.exportTask(path)
        self.wait(path.exists)
        self.session.importTask(path, name)
        self.wait(lambda: self.session.status is not None and self.session.status.name == name)

    def setPaused(self, paused):
        """Of the open task."""
        if self.session.status.paused != paused:
            self.session.pause(paused)
            self.wait(lambda: self.session.status.paused == paused)

    # A slice

    def goToSlice(self, index):
        """Actions are counted from here."""
        self.show(index)
        self.actions = Actions()

    def drag(self, index, box):
        """(row, col, row, col) of two corners; how long the proposal took, in seconds."""
        self._mode("box", BOX)
        self.actions.drags += 1
        low, high = self.at(index, *box[:2]), self.at(index, *box[2:])
        return self._answered(index, lambda: hand("Red").drag(low, high))

    def click(self, index, place):
        """The same with a click on (row, col)."""
        self._mode("positive", POINT)
        self.actions.clicks += 1
        at = self.at(index, *place)
        return self._answered(index, lambda: hand("Red").click(at))

    def _mode(self, name, letter):
        if self.session.prompts.mode != name:
            self.key(letter)

    def _answered(self, index, act):
        before = [each.proposalID for each in self.proposed(index)]
        act()
        began = time.perf_counter()
        self.wait(lambda: [each.proposalID for each in self.proposed(index)] not in ([], before))
        return time.perf_counter() - began

    def onShow(self, index):
        """All that is proposed there, as one mask."""
        return np.logical_or.reduce([each.mask for each in self.proposed(index)])

    def discard(self):
        """Nobody wants it."""
        self.key(DISCARD)

    def repair(self, index, mask):
        """Take over what is proposed, and draw until it is ``mask``."""
        self.key(ACCEPT)
        self.edit(index, mask)

    def save(self, index):
        """Press the key; (seconds until it is safe, seconds until it is learned), from the key on."""
        count, heard = len(self.session.corrections), []
        listener = lambda _kind: heard.append(time.perf_counter()) if self._safe() and not heard else None  # noqa: E731
        self.session.listen(listener)
        began = time.perf_counter()
        try:
            self.key(SAVE)
            self.wait(lambda: heard)
            self.wait(lambda: self._learned(count + 1))
        finally:
            self.session.unlisten(listener)
        ended = time.perf_counter()
        self.wait(lambda: self.state(index) == "saved")
        return heard[0] - began, ended - began

    def _safe(self):
        return self.session.message[0].startswith(ON_DISK)

    def _learned(self, count):
        session = self.session
        settled = session.learning.queued == 0 and session.learning.phase != "learning"
        return len(session.corrections) == count and settled and session.status.queued == 0

    def rest(self):
        """What runs by timers has run."""
        quiet(0.1)


def _label(path, value):
    node = slicer.util.loadVolume(path, properties={"labelmap": True, "show": False, "singleFile": True})
    truth = slicer.util.arrayFromVolume(node) == value
    slicer.mrmlScene.RemoveNode(node)
    return truth

"""The pictures of the documentation, made in the headless host: AUXOL_PICTURES=docs/screenshots names their folder."""

import os
import unittest
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from photographs import DARK, LIGHT, SIZES, Photographer
from slicer_setting import HOST, main, quiet
from walk_case import WalkCase, dice

WANTED = os.environ.get("AUXOL_PICTURES", "") if HOST is not None else ""
TABS = ("segment", "review", "learning", "settings")
PATHS = ("dataDirEdit", "pythonPathEdit", "wheelFolderEdit")
MISSING = ["torch>=2.4", "scipy>=1.10", "PyYAML>=6"]


@unittest.skipUnless(WANTED, "pictures are made where AUXOL_PICTURES names a folder, and only in the headless host")
class TestPictures(WalkCase):
    """A session long enough for a curve, photographed on the way: every state of the panel in light and dark, in what
    Slicer's window leaves to a module on two screens."""

    def setUp(self):
        super().setUp()
        self.camera = Photographer(Path(WANTED), lambda: self.panel)
        self.addCleanup(self.camera.done)

    def test_pictures(self):
        self.firstUse()
        self.loadSample()
        self.state("engine-off", "segment")
        self.chooseAll()
        # Slicer's own first colour; the host draws lots, and the proposal's colour keeps away from the segment's.
        self.segmentation.GetSegmentation().GetSegment(self.segmentID).SetColor(0.5, 0.68, 0.5)
        quiet()
        self.state("ready", "segment")
        self.firstSlice(17)
        for index in (21, 13, 25, 19, 15, 23, 11):
            self.teach(index, picture=index == 23)
        self.state("learning", "learning")
        self.photograph("learning", "learning")
        self.review()
        self.find()
        self.settingsTabs()
        self.error()

    def test_choosing(self):
        """The generalist's box and what is told of the chosen one, measured on this machine."""
        self.chooseAll()
        self.wait(lambda: self.session.generalists)
        self.press(self.ui.generalistMeasureButton)
        self.wait(lambda: self.session.generalists["measuring"])
        self.wait(lambda: not self.session.generalists["measuring"], within=400)
        for index in range(self.ui.generalistSelector.count):
            if self.ui.generalistSelector.itemData(index) == "vit_b":
                self.ui.generalistSelector.setCurrentIndex(index)
        self.ui.generalistSelector.lineEdit().setCursorPosition(0)
        self.ui.settingsTabs.setCurrentIndex(0)
        quiet()
        self.photograph("choosing", "settings", size=(500, 420))

    def chooseAll(self):
        if self.volume is None:
            self.loadSample()
        with mock.patch.object(self, "loadSample", lambda: None):
            super().chooseAll()

    # The states, in the order of the work

    def firstUse(self):
        """Nothing is installed in this Slicer, and no Python of the user's own is named."""
        from AuxOLSegmentLib.Machine import Dependencies

        self.settings.set("pythonPath", "")
        with (
            mock.patch.object(Dependencies, "missing", lambda: list(MISSING)),
            mock.patch.object(Dependencies, "canInstall", lambda *_unused: (True, "About 200 MB are downloaded.")),
        ):
            self.panel.setup.refresh()
            self.panel.refresh()
            self.state("first-use", "segment")
        self.settings.set("pythonPath", self.python())
        self.panel.setup.refresh()
        self.panel.refresh()

    def firstSlice(self, index):
        """Proposed, refined by a click, accepted, saved."""
        self.show(index)
        self.key("X")
        self.dragBox(index)
        self.wait(lambda: self.proposed(index))
        self.state("proposed", "segment")
        before = self.proposed(index)[0].proposalID
        self.key("P")
        self.clickInside(index)
        self.wait(lambda: self.proposed(index) and self.proposed(index)[0].proposalID != before)
        self.state("refined", "segment")
        self.key("P")
        self.key("A")
        quiet()
        self.state("accepted", "segment")
        self.save(index)

    def save(self, index):
        """The reader's repair, save, learned."""
        version = self.session.status.version
        if dice(self.mask(index), self.truth[index]) < 0.97:
            self.edit(index, self.truth[index])
        self.key("S")
        self.wait(lambda: self.session.status.version > version or self.session.learning.phase == "discarded")
        quiet(0.5)

    def teach(self, index, picture):
        """One slice: box, proposal, repair, save, learned."""
        self.show(index)
        if self.session.prompts.mode != "box":
            self.key("X")
        self.dragBox(index)
        self.wait(lambda: self.proposed(index))
        if picture:
            self.key("X")
            self.photograph("segment", "segment", view=True)
            self.photograph("panel", "segment")
        self.key("A")
        self.save(index)

    def review(self):
        self.ui.rangeFirstSpinBox.setValue(10)
        self.ui.rangeLastSpinBox.setValue(26)
        self.press(self.ui.propagateButton)
        self.wait(lambda: self.session.propagation.total and not self.session.propagation.running)
        self.ui.stepTabs.setCurrentIndex(1)
        self.ui.reviewTable.setCurrentCell(0, 0)
        quiet()
        with self.running(5):
            self.state("propagation-running", "review")
        self.panel.refresh()
        self.state("review", "review")
        self.photograph("review", "review", view=True)

    @contextmanager
    def running(self, done):
        """As it is on the way: a walk of some seconds is held for the picture."""
        from AuxOLSegmentLib.Session.VolumeFlow import VolumeFlow
        from AuxOLSegmentLib.Session.VolumeWalk import Progress

        held = Progress(True, done, self.session.propagation.total)
        with mock.patch.object(VolumeFlow, "progress", property(lambda flow: held)):
            self.panel.refresh()
            yield

    def find(self):
        """The presence curve, of what the worker's own locator has learned by then."""
        for index in (2, 4, 30, 32):
            self.show(index)
            self.key("E")
            self.wait(lambda index=index: self.stateOf(index) == "saved")
        self.wait(lambda: self.session.status.slices_without >= 4)
        quiet(5)
        self.press(self.ui.findButton)
        self.wait(lambda: self.session.propagation.total and not self.session.propagation.running)
        self.ui.stepTabs.setCurrentIndex(1)
        self.ui.reviewTable.setCurrentCell(0, 0)
        quiet()
        self.state("find", "review")
        self.photograph("find", "review", view=True)

    def stateOf(self, index):
        record = self.session.book.get(self.sliceKey(index))
        return None if record is None else record.state.value

    def settingsTabs(self):
        for at, name in enumerate(("generalist", "engine", "server", "behaviour")):
            self.ui.settingsTabs.setCurrentIndex(at)
            if name in ("engine", "behaviour"):
                self.state(f"settings-{name}", "settings")

    def error(self):
        self.panel.say("The image could not be read: it is under a non-linear transform. Harden the transform in the "
                       "module Transforms.", "error")  # fmt: skip
        with mock.patch.object(self.panel, "refreshMessage", lambda: None):
            self.state("error", "segment")

    # Photographs

    def state(self, name, tab):
        """One picture a screen: light and dark side by side."""
        for screen, size in SIZES.items():
            sheets = [self.panelPicture(tab, size, palette) for palette in (LIGHT, DARK)]
            self.camera.save(f"{name}-{screen}", sheets)
        self.camera.dress(LIGHT)
        self.panel.refresh()

    def photograph(self, name, tab, view=False, size=SIZES["1680x1050"]):
        """The panel, beside the red view if ``view``; in the light style."""
        images = [self.panelPicture(tab, size, LIGHT)]
        if view:
            key = self.session.displayKey()
            images.append(self.camera.view(size[1], lambda: (self.fit(), self.show(key.index))))
        self.camera.save(name, images, colours=208 if view else 256)

    def panelPicture(self, tab, size, palette):
        self.ui.stepTabs.setCurrentIndex(TABS.index(tab))
        self.camera.dress(palette)
        with self.withoutPaths():
            return self.camera.panel(size)

    @contextmanager
    def withoutPaths(self):
        """Folders of the machine that makes the picture are nobody's business."""
        edits = [getattr(self.ui, name) for name in PATHS]
        texts = [edit.text for edit in edits]
        for edit in edits:
            edit.text = ""
        yield
        for edit, text in zip(edits, texts, strict=True):
            edit.text = text


if __name__ == "__main__":
    main()

"""The pictures of the documentation, made in the headless host: AUXOL_PICTURES=docs/screenshots names their folder."""

import os
import unittest
from pathlib import Path

import numpy as np
import slicer
from slicer_setting import HOST, main, quiet
from walk_case import WalkCase, dice

WANTED = os.environ.get("AUXOL_PICTURES", "") if HOST is not None else ""
WIDTH, VIEW, GAP = 420, 480, 8
SECTIONS = ("inputs", "prompts", "proposal", "teach", "editor", "review", "learning", "settings")


@unittest.skipUnless(WANTED, "pictures are made where AUXOL_PICTURES names a folder, and only in the headless host")
class TestPictures(WalkCase):
    """A session long enough for a curve, photographed on the way."""

    def test_pictures(self):
        self.chooseAll()
        # Slicer's own first colour; the host draws lots, and the proposal's colour keeps away from the segment's.
        self.segmentation.GetSegmentation().GetSegment(self.segmentID).SetColor(0.5, 0.68, 0.5)
        quiet()
        for index in (17, 21, 13, 25, 19, 15, 23, 11):
            self.teach(index, picture=index == 23)
        self.photograph("learning", ("learning",))
        self.review()
        self.photograph("panel", SECTIONS[:-1])
        self.find()

    def test_choosing(self):
        """The generalist's box and what is told of the chosen one, measured on this machine."""
        self.chooseAll()
        self.wait(lambda: self.session.generalists)
        self.press(self.ui.generalistMeasureButton)
        self.wait(lambda: self.session.generalists["measuring"])
        self.wait(lambda: not self.session.generalists["measuring"])
        for index in range(self.ui.generalistSelector.count):
            if self.ui.generalistSelector.itemData(index) == "vit_b":
                self.ui.generalistSelector.setCurrentIndex(index)
        self.ui.generalistSelector.lineEdit().setCursorPosition(0)
        for where in (self.ui.dataDirEdit, self.ui.pythonPathEdit):
            where.setVisible(False)  # folders of the machine that makes the picture
        quiet()
        self.photograph("choosing", ("settings",))

    def teach(self, index, picture):
        """One slice: box, proposal, the reader's repair, save, learned."""
        version = self.session.status.version
        self.show(index)
        if self.session.prompts.mode != "box":
            self.key("X")
        self.dragBox(index)
        self.wait(lambda: self.proposed(index))
        if picture:
            self.key("X")
            self.photograph("segment", ("inputs", "prompts", "proposal", "teach"), view=True)
        self.key("A")
        if dice(self.mask(index), self.truth[index]) < 0.97:
            self.edit(index, self.truth[index])
        self.key("S")
        self.wait(lambda: self.session.status.version > version or self.session.learning.phase == "discarded")
        quiet(0.5)

    def review(self):
        self.ui.rangeFirstSpinBox.setValue(10)
        self.ui.rangeLastSpinBox.setValue(26)
        self.press(self.ui.propagateButton)
        self.wait(lambda: self.session.propagation.total and not self.session.propagation.running)
        self.ui.reviewTable.cellClicked.emit(0, 0)
        self.ui.reviewTable.selectRow(0)
        quiet()
        self.photograph("review", ("review",), view=True)

    def find(self):
        """The presence curve, of what the worker's own locator has learned by then."""
        for index in (2, 4, 30, 32):
            self.show(index)
            self.key("E")
            self.wait(lambda index=index: self.state(index) == "saved")
        self.wait(lambda: self.session.status.slices_without >= 4)
        quiet(5)
        self.press(self.ui.findButton)
        self.wait(lambda: self.session.propagation.total and not self.session.propagation.running)
        self.ui.reviewTable.cellClicked.emit(0, 0)
        self.ui.reviewTable.selectRow(0)
        quiet()
        self.photograph("find", ("teach", "review"), view=True)

    # Photographs

    def photograph(self, name, sections, view=False):
        """The panel with these sections open, beside the red view if ``view``."""
        from PIL import Image
        from PySide6 import QtGui

        images = [self.panelPicture(sections)]
        if view:
            images.append(self.viewPicture(images[0].height()))
        width = sum(each.width() for each in images) + GAP * (len(images) - 1)
        whole = QtGui.QImage(width, max(each.height() for each in images), QtGui.QImage.Format.Format_RGB888)
        whole.fill(QtGui.QColor(255, 255, 255))
        painter, left = QtGui.QPainter(whole), 0
        for image in images:
            painter.drawImage(left, 0, image)
            left += image.width() + GAP
        painter.end()
        folder = Path(WANTED)
        folder.mkdir(parents=True, exist_ok=True)
        # 256 colours of the picture's own: a third of the file.
        rows = np.frombuffer(whole.constBits(), np.uint8).reshape(whole.height(), whole.bytesPerLine())
        pixels = np.ascontiguousarray(rows[:, : 3 * whole.width()].reshape(whole.height(), whole.width(), 3))
        small = Image.fromarray(pixels).quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(folder / f"{name}.png", optimize=True)

    def panelPicture(self, sections):
        from host.pythonqt.convert import to_real
        from PySide6 import QtCore

        for section in SECTIONS:
            getattr(self.ui, f"{section}Section").collapsed = section not in sections
        widget = to_real(self.panel.uiWidget)
        for _ in range(3):  # texts that wrap and hidden parts settle one after another
            height = widget.heightForWidth(WIDTH) if widget.hasHeightForWidth() else widget.sizeHint().height()
            to_real(slicer.util.mainWindow()).resize(WIDTH + 40, height + 200)
            widget.setFixedSize(WIDTH, height)
            quiet(0.1)
        self.panel.refresh()
        quiet(0.1)
        image = widget.grab(QtCore.QRect(0, 0, WIDTH, widget.height())).toImage()
        widget.setMinimumSize(0, 0)
        widget.setMaximumSize(16777215, 16777215)
        return image

    def viewPicture(self, height):
        from PySide6 import QtGui

        view = HOST.view("Red").real
        view.render_window().SetSize(VIEW, height)
        view.update_size(VIEW, height)
        key = self.session.displayKey()
        HOST.view("Red").mrmlSliceNode().SetDimensions(VIEW, height, 1)
        self.fit()
        self.show(key.index)
        pixels = np.ascontiguousarray(HOST.picture("Red"))
        height, width, _ = pixels.shape
        return QtGui.QImage(pixels.data, width, height, 3 * width, QtGui.QImage.Format.Format_RGB888).copy()


if __name__ == "__main__":
    main()

"""Photographs of the panel in the headless host: in a light and a dark style, in the room that Slicer leaves to it."""

from pathlib import Path

import numpy as np
import slicer
from slicer_setting import HOST, quiet

GAP = 8
VIEW = 340
# What Slicer's window leaves to a module, less the window's menus, tool bars, the module's heading and the Data Probe:
# 390 pixels of its height were measured at 1680 x 1050. On the small screen the Data Probe (150 of them) is folded.
SIZES = {"1680x1050": (500, 660), "1280x800": (420, 560)}
LIGHT, DARK = "light", "dark"


def darkPalette():
    """Colours as those of Slicer's dark style: light text on dark grey."""
    from PySide6 import QtGui

    role, group = QtGui.QPalette.ColorRole, QtGui.QPalette.ColorGroup
    made = QtGui.QPalette(QtGui.QColor("#3c3c3c"))
    for name, code in {
        role.Window: "#323232", role.Base: "#1e1e1e", role.AlternateBase: "#282828", role.Button: "#3c3c3c",
        role.Text: "#f0f0f0", role.WindowText: "#f0f0f0", role.ButtonText: "#f0f0f0", role.BrightText: "#ffffff",
        role.Highlight: "#2a82da", role.HighlightedText: "#ffffff", role.ToolTipBase: "#323232",
        role.ToolTipText: "#f0f0f0", role.PlaceholderText: "#a0a0a0", role.Mid: "#5a5a5a",
    }.items():  # fmt: skip
        made.setColor(name, QtGui.QColor(code))
    for name in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(group.Disabled, name, QtGui.QColor("#8a8a8a"))
    return made


class Photographer:
    """Writes into ``folder``; ``panel()`` is the one that is open."""

    def __init__(self, folder, panel):
        from PySide6 import QtWidgets

        self.folder, self._panel = folder, panel
        self._app = QtWidgets.QApplication.instance()
        self._light = self._app.palette()

    def done(self):
        self._app.setPalette(self._light)

    def dress(self, style):
        """The application's colours."""
        self._app.setPalette(darkPalette() if style == DARK else self._light)

    def panel(self, size):
        """The panel as it is in that room, (width, height)."""
        from host.pythonqt.convert import to_real
        from PySide6 import QtCore

        widget = to_real(self._panel().uiWidget)
        to_real(slicer.util.mainWindow()).resize(size[0] + 40, size[1] + 200)
        widget.setFixedSize(*size)
        for _ in range(2):  # texts that wrap and hidden parts settle one after another
            quiet(0.15)
            self._panel().refresh()
        quiet(0.25)  # pictures in the list come one after another
        image = widget.grab(QtCore.QRect(0, 0, *size)).toImage()
        widget.setMinimumSize(0, 0)
        widget.setMaximumSize(16777215, 16777215)
        return image

    def view(self, height, settle):
        """The red view; ``settle()`` brings the slice back after its size has changed."""
        from PySide6 import QtGui

        view = HOST.view("Red").real
        view.render_window().SetSize(VIEW, height)
        view.update_size(VIEW, height)
        HOST.view("Red").mrmlSliceNode().SetDimensions(VIEW, height, 1)
        settle()
        pixels = np.ascontiguousarray(HOST.picture("Red"))
        rows, columns, _ = pixels.shape
        return QtGui.QImage(pixels.data, columns, rows, 3 * columns, QtGui.QImage.Format.Format_RGB888).copy()

    def save(self, name, images, colours=256):
        """Side by side, in colours of the picture's own: a third of the file."""
        from PIL import Image
        from PySide6 import QtGui

        width = sum(each.width() for each in images) + GAP * (len(images) - 1)
        whole = QtGui.QImage(width, max(each.height() for each in images), QtGui.QImage.Format.Format_RGB888)
        whole.fill(QtGui.QColor(255, 255, 255))
        painter, left = QtGui.QPainter(whole), 0
        for image in images:
            painter.drawImage(left, 0, image)
            left += image.width() + GAP
        painter.end()
        rows = np.frombuffer(whole.constBits(), np.uint8).reshape(whole.height(), whole.bytesPerLine())
        pixels = np.ascontiguousarray(rows[:, : 3 * whole.width()].reshape(whole.height(), whole.width(), 3))
        small = Image.fromarray(pixels).quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        small.save(Path(self.folder) / f"{name}.png", optimize=True)

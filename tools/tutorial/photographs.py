"""Pictures of the panel beside slice views, as small PNG files with a palette of their own.

Sections of the panel are found by their names, wherever the panel keeps them: in one column, or on pages of tabs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import slicer
from PIL import Image
from slicer_setting import HOST, quiet

PANEL, VIEW, GAP = 420, 440, 8
COLOURS = 128  # of the picture's own: a third of the file, and no difference to the eye
ROOM = 660  # what a screen of 1050 leaves to a module's panel


class Photographs:
    """``panel``: a PanelWidget in the host."""

    def __init__(self, panel: Any, folder: Path) -> None:
        self.panel, self.folder = panel, folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, name: str, sections: tuple[str, ...], views: tuple[str, ...] = ()) -> None:
        """``sections`` of the panel, open, beside these slice views."""
        parts = [self.panelPixels(sections)] if sections else []
        height = parts[0].shape[0] if parts else ROOM
        parts += [self.viewPixels(view, VIEW, height if len(views) == 1 else VIEW) for view in views]
        self.save(name, parts)

    def save(self, name: str, parts: list[np.ndarray]) -> None:
        """Side by side, on white."""
        height = max(part.shape[0] for part in parts)
        width = sum(part.shape[1] for part in parts) + GAP * (len(parts) - 1)
        whole, left = np.full((height, width, 3), 255, np.uint8), 0
        for part in parts:
            whole[: part.shape[0], left : left + part.shape[1]] = part
            left += part.shape[1] + GAP
        small = Image.fromarray(whole).quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(self.folder / f"{name}.png", optimize=True)

    # The panel

    def panelPixels(self, sections: tuple[str, ...]) -> np.ndarray:
        from host.pythonqt.convert import to_real
        from PySide6 import QtCore, QtGui

        tabs = self.reveal(sections)
        widget = to_real(self.panel.uiWidget)
        for _attempt in range(3):  # texts that wrap and hidden parts settle one after another
            height = widget.heightForWidth(PANEL) if widget.hasHeightForWidth() else widget.sizeHint().height()
            if tabs:  # pages fit a screen; the tallest of them would leave the others half empty
                height = max(ROOM, widget.minimumSizeHint().height())
            to_real(slicer.util.mainWindow()).resize(PANEL + 40, height + 200)
            widget.setFixedSize(PANEL, height)
            quiet(0.1)
        self.panel.refresh()
        quiet(0.1)
        shown = widget.grab(QtCore.QRect(0, 0, PANEL, widget.height())).toImage()
        shown = shown.convertToFormat(QtGui.QImage.Format.Format_RGB888)
        widget.setMinimumSize(0, 0)
        widget.setMaximumSize(16777215, 16777215)
        rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
        return rows[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3).copy()  # the image's own goes

    def reveal(self, names: tuple[str, ...]) -> bool:
        """Open these sections and close the others; turn to the page of tabs that holds the first of them, and say
        whether there was one."""
        from host.pythonqt.convert import to_real

        found = {name.removesuffix("Section"): each for name, each in vars(self.panel.ui).items()
                 if name.endswith("Section")}  # fmt: skip
        for name, section in found.items():
            if "collapsed" in dir(section):
                section.collapsed = name not in names
        return any(_turnTo(to_real(found[name])) for name in names if name in found)

    # The views

    def viewPixels(self, name: str, width: int, height: int) -> np.ndarray:
        view = HOST.view(name)
        view.real.render_window().SetSize(width, height)
        view.real.update_size(width, height)
        node = view.mrmlSliceNode()
        offset = node.GetSliceOffset()
        logic = slicer.app.layoutManager().sliceWidget(name).sliceLogic()
        node.SetDimensions(width, height, 1)
        logic.FitSliceToAll()
        logic.SetSliceOffset(offset)
        quiet(0.2)
        return np.ascontiguousarray(HOST.picture(name))


def _turnTo(widget: Any) -> bool:
    """Turn every page of tabs or stack above ``widget`` to it; whether there was one."""
    from PySide6 import QtWidgets

    turned, inside, parent = False, widget, widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QtWidgets.QStackedWidget):
            owner = parent.parentWidget()
            pages = owner if isinstance(owner, QtWidgets.QTabWidget) else parent
            pages.setCurrentIndex(parent.indexOf(inside))
            turned = True
        inside, parent = parent, parent.parentWidget()
    return turned

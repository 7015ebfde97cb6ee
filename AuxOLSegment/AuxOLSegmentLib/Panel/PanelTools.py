"""Small things that every part of the panel does: a button with its reason, a question, a file's name, a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import qt
import slicer

Say = Callable[[str, str], None]  # text, level: puts a sentence on the status line
Act = Callable[[Callable[[], Any]], None]  # calls it; what it raises becomes a sentence on the status line


def setReady(widget: qt.QWidget, whyNot: str, tip: str = "") -> None:
    """Enabled while ``whyNot`` is empty; otherwise the reason stands before the usual tooltip."""
    widget.enabled = not whyNot
    widget.toolTip = "\n\n".join(text for text in (whyNot, tip) if text)


def withKey(text: str, key: str) -> str:
    """A button's text with its shortcut, if there is one."""
    return f"{text}  ({key})" if key else text


@contextmanager
def silently(*widgets: qt.QWidget) -> Iterator[None]:
    """What is set inside is not taken for the user's doing."""
    before = [widget.blockSignals(True) for widget in widgets]
    try:
        yield
    finally:
        for widget, blocked in zip(widgets, before, strict=True):
            widget.blockSignals(blocked)


def confirmed(question: str, title: str) -> bool:
    """Ask before something that cannot be taken back."""
    return bool(slicer.util.confirmOkCancelDisplay(question, title))


def fileToSave(title: str, suggested: str, kinds: str) -> str:
    """A path that the user chose, '' if none; Qt asks before an existing file is written over."""
    return str(qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), title, suggested, kinds))


def fileToOpen(title: str, kinds: str = "") -> str:
    """A path that the user chose, '' if none."""
    return str(qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), title, "", kinds))


def folderToUse(title: str, current: str) -> str:
    """A folder that the user chose, '' if none."""
    return str(qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title, current))


class Table:
    """Rows of text in a QTableWidget, written some cells at a time: 300 rows at once would hold up the mouse."""

    CELLS = 45  # written in one go, some milliseconds
    LONG = 16  # letters; longer texts may not fit their column and get a tooltip

    def __init__(self, widget: qt.QTableWidget, widths: Sequence[int]) -> None:
        """``widths`` of the columns in pixels; the one with 0 takes what is left."""
        self.widget = widget
        self._shown: dict[tuple[int, int], tuple[str, bool]] = {}
        self._wanted: dict[tuple[int, int], tuple[str, bool]] = {}
        self._timer = qt.QTimer(widget)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", self._write)
        header = widget.horizontalHeader()
        header.stretchLastSection = False
        for column, width in enumerate(widths):
            if width:
                header.resizeSection(column, width)
            else:
                header.setSectionResizeMode(column, qt.QHeaderView.Stretch)

    def fill(self, rows: Sequence[Sequence[str]], *, marked: int | None = None) -> None:
        """Replace the rows; the row ``marked`` is bold. The first ones are there at once, the others soon."""
        cells = {(row, at): (text, row == marked) for row, texts in enumerate(rows) for at, text in enumerate(texts)}
        with silently(self.widget):
            self.widget.setRowCount(len(rows))
        self._shown = {place: cell for place, cell in self._shown.items() if place[0] < len(rows)}
        self._wanted = {place: cell for place, cell in cells.items() if self._shown.get(place) != cell}
        self._write()

    def _write(self) -> None:
        """Some of the cells that are wanted, from the top."""
        with silently(self.widget):
            for place in list(self._wanted)[: self.CELLS]:
                self._shown[place] = self._wanted.pop(place)
                self.widget.setItem(*place, _item(*self._shown[place]))
        if bool(self._wanted) != self._timer.active:
            self._timer.start() if self._wanted else self._timer.stop()


def _item(text: str, bold: bool) -> qt.QTableWidgetItem:
    item = qt.QTableWidgetItem(text)
    if len(text) > Table.LONG:
        item.setToolTip(text)
    if bold:
        font = qt.QFont(item.font())
        font.setBold(True)
        item.setFont(font)
    return item


def fraction(value: float | None) -> str:
    """A Dice or quality with two digits, a dash where there is none."""
    return "\u2013" if value is None else f"{value:.2f}"


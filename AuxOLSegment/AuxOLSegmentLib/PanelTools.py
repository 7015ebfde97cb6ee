"""Small things that every part of the panel does: a button with its reason, a question, a file's name, a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

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


def fileToOpen(title: str, kinds: str) -> str:
    """A path that the user chose, '' if none."""
    return str(qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), title, "", kinds))


def fillTable(table: qt.QTableWidget, rows: Sequence[Sequence[str]], *, marked: int | None = None) -> None:
    """Replace a table's rows by texts; the row ``marked`` is bold. The selected row stays selected by its place."""
    selected = table.currentRow()
    with silently(table):
        table.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                table.setItem(row, column, _item(text, bold=row == marked))
        table.setCurrentCell(min(selected, len(rows) - 1), 0)


def _item(text: str, *, bold: bool) -> qt.QTableWidgetItem:
    item = qt.QTableWidgetItem(text)
    item.setToolTip(text)  # columns are narrow
    if bold:
        font = qt.QFont(item.font())
        font.setBold(True)
        item.setFont(font)
    return item


def fraction(value: float | None) -> str:
    """A Dice or quality with two digits, a dash where there is none."""
    return "\u2013" if value is None else f"{value:.2f}"


def seconds(value: float) -> str:
    return _("{count} s").format(count=f"{value:.1f}")

"""Items as rows of text in a QTableWidget: a thousand of them, of which few change at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import qt

from AuxOLSegmentLib.Panel.PanelTools import sameBeginning, silently

CELLS = 45  # written in one go, some milliseconds
FEW = 16  # rows; so many are put in or taken out one by one, and those below them move along
AROUND_HEADING = 26  # pixels: margins, and the mark of the order
LONG = 16  # letters; longer texts may not fit their column and get a tooltip


class Table:
    """Shows the items of ``show``. A row that stays what it was is not touched; of many new ones the first are there at
    once and the others soon. What was selected stays selected as long as it is shown, wherever it moves.

    ``texts(items)``: the cells of some items. ``key(item)``: what an item remains the same by when its texts change.
    ``bold(item)``: whether its row is. ``icon(item)``: the picture in its first cell, None for none. ``widths`` of the
    columns in pixels, at least their heading's; the one with 0 takes what is left.
    """

    def __init__(
        self,
        widget: qt.QTableWidget,
        widths: Sequence[int],
        texts: Callable[[list[Any]], list[list[str]]],
        key: Callable[[Any], object],
        bold: Callable[[Any], bool] = lambda item: False,
        icon: Callable[[Any], Any] = lambda item: None,
    ) -> None:
        self.widget = widget
        self._texts, self._key, self._bold, self._icon = texts, key, bold, icon
        self._items: list[Any] = []
        self._written: list[bool] = []  # whether a row's cells are those of its item
        self._atOnce = max(1, CELLS // len(widths))
        self._timer = qt.QTimer(widget)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", self._write)
        header = widget.horizontalHeader()
        header.stretchLastSection = False
        for column, width in enumerate(widths):
            if width:
                header.resizeSection(column, max(width, self._headingWidth(column)))
            else:
                header.setSectionResizeMode(column, qt.QHeaderView.Stretch)

    def _headingWidth(self, column: int) -> int:
        heading = self.widget.horizontalHeaderItem(column)
        wide: int = self.widget.horizontalHeader().fontMetrics().horizontalAdvance(heading.text())
        return wide + AROUND_HEADING

    def setIcon(self, row: int, icon: qt.QIcon) -> None:
        """The picture of a row has come."""
        cell = self.widget.item(row, 0)
        if cell is not None:
            with silently(self.widget):
                cell.setIcon(icon)

    def show(self, items: Sequence[Any]) -> None:
        """These are the rows now, from the top."""
        old, new, chosen = self._items, list(items), self.selected()
        start = sameBeginning(old, new)
        end = sameBeginning(old[start:][::-1], new[start:][::-1])
        gone, come = len(old) - start - end, len(new) - start - end
        if not gone and not come:
            return
        few = abs(come - gone) <= FEW
        with silently(self.widget):
            self._resize(start, come - gone) if few else self.widget.setRowCount(len(new))
        self._items = new
        # Where rows were not moved along, every cell behind the first change is another item's.
        same = self._written[len(old) - end :] if few else [False] * end
        self._written = [*self._written[:start], *[False] * come, *same]
        self._select(chosen)
        self._write()

    def selected(self) -> Any:
        """The item of the row that the user selected; None where there is none."""
        return self.at(self.widget.currentRow())

    def at(self, row: int) -> Any:
        """The item of a row, which is what stands there from now on; None where there is none."""
        if not 0 <= row < len(self._items):
            return None
        if not self._written[row]:
            self._writeRows([row])
        return self._items[row]

    def writeAnew(self) -> None:
        """The texts of the same items are others now."""
        self._written = [False] * len(self._items)
        self._write()

    def _resize(self, row: int, more: int) -> None:
        """``more`` rows at ``row``, or so many fewer."""
        for _ in range(more):
            self.widget.insertRow(row)
        for _ in range(-more):
            self.widget.removeRow(row)

    def _select(self, chosen: Any) -> None:
        if chosen is None:
            return
        key = self._key(chosen)
        row = next((at for at, item in enumerate(self._items) if self._key(item) == key), -1)
        with silently(self.widget):
            if row >= 0:
                self.widget.selectRow(row)
            else:
                self.widget.clearSelection()
                self.widget.setCurrentCell(-1, -1)

    def _write(self) -> None:
        """Some of the rows that are not written yet, from the top."""
        waiting = [row for row, written in enumerate(self._written) if not written]
        self._writeRows(waiting[: self._atOnce])
        more = len(waiting) > self._atOnce
        if more != self._timer.active:
            self._timer.start() if more else self._timer.stop()

    def _writeRows(self, rows: Iterable[int]) -> None:
        rows = list(rows)
        items = [self._items[row] for row in rows]
        with silently(self.widget):
            for row, item, texts in zip(rows, items, self._texts(items), strict=True):
                for column, text in enumerate(texts):
                    cell = _cell(text, self._bold(item))
                    icon = self._icon(item) if column == 0 else None
                    if icon is not None:
                        cell.setIcon(icon)
                    self.widget.setItem(row, column, cell)
                self._written[row] = True


def _cell(text: str, bold: bool) -> qt.QTableWidgetItem:
    cell = qt.QTableWidgetItem(text)
    if len(text) > LONG:
        cell.setToolTip(text)
    if bold:
        font = qt.QFont(cell.font())
        font.setBold(True)
        cell.setFont(font)
    return cell

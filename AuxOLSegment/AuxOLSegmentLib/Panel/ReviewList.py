"""The review list: slices with small pictures, worst first or by a column; clicks and arrow keys go through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, InvalidInputError
from AuxOLSegmentLib.Panel.PanelSession import PanelSession
from AuxOLSegmentLib.Panel.PanelTools import Act
from AuxOLSegmentLib.Panel.ReviewTexts import planesOf, reviewRows, stateText, stateTexts
from AuxOLSegmentLib.Panel.Table import Table
from AuxOLSegmentLib.Panel.Thumbnails import Thumbnails
from AuxOLSegmentLib.Scene.SlicePicture import SIDE, slicePicture
from AuxOLSegmentLib.Scene.VolumeReader import volumeProblem
from AuxOLSegmentLib.Session.SliceBook import SliceState

WIDTHS = (110, 76, 100, 0)


class ReviewList:
    """``show(items)`` in the session's order, which a press on a column's heading replaces: once upward, once downward,
    and once more back."""

    def __init__(self, widget: Any, logic: PanelSession, act: Act) -> None:
        self._widget, self._logic, self._act = widget, logic, act
        self._items: Sequence[Any] = ()
        self._order: tuple[int, bool] | None = None  # column, whether downward
        self._planes: dict[tuple[str, int], str] = {}
        self._pictures = Thumbnails(widget, self._picture, pictureKey, SIDE)
        self._table = Table(
            widget,
            WIDTHS,
            lambda items: reviewRows(items, self._planes),
            key=lambda item: item.key,
            icon=self._pictures.icon,
        )
        self._pictures.of(self._table)
        widget.connect("cellClicked(int,int)", lambda row, _column: self._goTo(row))
        widget.connect("currentCellChanged(int,int,int,int)", self._onCurrent)
        header = widget.horizontalHeader()
        header.setSectionsClickable(True)
        header.connect("sectionClicked(int)", self._onHeading)

    def _picture(self, item: Any) -> Any:
        volume = slicer.mrmlScene.GetNodeByID(item.key.volumeID)
        if volume is None or volumeProblem(volume):
            raise InvalidInputError(_("The volume of the slice is not in the scene any more. Choose another one."))
        return slicePicture(volume, item.key, self._logic.outline(item.key))

    def _onCurrent(self, row: int, _column: int, before: int, *_unused: Any) -> None:
        if row >= 0 and row != before:
            self._goTo(row)

    def _goTo(self, row: int) -> None:
        item = self._table.at(row)
        if item is not None:
            self._act(lambda: self._logic.goTo(item.key))

    def _onHeading(self, column: int) -> None:
        before = self._order
        if before is None or before[0] != column:
            self._order = column, False
        else:
            self._order = None if before[1] else (column, True)
        header = self._widget.horizontalHeader()
        header.setSortIndicatorShown(self._order is not None)
        if self._order is not None:
            header.setSortIndicator(column, qt.Qt.DescendingOrder if self._order[1] else qt.Qt.AscendingOrder)
        self.show(self._items)

    def show(self, items: Sequence[Any]) -> None:
        """These are the slices; a row that stays what it was is not touched."""
        self._items = items
        planes, shown = planesOf(list(items)), self._planes
        self._planes = planes
        self._table.show(ordered(items, self._order))
        if any(planes[place] != shown[place] for place in planes.keys() & shown.keys()):
            self._table.writeAnew()  # the volume was turned
        self._lookAgain()
        self._pictures.start()

    def _lookAgain(self) -> None:
        """The slice on display may have been drawn on."""
        try:
            here = self._logic.displayKey()
        except AuxolError:
            return
        for item in self._items:
            if item.key == here and item.state is not SliceState.PROPOSED:
                self._pictures.forget(item)

    def cleanup(self) -> None:
        """No picture is made any more."""
        self._pictures.stop()


def pictureKey(item: Any) -> object:
    """A proposal that is another one has another quality, or is shown otherwise."""
    return item.key, item.state, item.quality, item.shownAs


def ordered(items: Sequence[Any], order: tuple[int, bool] | None) -> list[Any]:
    """By a column, what it says nothing of at the end; without one as they come."""
    if order is None:
        return list(items)
    column, down = order
    states = stateTexts()
    of: Callable[[Any], Any] = (
        lambda item: (item.key.axis, item.key.index),
        lambda item: stateText(item, states),
        lambda item: item.quality,
        lambda item: item.confidence,
    )[column]
    told = [item for item in items if of(item) is not None]
    return sorted(told, key=of, reverse=down) + [item for item in items if of(item) is None]

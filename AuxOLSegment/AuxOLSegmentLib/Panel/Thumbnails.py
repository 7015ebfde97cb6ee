"""Small pictures in a table, made one at a time while nothing else is to be done, of the rows in sight alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import qt
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import numpy_to_vtk

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Panel.Table import Table

log = logging.getLogger(__name__)

EVERY_MS = 15  # between two of them
KEPT = 200


class Thumbnails:
    """``make(item)``: its picture, (rows, columns, 3) uint8; an AuxolError leaves the row without one. ``key(item)``:
    what a picture is kept under; another key, another picture."""

    def __init__(
        self, widget: Any, make: Callable[[Any], NDArray[np.uint8]], key: Callable[[Any], object], side: int
    ) -> None:
        self._widget, self._make, self._key = widget, make, key
        self._kept: dict[object, qt.QIcon] = {}
        self._table: Table | None = None
        widget.setIconSize(qt.QSize(side, side))
        self._timer = qt.QTimer(widget)
        self._timer.setInterval(EVERY_MS)
        self._timer.connect("timeout()", self._one)
        widget.verticalScrollBar().connect("valueChanged(int)", lambda *_unused: self.start())

    def of(self, table: Table) -> None:
        """The rows are those of ``table``."""
        self._table = table

    def icon(self, item: Any) -> Any:
        """The picture of an item, None as long as there is none."""
        return self._kept.get(self._key(item))

    def start(self) -> None:
        """Rows may have come into sight, or be others."""
        if not self._timer.active:
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def forget(self, item: Any) -> None:
        """What is to be seen on it may be other now."""
        self._kept.pop(self._key(item), None)

    def _one(self) -> None:
        missing = self._missing()
        if missing is None or self._table is None:
            self._timer.stop()
            return
        row, item = missing
        self._kept[self._key(item)] = qt.QIcon()  # of one that cannot be made, too: it is tried once
        for oldest in list(self._kept)[:-KEPT]:
            del self._kept[oldest]
        icon = self._iconOf(item)
        self._kept[self._key(item)] = icon
        self._table.setIcon(row, icon)

    def _missing(self) -> tuple[int, Any] | None:
        if self._table is None or not self._widget.isVisible():
            return None
        first = self._widget.rowAt(0)
        last = self._widget.rowAt(self._widget.viewport().height - 1)
        last = self._widget.rowCount - 1 if last < 0 else last
        for row in range(max(0, first), last + 1):
            item = self._table.at(row)
            if item is not None and self._key(item) not in self._kept:
                return row, item
        return None

    def _iconOf(self, item: Any) -> qt.QIcon:
        try:
            pixmap = pixmapOf(self._make(item))
        except AuxolError as error:  # without a picture the row says what it said
            log.info("No picture of a slice: %s", error)
            return qt.QIcon()
        icon = qt.QIcon(pixmap)
        icon.addPixmap(pixmap, qt.QIcon.Selected)  # else it is tinted in a selected row
        return icon


def pixmapOf(picture: NDArray[np.uint8]) -> qt.QPixmap:
    """``picture``: (rows from the top, columns, 3)."""
    height, width, _colours = picture.shape
    image = vtk.vtkImageData()
    image.SetDimensions(width, height, 1)
    scalars = numpy_to_vtk(np.ascontiguousarray(picture[::-1]).reshape(-1, 3), deep=True)
    image.GetPointData().SetScalars(scalars)
    made = qt.QImage()
    slicer.qMRMLUtils().vtkImageDataToQImage(image, made)
    pixmap: qt.QPixmap = qt.QPixmap.fromImage(made)
    return pixmap

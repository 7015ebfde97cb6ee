"""A bar along the volume: which slices are settled, proposed or open, and after Find how likely the structure is on
each. It can be clicked.

Each slice is a bar as high as its presence, on a foot that says how it stands, also where no presence is known. Colours
can be told apart by colour-blind readers; the foot of a settled slice is thicker, and found bars are full.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import qt
from slicer.i18n import tr as _

from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
from AuxOLSegmentLib.Session.Presence import UNLIKELY, PresenceCurve, Standing

HEIGHT = 66  # pixels
MARGIN = 5  # pixels to each side
FOOT, THICK_FOOT = 2, 5  # pixels
LIGHT = {Standing.FOUND: "#0072B2", Standing.WITHOUT: "#9A9A9A", Standing.SETTLED: "#00805C"}
DARK = {Standing.FOUND: "#6FB7F0", Standing.WITHOUT: "#8C8C8C", Standing.SETTLED: "#4FD8AE"}
BLOCKS = {Standing.SETTLED: 1.0, Standing.FOUND: 0.5, Standing.UNSEEN: 0.0}  # how tall, before Find
LINE_LIGHT, LINE_DARK = "#C04A00", "#FF9E57"  # the slice on display


class PresencePicture(qt.QLabel):
    """A label that draws ``curve``. Call ``begin`` once. Scrolling moves the line alone over the bars drawn before."""

    curve: PresenceCurve | None = None
    goTo: Callable[[SliceKey], None] | None = None
    bars: qt.QPixmap | None = None
    drawnIn: tuple[Any, ...] | None = None

    def begin(self, goTo: Callable[[SliceKey], None]) -> None:
        """``goTo(key)`` is called with a slice that was clicked."""
        self.goTo = goTo
        self.setMinimumSize(60, HEIGHT)
        self.setMaximumHeight(HEIGHT)
        self.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
        self.setMouseTracking(True)
        self.accessibleName = _("Slices along the volume")
        self.take(None)

    def take(self, curve: PresenceCurve | None) -> None:
        """Draw it, where it, the size or the colours are not what they were."""
        size, ratio = (max(self.width, self.minimumWidth), HEIGHT), self.devicePixelRatioF()
        still = None if curve is None else replace(curve, here=None)
        drawnIn = (still, *size, ratio, self.font.toString(), self.palette.cacheKey())
        if drawnIn == self.drawnIn and curve == self.curve:
            return
        if self.bars is None or drawnIn != self.drawnIn:
            self.bars = drawPresence(curve, *size, self.font, self.palette, ratio)
        self.curve, self.drawnIn = curve, drawnIn
        self.setPixmap(withLine(self.bars, curve, *size, self.palette))
        self.toolTip = self.accessibleDescription = curveText(curve)

    def resizeEvent(self, event: Any) -> None:
        self.take(self.curve)

    def mouseMoveEvent(self, event: Any) -> None:
        index = self._indexAt(event)
        if self.curve is not None and index is not None:
            self.toolTip = sliceText(self.curve, index)

    def mousePressEvent(self, event: Any) -> None:
        index = self._indexAt(event)
        if self.curve is not None and self.goTo is not None and index is not None:
            self.goTo(self.curve.key(index))

    def _indexAt(self, event: Any) -> int | None:
        return None if self.curve is None else indexAt(event.pos().x(), self.width, len(self.curve.values))


def indexAt(x: float, width: int, count: int) -> int | None:
    """The slice under ``x`` of a picture of that width; at its edges the first and the last one; None of none."""
    if not count:
        return None
    share = (x - MARGIN) / max(1, width - 2 * MARGIN)
    return min(count - 1, max(0, int(share * count)))


def standingText(standing: Standing, looked: bool = True) -> str:
    """``looked``: whether Find has; before that nothing is found, and nothing was looked at."""
    if not looked and standing is not Standing.SETTLED:
        return _("proposed") if standing is Standing.FOUND else _("open")
    return {
        Standing.SETTLED: _("settled"),
        Standing.FOUND: _("found"),
        Standing.WITHOUT: _("empty"),
        Standing.UNSEEN: _("not looked at"),
    }[standing]


def sliceText(curve: PresenceCurve, index: int) -> str:
    """Such as "slice 34: 0.92, found"."""
    value, standing = curve.values[index], standingText(curve.standings[index], curve.looked)
    if curve.standings[index] is Standing.WITHOUT and (value is None or value >= UNLIKELY):
        standing = _("nothing proposed")  # which does not say that it is empty
    told = standing if value is None else f"{value:.2f}, {standing}"
    return _("slice {index}: {told}").format(index=index, told=told)


def curveText(curve: PresenceCurve | None) -> str:
    """What the picture shows, for those who do not see it."""
    if curve is None:
        return _("Along the volume: which slices are settled, proposed or open. A click goes to a slice.")
    counts = {standing: curve.standings.count(standing) for standing in Standing}
    told = [
        _("{count} {standing}").format(count=n, standing=standingText(each, curve.looked))
        for each, n in counts.items()
        if n
    ]
    here = "" if curve.here is None else _("On display, {slice}.").format(slice=sliceText(curve, curve.here))
    return _("Of {count} slices: {told}. {here}").format(
        count=len(curve.values), told=", ".join(told), here=here
    ).strip()  # fmt: skip


def emptyText(curve: PresenceCurve | None) -> str:
    """Why there is no curve; '' where there is one."""
    if curve is None:
        return _("The slices of the volume are drawn here.")
    if curve.looked and all(value is None for value in curve.values):
        return _("No curve: the task has not learned yet where it is.")
    return ""


def drawPresence(
    curve: PresenceCurve | None, width: int, height: int, font: qt.QFont, palette: qt.QPalette, ratio: float = 1.0
) -> qt.QPixmap:
    """A picture of ``width`` x ``height`` pixels (times ``ratio`` on a dense screen) in the colours of ``palette``,
    without the line of the slice on display."""
    pixmap = qt.QPixmap(int(width * ratio), int(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(palette.color(qt.QPalette.Base))
    painter = qt.QPainter()
    painter.begin(pixmap)
    try:
        painter.setFont(font)
        drawing = _Drawing(painter, palette, width, height)
        if curve is not None:
            drawing.bars(curve)
        if text := emptyText(curve):
            drawing.words(text)
        elif curve is not None:
            drawing.legend(curve.looked)
    finally:
        painter.end()  # a painter that is alive when its pixmap goes crashes Qt
    return pixmap


def withLine(
    bars: qt.QPixmap, curve: PresenceCurve | None, width: int, height: int, palette: qt.QPalette
) -> qt.QPixmap:
    """``bars``, as ``drawPresence`` made them, and the line of the slice on display over them."""
    if curve is None or curve.here is None:
        return bars
    pixmap: qt.QPixmap = bars.copy()
    painter = qt.QPainter()
    painter.begin(pixmap)
    try:
        _Drawing(painter, palette, width, height).markHere(curve, curve.here)
    finally:
        painter.end()
    return pixmap


class _Drawing:
    """One picture: where things are, in pixels."""

    def __init__(self, painter: qt.QPainter, palette: qt.QPalette, width: int, height: int) -> None:
        self.painter, self.width, self.height = painter, width, height
        dark = palette.color(qt.QPalette.Base).lightness() < 128
        self.colors = {standing: qt.QColor(code) for standing, code in (DARK if dark else LIGHT).items()}
        self.open = palette.color(qt.QPalette.Mid)
        self.here, self.text = qt.QColor(LINE_DARK if dark else LINE_LIGHT), palette.color(qt.QPalette.Text)
        self.line: int = painter.fontMetrics().height()
        self.top, self.bottom = self.line + 3, height - THICK_FOOT - 3

    def bars(self, curve: PresenceCurve) -> None:
        """A bar and a foot for each slice."""
        step = self.step(curve)
        wide = max(1.0, step - (1.0 if step >= 4 else 0.0))
        for index, (value, standing) in enumerate(zip(curve.values, curve.standings, strict=True)):
            left, color = MARGIN + index * step, self.colors.get(standing)
            if not curve.looked:
                self.block(left, wide, standing)
                continue
            if value is not None and color is not None:
                tall = max(1.0, value * (self.bottom - self.top))
                self.painter.fillRect(qt.QRectF(left, self.bottom - tall, wide, tall), color)
            if color is not None:
                foot = THICK_FOOT if standing is Standing.SETTLED else FOOT
                self.painter.fillRect(qt.QRectF(left, self.bottom + 1, wide, foot), color)

    def block(self, left: float, wide: float, standing: Standing) -> None:
        """Before Find: tall where it is settled, half as tall where something is proposed, a line where it is open."""
        share, color = BLOCKS[standing], self.colors.get(standing, self.open)
        tall = max(FOOT, share * (self.bottom + THICK_FOOT - self.top))
        self.painter.fillRect(qt.QRectF(left, self.height - 3 - tall, wide, tall), color)

    def step(self, curve: PresenceCurve) -> float:
        """How wide a slice is."""
        return (self.width - 2 * MARGIN) / max(1, len(curve.values))

    def markHere(self, curve: PresenceCurve, here: int) -> None:
        """Where the slice on display is; short where words stand in the place of bars."""
        top = self.bottom - 3 if emptyText(curve) else self.top - 1
        middle = MARGIN + (here + 0.5) * self.step(curve)
        self.painter.fillRect(qt.QRectF(middle - 1, top, 2, self.height - top - 1), self.here)

    def legend(self, looked: bool) -> None:
        """Above the bars: what the colours say."""
        x, metrics = MARGIN, self.painter.fontMetrics()
        colors = self.colors if looked else {each: self.colors.get(each, self.open) for each in BLOCKS}
        for standing, color in colors.items():
            self.painter.fillRect(qt.QRectF(x, 3 + self.line / 4, self.line / 2, self.line / 2), color)
            told = standingText(standing, looked)
            wide = metrics.horizontalAdvance(told)
            self.write(x + self.line / 2 + 4, 1, wide + 4, told, qt.Qt.AlignLeft)
            x += wide + self.line / 2 + 16
        if looked:
            self.write(x, 1, self.width - MARGIN - x, _("presence 0 to 1"), qt.Qt.AlignRight)

    def words(self, text: str) -> None:
        """In the middle: why there is no curve."""
        self.write(MARGIN, (self.height - self.line) / 2 - 4, self.width - 2 * MARGIN, text, qt.Qt.AlignHCenter)

    def write(self, x: float, y: float, width: float, text: str, flags: int) -> None:
        self.painter.setPen(qt.QPen(self.text))
        self.painter.drawText(int(x), int(y), int(width), self.line, int(flags), text)

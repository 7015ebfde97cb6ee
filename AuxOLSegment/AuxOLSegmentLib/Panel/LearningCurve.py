"""The learning curve, drawn with QPainter: Dice of the generalist alone, the specialist and the shown proposal.

Few slices are joined by a line; of many, each is a small dot and the line is the mean of the last ten. Slices that were
saved as they were proposed have hollow dots, and a mark below the plot. Colours can be told apart by colour-blind
readers, and every line has its own dashes.
"""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from AuxOLSegmentLib.Panel.CurveData import Curve, Values, lastMean

JOINED = 12  # from more slices on, dots and a running mean
DOTTED = 60  # from more slices on, no dots
CORNERS = 90  # of a line, at most: more cannot be seen and take time to draw
MEAN_OF = 10
KEY = 34  # pixels of the legend that a line takes beside its text
DASHES = {"generalist": qt.Qt.DashLine, "specialist": qt.Qt.DotLine, "fused": qt.Qt.SolidLine}
LIGHT = {"generalist": "#0072B2", "specialist": "#C04A00", "fused": "#00805C"}
DARK = {"generalist": "#6FB7F0", "specialist": "#FF9E57", "fused": "#4FD8AE"}


def drawCurve(
    curve: Curve, generalist: str, width: int, height: int, font: qt.QFont, palette: qt.QPalette, ratio: float = 1.0
) -> qt.QPixmap:
    """A picture of ``width`` x ``height`` pixels (times ``ratio`` on a dense screen) in the colours of ``palette``.

    ``generalist``: what the legend calls it; cut where it is too long for the width.
    """
    pixmap = qt.QPixmap(int(width * ratio), int(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(palette.color(qt.QPalette.Base))
    painter = qt.QPainter()
    painter.begin(pixmap)
    try:
        painter.setRenderHint(qt.QPainter.Antialiasing, True)
        painter.setFont(font)
        drawing = _Drawing(painter, palette, width, height, curve)
        drawing.axes()
        if curve.count:
            drawing.lines()
            drawing.legend(generalist)
        else:
            drawing.nothing()
    finally:
        painter.end()  # a painter that is alive when its pixmap goes crashes Qt
    return pixmap


class _Drawing:
    """One picture: where things are, in pixels."""

    def __init__(self, painter: qt.QPainter, palette: qt.QPalette, width: int, height: int, curve: Curve) -> None:
        self.painter, self.curve, self.floor = painter, curve, curve.floor
        self.text, self.base = palette.color(qt.QPalette.Text), palette.color(qt.QPalette.Base)
        dark = palette.color(qt.QPalette.Base).lightness() < 128
        self.colors = {name: qt.QColor(code) for name, code in (DARK if dark else LIGHT).items()}
        metrics = painter.fontMetrics()
        self.line: int = metrics.height()
        self.left: int = metrics.horizontalAdvance("0.00") + self.line + 8
        self.right, self.top = width - 10, self.line + 12
        self.bottom = height - 2 * self.line - 8
        self.grid = qt.QColor(self.text)
        self.grid.setAlphaF(0.22)

    def x(self, number: float) -> float:
        """Of the slice ``number``, counted from 1."""
        last = max(2, self.curve.count)
        return self.left + 6 + (number - 1) / (last - 1) * (self.right - self.left - 12)

    def y(self, dice: float) -> float:
        return float(self.bottom - (dice - self.floor) / (1.0 - self.floor) * (self.bottom - self.top))

    def write(self, x: float, y: float, width: float, text: str, flags: int) -> None:
        self.painter.setPen(qt.QPen(self.text))
        self.painter.drawText(int(x), int(y), int(width), self.line, int(flags), text)

    def axes(self) -> None:
        """Grid, ticks with numbers, names of the axes."""
        floor, painter = self.floor, self.painter
        steps = 4 if floor in (0.0, 0.6, 0.8) else 5
        for step in range(steps + 1):
            dice = floor + (1.0 - floor) * step / steps
            y = self.y(dice)
            painter.setPen(qt.QPen(self.grid))
            painter.drawLine(self.left, int(y), self.right, int(y))
            self.write(self.line + 2, y - self.line / 2, self.left - self.line - 8, f"{dice:.2f}", qt.Qt.AlignRight)
        for at, confirmed in enumerate(self.curve.confirmed):
            if confirmed:
                self.painter.fillRect(qt.QRectF(self.x(at + 1) - 1, self.bottom + 1, 2, 4), self.colors["fused"])
        for number in _ticks(self.curve.count):
            self.write(self.x(number) - 30, self.bottom + 3, 60, str(number), qt.Qt.AlignHCenter)
        named = axisText(self.curve)
        self.write(self.left, self.bottom + self.line + 4, self.right - self.left, named, qt.Qt.AlignHCenter)
        painter.save()
        painter.translate(2, self.bottom)
        painter.rotate(-90)
        self.write(0, 0, self.bottom - self.top, _("Dice"), qt.Qt.AlignHCenter)
        painter.restore()

    def lines(self) -> None:
        """The generalist below, what was shown on top."""
        for name in ("generalist", "specialist", "fused"):
            values = getattr(self.curve, name)
            many = self.curve.count > JOINED
            if self.curve.count <= DOTTED:
                self._dots(values, self.colors[name], 1.5 if many else 2.6, 0.45 if many else 1.0)
            self._path(values, MEAN_OF if many else 1, self._pen(name))

    def _pen(self, name: str) -> qt.QPen:
        pen = qt.QPen(self.colors[name])
        pen.setWidthF(2.4 if name == "fused" else 1.8)
        pen.setStyle(DASHES[name])
        return pen

    def _dots(self, values: Values, color: qt.QColor, radius: float, opacity: float) -> None:
        painter = self.painter
        painter.setOpacity(opacity)
        size = 2 * radius
        for at, value in enumerate(values):
            if value is not None:
                hollow = self.curve.confirmed[at]
                painter.setPen(qt.QPen(color) if hollow else qt.QPen(qt.Qt.NoPen))
                painter.setBrush(qt.QBrush(self.base if hollow else color))
                painter.drawEllipse(qt.QRectF(self.x(at + 1) - radius, self.y(value) - radius, size, size))
        painter.setOpacity(1.0)

    def _path(self, values: Values, meanOf: int, pen: qt.QPen) -> None:
        path, drawing = qt.QPainterPath(), False
        step = -(-len(values) // CORNERS)
        for at in sorted({*range(0, len(values), step), len(values) - 1}):
            value = lastMean(values, at, meanOf)
            if value is None:
                drawing = False
            elif drawing:
                path.lineTo(self.x(at + 1), self.y(value))
            else:
                path.moveTo(self.x(at + 1), self.y(value))
                drawing = True
        self.painter.setBrush(qt.QBrush(qt.Qt.NoBrush))
        self.painter.setPen(pen)
        self.painter.drawPath(path)

    def legend(self, generalist: str) -> None:
        """Above the plot: each line with its mean over the last slices."""
        metrics = self.painter.fontMetrics()
        names = {"generalist": "", "specialist": _("Specialist"), "fused": _("Fused")}
        taken = sum(KEY + metrics.horizontalAdvance(self._told(name, text)) for name, text in names.items())
        names["generalist"] = metrics.elidedText(generalist, qt.Qt.ElideMiddle, self.right - 6 - taken)
        x = 6
        for name, text in names.items():
            told = self._told(name, text)
            self.painter.setPen(self._pen(name))
            self.painter.drawLine(int(x), int(4 + self.line / 2), int(x + 20), int(4 + self.line / 2))
            width = metrics.horizontalAdvance(told)
            self.write(x + 24, 4, width + 4, told, qt.Qt.AlignLeft)
            x += width + KEY

    def _told(self, name: str, text: str) -> str:
        last = lastMean(getattr(self.curve, name), self.curve.count - 1, MEAN_OF)
        return text if last is None else f"{text} {last:.2f}"

    def nothing(self) -> None:
        """Before the first correction."""
        y = self.y(0.625) - self.line / 2  # between two lines of the grid
        told = _("The curve begins with the first saved slice.")
        self.write(self.left, y, self.right - self.left, told, qt.Qt.AlignHCenter)


def axisText(curve: Curve) -> str:
    """Below the plot: what a step along it is, and what its marks say."""
    if curve.count <= JOINED:
        named = _("saved slice; hollow: confirmed unchanged") if any(curve.confirmed) else _("saved slice")
    elif any(curve.confirmed):
        named = _("saved slice (lines: mean of the last {count}); marked: confirmed unchanged")
    else:
        named = _("saved slice (lines: mean of the last {count})")
    return named.format(count=MEAN_OF)


def _ticks(count: int) -> list[int]:
    """At most seven round numbers in 1 .. count, 1 always among them."""
    if count < 1:
        return []
    step = next(step for power in range(9) for step in (10**power, 2 * 10**power, 5 * 10**power) if count / step <= 6)
    return sorted({1, *range(step, count + 1, step)} - ({2} if step > 2 else set()))

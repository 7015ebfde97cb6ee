"""The presence curve: what it shows, where a click goes, what it says to those who do not see it."""

from dataclasses import replace

import numpy as np
from slicer_setting import HOST, SlicerCase, main, quiet

from AuxOLSegmentLib.Panel.PresencePicture import (
    LIGHT,
    LINE_LIGHT,
    PresencePicture,
    drawPresence,
    indexAt,
    sliceText,
    withLine,
)
from AuxOLSegmentLib.Session.Presence import Place, PresenceCurve, Seen, Standing

SETTLED, FOUND, WITHOUT, UNSEEN = Standing
WIDTH, HEIGHT = 400, 66


def curve_of(values, standings, here=None):
    return PresenceCurve("volume", 0, tuple(values), tuple(standings), here)


CURVE = curve_of((0.1, 0.92, 0.5, None), (WITHOUT, FOUND, SETTLED, UNSEEN), here=3)


def palette():
    import qt

    made = qt.QPalette(qt.QColor("#ffffff"))
    made.setColor(qt.QPalette.Base, qt.QColor("#ffffff"))
    return made


def drawn(curve, width=WIDTH):
    """The colours of a picture, by name, (rows, columns)."""
    import qt

    bars = drawPresence(curve, width, HEIGHT, qt.QFont(), palette())
    image = withLine(bars, curve, width, HEIGHT, palette()).toImage()
    return np.array([[image.pixelColor(x, y).name() for x in range(width)] for y in range(HEIGHT)])


class TestThePicture(SlicerCase):
    """Drawn for light screens."""

    def test_each_bar_is_as_high_as_the_presence_and_has_the_colour_of_its_standing(self):
        seen = drawn(CURVE)
        heights = {}
        for standing, (first, last) in {WITHOUT: (10, 95), FOUND: (110, 190), SETTLED: (210, 290)}.items():
            middle = seen[20:58, (first + last) // 2]
            heights[standing] = int((middle == LIGHT[standing].lower()).sum())
        self.assertTrue(heights[WITHOUT] < heights[SETTLED] < heights[FOUND], heights)
        self.assertGreater(heights[WITHOUT], 0)
        self.assertEqual(set(seen[20:58, 320]), {"#ffffff"})  # not looked at

    def test_a_line_stands_at_the_slice_on_display(self):
        columns = np.nonzero((drawn(CURVE)[20:55] == LINE_LIGHT.lower()).all(axis=0))[0]
        self.assertTrue(all(340 <= column <= 360 for column in columns) and len(columns), columns)

    def test_without_a_presence_it_says_so_and_still_shows_who_was_where(self):
        without = curve_of((None, None), (SETTLED, WITHOUT))
        self.assertFalse(set(LIGHT[FOUND].lower()) <= set(drawn(without).ravel()))
        self.assertIn(LIGHT[SETTLED].lower(), drawn(without)[58:])
        self.assertNotEqual(drawn(without)[20:50].tolist(), drawn(None)[20:50].tolist())

    def test_three_hundred_slices_fit_a_narrow_panel(self):
        many = curve_of(np.linspace(0, 1, 300), [FOUND] * 300)
        self.assertIn(LIGHT[FOUND].lower(), drawn(many, 120))


class TestTheWidget(SlicerCase):
    """In a window, under the mouse."""

    def setUp(self):
        super().setUp()
        import qt

        self.window, self.gone = qt.QWidget(), []
        layout = qt.QVBoxLayout(self.window)
        self.picture = PresencePicture()
        self.picture.begin(self.gone.append)
        layout.addWidget(self.picture)
        self.window.resize(WIDTH + 20, 120)
        self.window.show()
        quiet(0.1)
        self.picture.take(CURVE)

    def mouse(self, index, kind):
        """Move the mouse to a slice's bar, or press there."""
        x = 5 + int((index + 0.5) * (self.picture.width - 10) / 4)
        if HOST is None:
            import qt

            where = qt.QPointF(x, 30)
            button = qt.Qt.LeftButton if kind == "press" else qt.Qt.NoButton
            name = qt.QEvent.MouseButtonPress if kind == "press" else qt.QEvent.MouseMove
            qt.QApplication.sendEvent(self.picture, qt.QMouseEvent(name, where, button, button, qt.Qt.NoModifier))
            return
        from host.pythonqt.convert import to_real
        from PySide6 import QtCore, QtTest

        real, at = to_real(self.picture), QtCore.QPoint(x, 30)
        if kind == "press":
            QtTest.QTest.mousePress(real, QtCore.Qt.MouseButton.LeftButton, pos=at)
        else:
            QtTest.QTest.mouseMove(real, at)
        quiet(0.1)

    def test_a_click_goes_to_that_slice(self):
        for index in (0, 2, 3):
            self.mouse(index, "press")
        self.assertEqual(self.gone, [CURVE.key(index) for index in (0, 2, 3)])

    def test_the_tooltip_says_which_slice_and_how_likely(self):
        self.mouse(1, "move")
        self.assertEqual(self.picture.toolTip, "slice 1: 0.92, found")
        self.mouse(3, "move")
        self.assertEqual(self.picture.toolTip, "slice 3: not looked at")

    def test_a_likely_slice_on_which_nothing_is_proposed_is_not_called_empty(self):
        told = [sliceText(curve_of((value,), (WITHOUT,)), 0) for value in (0.2, 0.8, None)]
        wanted = ["slice 0: 0.20, empty", "slice 0: 0.80, nothing proposed", "slice 0: nothing proposed"]
        self.assertEqual(told, wanted)

    def test_it_says_in_words_what_it_shows(self):
        self.assertTrue(self.picture.accessibleName)
        told = self.picture.accessibleDescription
        self.assertIn("Of 4 slices: 1 settled, 1 found, 1 empty, 1 not looked at.", told)
        self.assertIn("On display, slice 3: not looked at", told)

    def test_a_click_on_an_empty_picture_goes_nowhere(self):
        self.picture.take(None)
        self.mouse(1, "press")
        self.assertEqual(self.gone, [])
        self.assertIn("Along the volume", self.picture.toolTip)

    def test_scrolling_moves_the_line_and_draws_no_bar(self):
        bars, before = self.picture.bars, self.picture.accessibleDescription
        self.picture.take(replace(CURVE, here=1))
        self.assertIs(self.picture.bars, bars)
        self.assertNotEqual(self.picture.accessibleDescription, before)

    def test_it_is_drawn_anew_for_another_width(self):
        before = self.picture.drawnIn
        self.window.resize(WIDTH - 100, 120)
        quiet(0.1)
        self.assertNotEqual(self.picture.drawnIn, before)


class TestWhatIsKept(SlicerCase):
    """Of several finds."""

    def test_a_find_of_some_slices_keeps_what_is_known_of_the_others(self):
        seen, place = Seen(), Place("volume", 0, "segmentation", "segment", "liver")
        seen.begin(place)
        seen.values |= {0: 0.1, 1: 0.9}
        seen.begin(place)
        seen.values |= {1: 0.7}
        curve = seen.curve(3, settled={0}, found={1}, here=None)
        self.assertEqual(curve.values, (0.1, 0.7, None))
        self.assertEqual(curve.standings, (SETTLED, FOUND, UNSEEN))
        seen.begin(Place("volume", 1, "segmentation", "segment", "liver"))
        self.assertEqual(seen.values, {})

    def test_the_ends_of_the_picture_are_the_first_and_last_slice(self):
        self.assertEqual([indexAt(x, 100, 9) for x in (-3, 0, 50, 99, 400)], [0, 0, 4, 8, 8])
        self.assertIsNone(indexAt(5, 100, 0))


if __name__ == "__main__":
    main()

"""The legend of the keys in a slice view: it is seen in its corner, and goes without a trace."""

import os
import unittest
from pathlib import Path

import numpy as np
import slicer
from session_case import SessionCase
from slicer_setting import HOST, main, quiet

WANTED = os.environ.get("AUXOL_PICTURES", "")
SIDE = 480


class TestKeyLegend(SessionCase):
    """Over an image. No engine is needed."""

    own = True

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Panel import Shortcuts
        from AuxOLSegmentLib.Panel.KeyLegend import KeyLegend

        self.legend, self.text = KeyLegend(), Shortcuts.legendText()
        self.addCleanup(self.legend.hide)

    @unittest.skipIf(HOST is None, "a picture of a view is taken in the headless host")
    def test_it_is_read_in_the_lower_right_corner(self):
        view = HOST.view("Red")
        before = view.real.render_window().GetSize()
        self.addCleanup(self.resize, before)
        self.resize((SIDE, SIDE))
        plain = HOST.picture("Red")
        self.legend.show("Red", self.text)
        shown = HOST.picture("Red")
        rows, cols = np.nonzero((plain != shown).any(axis=2))
        height, width, _ = shown.shape
        self.assertGreater(rows.min(), height // 4)
        self.assertGreater(cols.min(), width // 4)
        self.assertLess(cols.max(), width)
        bright = shown[rows.min() : rows.max(), cols.min() : cols.max()].max(axis=2) > 200
        lines = np.diff(np.concatenate([[0], bright.any(axis=1).astype(int)])).clip(0).sum()
        self.assertGreaterEqual(lines, len(self.text.split("\n")))  # no line over another
        if WANTED:
            from PIL import Image

            Image.fromarray(shown).quantize(64).save(Path(WANTED) / "keys.png", optimize=True)
        self.legend.hide()
        np.testing.assert_array_equal(HOST.picture("Red"), plain)

    def resize(self, size):
        view = HOST.view("Red")
        view.real.render_window().SetSize(*size)
        view.real.update_size(*size)
        view.mrmlSliceNode().SetDimensions(*size, 1)
        slicer.util.setSliceViewerLayers(background=self.volume, fit=True)
        quiet(0.1)

    def test_a_view_that_is_not_there_shows_it_nowhere(self):
        self.legend.show("Red", self.text)
        self.legend.show("Purple", self.text)
        self.assertEqual(self.legend.view, "")


if __name__ == "__main__":
    main()

"""Slices that nobody has looked at are counted without reading the segment at each scroll."""

from unittest import mock

import numpy as np
from session_case import SessionCase
from slicer_setting import main, quiet, until


class TestCount(SessionCase):
    """Slices 3 to 9 are drawn, and known to the book as they were. No engine is needed."""

    own = True

    def setUp(self):
        super().setUp()
        for index in range(3, 10):
            self.draw(self.truth[index], index)
        quiet()
        for index in range(3, 10):
            self.session.book.of(self.key(index)).edited(self.digest(index), empty=False)
        self.show(2)
        quiet()
        self.reads = []

    def digest(self, index):
        from AuxOLSegmentLib.Scene.SegmentReader import maskDigest

        return maskDigest(self.mask(index))

    def counted(self):
        """Count the masks and the whole labelmaps that the session reads from now on."""
        from AuxOLSegmentLib.Session import Selection, SliceMarks

        for module, name in ((Selection, "maskOnSlice"), (SliceMarks, "maskOnSlice"), (SliceMarks, "occupiedSlices")):
            real = getattr(module, name)
            patch = mock.patch.object(module, name, self._counting(name, real))
            patch.start()
            self.addCleanup(patch.stop)

    def _counting(self, name, real):
        def read(*arguments):
            self.reads.append(name)
            return real(*arguments)

        return read

    def test_scrolling_reads_the_slice_that_comes_and_no_other(self):
        self.session.unreviewed()
        self.counted()
        for index in (10, 11, 10, 11):
            self.show(index)
            quiet(0.3)
        self.assertEqual(self.reads, ["maskOnSlice"] * 2)
        self.assertEqual(self.session.unreviewedCount(), 0)

    def test_a_change_has_each_slice_read_once(self):
        told = []
        self.session.listen(told.append)
        self.counted()
        self.draw(self.truth[6] & (self.truth[6].cumsum(1) < 9), 6, add=False)
        until(lambda: self.session.unreviewedCount() == 1)
        self.assertLessEqual(self.reads.count("maskOnSlice"), 9)  # seven, and the one on display
        self.assertLessEqual(self.reads.count("occupiedSlices"), 2)
        self.assertEqual(self.session.unreviewed(), [self.key(6)])
        before = len(self.reads)
        for _ in range(5):
            self.session.parts.teller.tell("slices")
            self.session.unreviewed()
        self.assertEqual(len(self.reads), before)

    def test_a_count_that_takes_long_lets_the_window_live_and_is_told(self):
        from AuxOLSegmentLib.Engine import Async

        told = []
        self.session.listen(told.append)
        with mock.patch.object(Async, "BREATH_S", -1.0):  # a pause after each slice
            self.draw(self.truth[6] & (self.truth[6].cumsum(1) < 9), 6, add=False)
            until(lambda: "unreviewed" in told)
        self.assertEqual(self.session.unreviewedCount(), 1)

    def test_a_moved_volume_is_read_anew(self):
        self.session.unreviewed()
        self.counted()
        self.volume.SetSpacing(1.0, 1.0, 5.0)
        self.session.unreviewed()
        self.assertTrue(self.reads)

    def test_another_segment_is_counted_for_itself(self):
        other = self.segmentation.GetSegmentation().AddEmptySegment("", "Other")
        self.session.setInputs(self.volume, self.segmentation, other)
        self.assertEqual((self.session.unreviewedCount(), self.session.unreviewed()), (0, []))
        self.session.book.of(self.key(6)).edited("what was there", empty=False)
        self.session.parts.teller.tell("slices")
        # On a busy machine the count takes a breath and ends a moment later.
        until(lambda: self.session.unreviewedCount() == 1)
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        until(lambda: self.session.unreviewedCount() == 0)


class TestColour(SessionCase):
    """A proposal is seen beside a segment of its colour."""

    own = True

    def shown(self):
        """The colour of what is proposed."""
        from AuxOLSegmentLib.Session.Proposals import Shown

        if self.session.layer.node() is None:
            mask = np.zeros(self.truth[6].shape, bool)
            mask[3:7, 4:9] = True
            self.session.proposals.put(Shown("p", self.key(6), "", mask, 0.9, 1, 1.0))
        segmentation = self.session.layer.node().GetSegmentation()
        return tuple(segmentation.GetNthSegment(0).GetColor())

    def colour(self, red, green, blue, segmentID=None):
        self.segmentation.GetSegmentation().GetSegment(segmentID or self.segmentID).SetColor(red, green, blue)

    def distance(self, one, two):
        return sum((a - b) ** 2 for a, b in zip(one, two, strict=True))

    def test_it_changes_with_the_colour_of_the_segment(self):
        for colour in ((0.0, 0.9, 1.0), (1.0, 0.35, 0.9), (0.0, 0.9, 1.0)):
            self.colour(*colour)
            quiet()
            self.assertGreater(self.distance(self.shown(), colour), 0.5, colour)

    def test_it_changes_with_the_segment(self):
        cyan, pink = (0.0, 0.9, 1.0), (1.0, 0.35, 0.9)
        other = self.segmentation.GetSegmentation().AddEmptySegment("", "Other")
        self.colour(*cyan)
        self.colour(*pink, other)
        for segmentID, colour in ((self.segmentID, cyan), (other, pink), (self.segmentID, cyan)):
            self.session.setInputs(self.volume, self.segmentation, segmentID)
            quiet()
            self.assertGreater(self.distance(self.shown(), colour), 0.5, colour)


if __name__ == "__main__":
    main()

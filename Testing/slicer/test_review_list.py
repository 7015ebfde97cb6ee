"""The review list: small pictures, columns that sort, keys that go through it; the bar, and how a walk ended."""

import numpy as np
import slicer
from slicer_setting import SlicerCase, main, quiet
from test_panel import PanelCase

from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

YELLOW = (255, 214, 0)


class TestSlicePicture(SlicerCase):
    """What is on a small picture, and how it is turned."""

    def setUp(self):
        super().setUp()
        self.voxels = np.zeros((4, 24, 24), np.int16)

    def picture(self, mask, directions=((1, 0, 0), (0, 1, 0), (0, 0, 1)), axis=0, index=2, spacing=(1, 1, 1)):
        from AuxOLSegmentLib.Scene.SlicePicture import slicePicture

        volume = slicer.util.addVolumeFromArray(self.voxels, name="CT")
        volume.SetIJKToRASDirections([list(row) for row in directions])
        volume.SetSpacing(*spacing)
        volume.CreateDefaultDisplayNodes()
        volume.GetDisplayNode().SetAutoWindowLevel(0)
        volume.GetDisplayNode().SetWindowLevelMinMax(0, 100)
        return slicePicture(volume, SliceKey(volume.GetID(), axis, index), mask)

    def edges(self, picture):
        return (picture == YELLOW).all(axis=2)

    def test_the_outline_is_drawn_and_the_inside_left_as_it_is(self):
        mask = np.zeros((24, 24), bool)
        mask[8:16, 6:18] = True
        self.voxels[2][mask] = 50
        picture = self.picture(mask)
        rows, cols = np.nonzero(self.edges(picture))
        inside = picture[rows.min() + 2 : rows.max() - 1, cols.min() + 2 : cols.max() - 1]
        self.assertEqual(np.unique(inside).tolist(), [127])
        self.assertGreater(cols.max() - cols.min(), rows.max() - rows.min())

    def test_without_a_mask_the_whole_slice_is_there(self):
        self.voxels[2] = 100
        self.assertFalse(self.edges(self.picture(np.zeros((24, 24), bool))).any())
        self.assertEqual(self.picture(np.zeros((24, 24), bool)).min(), 255)

    def test_front_is_on_top_and_the_right_side_on_the_left_whichever_way_the_voxels_run(self):
        """In RAS the columns run to the right and the rows to the front; LPS is how files have them."""
        for sign in (1, -1):
            self.voxels[:] = 0
            # The mark is to the right and in front.
            rows = slice(16, 24) if sign > 0 else slice(0, 8)
            cols = slice(16, 24) if sign > 0 else slice(0, 8)
            self.voxels[2, rows, cols] = 100
            turned = self.picture(np.zeros((24, 24), bool), ((sign, 0, 0), (0, sign, 0), (0, 0, 1)))[..., 0]
            self.assertEqual((turned[3, 3], turned[3, -4], turned[-4, 3]), (255, 0, 0))

    def test_a_coronal_slice_stands_upright(self):
        self.voxels = np.zeros((24, 4, 24), np.int16)
        self.voxels[16:, :, :] = 100  # the head
        picture = self.picture(np.zeros((24, 24), bool), axis=1)[..., 0]
        self.assertEqual((picture[3, 18], picture[-4, 18]), (255, 0))

    def test_long_voxels_are_long_on_it(self):
        self.voxels = np.zeros((12, 4, 24), np.int16)
        mask = np.zeros((12, 24), bool)
        mask[4:8, 8:16] = True  # 4 rows of 4 mm beside 8 columns of 1 mm
        rows, cols = np.nonzero(self.edges(self.picture(mask, axis=1, spacing=(1, 1, 4))))
        self.assertGreater(rows.max() - rows.min(), 1.7 * (cols.max() - cols.min()))


class ListCase(PanelCase):
    def setUp(self):
        super().setUp()
        self.chooseAll()
        self.items = [self.fake.reviewItem(self.volume.GetID(), at, 0.9 - 0.1 * at) for at in (3, 1, 4, 2)]
        self.session.review = self.items
        self.tell("slices")
        self.table = self.ui.reviewTable

    def indices(self):
        return [int(self.table.item(row, 0).text().split()[-1]) for row in range(self.table.rowCount)]

    def press(self, column):
        self.table.horizontalHeader().sectionClicked.emit(column)
        quiet(0.02)


class TestTheList(ListCase):
    """Order and keys."""

    def test_a_heading_sorts_upward_then_downward_then_as_it_was(self):
        seen = []
        for _ in range(3):
            self.press(0)
            seen.append(self.indices())
        self.assertEqual(seen, [[1, 2, 3, 4], [4, 3, 2, 1], [3, 1, 4, 2]])
        self.press(2)
        self.assertEqual(self.indices(), [4, 3, 2, 1])

    def test_what_has_no_quality_stands_at_the_end_in_both_directions(self):
        self.session.review = [self.fake.reviewItem(self.volume.GetID(), 5, None), *self.items]
        self.tell("slices")
        for _ in range(2):
            self.press(2)
            self.assertEqual(self.indices()[-1], 5)

    def test_a_new_slice_takes_its_place_in_the_chosen_order(self):
        self.press(0)
        self.session.review = [*self.items, self.fake.reviewItem(self.volume.GetID(), 0, 0.1)]
        self.tell("slices")
        self.assertEqual(self.indices(), [0, 1, 2, 3, 4])

    def test_the_arrow_keys_go_through_it_and_the_views_follow(self):
        import qt

        self.window.show()
        self.addCleanup(self.window.hide)
        self.ui.stepTabs.setCurrentIndex(1)
        self.table.setCurrentCell(0, 0)
        before = len(self.session.ordered("goTo"))
        event = qt.QKeyEvent(qt.QEvent.KeyPress, qt.Qt.Key_Down, qt.Qt.NoModifier)
        qt.QApplication.sendEvent(self.table, event)
        self.assertEqual([key.index for (key,) in self.session.ordered("goTo")[before:]], [1])

    def test_rows_that_come_and_go_move_no_view(self):
        self.table.setCurrentCell(1, 0)
        before = len(self.session.ordered("goTo"))
        self.session.review = self.items[1:]
        self.tell("slices")
        self.session.review = []
        self.tell("slices")
        self.assertEqual(len(self.session.ordered("goTo")), before)

    def test_no_heading_is_cut(self):
        self.window.resize(440, 600)
        self.window.show()
        self.addCleanup(self.window.hide)
        self.ui.stepTabs.setCurrentIndex(1)
        quiet(0.05)
        header = self.table.horizontalHeader()
        for column in range(self.table.columnCount):
            text = self.table.horizontalHeaderItem(column).text()
            self.assertGreaterEqual(header.sectionSize(column), header.fontMetrics().horizontalAdvance(text) + 8, text)


class TestPictures(ListCase):
    """They come by themselves, one at a time, and only of what is to be seen."""

    def setUp(self):
        super().setUp()
        mask = np.zeros((20, 20), bool)
        mask[5:15, 5:15] = True
        self.session.outline = mask
        self.window.resize(480, 640)

    def icons(self):
        return [not self.table.item(row, 0).icon().isNull() for row in range(self.table.rowCount)]

    def see(self):
        self.window.show()
        self.addCleanup(self.window.hide)
        self.ui.stepTabs.setCurrentIndex(1)
        quiet(0.05)
        self.tell("slices")

    def test_none_is_made_while_the_list_is_hidden(self):
        quiet(0.3)
        self.assertFalse(any(self.icons()))
        self.see()
        quiet(0.5)
        self.assertTrue(all(self.icons()))

    def test_of_three_hundred_only_those_in_sight_are_made(self):
        items = [self.fake.reviewItem(self.volume.GetID(), at % 6, at / 300) for at in range(300)]
        self.session.review = items
        self.see()
        quiet(1.0)
        made = len(self.panel.review.list._pictures._kept)
        self.assertTrue(1 < made < 40, made)

    def test_one_that_cannot_be_made_leaves_the_row_as_it_is(self):
        gone = self.fake.reviewItem("vtkMRMLScalarVolumeNode99", 1, 0.5)
        self.session.review = [gone, *self.items]
        self.see()
        quiet(0.5)
        self.assertEqual(self.icons(), [False, True, True, True, True])


class TestTheEndOfAWalk(ListCase):
    """What a propagation did, and why it ended."""

    def told(self, why, found, looked, progress):
        from AuxOLSegmentLib.Session.WalkEnd import WalkEnd

        self.session.propagation, self.session.propagationEnd = progress, WalkEnd(why, found, looked)
        self.tell("propagation")
        return self.ui.propagationLabel.text

    def test_it_does_not_stand_at_a_count(self):
        done = self.told("done", 54, False, (False, 54, 64))
        self.assertEqual(done, "Proposed on 54 of 64 slices, until it was not seen any more.")
        self.assertTrue(self.ui.propagationBar.isHidden())
        self.assertIn("all 64", self.told("done", 64, False, (False, 64, 64)))
        self.assertIn("Nothing was proposed", self.told("done", 0, False, (False, 0, 64)))
        self.assertIn("Looked at 64 slices and found it on 9", self.told("done", 9, True, (False, 64, 64)))
        self.assertIn("Cancelled after 7 of 64", self.told("cancelled", 0, False, (False, 7, 64)))
        self.assertIn("status line says why", self.told("failed", 0, False, (False, 7, 64)))

    def test_while_it_runs_the_bar_counts(self):
        self.assertEqual(self.told("", 0, False, (True, 7, 64)), "")
        self.assertFalse(self.ui.propagationBar.isHidden())


class TestTheBar(SlicerCase):
    """Along the volume, before anything was looked for."""

    def test_it_says_what_is_settled_proposed_and_open(self):
        import qt

        from AuxOLSegmentLib.Panel.PresencePicture import LIGHT, curveText, drawPresence
        from AuxOLSegmentLib.Session.Presence import PresenceCurve, Standing

        standings = (Standing.UNSEEN, Standing.FOUND, Standing.SETTLED)
        curve = PresenceCurve("v", 0, (None,) * 3, standings, 1, looked=False)
        self.assertIn("Of 3 slices: 1 settled, 1 proposed, 1 open. On display, slice 1: proposed.", curveText(curve))
        palette = qt.QPalette(qt.QColor("#ffffff"))
        palette.setColor(qt.QPalette.Base, qt.QColor("#ffffff"))
        image = drawPresence(curve, 400, 66, qt.QFont(), palette).toImage()
        heights = [
            sum(image.pixelColor(x, y).name() == LIGHT[each].lower() for y in range(20, 66))
            for each, x in ((Standing.FOUND, 200), (Standing.SETTLED, 330))
        ]
        self.assertGreater(heights[1], 1.5 * heights[0])


if __name__ == "__main__":
    main()

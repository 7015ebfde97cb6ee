"""A task of 1,000 corrections in the panel: how many rows are written when one of them is new, moved or gone."""

import dataclasses
from types import SimpleNamespace
from unittest import mock

from slicer_setting import main, until
from test_panel import PanelCase

COUNT = 1000


class LongCase(PanelCase):
    """Rows are marked once all of them are there; whatever is written later bears no mark."""

    def setUp(self):
        super().setUp()
        self.chooseAll()

    def mark(self, table):
        import qt

        until(lambda: all(table.item(row, 0) is not None for row in range(table.rowCount)))
        for row in range(table.rowCount):
            table.item(row, 0).setData(qt.Qt.UserRole, "old")

    def touched(self, table):
        """The rows written since, once nothing more is to be written."""
        import qt

        until(lambda: all(table.item(row, 0) is not None for row in range(table.rowCount)))
        return [row for row in range(table.rowCount) if table.item(row, 0).data(qt.Qt.UserRole) != "old"]

    @staticmethod
    def column(table, column, *rows):
        return [table.item(row, column).text() for row in rows]


class TestLongHistory(LongCase):
    """Corrections and versions, the newest on top."""

    def setUp(self):
        super().setUp()
        self.session.corrections = [self.fake.correction(at, 0.8, 0.7, 0.85) for at in range(1, COUNT + 1)]
        self.session.versions = [self.fake.version(at, current=at == COUNT) for at in range(1, COUNT + 1)]
        self.tell("learning")
        self.corrections, self.versions = self.ui.correctionsTable, self.ui.versionsTable
        self.mark(self.corrections)
        self.mark(self.versions)

    def learnOneMore(self):
        number = len(self.session.corrections) + 1
        self.session.corrections = [*self.session.corrections, self.fake.correction(number, 0.8, 0.7, 0.85)]
        last = dataclasses.replace(self.session.versions[-1], current=False)
        self.session.versions = [*self.session.versions[:-1], last, self.fake.version(number, current=True)]
        self.tell("learning", "task")

    def test_the_whole_history_is_there(self):
        self.assertEqual((self.corrections.rowCount, self.versions.rowCount), (COUNT, COUNT))
        self.assertEqual(self.column(self.corrections, 0, 0, 500, 999), ["1000", "500", "1"])

    def test_one_more_is_written_and_the_others_move_along(self):
        self.learnOneMore()
        self.assertEqual(self.touched(self.corrections), [0])
        self.assertEqual(self.touched(self.versions), [0, 1])
        self.assertEqual(self.column(self.corrections, 0, 0, 1, 1000), ["1001", "1000", "1"])
        self.assertEqual(self.column(self.versions, 0, 0, 1, 2), ["\u25b6 1001", "1000", "999"])
        self.assertEqual([self.versions.item(row, 0).font().bold() for row in (0, 1)], [True, False])

    def test_a_step_of_learning_writes_nothing(self):
        drawn = self.ui.curveLabel.pixmap
        drawn = (drawn() if callable(drawn) else drawn).cacheKey()
        self.session.learning = SimpleNamespace(queued=1, phase="learning", done=2, total=3)
        self.tell("learning", "task")
        self.assertEqual(self.touched(self.corrections) + self.touched(self.versions), [])
        now = self.ui.curveLabel.pixmap
        self.assertEqual((now() if callable(now) else now).cacheKey(), drawn)

    def test_the_same_rows_read_anew_are_not_written(self):
        self.session.corrections = [dataclasses.replace(info) for info in self.session.corrections]
        self.tell("learning")
        self.assertEqual(self.touched(self.corrections), [])

    def test_a_forgotten_one_is_taken_out(self):
        del self.session.corrections[499]
        self.session.corrections = list(self.session.corrections)
        self.tell("learning")
        self.assertEqual((self.corrections.rowCount, self.touched(self.corrections)), (COUNT - 1, []))
        self.assertEqual(self.column(self.corrections, 0, 499, 500), ["501", "499"])

    def test_a_way_back_moves_the_mark_alone(self):
        rows = self.session.versions
        rows = [dataclasses.replace(info, current=info.version == 998) for info in rows]
        self.session.versions = rows
        self.tell("learning")
        self.assertEqual(self.touched(self.versions), [0, 1, 2])
        self.assertEqual(self.column(self.versions, 0, 0, 1, 2), ["1000", "999", "\u25b6 998"])

    def test_what_is_selected_is_forgotten_also_when_the_list_has_grown(self):
        self.corrections.selectRow(3)
        self.learnOneMore()
        self.assertEqual(self.corrections.currentRow(), 4)
        with mock.patch("AuxOLSegmentLib.Panel.LearningPanel.confirmed", return_value=True) as asked:
            self.ui.forgetButton.click()
        self.assertIn("997", asked.call_args[0][0])
        self.assertEqual(self.session.ordered("forget"), [("c997",)])

    def test_what_was_selected_and_is_gone_is_selected_no_longer(self):
        self.corrections.selectRow(3)
        self.session.corrections = [info for info in self.session.corrections if info.correction_id != "c997"]
        self.tell("learning")
        self.assertEqual((self.corrections.currentRow(), self.ui.forgetButton.enabled), (-1, False))

    def test_another_task_is_shown_from_its_first_row_to_its_last(self):
        self.session.corrections = [self.fake.correction(at, 0.8, 0.7, 0.85) for at in range(3001, 3101)]
        self.tell("task")
        self.assertEqual(self.column(self.corrections, 0, 0), ["3100"])
        until(lambda: self.column(self.corrections, 0, 99) == ["3001"])
        self.assertEqual(self.corrections.rowCount, 100)

    def test_a_row_that_is_clicked_says_what_it_is(self):
        self.session.corrections = [self.fake.correction(at, 0.8, 0.7, 0.85) for at in range(3001, 3101)]
        self.tell("task")
        self.corrections.selectRow(80)  # not written yet, so far
        self.assertEqual(self.column(self.corrections, 0, 80), ["3020"])
        with mock.patch("AuxOLSegmentLib.Panel.LearningPanel.confirmed", return_value=True):
            self.ui.forgetButton.click()
        self.assertEqual(self.session.ordered("forget"), [("c3020",)])

    def test_of_a_curve_that_grows_only_what_is_new_is_worked_out(self):
        from AuxOLSegmentLib.Panel.CurveData import Curve, GrowingCurve

        looked = []

        class Watched:
            def __init__(self, info):
                self.info, self.confirmation = info, info.confirmation

            @property
            def scores(self):
                looked.append(self.info.sequence)
                return self.info.scores

        rows = [Watched(dataclasses.replace(info, scores=info.scores[: at % 3])) for at, info in
                enumerate(self.session.corrections)]  # fmt: skip
        growing = GrowingCurve()
        self.assertTrue(growing.take(rows[:-1]))
        looked.clear()
        self.assertTrue(growing.take(rows))
        self.assertEqual(set(looked), {COUNT})
        self.assertEqual(growing.curve, Curve.of(rows))
        self.assertFalse(growing.take(list(rows)))
        self.assertTrue(growing.take(rows[:7] + rows[9:]))
        self.assertEqual(growing.curve, Curve.of(rows[:7] + rows[9:]))


class TestLongReview(LongCase):
    """The review list, the worst on top."""

    def setUp(self):
        super().setUp()
        volume = self.volume.GetID()
        self.session.review = [self.fake.reviewItem(volume, at, at / COUNT) for at in range(COUNT)]
        self.tell("slices")
        self.table = self.ui.reviewTable
        self.mark(self.table)

    def test_a_look_at_another_slice_writes_nothing(self):
        self.session.review = list(self.session.review())
        self.tell("slices", "task")
        self.assertEqual(self.touched(self.table), [])

    def test_what_is_decided_goes_and_the_others_stay(self):
        self.session.review = self.session.review()[:4] + self.session.review()[5:]
        self.tell("slices")
        self.assertEqual((self.table.rowCount, self.touched(self.table)), (COUNT - 1, []))
        self.table.cellClicked.emit(4, 0)
        self.assertEqual(self.session.ordered("goTo")[0][0].index, 5)

    def test_what_comes_is_written_where_it_belongs(self):
        item = self.fake.reviewItem(self.volume.GetID(), 5000, 0.0025)
        self.session.review = [*self.session.review()[:3], item, *self.session.review()[3:]]
        self.tell("slices")
        self.assertEqual(self.touched(self.table), [3])
        self.assertEqual(self.column(self.table, 0, 2, 3, 4), ["Axial 2", "Axial 5000", "Axial 3"])

    def test_a_volume_that_was_turned_has_other_names(self):
        directions = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
        self.volume.SetIJKToRASDirections(directions)
        self.tell("slices")
        until(lambda: len(self.touched(self.table)) == COUNT)
        self.assertEqual(self.column(self.table, 0, 0, 999), ["Sagittal 0", "Sagittal 999"])


if __name__ == "__main__":
    main()

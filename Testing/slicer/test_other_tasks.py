"""Tasks change while work is under way: what was asked of one is not taken for another's."""

import numpy as np
from session_case import SessionCase
from slicer_setting import main, quiet, until


class TestAnotherTask(SessionCase):
    def setUp(self):
        super().setUp()
        self.propose(6)
        self.session.accept()
        self.saved()
        self.other = f"{self.name} other"

    def choose(self, name):
        self.session.chooseTask(name)
        until(lambda: self.session.status is not None and self.session.status.name == name)

    def test_a_propagation_ends_with_its_task_and_takes_its_proposals_along(self):
        self.session.propagate(2, 10)
        until(lambda: self.session.proposals.all())
        self.choose(self.other)
        quiet(1.0)
        self.assertEqual(self.session.proposals.all(), [])
        self.assertFalse(self.session.propagation.running)

    def test_what_was_prompted_is_asked_of_the_new_one(self):
        self.propose(8)
        (before,) = self.session.proposals.on(self.key(8))
        self.choose(self.other)
        until(lambda: self.session.proposals.on(self.key(8)) not in ([], [before]))
        self.assertEqual(self.session.proposals.on(self.key(8))[0].version, 0)
        self.assertTrue(self.session.accept())
        self.saved(8)
        until(lambda: len(self.session.corrections) == 1)
        self.assertTrue(self.session.corrections[0].confirmation)

    def test_nothing_of_a_deleted_task_can_be_accepted(self):
        self.propose(8)
        self.session.deleteTask()
        quiet()
        self.assertEqual(self.session.proposals.all(), [])
        self.assertFalse(self.session.accept())

    def test_an_import_is_not_chosen_for_a_segment_that_was_chosen_meanwhile(self):
        from AuxOLSegmentLib.Scene.SegmentTag import tagOf

        path = self.folder / "liver.auxol"
        self.session.exportTask(path)
        until(path.exists)
        spleen = self.segmentation.GetSegmentation().AddEmptySegment("", f"Spleen {self.name}")
        self.session.importTask(path, self.other)
        self.session.setInputs(self.volume, self.segmentation, spleen)
        until(lambda: self.other in self.session.taskNames)
        quiet()
        self.assertEqual(tagOf(self.segmentation.GetSegmentation().GetSegment(spleen), "AuxOL.Task"), "")
        self.assertNotEqual(self.session.task, self.other)

    def test_a_task_is_not_exported_over_one_that_is_open(self):
        from session_case import SharedWorker

        from auxol_core.errors import InvalidInputError
        from AuxOLSegmentLib.Session.TaskFiles import writeTaskFile

        (path,) = SharedWorker.folder.glob(f"{self.name}.auxol")
        before = path.stat().st_ino
        with self.assertRaisesRegex(InvalidInputError, "has open"):
            writeTaskFile(path, b"another")
        self.assertEqual(path.stat().st_ino, before)

    def test_a_name_that_is_refused_leaves_the_task_that_was_open(self):
        from AuxOLSegmentLib.Scene.SegmentTag import tagOf

        self.session.chooseTask("liver w/o contrast")
        until(self.failed)
        until(lambda: self.session.task == self.name and self.session.status is not None)
        segment = self.segmentation.GetSegmentation().GetSegment(self.segmentID)
        self.assertEqual(tagOf(segment, "AuxOL.Task"), self.name)
        self.assertNotIn("liver w/o contrast", self.session.taskNames)

    def test_an_update_that_is_given_up_leaves_no_step_behind(self):
        from auxol_core.types import Event
        from AuxOLSegmentLib.Panel.LearningTexts import learningText

        text = lambda: learningText(self.session.status, self.session.learning)  # noqa: E731
        for act in (lambda: self.session.pause(True), self.session.reset):
            self.session.pause(False)
            until(lambda: not self.session.status.paused and self.session.learning.queued == 0)
            quiet()
            self.session.desk._follower._take(Event(10**6, self.name, "progress", {"steps": 1}))
            self.assertIn("step", text())
            act()
            until(lambda: "step" not in text(), 10)

    def test_an_undone_update_is_not_said_to_be_learned(self):
        from AuxOLSegmentLib.Panel.LearningTexts import learningText

        self.draw(np.roll(self.truth[7], 5, axis=1), 7)
        self.show(7)
        quiet()
        self.session.save()
        self.learned(1)
        until(lambda: self.session.learning.queued == 0)
        before = self.session.status.version
        self.session.undo()
        until(lambda: self.session.status.version < before)
        quiet(0.5)
        text = learningText(self.session.status, self.session.learning, self.session.corrections)
        self.assertIn("not in the version that is in use", text)


class TestPromptedMeanwhile(SessionCase):
    def test_propagation_puts_no_second_proposal_on_a_slice_that_is_marked(self):
        self.propose(6)
        self.session.accept()
        self.session.propagate(2, 10)
        until(lambda: self.session.propagation.running)
        self.show(9)
        self.session.promptBox(self.key(9), self.boxOn(9))
        until(lambda: not self.session.propagation.running)
        until(lambda: any(each.objectID for each in self.session.proposals.on(self.key(9))))
        quiet(0.5)
        self.assertEqual([bool(each.objectID) for each in self.session.proposals.on(self.key(9))], [True])

    def boxOn(self, index):
        from auxol_core.types import Box

        rows, cols = np.where(self.truth[index].any(1))[0], np.where(self.truth[index].any(0))[0]
        return Box(rows[0], cols[0], rows[-1] + 1, cols[-1] + 1)


class TestReview(SessionCase):
    def test_slices_of_another_volume_are_not_listed(self):
        import slicer
        from session_case import volume_with

        self.propose(6)
        self.session.accept()
        self.propose(8)
        self.assertEqual(len(self.session.review()), 2)
        other = volume_with(self.truth, name="venous")
        slicer.util.setSliceViewerLayers(background=other, fit=True)
        self.session.setInputs(other, self.segmentation, self.segmentID)
        self.assertEqual(self.session.review(), [])
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        self.assertEqual(len(self.session.review()), 2)

    def test_a_slice_that_no_view_shows_is_told(self):
        import slicer

        red = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
        red.SetMappedInLayout(0)
        self.addCleanup(red.SetMappedInLayout, 1)
        quiet()
        self.session.goTo(self.key(4))
        self.assertIn("Axial 4", self.session.message[0])
        self.session.goTo(self.key(20, axis=2))
        self.assertNotIn("Sagittal", self.session.message[0])

    def test_a_segment_that_was_drawn_axially_is_not_unseen_from_the_side(self):
        self.propose(6)
        self.session.accept()
        self.saved()
        self.session.views.use("Yellow")
        quiet()
        self.assertEqual(self.session.unreviewed(), [])

    def test_nothing_to_save_is_told(self):
        self.propose(6)
        self.session.accept()
        self.saved()
        self.assertEqual(self.session.saveAllReviewed(), 0)
        self.assertIn("no accepted or edited slice waits", self.session.message[0])


if __name__ == "__main__":
    main()

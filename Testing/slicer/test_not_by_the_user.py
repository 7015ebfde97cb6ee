"""What no person did is nobody's edit and nobody's lesson: another frame, a moved volume, an empty proposal, a slice
that cannot be read."""

import numpy as np
import slicer
from session_case import SessionCase, volume_with
from slicer_setting import main, quiet, until


class NotByTheUser(SessionCase):
    def count(self):
        """How many corrections the engine has."""
        return len(self.session.corrections)

    def accepted(self, index=6):
        self.propose(index)
        self.assertTrue(self.session.accept(), self.session.message)
        quiet()

    def state(self, index=6):
        return self.session.book.get(self.key(index)).state.value

    def otherFrame(self):
        values = slicer.util.arrayFromVolume(self.volume).copy()
        slicer.util.updateVolumeFromArray(self.volume, np.roll(values, 9, axis=2))
        quiet()


class TestAnotherFrame(NotByTheUser):
    def test_a_slice_that_was_accepted_on_the_one_before_is_not_saved_with_all_others(self):
        self.accepted(6)
        self.show(8)
        quiet()
        self.otherFrame()
        self.assertEqual(self.session.saveAllReviewed(), 0)
        self.assertIn("not looked at as they are now", self.session.message[0])
        self.show(6)  # a look alone is no review of it
        quiet()
        self.assertEqual(self.session.saveAllReviewed(), 0)
        self.assertEqual(self.state(), "accepted")
        self.assertTrue(self.session.save(), self.session.message)  # but the user may say so
        until(lambda: self.count() == 1)

    def test_what_was_drawn_there_since_is(self):
        self.accepted(6)
        self.otherFrame()
        self.draw(np.roll(self.truth[6], 9, axis=1))
        quiet()
        self.assertEqual(self.session.saveAllReviewed(), 1)
        until(lambda: self.count() == 1)

    def test_a_segmentation_with_frames_of_its_own_is_not_erased_by_the_next_one(self):
        browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
        sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode")
        for frame in ("0", "1"):
            sequence.SetDataNodeAtValue(self.segmentation, frame)
        browser.AddSynchronizedSequenceNode(sequence)
        browser.AddProxyNode(self.segmentation, sequence, False)
        browser.SetSaveChanges(sequence, True)
        logic = slicer.modules.sequences.logic()
        logic.UpdateAllProxyNodes()
        self.segmentID = self.segmentation.GetSegmentation().GetSegmentIDs()[0]
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        self.accepted(6)
        self.saved()
        until(lambda: self.count() == 1)
        browser.SetSelectedItemNumber(1)
        logic.UpdateAllProxyNodes()
        quiet()
        self.assertFalse(self.mask().any())
        self.show(7)
        quiet()
        self.show(6)
        quiet()
        self.assertEqual(self.state(), "saved")
        self.assertEqual(self.session.saveAllReviewed(), 0)
        heard = []
        self.session.listen(heard.append)
        self.draw(self.truth[6])  # of the segment that is there now
        until(lambda: self.state() == "edited")
        self.assertIn("slices", heard)


class TestMoved(NotByTheUser):
    def test_saved_slices_of_a_volume_that_is_moved_stay_saved(self):
        for index in (6, 7):
            self.accepted(index)
            self.saved(index)
        until(lambda: self.count() == 2)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        matrix = np.identity(4)
        matrix[0, 3] = 8.0
        transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
        self.volume.SetAndObserveTransformNodeID(transform.GetID())
        for index in (6, 7, 6):
            self.show(index)
            quiet()
        self.assertEqual([self.state(6), self.state(7)], ["saved", "saved"])
        self.assertEqual((self.session.saveAllReviewed(), self.session.unreviewed()), (0, []))
        self.assertEqual(self.count(), 2)


class TestAnotherVolumeDeformed(NotByTheUser):
    def test_slices_of_the_chosen_one_are_saved_all_the_same(self):
        from test_moved_volume import deformation

        self.accepted(6)
        before, other = self.volume, volume_with(self.truth, name="venous")
        slicer.util.setSliceViewerLayers(background=other, fit=True)
        self.session.setInputs(other, self.segmentation, self.segmentID)
        self.volume = other
        self.accepted(7)
        before.SetAndObserveTransformNodeID(deformation().GetID())
        self.assertEqual(self.session.saveAllReviewed(), 1)
        until(lambda: self.count() == 1)


class TestNothingLeft(NotByTheUser):
    def test_an_empty_proposal_is_not_accepted_and_teaches_nothing(self):
        from dataclasses import replace

        self.propose()
        (shown,) = self.session.proposals.on(self.key(6))
        self.session.proposals.put(replace(shown, mask=np.zeros_like(shown.mask)))
        for act in (self.session.accept, self.session.save, self.session.acceptAndNext):
            self.assertFalse(act())
            self.assertIn("Nothing Here", self.session.message[0].title())
        quiet(0.5)
        self.assertEqual(self.count(), 0)
        self.assertTrue(self.session.nothingHere(), self.session.message)

    def test_one_that_settled_slices_of_another_direction_cut_away_is_not_either(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.propose()
        (shown,) = self.session.proposals.on(self.key(6))
        for column in np.flatnonzero(shown.mask.any(0)):
            self.session.book.of(self.key(int(column), axis=2)).state = SliceState.SAVED
        self.assertFalse(self.session.accept())
        self.assertIn("Nothing of the proposal is left", self.session.message[0])


class TestUnreadable(SessionCase):
    """Slices 2 and 3 hold a value that is no number, as the corner of a registered volume does."""

    def setUp(self):
        super().setUp()
        values = slicer.util.arrayFromVolume(self.volume).astype(np.float32)
        values[2:4, 0, 0] = np.nan
        slicer.util.updateVolumeFromArray(self.volume, values)
        quiet()

    def test_it_stops_neither_the_other_slices_nor_the_choice_of_a_segment(self):
        for index in (2, 5, 3, 7):
            self.show(index)
            quiet(0.2)
            self.draw(self.truth[6], index)
            quiet(0.3)
        self.session.chooseTask(self.name)
        other = self.segmentation.GetSegmentation().AddEmptySegment("", "Spleen")
        self.session.saveAllReviewed()
        self.session.setInputs(self.volume, self.segmentation, other)
        self.assertEqual(self.session.segmentID, other)
        self.assertEqual(self.session.parts.desk._segment, (self.segmentation, other))
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        states = lambda: [self.session.book.get(self.key(at)).state.value for at in (2, 3, 5, 7)]  # noqa: E731
        until(lambda: states() == ["edited", "edited", "saved", "saved"])

    def test_it_is_named(self):
        for index in (5, 2):
            self.show(index)
            quiet(0.2)
            self.draw(self.truth[6], index)
            quiet(0.3)
        self.session.chooseTask(self.name)
        said = []
        self.session.listen(lambda kind: kind == "message" and said.append(self.session.message[0]))
        self.session.saveAllReviewed()
        until(lambda: any("Not saved: Axial 2" in text for text in said))

    def test_propagation_leaves_it_out_and_goes_on(self):
        self.propose()
        self.session.accept()
        self.saved()
        self.session.propagate(2, 9)
        until(lambda: self.session.propagation.running)
        until(lambda: not self.session.propagation.running)
        self.assertEqual(self.session.propagationEnd.why, "done")
        self.assertTrue(self.session.proposals.on(self.key(5)))
        self.assertTrue(self.session.proposals.on(self.key(7)))
        self.assertIn("2 slices cannot be read and were left out, Axial 2 first", self.session.message[0])


class TestNonLinear(SessionCase):
    def test_a_segmentation_under_a_deformation_says_what_to_do(self):
        from test_moved_volume import deformation

        self.propose()
        self.session.accept()
        self.saved()
        self.segmentation.SetAndObserveTransformNodeID(deformation().GetID())
        self.show(7)
        quiet()
        for why in (self.session.whyNot(), self.session.canSave()[1], self.session.canSayNothing()[1]):
            self.assertIn("non-linear transform", why)
        self.assertEqual((self.session.saveAllReviewed(), self.session.unreviewed()), (0, []))
        self.assertNotIn("unexpected", self.session.message[0])


if __name__ == "__main__":
    main()

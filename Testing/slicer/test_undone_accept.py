"""An accept that the Segment Editor's undo took back is not taught; redo brings it back."""

import unittest

import slicer
from session_case import SessionCase
from slicer_setting import main, quiet, until


class UndoCase(SessionCase):
    """With the editor's own history of states."""

    def setUp(self):
        super().setUp()
        self.logic = slicer.vtkSlicerSegmentEditorLogic()
        self.logic.SetMRMLScene(slicer.mrmlScene)
        self.logic.SetSegmentEditorNode(self.editor)
        self.logic.SetSegmentationNode(self.segmentation)
        self.logic.SetMaximumNumberOfUndoStates(10)
        self.session.setEditor(self.editor, self.logic.SaveStateForUndo)

    def accepted(self, index=6):
        """Propose and accept; the proposal's id."""
        self.propose(index)
        (shown,) = self.session.proposals.on(self.key(index))
        self.assertTrue(self.session.accept())
        return shown.proposalID

    def ids(self, index=6):
        return self.session.book.get(self.key(index)).proposals


class TestUndo(UndoCase):
    """One slice, taken back and done again."""

    def test_a_second_proposal_after_an_undo_is_taught_alone(self):
        self.accepted()
        self.logic.Undo()
        quiet()
        second = self.accepted()
        self.assertEqual(self.ids(), [second])
        self.saved()
        until(lambda: bool(self.session.corrections))
        (taught,) = self.session.corrections
        self.assertTrue(taught.confirmation)
        self.assertEqual([score.fused for score in taught.scores], [1.0])

    def test_nobody_has_to_wait_between_undo_and_the_next_accept(self):
        self.accepted()
        self.logic.Undo()
        self.assertEqual([self.accepted()], self.ids())

    def test_redo_brings_it_back(self):
        first = self.accepted()
        self.logic.Undo()
        quiet()
        self.assertEqual(self.ids(), [])
        self.assertFalse(self.session.canSave()[0])
        self.logic.Redo()
        quiet()
        self.assertEqual(self.ids(), [first])
        self.assertTrue(self.session.canSave()[0])

    def test_saving_right_after_an_undo_saves_nothing(self):
        self.accepted()
        self.logic.Undo()
        self.assertFalse(self.session.save())

    def test_an_accept_that_nobody_saw_is_undone_as_well(self):
        self.propose()
        self.show(5)
        self.session.acceptAbove(0.0)
        until(lambda: not self.session.proposals.all())
        self.logic.Undo()
        quiet()
        self.show(6)
        quiet()
        self.assertEqual((self.ids(), self.session.saveAllReviewed()), ([], 0))


class TestRecord(unittest.TestCase):
    """What a slice's record makes of the masks that come and go."""

    def record(self):
        from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
        from AuxOLSegmentLib.Session.SliceBook import SliceRecord

        return SliceRecord(SliceKey("volume", 0, 6))

    def test_only_what_is_in_the_mask_counts(self):
        record = self.record()
        record.accepted(["a"], before="nothing", after="a's", seen=True)
        record.edited("painted", empty=False)
        record.accepted(["b"], before="painted", after="both", seen=True)
        self.assertEqual(record.proposals, ["a", "b"])
        for mask, ids in (("painted", ["a"]), ("a's", ["a"]), ("nothing", []), ("both", ["a", "b"])):
            record.edited(mask, empty=mask == "nothing")
            self.assertEqual(record.proposals, ids, mask)

    def test_a_saved_proposal_does_not_come_back(self):
        record = self.record()
        record.accepted(["a"], before="nothing", after="a's", seen=True)
        record.saved()
        record.edited("painted", empty=False)
        record.edited("a's", empty=False)
        self.assertEqual(record.proposals, [])

    def test_only_the_last_masks_are_remembered(self):
        from AuxOLSegmentLib.Session.SliceBook import MASKS_REMEMBERED

        record = self.record()
        record.accepted(["a"], before="nothing", after="a's", seen=True)
        for number in range(MASKS_REMEMBERED):
            record.edited(f"stroke {number}", empty=False)
        self.assertEqual(record.proposals, ["a"])
        self.assertLessEqual(len(record.acceptedIn), MASKS_REMEMBERED)


if __name__ == "__main__":
    main()

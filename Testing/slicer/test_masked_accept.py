"""The Segment Editor's masking keeps a proposal out: nothing was accepted, and nothing is taught."""

import numpy as np
import slicer
from session_case import SessionCase
from slicer_setting import main, quiet


class TestMaskedAccept(SessionCase):
    def setUp(self):
        super().setUp()
        self.proposed = self.propose()
        self.other = self.segmentation.GetSegmentation().AddEmptySegment("", "Lung")

    def maskOut(self, inside=None):
        """Only inside the other segment may be edited, which holds ``inside``."""
        if inside is not None:
            whole = np.zeros(self.truth.shape, np.uint8)
            whole[6] = inside
            slicer.util.updateSegmentBinaryLabelmapFromArray(whole, self.segmentation, self.other, self.volume)
        self.editor.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedInsideSingleSegment)
        self.editor.SetMaskSegmentID(self.other)
        quiet()

    def asItWas(self):
        self.assertEqual(int(self.mask().sum()), 0)
        self.assertEqual(len(self.session.proposals.on(self.key(6))), 1)
        self.assertEqual(len(self.session.prompts.objects()), 1)
        self.assertEqual(self.session.book.get(self.key(6)).state.value, "proposed")
        self.assertEqual(self.undoStates, [])

    def test_where_all_of_it_is_kept_out_nothing_is_accepted_saved_or_taught(self):
        self.maskOut()
        for act in (self.session.accept, self.session.save, self.session.acceptAndNext):
            with self.subTest(act.__name__):
                self.assertFalse(act())
                self.assertIn("masking", self.session.message[0])
                self.asItWas()
        quiet(0.5)
        status = self.session.status
        self.assertEqual((status.corrections, status.confirmations, status.slices_without), (0, 0, 0))
        self.editor.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere)
        self.assertTrue(self.session.accept())
        self.assertEqual(int(self.mask().sum()), int(self.proposed.sum()))

    def test_of_many_they_are_left_and_counted(self):
        self.propose(7)
        half = np.zeros(self.truth.shape[1:], bool)
        half[:, :30] = True
        self.maskOut(half)
        self.assertEqual(self.session.acceptAbove(0.0), 2)
        quiet(0.5)
        self.assertEqual([shown.key.index for shown in self.session.proposals.all()], [7])
        self.assertIn("Accepted 1 slices", self.session.message[0])
        self.assertIn("masking", self.session.message[0])

    def test_where_a_part_is_kept_out_the_rest_is_accepted_and_the_user_is_told(self):
        half = np.zeros(self.truth.shape[1:], bool)
        half[:, :30] = True
        self.maskOut(half)
        self.assertTrue(self.session.accept())
        self.assertEqual(int(self.mask().sum()), int((self.proposed & half).sum()))
        self.assertEqual(self.session.message[1], "warning")
        self.assertIn(f"{int((self.proposed & ~half).sum())} pixels", self.session.message[0])

    def test_what_is_in_the_segment_already_is_not_kept_out(self):
        whole = np.zeros(self.truth.shape, np.uint8)
        whole[6] = self.proposed
        slicer.util.updateSegmentBinaryLabelmapFromArray(whole, self.segmentation, self.segmentID, self.volume)
        self.maskOut()
        self.assertTrue(self.session.accept())
        self.assertEqual(self.session.message[1], "info")


if __name__ == "__main__":
    main()

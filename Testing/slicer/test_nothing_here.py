"""One key says that the structure is not on a slice: it is saved as any other, and removes nothing of the user's."""

import slicer
from session_case import SessionCase
from slicer_setting import main, quiet, until

from AuxOLSegmentLib.Session.SliceBook import SliceState

EMPTY = 0  # a slice without the ball


class NothingCase(SessionCase):
    """With the editor's own history of states."""

    def setUp(self):
        super().setUp()
        self.logic = slicer.vtkSlicerSegmentEditorLogic()
        self.logic.SetMRMLScene(slicer.mrmlScene)
        self.logic.SetSegmentEditorNode(self.editor)
        self.logic.SetSegmentationNode(self.segmentation)
        self.logic.SetMaximumNumberOfUndoStates(10)
        self.steps, self.heard = 0, []
        self.session.setEditor(self.editor, self.keepState)
        self.session.listen(lambda kind: self.heard.append(self.session.message[0]))

    def keepState(self):
        self.steps += 1
        self.logic.SaveStateForUndo()

    def record(self, index=EMPTY):
        return self.session.book.get(self.key(index))

    def said(self, index=EMPTY):
        """Say it of the slice on display, and wait for the receipt."""
        self.assertTrue(self.session.nothingHere(), self.session.message)
        until(lambda: self.record(index).state is SliceState.SAVED or self.failed())
        self.assertFalse(self.failed(), self.session.message)

    def taught(self):
        """How many corrections the engine has."""
        until(lambda: self.session.status is not None and self.session.corrections)
        return len(self.session.corrections)

    def words(self):
        return {item.key.index: item.nothing for item in self.session.review()}


class TestOnAnEmptySlice(NothingCase):
    """Where the segment has nothing."""

    def test_it_is_saved_taught_and_in_the_list(self):
        self.session.chooseTask(self.name)
        self.show(EMPTY)
        self.said()
        self.assertEqual(self.taught(), 1)
        self.assertEqual(self.words(), {EMPTY: True})
        self.assertIn("Saved as a slice with nothing on it", self.heard)
        self.assertTrue(any(text.startswith("Saved on this machine") for text in self.heard))

    def test_the_table_of_the_session_says_so(self):
        self.session.chooseTask(self.name)
        self.show(EMPTY)
        self.said()
        self.session.writeCsv(self.folder / "session.csv")
        self.assertIn(f"0,{EMPTY},nothing here,", (self.folder / "session.csv").read_text(encoding="utf-8"))

    def test_twice_is_said_once(self):
        self.session.chooseTask(self.name)
        self.show(EMPTY)
        self.said()
        self.assertFalse(self.session.nothingHere())
        self.assertIn("saved already", self.session.message[0])

    def test_without_a_task_it_says_what_is_missing(self):
        self.show(EMPTY)
        self.assertFalse(self.session.nothingHere())
        self.assertIn("task", self.session.message[0])

    def test_it_is_protected_from_the_moment_it_is_said(self):
        self.propose(6)
        self.session.accept()
        self.saved(6)
        self.show(7)
        self.assertTrue(self.session.nothingHere())  # its receipt is still on its way
        self.session.propagate(5, 8)
        until(lambda: self.session.propagation.total and not self.session.propagation.running)
        self.assertEqual(self.session.proposals.on(self.key(7)), [])
        self.session.find(7, 7)
        self.assertEqual(self.session.message[1], "warning")

    def test_it_comes_back_with_the_scene(self):
        self.session.chooseTask(self.name)
        self.show(EMPTY)
        self.said()
        books = self.session.parts.books
        books.readJson(books.toJson())
        self.assertEqual(self.words(), {EMPTY: True})
        self.assertFalse(self.session.nothingHere())

    def test_what_is_drawn_there_later_is_an_edit_like_any_other(self):
        self.session.chooseTask(self.name)
        self.show(EMPTY)
        self.said()
        self.draw(self.truth[6], EMPTY)
        quiet()
        self.assertEqual((self.record().state, self.record().nothing), (SliceState.EDITED, False))
        self.assertTrue(self.session.canSave()[0])


class TestOnAProposal(NothingCase):
    """A find that is false is corrected by it."""

    def test_what_is_proposed_is_refused_and_not_a_lesson_without_it(self):
        self.propose(6)
        (shown,) = self.session.proposals.on(self.key(6))
        self.said(6)
        self.assertFalse(self.mask(6).any())
        self.assertEqual((self.session.proposals.all(), self.session.prompts.objects()), ([], []))
        self.assertEqual(self.taught(), 1)
        (correction,) = self.session.corrections
        self.assertEqual([score.fused for score in correction.scores], [0.0])  # it was scored as wrong
        self.assertFalse(correction.confirmation)
        self.assertIsNone(self.session.proposals.get(shown.proposalID))


    def test_it_is_refused_again_where_it_was_said_before(self):
        self.session.chooseTask(self.name)
        self.show(6)
        self.said(6)
        self.propose(6)
        self.assertTrue(self.session.nothingHere(), self.session.message)
        until(lambda: len(self.session.corrections) == 2)
        self.assertEqual([score.fused for score in self.session.corrections[1].scores], [0.0])


class TestOnASegment(NothingCase):
    """What is the user's stays; what was ours and not touched is taken back."""

    def setUp(self):
        super().setUp()
        self.session.chooseTask(self.name)

    def test_what_the_user_has_drawn_stays_and_it_says_what_to_do(self):
        self.draw(self.truth[6], 6)
        quiet()
        before = self.mask(6)
        self.assertFalse(self.session.nothingHere())
        self.assertEqual((self.mask(6) != before).sum(), 0)
        self.assertIn("Erase it here first", self.session.message[0])

    def test_an_accepted_proposal_is_taken_back_in_one_undo_step_and_refused(self):
        mask = self.propose(6)
        self.session.accept()
        self.said(6)
        self.assertFalse(self.mask(6).any())
        self.assertEqual(self.steps, 2)  # one for the acceptance, one for taking it back
        self.assertEqual(self.taught(), 1)
        self.assertEqual([score.fused for score in self.session.corrections[0].scores], [0.0])
        self.logic.Undo()
        quiet()
        self.assertEqual((self.mask(6) != mask).sum(), 0)
        self.assertEqual((self.record(6).state, self.record(6).nothing), (SliceState.EDITED, False))

    def test_one_that_was_edited_since_stays(self):
        self.propose(6)
        self.session.accept()
        self.draw(self.truth[6], 6)
        extra = self.mask(6)
        extra[:2, :2] = True
        self.draw(extra, 6)
        quiet()
        self.assertFalse(self.session.nothingHere())
        self.assertTrue(self.mask(6).any())

    def test_one_that_was_saved_stays(self):
        self.propose(6)
        self.session.accept()
        self.saved(6)
        self.assertFalse(self.session.nothingHere())
        self.assertTrue(self.mask(6).any())

    def test_one_beside_the_users_own_strokes_stays(self):
        stroke = self.truth[6] & False
        stroke[:3, :3] = True
        self.draw(stroke, 6)
        quiet()
        self.propose(6)
        self.session.accept()
        self.assertFalse(self.session.nothingHere())
        self.assertTrue((self.mask(6) & stroke).any())

    def test_where_masking_keeps_it_nothing_is_removed(self):
        mask = self.propose(6)
        self.session.accept()
        self.editor.SetAndObserveSourceVolumeNode(self.volume)
        self.editor.SourceVolumeIntensityMaskOn()
        self.editor.SetSourceVolumeIntensityMaskRange(5000, 6000)
        self.assertFalse(self.session.nothingHere())
        self.assertIn("masking", self.session.message[0])
        self.assertEqual((self.mask(6) != mask).sum(), 0)
        self.assertEqual(self.record(6).state, SliceState.ACCEPTED)


if __name__ == "__main__":
    main()

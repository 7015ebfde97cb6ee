"""Which slice comes next, what is proposed by itself, and what continues a segment: a session without the panel."""

import numpy as np
from session_case import SessionCase, dice
from slicer_setting import main, quiet, until

from AuxOLSegmentLib.Session.Proposals import Shown
from AuxOLSegmentLib.Session.SliceBook import SliceState
from AuxOLSegmentLib.Session.VolumeWalk import Progress


class NextCase(SessionCase):
    """``proposed(index, quality)`` shows a proposal as if it had come from the engine."""

    def setUp(self):
        super().setUp()
        self.settings.set("proposeAhead", False)

    def proposed(self, index, quality=0.9, axis=0, objectID=""):
        mask = self.truth[index] if axis == 0 else np.ones((12, 64), bool)
        shown = Shown(f"p{axis}{index}", self.key(index, axis), objectID, mask, quality, 0, 1.0)
        self.session.parts.offers.show(shown)

    def index(self):
        return self.session.displayKey().index

    def state(self, index):
        record = self.session.book.get(self.key(index))
        return None if record is None else record.state

    def ended(self):
        """The propagation that was begun."""
        until(lambda: (self.session.propagation.total and not self.session.propagation.running) or self.failed())
        self.assertFalse(self.failed(), self.session.message)

    def slicesProposed(self):
        return sorted(key.index for key in self.session.proposals.slices())


class TestOnward(NextCase):
    """Accept, save, next."""

    def test_what_is_proposed_is_accepted_and_saved_and_the_next_slice_is_shown(self):
        self.session.desk.choose(self.name)
        self.proposed(6)
        self.assertTrue(self.session.acceptAndNext())
        np.testing.assert_array_equal(self.mask(6), self.truth[6])
        self.assertEqual(len(self.undoStates), 1)
        self.assertEqual(self.index(), 7)
        until(lambda: self.state(6) is SliceState.SAVED)

    def test_nothing_is_accepted_where_it_cannot_be_saved(self):
        self.proposed(6)
        self.assertFalse(self.session.acceptAndNext())
        self.assertIn("task", self.session.message[0])
        self.assertEqual((self.mask(6).any(), self.index()), (False, 6))
        self.session.desk.choose(self.name)
        self.session.dismiss()
        self.assertFalse(self.session.acceptAndNext())
        self.assertIn("no proposal", self.session.message[0])
        self.assertFalse(self.session.saveAndNext())
        self.assertEqual(self.index(), 6)

    def test_saved_slices_are_passed_over_towards_the_end(self):
        self.session.desk.choose(self.name)
        for index in (7, 8):
            self.session.book.of(self.key(index)).saved()
        self.proposed(6)
        self.session.acceptAndNext()
        self.assertEqual(self.index(), 9)

    def test_a_saved_slice_is_only_left(self):
        self.session.desk.choose(self.name)
        self.draw(self.truth[6])
        self.saved(6)
        self.assertTrue(self.session.canGoOn())
        self.assertTrue(self.session.saveAndNext())
        self.assertEqual((self.index(), self.session.book.of(self.key(6)).state), (7, SliceState.SAVED))

    def test_at_the_end_it_is_said(self):
        self.session.desk.choose(self.name)
        self.show(11)
        self.session.book.of(self.key(11)).saved()
        self.session.saveAndNext()
        self.assertEqual(self.index(), 11)
        self.assertIn("last open slice", self.session.message[0])

    def test_by_quality_the_worst_of_the_same_direction_comes_next(self):
        self.session.desk.choose(self.name)
        self.settings.set("nextBy", "quality")
        for index, quality in ((6, 0.95), (3, 0.8), (9, 0.5), (8, 0.7)):
            self.proposed(index, quality)
        self.proposed(30, 0.1, axis=1)  # the mouse is not in that view
        seen = []
        for _ in range(4):
            seen.append(self.index())
            self.session.acceptAndNext()
        self.assertEqual(seen, [6, 9, 8, 3])
        self.assertEqual(self.index(), 4)  # none is open: on towards the end

    def test_the_choice_is_remembered(self):
        from AuxOLSegmentLib.Machine.Settings import Settings

        self.settings.set("nextBy", "quality")
        self.assertEqual(Settings().nextBy, "quality")


class TestAhead(NextCase):
    """While the user looks."""

    def setUp(self):
        super().setUp()
        self.settings.set("proposeAhead", True)
        self.propose(6)

    def test_the_next_slices_are_proposed_and_settled_ones_left_alone(self):
        mine = self.truth[8]
        self.draw(mine, 8)
        self.session.desk.choose(self.name)
        self.session.acceptAndNext()
        self.ended()
        found = self.slicesProposed()
        self.assertIn(7, found)
        self.assertFalse({5, 6, 8} & set(found))
        np.testing.assert_array_equal(self.mask(8), mine)

    def test_a_prompt_ends_it(self):
        self.session.acceptAndNext()
        until(lambda: self.session.propagation.running)
        self.dragBox(7)
        self.assertFalse(self.session.propagation.running)

    def test_what_a_person_has_asked_for_goes_on(self):
        walk = self.session.parts.volumes._walk
        walk.progress, walk.byItself = Progress(True, 1, 9), False
        self.session.acceptAndNext()
        quiet()
        self.assertEqual(walk.progress, Progress(True, 1, 9))
        walk.progress = Progress()

    def test_it_can_be_switched_off(self):
        self.settings.set("proposeAhead", False)
        self.session.acceptAndNext()
        until(lambda: self.state(6) is SliceState.SAVED)
        quiet()
        self.assertEqual(self.slicesProposed(), [])


class TestSeeds(NextCase):
    """A segment that is there already, as it is loaded: nobody of us knows its slices."""

    def setUp(self):
        super().setUp()
        self.session.desk.choose(self.name)

    def fill(self, *indices):
        for index in indices:
            self.draw(self.truth[index], index)

    def test_it_is_continued_and_nothing_is_taught(self):
        self.fill(5, 6, 7)
        self.assertEqual(self.session.useAsSeeds(), 0)
        self.ended()
        found = self.slicesProposed()
        self.assertTrue({4, 8} <= set(found), found)
        self.assertFalse({5, 6, 7} & set(found))
        self.assertGreater(dice(self.session.proposals.on(self.key(8))[0].mask, self.truth[8]), 0.8)
        until(lambda: self.session.status is not None)
        self.assertEqual((self.session.status.corrections, self.session.status.queued), (0, 0))
        self.assertEqual(self.session.sliceCounts()[SliceState.EDITED], 0)

    def test_its_slices_are_lessons_where_the_user_says_so(self):
        self.fill(5, 6, 7)
        self.assertEqual(self.session.useAsSeeds(teach=True), 3)
        until(lambda: all(self.state(index) is SliceState.SAVED for index in (5, 6, 7)))
        self.ended()
        until(lambda: len(self.session.corrections) == 3)
        self.assertEqual(self.session.useAsSeeds(teach=True), 0)  # not twice

    def test_of_many_slices_a_dozen_spread_over_them_is_taught(self):
        from AuxOLSegmentLib.Session.Seeds import spread

        self.assertEqual(spread(list(range(100)), 12), [0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 99])
        self.assertEqual(spread([3, 4], 12), [3, 4])

    def test_an_empty_segment_says_what_to_do(self):
        self.session.useAsSeeds()
        self.assertIn("empty", self.session.message[0])

    def test_gaps_between_filled_slices_are_filled_and_nothing_beyond(self):
        self.fill(3, 6, 7, 9)
        self.session.fillBetween()
        self.ended()
        self.assertEqual(self.slicesProposed(), [4, 5, 8])
        for index in (4, 5, 8):
            self.assertFalse(self.mask(index).any())  # proposed, not written
            self.assertGreater(dice(self.session.proposals.on(self.key(index))[0].mask, self.truth[index]), 0.8)

    def test_without_a_gap_it_says_so(self):
        self.fill(6, 7)
        self.session.fillBetween()
        self.assertIn("no gap", self.session.message[0])


if __name__ == "__main__":
    main()

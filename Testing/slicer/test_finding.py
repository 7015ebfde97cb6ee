"""Finding on a slice, a range or the volume, with a stand-in for the engine's finder; and what goes on by itself."""

from finder_stand_in import ABSENT, FALSE, SURE, FinderStandIn, box_at
from session_case import SHAPE, SessionCase
from slicer_setting import main, quiet, until

from AuxOLSegmentLib.Session.Presence import Standing

MISTAKEN = 0  # a slice without the ball on which something is found


class FindingCase(SessionCase):
    """One slice is saved; what finds knows the ball, and is wrong on one slice."""

    def setUp(self):
        super().setUp()
        self.propose(6)
        self.session.accept()
        self.saved(6)
        until(lambda: self.session.corrections)
        self.finder = FinderStandIn(self.volume, self.truth, {MISTAKEN: box_at(10, 10, 12)})
        self.addCleanup(self.finder.patch().close)
        self.there = [index for index in range(SHAPE[0]) if self.truth[index].any()]

    def find(self, *where):
        self.session.find(*where)
        self.ended()

    def ended(self):
        until(lambda: self.session.propagation.total and not self.session.propagation.running)

    def proposedOn(self):
        return sorted(key.index for key in self.session.proposals.slices())


class TestWhere(FindingCase):
    """Which slices are looked at."""

    def test_the_whole_volume_without_the_slices_that_a_person_has_settled(self):
        self.draw(self.truth[8], 8)
        self.show(11)
        self.assertTrue(self.session.nothingHere(), self.session.message)
        self.find()
        self.assertEqual(self.finder.asked, [[index for index in range(SHAPE[0]) if index not in (6, 8, 11)]])
        self.assertEqual(self.proposedOn(), sorted({MISTAKEN, *self.there} - {6, 8}))

    def test_a_range_and_a_slice(self):
        self.find(3, 5)
        self.find(4, 4)
        self.assertEqual(self.finder.asked, [[3, 4, 5], [4]])

    def test_worst_first_and_found(self):
        self.find()
        items = [item for item in self.session.review() if item.confidence is not None]
        self.assertEqual(items[0].key.index, MISTAKEN)  # less sure than any other
        self.assertEqual([item.worth for item in items], sorted(item.worth for item in items))

    def test_a_slice_on_which_it_is_not_shows_nothing_and_the_summary_counts(self):
        self.find()
        found = len({MISTAKEN, *self.there} - {6})
        without = SHAPE[0] - 1 - found
        told = f"Found on {found} slices, look at them under Review; {without} are without it"
        self.assertEqual(self.session.message, (told, "info"))

    def test_of_slices_that_cannot_be_told_it_says_so(self):
        self.finder.presence = lambda index: None
        self.find(0, 2)
        found = len({0, *self.there} & {0, 1, 2})
        self.assertIn(f"of {3 - found} it cannot be told", self.session.message[0])
        self.assertEqual(set(self.session.presence().values), {None})

    def test_a_slice_that_is_settled_meanwhile_is_left_alone(self):
        self.show(7)
        self.session.find()
        until(lambda: self.session.propagation.running)
        self.assertTrue(self.session.nothingHere(), self.session.message)
        self.ended()
        self.assertNotIn(7, self.proposedOn())


class TestTheCurve(FindingCase):
    """What the panel's picture is made of."""

    def test_before_a_find_it_says_how_the_slices_stand(self):
        curve = self.session.presence()
        self.assertFalse(curve.looked)
        self.assertEqual(set(curve.values), {None})
        self.assertEqual([at for at, each in enumerate(curve.standings) if each is Standing.SETTLED], [6])

    def test_every_slice_has_its_presence_and_how_it_stands(self):
        self.show(7)
        self.find()
        curve = self.session.presence()
        self.assertEqual((curve.values[7], curve.values[MISTAKEN], curve.values[11]), (SURE, FALSE, ABSENT))
        expected = {6: Standing.SETTLED, 7: Standing.FOUND, MISTAKEN: Standing.FOUND, 11: Standing.WITHOUT}
        self.assertEqual({index: curve.standings[index] for index in expected}, expected)
        self.assertEqual((curve.here, len(curve.values), curve.key(3)), (7, SHAPE[0], self.key(3)))

    def test_what_a_person_does_is_on_it_at_once(self):
        self.show(MISTAKEN)
        self.find()
        self.session.nothingHere()
        self.assertIs(self.session.presence().standings[MISTAKEN], Standing.SETTLED)
        self.assertEqual(self.session.presence().values[MISTAKEN], FALSE)

    def test_a_find_of_a_range_leaves_the_others_unseen(self):
        self.find(3, 4)
        self.assertIs(self.session.presence().standings[9], Standing.UNSEEN)

    def test_a_slice_of_which_only_the_engine_knows_that_a_person_was_there_is_settled(self):
        self.finder.settled = {4}
        self.find(3, 5)
        self.assertIs(self.session.presence().standings[4], Standing.SETTLED)
        self.finder.settled = {3, 4, 5}
        self.find(3, 5)
        self.assertIn("filled, saved or prompted already", self.session.message[0])

    def test_another_task_has_none(self):
        self.find(3, 4)
        self.session.chooseTask("another")
        self.assertFalse(self.session.presence().looked)


class TestNextByItself(FindingCase):
    """After an accepted or saved slice, where the user wants that."""

    def setUp(self):
        super().setUp()
        self.settings.set("findNext", True)

    def test_it_is_off_by_default(self):
        self.settings.reset()
        self.assertFalse(self.settings.findNext)

    def test_after_a_save_the_next_three_each_way_that_nobody_settled(self):
        self.draw(self.truth[5], 5)
        self.show(4)
        quiet()
        self.draw(self.truth[4], 4)
        quiet()
        self.saved(4)
        self.ended()
        self.assertEqual(self.finder.asked, [[1, 2, 3, 7, 8, 9]])
        self.assertFalse(set(self.proposedOn()) & {4, 5, 6})

    def test_it_says_nothing_of_it(self):
        self.show(11)
        self.session.nothingHere()
        until(lambda: self.finder.asked)
        self.ended()
        self.assertNotIn("Found", self.session.message[0])

    def test_after_an_accept_what_is_proposed_already_stays(self):
        self.find(3, 9)
        kept = {shown.proposalID for shown in self.session.proposals.on(self.key(8))}
        self.show(7)
        self.session.accept()
        until(lambda: len(self.finder.asked) == 2 or not self.session.propagation.running)
        self.ended()
        self.assertEqual({shown.proposalID for shown in self.session.proposals.on(self.key(8))}, kept)

    def test_a_prompt_ends_it(self):
        self.show(11)
        self.session.nothingHere()
        until(lambda: self.session.propagation.running)
        self.show(8)
        self.dragBox(8)
        self.assertFalse(self.session.propagation.running)
        until(lambda: any(shown.objectID for shown in self.session.proposals.on(self.key(8))))

    def test_a_find_that_was_asked_for_is_not_ended_by_a_prompt_nor_by_an_accept(self):
        self.show(8)
        self.session.find()
        until(lambda: self.session.proposals.on(self.key(MISTAKEN)))
        self.dragBox(8)
        self.assertTrue(self.session.propagation.running)
        self.show(MISTAKEN)
        self.session.accept()
        self.ended()
        self.assertEqual(len(self.finder.asked), 1)


if __name__ == "__main__":
    main()

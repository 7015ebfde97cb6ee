"""Slice after slice with one hand, through the panel: how many actions a slice takes, and which one comes next."""

import numpy as np
from slicer_setting import main, quiet, resultOf
from walk_case import WalkCase, dice

MIDDLE = 17
MOST_ACTIONS = 3  # on a slice that needs no repair; docs/user-guide.md tells it


class OnwardCase(WalkCase):
    """Counts what the user's hand does: keys and what the mouse draws. Waiting and looking are none."""

    def setUp(self):
        super().setUp()
        self.actions = 0
        self.settings.set("threads", 1)
        self.settings.set("thinking", "off")  # else a proposal may be another one at any moment

    def upToDate(self, index):
        """What is proposed on that slice is what the engine proposes now, and nothing is left to learn.

        Who accepts a proposal in the moment in which it is renewed saves a correction of the new one.
        """

        async def same():
            link, (shown,) = await self.session.desk.link(), self.proposed(index)
            queued = (await link.status()).queued
            return queued == 0 and np.array_equal((await link.proposal(shown.proposalID)).mask, shown.mask)

        return resultOf(same())

    def hit(self, letter):
        self.actions += 1
        self.key(letter)

    def draw(self, index):
        self.actions += 1
        self.dragBox(index)

    def counted(self):
        actions, self.actions = self.actions, 0
        return actions

    def shownIndex(self):
        return self.session.displayKey().index

    def savedAll(self, indices):
        self.wait(lambda: all(self.state(index) == "saved" for index in indices))


class TestHowManyActions(OnwardCase):
    """The row of the user guide."""

    def test_a_slice_without_repair_takes_three_actions_with_a_box_and_one_with_a_proposal(self):
        self.chooseAll()
        self.show(MIDDLE)
        quiet()
        self.hit("X")
        self.draw(MIDDLE)
        self.wait(lambda: self.proposed(MIDDLE))
        proposed = self.proposed(MIDDLE)[0].mask
        self.hit("Shift+A")
        counts = [self.counted()]
        self.assertEqual(self.shownIndex(), MIDDLE + 1)
        self.savedAll([MIDDLE])
        np.testing.assert_array_equal(self.mask(MIDDLE), proposed)
        for index in (MIDDLE + 1, MIDDLE + 2):  # proposed while the user looked
            self.wait(lambda index=index: self.proposed(index) and not self.mask(index).any())
            self.wait(lambda index=index: self.upToDate(index))
            self.assertEqual(self.shownIndex(), index)
            self.hit("Shift+A")
            counts.append(self.counted())
        self.savedAll([MIDDLE + 1, MIDDLE + 2])
        self.assertEqual(counts, [3, 1, 1])
        self.assertLessEqual(max(counts), MOST_ACTIONS)
        self.wait(lambda: len(self.session.corrections) == 3)
        self.assertEqual([each.confirmation for each in self.session.corrections], [True, True, True])

    def test_a_slice_that_was_repaired_is_saved_as_it_is(self):
        self.chooseAll()
        self.show(MIDDLE)
        self.key("X")
        self.dragBox(MIDDLE)
        self.wait(lambda: self.proposed(MIDDLE))
        self.key("A")
        self.edit(MIDDLE, self.truth[MIDDLE])
        self.hit("Shift+S")
        self.assertEqual(self.shownIndex(), MIDDLE + 1)
        self.savedAll([MIDDLE])
        self.assertEqual(dice(self.mask(MIDDLE), self.truth[MIDDLE]), 1.0)
        self.wait(lambda: self.session.corrections)
        self.assertFalse(self.session.corrections[0].confirmation)


if __name__ == "__main__":
    main()

"""The generalist alone, the specialist alone, both; what a refresh has changed; points that are moved and removed."""

from unittest import mock

import numpy as np
import slicer
from session_case import SessionCase
from slicer_setting import hand, main, quiet, until

from auxol_core.types import Event, MaskPatch


class ProposedCase(SessionCase):
    """A proposal of a real engine on slice 6."""

    def setUp(self):
        super().setUp()
        self.propose(6)

    def shown(self):
        return self.session.proposals.on(self.key(6))[0]

    def cycled(self, shownAs):
        self.session.compare()
        until(lambda: self.shown().shownAs == shownAs or self.failed())
        self.assertFalse(self.failed(), self.session.message)

    def props(self, view="Red"):
        renderers = slicer.app.layoutManager().sliceWidget(view).sliceView().renderWindow().GetRenderers()
        return renderers.GetFirstRenderer().GetViewProps().GetNumberOfItems()


class TestComparing(ProposedCase):
    """One key goes round."""

    def test_what_is_shown_is_each_models_own_and_is_told_by_name(self):
        fused = self.shown().mask
        self.cycled("generalist")
        self.assertIn("generalist alone", self.session.message[0])
        self.assertEqual(self.session.shownName(), self.session.message[0])
        np.testing.assert_array_equal(self.session.layer.mask(self.key(6)), self.shown().alone)
        self.cycled("specialist")
        self.assertIn("specialist alone", self.session.message[0])
        self.cycled("fused")
        np.testing.assert_array_equal(self.session.layer.mask(self.key(6)), fused)
        np.testing.assert_array_equal(self.shown().visible, fused)

    def test_what_is_accepted_is_what_is_shown_and_the_list_says_so(self):
        from auxol_core.parts import Parts

        alone = np.zeros((64, 64), bool)
        alone[30:40, 25:33] = True
        shown = self.shown()
        parts = Parts(shown.proposalID, shown.version, shown.mask, shown.mask, alone)
        self.session.proposals.showAs(shown.proposalID, parts, "specialist")
        self.assertEqual(self.session.review()[0].shownAs, "specialist")
        self.assertTrue(self.session.accept())
        np.testing.assert_array_equal(self.mask(6), alone)
        item = self.session.review()[0]
        self.assertEqual((item.state.value, item.shownAs), ("accepted", "specialist"))
        self.saved(6)
        until(lambda: self.session.corrections)
        self.assertFalse(self.session.corrections[0].confirmation)  # the fusion was proposed

    def test_a_specialist_that_was_not_asked_is_passed_over(self):
        from auxol_core.parts import Parts
        from AuxOLSegmentLib.Engine.TaskLink import TaskLink

        shown = self.shown()
        self.cycled("generalist")

        async def parts(proposalID, image=None):
            return Parts(proposalID, shown.version, shown.mask, shown.mask)

        with mock.patch.object(TaskLink, "parts", lambda _self, *asked: parts(*asked)):
            self.session.compare()
            until(lambda: self.shown().shownAs == "fused")
        self.assertIn("nothing of its own", self.session.message[0])

    def test_a_proposal_that_the_engine_lost_says_what_to_do(self):
        from AuxOLSegmentLib.Session.Proposals import Shown

        self.session.proposals.take(self.key(6))
        self.session.proposals.put(Shown("gone", self.key(6), "", self.truth[6], 0.9, 0, 1.0))
        self.session.compare()
        until(lambda: "no more" in self.session.message[0])

    def test_without_a_proposal_it_says_so(self):
        self.session.dismiss()
        self.session.compare()
        self.assertIn("no proposal", self.session.message[0])
        self.assertEqual(self.session.shownName(), "")


class TestWhatChanged(ProposedCase):
    """A refresh, as the engine tells of it."""

    def refresh(self, mask):
        shown = self.shown()
        patch = MaskPatch.between(shown.mask, mask)
        data = {"proposals": [shown.proposalID], "patches": [patch], "qualities": [0.9], "version": 1, "share": 0.5}
        self.session.parts.prompting.refreshed(Event(1, self.name, "refreshed", data))

    def test_the_outline_of_what_was_before_is_shown_for_a_second(self):
        before = self.props()
        self.refresh(self.truth[5])
        self.assertEqual(self.session.parts.outline.views, {"Red"})
        self.assertEqual(self.props(), before + 1)
        until(lambda: not self.session.parts.outline.views, 3)
        self.assertEqual(self.props(), before)

    def test_it_goes_where_the_view_shows_another_slice(self):
        before = self.props()
        self.refresh(self.truth[5])
        self.show(7)
        self.assertEqual(self.props(), before)

    def test_nothing_is_shown_where_nothing_changed_or_nobody_looks(self):
        self.refresh(self.shown().mask)
        self.assertEqual(self.session.parts.outline.views, set())
        self.show(8)
        self.refresh(self.truth[5])
        self.assertEqual(self.session.parts.outline.views, set())
        self.show(6)
        self.session.layer.setVisible(False)
        self.refresh(self.truth[6])
        self.assertEqual(self.session.parts.outline.views, set())

    def test_a_refresh_shows_the_fusion_again(self):
        self.cycled("generalist")
        self.refresh(self.truth[5])
        self.assertEqual(self.shown().shownAs, "fused")
        np.testing.assert_array_equal(self.session.layer.mask(self.key(6)), self.truth[5])

    def test_the_border_of_a_pixel_is_four_pieces(self):
        from AuxOLSegmentLib.Scene.ChangeOutline import edges

        mask = np.zeros((5, 6), bool)
        mask[2, 3] = True
        ends = {tuple(map(tuple, piece)) for piece in edges(mask)}
        corners = {(1.5, 2.5), (1.5, 3.5), (2.5, 2.5), (2.5, 3.5)}
        self.assertEqual((len(ends), {place for piece in ends for place in piece}), (4, corners))


class TestPointsAreRefined(ProposedCase):
    """Moved and removed where they are."""

    def answered(self, former):
        until(lambda: self.shown().proposalID != former.proposalID or self.failed())
        self.assertFalse(self.failed(), self.session.message)
        return self.shown()

    def test_a_moved_point_is_asked_with_again_and_a_removed_one_undone(self):
        boxed = self.shown()
        self.session.prompts.start("positive")
        hand().click(self.at(6, 34, 30))
        clicked = self.answered(boxed)
        hand().drag(self.at(6, 34, 30), self.at(6, 40, 36))
        moved = self.answered(clicked)
        points = self.session.prompts.prompt(moved.objectID).points
        self.assertEqual([(round(p.row), round(p.col)) for p in points], [(40, 36)])
        mouse = hand()
        mouse.move(self.at(6, 40, 36))
        mouse.key("Delete")
        back = self.answered(moved)
        self.assertEqual(self.session.prompts.prompt(back.objectID).points, ())
        np.testing.assert_array_equal(back.mask, boxed.mask)
        quiet()


if __name__ == "__main__":
    main()

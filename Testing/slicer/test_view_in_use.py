"""Which slice keys and buttons act on: that of the view under the mouse or last touched, else one with a proposal."""

import numpy as np
import slicer
from session_case import SessionCase
from slicer_setting import hand, main


class ViewCase(SessionCase):
    """The mouse was in no view yet, as after a reload. No engine is needed."""

    own, view = True, None

    def proposeOn(self, index, axis=0):
        """Show a proposal as if it had come from the engine; its mask."""
        from AuxOLSegmentLib.Scene.VolumeReader import sliceShape
        from AuxOLSegmentLib.Session.Proposals import Shown

        mask = np.zeros(sliceShape(self.volume, axis), bool)
        mask[3:7, 4:9] = True
        self.session.proposals.put(Shown(f"p{axis}{index}", self.key(index, axis), "", mask, 0.9, 1, 1.0))
        return mask

    def hide(self, *names):
        """As a layout without these views does."""
        for name in names:
            node = slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode()
            self.addCleanup(node.SetMappedInLayout, 1)
            node.SetMappedInLayout(0)

    def message(self):
        return self.session.message[0]


class TestBeforeTheMouse(ViewCase):
    """After a reload: whichever view Slicer names first."""

    def test_the_view_that_shows_a_proposal_is_in_use(self):
        for view, axis in (("Red", 0), ("Green", 1), ("Yellow", 2)):
            with self.subTest(view):
                self.session.proposals.clear()
                self.show(6, axis)
                self.proposeOn(6, axis)
                self.assertEqual((self.session.views.view, self.session.displayKey()), (view, self.key(6, axis)))

    def test_keys_act_on_it(self):
        mask = self.proposeOn(6)
        self.assertTrue(self.session.accept())
        np.testing.assert_array_equal(self.mask(6), mask)
        self.proposeOn(7)
        self.show(7)
        self.assertTrue(self.session.dismiss())
        self.assertEqual(self.session.proposals.all(), [])

    def test_it_follows_what_the_views_show(self):
        self.proposeOn(6)
        self.proposeOn(20, axis=2)
        self.show(9)
        self.show(20, axis=2)
        self.assertEqual(self.session.views.view, "Yellow")
        self.show(6)
        self.show(3, axis=2)
        self.assertEqual(self.session.views.view, "Red")

    def test_what_was_done_there_goes_on_there(self):
        self.proposeOn(6)
        self.session.accept()
        self.assertEqual(self.session.displayKey(), self.key(6))  # so that saving saves that slice
        self.session.desk.choose("a task")
        self.assertEqual(self.session.canSave(), (True, ""))

    def test_going_to_a_slice_of_the_list_is_touching_its_view(self):
        hand("Green").click((100, 100))
        self.session.goTo(self.key(8))
        self.assertEqual(self.session.displayKey(), self.key(8))
        self.session.goTo(self.key(20, axis=2))
        self.assertEqual(self.session.displayKey(), self.key(20, axis=2))

    def test_without_a_proposal_nothing_is_done_anywhere(self):
        self.draw(self.truth[6])
        self.session.desk.choose("a task")
        for action in (self.session.accept, self.session.dismiss, self.session.save):
            self.session.say("")
            self.assertFalse(action())
            self.assertIn("Move the mouse into the slice view", self.message())

    def test_the_only_view_needs_no_mouse(self):
        self.hide("Green", "Yellow")
        self.assertEqual(self.session.views.view, "Red")
        self.hide("Red")
        self.session.accept()
        self.assertIn("no slice view", self.message())

    def test_a_mouse_that_is_in_a_view_already_counts(self):
        from AuxOLSegmentLib.Scene.ViewWatcher import ViewWatcher

        self.proposeOn(6)
        hand("Yellow").click((100, 100))
        watcher = ViewWatcher(lambda: None, self.session.parts.inUse.showsProposal)
        self.addCleanup(watcher.stop)
        watcher.start()
        self.assertEqual(watcher.view, "Yellow")


class TestUnderTheMouse(ViewCase):
    """Once it was in a view."""

    def test_the_view_under_the_mouse_is_in_use_whatever_others_show(self):
        self.proposeOn(6)
        hand("Green").click((100, 100))
        self.assertEqual(self.session.views.view, "Green")
        hand("Green").leave()
        self.assertEqual(self.session.views.view, "Green")
        hand("Yellow").wheel()
        self.assertEqual(self.session.views.view, "Yellow")

    def test_what_does_nothing_says_why_and_where(self):
        self.proposeOn(6)
        self.session.desk.choose("a task")
        hand("Green").click((100, 100))
        for action, why in (
            (self.session.accept, "no proposal on this slice to accept"),
            (self.session.dismiss, "no proposal on this slice to discard"),
            (self.session.save, "Nothing is drawn on this slice"),
        ):
            with self.subTest(why):
                self.session.say("")
                self.assertFalse(action())
                self.assertIn(why, self.message())
                self.assertIn("(view Green)", self.message())
                self.assertEqual(self.session.message[1], "warning")
        self.assertEqual(len(self.session.proposals.all()), 1)

    def test_without_a_volume_they_say_that(self):
        self.session.setInputs(None, None, "")
        for action in (self.session.accept, self.session.dismiss, self.session.save):
            self.session.say("")
            self.assertFalse(action())
            self.assertEqual(self.message(), self.session.whyNot())

    def test_a_view_that_the_layout_hides_is_not_in_use(self):
        self.proposeOn(6)
        hand("Green").click((100, 100))
        self.hide("Green")
        self.assertEqual(self.session.views.view, "Red")

    def test_a_key_means_the_view_under_the_mouse_though_another_was_gone_to(self):
        mouse = hand("Green")
        mouse.click((100, 100))
        self.session.goTo(self.key(8))
        self.session.useViewUnderMouse()
        self.assertEqual(self.session.viewInUse, "Green")
        mouse.leave()
        self.session.goTo(self.key(8))
        self.session.useViewUnderMouse()  # it is over the panel: the view that was gone to
        self.assertEqual(self.session.displayKey(), self.key(8))

    def test_a_change_of_layout_doubles_no_observer(self):
        before = self.session.views.observers
        layout = slicer.app.layoutManager()
        layout.layoutChanged.emit(layout.layout)
        self.session.views.start()
        self.assertEqual(self.session.views.observers, before)
        self.session.views.stop()
        self.assertEqual(self.session.views.observers, 0)


if __name__ == "__main__":
    main()

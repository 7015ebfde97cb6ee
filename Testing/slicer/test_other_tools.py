"""Beside other tools: a slow load, Window/Level, double clicks, slabs, a layer that is not seen, two views."""

from unittest import mock

import numpy as np
import slicer
from session_case import SessionCase, volume_with
from slicer_setting import HOST, hand, main, quiet
from walk_case import WalkCase


class TestTools(SessionCase):
    def test_window_level_ends_a_tool_that_takes_drags(self):
        for mode in ("box", "lasso", "scribble"):
            self.session.prompts.start(mode)
            interaction = slicer.app.applicationLogic().GetInteractionNode()
            interaction.SetCurrentInteractionMode(interaction.AdjustWindowLevel)
            self.assertEqual(self.session.prompts.mode, "")
            hand().drag(self.at(6, 20, 15), self.at(6, 45, 45))
            self.assertEqual(self.session.prompts.objects(), [])
            interaction.SwitchToViewTransformMode()

    def test_a_double_click_is_one_point_and_leaves_the_tool(self):
        self.session.prompts.start("positive")
        hand().double_click(self.at(6, 34, 30))
        quiet(0.3)
        self.assertEqual(self.session.prompts.mode, "positive")
        (each,) = self.session.prompts.objects()
        self.assertEqual(len(self.session.prompts.prompt(each.objectID).points), 1)
        hand().double_click(self.at(6, 34, 30))  # on that point
        hand().click(self.at(6, 30, 26))
        quiet(0.3)
        self.assertEqual(self.session.prompts.mode, "positive")
        self.assertEqual(len(self.session.prompts.prompt(each.objectID).points), 2)

    def test_a_thick_slab_is_not_marked_accepted_or_saved(self):
        self.propose()
        red = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
        red.SetSlabReconstructionEnabled(True)
        self.addCleanup(red.SetSlabReconstructionEnabled, False)
        quiet()
        self.assertFalse(self.session.accept())
        self.assertIn("slab", self.session.message[0])
        self.assertFalse(self.session.canSave()[0])
        self.assertNotIn(self.key(6), self.session.displayed())
        red.SetSlabReconstructionEnabled(False)
        self.assertTrue(self.session.accept())

    def test_a_layer_that_is_not_seen_is_not_on_display(self):
        self.propose()
        other = volume_with(np.roll(self.truth, 20, axis=2), name="PET")
        slicer.util.setSliceViewerLayers(background=other, foreground=self.volume, foregroundOpacity=0.0)
        quiet()
        self.assertFalse(self.session.accept())
        self.assertIn("does not show CT", self.session.message[0])
        slicer.util.setSliceViewerLayers(foregroundOpacity=0.4)
        self.assertTrue(self.session.accept())


class TestSlowLoad(WalkCase):
    def test_a_volume_that_takes_long_to_load_is_taken_when_it_is_shown(self):
        if HOST is None:
            self.skipTest("Slicer itself decides how long a load takes")
        self.loadSample()
        quiet()
        self.assertIs(self.ui.volumeSelector.currentNode(), self.volume)
        path = str(self.folder / "large.nrrd")
        large = volume_with(np.zeros((6, 40, 40), bool), name="large")
        self.assertTrue(slicer.util.saveNode(large, path))
        slicer.mrmlScene.RemoveNode(large)
        quiet()
        from host.stand_ins.files import qSlicerCoreIOManager

        with mock.patch.object(qSlicerCoreIOManager, "slow", True):
            loaded = slicer.util.loadVolume(path)
        quiet(0.3)
        self.assertIs(self.ui.volumeSelector.currentNode(), loaded)


class TestRange(WalkCase):
    def setUp(self):
        super().setUp()
        self.loadSample()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.press(self.ui.addSegmentButton)

    def range(self):
        return self.ui.rangeFirstSpinBox.value, self.ui.rangeLastSpinBox.value

    def use(self, view):
        self.session.views.use(view)
        quiet(0.4)

    def test_the_range_is_that_of_the_view_in_use(self):
        first, second = (size - 1 for size in self.truth.shape[::2])
        self.use("Red")
        self.assertEqual(self.range(), (0, first))
        self.use("Yellow")
        self.assertEqual(self.range(), (0, second))
        self.ui.thisSliceButton.click()
        index = self.session.displayKey().index
        self.assertEqual(self.range(), (index, index))
        self.use("Red")
        self.assertEqual(self.range(), (0, first))
        self.ui.rangeLastSpinBox.setValue(3)
        self.use("Yellow")
        self.assertEqual(self.range(), (index, index))
        self.use("Red")
        self.assertEqual(self.range(), (0, 3))

    def test_the_first_slice_alone_stays_chosen(self):
        self.use("Red")
        self.show(0)
        quiet(0.4)
        self.ui.thisSliceButton.click()
        self.assertEqual(self.range(), (0, 0))
        self.session.parts.teller.tell("prompts")
        self.session.parts.teller.tell("slices")
        quiet(0.4)
        self.assertEqual(self.range(), (0, 0))


if __name__ == "__main__":
    main()

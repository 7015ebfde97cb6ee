"""The row of a task's grey window, what a new task takes for its own, and the warning on an image of other greys."""

import numpy as np
import slicer
from session_case import SessionCase, ball, volume_with
from slicer_setting import main, until
from test_panel import PanelCase


def info(**changed):
    from auxol_core.types import IntensityWindow, WindowInfo

    values = {"window": IntensityWindow(-110.0, 240.0), "origin": "volume", "words": "CT, -110 to 240"}
    return WindowInfo(**(values | changed))


class TestWindowRow(PanelCase):
    """With a session that only listens."""

    def told(self, **changed):
        self.chooseAll()
        self.session.windowInfo = info(**changed)
        self.tell("learning")

    def test_it_shows_what_the_task_sees_and_who_says_so(self):
        self.told()
        self.assertEqual(self.ui.windowLabel.text, "Sees CT, -110 to 240 (of a whole volume).")
        self.assertEqual((self.ui.windowLowSpinBox.value, self.ui.windowHighSpinBox.value), (-110.0, 240.0))
        self.told(lost=0.25)
        self.assertIn("25% of what its lessons show was cut off", self.ui.windowLabel.text)
        self.told(window=None, origin="", words="")
        self.assertIn("next volume", self.ui.windowLabel.text)
        self.assertIn("not set", self.ui.windowResetButton.toolTip)

    def test_each_button_asks_for_what_it_says(self):
        self.told()
        self.ui.windowLowSpinBox.setValue(-200.0)
        self.ui.windowSetButton.click()
        self.ui.windowVolumeButton.click()
        self.ui.windowResetButton.click()
        self.assertEqual(self.session.ordered("setWindow"), [(-200.0, 240.0)])
        self.assertEqual(len(self.session.ordered("windowFromVolume")), 1)
        self.assertEqual(len(self.session.ordered("resetWindow")), 1)

    def test_what_is_typed_stays_until_the_task_sees_something_else(self):
        self.told()
        self.ui.windowLowSpinBox.setValue(-200.0)
        self.tell("learning")
        self.assertEqual(self.ui.windowLowSpinBox.value, -200.0)
        self.session.windowInfo = info(origin="given")
        self.session.task = "another"
        self.tell("learning")
        self.assertEqual(self.ui.windowLowSpinBox.value, -110.0)

    def test_the_small_numbers_of_an_adc_map_can_be_seen_and_set(self):
        from auxol_core.types import IntensityWindow

        self.told(window=IntensityWindow(0.0, 0.003), words="0 to 0.003")
        self.assertEqual(self.ui.windowHighSpinBox.value, 0.003)
        self.ui.windowHighSpinBox.setValue(0.0025)
        self.assertTrue(self.ui.windowSetButton.enabled, self.ui.windowSetButton.toolTip)
        self.ui.windowSetButton.click()
        self.assertEqual(self.session.ordered("setWindow"), [(0.0, 0.0025)])

    def test_low_above_high_cannot_be_set(self):
        self.told()
        self.ui.windowLowSpinBox.setValue(300.0)
        self.assertFalse(self.ui.windowSetButton.enabled)
        self.assertIn("under high", self.ui.windowSetButton.toolTip)

    def test_without_a_task_or_with_an_old_server_it_is_off_and_says_why(self):
        self.assertFalse(self.ui.windowSetButton.enabled)
        self.assertIn("task", self.ui.windowSetButton.toolTip)
        self.chooseAll()
        self.session.windowInfo = None
        self.tell("learning")
        self.assertEqual(self.ui.windowLabel.text, "Sees greys from -150 to 250.")
        self.assertIn("cannot change", self.ui.windowSetButton.toolTip)

    def test_a_taught_task_is_asked_about_first(self):
        from AuxOLSegmentLib.Panel import WindowRow

        asked = []
        self.patch(WindowRow, "confirmed", lambda text, title: asked.append(text) or False)
        self.session.corrections = [self.fake.correction(1, 0.5, 0.6, 0.7)]
        self.told()
        self.ui.windowSetButton.click()
        self.assertEqual(self.session.ordered("setWindow"), [])
        self.assertIn("1 saved slices", asked[0])


class TestVolumeScale(SessionCase):
    """With a worker."""

    def setUp(self):
        super().setUp()
        self.volume.GetDisplayNode().SetAutoWindowLevel(True)

    def other(self, change):
        """The same ball in another volume, whose voxels ``change`` makes of the first one's."""
        voxels = change(slicer.util.arrayFromVolume(self.volume).copy())
        return slicer.util.addVolumeFromArray(voxels, name="other")

    def use(self, volume):
        self.volume = volume
        self.segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        self.session.setInputs(volume, self.segmentation, self.segmentID)
        slicer.util.setSliceViewerLayers(background=volume, fit=True)
        self.show(6)

    def test_a_new_task_sees_the_volume_without_padding(self):
        def padded(voxels):
            wide = voxels.astype(np.int16)
            wide[:, :8] = -32768
            return wide

        self.use(self.other(padded))
        self.volume.GetDisplayNode().SetAutoWindowLevel(True)
        self.propose()
        until(lambda: self.session.windowInfo is not None and self.session.windowInfo.window is not None)
        told = self.session.windowInfo
        self.assertEqual(told.origin, "volume")
        self.assertGreater(told.window.low, -500)

    def test_a_window_that_somebody_set_is_the_task_s(self):
        from AuxOLSegmentLib.Session.TaskWindow import windowOf

        display = self.volume.GetDisplayNode()
        self.assertIsNone(windowOf(self.volume))
        display.SetAutoWindowLevel(False)
        display.SetWindowLevelMinMax(-10, 90)
        self.assertEqual((windowOf(self.volume).low, windowOf(self.volume).high), (-10, 90))

    def test_an_image_of_other_greys_is_said_in_the_status_line_and_beside_the_proposal(self):
        self.propose()
        self.assertNotEqual(self.session.message[1], "warning")
        self.use(self.other(lambda voxels: (voxels.astype(np.float32) + 5000).astype(np.int16)))
        self.session.chooseTask(self.name)
        self.propose()
        until(lambda: self.session.message[1] == "warning")
        self.assertIn("above the task's grey window", self.session.message[0])
        self.assertIn("Do not trust this mask", self.session.proposalText())

    def test_the_row_s_three_ways_reach_the_engine(self):
        self.propose()
        self.session.setWindow(-50, 500)
        until(lambda: self.session.windowInfo is not None and self.session.windowInfo.origin == "given")
        self.assertEqual(self.session.windowInfo.window.high, 500)
        self.session.windowFromVolume()
        until(lambda: self.session.windowInfo.origin == "volume")
        self.session.resetWindow()
        until(lambda: self.session.windowInfo.window is None)

    def test_the_modality_is_that_of_the_series(self):
        from AuxOLSegmentLib.Scene.VolumeScale import modalityOf, volumeScale

        volume = volume_with(ball())
        self.assertEqual(modalityOf(volume), "")
        self.assertTrue(volumeScale(volume).guessed)
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        series = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "a series")
        hierarchy.CreateItem(series, volume)
        hierarchy.SetItemAttribute(series, "DICOM.Modality", "MR")
        self.assertEqual(modalityOf(volume), "MR")


if __name__ == "__main__":
    main()

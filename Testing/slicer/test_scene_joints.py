"""Scenes loaded, added and saved under an open panel: what the user chose and did is as it was."""

import slicer
from session_case import SessionCase, volume_with
from slicer_setting import main, quiet, until
from test_first_steps import _volume
from walk_case import WalkCase


class TestASceneUnderAnOpenPanel(WalkCase):
    """As Slicer does it: what is loaded with "clear" comes in a batch, at the end of which the editor's selectors,
    which have lost their node, are what counts."""

    def chosen(self):
        session = self.session
        names = (None if node is None else node.GetName() for node in (session.volume, session.segmentation))
        segment = session.parts.selection.segment
        return (*names, "" if segment is None else segment.GetName())

    def choose(self, volume, name, segment):
        """A volume with a segmentation of two segments, of which the second is chosen."""
        self.ui.volumeSelector.setCurrentNode(volume)
        made = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
        made.CreateDefaultDisplayNodes()
        made.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        made.GetSegmentation().AddEmptySegment("", "First")
        second = made.GetSegmentation().AddEmptySegment("", segment)
        self.ui.segmentationSelector.setCurrentNode(made)
        self.editor.setCurrentSegmentID(second)
        quiet()

    def saved(self, name="scene"):
        folder = self.folder / name
        folder.mkdir()
        self.assertTrue(slicer.app.applicationLogic().SaveSceneToSlicerDataBundleDirectory(str(folder), None))
        return str(next(folder.rglob("*.mrml")))

    def test_one_that_replaces_another_brings_its_choice_along(self):
        self.choose(_volume("CT one"), "Organs", "Spleen")
        path = self.saved()
        slicer.util.loadScene(path, {"clear": True})
        until(lambda: self.session.segmentation is not None, 5)
        self.assertEqual(self.chosen(), ("CT one", "Organs", "Spleen"))
        self.assertEqual(self.ui.segmentSelector.currentText, "Spleen")
        self.assertIs(self.editor.segmentationNode(), self.session.segmentation)

    def test_one_that_is_added_changes_no_choice(self):
        self.choose(_volume("CT of A"), "Organs of A", "Kidney")
        path = self.saved()
        slicer.mrmlScene.Clear(0)
        quiet()
        self.choose(_volume("CT of B"), "Organs of B", "Spleen")
        before = self.chosen()
        self.assertEqual(before, ("CT of B", "Organs of B", "Spleen"))
        slicer.util.loadScene(path)
        quiet(0.3)
        self.assertEqual(self.chosen(), before)
        self.assertEqual(self.ui.volumeSelector.currentNode().GetName(), "CT of B")
        self.assertIs(self.editor.segmentationNode(), self.session.segmentation)
        self.assertEqual(self.editor.currentSegmentID(), self.session.segmentID)

    def test_one_that_is_added_while_another_module_is_shown_changes_none_either(self):
        self.choose(_volume("CT of A"), "Organs of A", "Kidney")
        path = self.saved()
        slicer.mrmlScene.Clear(0)
        quiet()
        self.choose(_volume("CT of B"), "Organs of B", "Spleen")
        self.leave()
        slicer.util.loadScene(path)
        quiet(0.3)
        self.open()
        quiet(0.1)
        self.assertEqual(self.chosen(), ("CT of B", "Organs of B", "Spleen"))

    def test_the_developers_reload_leaves_the_module_open(self):
        probe = slicer.util.findChild(slicer.util.mainWindow(), "DataProbeCollapsibleWidget")
        probe.collapsed = False
        self.panel.dataProbe.fold()
        self.reload()
        self.assertFalse(probe.collapsed)
        self.assertTrue(self.panel.entered)
        self.assertTrue(self.session.views.observers)


class TestWhatIsSaved(SessionCase):
    def test_a_file_of_one_node_is_no_scene(self):
        self.settings.set("saveOnSceneSave", True)
        self.propose()
        self.session.accept()
        quiet()
        markup = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "Landmarks")
        self.assertTrue(slicer.util.saveNode(markup, str(self.folder / "landmarks.mrk.json")))
        quiet(0.3)
        self.assertEqual(self.session.book.get(self.key(6)).state.value, "accepted")
        self.assertTrue(slicer.util.saveScene(str(self.folder / "scene.mrml")))
        until(lambda: self.session.book.get(self.key(6)).state.value == "saved")


class TestASceneIsAdded(SessionCase):
    """To one that is worked on: its parameters take the place of those that the session was kept in."""

    def test_the_states_of_the_slices_and_what_is_proposed_stay(self):
        import AuxOLSegment

        logic = AuxOLSegment.AuxOLSegmentLogic()
        self.session.setParameters(logic.getParameters())
        self.propose(5)
        self.session.accept()
        quiet(0.4)
        path = str(self.folder / "other patient.mrml")
        self.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(0)
        quiet()
        self.volume = volume_with(self.truth, name="CT of B")
        self.makeSegment()
        self.session.setEditor(self.editor, None)
        self.session.setParameters(logic.getParameters())
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        slicer.util.setSliceViewerLayers(background=self.volume, fit=True)
        self.propose(6)
        self.session.accept()
        self.propose(8)
        quiet(0.4)
        before = {state.value: count for state, count in self.session.sliceCounts().items()}
        slicer.util.loadScene(path)
        self.session.setParameters(logic.getParameters())  # as the panel does when an import has ended
        quiet(0.4)
        self.assertEqual({state.value: count for state, count in self.session.sliceCounts().items()}, before)
        self.assertEqual([shown.key for shown in self.session.proposals.all()], [self.key(8)])
        self.assertEqual(self.session.layer.slices(), [self.key(8)])
        self.assertIn(self.segmentation.GetID(), logic.getParameters().sessionState)

    def test_slices_of_a_volume_that_is_not_there_are_left_out(self):
        self.propose()
        self.session.accept()
        quiet()
        books = self.session.parts.books
        text = books.toJson().replace(self.volume.GetID(), "vtkMRMLScalarVolumeNode77")
        books.readJson(text, lambda volumeID: slicer.mrmlScene.GetNodeByID(volumeID) is not None)
        self.assertEqual((list(self.session.book), self.session.saveAllReviewed()), ([], 0))


if __name__ == "__main__":
    main()

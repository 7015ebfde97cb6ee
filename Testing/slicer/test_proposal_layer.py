"""What is proposed is shown beside the user's segments, slice by slice, and never becomes one of them."""

import geometry_cases as cases
import numpy as np
import slicer
import vtk
from slicer_setting import HOST, SlicerCase, beginLog, loggedErrors, main

from auxol_core.errors import InvalidInputError
from AuxOLSegmentLib.Scene.ProposalLayer import COLOURS, ProposalLayer
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, rotateToVolume, sliceShape


def noise(volume, axis, seed=0):
    return np.random.default_rng(seed).random(sliceShape(volume, axis)) > 0.6


class LayerCase(SlicerCase):
    def setUp(self):
        super().setUp()
        self.layer = ProposalLayer()
        self.addCleanup(self.layer.cleanup)
        self.volume = cases.volume("anisotropic")

    def key(self, index, axis=0, volume=None):
        return SliceKey((volume or self.volume).GetID(), axis, index)

    def show(self, index, axis=0, seed=0):
        mask = noise(self.volume, axis, seed)
        self.layer.show(self.key(index, axis), self.volume, mask)
        return mask


class TestMasks(LayerCase):
    def test_each_slice_comes_back_in_every_geometry_and_direction(self):
        for name in cases.GEOMETRIES:
            self.volume = cases.volume(name)
            for axis in (0, 1, 2):
                mask = self.show(0, axis, seed=axis)
                np.testing.assert_array_equal(self.layer.mask(self.key(0, axis)), mask, (name, axis))

    def test_crossing_slices_do_not_disturb_one_another(self):
        shown = {(axis, index): self.show(index, axis, 10 * axis + index) for axis in (0, 1, 2) for index in (3, 4)}
        self.layer.clear(self.key(3, 1))
        del shown[1, 3]
        self.assertIsNone(self.layer.mask(self.key(3, 1)))
        for (axis, index), mask in shown.items():
            np.testing.assert_array_equal(self.layer.mask(self.key(index, axis)), mask)
        self.assertEqual({(key.axis, key.index) for key in self.layer.slices()}, set(shown))

    def test_a_new_proposal_replaces_the_old_one_of_the_slice(self):
        self.show(5, seed=1)
        mask = self.show(5, seed=2)
        np.testing.assert_array_equal(self.layer.mask(self.key(5)), mask)
        self.assertEqual(self.layer.slices(), [self.key(5)])

    def test_an_empty_proposal_is_one_too(self):
        self.layer.show(self.key(2), self.volume, np.zeros((24, 31), bool))
        self.assertEqual(self.layer.slices(), [self.key(2)])
        self.assertFalse(self.layer.mask(self.key(2)).any())

    def test_a_mask_is_a_copy(self):
        mask = self.show(5)
        self.layer.mask(self.key(5))[:] = True
        np.testing.assert_array_equal(self.layer.mask(self.key(5)), mask)

    def test_clearing_all_leaves_nothing(self):
        self.show(5)
        self.show(5, 1)
        self.layer.clearAll()
        self.assertEqual(self.layer.slices(), [])
        self.assertIsNone(self.layer.mask(self.key(5)))
        mask = self.show(6)
        np.testing.assert_array_equal(self.layer.mask(self.key(6)), mask)

    def test_what_is_not_shown_can_be_cleared_and_asked_for(self):
        self.layer.clear(self.key(1))
        self.assertIsNone(self.layer.mask(self.key(1)))
        self.assertIsNone(self.layer.node())
        self.layer.clear(SliceKey("gone", 0, 1))

    def test_a_mask_of_another_size_or_slice_is_refused(self):
        for index, shape in ((1, (24, 30)), (9, (24, 31)), (-1, (24, 31))):
            with self.assertRaisesRegex(InvalidInputError, "Ask for the proposal again"):
                self.layer.show(self.key(index), self.volume, np.ones(shape, bool))
        self.assertEqual(self.layer.slices(), [])


class TestBesideTheUser(LayerCase):
    def test_the_users_segmentation_and_the_undo_history_are_left_alone(self):
        segmentation, (segmentID,) = cases.segmentation_for(self.volume, "A")
        cases.imported(segmentation, segmentID, self.volume, np.ones((9, 24, 31), bool))
        editor = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        editor.SetAndObserveSegmentationNode(segmentation)
        history = slicer.vtkSlicerSegmentEditorLogic()
        history.SetSegmentEditorNode(editor)
        stamp = segmentation.GetSegmentation().GetMTime()
        self.show(5)
        self.layer.clear(self.key(5))
        self.assertFalse(history.CanUndo())
        self.assertEqual(segmentation.GetSegmentation().GetMTime(), stamp)
        self.assertTrue(cases.exported(segmentation, segmentID, self.volume).all())

    def test_the_node_is_ours_and_not_offered_for_editing(self):
        self.show(5)
        node = self.layer.node()
        self.assertEqual(node.GetAttribute("AuxOL.Role"), "proposals")
        self.assertTrue(node.GetHideFromEditors())
        self.assertTrue(node.GetSaveWithScene())
        self.assertFalse(node.GetDisplayNode().GetVisibility3D())

    def test_its_colour_is_not_the_segments(self):
        self.show(5)
        segment = self.layer.node().GetSegmentation().GetNthSegment(0)
        for other, wanted in ((COLOURS[0], COLOURS[1]), (COLOURS[1], COLOURS[0])):
            self.layer.setColourBeside(other)
            np.testing.assert_allclose(segment.GetColor(), wanted)

    def test_it_is_seen_and_can_be_hidden(self):
        slicer.util.setSliceViewerLayers(background=self.volume, fit=True)
        view = slicer.app.layoutManager().sliceWidget("Red")
        rotateToVolume(view.mrmlSliceNode(), self.volume)
        view.mrmlSliceNode().JumpSliceByOffsetting(*cases.ras_of_voxel(self.volume, (15, 12, 5)))
        if HOST is None:
            self.skipTest("pictures of a slice view are the host's")
        before = HOST.picture("Red").astype(int)
        mask = np.zeros((24, 31), bool)
        mask[8:16, 10:20] = True
        self.layer.show(self.key(5), self.volume, mask)
        shown = HOST.picture("Red").astype(int)
        self.assertGreater((np.abs(shown - before).sum(axis=2) > 20).mean(), 0.01)
        # Shown again on the same slice: written in place, the view must see that too.
        self.layer.show(self.key(5), self.volume, np.roll(mask, 8, axis=1))
        self.assertGreater((np.abs(HOST.picture("Red").astype(int) - shown).sum(axis=2) > 20).mean(), 0.01)
        self.layer.setVisible(False)
        self.assertLess((np.abs(HOST.picture("Red").astype(int) - before).sum(axis=2) > 20).mean(), 0.001)
        self.layer.setVisible(True)
        self.layer.clear(self.key(5))
        self.assertLess((np.abs(HOST.picture("Red").astype(int) - before).sum(axis=2) > 20).mean(), 0.001)


class TestSubjectHierarchy(LayerCase):
    """The application prints an error at each change of a segmentation that has no item in its tree."""

    def everyChange(self):
        for axis in (0, 1, 2):
            self.show(3, axis)
        self.show(3, seed=1)
        self.layer.clear(self.key(3))
        self.layer.setVisible(False)
        self.layer.setVisible(True)
        self.layer.setColourBeside(COLOURS[0])
        cases.place(self.volume, cases.GEOMETRIES["transformed"][2])

    def item(self):
        return slicer.mrmlScene.GetSubjectHierarchyNode().GetItemByDataNode(self.layer.node())

    def itemNodes(self):
        hierarchy, items = slicer.mrmlScene.GetSubjectHierarchyNode(), vtk.vtkIdList()
        hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), items, True)
        return [hierarchy.GetItemDataNode(items.GetId(at)) for at in range(items.GetNumberOfIds())]

    def test_changes_of_proposals_print_nothing(self):
        self.everyChange()
        self.assertTrue(self.item())
        self.layer.clearAll()
        self.everyChange()
        slicer.mrmlScene.RemoveNode(self.volume)
        self.assertIsNone(self.layer.node())
        self.assertEqual(loggedErrors(), [])

    def test_nor_after_the_scene_was_saved_closed_and_loaded(self):
        self.volume.SetName("CT")
        self.show(5)
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        for clear in (False, True, False):  # adds to the scene that is there, or takes its place
            if not clear:
                slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(path, {"clear": clear})
            self.volume = slicer.util.getNode("CT")
            self.everyChange()
            self.assertTrue(self.item())
            self.assertEqual(self.itemNodes().count(self.layer.node()), 1)
        self.assertEqual(loggedErrors(), [])

    def test_nor_in_a_scene_that_was_saved_without_the_item(self):
        self.volume.SetName("CT")
        self.show(5)
        self.loseItem()
        path = str(self.folder / "scene.mrb")
        self.assertTrue(slicer.util.saveScene(path))
        beginLog()
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(path, {"clear": True})
        self.volume = slicer.util.getNode("CT")
        self.everyChange()
        self.assertEqual(loggedErrors(), [])

    def test_nor_with_a_layer_that_comes_later(self):
        self.show(5)
        self.layer.cleanup()
        self.loseItem()
        self.layer = ProposalLayer()
        self.addCleanup(self.layer.cleanup)
        self.layer.setVisible(False)
        self.layer.clearAll()
        self.assertEqual(loggedErrors(), [])

    def loseItem(self):
        slicer.mrmlScene.GetSubjectHierarchyNode().RemoveItem(self.item(), False, False)


class TestNodes(LayerCase):
    def test_it_follows_the_volume_into_a_transform(self):
        mask = self.show(5)
        transform = cases.place(self.volume, cases.GEOMETRIES["transformed"][2])
        self.assertEqual(self.layer.node().GetTransformNodeID(), transform.GetID())
        np.testing.assert_array_equal(self.layer.mask(self.key(5)), mask)
        row, col = np.argwhere(mask)[0]
        segmentID = self.layer.node().GetSegmentation().GetNthSegmentID(0)
        first = cases.world_of_voxels(self.layer.node(), segmentID)[0]
        np.testing.assert_allclose(first, cases.ras_of_voxel(self.volume, (col, row, 5)), atol=1e-6)

    def test_a_volume_takes_its_proposals_along(self):
        self.show(5)
        slicer.mrmlScene.RemoveNode(self.volume)
        self.assertIsNone(self.layer.node())
        self.assertEqual(self.layer.slices(), [])

    def test_another_volume_has_its_own_and_only_one_is_on_display(self):
        first, other = self.show(5), cases.volume("oblique")
        node = self.layer.node()
        self.layer.show(self.key(2, volume=other), other, noise(other, 0, 9))
        self.assertEqual(len(self.layer.slices()), 2)
        self.assertTrue(self.layer.node().GetDisplayNode().GetVisibility())
        self.assertFalse(node.GetDisplayNode().GetVisibility())
        np.testing.assert_array_equal(self.layer.mask(self.key(5)), first)

    def test_the_user_may_delete_the_node_or_close_the_scene(self):
        self.show(5)
        slicer.mrmlScene.RemoveNode(self.layer.node())
        self.assertEqual(self.layer.slices(), [])
        self.layer.clear(self.key(5))
        self.show(5)
        slicer.mrmlScene.Clear(0)
        self.assertEqual(self.layer.slices(), [])
        self.volume = cases.volume("anisotropic")
        np.testing.assert_array_equal(self.show(1), self.layer.mask(self.key(1)))

    def test_a_moved_volume_takes_new_proposals(self):
        self.show(5)
        self.volume.SetOrigin(100, 50, 20)
        mask = self.show(6, seed=3)
        np.testing.assert_array_equal(self.layer.mask(self.key(6)), mask)
        self.assertEqual(self.layer.slices(), [self.key(6)])

    def test_proposals_come_back_with_the_scene(self):
        self.volume.SetName("CT")
        masks = {(axis, index): self.show(index, axis, axis) for axis, index in ((0, 5), (0, 7), (2, 3))}
        path = self.folder / "scene.mrb"
        self.assertTrue(slicer.util.saveScene(str(path)))
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(str(path), {"clear": True})
        self.volume = slicer.util.getNode("CT")
        again = ProposalLayer()
        self.addCleanup(again.cleanup)
        self.assertEqual({(key.axis, key.index) for key in again.slices()}, set(masks))
        for (axis, index), mask in masks.items():
            np.testing.assert_array_equal(again.mask(self.key(index, axis)), mask)
        new = noise(self.volume, 0, 77)
        again.show(self.key(6), self.volume, new)
        np.testing.assert_array_equal(again.mask(self.key(6)), new)
        for (axis, index), mask in masks.items():
            np.testing.assert_array_equal(again.mask(self.key(index, axis)), mask)

    def test_segments_that_slicer_joined_are_told_apart(self):
        self.show(5)
        self.layer.clearAll()
        low, high = np.zeros((24, 31), bool), np.zeros((9, 24), bool)
        low[:4], high[:, 12:] = True, True
        self.layer.show(self.key(5), self.volume, low)
        self.layer.show(self.key(9, 2), self.volume, high)
        self.layer.node().GetSegmentation().CollapseBinaryLabelmaps(False)
        self.assertLess(self.layer.node().GetSegmentation().GetNumberOfLayers(), 3)
        np.testing.assert_array_equal(self.layer.mask(self.key(5)), low)
        self.layer.show(self.key(5), self.volume, ~low)
        np.testing.assert_array_equal(self.layer.mask(self.key(5)), ~low)
        np.testing.assert_array_equal(self.layer.mask(self.key(9, 2)), high)

    def test_no_observer_stays(self):
        self.show(5)
        self.assertGreater(len(self.layer.observations), 1)
        self.layer.cleanup()
        self.assertEqual(len(self.layer.observations), 0)
        slicer.mrmlScene.RemoveNode(self.volume)


if __name__ == "__main__":
    main()

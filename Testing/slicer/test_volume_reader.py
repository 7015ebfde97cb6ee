"""Slices, pixels and views: the right voxels, wherever the volume lies."""

import unittest

import geometry_cases as cases
import numpy as np
import slicer
import vtk
from slicer_setting import SlicerCase, main

from auxol_core.errors import InvalidInputError
from AuxOLSegmentLib.Scene.VolumeReader import (
    SliceKey,
    ViewRefused,
    alignedSlice,
    displayedSlices,
    goTo,
    pixelOfRas,
    rasOfPixel,
    rotateToVolume,
    sliceCount,
    sliceImage,
    sliceShape,
    sliceStamp,
    volumeProblem,
)

VIEWS = ("Red", "Green", "Yellow")


def sliceNode(name):
    return slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode()


class TestPixels(SlicerCase):
    def test_a_slice_holds_the_voxels_of_its_key(self):
        for name in cases.GEOMETRIES:
            volume = cases.volume(name)
            for axis in (0, 1, 2) if name != "single slice" else (0,):
                for ijk in cases.voxels_to_try(volume):
                    with self.subTest(geometry=name, axis=axis, voxel=ijk):
                        index, row, col = cases.on_slice(ijk, axis)
                        image = sliceImage(volume, axis, index)
                        self.assertEqual(image.shape, sliceShape(volume, axis))
                        value = volume.GetImageData().GetScalarComponentAsDouble(*ijk, 0)
                        self.assertEqual(image.pixels[row, col], value)

    def test_ras_and_pixels_go_both_ways(self):
        for name in cases.GEOMETRIES:
            volume = cases.volume(name)
            for axis in (0, 1, 2):
                for ijk in cases.voxels_to_try(volume):
                    with self.subTest(geometry=name, axis=axis, voxel=ijk):
                        ras, (index, row, col) = cases.ras_of_voxel(volume, ijk), cases.on_slice(ijk, axis)
                        np.testing.assert_allclose(pixelOfRas(volume, axis, ras), (row, col, index), atol=1e-6)
                        np.testing.assert_allclose(rasOfPixel(volume, axis, index, row, col), ras, atol=1e-6)

    def test_the_size_of_a_pixel_counts_the_parent_transform(self):
        self.assertEqual(sliceImage(cases.volume("anisotropic"), 0, 2).spacing_mm, (0.6, 0.8))
        self.assertEqual(sliceImage(cases.volume("anisotropic"), 2, 2).spacing_mm, (2.5, 0.6))
        np.testing.assert_allclose(sliceImage(cases.volume("transformed"), 1, 2).spacing_mm, (3.75, 1.2))

    def test_colour_float_and_negative_values_come_unchanged(self):
        colour = np.random.default_rng(0).integers(0, 255, (3, 5, 7, 3)).astype(np.uint8)
        volume = cases.volume_of(colour, np.identity(4))
        for axis, index in ((0, 1), (1, 4), (2, 6)):
            np.testing.assert_array_equal(sliceImage(volume, axis, index).pixels, np.take(colour, index, axis=axis))
        values = np.linspace(-1024.5, 3000, 60, dtype=np.float32).reshape(3, 4, 5)
        pixels = sliceImage(cases.volume_of(values, np.identity(4)), 1, 2).pixels
        np.testing.assert_array_equal(pixels, values[:, 2])

    def test_a_slice_is_a_copy_and_no_larger(self):
        volume = cases.volume("anisotropic")
        pixels = sliceImage(volume, 1, 3).pixels
        self.assertFalse(np.shares_memory(pixels, slicer.util.arrayFromVolume(volume)))
        self.assertIsNone(pixels.base)

    def test_what_is_not_finite_is_refused(self):
        values = np.zeros((3, 4, 5), np.float32)
        values[1, 2, 2] = np.nan
        volume = cases.volume_of(values, np.identity(4))
        with self.assertRaisesRegex(InvalidInputError, "finite"):
            sliceImage(volume, 0, 1)
        self.assertEqual(sliceImage(volume, 0, 0).shape, (4, 5))

    def test_a_slice_beside_the_volume_is_refused(self):
        volume = cases.volume("anisotropic")
        self.assertEqual(sliceCount(volume, 0), 9)
        for index in (-1, 9):
            with self.assertRaisesRegex(InvalidInputError, "0 to 8"):
                sliceImage(volume, 0, index)

    def test_the_stamp_changes_with_the_pixels_alone(self):
        volume = cases.volume("anisotropic")
        key = SliceKey(volume.GetID(), 0, 2)
        before = sliceStamp(volume, key)
        volume.SetName("another name")
        volume.GetDisplayNode().SetWindowLevel(10, 20)
        self.assertEqual(sliceStamp(volume, key), before)
        slicer.util.arrayFromVolume(volume)[2, 0, 0] += 1
        slicer.util.arrayFromVolumeModified(volume)
        self.assertNotEqual(sliceStamp(volume, key), before)

    def test_the_proxy_of_a_sequence_is_an_ordinary_volume(self):
        sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode")
        for number in (0, 1):
            frame = cases.volume_of(np.full((3, 4, 5), 7 + number, np.int16), np.identity(4))
            sequence.SetDataNodeAtValue(frame, str(number))
            slicer.mrmlScene.RemoveNode(frame)
        browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
        browser.AddSynchronizedSequenceNode(sequence)
        slicer.modules.sequences.logic().UpdateAllProxyNodes()
        proxy = browser.GetProxyNode(sequence)
        key = SliceKey(proxy.GetID(), 0, 1)
        stamp = sliceStamp(proxy, key)
        self.assertEqual(sliceImage(proxy, 0, 1).pixels[0, 0], 7)
        browser.SetSelectedItemNumber(1)
        slicer.modules.sequences.logic().UpdateAllProxyNodes()
        self.assertEqual(sliceImage(proxy, 0, 1).pixels[0, 0], 8)
        self.assertNotEqual(sliceStamp(proxy, key), stamp)


class TestProblems(SlicerCase):
    def test_what_can_be_segmented_has_no_problem(self):
        for name in cases.GEOMETRIES:
            self.assertEqual(volumeProblem(cases.volume(name)), "")
        self.assertEqual(volumeProblem(cases.volume_of(np.zeros((1, 4, 5, 3), np.uint8), np.identity(4))), "")

    def test_what_cannot_is_said_in_a_sentence(self):
        empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
        warped = cases.volume("anisotropic")
        grid = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLBSplineTransformNode")
        grid.SetAndObserveTransformToParent(vtk.vtkThinPlateSplineTransform())
        warped.SetAndObserveTransformNodeID(grid.GetID())
        for volume, words in (
            (None, "Choose a volume"),
            (empty, "Choose a volume"),
            (cases.volume_of(np.zeros((3, 4, 5, 4), np.uint8), np.identity(4)), "four components"),
            (cases.volume_of(np.zeros((3, 4, 5, 2), np.uint8), np.identity(4)), "2 components"),
            (cases.volume_of(np.zeros((1, 1, 5), np.int16), np.identity(4)), "5 x 1 x 1"),
            (warped, "non-linear"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, volumeProblem(volume))
                self.assertRegex(volumeProblem(volume), r"\.$")
                if volume is not None:
                    self.assertRaises(InvalidInputError, sliceImage, volume, 0, 0)
                    self.assertRaises(InvalidInputError, alignedSlice, sliceNode("Red"), volume)


class TestViews(SlicerCase):
    def checkViews(self, volume):
        """In each view, turned to the volume: the slice and voxel that Slicer itself finds under the middle."""
        image = slicer.vtkOrientedImageData()
        matrix = vtk.vtkMatrix4x4()
        volume.GetIJKToRASMatrix(matrix)
        image.SetGeometryFromImageToWorldMatrix(matrix)
        for name in VIEWS:
            node = sliceNode(name)
            rotateToVolume(node, volume)
            for ijk in cases.voxels_to_try(volume):
                ras = cases.ras_of_voxel(volume, ijk)
                node.JumpSliceByCentering(*ras)
                key = alignedSlice(node, volume)
                self.assertEqual(key.index, cases.on_slice(ijk, key.axis)[0], (name, ijk))
                xy = [size // 2 for size in node.GetDimensions()[:2]]
                found = [0, 0, 0]
                slicer.vtkSlicerSegmentEditorLogic.XyToIjk(xy, found, node, image, volume.GetParentTransformNode())
                self.assertEqual(cases.on_slice(found, key.axis)[0], key.index)

    def test_a_view_shows_the_slice_that_slicer_shows(self):
        for name in cases.GEOMETRIES:
            with self.subTest(geometry=name):
                self.checkViews(cases.volume(name))

    @unittest.skipUnless(cases.FILES.is_dir(), f"the real volumes are not here: {cases.FILES}")
    def test_it_does_on_real_volumes(self):
        for path in sorted(cases.FILES.glob("*.nii.gz")):
            with self.subTest(file=path.name):
                volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
                storage = volume.CreateDefaultStorageNode()
                storage.SetFileName(str(path))
                self.assertTrue(storage.ReadData(volume))
                self.checkViews(volume)
                cases.place(volume, cases.GEOMETRIES["transformed"][2])
                self.checkViews(volume)

    def test_an_oblique_view_is_refused_and_can_be_rotated(self):
        volume, node = cases.volume("oblique"), sliceNode("Green")
        node.SetOrientationToDefault()
        with self.assertRaises(ViewRefused) as caught:
            alignedSlice(node, volume)
        self.assertEqual(caught.exception.viewName, "Green")
        self.assertTrue(caught.exception.canRotate)
        self.assertIn("Green", str(caught.exception))
        rotateToVolume(node, volume)
        self.assertEqual(alignedSlice(node, volume).axis, 1)

    def test_a_tilt_that_would_show_two_slices_is_oblique(self):
        volume, node = cases.volume("anisotropic"), sliceNode("Red")
        rotateToVolume(node, volume)
        upright = slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS())
        # 31 columns of 0.8 mm: at 1.4 degrees the border is 0.6 mm, a quarter of a slice, off the middle.
        for degrees, shown in ((0.0, True), (1.0, True), (4.0, False)):
            node.GetSliceToRAS().DeepCopy(slicer.util.vtkMatrixFromArray(cases.turned(degrees, (0, 1, 0)) @ upright))
            node.UpdateMatrices()
            rotated = cases.ras_of_voxel(volume, (15, 12, 4))
            node.JumpSliceByOffsetting(*rotated)
            with self.subTest(degrees=degrees):
                if shown:
                    self.assertEqual(alignedSlice(node, volume), SliceKey(volume.GetID(), 0, 4))
                else:
                    self.assertRaises(ViewRefused, alignedSlice, node, volume)

    def test_a_plane_beside_the_volume_is_refused_without_a_button(self):
        volume, node = cases.volume("anisotropic"), sliceNode("Red")
        rotateToVolume(node, volume)
        node.SetSliceOffset(node.GetSliceOffset() + 500)
        with self.assertRaises(ViewRefused) as caught:
            alignedSlice(node, volume)
        self.assertFalse(caught.exception.canRotate)
        rotateToVolume(node, volume)
        self.assertEqual(alignedSlice(node, volume).index, 8)

    def test_a_single_slice_seen_edge_on_is_refused_and_can_be_rotated(self):
        volume, node = cases.volume("single slice"), sliceNode("Green")
        node.SetOrientationToDefault()
        node.JumpSliceByOffsetting(*cases.ras_of_voxel(volume, (15, 12, 0)))
        with self.assertRaisesRegex(ViewRefused, "edge-on") as caught:
            alignedSlice(node, volume)
        self.assertTrue(caught.exception.canRotate)
        rotateToVolume(node, volume)
        self.assertEqual(alignedSlice(node, volume), SliceKey(volume.GetID(), 0, 0))

    def test_go_to_moves_the_views_that_fit(self):
        volume = cases.volume("transformed")
        slicer.util.setSliceViewerLayers(background=volume)
        for name in VIEWS:
            rotateToVolume(sliceNode(name), volume)
        before = {alignedSlice(sliceNode(name), volume).axis: name for name in VIEWS}
        self.assertEqual(set(before), {0, 1, 2})
        others = {name: alignedSlice(sliceNode(name), volume) for axis, name in before.items() if axis != 1}
        goTo(volume, SliceKey(volume.GetID(), 1, 7))
        self.assertEqual(alignedSlice(sliceNode(before[1]), volume), SliceKey(volume.GetID(), 1, 7))
        for name, key in others.items():
            self.assertEqual(alignedSlice(sliceNode(name), volume), key)
        self.assertIn(SliceKey(volume.GetID(), 1, 7), displayedSlices(volume))
        self.assertEqual(len(displayedSlices(volume)), 3)

    def test_only_views_that_show_the_volume_display_its_slices(self):
        volume, other = cases.volume("anisotropic"), cases.volume("anisotropic")
        slicer.util.setSliceViewerLayers(background=other)
        for name in VIEWS:
            rotateToVolume(sliceNode(name), volume)
        self.assertEqual(displayedSlices(volume), [])
        self.assertEqual(len(displayedSlices(other)), 3)
        layers = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
        layers.SetForegroundVolumeID(volume.GetID())
        self.assertEqual(displayedSlices(volume), [])  # nobody sees it yet
        layers.SetForegroundOpacity(0.3)
        self.assertEqual([key.axis for key in displayedSlices(volume)], [0])


if __name__ == "__main__":
    main()

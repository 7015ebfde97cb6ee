"""Reading and writing segments: the right voxels, by the editor's rules, one undo step, and no other segment."""

import itertools
import tracemalloc
import unittest

import geometry_cases as cases
import numpy as np
import slicer
import vtk
from slicer_setting import SlicerCase, main
from vtk.util.numpy_support import numpy_to_vtk

from auxol_core.errors import InvalidInputError
from AuxOLSegmentLib.Scene.SegmentReader import maskDigest, maskOnSlice, occupiedSlices
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount, sliceShape


def blobs(shape, seed=0):
    """A random mask with some structure, (slices, rows, columns) bool."""
    noise = np.random.default_rng(seed).normal(size=shape)
    for axis in range(3):
        noise = noise + np.roll(noise, 1, axis) if shape[axis] > 1 else noise
    return noise > 0.5


def lattice_of(extra):
    """Another geometry over the same body: ``extra`` in front of the volume's own."""
    _shape, lattice, parent = cases.GEOMETRIES["anisotropic"]
    return cases.volume_of(np.zeros(extra[0], np.int16), lattice @ extra[1], parent)


# (shape, matrix from its IJK to the volume's): coarser, finer, shifted by half a voxel, turned
OTHER_LATTICES = {
    "coarser": ((4, 12, 16), cases.moved(0.5, 0.5, 0.5) @ cases.scaled(2, 2, 2)),
    "finer": ((18, 48, 62), cases.moved(-0.25, -0.25, -0.25) @ cases.scaled(0.5, 0.5, 0.5)),
    "shifted": ((9, 24, 31), cases.moved(0.4, -0.3, 0.2)),
    "turned": ((12, 40, 40), cases.moved(-4, -6, -2) @ cases.turned(20, (0, 0, 1))),
}


class SegmentCase(SlicerCase):
    """A volume, and a segmentation with the segments A and B."""

    def setUp(self):
        super().setUp()
        self.open("anisotropic")

    def open(self, name):
        self.volume = cases.volume(name)
        self.segmentation, (self.a, self.b) = cases.segmentation_for(self.volume, "A", "B")
        self.editor = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        self.editor.SetAndObserveSegmentationNode(self.segmentation)
        self.editor.SetAndObserveSourceVolumeNode(self.volume)
        self.history = slicer.vtkSlicerSegmentEditorLogic()
        self.history.SetSegmentEditorNode(self.editor)
        self.saves = 0
        self.writer = SegmentWriter(self.editor, self.save)

    def save(self):
        self.saves += 1
        self.history.SaveStateForUndo()

    def key(self, index, axis=0):
        return SliceKey(self.volume.GetID(), axis, index)

    def add(self, mask, index, axis=0, segmentID=None, **options):
        return self.writer.addMask(
            mask, self.key(index, axis), self.volume, self.segmentation, segmentID or self.a, **options
        )

    def have(self, segmentID=None):
        return cases.exported(self.segmentation, segmentID or self.a, self.volume)

    def put(self, segmentID, mask):
        cases.imported(self.segmentation, segmentID, self.volume, mask)


class TestReading(SegmentCase):
    def test_a_slice_is_what_slicer_exports(self):
        for name in cases.GEOMETRIES:
            self.open(name)
            wanted = blobs(cases.GEOMETRIES[name][0])
            wanted[:, :5], wanted[:, :, -6:] = False, False  # so that the stored labelmap is cropped
            self.put(self.a, wanted)
            self.put(self.b, ~wanted)
            for axis in (0, 1, 2):
                for index in range(sliceCount(self.volume, axis)):
                    mask = maskOnSlice(self.segmentation, self.a, self.volume, axis, index)
                    np.testing.assert_array_equal(mask, np.take(wanted, index, axis=axis), (name, axis, index))
                found = occupiedSlices(self.segmentation, self.a, self.volume, axis)
                others = tuple(each for each in (0, 1, 2) if each != axis)
                self.assertEqual(found, np.flatnonzero(wanted.any(axis=others)).tolist())

    def test_segments_of_one_shared_labelmap_are_told_apart(self):
        labels = np.random.default_rng(1).integers(0, 3, (9, 24, 31))
        self.put(self.a, labels == 1)
        self.put(self.b, labels == 2)
        self.segmentation.GetSegmentation().CollapseBinaryLabelmaps(False)
        self.assertEqual(self.segmentation.GetSegmentation().GetNumberOfLayers(), 1)
        for segmentID, value in ((self.a, 1), (self.b, 2)):
            mask = maskOnSlice(self.segmentation, segmentID, self.volume, 1, 4)
            np.testing.assert_array_equal(mask, labels[:, 4] == value)

    def test_an_empty_segment_is_nowhere(self):
        mask = maskOnSlice(self.segmentation, self.a, self.volume, 2, 3)
        self.assertEqual((mask.shape, mask.dtype, mask.any()), ((9, 24), bool, False))
        self.assertEqual(occupiedSlices(self.segmentation, self.a, self.volume, 0), [])

    def test_another_geometry_is_read_as_slicer_resamples_it(self):
        for name, extra in OTHER_LATTICES.items():
            source = lattice_of(extra)
            segmentation, (segmentID,) = cases.segmentation_for(source, "S")
            mask = np.zeros(extra[0], bool)
            mask[1:-2, 3:-3, 2:-4] = blobs(extra[0])[1:-2, 3:-3, 2:-4]
            cases.imported(segmentation, segmentID, source, mask)
            wanted = cases.exported(segmentation, segmentID, self.volume)
            self.assertTrue(wanted.any())
            for axis in (0, 1, 2):
                got = [maskOnSlice(segmentation, segmentID, self.volume, axis, i) for i in range(wanted.shape[axis])]
                np.testing.assert_array_equal(np.stack(got, axis), wanted, (name, axis))
                found = set(occupiedSlices(segmentation, segmentID, self.volume, axis))
                seen = {index for index, each in enumerate(got) if each.any()}
                self.assertLessEqual(seen, found, (name, axis))
                self.assertLessEqual(len(found - seen), 2, (name, axis))

    def test_a_segmentation_under_another_transform_is_read_in_the_world(self):
        wanted = blobs((9, 24, 31))
        self.put(self.a, wanted)
        shift = cases.moved(0.8, 0, 0)  # one column: the first axis goes to the left
        cases.place(self.segmentation, shift)
        mask = maskOnSlice(self.segmentation, self.a, self.volume, 0, 4)
        np.testing.assert_array_equal(mask[:, :-1], wanted[4][:, 1:])
        self.assertFalse(mask[:, -1].any())

    def test_what_is_not_there_is_said(self):
        with self.assertRaisesRegex(InvalidInputError, "no longer there"):
            maskOnSlice(self.segmentation, "gone", self.volume, 0, 0)
        self.put(self.a, blobs((9, 24, 31)))
        self.segmentation.CreateClosedSurfaceRepresentation()
        surface = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
        self.segmentation.GetSegmentation().SetSourceRepresentationName(surface)
        with self.assertRaisesRegex(InvalidInputError, "binary labelmap"):
            maskOnSlice(self.segmentation, self.a, self.volume, 0, 0)

    def test_a_digest_names_the_mask(self):
        mask = blobs((1, 8, 9))[0]
        self.assertEqual(maskDigest(mask), maskDigest(mask.copy()))
        self.assertNotEqual(maskDigest(mask), maskDigest(~mask))
        self.assertNotEqual(maskDigest(np.zeros((2, 8), bool)), maskDigest(np.zeros((8, 2), bool)))


class TestPlaces(SegmentCase):
    def test_a_pixel_becomes_its_voxel(self):
        for name in cases.GEOMETRIES:
            for axis in (0, 1, 2):
                self.open(name)
                wanted = np.zeros(cases.GEOMETRIES[name][0], bool)
                for i, j, k in cases.voxels_to_try(self.volume):
                    index, row, col = cases.on_slice((i, j, k), axis)
                    mask = np.zeros(sliceShape(self.volume, axis), bool)
                    mask[row, col] = True
                    written = self.add(mask, index, axis)
                    np.testing.assert_array_equal(written, mask)
                    wanted[k, j, i] = True
                    np.testing.assert_array_equal(self.have(), wanted, (name, axis, (i, j, k)))
                self.assertFalse(self.have(self.b).any())

    @unittest.skipUnless(cases.FILES.is_dir(), f"the real volumes are not here: {cases.FILES}")
    def test_it_does_on_real_volumes(self):
        for path in sorted(cases.FILES.glob("*.nii.gz")):
            self.volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
            storage = self.volume.CreateDefaultStorageNode()
            storage.SetFileName(str(path))
            self.assertTrue(storage.ReadData(self.volume))
            self.segmentation, (self.a, self.b) = cases.segmentation_for(self.volume, "A", "B")
            self.writer = SegmentWriter(None, None)
            for axis, (i, j, k) in zip((0, 1, 2, 0), cases.voxels_to_try(self.volume)[1:], strict=False):
                index, row, col = cases.on_slice((i, j, k), axis)
                mask = np.zeros(sliceShape(self.volume, axis), bool)
                mask[row, col] = True
                self.add(mask, index, axis)
                have = self.have()
                self.assertTrue(have[k, j, i], (path.name, axis))
            self.assertEqual(have.sum(), 4)

    def test_colour_is_written_as_grey_is(self):
        self.volume = cases.volume_of(np.zeros((2, 9, 8, 3), np.uint8), cases.GEOMETRIES["oblique"][1])
        self.segmentation, (self.a, self.b) = cases.segmentation_for(self.volume, "A", "B")
        mask = blobs((1, 9, 8))[0]
        np.testing.assert_array_equal(self.add(mask, 1), mask)
        np.testing.assert_array_equal(self.have()[1], mask)

    def test_a_segmentation_without_geometry_takes_the_volumes(self):
        self.segmentation, (self.a,) = cases.segmentation_for(None, "A")
        mask = blobs((1, 24, 31))[0]
        self.add(mask, 3)
        np.testing.assert_array_equal(self.have()[3], mask)
        role = self.segmentation.GetReferenceImageGeometryReferenceRole()
        self.assertEqual(self.segmentation.GetNodeReferenceID(role), self.volume.GetID())

    def test_it_takes_it_across_transforms(self):
        self.open("transformed")
        self.segmentation, (self.a,) = cases.segmentation_for(None, "A")
        cases.place(self.segmentation, cases.moved(5, 6, 7) @ cases.turned(40, (1, 1, 0)))
        mask = blobs((1, 24, 31))[0]
        np.testing.assert_array_equal(self.add(mask, 3), mask)
        np.testing.assert_array_equal(maskOnSlice(self.segmentation, self.a, self.volume, 0, 3), mask)
        # Slicer's export resamples across the two transforms and is a voxel off in places: compare in the world.
        wanted = [cases.ras_of_voxel(self.volume, (col, row, 3)) for row, col in np.argwhere(mask)]
        np.testing.assert_allclose(cases.world_of_voxels(self.segmentation, self.a), wanted, atol=1e-6)

    def test_on_another_lattice_it_lands_as_near_as_that_lattice_allows(self):
        mask = np.zeros((24, 31), bool)
        mask[6:18, 8:24] = True
        for name, extra in OTHER_LATTICES.items():
            source = lattice_of(extra)
            self.segmentation, (self.a,) = cases.segmentation_for(source, "A")
            before = slicer.vtkOrientedImageData()
            written = self.add(mask, 4)
            have = maskOnSlice(self.segmentation, self.a, self.volume, 0, 4)
            np.testing.assert_array_equal(written, have & mask)
            shared = 2 * (have & mask).sum() / (have.sum() + mask.sum())
            self.assertGreater(shared, 0.9, name)
            # The segment stays on its lattice.
            stored = self.segmentation.GetBinaryLabelmapInternalRepresentation(self.a)
            self.segmentation.GetSegmentation().SetImageGeometryFromCommonLabelmapGeometry(before)
            self.assertTrue(slicer.vtkOrientedImageDataResample.DoGeometriesMatch(stored, before))
            np.testing.assert_allclose(stored.GetSpacing(), source.GetSpacing(), atol=1e-6)
            if name == "finer":
                self.assertEqual(cases.exported(self.segmentation, self.a, source).sum(), 12 * 16 * 8)

    def test_slices_beyond_the_written_one_stay_free(self):
        self.add(np.ones((24, 31), bool), 4)
        self.assertEqual(occupiedSlices(self.segmentation, self.a, self.volume, 0), [4])


class TestRules(SegmentCase):
    def test_every_masking_and_overwrite_mode_does_what_the_editor_does(self):
        """Against vtkSlicerSegmentEditorLogic with the same settings, on a copy of the segmentation."""
        modes = slicer.vtkMRMLSegmentationNode
        areas = (
            modes.EditAllowedEverywhere,
            modes.EditAllowedInsideAllSegments,
            modes.EditAllowedInsideVisibleSegments,
            modes.EditAllowedOutsideAllSegments,
            modes.EditAllowedOutsideVisibleSegments,
            modes.EditAllowedInsideSingleSegment,
        )
        node = slicer.vtkMRMLSegmentEditorNode
        overwrites = (node.OverwriteAllSegments, node.OverwriteVisibleSegments, node.OverwriteNone)
        labels = np.random.default_rng(4).integers(0, 4, (9, 24, 31))
        for area, overwrite, intensity, shared in itertools.product(areas, overwrites, (False, True), (False, True)):
            with self.subTest(area=area, overwrite=overwrite, intensity=intensity, shared=shared):
                slicer.mrmlScene.Clear(0)
                self.checkRules(labels, area, overwrite, intensity, shared)

    def checkRules(self, labels, area, overwrite, intensity, shared):
        mask = blobs((1, 24, 31), 5)[0]
        results = []
        for ours in (True, False):
            self.open("anisotropic")
            c = self.segmentation.GetSegmentation().AddEmptySegment("C", "C")
            for segmentID, value in ((self.a, 1), (self.b, 2), (c, 3)):
                self.put(segmentID, labels == value)
                logic = slicer.vtkSlicerSegmentationsModuleLogic
                logic.SetSegmentStatus(self.segmentation.GetSegmentation().GetSegment(segmentID), logic.InProgress)
            if shared:
                self.segmentation.GetSegmentation().CollapseBinaryLabelmaps(False)
            self.segmentation.GetDisplayNode().SetSegmentVisibility(c, False)
            self.editor.SetSelectedSegmentID(self.a)
            self.editor.SetMaskMode(area)
            self.editor.SetMaskSegmentID(self.b)
            self.editor.SetOverwriteMode(overwrite)
            self.editor.SetSourceVolumeIntensityMask(intensity)
            self.editor.SetSourceVolumeIntensityMaskRange(2000, 2300)
            if ours:
                written = self.add(mask, 4)
            else:
                self.editAsSlicer(mask, 4)
            results.append([self.have(segmentID) for segmentID in (self.a, self.b, c)])
        for got, wanted in zip(*results, strict=True):
            np.testing.assert_array_equal(got, wanted)
        # What was written is in the segment, and nothing of the mask beside it has come.
        self.assertTrue(results[0][0][4][written].all())
        np.testing.assert_array_equal(results[0][0][4] & mask, written | ((labels[4] == 1) & mask))

    def editAsSlicer(self, mask, index):
        modifier = slicer.vtkOrientedImageData()
        geometry = self.history.GetReferenceImageGeometryString()
        slicer.vtkSegmentationConverter.DeserializeImageGeometry(geometry, modifier, True)
        whole = np.zeros((9, 24, 31), np.uint8)
        whole[index] = mask
        array = numpy_to_vtk(whole.ravel(), deep=True, array_type=vtk.VTK_UNSIGNED_CHAR)
        modifier.GetPointData().SetScalars(array)
        self.history.ModifySegmentByLabelmap(
            self.segmentation, self.a, modifier, self.history.ModificationModeAdd, True, False
        )

    def test_what_the_segment_has_already_counts_as_written(self):
        self.put(self.a, np.ones((9, 24, 31), bool))
        self.editor.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedOutsideVisibleSegments)
        mask = blobs((1, 24, 31))[0]
        np.testing.assert_array_equal(self.add(mask, 4), mask)
        self.assertEqual(self.saves, 0)

    def test_without_an_editor_no_other_segment_is_touched(self):
        self.put(self.b, np.ones((9, 24, 31), bool))
        self.writer = SegmentWriter(None, None)
        mask = blobs((1, 24, 31))[0]
        np.testing.assert_array_equal(self.add(mask, 2), mask)
        self.assertTrue(self.have(self.b).all())
        np.testing.assert_array_equal(self.have()[2], mask)

    def test_a_neighbour_that_is_not_overlapped_is_not_touched(self):
        self.put(self.b, blobs((9, 24, 31)) & (np.arange(9) < 4)[:, None, None])
        self.segmentation.GetSegmentation().SeparateSegmentLabelmap(self.b)
        stamp = self.segmentation.GetBinaryLabelmapInternalRepresentation(self.b).GetMTime()
        self.add(np.ones((24, 31), bool), 6)
        self.assertEqual(self.segmentation.GetBinaryLabelmapInternalRepresentation(self.b).GetMTime(), stamp)

    def test_overlapping_segments_stay_whole_where_nothing_is_overwritten(self):
        self.editor.SetOverwriteMode(self.editor.OverwriteNone)
        first, second = blobs((1, 24, 31), 1)[0], blobs((1, 24, 31), 2)[0]
        self.assertTrue((first & second).any())
        for _again in range(2):
            self.add(first, 3)
            self.add(second, 3, segmentID=self.b)
        np.testing.assert_array_equal(self.have()[3], first)
        np.testing.assert_array_equal(self.have(self.b)[3], second)

    def test_a_neighbour_on_another_lattice_keeps_its_lattice(self):
        coarse = lattice_of(OTHER_LATTICES["coarser"])
        full = np.ones((4, 12, 16), bool)
        self.put(self.a, blobs((9, 24, 31)))
        self.segmentation.GetSegmentation().SeparateSegmentLabelmap(self.b)
        cases.imported(self.segmentation, self.b, coarse, full)
        spacing = self.segmentation.GetBinaryLabelmapInternalRepresentation(self.b).GetSpacing()
        self.assertNotEqual(spacing, self.segmentation.GetBinaryLabelmapInternalRepresentation(self.a).GetSpacing())
        mask = np.zeros((24, 31), bool)
        mask[4:12, 4:20] = True
        self.add(mask, 4)
        image = self.segmentation.GetBinaryLabelmapInternalRepresentation(self.b)
        self.assertEqual(image.GetSpacing(), spacing)
        rest = maskOnSlice(self.segmentation, self.b, self.volume, 0, 4)
        self.assertFalse(rest[6:10, 6:18].any())
        self.assertTrue(rest[14:, :].any())
        self.assertTrue(maskOnSlice(self.segmentation, self.b, self.volume, 0, 0).any())


class TestUndo(SegmentCase):
    def test_a_write_is_one_undo_step_that_restores_all_segments(self):
        start = blobs((9, 24, 31), 7)
        self.put(self.a, start)
        self.put(self.b, ~start)
        after = [(self.have(), self.have(self.b))]
        for index in (4, 5, 4, 6):  # the first by the editor's logic, the others in place
            self.add(blobs((1, 24, 31), 10 + len(after))[0], index)
            after.append((self.have(), self.have(self.b)))
        self.assertEqual(self.saves, 4)
        for wanted in after[-2::-1]:
            self.history.Undo()
            np.testing.assert_array_equal(self.have(), wanted[0])
            np.testing.assert_array_equal(self.have(self.b), wanted[1])
        self.history.Redo()
        np.testing.assert_array_equal(self.have(), after[1][0])

    def test_the_first_write_can_be_undone_too(self):
        self.add(blobs((1, 24, 31))[0], 4)
        self.history.Undo()
        self.assertFalse(self.have().any())

    def test_nothing_to_write_is_no_step(self):
        mask = blobs((1, 24, 31))[0]
        self.add(mask, 4)
        self.assertEqual(self.saves, 1)
        np.testing.assert_array_equal(self.add(mask, 4), mask)
        self.assertFalse(self.add(np.zeros((24, 31), bool), 5).any())
        self.editor.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedInsideSingleSegment)
        self.editor.SetMaskSegmentID(self.b)
        self.assertFalse(self.add(mask, 6).any())
        self.assertEqual(self.saves, 1)

    def test_several_writes_can_be_one_step(self):
        self.add(blobs((1, 24, 31))[0], 4)
        self.add(blobs((1, 24, 31))[0], 5, undo=False)
        self.assertEqual(self.saves, 1)


class TestTakingBack(SegmentCase):
    """A mask is taken out of one segment."""

    def remove(self, mask, index, segmentID=None):
        return self.writer.removeMask(mask, self.key(index), self.volume, self.segmentation, segmentID or self.a)

    def test_it_is_one_undo_step_and_touches_nothing_else(self):
        start = blobs((9, 24, 31), 7)
        self.put(self.a, start)
        self.put(self.b, ~start)
        self.assertTrue(self.remove(start[4], 4))
        self.assertEqual(self.saves, 1)
        wanted = start.copy()
        wanted[4] = False
        np.testing.assert_array_equal(self.have(), wanted)
        np.testing.assert_array_equal(self.have(self.b), ~start)
        self.history.Undo()
        np.testing.assert_array_equal(self.have(), start)

    def test_where_masking_keeps_a_part_nothing_is_done(self):
        start = blobs((9, 24, 31), 7)
        self.put(self.a, start)
        self.put(self.b, ~start)
        self.editor.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedInsideSingleSegment)
        self.editor.SetMaskSegmentID(self.b)
        self.assertFalse(self.remove(start[4], 4))
        np.testing.assert_array_equal(self.have(), start)
        self.assertEqual(self.saves, 0)

    def test_what_was_added_on_another_lattice_is_gone_from_the_slice(self):
        mask = np.zeros((24, 31), bool)
        mask[6:18, 8:24] = True
        for name, extra in OTHER_LATTICES.items():
            self.segmentation, (self.a,) = cases.segmentation_for(lattice_of(extra), "A")
            self.add(mask, 4)
            self.assertTrue(self.remove(maskOnSlice(self.segmentation, self.a, self.volume, 0, 4), 4))
            self.assertFalse(maskOnSlice(self.segmentation, self.a, self.volume, 0, 4).any(), name)

    def test_nothing_to_take_back_is_no_step(self):
        self.assertTrue(self.remove(np.zeros((24, 31), bool), 4))
        self.assertEqual(self.saves, 0)


class TestNotices(SegmentCase):
    def test_observers_see_the_write_and_who_it_was(self):
        seen = []
        segmentation = self.segmentation.GetSegmentation()
        event = slicer.vtkSegmentation.SourceRepresentationModified
        tag = segmentation.AddObserver(event, lambda *_: seen.append(self.writer.writing))
        self.add(np.eye(24, 31, dtype=bool), 4)  # the editor's logic
        self.add(np.eye(24, 31, dtype=bool)[::-1], 4)  # in place
        segmentation.RemoveObserver(tag)
        self.assertEqual(seen, [True, True])
        self.assertFalse(self.writer.writing)

    def test_a_write_in_place_looks_to_observers_like_slicers_own(self):
        segmentation, seen = self.segmentation.GetSegmentation(), []
        names = ("SourceRepresentationModified", "RepresentationModified", "SegmentModified")
        names += ("ContainedRepresentationNamesModified", "SegmentAdded", "SegmentRemoved")
        tags = [
            segmentation.AddObserver(getattr(slicer.vtkSegmentation, name), lambda *_, name=name: seen.append(name))
            for name in names
        ]
        self.add(np.ones((24, 31), bool), 3)
        self.add(np.ones((24, 31), bool), 5)
        seen.clear()
        self.add(np.ones((24, 31), bool), 6)
        logics = list(seen)
        seen.clear()
        stamp = self.segmentation.GetBinaryLabelmapInternalRepresentation(self.a).GetMTime()
        self.add(np.eye(24, 31, dtype=bool), 4)
        for tag in tags:
            segmentation.RemoveObserver(tag)
        self.assertEqual(seen, logics)
        self.assertGreater(self.segmentation.GetBinaryLabelmapInternalRepresentation(self.a).GetMTime(), stamp)

    def test_the_first_voxels_put_the_segment_in_progress(self):
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        segment = self.segmentation.GetSegmentation().GetSegment(self.a)
        self.assertEqual(logic.GetSegmentStatus(segment), logic.NotStarted)
        self.add(np.eye(24, 31, dtype=bool), 4)
        self.assertEqual(logic.GetSegmentStatus(segment), logic.InProgress)
        self.put(self.b, np.ones((9, 24, 31), bool) & (np.arange(31) < 9))
        segment = self.segmentation.GetSegmentation().GetSegment(self.b)
        self.assertEqual(logic.GetSegmentStatus(segment), logic.NotStarted)
        self.add(np.eye(24, 31, k=12, dtype=bool), 4, segmentID=self.b)
        self.assertEqual(logic.GetSegmentStatus(segment), logic.InProgress)

    def test_a_surface_on_display_follows(self):
        self.add(np.pad(np.ones((10, 10), bool), ((5, 9), (5, 16))), 4)
        self.add(np.pad(np.ones((10, 10), bool), ((5, 9), (5, 16))), 5)
        self.segmentation.CreateClosedSurfaceRepresentation()
        before = self.segmentation.GetClosedSurfaceInternalRepresentation(self.a).GetBounds()
        self.add(np.pad(np.ones((10, 20), bool), ((5, 9), (5, 6))), 5)
        after = self.segmentation.GetClosedSurfaceInternalRepresentation(self.a).GetBounds()
        self.assertLess(after[0], before[0] - 4)

    def test_what_cannot_be_written_is_said_and_writing_ends(self):
        with self.assertRaisesRegex(InvalidInputError, r"\(3, 4\).*\(24, 31\)"):
            self.add(np.ones((3, 4), bool), 0)
        with self.assertRaisesRegex(InvalidInputError, "no longer there"):
            self.add(np.ones((24, 31), bool), 0, segmentID="gone")
        self.editor.SetMaskMode(999)
        with self.assertRaisesRegex(InvalidInputError, "999"):
            self.add(np.ones((24, 31), bool), 0)
        self.assertFalse(self.writer.writing)
        self.assertFalse(self.have().any())

    def test_provenance_comes_back(self):
        self.assertEqual(self.writer.provenance(self.segmentation, self.a), {})
        self.writer.setProvenance(self.segmentation, self.a, "Leber, Ä", 12, "ab12", False)
        wanted = {"task": "Leber, Ä", "version": 12, "generalist": "ab12", "reviewed": False}
        self.assertEqual(self.writer.provenance(self.segmentation, self.a), wanted)
        self.assertEqual(self.writer.provenance(self.segmentation, self.b), {})
        path = self.folder / "labels.seg.nrrd"
        self.put(self.a, blobs((9, 24, 31)))
        self.assertTrue(slicer.util.saveNode(self.segmentation, str(path)))
        loaded = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        storage = loaded.CreateDefaultStorageNode()
        storage.SetFileName(str(path))
        self.assertTrue(storage.ReadData(loaded))
        segmentID = loaded.GetSegmentation().GetNthSegmentID(0)
        self.assertEqual(self.writer.provenance(loaded, segmentID), wanted)
        np.testing.assert_array_equal(
            maskOnSlice(loaded, segmentID, self.volume, 0, 4), maskOnSlice(self.segmentation, self.a, self.volume, 0, 4)
        )


class TestCost(SegmentCase):
    def test_a_click_copies_no_volume(self):
        """numpy's memory; a slice is 64 KB, the volume 4 MB. VTK's own growth of a labelmap is not counted."""
        self.volume = cases.volume_of(np.zeros((64, 256, 256), np.int16), np.identity(4))
        self.segmentation, (self.a, self.b) = cases.segmentation_for(self.volume, "A", "B")
        self.put(self.b, np.ones((64, 256, 256), bool))
        self.editor.SetAndObserveSourceVolumeNode(self.volume)
        self.editor.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedOutsideVisibleSegments)
        self.editor.SetSourceVolumeIntensityMask(True)
        mask = np.ones((256, 256), bool)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for axis, shape in ((0, (256, 256)), (1, (64, 256)), (2, (64, 256))):
            tracemalloc.reset_peak()
            self.add(mask[: shape[0]], 30, axis)
            maskOnSlice(self.segmentation, self.b, self.volume, axis, 30)
            self.assertLess(tracemalloc.get_traced_memory()[1], 2_000_000, axis)


if __name__ == "__main__":
    main()

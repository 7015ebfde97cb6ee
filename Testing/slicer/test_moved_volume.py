"""A volume that lies elsewhere, has another image, or can be worked on now: what is marked and proposed goes along."""

import numpy as np
import slicer
from session_case import SessionCase, dice, volume_with
from slicer_setting import main, quiet, until


def deformation():
    """A transform that is not linear, though it moves nothing."""
    import vtk

    points = vtk.vtkPoints()
    for place in ((0, 0, 0), (40, 0, 0), (0, 40, 0), (0, 0, 40)):
        points.InsertNextPoint(place)
    spline = vtk.vtkThinPlateSplineTransform()
    spline.SetSourceLandmarks(points)
    spline.SetTargetLandmarks(points)
    spline.SetBasisToR()
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode")
    transform.SetAndObserveTransformToParent(spline)
    return transform


def shift(*millimetres):
    transform, matrix = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode"), np.identity(4)
    matrix[:3, 3] = millimetres
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    return transform


class MovedCase(SessionCase):
    def marked(self):
        """A box, two points and a scribble on slice 6, answered."""
        self.propose()
        self.session.promptPoint(self.key(6), 34, 30)
        self.session.promptPoint(self.key(6), 4, 5, positive=False)
        self.session.promptScribble(self.key(6), ((30, 28), (36, 33)))
        quiet()
        until(lambda: len(self.session.prompts.objects()) == 1 and not self.session.parts.prompting._asking)

    def inPixels(self):
        """Where the marks and the mask that are drawn lie, in pixels of the slice."""
        from AuxOLSegmentLib.Prompts.PromptNodes import ROLES, promptNodes
        from AuxOLSegmentLib.Scene.VolumeReader import pixelOfRas

        places = []
        for role in ROLES:
            for node in promptNodes(role, self.volume):
                for at in range(node.GetNumberOfControlPoints()):
                    ras = [0.0, 0.0, 0.0]
                    node.GetNthControlPointPositionWorld(at, ras)
                    places.append(pixelOfRas(self.volume, 0, ras))
        return np.array(places)

    def assertGoesAlong(self, move):
        self.marked()
        before, (shown,) = self.inPixels(), self.session.proposals.on(self.key(6))
        prompt = self.session.prompts.prompt(shown.objectID)
        move()
        quiet()
        np.testing.assert_allclose(self.inPixels(), before, atol=0.01)
        now = self.session.prompts.prompt(shown.objectID)
        self.assertEqual((now.box, now.strokes), (prompt.box, prompt.strokes))
        for point, earlier in zip(now.points, prompt.points, strict=True):
            np.testing.assert_allclose((point.row, point.col), (earlier.row, earlier.col), atol=1e-6)
        np.testing.assert_array_equal(self.session.layer.mask(self.key(6)), shown.mask)
        self.assertEqual([each.proposalID for each in self.session.proposals.all()], [shown.proposalID])
        slicer.util.setSliceViewerLayers(fit=True)
        self.show(6)
        self.assertTrue(self.session.accept(), self.session.message)
        self.assertGreater(dice(self.mask(), shown.mask), 0.9)  # the segmentation's voxels lie between the volume's now


class TestMoved(MovedCase):
    def test_a_new_origin(self):
        self.assertGoesAlong(lambda: self.volume.SetOrigin(-31.5, 20.25, 7.0))

    def test_a_move_by_whole_voxels(self):
        self.assertGoesAlong(lambda: self.volume.SetOrigin(3.0, 0.0, 0.0))

    def test_a_hardened_transform(self):
        def move():
            self.volume.SetAndObserveTransformNodeID(shift(25.0, 5.5, 1.0).GetID())
            quiet()
            self.volume.HardenTransform()

        self.assertGoesAlong(move)


class TestAnotherImage(MovedCase):
    def test_voxels_that_are_changed_in_place_are_asked_for_anew(self):
        before = self.propose(6)
        (old,) = self.session.proposals.on(self.key(6))
        array = slicer.util.arrayFromVolume(self.volume)
        array[:] = np.roll(array, 9, axis=2)
        slicer.util.arrayFromVolumeModified(self.volume)
        until(lambda: [s for s in self.session.proposals.on(self.key(6)) if s.proposalID != old.proposalID])
        (now,) = self.session.proposals.on(self.key(6))
        self.assertLess(dice(now.mask, before), 0.9)

    def test_a_volume_that_is_cropped_takes_what_was_marked_along(self):
        self.marked()
        values = slicer.util.arrayFromVolume(self.volume)[2:, 10:, :].copy()
        slicer.util.updateVolumeFromArray(self.volume, values)
        self.volume.SetOrigin(0.0, 10.0, 5.0)
        quiet()
        self.assertFalse(self.failed(), self.session.message)
        self.assertIn("another size or place", self.session.message[0])
        self.assertEqual((self.session.prompts.objects(), self.session.proposals.all()), ([], []))
        self.truth = self.truth[2:, 10:, :]
        self.propose(4)
        self.assertTrue(self.session.accept())


class TestMended(SessionCase):
    def refused(self, volume):
        self.session.setInputs(volume, self.segmentation, self.segmentID)
        self.session.prompts.start("box")
        self.assertEqual(self.session.prompts.mode, "")

    def test_a_volume_whose_transform_is_taken_away_can_be_prompted(self):
        volume = volume_with(self.truth, name="Registered")
        volume.SetAndObserveTransformNodeID(deformation().GetID())
        slicer.util.setSliceViewerLayers(background=volume, fit=True)
        self.refused(volume)
        volume.SetAndObserveTransformNodeID(None)
        quiet()
        self.volume = volume
        self.propose()

    def test_a_volume_that_gets_its_image_later_can_be_prompted(self):
        volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Output")
        self.refused(volume)
        slicer.util.updateVolumeFromArray(volume, slicer.util.arrayFromVolume(self.volume).copy())
        volume.CopyOrientation(self.volume)
        volume.CreateDefaultDisplayNodes()
        slicer.util.setSliceViewerLayers(background=volume, fit=True)
        quiet()
        self.volume = volume
        self.propose()

    def test_one_that_is_deformed_meanwhile_is_refused(self):
        self.propose()
        self.volume.SetAndObserveTransformNodeID(deformation().GetID())
        quiet()
        self.assertIn("non-linear", self.session.message[0])
        self.session.prompts.start("box")
        self.assertEqual(self.session.prompts.mode, "")
        self.volume.SetAndObserveTransformNodeID(None)
        quiet()
        self.assertEqual(len(self.session.prompts.objects()), 1)


if __name__ == "__main__":
    main()

"""Boxes and points, by real mouse events in the slice views: where they land, and what becomes of them."""

import geometry_cases as cases
import numpy as np
import slicer
import vtk
from slicer_setting import SlicerCase, hand, main, until

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.types import Box, Point
from AuxOLSegmentLib.Prompts.PromptReader import PromptReader
from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, ViewRefused, alignedSlice, rotateToVolume, sliceShape

VIEWS = ("Red", "Green", "Yellow")


def view(name="Red"):
    return slicer.app.layoutManager().sliceWidget(name)


def event(name, at, viewName="Red", key="", ctrl=False):
    interactor = view(viewName).sliceView().interactor()
    interactor.SetEventInformation(*at, int(ctrl), 0, "\0", 0, key)
    interactor.InvokeEvent(name)


class PromptCase(SlicerCase):
    def setUp(self):
        super().setUp()
        self.changed, self.removed, self.refused, self.modes = [], [], [], []
        self.prompts = self.newReader()
        self.open(cases.volume("anisotropic"))

    def newReader(self):
        reader = PromptReader(
            self.changed.append,
            lambda objectID, key: self.removed.append((objectID, key)),
            self.refused.append,
            self.modes.append,
        )
        self.addCleanup(reader.cleanup)
        return reader

    def open(self, volume, index=4):
        """The volume in all views, voxels upright, the slice ``index`` along k in one of them."""
        self.volume = volume
        self.prompts.setVolume(volume)
        slicer.util.setSliceViewerLayers(background=volume, fit=True)
        for name in VIEWS:
            rotateToVolume(view(name).mrmlSliceNode(), volume)
            view(name).fitSliceToBackground()
        self.scroll("Red", (0, 0, index))

    def scroll(self, name, ijk):
        view(name).mrmlSliceNode().JumpSliceByOffsetting(*cases.ras_of_voxel(self.volume, ijk))

    def key(self, name="Red"):
        return alignedSlice(view(name).mrmlSliceNode(), self.volume)

    def at(self, i, j, k=4, name="Red"):
        """Where a voxel (or a place between voxels) is in the view."""
        return hand(name).position(cases.ras_of_voxel(self.volume, (i, j, k)))

    def box(self, i=(8, 20), j=(6, 15), k=4):
        """Drag around the voxels i[0]..i[1]-1, j[0]..j[1]-1 of the slice k; the object."""
        self.prompts.start("box")
        hand().drag(self.at(i[0] - 0.5, j[0] - 0.5, k), self.at(i[1] - 0.5, j[1] - 0.5, k))
        return self.prompts.active

    def click(self, i, j, k=4, mode="positive", name="Red"):
        if self.prompts.mode != mode:
            self.prompts.start(mode)
        hand(name).click(self.at(i, j, k, name))
        return self.prompts.active

    def points(self, objectID):
        return [(round(point.row), round(point.col), point.positive) for point in self.prompts.prompt(objectID).points]

    def markups(self, role="positive"):
        nodes = slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")
        return next((node for node in nodes if node.GetAttribute("AuxOL.Role") == role), None)


class TestPlaces(PromptCase):
    def test_a_click_is_the_voxel_under_the_mouse_and_lands_there(self):
        for geometry in cases.GEOMETRIES:
            self.open(cases.volume(geometry), 0)
            segmentation, (segmentID,) = cases.segmentation_for(self.volume, "A")
            wanted = np.zeros(cases.GEOMETRIES[geometry][0], bool)
            for name in ("Red",) if geometry == "single slice" else VIEWS:
                for i, j, k in cases.voxels_to_try(self.volume):
                    self.scroll(name, (i, j, k))
                    objectID = self.click(i, j, k, name=name)
                    self.assertEqual(self.refused, [])
                    key = self.prompts.key(objectID)
                    index, row, col = cases.on_slice((i, j, k), key.axis)
                    self.assertEqual(key.index, index, (geometry, name))
                    self.assertEqual(self.points(objectID), [(row, col, True)], (geometry, name))
                    mask = np.zeros(sliceShape(self.volume, key.axis), bool)
                    mask[round(self.prompts.prompt(objectID).points[0].row)][
                        round(self.prompts.prompt(objectID).points[0].col)
                    ] = True
                    SegmentWriter(None, None).addMask(mask, key, self.volume, segmentation, segmentID)
                    wanted[k, j, i] = True
                    np.testing.assert_array_equal(cases.exported(segmentation, segmentID, self.volume), wanted)
                    self.prompts.remove(objectID)

    def test_a_dragged_box_is_the_voxels_under_it(self):
        for geometry in cases.GEOMETRIES:
            self.open(cases.volume(geometry), 0)
            for name in ("Red",) if geometry == "single slice" else VIEWS:
                key = self.key(name)
                rows, cols = sliceShape(self.volume, key.axis)
                edges = Box(1, 3, rows - 2, cols - 6)
                corners = []
                for row, col in ((edges.row1 - 0.5, edges.col0 - 0.5), (edges.row0 - 0.5, edges.col1 - 0.5)):
                    ijk = {0: (col, row, key.index), 1: (col, key.index, row), 2: (key.index, col, row)}[key.axis]
                    corners.append(hand(name).position(cases.ras_of_voxel(self.volume, ijk)))
                self.prompts.start("box")
                hand(name).drag(*corners)
                self.assertEqual(self.refused, [])
                box = self.prompts.prompt(self.prompts.active).box
                self.assertEqual(self.prompts.key(self.prompts.active), key)
                got = np.array([box.row0, box.col0, box.row1, box.col1])
                # The mouse is on a pixel of the screen: up to half of one beside the corner.
                width = view(name).mrmlSliceNode().GetFieldOfView()[0] / view(name).mrmlSliceNode().GetDimensions()[0]
                voxel = min(self.volume.GetSpacing()) if geometry != "transformed" else 0.6 * 1.5
                tolerance = 0.75 * width / voxel
                np.testing.assert_allclose(
                    got, (1, 3, rows - 2, cols - 6), atol=tolerance, err_msg=f"{geometry} {name}"
                )
                self.assertLess(tolerance, 0.6)

    def test_a_box_that_goes_beyond_the_image_ends_at_its_border(self):
        objectID = self.box(i=(-8, 20), j=(6, 40))
        box = self.prompts.prompt(objectID).box
        self.assertEqual((box.col0, box.row1), (0, 24))

    def test_prompts_follow_the_volume_into_a_transform(self):
        objectID = self.box()
        self.click(10, 8)
        before = self.prompts.prompt(objectID)
        ras = [0.0] * 3
        cases.place(self.volume, cases.GEOMETRIES["transformed"][2])
        after = self.prompts.prompt(objectID)
        self.assertEqual((after.box, after.points), (before.box, before.points))
        self.markups().GetNthControlPointPositionWorld(0, ras)
        np.testing.assert_allclose(ras, cases.ras_of_voxel(self.volume, (10, 8, 4)), atol=1.5)
        again = self.newReader()
        again.setVolume(self.volume)
        np.testing.assert_allclose(again.prompt(objectID).points[0].row, before.points[0].row, atol=1e-4)


class TestRefusals(PromptCase):
    def test_an_oblique_view_takes_neither_points_nor_boxes(self):
        node = view("Green").mrmlSliceNode()
        node.GetSliceToRAS().DeepCopy(slicer.util.vtkMatrixFromArray(cases.turned(30, (1, 1, 0))))
        node.UpdateMatrices()
        for mode in ("positive", "negative", "box"):
            self.prompts.start(mode)
            hand("Green").drag((150, 150), (250, 250))
            hand("Green").click((200, 200))
        self.assertGreaterEqual(len(self.refused), 3)
        for error in self.refused:
            self.assertIsInstance(error, ViewRefused)
            self.assertTrue(error.canRotate)
        self.assertEqual((self.prompts.objects(), self.changed), ([], []))
        self.assertEqual(self.markups().GetNumberOfDefinedControlPoints(), 0)

    def test_a_negative_point_alone_is_refused_in_a_sentence(self):
        self.click(10, 8, mode="negative")
        self.assertIsInstance(self.refused[0], InvalidInputError)
        self.assertIn("negative", str(self.refused[0]))
        self.assertEqual(self.prompts.objects(), [])
        self.assertEqual(self.markups("negative").GetNumberOfDefinedControlPoints(), 0)
        self.assertEqual(self.prompts.mode, "negative")

    def test_a_click_beside_the_image_is_refused(self):
        self.click(-4, 8)
        self.assertIn("outside the image", str(self.refused[0]))
        self.assertEqual(self.prompts.objects(), [])

    def test_a_box_beside_the_image_is_refused(self):
        self.box(i=(-9, -4))
        self.assertEqual(len(self.refused), 1)
        self.assertEqual(self.prompts.objects(), [])

    def test_a_volume_with_transparency_is_refused_in_words(self):
        self.prompts.setVolume(cases.volume_of(np.zeros((2, 8, 8, 4), np.uint8), np.identity(4)))
        self.prompts.start("box")
        self.assertIn("four components", str(self.refused[0]))
        self.assertEqual(self.prompts.mode, "")

    def test_a_point_in_space_is_refused_and_goes(self):
        """As a click in a 3D view would make, if the markups were not kept to the slice views."""
        self.prompts.start("positive")
        node = self.markups()
        for viewNode in slicer.util.getNodesByClass("vtkMRMLViewNode"):
            self.assertFalse(node.GetDisplayNode().IsDisplayableInView(viewNode.GetID()))
        self.assertTrue(node.GetDisplayNode().IsDisplayableInView(view().mrmlSliceNode().GetID()))
        node.AddControlPointWorld(500, 500, 500)
        self.assertIn("no slice on display", str(self.refused[0]))
        until(lambda: node.GetNumberOfControlPoints() == 0, 5)
        self.assertEqual((self.prompts.objects(), self.removed), ([], []))

    def test_nothing_is_taken_without_a_volume(self):
        self.prompts.setVolume(None)
        self.prompts.start("positive")
        self.assertEqual((len(self.refused), self.prompts.mode), (1, ""))

    def test_a_mode_that_is_none_is_an_error(self):
        self.assertRaises(InvalidInputError, self.prompts.start, "polygon")


class TestDrag(PromptCase):
    def props(self):
        """How many frames are drawn: the actors of markups are of another class."""
        props = view().sliceView().renderWindow().GetRenderers().GetFirstRenderer().GetViewProps()
        return sum(type(props.GetItemAsObject(at)) is vtk.vtkActor2D for at in range(props.GetNumberOfItems()))

    def test_a_frame_is_drawn_while_the_box_is_dragged(self):
        self.prompts.start("box")
        before, first, second = self.props(), self.at(8, 6), self.at(20, 15)
        event("LeftButtonPressEvent", first)
        event("MouseMoveEvent", second)
        self.assertEqual(self.props(), before + 1)
        self.assertEqual(self.prompts.objects(), [])
        event("LeftButtonReleaseEvent", second)
        self.assertEqual(self.props(), before)
        self.assertEqual(len(self.prompts.objects()), 1)

    def test_a_click_without_a_drag_does_nothing(self):
        self.prompts.start("box")
        hand().click(self.at(10, 8))
        hand().drag(self.at(10, 8), (self.at(10, 8)[0] + 2, self.at(10, 8)[1] - 1))
        self.assertEqual((self.prompts.objects(), self.refused, self.changed), ([], [], []))

    def test_the_right_button_a_key_or_scrolling_away_cancels(self):
        self.prompts.start("box")
        before = self.props()
        for cancel in (
            lambda: event("RightButtonPressEvent", self.at(20, 15)),
            lambda: event("KeyPressEvent", self.at(20, 15), key="Delete"),
            lambda: self.scroll("Red", (0, 0, 6)),
            lambda: self.prompts.start("box"),
        ):
            event("LeftButtonPressEvent", self.at(8, 6))
            event("MouseMoveEvent", self.at(20, 15))
            cancel()
            event("MouseMoveEvent", self.at(22, 17))
            event("LeftButtonReleaseEvent", self.at(22, 17))
            self.scroll("Red", (0, 0, 4))
            self.assertEqual(self.prompts.objects(), [])
            self.assertEqual(self.props(), before)
        self.box()
        self.assertEqual(len(self.prompts.objects()), 1)

    def test_slicers_own_tools_do_not_see_the_drag(self):
        node = view().mrmlSliceNode()
        offset, origin = node.GetSliceOffset(), node.GetXYZOrigin()
        display = self.volume.GetDisplayNode()
        window = display.GetWindow(), display.GetLevel()
        self.box()
        self.assertEqual((node.GetSliceOffset(), node.GetXYZOrigin()), (offset, origin))
        self.assertEqual((display.GetWindow(), display.GetLevel()), window)

    def test_the_volume_may_go_during_a_drag(self):
        self.prompts.start("box")
        event("LeftButtonPressEvent", self.at(8, 6))
        event("MouseMoveEvent", self.at(20, 15))
        at = self.at(20, 15)
        slicer.mrmlScene.RemoveNode(self.volume)
        event("MouseMoveEvent", at)
        event("LeftButtonReleaseEvent", at)
        self.assertEqual((self.prompts.objects(), self.prompts.mode), ([], ""))

    def test_the_box_stays_to_be_seen_and_cannot_be_dragged(self):
        objectID = self.box()
        node = slicer.util.getNodesByClass("vtkMRMLMarkupsClosedCurveNode")[0]
        self.assertTrue(node.GetLocked())
        corner = [0.0] * 3
        node.GetNthControlPointPositionWorld(0, corner)
        self.prompts.stop()
        before = self.prompts.prompt(objectID).box
        hand().drag(hand().position(corner), (300, 300))
        self.assertEqual(self.prompts.prompt(objectID).box, before)
        self.prompts.remove(objectID)
        self.assertEqual(slicer.util.getNodesByClass("vtkMRMLMarkupsClosedCurveNode"), [])


class TestObjects(PromptCase):
    def test_a_new_box_begins_a_new_object_and_points_refine_the_active_one(self):
        first = self.box()
        self.click(10, 8)
        self.click(18, 13, mode="negative")
        self.assertEqual(self.prompts.active, first)
        self.assertEqual(self.points(first), [(8, 10, True), (13, 18, False)])
        self.assertIsNotNone(self.prompts.prompt(first).box)
        second = self.box(i=(2, 7), j=(2, 8))
        self.assertNotEqual(first, second)
        self.click(4, 4)
        self.assertEqual(self.points(second), [(4, 4, True)])
        self.prompts.activate(first)
        self.click(12, 9)
        self.assertEqual(len(self.points(first)), 3)
        self.assertEqual(self.changed, [first, first, first, second, second, first])
        labels = [each.label for each in self.prompts.objects()]
        self.assertEqual(labels, ["box + 3 points, slice 4", "box + 1 point, slice 4"])

    def test_a_point_on_another_slice_begins_another_object(self):
        first = self.click(10, 8)
        self.scroll("Red", (0, 0, 5))
        second = self.click(10, 8, 5)
        self.assertNotEqual(first, second)
        self.assertEqual([each.key.index for each in self.prompts.objects()], [4, 5])

    def test_the_same_place_in_another_direction_is_another_object(self):
        self.scroll("Green", (10, 8, 4))
        first = self.click(10, 8)
        second = self.click(10, 8, name="Green")
        self.assertEqual({self.prompts.key(first).axis, self.prompts.key(second).axis}, {0, 1})

    def test_with_no_active_object_a_positive_point_begins_one_and_a_negative_one_does_not(self):
        first = self.click(10, 8)
        self.prompts.activate(None)
        second = self.click(20, 12)
        self.assertNotEqual(first, second)
        self.prompts.activate(None)
        self.click(22, 12, mode="negative")
        self.assertEqual(self.points(second)[-1], (12, 22, False))
        self.assertEqual(self.prompts.active, second)

    def test_what_is_gone_is_told_so(self):
        self.assertRaises(NotFoundError, self.prompts.prompt, "gone")
        self.assertRaises(NotFoundError, self.prompts.key, "gone")
        self.prompts.activate("gone")
        self.assertIsNone(self.prompts.active)

    def test_removing_takes_points_and_box_and_tells_once(self):
        objectID, key = self.box(), self.key()
        self.click(10, 8)
        self.prompts.remove(objectID)
        self.assertEqual((self.prompts.objects(), self.removed), ([], [(objectID, key)]))
        self.assertIsNone(self.prompts.active)
        self.assertEqual(self.markups().GetNumberOfDefinedControlPoints(), 0)

    def test_the_last_prompt_can_be_taken_back(self):
        objectID = self.box()
        self.click(10, 8)
        self.click(18, 13, mode="negative")
        self.changed.clear()
        self.prompts.removeLast(objectID)
        self.assertEqual(self.points(objectID), [(8, 10, True)])
        self.prompts.removeLast(objectID)
        self.assertEqual(self.points(objectID), [])
        self.assertEqual(self.changed, [objectID, objectID])
        self.prompts.removeLast(objectID)
        self.assertEqual(self.removed, [(objectID, self.key())])

    def test_negative_points_go_when_nothing_shows_the_object_any_more(self):
        objectID = self.click(10, 8)
        self.click(18, 13, mode="negative")
        node = self.markups()
        node.RemoveNthControlPoint(0)
        self.assertEqual((self.prompts.objects(), self.removed), ([], [(objectID, self.key())]))
        self.assertEqual(self.markups("negative").GetNumberOfDefinedControlPoints(), 0)

    def test_one_slice_or_all_can_be_cleared(self):
        self.box()
        self.click(25, 20)
        here = self.key()
        self.scroll("Red", (0, 0, 5))
        other = self.box(k=5)
        self.prompts.removeOn(here)
        self.assertEqual([each.objectID for each in self.prompts.objects()], [other])
        self.prompts.removeAll()
        self.assertEqual(self.prompts.objects(), [])
        self.assertEqual(len({objectID for objectID, _key in self.removed}), len(self.removed))


class TestTheUsersHand(PromptCase):
    def test_a_dragged_point_is_answered_once_when_it_arrives(self):
        objectID = self.click(10, 8)
        self.prompts.stop()
        self.changed.clear()
        hand().drag(self.at(10, 8), self.at(16, 14))
        self.assertEqual(self.changed, [objectID])
        np.testing.assert_allclose([self.prompts.prompt(objectID).points[0].row], [14], atol=0.6)
        np.testing.assert_allclose([self.prompts.prompt(objectID).points[0].col], [16], atol=0.6)

    def test_a_point_dragged_off_its_slice_or_the_image_comes_back(self):
        objectID = self.click(10, 8)
        node = self.markups()
        node.SetNthControlPointPositionWorld(0, *cases.ras_of_voxel(self.volume, (12, 9, 7)))
        self.assertEqual(self.prompts.key(objectID).index, 4)
        self.assertEqual(self.points(objectID), [(9, 12, True)])
        ras = [0.0] * 3
        node.GetNthControlPointPositionWorld(0, ras)
        np.testing.assert_allclose(ras, cases.ras_of_voxel(self.volume, (12, 9, 4)), atol=1e-3)
        node.SetNthControlPointPositionWorld(0, *cases.ras_of_voxel(self.volume, (-20, 9, 4)))
        self.assertEqual(
            self.prompts.prompt(objectID).points, (Point(self.prompts.prompt(objectID).points[0].row, 0.0),)
        )

    def test_a_point_that_the_user_deletes_is_gone(self):
        objectID = self.click(10, 8)
        self.click(12, 9)
        self.changed.clear()
        self.markups().RemoveNthControlPoint(0)
        self.assertEqual((self.changed, self.points(objectID)), ([objectID], [(9, 12, True)]))
        self.markups().RemoveAllControlPoints()
        self.assertEqual(self.removed, [(objectID, self.key())])

    def test_a_point_is_dragged_while_points_are_set_and_no_other_comes(self):
        objectID = self.click(10, 8)
        self.changed.clear()
        hand().drag(self.at(10, 8), self.at(16, 14))
        self.assertEqual(self.changed, [objectID])
        self.assertEqual(self.points(objectID), [(14, 16, True)])
        self.assertEqual(self.markups().GetNumberOfDefinedControlPoints(), 1)
        self.click(20, 8)  # and beside it another one is set
        self.assertEqual(self.points(objectID), [(14, 16, True), (8, 20, True)])
        hand().click(self.at(16, 14))  # a click on it moves nothing
        self.assertEqual(len(self.points(objectID)), 2)

    def test_the_right_button_puts_a_dragged_point_back(self):
        objectID = self.click(10, 8)
        self.changed.clear()
        event("LeftButtonPressEvent", self.at(10, 8))
        event("MouseMoveEvent", self.at(16, 14))
        event("RightButtonPressEvent", self.at(16, 14))
        event("LeftButtonReleaseEvent", self.at(16, 14))
        self.assertEqual((self.changed, self.points(objectID)), ([], [(8, 10, True)]))
        ras = [0.0] * 3
        self.markups().GetNthControlPointPositionWorld(0, ras)
        np.testing.assert_allclose(ras, cases.ras_of_voxel(self.volume, (10, 8, 4)), atol=1.5)

    def test_delete_over_a_point_removes_that_one_with_any_tool_and_without_one(self):
        for tool in ("positive", "box", ""):
            for key in ("Delete", "BackSpace"):
                with self.subTest(tool=tool, key=key):
                    objectID = self.click(10, 8)
                    self.click(18, 13)
                    self.prompts.start(tool) if tool else self.prompts.stop()
                    self.changed.clear()
                    mouse = hand()
                    mouse.move(self.at(10, 8))
                    mouse.key(key)
                    self.assertEqual(self.points(objectID), [(13, 18, True)])
                    self.assertEqual(self.changed, [objectID])
                    self.prompts.removeAll()

    def test_delete_beside_every_point_removes_none(self):
        objectID = self.click(10, 8)
        mouse = hand()
        mouse.move(self.at(18, 13))
        mouse.key("Delete")
        self.assertEqual(self.points(objectID), [(8, 10, True)])

    def test_shift_and_click_begins_a_second_object_on_the_slice(self):
        first = self.click(10, 8)
        offset = view().mrmlSliceNode().GetXYZOrigin()
        hand().click(self.at(20, 12), modifiers=("shift",))
        second = self.prompts.active
        self.assertNotEqual(first, second)
        self.assertEqual((self.points(first), self.points(second)), ([(8, 10, True)], [(12, 20, True)]))
        self.assertEqual(view().mrmlSliceNode().GetXYZOrigin(), offset)  # Slicer drags the view with Shift
        self.click(21, 13)
        self.assertEqual(len(self.points(second)), 2)
        self.assertEqual((self.prompts.mode, self.refused), ("positive", []))

    def test_a_second_object_does_not_begin_with_what_is_not_it(self):
        first = self.click(10, 8)
        self.prompts.start("negative")
        hand().click(self.at(20, 12), modifiers=("shift",))
        self.assertEqual(len(self.prompts.objects()), 1)
        self.assertIn("positive point", str(self.refused[0]))
        self.assertEqual(self.prompts.active, first)

    def test_a_point_that_a_script_sets_counts_too(self):
        self.prompts.start("positive")
        self.markups().AddControlPointWorld(*cases.ras_of_voxel(self.volume, (10, 8, 4)))
        self.assertEqual(self.points(self.prompts.active), [(8, 10, True)])


class TestModes(PromptCase):
    def test_every_change_of_mode_is_told(self):
        self.prompts.start("box")
        self.prompts.start("positive")
        self.prompts.start("negative")
        self.prompts.start("box")
        self.prompts.stop()
        self.prompts.stop()
        self.prompts.start("lasso")
        self.prompts.start("scribble")
        self.prompts.stop()
        self.assertEqual(self.modes, ["box", "positive", "negative", "box", "", "lasso", "scribble", ""])

    def test_place_mode_is_persistent_and_ends_with_the_right_button(self):
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        self.click(10, 8)
        self.click(14, 9)
        self.assertEqual(interaction.GetCurrentInteractionMode(), interaction.Place)
        for name in ("RightButtonPressEvent", "RightButtonReleaseEvent"):
            event(name, self.at(14, 9))
        self.assertEqual(interaction.GetCurrentInteractionMode(), interaction.ViewTransform)
        self.assertEqual(self.modes, ["positive", ""])

    def test_another_tool_ends_ours_and_keeps_its_own(self):
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        selection = slicer.app.applicationLogic().GetSelectionNode()
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
        for mode in ("box", "scribble", "lasso", "positive"):
            self.prompts.start(mode)
            selection.SetReferenceActivePlaceNodeClassName("vtkMRMLMarkupsFiducialNode")
            selection.SetActivePlaceNodeID(other.GetID())
            interaction.SwitchToSinglePlaceMode()
            self.assertEqual(self.prompts.mode, "")
            self.prompts.stop()
            self.assertEqual(interaction.GetCurrentInteractionMode(), interaction.Place)
            interaction.SwitchToViewTransformMode()
        self.assertEqual(self.prompts.objects(), [])

    def test_after_stop_clicks_are_slicers_again(self):
        self.click(10, 8)
        self.prompts.stop()
        hand().click(self.at(20, 14))
        self.assertEqual(len(self.prompts.objects()), 1)
        self.assertEqual(self.markups().GetNumberOfControlPoints(), 1)


class TestNodes(PromptCase):
    def test_prompts_come_back_with_the_scene(self):
        self.volume.SetName("CT")
        first = self.box()
        self.click(10, 8)
        self.click(18, 13, mode="negative")
        self.scroll("Yellow", (11, 0, 0))
        second = self.click(11, 12, 3, name="Yellow")
        wanted = {each.objectID: (each.label, self.prompts.prompt(each.objectID)) for each in self.prompts.objects()}
        path = self.folder / "scene.mrb"
        self.assertTrue(slicer.util.saveScene(str(path)))
        self.prompts.cleanup()
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(str(path), {"clear": True})
        self.prompts = self.newReader()
        self.open(slicer.util.getNode("CT"))
        self.assertEqual([each.objectID for each in self.prompts.objects()], [first, second])
        for each in self.prompts.objects():
            label, prompt = wanted[each.objectID]
            again = self.prompts.prompt(each.objectID)
            self.assertEqual((each.label, again.box), (label, prompt.box))
            self.assertEqual([p.positive for p in again.points], [p.positive for p in prompt.points])
            for one, two in zip(again.points, prompt.points, strict=True):
                np.testing.assert_allclose((one.row, one.col), (two.row, two.col), atol=1e-3)
        self.prompts.activate(first)
        self.assertEqual(self.click(12, 9), first)

    def test_each_volume_has_its_own_prompts(self):
        first = self.box()
        node = slicer.util.getNodesByClass("vtkMRMLMarkupsClosedCurveNode")[0]
        volume, other = self.volume, cases.volume("flipped")
        self.open(other)
        self.assertEqual(self.prompts.objects(), [])
        self.assertFalse(node.GetDisplayNode().GetVisibility())
        self.click(10, 8)
        self.open(volume)
        self.assertEqual([each.objectID for each in self.prompts.objects()], [first])
        self.assertTrue(node.GetDisplayNode().GetVisibility())
        self.assertEqual(self.removed, [])

    def test_any_node_may_be_deleted_at_any_time(self):
        objectID, key = self.box(), self.key()
        self.click(10, 8)
        slicer.mrmlScene.RemoveNode(slicer.util.getNodesByClass("vtkMRMLMarkupsClosedCurveNode")[0])
        self.assertEqual(self.points(objectID), [(8, 10, True)])
        slicer.mrmlScene.RemoveNode(self.markups())
        self.assertEqual((self.prompts.objects(), self.prompts.mode), ([], ""))
        self.assertEqual(self.removed, [(objectID, key)])
        objectID = self.click(10, 8)
        self.removed.clear()
        slicer.mrmlScene.RemoveNode(self.volume)
        self.assertEqual(self.removed, [(objectID, key)])
        self.assertEqual((self.prompts.objects(), self.prompts.active, self.prompts.mode), ([], None, ""))

    def test_the_scene_may_be_closed_in_any_mode(self):
        for mode in ("box", "scribble", "lasso", "positive"):
            self.open(cases.volume("anisotropic"))
            self.box()
            self.click(10, 8)
            self.prompts.start(mode)
            slicer.mrmlScene.Clear(0)
            self.assertEqual((self.prompts.objects(), self.prompts.mode), ([], ""))

    def test_no_observer_stays(self):
        interactors = [view(name).sliceView().interactor() for name in VIEWS]

        def heard():
            """How many observers of ours hear a key: each asks its handler, which is counted."""
            return [interactor.HasObserver("LeftButtonDoubleClickEvent") for interactor in interactors]

        self.prompts.cleanup()
        before = heard()
        for _again in range(10):
            reader = self.newReader()
            reader.setVolume(self.volume)
            for mode in ("box", "scribble", "lasso", "positive", "negative"):
                reader.start(mode)
                self.assertGreater(reader.observers, 10)
            reader.cleanup()
            self.assertEqual(reader.observers, 0)
        self.assertEqual(heard(), before)
        self.assertEqual(len(slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")), 2)
        key = SliceKey(self.volume.GetID(), 0, 4)
        self.assertEqual(self.key(), key)


if __name__ == "__main__":
    main()

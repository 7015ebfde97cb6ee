"""Scribbles and lassos, drawn by real mouse events in the slice views: where they land, and what becomes of them."""

from itertools import pairwise

import geometry_cases as cases
import numpy as np
import slicer
from slicer_setting import hand, main
from test_prompt_reader import VIEWS, PromptCase, event, view

from auxol_core.errors import InvalidInputError
from auxol_core.strokes import Lasso, Scribble
from AuxOLSegmentLib.Prompts.DragTools import MAX_PLACES
from AuxOLSegmentLib.Prompts.PromptNodes import COLOURS, NEGATIVE, POSITIVE
from AuxOLSegmentLib.Scene.VolumeReader import ViewRefused, sliceShape

DIAMOND = ((14, 5), (20, 10), (14, 15), (8, 10))


def curves(className):
    return [node for node in slicer.util.getNodesByClass(className) if node.GetAttribute("AuxOL.Stroke")]


class DrawnCase(PromptCase):
    def draw(self, places, name="Red", ctrl=False):
        """Hold the left button and go through ``places`` (pixels of the screen), in small steps as a hand does."""
        event("LeftButtonPressEvent", places[0], name, ctrl=ctrl)
        for start, end in pairwise(places):
            for step in range(1, 7):
                at = tuple(round(a + (b - a) * step / 6) for a, b in zip(start, end, strict=True))
                event("MouseMoveEvent", at, name)
        event("LeftButtonReleaseEvent", places[-1], name)

    def scribble(self, *places, k=4, ctrl=False):
        """Through these voxels (i, j) of the slice k; the object."""
        self.prompts.start("scribble")
        self.draw([self.at(*place, k) for place in places], ctrl=ctrl)
        return self.prompts.active

    def lasso(self, *places, k=4):
        self.prompts.start("lasso")
        self.draw([self.at(*place, k) for place in places])
        return self.prompts.active

    def strokes(self, objectID):
        return self.prompts.prompt(objectID).strokes


class TestDrawnPlaces(DrawnCase):
    def pixelsOfScreen(self, name):
        """How many pixels of the slice one of the screen is, at most."""
        node = view(name).mrmlSliceNode()
        return max(node.GetFieldOfView()[:2]) / min(node.GetDimensions()[:2]) / min(self.volume.GetSpacing())

    def test_a_line_is_the_pixels_that_it_was_drawn_through_in_every_geometry_and_view(self):
        for geometry in cases.GEOMETRIES:
            self.open(cases.volume(geometry), 0)
            for name in ("Red",) if geometry == "single slice" else VIEWS:
                key = self.key(name)
                rows, cols = sliceShape(self.volume, key.axis)
                corners = [(1, 1), (1, cols - 3), (rows - 2, cols - 3)]
                places = []
                for row, col in corners:
                    ijk = {0: (col, row, key.index), 1: (col, key.index, row), 2: (key.index, col, row)}[key.axis]
                    places.append(hand(name).position(cases.ras_of_voxel(self.volume, ijk)))
                for mode, kind in (("scribble", Scribble), ("lasso", Lasso)):
                    self.prompts.start(mode)
                    self.draw(places, name)
                    self.assertEqual(self.refused, [])
                    objectID = self.prompts.active
                    (stroke,) = self.strokes(objectID)
                    self.assertEqual((type(stroke), self.prompts.key(objectID)), (kind, key))
                    drawn = np.array(stroke.vertices)
                    for corner in corners:
                        nearest = np.abs(drawn - corner).max(axis=1).min()
                        self.assertLess(nearest, max(0.6, self.pixelsOfScreen(name)), (geometry, name, mode))
                    reach = drawn.min(axis=0), drawn.max(axis=0)
                    np.testing.assert_allclose(reach, (corners[0], corners[2]), atol=0.6)
                    self.prompts.removeAll()

    def test_what_is_drawn_beyond_the_image_stays_on_its_border(self):
        (stroke,) = self.strokes(self.lasso((-9, 5), (10, -9), (20, 10)))
        places = np.array(stroke.vertices)
        self.assertEqual((places[:, 0].min(), places[:, 1].min()), (-0.5, -0.5))

    def test_a_long_line_is_thinned_and_keeps_its_ends(self):
        zigzag = [(5 + 20 * (n % 2), 2 + n * 18 / 40) for n in range(41)]
        (stroke,) = self.strokes(self.scribble(*zigzag))
        self.assertEqual(len(stroke.vertices), MAX_PLACES)
        np.testing.assert_allclose(stroke.vertices[0], (2, 5), atol=0.6)
        np.testing.assert_allclose(stroke.vertices[-1], (20, 5), atol=0.6)

    def test_they_follow_the_volume_into_a_transform(self):
        objectID = self.lasso(*DIAMOND)
        before = self.strokes(objectID)
        cases.place(self.volume, cases.GEOMETRIES["transformed"][2])
        self.assertEqual(self.strokes(objectID), before)
        (node,) = curves("vtkMRMLMarkupsClosedCurveNode")
        ras = [0.0] * 3
        node.GetNthControlPointPositionWorld(0, ras)
        np.testing.assert_allclose(ras, cases.ras_of_voxel(self.volume, (*DIAMOND[0], 4)), atol=1.5)


class TestDrawing(DrawnCase):
    def actors(self):
        props = view().sliceView().renderWindow().GetRenderers().GetFirstRenderer().GetViewProps()
        found = [props.GetItemAsObject(at) for at in range(props.GetNumberOfItems())]
        return [prop for prop in found if type(prop).__name__ == "vtkActor2D"]

    def test_the_line_is_seen_while_it_is_drawn_and_release_makes_the_prompt(self):
        for mode, closed in (("scribble", False), ("lasso", True)):
            self.prompts.start(mode)
            before = self.actors()
            places = [self.at(*place) for place in DIAMOND]
            event("LeftButtonPressEvent", places[0])
            for place in places[1:]:
                event("MouseMoveEvent", place)
            (line,) = [actor for actor in self.actors() if actor not in before]
            line.GetMapper().Update()
            shown = line.GetMapper().GetInput()
            drawn = [shown.GetPoint(at)[:2] for at in range(shown.GetNumberOfPoints())]
            np.testing.assert_allclose(drawn[:4], places, atol=1.0)
            self.assertEqual(shown.GetCell(0).GetNumberOfPoints(), 5 if closed else 4)
            self.assertEqual(self.prompts.objects(), [])
            event("LeftButtonReleaseEvent", places[-1])
            self.assertEqual(self.actors(), before)
            self.assertEqual(self.changed, [self.prompts.active])
            self.prompts.removeAll()
            self.changed.clear()

    def test_ctrl_draws_what_does_not_belong_to_the_object_in_the_colour_of_negative_points(self):
        objectID = self.scribble((10, 8), (18, 8))
        self.assertEqual(self.scribble((2, 2), (9, 2), ctrl=True), objectID)
        self.assertEqual([stroke.positive for stroke in self.strokes(objectID)], [True, False])
        colours = [node.GetDisplayNode().GetSelectedColor() for node in curves("vtkMRMLMarkupsCurveNode")]
        np.testing.assert_allclose(colours, (COLOURS[POSITIVE], COLOURS[NEGATIVE]))

    def test_the_right_button_a_key_scrolling_away_or_another_mode_cancels(self):
        for mode in ("scribble", "lasso"):
            self.prompts.start(mode)
            before = self.actors()
            for cancel in (
                lambda: event("RightButtonPressEvent", self.at(20, 15)),
                lambda: event("KeyPressEvent", self.at(20, 15), key="Escape"),
                lambda: event("KeyPressEvent", self.at(20, 15), key="Delete"),
                lambda: self.scroll("Red", (0, 0, 6)),
                lambda mode=mode: self.prompts.start(mode),
            ):
                event("LeftButtonPressEvent", self.at(8, 6))
                event("MouseMoveEvent", self.at(20, 6))
                event("MouseMoveEvent", self.at(20, 15))
                cancel()
                event("MouseMoveEvent", self.at(22, 17))
                event("LeftButtonReleaseEvent", self.at(22, 17))
                self.scroll("Red", (0, 0, 4))
                self.assertEqual((self.prompts.objects(), self.refused), ([], []))
                self.assertEqual(self.actors(), before)

    def test_a_click_without_a_drag_does_nothing(self):
        for mode in ("scribble", "lasso"):
            self.prompts.start(mode)
            hand().click(self.at(10, 8))
            self.assertEqual((self.prompts.objects(), self.refused, self.changed), ([], [], []))

    def test_a_lasso_that_ends_where_it_began_is_no_click(self):
        (stroke,) = self.strokes(self.lasso(*DIAMOND, DIAMOND[0]))
        np.testing.assert_allclose(stroke.vertices[0], stroke.vertices[-1], atol=0.6)

    def test_slicers_own_tools_do_not_see_it(self):
        node, display = view().mrmlSliceNode(), self.volume.GetDisplayNode()
        before = node.GetSliceOffset(), node.GetXYZOrigin(), display.GetWindow(), display.GetLevel()
        self.scribble((10, 8), (18, 14))
        self.lasso(*DIAMOND)
        after = node.GetSliceOffset(), node.GetXYZOrigin(), display.GetWindow(), display.GetLevel()
        self.assertEqual(after, before)

    def test_the_volume_may_go_while_it_is_drawn(self):
        for mode in ("scribble", "lasso"):
            self.open(cases.volume("anisotropic"))
            self.prompts.start(mode)
            at = self.at(20, 15)
            event("LeftButtonPressEvent", self.at(8, 6))
            event("MouseMoveEvent", at)
            slicer.mrmlScene.RemoveNode(self.volume)
            event("MouseMoveEvent", at)
            event("LeftButtonReleaseEvent", at)
            self.assertEqual((self.prompts.objects(), self.prompts.mode), ([], ""))


class TestDrawnRefusals(DrawnCase):
    def test_an_oblique_view_takes_neither(self):
        node = view("Green").mrmlSliceNode()
        node.GetSliceToRAS().DeepCopy(slicer.util.vtkMatrixFromArray(cases.turned(30, (1, 1, 0))))
        node.UpdateMatrices()
        for mode in ("scribble", "lasso"):
            self.prompts.start(mode)
            self.draw([(150, 150), (250, 150), (250, 250)], "Green")
        self.assertEqual([type(error) for error in self.refused], [ViewRefused, ViewRefused])
        self.assertEqual((self.prompts.objects(), self.changed), ([], []))

    def test_a_negative_scribble_alone_is_refused_before_it_is_drawn(self):
        self.scribble((10, 8), (18, 8), ctrl=True)
        self.assertEqual(len(self.refused), 1)
        self.assertIn("A negative point or scribble alone", str(self.refused[0]))
        self.assertEqual(self.prompts.objects(), [])

    def test_a_scribble_that_begins_beside_the_image_and_a_lasso_all_beside_it_are_refused(self):
        self.scribble((-6, 8), (10, 8))
        self.lasso((-9, 5), (-4, 5), (-4, 9))
        self.assertIn("outside the image", str(self.refused[0]))
        self.assertIn("lasso holds no pixel", str(self.refused[1]))
        self.assertEqual(self.prompts.objects(), [])

    def test_a_script_s_stroke_must_lie_on_the_slice(self):
        key = self.key()
        with self.assertRaises(InvalidInputError):
            self.prompts.addStroke(key, Scribble(((2, 2), (500, 2))))
        with self.assertRaises(InvalidInputError):
            self.prompts.addStroke(key, Scribble(((2, 2),), positive=False))
        self.prompts.addStroke(key, Lasso(((2, 2), (2, 9), (9, 9))))
        self.assertEqual(len(self.changed), 1)


class TestDrawnObjects(DrawnCase):
    def test_each_lasso_begins_an_object_and_a_scribble_refines_the_active_one(self):
        first = self.lasso(*DIAMOND)
        self.assertEqual(self.scribble((10, 10), (16, 10)), first)
        self.assertEqual([stroke.kind for stroke in self.strokes(first)], ["lasso", "scribble"])
        second = self.lasso(*DIAMOND)
        self.assertNotEqual(second, first)
        self.prompts.activate(None)
        self.assertNotIn(self.scribble((10, 10), (16, 10)), (first, second))
        labels = [each.label for each in self.prompts.objects()]
        self.assertEqual(labels, ["lasso + 1 scribble, slice 4", "lasso, slice 4", "1 scribble, slice 4"])

    def test_points_and_scribbles_refine_the_same_object(self):
        objectID = self.scribble((10, 8), (18, 8))
        self.assertEqual(self.click(12, 9, mode="negative"), objectID)
        self.assertEqual(self.points(objectID), [(9, 12, False)])
        self.prompts.removeLast(objectID)
        self.assertEqual((self.points(objectID), len(self.strokes(objectID))), ([], 1))
        self.prompts.removeLast(objectID)
        self.assertEqual((self.prompts.objects(), curves("vtkMRMLMarkupsCurveNode")), ([], []))

    def test_an_object_goes_with_the_last_line_that_shows_it(self):
        objectID, key = self.scribble((10, 8), (18, 8)), self.key()
        self.scribble((2, 2), (9, 2), ctrl=True)
        slicer.mrmlScene.RemoveNode(curves("vtkMRMLMarkupsCurveNode")[0])
        self.assertEqual((self.prompts.objects(), curves("vtkMRMLMarkupsCurveNode")), ([], []))
        self.assertEqual(self.removed, [(objectID, key)])

    def test_they_cannot_be_dragged_and_are_not_listed_in_the_data_tree(self):
        self.lasso(*DIAMOND)
        self.scribble((10, 8), (18, 8))
        nodes = [*curves("vtkMRMLMarkupsClosedCurveNode"), *curves("vtkMRMLMarkupsCurveNode")]
        self.assertGreaterEqual(len(nodes), 2)
        for node in nodes:
            self.assertTrue(node.GetLocked() and node.GetHideFromEditors())
            self.assertFalse(node.GetDisplayNode().GetVisibility3D())

    def test_they_come_back_with_the_scene_and_only_for_their_volume(self):
        self.volume.SetName("CT")
        objectID = self.lasso(*DIAMOND)
        self.scribble((10, 10), (16, 10))
        self.scribble((2, 2), (9, 2), ctrl=True)
        wanted = self.strokes(objectID)
        path = self.folder / "scene.mrb"
        self.assertTrue(slicer.util.saveScene(str(path)))
        self.prompts.cleanup()
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(str(path), {"clear": True})
        self.prompts = self.newReader()
        self.open(slicer.util.getNode("CT"))
        self.assertEqual(self.strokes(objectID), wanted)
        volume, nodes = self.volume, curves("vtkMRMLMarkupsCurveNode")
        self.open(cases.volume("flipped"))
        self.assertEqual(self.prompts.objects(), [])
        self.assertFalse(any(node.GetDisplayNode().GetVisibility() for node in nodes))
        self.open(volume)
        self.assertTrue(all(node.GetDisplayNode().GetVisibility() for node in nodes))

    def test_a_line_whose_text_is_not_ours_is_passed_over(self):
        self.lasso(*DIAMOND)
        (node,) = curves("vtkMRMLMarkupsClosedCurveNode")
        for text in ("", "nonsense", "[]", '{"vertices": [[1, 1]]}', '{"vertices": [[1, 1]], "colour": 1}'):
            node.SetAttribute("AuxOL.Stroke", text)
            self.prompts.restore()
            self.assertEqual(self.prompts.objects(), [])


if __name__ == "__main__":
    main()

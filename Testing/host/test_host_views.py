"""Slice views: real clicks, real markups, pictures."""

import numpy as np
import pytest


def place(class_name, persistent):
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass(class_name)
    node.CreateDefaultDisplayNodes()
    selection = slicer.app.applicationLogic().GetSelectionNode()
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    selection.SetReferenceActivePlaceNodeClassName(class_name)
    selection.SetActivePlaceNodeID(node.GetID())
    interaction.SetPlaceModePersistence(persistent)
    interaction.SetCurrentInteractionMode(interaction.Place)
    return node, interaction


@pytest.mark.parametrize("view", ["Red", "Green", "Yellow"])
def test_a_click_in_place_mode_places_a_point_where_it_was(slicer_host, volume, view):
    import slicer

    node, _ = place("vtkMRMLMarkupsFiducialNode", 0)
    hand = slicer_host.hand(view)
    hand.click((210, 160))
    points = slicer.util.arrayFromMarkupsControlPoints(node)
    assert np.allclose(points, [hand.ras((210, 160))], atol=1e-3)
    assert hand.position(points[0]) == (210, 160)


def test_a_drag_moves_a_point(slicer_host, volume):
    import slicer

    node, interaction = place("vtkMRMLMarkupsFiducialNode", 0)
    hand = slicer_host.hand("Red")
    hand.click((210, 160))
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    hand.drag((210, 160), (240, 200))
    assert np.allclose(slicer.util.arrayFromMarkupsControlPoints(node), [hand.ras((240, 200))], atol=0.5)


def test_two_clicks_place_a_box(slicer_host, volume):
    node, _ = place("vtkMRMLMarkupsROINode", 0)
    hand = slicer_host.hand("Red")
    hand.click((150, 150))
    hand.click((250, 230))
    low, high = hand.ras((150, 150)), hand.ras((250, 230))
    assert np.allclose(sorted(node.GetSize()[:2]), sorted(abs(np.subtract(low, high))[:2]), atol=0.5)


def test_a_picture_shows_the_volume(slicer_host, volume, tmp_path):
    inside = slicer_host.hand("Red").position((30, 30, 10))
    pixels = slicer_host.picture("Red")
    assert pixels.shape == (400, 400, 3)
    assert pixels[399 - inside[1], inside[0]].min() > 200 and pixels[5, 5].max() < 30
    slicer_host.save_picture("Red", tmp_path / "red.png")
    assert (tmp_path / "red.png").stat().st_size > 500


def test_the_wheel_turns_the_slices(slicer_host, volume):
    import slicer

    logic = slicer.app.layoutManager().sliceWidget("Red").sliceLogic()
    before = logic.GetSliceOffset()
    hand = slicer_host.hand("Red")
    hand.move((200, 200))
    hand.wheel()
    assert logic.GetSliceOffset() - before == pytest.approx(1.0)


def test_views_can_be_turned_to_the_volume(slicer_host, volume):
    import slicer
    import vtk

    turned = vtk.vtkTransform()
    turned.RotateX(20)
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    turned.Concatenate(matrix)
    volume.SetIJKToRASMatrix(turned.GetMatrix())
    slicer.util.setSliceViewerLayers(background=volume, rotateToVolumePlane=True, fit=True)
    red = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    normal = [red.GetSliceToRAS().GetElement(row, 2) for row in range(3)]
    assert abs(normal[2]) == pytest.approx(np.cos(np.radians(20)), abs=1e-6)


def test_closing_the_scene_leaves_views_that_work(slicer_host, volume):
    import slicer

    slicer_host.close_scene()
    assert slicer_host.picture("Red").max() < 30
    slicer.util.addVolumeFromArray(np.full((3, 8, 8), 7, np.int16), name="next")
    slicer.util.setSliceViewerLayers(background=slicer.util.getNode("next"), fit=True)
    assert slicer_host.view("Red").mrmlSliceNode().GetOrientation() == "Axial"

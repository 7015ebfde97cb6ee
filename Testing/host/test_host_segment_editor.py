"""The Segment Editor widget over the real editor logic."""

import numpy as np
import pytest


@pytest.fixture
def editor(slicer_host, volume):
    import slicer

    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "S")
    segmentation.CreateDefaultDisplayNodes()
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    for name in ("first", "second"):
        segmentation.GetSegmentation().AddEmptySegment(name, name)
    widget = slicer.qMRMLSegmentEditorWidget()
    widget.setMRMLScene(slicer.mrmlScene)
    widget.setMRMLSegmentEditorNode(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode"))
    widget.setSegmentationNode(segmentation)
    widget.setSourceVolumeNode(volume)
    yield widget
    widget.delete()


def paint(editor, segment, where):
    """What a user's effect does: state for undo, then a labelmap through the logic."""
    import slicer
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    volume = editor.sourceVolumeNode()
    labelmap = slicer.vtkOrientedImageData()
    labelmap.SetDimensions(64, 64, 20)
    mask = np.zeros((20, 64, 64), np.uint8)
    mask[where] = 1
    labelmap.GetPointData().SetScalars(numpy_to_vtk(mask.ravel(), deep=True, array_type=vtk.VTK_UNSIGNED_CHAR))
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    labelmap.SetImageToWorldMatrix(matrix)
    editor.saveStateForUndo()
    logic = editor._host_real.logic
    logic.ModifySegmentByLabelmap(editor.segmentationNode(), segment, labelmap, logic.ModificationModeAdd, False, False)


def voxels(editor, segment):
    import slicer

    node = editor.segmentationNode()
    return int(slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, editor.sourceVolumeNode()).sum())


def test_choosing_a_segmentation_selects_its_first_segment_and_volume(editor, volume):
    assert editor.currentSegmentID() == "first" and editor.sourceVolumeNode() is volume
    assert editor.segmentationNode().GetName() == "S"


def test_undo_and_redo_go_through_the_logics_history(editor):
    paint(editor, "first", np.s_[5:7, 20:30, 20:30])
    assert voxels(editor, "first") == 200
    editor.undo()
    assert voxels(editor, "first") == 0
    editor.redo()
    assert voxels(editor, "first") == 200
    assert editor.maximumNumberOfUndoStates == 5


def test_masking_of_the_editor_node_is_obeyed(editor):
    node = editor.mrmlSegmentEditorNode()
    paint(editor, "first", np.s_[5:6, 20:30, 20:30])
    node.SetOverwriteMode(node.OverwriteNone)
    paint(editor, "second", np.s_[5:6, 20:30, 25:35])
    assert (voxels(editor, "first"), voxels(editor, "second")) == (100, 100)
    node.SetOverwriteMode(node.OverwriteAllSegments)
    node.SetMaskMode(slicer_mask(node))
    paint(editor, "second", np.s_[5:6, 20:30, 20:35])
    assert voxels(editor, "first") + voxels(editor, "second") == 150


def slicer_mask(node):
    import slicer

    return slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere


def test_effects_are_named_by_the_editor_node(editor):
    editor.setActiveEffectByName("Paint")
    assert editor.activeEffect().name == "Paint"
    assert editor.mrmlSegmentEditorNode().GetActiveEffectName() == "Paint"
    editor.setSegmentationNode(None)
    assert editor.activeEffect() is None


def test_only_the_user_makes_current_segment_id_changed(editor):
    told = []
    editor.currentSegmentIDChanged.connect(told.append)
    editor.setCurrentSegmentID("second")
    assert told == [] and editor.currentSegmentID() == "second"
    editor._host_real.table.table.selectRow(0)
    assert told == ["first"] and editor.currentSegmentID() == "first"


def test_the_editors_keys_live_from_install_to_uninstall(slicer_host, editor):
    import slicer

    slicer.util.mainWindow().show()
    before = len(slicer.util.mainWindow().findChildren("QShortcut"))
    paint(editor, "first", np.s_[5:6, 20:30, 20:30])
    editor.installKeyboardShortcuts()
    slicer_host.press_keys("Z")
    assert voxels(editor, "first") == 0
    editor.uninstallKeyboardShortcuts()
    slicer_host.process_for(0.02)
    assert len(slicer.util.mainWindow().findChildren("QShortcut")) == before

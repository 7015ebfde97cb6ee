"""What the application would print is in the host's log, under the same conditions."""

import logging

import pytest

NO_ITEM = "Unable to find subject hierarchy item for segmentation node "


def segmentation(name="Hidden", hidden=True):
    import slicer

    node = slicer.vtkMRMLSegmentationNode()
    node.SetName(name)
    node.SetHideFromEditors(hidden)
    return slicer.mrmlScene.AddNode(node)


def hierarchy():
    import slicer

    return slicer.mrmlScene.GetSubjectHierarchyNode()


def change(node):
    node.CreateDefaultDisplayNodes()
    segment = node.GetSegmentation().AddEmptySegment()
    node.GetSegmentation().GetSegment(segment).SetColor(0.1, 0.2, 0.3)
    node.GetSegmentation().RemoveSegment(segment)


def texts(slicer_host, source="Slicer"):
    return [line.text for line in slicer_host.log.of(source)]


def test_a_segmentation_hidden_from_editors_has_no_item_and_each_change_of_it_is_an_error(slicer_host):
    node = segmentation()
    assert not hierarchy().GetItemByDataNode(node)
    change(node)
    said = texts(slicer_host)
    assert any("onSegmentModified: " + NO_ITEM + "Hidden" in text for text in said)
    for function in ("onSegmentAdded", "onSegmentRemoved", "updateAllSegmentsFromMRML"):
        assert any(function in text for text in said), function
    assert {line.level for line in slicer_host.log.lines} == {"error"}


def test_one_with_an_item_changes_without_a_word(slicer_host):
    shown, hidden = segmentation("Shown", hidden=False), segmentation()
    hierarchy().CreateItem(hierarchy().GetSceneItemID(), hidden)
    for node in (shown, hidden):
        assert hierarchy().GetItemByDataNode(node)
        change(node)
    assert slicer_host.log.lines == []


def test_items_go_with_their_nodes_and_come_back_with_the_scene(slicer_host, tmp_path):
    import slicer

    gone, kept = segmentation("Gone", hidden=False), segmentation("Kept")
    hierarchy().CreateItem(hierarchy().GetSceneItemID(), kept)
    change(gone)
    slicer.mrmlScene.RemoveNode(gone)
    assert hierarchy().GetNumberOfItems() == 1
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer_host.close_scene()
    assert hierarchy().GetNumberOfItems() == 0
    slicer.util.loadScene(str(tmp_path / "scene.mrb"), {"clear": True})
    node = slicer.util.getNode("Kept")
    assert hierarchy().GetItemByDataNode(node)
    change(node)
    assert slicer_host.log.lines == []


def test_an_item_that_the_user_took_away_is_missing(slicer_host):
    node = segmentation("Shown", hidden=False)
    hierarchy().RemoveItem(hierarchy().GetItemByDataNode(node), False, False)
    change(node)
    assert any(NO_ITEM + "Shown" in text for text in texts(slicer_host))


def test_warnings_of_python_qt_and_vtk_and_tracebacks_are_lines(slicer_host):
    import qt
    import slicer
    from PySide6 import QtCore

    logging.getLogger("AuxOL").warning("half of %s", "it")
    logging.getLogger("AuxOL").info("not this")
    QtCore.qWarning("of Qt")
    slicer.vtkMRMLSubjectHierarchyNode().CreateItem(0, None)
    timer = qt.QTimer()
    timer.connect("timeout()", lambda: 1 / 0)
    timer.start(1)
    slicer_host.process_until(lambda: slicer_host.journal.exceptions, 5)
    timer.stop()
    slicer_host.forgive(ZeroDivisionError)
    assert "AuxOL: half of it" in texts(slicer_host, "Python")
    assert texts(slicer_host, "Qt") == ["of Qt"]
    assert "CreateItem" in texts(slicer_host, "VTK")[0]
    assert any("Traceback" in text and "1 / 0" in text for text in texts(slicer_host, "Python"))
    assert not any("not this" in line.text for line in slicer_host.log.lines)


@pytest.fixture(autouse=True)
def quiet_log(slicer_host):
    slicer_host.log.clear()

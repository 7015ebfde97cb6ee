"""The embedded Segment Editor: made in Python, driven through its node, deleted before Slicer ends."""

from __future__ import annotations

from typing import Any

import slicer

from AuxOLSegmentLib.Scene.FirstNodes import newSegment

# A node of our own: the Segment Editor module keeps its choices, and we keep ours.
SINGLETON_TAG = "AuxOLSegment"
COLUMNS = 5  # of the effects' icons: three rows, with the options of the one in use beside them
TABLE = "SegmentsTableView"  # the name of the editor's table in Slicer's own .ui file
TABLE_FRAME = "ctkExpandableWidget"  # what it stands in, with a grip to make it taller


class EditorFrame:
    """``widget`` is the qMRMLSegmentEditorWidget, ``node`` the vtkMRMLSegmentEditorNode that holds its choices."""

    def __init__(self, layout: Any) -> None:
        self.widget: Any = slicer.qMRMLSegmentEditorWidget()
        # The panel has selectors of its own at its top, where the work begins.
        self.widget.segmentationNodeSelectorVisible = False
        self.widget.sourceVolumeNodeSelectorVisible = False
        self.widget.switchToSegmentationsButtonVisible = False
        self.widget.setEffectColumnCount(COLUMNS)
        self.node: Any = None
        # The node first, so that what the widget selects when it gets the scene is kept in it; masking lies in it, too.
        self.selectNode()
        self.showWhole(False)
        self.widget.setMRMLScene(slicer.mrmlScene)
        layout.addWidget(self.widget)

    def selectNode(self) -> Any:
        """The scene's editor node of ours, made if the scene has none."""
        node = slicer.mrmlScene.GetSingletonNode(SINGLETON_TAG, "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
            node.UnRegister(None)
            node.SetSingletonTag(SINGLETON_TAG)
            node = slicer.mrmlScene.AddNode(node)
        if node is not self.node:
            self.node = node
            self.widget.setMRMLSegmentEditorNode(node)
        return node

    def showWhole(self, whole: bool) -> None:
        """With its table of segments and its masking, or the effects alone: the panel chooses the segment itself."""
        self.widget.setAddRemoveSegmentButtonsVisible(whole)
        self.widget.show3DButtonVisible = whole
        self.widget.maskingSectionVisible = whole
        for table in slicer.util.findChildren(self.widget, name=TABLE):
            frame = table.parent()
            (frame if frame.className() == TABLE_FRAME else table).setVisible(whole)

    def enter(self) -> None:
        """The module is shown: the editor's own shortcuts work."""
        self.widget.installKeyboardShortcuts()
        self.widget.setupViewObservations()
        self.widget.updateWidgetFromMRML()

    def exit(self) -> None:
        """The module is left: no effect may go on working in the views."""
        self.widget.setActiveEffect(None)
        self.widget.uninstallKeyboardShortcuts()
        self.widget.removeViewObservations()

    def sceneClosing(self) -> None:
        """The scene goes: let go of its nodes."""
        self.node = None
        self.widget.setSegmentationNode(None)
        self.widget.removeViewObservations()

    def addSegment(self) -> str:
        """Add an empty segment as one undo step, select it, and return its ID; '' without a segmentation."""
        segmentation = self.widget.segmentationNode()
        if segmentation is None:
            return ""
        self.widget.saveStateForUndo()
        segmentID = newSegment(segmentation)
        self.widget.setCurrentSegmentID(segmentID)
        return segmentID

    def delete(self) -> None:
        """Now, not later: one that is alive when Slicer ends crashes it."""
        self.exit()
        self.widget.setMRMLScene(None)
        self.widget.delete()
        self.widget = self.node = None

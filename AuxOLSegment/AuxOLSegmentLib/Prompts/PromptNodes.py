"""The nodes that prompts are kept in, so that they are saved with the scene: real markups, and what each belongs to.

Of each volume: one list of positive and one of negative points, whose descriptions name object, slice and number; and a
locked closed curve for each box, whose attributes do. All follow the volume's parent transform.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import slicer
from slicer.i18n import tr as _

from auxol_core.types import Box
from AuxOLSegmentLib.Scene.VolumeReader import rasOfPixel

ROLE = "AuxOL.Role"
BOX, POSITIVE, NEGATIVE = "box", "positive", "negative"
VOLUME = "AuxOL.Volume"
PLACE = "AuxOL.Place"
EDGES = "AuxOL.Box"
COLOURS = {BOX: (1.0, 0.85, 0.0), POSITIVE: (0.1, 0.9, 0.2), NEGATIVE: (1.0, 0.2, 0.15)}
POINT_CLASS = "vtkMRMLMarkupsFiducialNode"
BOX_CLASS = "vtkMRMLMarkupsClosedCurveNode"


@dataclass(frozen=True)
class Place:
    """What a point or a box belongs to: object, slice (axis and index), and its number, which grows with time."""

    object: str
    axis: int
    index: int
    number: int

    def text(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str | None) -> Place | None:
        """None where the text is not one of ours: a new point has none, and users may write descriptions."""
        try:
            return Place(**json.loads(text or ""))
        except (ValueError, TypeError):
            return None


def promptNodes(role: str, volumeNode: slicer.vtkMRMLVolumeNode | None = None) -> list[Any]:
    """The markups of a role; only those of ``volumeNode`` if one is given."""
    className = BOX_CLASS if role == BOX else POINT_CLASS
    return [
        node
        for node in slicer.util.getNodesByClass(className)
        if node.GetAttribute(ROLE) == role
        and (volumeNode is None or node.GetNodeReferenceID(VOLUME) == volumeNode.GetID())
    ]


def pointNode(role: str, volumeNode: slicer.vtkMRMLVolumeNode) -> Any:
    """The list of positive or negative points on a volume; made if there is none."""
    for node in promptNodes(role, volumeNode):
        return node
    name = _("Positive points") if role == POSITIVE else _("Negative points")
    node = _newNode(POINT_CLASS, name, role, volumeNode)
    display = node.GetDisplayNode()
    display.SetPointLabelsVisibility(False)
    display.SetVisibility3D(False)
    return node


def newBoxNode(volumeNode: slicer.vtkMRMLVolumeNode, place: Place, box: Box) -> Any:
    """A locked frame around the pixels of ``box`` on its slice."""
    node = _newNode(BOX_CLASS, _("Box"), BOX, volumeNode)
    node.SetAttribute(PLACE, place.text())
    node.SetAttribute(EDGES, json.dumps([box.row0, box.col0, box.row1, box.col1]))
    node.SetCurveTypeToLinear()
    for row, col in ((box.row0, box.col0), (box.row0, box.col1), (box.row1, box.col1), (box.row1, box.col0)):
        at = node.AddControlPointWorld(*rasOfPixel(volumeNode, place.axis, place.index, row - 0.5, col - 0.5))
        node.SetNthControlPointVisibility(at, False)
    node.SetLocked(True)
    display = node.GetDisplayNode()
    display.SetFillVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(False)
    display.SetVisibility3D(False)
    return node


def _newNode(className: str, name: str, role: str, volumeNode: slicer.vtkMRMLVolumeNode) -> Any:
    node = slicer.mrmlScene.CreateNodeByClass(className)
    node.UnRegister(None)
    node.SetName(slicer.mrmlScene.GenerateUniqueName(f"AuxOL {name}"))
    node.SetAttribute(ROLE, role)
    # The boxes are listed in the panel; in the data tree they would only be many. Points stay: their menu deletes them.
    node.SetHideFromEditors(role == BOX)
    node = slicer.mrmlScene.AddNode(node)
    node.SetNodeReferenceID(VOLUME, volumeNode.GetID())
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    for setColour in (display.SetColor, display.SetSelectedColor, display.SetActiveColor):
        setColour(COLOURS[role])
    return node


def limitToSliceViews(node: Any) -> None:
    """Points are placed in slice views alone: a click in a 3D view lies on no slice."""
    display = node.GetDisplayNode()
    if display is not None:
        display.RemoveAllViewNodeIDs()
        for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
            display.AddViewNodeID(sliceNode.GetID())


def boxOf(node: Any) -> Box | None:
    """None where the node's text is not one of ours."""
    try:
        return Box(*json.loads(node.GetAttribute(EDGES) or ""))
    except (ValueError, TypeError):
        return None


def definedPoints(node: Any) -> list[tuple[str, int]]:
    """(name, index) of the points that are set; the one under the mouse in place mode is not.

    The name is unique in the scene: points have ids, but these count from 1 in every node.
    """
    return [
        (f"{node.GetID()}/{node.GetNthControlPointID(at)}", at)
        for at in range(node.GetNumberOfControlPoints())
        if node.GetNthControlPointPositionStatus(at) == node.PositionDefined
    ]


def pointRas(node: Any, at: int) -> tuple[float, float, float]:
    ras = [0.0, 0.0, 0.0]
    node.GetNthControlPointPositionWorld(at, ras)
    return ras[0], ras[1], ras[2]


def removePoint(name: str) -> None:
    """Remove the point that ``definedPoints`` named, if it is still there."""
    nodeID, pointID = name.rsplit("/", 1)
    node = slicer.mrmlScene.GetNodeByID(nodeID)
    at = node.GetNthControlPointIndexByID(pointID) if node is not None else -1
    if at >= 0:
        node.RemoveNthControlPoint(at)

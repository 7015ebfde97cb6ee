"""The nodes that prompts are kept in, so that they are saved with the scene: real markups, and what each belongs to.

Of each volume: one list of positive and one of negative points, whose descriptions name object, slice and number; and a
locked curve for each box, scribble and lasso, whose attributes do. All follow the volume's parent transform.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import slicer
import vtk
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.protocol import made, plain
from auxol_core.strokes import KINDS, Lasso, Scribble, Stroke
from auxol_core.types import Box
from AuxOLSegmentLib.Scene.VolumeReader import rasOfPixel

ROLE = "AuxOL.Role"
BOX, POSITIVE, NEGATIVE = "box", "positive", "negative"
SCRIBBLE, LASSO = Scribble.kind, Lasso.kind
POINT_ROLES = (POSITIVE, NEGATIVE)
STROKE_ROLES = (SCRIBBLE, LASSO)
ROLES = (BOX, *STROKE_ROLES, *POINT_ROLES)
VOLUME = "AuxOL.Volume"
PLACE = "AuxOL.Place"
EDGES = "AuxOL.Box"
STROKE = "AuxOL.Stroke"
YELLOW = (1.0, 0.85, 0.0)
COLOURS = {BOX: YELLOW, LASSO: YELLOW, POSITIVE: (0.1, 0.9, 0.2), NEGATIVE: (1.0, 0.2, 0.15)}
POINT_CLASS = "vtkMRMLMarkupsFiducialNode"
CLOSED_CLASS = "vtkMRMLMarkupsClosedCurveNode"
CLASSES = {**dict.fromkeys(POINT_ROLES, POINT_CLASS), BOX: CLOSED_CLASS, LASSO: CLOSED_CLASS}
CLASSES[SCRIBBLE] = "vtkMRMLMarkupsCurveNode"


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
    return [
        node
        for node in slicer.util.getNodesByClass(CLASSES[role])
        if node.GetAttribute(ROLE) == role
        and (volumeNode is None or node.GetNodeReferenceID(VOLUME) == volumeNode.GetID())
    ]


def pointNode(role: str, volumeNode: slicer.vtkMRMLVolumeNode) -> Any:
    """The list of positive or negative points on a volume; made if there is none."""
    for node in promptNodes(role, volumeNode):
        return node
    name = _("Positive points") if role == POSITIVE else _("Negative points")
    node = _newNode(name, role, COLOURS[role], volumeNode)
    display = node.GetDisplayNode()
    display.SetPointLabelsVisibility(False)
    display.SetVisibility3D(False)
    return node


def newBoxNode(volumeNode: slicer.vtkMRMLVolumeNode, place: Place, box: Box) -> Any:
    """A locked frame around the pixels of ``box`` on its slice."""
    node = _newNode(_("Box"), BOX, COLOURS[BOX], volumeNode)
    node.SetAttribute(EDGES, json.dumps([box.row0, box.col0, box.row1, box.col1]))
    _drawCurve(node, volumeNode, place, _frame(box))
    return node


def _frame(box: Box) -> list[tuple[float, float]]:
    corners = ((box.row0, box.col0), (box.row0, box.col1), (box.row1, box.col1), (box.row1, box.col0))
    return [(row - 0.5, col - 0.5) for row, col in corners]


def newStrokeNode(volumeNode: slicer.vtkMRMLVolumeNode, place: Place, stroke: Stroke) -> Any:
    """A locked line where ``stroke`` was drawn on its slice."""
    name = _("Lasso") if stroke.kind == LASSO else _("Scribble")
    colour = COLOURS[LASSO if stroke.kind == LASSO else POSITIVE if stroke.positive else NEGATIVE]
    node = _newNode(name, stroke.kind, colour, volumeNode)
    node.SetAttribute(STROKE, json.dumps(plain(stroke)))
    _drawCurve(node, volumeNode, place, stroke.vertices)
    return node


def _drawCurve(
    node: Any, volumeNode: slicer.vtkMRMLVolumeNode, place: Place, places: Sequence[tuple[float, float]]
) -> None:
    """A line through ``places``, (row, col) in centre coordinates; its points are neither seen nor dragged."""
    node.SetAttribute(PLACE, place.text())
    node.SetCurveTypeToLinear()
    _placeCurve(node, volumeNode, place, places)
    for at in range(node.GetNumberOfControlPoints()):
        node.SetNthControlPointVisibility(at, False)
    node.SetLocked(True)
    display = node.GetDisplayNode()
    display.SetFillVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(False)
    display.SetVisibility3D(False)


def _placeCurve(
    node: Any, volumeNode: slicer.vtkMRMLVolumeNode, place: Place, places: Sequence[tuple[float, float]]
) -> None:
    world = vtk.vtkPoints()
    for row, col in places:
        world.InsertNextPoint(rasOfPixel(volumeNode, place.axis, place.index, row, col))
    node.SetControlPointPositionsWorld(world)


def moveCurve(node: Any, volumeNode: slicer.vtkMRMLVolumeNode, place: Place, drawn: Box | Stroke) -> None:
    """Put a box's or a stroke's line where its pixels lie now."""
    _placeCurve(node, volumeNode, place, _frame(drawn) if isinstance(drawn, Box) else drawn.vertices)


def _newNode(name: str, role: str, colour: tuple[float, float, float], volumeNode: slicer.vtkMRMLVolumeNode) -> Any:
    node = slicer.mrmlScene.CreateNodeByClass(CLASSES[role])
    node.UnRegister(None)
    node.SetName(slicer.mrmlScene.GenerateUniqueName(f"AuxOL {name}"))
    node.SetAttribute(ROLE, role)
    # Lines are listed in the panel; in the data tree they would only be many. Points stay: their menu deletes them.
    node.SetHideFromEditors(role not in POINT_ROLES)
    node = slicer.mrmlScene.AddNode(node)
    node.SetNodeReferenceID(VOLUME, volumeNode.GetID())
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    for setColour in (display.SetColor, display.SetSelectedColor, display.SetActiveColor):
        setColour(colour)
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


def strokeOf(node: Any) -> Stroke | None:
    """None where the node's text is not one of ours."""
    try:
        return made(KINDS[node.GetAttribute(ROLE)], json.loads(node.GetAttribute(STROKE) or ""))
    except (ValueError, KeyError, InvalidInputError):
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


def pointNamed(name: str) -> tuple[Any, int]:
    """(node, index) of the point that ``definedPoints`` named; (None, -1) where it is gone."""
    nodeID, pointID = name.rsplit("/", 1)
    node = slicer.mrmlScene.GetNodeByID(nodeID)
    at = node.GetNthControlPointIndexByID(pointID) if node is not None else -1
    return (node, at) if at >= 0 else (None, -1)


def removePoint(name: str) -> None:
    """Remove the point that ``definedPoints`` named, if it is still there."""
    node, at = pointNamed(name)
    if node is not None:
        node.RemoveNthControlPoint(at)

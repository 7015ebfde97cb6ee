"""Markups and drags in the slice views -> prompts in voxel coordinates, object by object. It owns its observers.

What the user shows is kept in the nodes alone (PromptNodes); PromptBook holds copies in pixels, by which this class
sees what changed; PromptTools is the mouse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError
from auxol_core.strokes import Stroke, check_on_image
from auxol_core.types import Box, Prompt
from AuxOLSegmentLib.Prompts import PromptNodes
from AuxOLSegmentLib.Prompts.PointHand import PointHand
from AuxOLSegmentLib.Prompts.PointWatch import PointWatch
from AuxOLSegmentLib.Prompts.PromptBook import PromptBook, PromptObject, Shown, newObjectID
from AuxOLSegmentLib.Prompts.PromptNodes import BOX, LASSO, NEGATIVE, POINT_ROLES, POSITIVE, ROLES
from AuxOLSegmentLib.Prompts.PromptTools import PromptTools, keyOfClick, keyOfPoint
from AuxOLSegmentLib.Scene.Observing import Observing
from AuxOLSegmentLib.Scene.VolumeReader import (
    SliceKey,
    pixelOfRas,
    rasOfPixel,
    sliceShape,
    volumeProblem,
)

# A move below this, in pixels, is none.
STILL = 1e-3


class PromptReader(Observing):
    """``changed(objectID)`` when there is a new prompt to answer; ``removed(objectID, key)`` when an object is gone;
    ``refused(error)`` with ViewRefused or InvalidInputError; ``modeChanged(mode)``.
    """

    def __init__(
        self,
        changed: Callable[[str], None],
        removed: Callable[[str, SliceKey], None],
        refused: Callable[[InvalidInputError], None],
        modeChanged: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._changed, self._removed, self._refused, self._modeChanged = changed, removed, refused, modeChanged
        self._book = PromptBook()
        self._tools = PromptTools(
            self._volume, self._check, self._onBox, self._onStroke, self._onOther, refused, self._onMode
        )
        self._points = PointWatch(self._onDefined, self._onMoved, self._onPointRemoved)
        self._hand = PointHand(
            self._book, self._placePoint, self._onArrived, self.removePart, lambda: self._tools.drawing
        )
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.NodeRemovedEvent, self._onNodeRemoved)
        self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        self.addObserver(scene, scene.StartCloseEvent, self._onSceneClosing)

    # Mode

    @property
    def mode(self) -> str:
        """'box', 'scribble', 'lasso', 'positive', 'negative', or '' when clicks mean nothing to this class."""
        return self._tools.mode

    def start(self, mode: str) -> None:
        """Take what ``mode`` says from now on; ``refused`` is called where the volume does not allow it."""
        if mode not in ROLES:
            raise InvalidInputError(f"A mode is one of {ROLES}, got {mode!r}.")
        problem = volumeProblem(self._volume())
        if problem:
            self.stop()
            self._refused(InvalidInputError(problem))
            return
        # Before the tool, so that it sees a click first.
        self._hand.stop()
        self._hand.start(grabs=mode in POINT_ROLES)
        if mode in POINT_ROLES:
            self._tools.startPoints(mode, self._pointNode)
        else:
            self._tools.startDrag(mode)

    def _pointNode(self, role: str) -> Any:
        node = PromptNodes.pointNode(role, self._chosen())
        self._points.watch(node)
        return node

    def stop(self) -> None:
        self._hand.stop()
        self._tools.stop()

    def _onMode(self, mode: str) -> None:
        if not mode:
            self._hand.stop()
        self._modeChanged(mode)

    # Volume

    def setVolume(self, volumeNode: slicer.vtkMRMLVolumeNode | None) -> None:
        """Prompts are on this volume from now on; those of another one are hidden until it comes back."""
        volumeID = volumeNode.GetID() if volumeNode is not None else ""
        if volumeID != self._book.volumeID:
            self.stop()
            self._forget()
            self._book.volumeID = volumeID
            self.restore()

    def restore(self) -> None:
        """Take over the prompts that the scene holds for the volume, as after loading a scene."""
        volumeNode, active = self._volume(), self._book.active
        self._forget()
        for role in ROLES:
            for node in PromptNodes.promptNodes(role):
                mine = volumeNode is not None and node.GetNodeReferenceID(PromptNodes.VOLUME) == volumeNode.GetID()
                if node.GetDisplayNode() is not None:
                    node.GetDisplayNode().SetVisibility(mine)
                if mine and role in POINT_ROLES:
                    self._points.watch(node)
        if volumeNode is not None:
            moved = slicer.vtkMRMLTransformableNode.TransformModifiedEvent
            self.addObserver(volumeNode, moved, self._onVolumeMoved)
            self._book.read(volumeNode)
        self.activate(active)

    def _forget(self) -> None:
        self._book.clear()
        self._points.forget()
        for obj, event, method, *_rest in self.observations:
            if method == self._onVolumeMoved:
                self.removeObserver(obj, event, method)

    # Objects

    @property
    def active(self) -> str | None:
        """The object that the next point on its slice belongs to."""
        return self._book.active

    def activate(self, objectID: str | None) -> None:
        self._book.active = objectID if objectID is not None and self._book.of(objectID) else None

    def objects(self) -> list[PromptObject]:
        """In the order in which they were begun."""
        return self._book.objects()

    def key(self, objectID: str) -> SliceKey:
        """NotFoundError if the object is gone."""
        return self._book.key(objectID)

    def prompt(self, objectID: str) -> Prompt:
        """What the user shows of the object now, in pixels of its slice. NotFoundError if the object is gone."""
        return self._book.prompt(objectID)

    # Taking away

    def remove(self, objectID: str) -> None:
        key = self.key(objectID)
        for shownID in self._book.of(objectID):
            self._takeAway(shownID)
        self._gone(objectID, key)

    def removeLast(self, objectID: str) -> None:
        """Take the last point, box or stroke of the object away; the object goes when nothing is left that shows it."""
        key = self.key(objectID)
        self._takeAway(list(self._book.of(objectID))[-1])
        self._afterLoss(objectID, key)

    def removePart(self, shownID: str) -> None:
        """Take one point, box or stroke away, by its name in the book; what is left is answered anew."""
        shown = self._book.shown[shownID]
        key = self.key(shown.place.object)
        self._takeAway(shownID)
        self._afterLoss(shown.place.object, key)

    def removeOn(self, key: SliceKey, but: Collection[str] = ()) -> None:
        for objectID, other in self._book.keys().items():
            if other == key and objectID not in but:
                self.remove(objectID)

    def removeAll(self) -> None:
        for objectID in list(self._book.keys()):
            self.remove(objectID)

    def _takeAway(self, shownID: str) -> None:
        shown = self._book.shown.pop(shownID)
        node = slicer.mrmlScene.GetNodeByID(shown.nodeID)
        with self._points.lookingAway():
            if node is not None and shown.role in POINT_ROLES:
                PromptNodes.removePoint(shownID)
            elif node is not None:
                slicer.mrmlScene.RemoveNode(node)

    def _afterLoss(self, objectID: str, key: SliceKey) -> None:
        """A part of what shows the object is gone: answer the rest, or let the object go if the rest shows nothing."""
        if self._book.showsSomething(objectID):
            self._changed(objectID)
            return
        for shownID in self._book.of(objectID):
            self._takeAway(shownID)
        self._gone(objectID, key)

    def _gone(self, objectID: str, key: SliceKey) -> None:
        if self._book.active == objectID:
            self._book.active = None
        self._removed(objectID, key)

    # What the user does

    def addBox(self, key: SliceKey, box: Box) -> None:
        """For scripts: what dragging ``box`` on that slice does."""
        self._onBox(key, box)

    def addPoint(self, key: SliceKey, row: float, col: float, positive: bool) -> None:
        """For scripts: what a click on that pixel does; InvalidInputError for a negative point that is alone."""
        self._book.objectFor(key, positive)
        node = self._pointNode(POSITIVE if positive else NEGATIVE)
        self._tools.pressed = key
        node.AddControlPointWorld(vtk.vtkVector3d(*rasOfPixel(self._chosen(), key.axis, key.index, row, col)))

    def addStroke(self, key: SliceKey, stroke: Stroke) -> None:
        """For scripts: what drawing ``stroke`` on that slice does; InvalidInputError where it leaves the image, or for
        a negative scribble that is alone."""
        check_on_image(stroke, sliceShape(self._chosen(), key.axis))
        self._onStroke(key, stroke)

    def _check(self, sliceNode: Any, ras: tuple[float, float, float], positive: bool) -> SliceKey:
        """The slice that a point there would be on; InvalidInputError if it cannot be a prompt."""
        key = keyOfClick(self._chosen(), sliceNode, ras)
        self._book.objectFor(key, positive)
        return key

    def _onBox(self, key: SliceKey, box: Box) -> None:
        place = self._book.nextPlace(key, newObjectID())
        with self._points.lookingAway():
            node = PromptNodes.newBoxNode(self._chosen(), place, box)
        self._book.shown[node.GetID()] = Shown(BOX, place, node.GetID(), box=box)
        self._book.active = place.object
        self._changed(place.object)

    def _onOther(self, key: SliceKey, ras: tuple[float, float, float]) -> None:
        """A positive point that begins an object, also where another one is on the slice."""
        self._book.active = None
        node = self._pointNode(POSITIVE)
        self._tools.pressed = key
        node.AddControlPointWorld(vtk.vtkVector3d(*ras))

    def _onStroke(self, key: SliceKey, stroke: Stroke) -> None:
        """A lasso begins an object, as a box does; a scribble belongs to the one that a point would belong to."""
        objectID = newObjectID() if stroke.kind == LASSO else self._book.objectFor(key, stroke.positive)
        place = self._book.nextPlace(key, objectID)
        with self._points.lookingAway():
            node = PromptNodes.newStrokeNode(self._chosen(), place, stroke)
        self._book.shown[node.GetID()] = Shown(stroke.kind, place, node.GetID(), stroke=stroke)
        self._book.active = objectID
        self._changed(objectID)

    def _onDefined(self, node: Any) -> None:
        if self._volume() is not None:
            for pointID, at in PromptNodes.definedPoints(node):
                if pointID not in self._book.shown:
                    self._adopt(node, pointID, at)

    def _adopt(self, node: Any, pointID: str, at: int) -> None:
        role, ras = node.GetAttribute(PromptNodes.ROLE), PromptNodes.pointRas(node, at)
        pressed, self._tools.pressed = self._tools.pressed, None
        try:
            key = pressed or keyOfPoint(self._chosen(), ras)
            place = self._book.nextPlace(key, self._book.objectFor(key, role == POSITIVE))
        except InvalidInputError as error:
            # Markups are still at work on this point; it can go when they are done.
            qt.QTimer.singleShot(0, lambda: PromptNodes.removePoint(pointID))
            self._refused(error)
            return
        with self._points.lookingAway():
            node.SetNthControlPointDescription(at, place.text())
        self._book.shown[pointID] = Shown(role, place, node.GetID())
        self._settle(node, at, self._book.shown[pointID])
        self._book.active = place.object
        self._changed(place.object)

    def _onPointRemoved(self, node: Any) -> None:
        there = {pointID for pointID, _at in PromptNodes.definedPoints(node)}
        self._lost([shownID for shownID in self._book.ofNode(node.GetID()) if shownID not in there])

    def _lost(self, ids: list[str]) -> None:
        keys = self._book.keys()
        affected = [self._book.shown.pop(shownID).place.object for shownID in ids]
        for objectID in dict.fromkeys(affected):
            self._afterLoss(objectID, keys[objectID])

    def _onMoved(self, node: Any) -> None:
        if self._volume() is None:
            return
        moved = []
        for pointID, at in PromptNodes.definedPoints(node):
            shown = self._book.shown.get(pointID)
            if shown is not None and self._settle(node, at, shown):
                moved.append(shown.place.object)
        for objectID in dict.fromkeys(moved):
            self._changed(objectID)

    def _placePoint(self, name: str, ras: tuple[float, float, float]) -> None:
        node, at = PromptNodes.pointNamed(name)
        if node is not None:
            with self._points.lookingAway():
                node.SetNthControlPointPositionWorld(at, *ras)

    def _onArrived(self, name: str) -> None:
        node, _at = PromptNodes.pointNamed(name)
        if node is not None:
            self._onMoved(node)

    def _settle(self, node: Any, at: int, shown: Shown) -> bool:
        """Take the point's place over; onto its slice and into the image if it was dragged out. Whether it moved."""
        volumeNode, place = self._chosen(), shown.place
        row, col, index = pixelOfRas(volumeNode, place.axis, PromptNodes.pointRas(node, at))
        rows, cols = sliceShape(volumeNode, place.axis)
        pixel = (min(max(row, 0.0), rows - 1.0), min(max(col, 0.0), cols - 1.0))
        if abs(index - place.index) > 0.5 or max(abs(pixel[0] - row), abs(pixel[1] - col)) > 0.5:
            with self._points.lookingAway():
                node.SetNthControlPointPositionWorld(at, *rasOfPixel(volumeNode, place.axis, place.index, *pixel))
        moved = max(abs(pixel[0] - shown.pixel[0]), abs(pixel[1] - shown.pixel[1])) > STILL
        if moved:
            shown.pixel = pixel
        return moved

    # What happens to nodes

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, _scene: Any, _event: Any, node: Any) -> None:
        volumeNode = self._volume()
        if node.IsA("vtkMRMLSliceNode") and volumeNode is not None:
            for role in POINT_ROLES:
                for points in PromptNodes.promptNodes(role, volumeNode):
                    PromptNodes.limitToSliceViews(points)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeRemoved(self, scene: Any, _event: Any, node: Any) -> None:
        if self._points.looksAway or scene.IsClosing():
            return
        if node.GetID() == self._book.volumeID:
            self._onVolumeGone()
        if node.IsA("vtkMRMLVolumeNode"):
            self._removeOrphans()
            return
        if self.mode in POINT_ROLES and node.GetAttribute(PromptNodes.ROLE) == self.mode:
            self.stop()
        self._lost(self._book.ofNode(node.GetID()))

    def _onVolumeGone(self) -> None:
        """A volume that goes takes its prompts along."""
        keys, nodeIDs = self._book.keys(), {shown.nodeID for shown in self._book.shown.values()}
        self.stop()
        self._forget()
        self._book.volumeID = ""
        with self._points.lookingAway():
            for nodeID in nodeIDs:
                if slicer.mrmlScene.GetNodeByID(nodeID) is not None:
                    slicer.mrmlScene.RemoveNode(slicer.mrmlScene.GetNodeByID(nodeID))
        for objectID, key in keys.items():
            self._removed(objectID, key)

    def _removeOrphans(self) -> None:
        """The same for a volume that is not chosen, or no longer."""
        with self._points.lookingAway():
            for node in [each for role in ROLES for each in PromptNodes.promptNodes(role)]:
                if node.GetNodeReference(PromptNodes.VOLUME) is None:
                    slicer.mrmlScene.RemoveNode(node)

    def _onSceneClosing(self, _scene: Any, _event: Any) -> None:
        self.stop()
        self._forget()
        self._book.volumeID = ""

    def _onVolumeMoved(self, volumeNode: Any, _event: Any) -> None:
        """Prompts follow the volume: in voxels they stay what they were."""
        with self._points.lookingAway():
            for role in ROLES:
                for node in PromptNodes.promptNodes(role, volumeNode):
                    if node.GetTransformNodeID() != volumeNode.GetTransformNodeID():
                        node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())

    def volumeMoved(self) -> None:
        """The chosen volume's voxels lie elsewhere, as after a transform was hardened: prompts stay on their pixels."""
        volumeNode = self._chosen()
        with self._points.lookingAway():
            for shownID, shown in self._book.shown.items():
                if shown.role in POINT_ROLES:
                    self._placePoint(shownID, rasOfPixel(volumeNode, shown.place.axis, shown.place.index, *shown.pixel))
                    continue
                node, drawn = slicer.mrmlScene.GetNodeByID(shown.nodeID), shown.box or shown.stroke
                if node is not None and drawn is not None:
                    PromptNodes.moveCurve(node, volumeNode, shown.place, drawn)

    def cleanup(self) -> None:
        """Leave the mode and remove all observers; the nodes stay."""
        self._hand.stop()
        self._tools.cleanup()
        self._points.forget()
        self.removeObservers()

    @property
    def observers(self) -> int:
        """How many observers are in place, for tests."""
        return len(self.observations) + len(self._points.observations) + self._tools.observers + self._hand.observers

    def _chosen(self) -> slicer.vtkMRMLVolumeNode:
        volumeNode = self._volume()
        if volumeNode is None:
            raise InvalidInputError(_("Choose a volume first."))
        return volumeNode

    def _volume(self) -> slicer.vtkMRMLVolumeNode | None:
        return slicer.mrmlScene.GetNodeByID(self._book.volumeID) if self._book.volumeID else None

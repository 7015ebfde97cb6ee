"""What the user shows, object by object: copies of what was clicked and drawn in the scene, in pixels of their
slices."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import slicer
from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.strokes import Stroke
from auxol_core.types import Box, Point, Prompt
from AuxOLSegmentLib.Prompts import PromptNodes
from AuxOLSegmentLib.Prompts.PromptNodes import BOX, LASSO, NEGATIVE, POINT_ROLES, SCRIBBLE, STROKE_ROLES, Place
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, pixelOfRas


@dataclass
class PromptObject:
    """One object that the user shows. ``label``: one line for the list."""

    objectID: str
    key: SliceKey
    label: str


@dataclass
class Shown:
    """One point, box or stroke as it was last seen: a point's ``pixel`` (row, col), a box's ``box``."""

    role: str
    place: Place
    nodeID: str
    pixel: tuple[float, float] = (0.0, 0.0)
    box: Box | None = None
    stroke: Stroke | None = None

    @property
    def negative(self) -> bool:
        """Whether it says only what does not belong to the object."""
        return self.role == NEGATIVE or (self.stroke is not None and not self.stroke.positive)


def newObjectID() -> str:
    return uuid4().hex[:12]


class PromptBook:
    """``shown``: by name of a point or id of the node of a box or stroke; all on ``volumeID``. ``active``: as
    PromptReader says."""

    def __init__(self) -> None:
        self.shown: dict[str, Shown] = {}
        self.volumeID = ""
        self.active: str | None = None

    def clear(self) -> None:
        self.shown.clear()
        self.active = None

    def read(self, volumeNode: slicer.vtkMRMLVolumeNode) -> None:
        """Take over what the scene's nodes hold for the volume."""
        for node in PromptNodes.promptNodes(BOX, volumeNode):
            place, box = Place.of(node.GetAttribute(PromptNodes.PLACE)), PromptNodes.boxOf(node)
            if place is not None and box is not None:
                self.shown[node.GetID()] = Shown(BOX, place, node.GetID(), box=box)
        for role in STROKE_ROLES:
            for node in PromptNodes.promptNodes(role, volumeNode):
                place, stroke = Place.of(node.GetAttribute(PromptNodes.PLACE)), PromptNodes.strokeOf(node)
                if place is not None and stroke is not None:
                    self.shown[node.GetID()] = Shown(role, place, node.GetID(), stroke=stroke)
        for role in POINT_ROLES:
            for node in PromptNodes.promptNodes(role, volumeNode):
                for name, at in PromptNodes.definedPoints(node):
                    place = Place.of(node.GetNthControlPointDescription(at))
                    if place is not None:
                        pixel = pixelOfRas(volumeNode, place.axis, PromptNodes.pointRas(node, at))[:2]
                        self.shown[name] = Shown(role, place, node.GetID(), pixel)

    def keys(self) -> dict[str, SliceKey]:
        """The slice of each object, in the order in which they were begun."""
        keys: dict[str, SliceKey] = {}
        for each in sorted(self.shown.values(), key=lambda shown: shown.place.number):
            keys.setdefault(each.place.object, SliceKey(self.volumeID, each.place.axis, each.place.index))
        return keys

    def key(self, objectID: str) -> SliceKey:
        keys = self.keys()
        if objectID not in keys:
            raise NotFoundError(_("The object is no longer there."))
        return keys[objectID]

    def of(self, objectID: str) -> dict[str, Shown]:
        """The points, boxes and strokes of an object, first to last."""
        mine = [(shownID, each) for shownID, each in self.shown.items() if each.place.object == objectID]
        return dict(sorted(mine, key=lambda item: item[1].place.number))

    def ofNode(self, nodeID: str) -> list[str]:
        return [shownID for shownID, each in self.shown.items() if each.nodeID == nodeID]

    def prompt(self, objectID: str) -> Prompt:
        self.key(objectID)
        mine = self.of(objectID).values()
        boxes = [each.box for each in mine if each.role == BOX]
        points = tuple(Point(*each.pixel, positive=not each.negative) for each in mine if each.role in POINT_ROLES)
        strokes = tuple(each.stroke for each in mine if each.stroke is not None)
        return Prompt(box=boxes[-1] if boxes else None, points=points, strokes=strokes)

    def showsSomething(self, objectID: str) -> bool:
        """What does not belong to it shows nothing alone."""
        return any(not each.negative for each in self.of(objectID).values())

    def objects(self) -> list[PromptObject]:
        return [PromptObject(objectID, key, self._label(objectID, key)) for objectID, key in self.keys().items()]

    def _label(self, objectID: str, key: SliceKey) -> str:
        roles = [each.role for each in self.of(objectID).values()]
        points, scribbles = sum(role in POINT_ROLES for role in roles), roles.count(SCRIBBLE)
        what = [_("box")] if BOX in roles else []
        what += [_("lasso")] if LASSO in roles else []
        if scribbles:
            what.append(_("1 scribble") if scribbles == 1 else _("{count} scribbles").format(count=scribbles))
        if points:
            what.append(_("1 point") if points == 1 else _("{count} points").format(count=points))
        direction = (_("slice {index}"), _("second direction, slice {index}"), _("third direction, slice {index}"))
        return " + ".join(what) + ", " + direction[key.axis].format(index=key.index)

    def nextPlace(self, key: SliceKey, objectID: str) -> Place:
        number = 1 + max((each.place.number for each in self.shown.values()), default=0)
        return Place(objectID, key.axis, key.index, number)

    def objectFor(self, key: SliceKey, positive: bool) -> str:
        """The object that a point or scribble on this slice belongs to; a new id where it begins one.

        That is the active object if it lies there. A negative one cannot begin an object: it belongs to the last one
        on the slice; InvalidInputError if there is none.
        """
        keys = self.keys()
        if self.active is not None and keys.get(self.active) == key:
            return self.active
        if positive:
            return newObjectID()
        here = [objectID for objectID, other in keys.items() if other == key]
        if not here:
            raise InvalidInputError(
                _(
                    "A negative point or scribble alone shows no object. Click inside the object or drag a box around "
                    "it first."
                )
            )
        return here[-1]

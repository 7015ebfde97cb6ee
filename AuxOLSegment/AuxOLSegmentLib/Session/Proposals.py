"""Proposals that the user has not taken over: what is shown, by which prompt, and how a refresh changes it.

They are for the segment that was chosen when they were asked for. Those of another one are put aside while it is not
chosen: what is proposed for the liver can never be written into the spleen.
"""

import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from auxol_core.errors import InvalidInputError
from auxol_core.parts import Parts
from auxol_core.types import Event, MaskPatch, Proposal
from AuxOLSegmentLib.Scene.ProposalLayer import ProposalLayer
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

log = logging.getLogger(__name__)

Owner = tuple[str, str]  # the ids of a segmentation and of a segment in it

FUSED, GENERALIST, SPECIALIST = "fused", "generalist", "specialist"  # whose mask of a proposal is shown


@dataclass(frozen=True, eq=False)
class Shown:
    """One proposal on display or waiting. ``objectID``: of the prompt that it answers, '' where there was none.

    ``mask``: (rows, columns) bool of the whole slice. ``confidence`` 0..1: that the structure is there at all, where it
    was found; None where a person or a neighbouring slice says so. ``again``: the user has accepted it as it was, and
    it is another one by now; nobody asked for that, so only accepting it writes it. ``warning``: why not to trust it.
    ``shownAs``: whose mask is shown; ``alone``: that mask, None where it is the fusion.
    """

    proposalID: str
    key: SliceKey
    objectID: str
    mask: np.ndarray = field(repr=False)
    quality: float
    version: int
    share: float
    confidence: float | None = None
    again: bool = False
    warning: str = ""
    shownAs: str = FUSED
    alone: np.ndarray | None = field(default=None, repr=False)

    @staticmethod
    def of(
        proposal: Proposal, key: SliceKey, objectID: str = "", confidence: float | None = None, again: bool = False
    ) -> "Shown":
        """``proposal`` of the engine, on ``key``."""
        made = (proposal.mask, proposal.quality, proposal.version, proposal.share)
        return Shown(proposal.proposal_id, key, objectID, *made, confidence, again, proposal.warning)

    @property
    def visible(self) -> np.ndarray:
        """The mask that is shown, and that accepting it writes."""
        return self.mask if self.alone is None else self.alone

    @property
    def worth(self) -> float:
        """What it is ordered and accepted by: the Dice that is expected, at most how sure it is to be there."""
        return self.quality if self.confidence is None else min(self.quality, self.confidence)


class Proposals:
    """All that is shown, drawn through the layer. ``volumeOf(id)`` gives the volume's node, None where it is gone."""

    def __init__(self, layer: ProposalLayer, volumeOf: Callable[[str], Any]) -> None:
        self._layer, self._volumeOf = layer, volumeOf
        self._shown: dict[str, Shown] = {}
        self._owner: Owner | None = None  # whose these are; None: of the segment that is chosen next
        self._aside: dict[Owner, dict[str, Shown]] = {}

    def choose(self, owner: Owner) -> list[Shown]:
        """Show what is for that segment from now on. Those that come back: they may have changed meanwhile."""
        before, self._owner = self._owner, owner
        if before == owner:
            return []
        back, aside = self._aside.pop(owner, {}), {}
        if before is None:  # what is shown was nobody's, and is this segment's now
            self._shown |= back
        else:
            aside, self._shown = self._shown, back
            self._aside[before] = aside
        for key in dict.fromkeys(shown.key for shown in (*aside.values(), *self._shown.values())):
            self.draw(key)
        return self.all()

    def ownerOf(self, objectID: str) -> Owner | None:
        """The segment that a prompt's proposal is for; None where it has none."""
        if self.ofObject(objectID) is not None:
            return self._owner
        of = (owner for owner, aside in self._aside.items() if objectID in {each.objectID for each in aside.values()})
        return next(of, None)

    def objectsAside(self) -> set[str]:
        """Prompts whose proposals are for another segment."""
        return {shown.objectID for aside in self._aside.values() for shown in aside.values() if shown.objectID}

    def dropVolume(self, volumeID: str) -> None:
        """The volume goes, and what is proposed on it."""
        for proposalID in [shown.proposalID for shown in self._shown.values() if shown.key.volumeID == volumeID]:
            self.drop(proposalID)
        for owner, aside in list(self._aside.items()):
            self._aside[owner] = {name: each for name, each in aside.items() if each.key.volumeID != volumeID}

    def dropSegmentation(self, segmentationID: str) -> None:
        """The segmentation goes, and what is proposed for its segments."""
        self._aside = {owner: aside for owner, aside in self._aside.items() if owner[0] != segmentationID}
        if self._owner is not None and self._owner[0] == segmentationID:
            self._dropAll()
            self._owner = None

    def forget(self, owner: Owner) -> None:
        """That segment is gone, whatever has its id now."""
        self._aside.pop(owner, None)
        if owner == self._owner:
            self._dropAll()

    def _dropAll(self) -> None:
        for proposalID in list(self._shown):
            self.drop(proposalID)

    def put(self, shown: Shown) -> None:
        """Show it; in place of an earlier one for the same prompt."""
        for earlier in [s for s in self._shown.values() if shown.objectID and s.objectID == shown.objectID]:
            del self._shown[earlier.proposalID]
        self._shown[shown.proposalID] = shown
        self.draw(shown.key)

    def refreshed(self, event: Event) -> list[str]:
        """Put the patches of a "refreshed" event on the masks; ids of those that have to be asked for whole."""
        unknown = []
        data: Any = event.data
        ids = data.get("proposals", [])
        qualities = data.get("qualities") or [None] * len(ids)
        for proposalID, patch, quality in zip(ids, data.get("patches", []), qualities, strict=False):
            shown = self._shown.get(proposalID)
            if shown is None:
                continue
            mask = _patched(shown.mask, patch)
            if mask is None:
                unknown.append(proposalID)
                continue
            self._shown[proposalID] = replace(
                shown,
                mask=mask,
                quality=shown.quality if quality is None else float(quality),
                version=int(data.get("version", shown.version)),
                share=float(data.get("share", shown.share)),
                shownAs=FUSED,  # what a model says alone was of the one before
                alone=None,
            )
            self.draw(shown.key)
        return unknown

    def showAs(self, proposalID: str, parts: Parts, shownAs: str) -> None:
        """Show of a proposal, as the engine has it now, what one model says alone, or FUSED."""
        shown = self._shown.get(proposalID)
        if shown is None:
            return
        alone = {GENERALIST: parts.generalist, SPECIALIST: parts.specialist}.get(shownAs)
        if alone is None:
            shownAs = FUSED  # of several objects on a slice the specialist may not have been asked of each
        now = replace(shown, mask=parts.fused, version=parts.version, shownAs=shownAs, alone=alone)
        self._shown[proposalID] = now
        self.draw(now.key)

    def redraw(self, volumeID: str) -> None:
        """The volume's voxels lie elsewhere: masks are shown where they are."""
        self._layer.startAnew(volumeID)
        for key in self.slices():
            if key.volumeID == volumeID:
                self.draw(key)

    def draw(self, key: SliceKey) -> None:
        """Bring the layer's slice in line with what is shown there."""
        masks = [shown.visible for shown in self.on(key)]
        volume = self._volumeOf(key.volumeID)
        if not masks or volume is None:
            self._layer.clear(key)
        else:
            self._layer.show(key, volume, np.logical_or.reduce(masks))

    def get(self, proposalID: str) -> Shown | None:
        """The proposal, where it is still shown."""
        return self._shown.get(proposalID)

    def ofObject(self, objectID: str) -> Shown | None:
        """The proposal that answers a prompt."""
        return next((shown for shown in self._shown.values() if shown.objectID == objectID), None)

    def on(self, key: SliceKey) -> list[Shown]:
        """Those on a slice."""
        return [shown for shown in self._shown.values() if shown.key == key]

    def isPrompted(self, key: SliceKey) -> bool:
        """Whether something that is shown on a slice answers a prompt."""
        return any(shown.objectID for shown in self.on(key))

    def slices(self) -> list[SliceKey]:
        """Slices with a proposal."""
        return list(dict.fromkeys(shown.key for shown in self._shown.values()))

    def all(self) -> list[Shown]:
        """All that is shown."""
        return list(self._shown.values())

    def take(self, key: SliceKey) -> list[Shown]:
        """Those on a slice, shown no longer."""
        taken = self.on(key)
        for shown in taken:
            del self._shown[shown.proposalID]
        self._layer.clear(key)
        return taken

    def drop(self, proposalID: str) -> Shown | None:
        """Show one no longer."""
        shown = self._shown.pop(proposalID, None)
        if shown is not None:
            self.draw(shown.key)
        return shown

    def toJson(self) -> str:
        """What is known of them beside the masks, which the layer keeps in the scene. What is put aside is not drawn
        and not kept: it can be asked for again."""
        return json.dumps(
            [
                [
                    [s.key.volumeID, s.key.axis, s.key.index],
                    *(s.proposalID, s.objectID, s.quality, s.version, s.share, s.confidence, s.again, self._owner),
                ]
                for s in self._shown.values()
            ]
        )

    def readJson(self, text: str) -> None:
        """Take up what the layer shows after a scene was loaded; ``text`` as ``toJson`` gave it. Several proposals of a
        slice come back as one, because the layer shows their union."""
        told, owner = _read(text)
        # Where a scene was added to another one, its nodes may have other ids by now, and the text has the old ones.
        self._owner = owner if set(told) <= set(self._layer.slices()) else None
        self._shown.clear()
        self._aside.clear()
        for key in self._layer.slices():
            mask = self._layer.mask(key)
            if mask is not None:
                ids, made = told.get(key, ((uuid.uuid4().hex, ""), (0.0, 0, 1.0, None, False)))
                self._shown[ids[0]] = Shown(ids[0], key, ids[1], mask, *made)

    def clearUnknown(self) -> None:
        """The layer shows what another scene brought, which nobody can accept here: show it no longer."""
        known = set(self.slices())
        for key in self._layer.slices():
            if key not in known:
                self._layer.clear(key)

    def clear(self) -> None:
        """Show nothing."""
        self._shown.clear()
        self._aside.clear()
        self._owner = None
        self._layer.clearAll()


_Told = tuple[tuple[str, str], tuple[float, int, float, float | None, bool]]


def _read(text: str) -> tuple[dict[SliceKey, _Told], Owner | None]:
    """What ``toJson`` says of the first proposal on each slice, and for which segment they are; nothing where it cannot
    be read. Scenes from before slices were found say no confidence, older ones no segment."""
    told: dict[SliceKey, _Told] = {}
    owner: Owner | None = None
    try:
        for (volumeID, axis, index), proposalID, objectID, quality, version, share, *found in json.loads(text or "[]"):
            key = SliceKey(str(volumeID), int(axis), int(index))
            confidence = float(found[0]) if found and found[0] is not None else None
            made = (float(quality), int(version), float(share), confidence, bool(found[1:] and found[1]))
            if found[2:] and found[2] is not None:
                owner = (str(found[2][0]), str(found[2][1]))
            told.setdefault(key, ((str(proposalID), str(objectID)), made))
    except (TypeError, ValueError, IndexError):
        log.warning("What the scene says of its proposals cannot be read; their masks are shown all the same")
    return told, owner


def _patched(mask: np.ndarray, patch: MaskPatch) -> np.ndarray | None:
    try:
        return patch.applied(mask)
    except InvalidInputError:
        return None

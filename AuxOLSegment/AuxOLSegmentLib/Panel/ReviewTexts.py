"""What the tab Review says: of slices, of what Find was taught, of how the last walk along the volume ended."""

from __future__ import annotations

import math
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Panel.PanelTools import fraction
from AuxOLSegmentLib.Scene.VolumeReader import planeName
from AuxOLSegmentLib.Session.SliceBook import SliceState
from AuxOLSegmentLib.Session.WalkEnd import WalkEnd


def planesOf(items: list[Any]) -> dict[tuple[str, int], str]:
    """The names of the planes that occur, looked up once each: asking the scene for each of 300 slices takes long."""
    return {place: planeName(*place) for place in {(item.key.volumeID, item.key.axis) for item in items}}


def reviewRows(items: list[Any], planes: dict[tuple[str, int], str]) -> list[list[str]]:
    """Slice, state, estimated quality; where it was found, how sure it is to be there."""
    states = stateTexts()
    return [
        [
            f"{planes[item.key.volumeID, item.key.axis]} {item.key.index}",
            stateText(item, states),
            atLeast(item.quality),
            "" if item.confidence is None else atLeast(item.confidence),
        ]
        for item in items
    ]


def stateText(item: Any, states: dict[SliceState, str]) -> str:
    """What the list says of it."""
    if item.nothing:
        return _("nothing here")
    state = states[item.state] if item.confidence is None else _("found")
    if item.shownAs == "generalist":
        return _("{state}, generalist alone").format(state=state)
    return _("{state}, specialist alone").format(state=state) if item.shownAs else state


def atLeast(quality: float | None) -> str:
    """Two digits, cut and not rounded: 0.896 is not among "all from 0.90"."""
    return fraction(None if quality is None else math.floor(100 * quality + 1e-6) / 100)


def stateTexts() -> dict[SliceState, str]:
    return {
        SliceState.EMPTY: _("empty"),
        SliceState.PROPOSED: _("proposed"),
        SliceState.ACCEPTED: _("accepted"),
        SliceState.EDITED: _("edited"),
        SliceState.SAVED: _("saved"),
    }


def taughtText(status: Any) -> str:
    """From how many slices Find has learned, and what it still needs."""
    if status is None:
        return ""
    there, empty = status.slices_with, status.slices_without
    if not there and not empty:
        return _("Find looks where your saved slices had it.") if status.corrections else ""
    told = _("Find was taught with {there} slices with it and {empty} without it.").format(there=there, empty=empty)
    if not empty:
        return _("{told} Go to a slice without it and press Nothing here.").format(told=told)
    return told


def reviewText(proposed: int, unreviewed: int) -> str:
    """What still waits for a reader's eye."""
    told = []
    if proposed:
        told.append(_("Proposals to decide on: {count}; click one to see it.").format(count=proposed))
    if unreviewed:
        told.append(_("Changed but not looked at, so not taught: {count}.").format(count=unreviewed))
    return " ".join(told) or _("No proposal waits.")


def endText(end: WalkEnd, done: int, total: int) -> str:
    """What the last walk did and why it ended; '' where there was none."""
    if end.why == "cancelled":
        return _("Cancelled after {done} of {total} slices; the proposals that came stay.").format(
            done=done, total=total
        )
    if end.why == "failed":
        return _("It ended early, after {done} of {total} slices; the status line says why.").format(
            done=done, total=total
        )
    if end.why != "done":
        return ""
    if end.looked:
        return _("Looked at {total} slices and found it on {found}.").format(total=total, found=end.found)
    if not end.found:
        return _("Nothing was proposed: it ends on the slices beside those that are filled.")
    if end.found >= total:
        return _("Proposed on all {total} slices that were asked for.").format(total=total)
    return _("Proposed on {found} of {total} slices, until it was not seen any more.").format(
        found=end.found, total=total
    )

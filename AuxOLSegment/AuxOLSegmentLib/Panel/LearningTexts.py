"""What the tab Learn says: what is being learned, whether it has paid, the rows of the histories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slicer.i18n import tr as _

from AuxOLSegmentLib.Machine.GeneralistName import generalistName
from AuxOLSegmentLib.Panel.CurveData import Curve
from AuxOLSegmentLib.Panel.PanelTools import fraction
from AuxOLSegmentLib.Session.Payoff import Payoff

NO_DIFFERENCE = 0.0005  # of Dice: what three digits do not show


def learningText(status: Any, learning: Any, corrections: Sequence[Any] = ()) -> str:
    """What the specialist is doing, and what waits. ``corrections``: those that are saved."""
    left = sum(not each.confirmation and not each.learned for each in corrections)  # an update was undone or discarded
    if status is None:
        return _("No task is open.")
    if status.relearning is not None:
        return _(
            "This task was taught with another network or program. It is being learned again from your saved slices, "
            "{done} of {total}; until then proposals come from the {generalist} alone. Nothing is lost."
        ).format(done=status.relearning.done, total=status.relearning.total, generalist=generalistName(status))
    if learning.phase == "learning" and not status.paused:
        told = _("Learning: step {done} of {total}.") if learning.total else _("Learning ...")
    elif status.paused and learning.queued:
        told = _("Paused; {queued} saved slices wait.")
    elif learning.queued:
        told = _("{queued} saved slices wait to be learned.")
    elif left:
        told = _("{left} saved slices are not in the version that is in use.")
    else:
        told = _("Everything saved has been learned.") if status.version else _("Nothing has been learned yet.")
    return told.format(done=learning.done, total=learning.total, queued=learning.queued, left=left)


def countsText(status: Any) -> str:
    """How much the task has been taught."""
    if status is None:
        return ""
    return _("{corrections} corrections, {confirmations} confirmed unchanged; version {version}.").format(
        corrections=status.corrections, confirmations=status.confirmations, version=status.version
    )


def payoffText(payoff: Payoff, generalist: str) -> str:
    """Whether learning has paid so far, and by how much."""
    if not payoff.slices:
        return _("Whether learning pays is told from the first saved slice in which the specialist took part.")
    if abs(payoff.dice) < NO_DIFFERENCE:
        told = _("Learning has made no difference so far: on {slices} saved slices what was shown is as near to what "
                 "you saved as the {generalist} alone.")  # fmt: skip
    elif payoff.dice > 0:
        told = _("Learning has paid so far: on {slices} saved slices what was shown is nearer to what you saved than "
                 "the {generalist} alone, by {dice:.3f} Dice.")  # fmt: skip
    else:
        told = _("Learning has not paid so far: on {slices} saved slices what was shown is farther from what you saved "
                 "than the {generalist} alone, by {dice:.3f} Dice.")  # fmt: skip
    told = told.format(slices=payoff.slices, generalist=generalist, dice=abs(payoff.dice))
    return " ".join(text for text in (told, voxelsText(payoff)) if text)


def voxelsText(payoff: Payoff) -> str:
    """The same in voxels, where slices of this scene tell them."""
    if not payoff.known:
        return ""
    if payoff.voxels >= 0:
        text = _("On {known} slices of this scene that is about {voxels} voxels fewer to change.")
    else:
        text = _("On {known} slices of this scene that is about {voxels} voxels more to change.")
    return text.format(known=payoff.known, voxels=abs(payoff.voxels))


def versionRows(versions: list[Any]) -> list[list[str]]:
    """Version, learned from, result, took."""
    # Translated once, not once a row.
    none, one, many = _("gone over again"), _("1 slice"), _("{count} slices")
    used, learned, discarded, took = _("in use"), _("learned"), _("discarded: {reason}"), _("{count} s")
    rows = []
    for info in versions:
        version = f"\u25b6 {info.version}" if info.current else str(info.version)
        count = len(info.corrections)
        source = (none, one)[count] if count < 2 else many.format(count=count)
        result = used if info.current else learned if info.published else discarded.format(reason=info.reason)
        rows.append([version, source, result, took.format(count=f"{info.seconds:.1f}")])
    return rows


def correctionRows(corrections: list[Any]) -> list[list[str]]:
    """Number, saved as, Dice of generalist, specialist and what was shown."""
    unchanged, corrected = _("unchanged"), _("corrected")
    rows = []
    for info in corrections:
        curve = Curve.of([info])
        scores = [fraction(line[0] if line else None) for line in (curve.generalist, curve.specialist, curve.fused)]
        rows.append([str(info.sequence), unchanged if info.confirmation else corrected, *scores])
    return rows

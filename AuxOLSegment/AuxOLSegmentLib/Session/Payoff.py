"""Whether learning has paid: what was shown, beside what the generalist alone would have shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from auxol_core.types import CorrectionInfo, Scores
from AuxOLSegmentLib.Session.SliceBook import SliceRecord


@dataclass(frozen=True)
class Payoff:
    """Of the saved slices in whose proposal the specialist took part. ``slices``: how many. ``dice``: the mean by which
    what was shown lay nearer to what was saved than the generalist alone. ``voxels``: so many fewer had to be changed,
    on ``known`` of these slices; see ``voxelsSaved``."""

    slices: int = 0
    dice: float = 0.0
    voxels: int = 0
    known: int = 0

    @staticmethod
    def of(corrections: Iterable[CorrectionInfo], saved: Mapping[str, int]) -> "Payoff":
        """``saved``: how many voxels are in what was saved, by correction, where that is known."""
        rows = [info for info in corrections if any(score.specialist is not None for score in info.scores)]
        if not rows:
            return Payoff()
        gains = [sum(score.fused - score.generalist for score in info.scores) / len(info.scores) for info in rows]
        known = [info for info in rows if info.correction_id in saved and len(info.scores) == 1]
        voxels = sum(voxelsSaved(info.scores, saved[info.correction_id]) for info in known)
        return Payoff(len(rows), sum(gains) / len(gains), round(voxels), len(known))


def voxelsSaved(scores: Sequence[Scores], size: int) -> float:
    """By how many voxels less than the generalist alone what was shown differs from the ``size`` that were saved.

    Two masks of the sizes a and b and a Dice d between them differ in (a + b) (1 - d) voxels. The size of a proposal is
    not kept; it is taken for that of what was saved, so that this is exact for a proposal as large as that.
    """
    return sum(2 * size * (score.fused - score.generalist) for score in scores)


def savedVoxels(records: Iterable[SliceRecord]) -> dict[str, int]:
    """Of the slices that were saved in this session, by correction."""
    return {
        record.correctionID: int(np.unpackbits(np.frombuffer(record.written, np.uint8)).sum())
        for record in records
        if record.correctionID and record.savedAt and record.written
    }

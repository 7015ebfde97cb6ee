"""How far the slices along the volume are: settled, proposed or open; and after Find, how likely the structure is."""

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceCount
from AuxOLSegmentLib.Session.FindFlow import FindFlow
from AuxOLSegmentLib.Session.Presence import PresenceCurve, Standing
from AuxOLSegmentLib.Session.Proposals import Proposals
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import SETTLED
from AuxOLSegmentLib.Session.SliceInUse import SliceInUse


class VolumeBar:
    """Along the direction of the view in use."""

    def __init__(self, selection: Selection, inUse: SliceInUse, proposals: Proposals, finding: FindFlow) -> None:
        self._selection, self._inUse, self._proposals, self._finding = selection, inUse, proposals, finding

    def curve(self) -> PresenceCurve | None:
        """None where nothing is chosen or on display."""
        found = self._finding.curve()
        if found is not None or self._selection.whyNot():
            return found
        try:
            here = self._inUse.key()
        except AuxolError:
            return None
        return self._standings(here)

    def _standings(self, here: SliceKey) -> PresenceCurve:
        count = sliceCount(self._selection.volume, here.axis)
        records = (record.key for record in self._selection.book if record.state in SETTLED)
        settled = {key.index for key in records if (key.volumeID, key.axis) == (here.volumeID, here.axis)}
        settled |= set(self._selection.occupied(here.axis))
        keys = self._proposals.slices()
        proposed = {key.index for key in keys if (key.volumeID, key.axis) == (here.volumeID, here.axis)}
        standings = tuple(
            Standing.SETTLED if at in settled else Standing.FOUND if at in proposed else Standing.UNSEEN
            for at in range(count)
        )
        return PresenceCurve(here.volumeID, here.axis, (None,) * count, standings, here.index, looked=False)

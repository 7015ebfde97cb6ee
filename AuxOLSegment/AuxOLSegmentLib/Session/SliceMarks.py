"""A segment's masks slice by slice, each known by its digest, read once for each change of the segment.

The panel asks at every scroll; reading 200 slices of 512 x 512 each time took 54 to 75 ms of the main thread.
"""

from typing import Any, NamedTuple

from AuxOLSegmentLib.Scene.Geometry import volumeLattice
from AuxOLSegmentLib.Scene.SegmentReader import labelmapOf, maskDigest, maskOnSlice, occupiedSlices
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

Stamp = tuple[Any, ...]


class SliceMark(NamedTuple):
    """``digest``: equal ones, equal masks. ``empty``: no voxel of the segment is on the slice."""

    digest: str
    empty: bool


class _Direction:
    """What is known of the slices of one volume along one axis, while the segment has this stamp."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self.marks: dict[int, SliceMark] = {}
        self.occupied: list[int] | None = None


class SliceMarks:
    """Of one segment at a time: another one, or a change of it, has them read anew."""

    def __init__(self) -> None:
        self._directions: dict[tuple[str, int], _Direction] = {}

    def of(self, segmentation: Any, segmentID: str, volume: Any, key: SliceKey) -> SliceMark:
        """The mark of the segment's mask on ``key``. Errors as maskOnSlice."""
        marks = self._direction(segmentation, segmentID, volume, key.axis).marks
        if key.index not in marks:
            mask = maskOnSlice(segmentation, segmentID, volume, key.axis, key.index)
            marks[key.index] = SliceMark(maskDigest(mask), not mask.any())
        return marks[key.index]

    def has(self, segmentation: Any, segmentID: str, volume: Any, key: SliceKey) -> bool:
        """Whether it is known already."""
        return key.index in self._direction(segmentation, segmentID, volume, key.axis).marks

    def occupied(self, segmentation: Any, segmentID: str, volume: Any, axis: int) -> list[int]:
        """As SegmentReader.occupiedSlices."""
        direction = self._direction(segmentation, segmentID, volume, axis)
        if direction.occupied is None:
            direction.occupied = occupiedSlices(segmentation, segmentID, volume, axis)
        return direction.occupied

    def _direction(self, segmentation: Any, segmentID: str, volume: Any, axis: int) -> _Direction:
        place, stamp = (volume.GetID(), axis), _stamp(segmentation, segmentID, volume)
        known = self._directions.get(place)
        if known is None or known.stamp != stamp:
            known = self._directions[place] = _Direction(stamp)
        return known


def _stamp(segmentation: Any, segmentID: str, volume: Any) -> Stamp:
    """Changes when the segment's voxels, or where they lie in the volume, may have changed.

    VTK's times of modification never repeat in a process, so another labelmap has another one.
    """
    image, value = labelmapOf(segmentation, segmentID)
    return (
        segmentation.GetID(),
        segmentID,
        value,
        0 if image is None else image.GetMTime(),
        volume.GetImageData().GetDimensions(),
        volumeLattice(volume, segmentation).tobytes(),
    )

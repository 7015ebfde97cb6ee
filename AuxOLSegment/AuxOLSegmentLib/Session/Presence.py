"""The structure's presence along a volume: what ``find`` saw on each slice, and how the slice stands now."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum

from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

UNLIKELY = 0.5  # below this presence a slice on which nothing is proposed counts as one without the structure


class Standing(Enum):
    """How a slice stands. SETTLED: a person has been there. FOUND: something is proposed that nobody has settled.
    WITHOUT: it was looked at, and nothing is proposed. UNSEEN: it was not looked at."""

    SETTLED = "settled"
    FOUND = "found"
    WITHOUT = "empty"
    UNSEEN = "not looked at"


@dataclass(frozen=True)
class PresenceCurve:
    """Of the slices 0, 1, ... of a volume along ``axis``. ``values``: 0..1, how likely the structure is on each, None
    where that is not known. ``here``: the index on display; None where another direction is."""

    volumeID: str
    axis: int
    values: tuple[float | None, ...]
    standings: tuple[Standing, ...]
    here: int | None = None
    looked: bool = True  # by Find; else the standings alone are known

    def key(self, index: int) -> SliceKey:
        """That slice."""
        return SliceKey(self.volumeID, self.axis, index)


@dataclass(frozen=True)
class Place:
    """Where it was looked, for which segment and with which task."""

    volumeID: str
    axis: int
    segmentationID: str
    segmentID: str
    task: str


@dataclass
class Seen:
    """What was seen at one place; ``values`` by slice. ``settled``: slices of which only the engine knows that a
    person has been there, in another scene perhaps."""

    place: Place | None = None
    values: dict[int, float | None] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)

    def begin(self, place: Place) -> None:
        """A find at that place begins; what was seen at another one is forgotten, at the same one it is kept until
        something newer comes."""
        if place != self.place:
            self.place, self.values, self.settled = place, {}, set()

    def curve(self, count: int, settled: Collection[int], found: Collection[int], here: int | None) -> PresenceCurve:
        """Of the ``count`` slices; ``settled``: where a person was, ``found``: where something is proposed."""
        assert self.place is not None

        def standing(index: int) -> Standing:
            if index in settled or index in self.settled:
                return Standing.SETTLED
            if index in found:
                return Standing.FOUND
            return Standing.WITHOUT if index in self.values else Standing.UNSEEN

        values = tuple(self.values.get(index) for index in range(count))
        standings = tuple(standing(index) for index in range(count))
        return PresenceCurve(self.place.volumeID, self.place.axis, values, standings, here)

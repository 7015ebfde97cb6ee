"""Where each slice stands: empty -> proposed -> accepted or edited -> saved. Kept in the scene as JSON text."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

log = logging.getLogger(__name__)

FORMAT = 1
Save = tuple[str, str, str]
NEVER: Save = ("", "", "")
MASKS_REMEMBERED = 32  # of a slice; the Segment Editor itself remembers ten states or fewer


class SliceState(Enum):
    """The life of a slice. EMPTY: nothing of ours or of the user's is on it."""

    EMPTY = "empty"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    EDITED = "edited"
    SAVED = "saved"


SETTLED = (SliceState.ACCEPTED, SliceState.EDITED, SliceState.SAVED)  # a person has been there
WAITING = (SliceState.ACCEPTED, SliceState.EDITED)  # to be saved


@dataclass
class SliceRecord:
    """One slice of one segment. ``digest``: of the segment's mask there when it was last on display.

    ``proposals``: ids of accepted ones whose acceptance is in the mask, not saved yet. ``acceptedIn``: the same for
    masks that were there before, by digest: undo and redo bring those back. ``correctionID``: under which the mask was
    sent; the same mask is sent under the same id, so that the engine takes it once. Times in seconds since 1970, 0
    where it did not happen. ``ours``: the digest of a mask that was made of accepted proposals alone, '' where there
    was none. ``nothing``: the user has said, or is saying, that nothing is on it. ``prompts``: answered on it;
    ``changed``: voxels that were changed by hand, up to the last acceptance or save; ``written``: the mask that was
    there then, as bits, kept for this session. ``takenFrom``: the model whose mask alone was accepted, '' for the
    fusion. ``savedIn``: the task that it was saved in, '' where the scene does not say, None where that was reset or
    deleted; ``pixels``: a stamp of the image that was saved, for this session. ``last``: by task, id,
    digest of the mask and id of the image of the last save that has a receipt. ``place``: a stamp of the image, of
    where it lies beside the segment, and of the segment itself, as they were when ``digest`` was, for this session:
    where that is another one, a mask that differs is nobody's edit.
    """

    key: SliceKey
    state: SliceState = SliceState.EMPTY
    digest: str = ""
    proposals: list[str] = field(default_factory=list)
    correctionID: str = ""
    quality: float | None = None
    edits: int = 0
    proposedAt: float = 0.0
    acceptedAt: float = 0.0
    savedAt: float = 0.0
    acceptedIn: dict[str, list[str]] = field(default_factory=dict)
    ours: str = ""
    nothing: bool = False
    prompts: int = 0
    changed: int = 0
    written: bytes = b""
    takenFrom: str = ""
    savedIn: str | None = ""
    pixels: object = None
    place: object = None
    last: dict[str, Save] = field(default_factory=dict)

    def isSaved(self, task: str, pixels: object) -> bool:
        """Whether it is saved as it is: in this task, and of an image with these pixels."""
        known = self.pixels is None or pixels == self.pixels
        return self.state is SliceState.SAVED and known and self.savedIn in ("", task)

    def isAt(self, place: object) -> bool:
        """Whether what is known of it was known there, as far as anybody can tell."""
        return self.place in (None, place)

    @property
    def actions(self) -> int:
        """What a person did on it: prompts, the acceptance, changes that were seen, the save."""
        return self.prompts + (self.acceptedAt > 0) + self.edits + (self.savedAt > 0)

    def drawn(self, mask: NDArray[np.bool_]) -> None:
        """``mask`` (rows, columns) is there now: what differs from the one before was changed by hand."""
        bits = np.packbits(mask)
        before = np.frombuffer(self.written, np.uint8)
        if before.size != bits.size:  # nothing was there, or the volume's image has another size now
            before = np.zeros_like(bits)
        self.changed += int(np.unpackbits(bits ^ before).sum())
        self.written = bits.tobytes()

    def wrote(self, mask: NDArray[np.bool_]) -> None:
        """``mask`` is there now, and what differs from the one before was written by us."""
        self.written = np.packbits(mask).tobytes()

    def proposed(self, quality: float) -> None:
        """A proposal is shown on it."""
        if self.state is SliceState.EMPTY:
            self.state = SliceState.PROPOSED
        self.quality = quality
        self.proposedAt = self.proposedAt or time.time()

    def accepted(self, proposals: list[str], before: str, after: str, seen: bool, first: bool = False) -> None:
        """Proposals were written. ``before`` and ``after``: digests of the mask. ``seen``: the slice is on display.
        ``first``: nothing was on it before."""
        self._maskIs(before)
        self.ours = after if first or before == self.ours else ""
        self.nothing = False
        self.proposals = [*self.proposals, *proposals]
        self._remember(after)
        self.state, self.digest = SliceState.ACCEPTED, after if seen else ""
        self.correctionID, self.acceptedAt = "", time.time()

    def _maskIs(self, digest: str) -> None:
        """A mask that was there before holds what was accepted then, another one what the last one held."""
        self.proposals = self.acceptedIn.get(digest, self.proposals)
        self._remember(digest)

    def _remember(self, digest: str) -> None:
        self.acceptedIn.pop(digest, None)  # so that it stands behind the older ones
        self.acceptedIn[digest] = self.proposals
        for oldest in list(self.acceptedIn)[:-MASKS_REMEMBERED]:
            del self.acceptedIn[oldest]

    def edited(self, digest: str, empty: bool) -> None:
        """The segment was changed there by somebody else, and is on display."""
        if digest == self.digest:
            return
        self.nothing = False
        self._maskIs(digest)
        undone = empty and not self.savedAt
        if undone and self.state in WAITING:
            self.state, self.digest, self.correctionID = SliceState.EMPTY, digest, ""
            return
        if not self.digest and self.state in (SliceState.PROPOSED, *WAITING):
            self.digest = digest  # it was proposed or accepted unseen, and is seen now
            return
        self.digest, self.correctionID = digest, ""
        if undone:
            self.state = SliceState.EMPTY
            return
        self.state = SliceState.EDITED
        self.edits += 1

    def emptied(self, refused: list[str], digest: str) -> None:
        """The user says that nothing is on it, which ``refused`` (ids of proposals) had claimed. ``digest``: of the
        empty mask."""
        self.proposals = list(dict.fromkeys([*self.proposals, *refused]))
        self._remember(digest)
        self.state, self.digest, self.correctionID, self.nothing = SliceState.EDITED, digest, "", True

    def saved(self, task: str = "", imageID: str = "") -> None:
        """It has a receipt, in that task, with the image of that id."""
        self.state, self.savedAt, self.savedIn = SliceState.SAVED, time.time(), task
        self.last[task] = (self.correctionID, self.digest, imageID)
        self.proposals, self.ours = [], ""
        self.acceptedIn.clear()


class SliceBook:
    """The records of one segment in one volume, by slice."""

    def __init__(self) -> None:
        self._records: dict[SliceKey, SliceRecord] = {}

    def __iter__(self) -> Iterator[SliceRecord]:
        return iter(list(self._records.values()))

    def get(self, key: SliceKey) -> SliceRecord | None:
        """The record, where there is one."""
        return self._records.get(key)

    def of(self, key: SliceKey) -> SliceRecord:
        """The record; a new one where there is none."""
        return self._records.setdefault(key, SliceRecord(key))

    def counts(self) -> dict[SliceState, int]:
        """How many slices are in each state."""
        found = dict.fromkeys(SliceState, 0)
        for record in self._records.values():
            found[record.state] += 1
        return found

    def unteach(self, task: str, correctionID: str = "") -> None:
        """The task has forgotten all that was saved in it, or that correction: the slice can be saved again."""
        for record in self._records.values():
            if correctionID not in ("", record.last.get(task, NEVER)[0], record.correctionID):
                continue
            record.last.pop(task, None)
            if record.savedIn == task:
                record.savedIn = None
                if record.nothing and record.state is SliceState.SAVED:  # that it is empty was the lesson, all of it
                    record.state, record.nothing = SliceState.EMPTY, False

    def dropVolume(self, volumeID: str) -> None:
        """The volume is gone."""
        self._records = {key: record for key, record in self._records.items() if key.volumeID != volumeID}

    def clear(self) -> None:
        """Nothing is known."""
        self._records.clear()

    def toPlain(self) -> list[dict[str, object]]:
        """As JSON can hold it; slices on which nothing happened are left out."""
        return [_plain(r) for r in self._records.values() if r.state is not SliceState.EMPTY or r.savedAt]

    @staticmethod
    def fromPlain(values: object, isThere: Callable[[str], bool] = lambda volumeID: True) -> "SliceBook":
        """What ``toPlain`` gave; entries that are none are left out, with a line in the log."""
        book = SliceBook()
        for value in values if isinstance(values, list) else []:
            try:
                record = _record(value)
            except (KeyError, TypeError, ValueError):
                log.warning("A slice's entry in the scene cannot be read and is left out")
            else:
                if isThere(record.key.volumeID):
                    book._records[record.key] = record
        return book


class Books:
    """A SliceBook for each segment that was worked on."""

    def __init__(self) -> None:
        self._books: dict[tuple[str, str], SliceBook] = {}

    def of(self, segmentationID: str, segmentID: str) -> SliceBook:
        """The book of a segment."""
        return self._books.setdefault((segmentationID, segmentID), SliceBook())

    def all(self) -> list[SliceBook]:
        """Every book."""
        return list(self._books.values())

    def forget(self, ids: tuple[str, str]) -> None:
        """The segment with these ids is another one now."""
        self._books.pop(ids, None)

    def dropSegmentation(self, segmentationID: str) -> None:
        """The segmentation is gone."""
        self._books = {ids: book for ids, book in self._books.items() if ids[0] != segmentationID}

    @property
    def isEmpty(self) -> bool:
        """Whether nothing is known of any slice."""
        return not any(list(book) for book in self._books.values())

    def clear(self) -> None:
        """The scene is closed."""
        self._books.clear()

    def toJson(self) -> str:
        """The text for the scene."""
        books = [{"segmentation": s, "segment": g, "slices": b.toPlain()} for (s, g), b in self._books.items()]
        return json.dumps({"format": FORMAT, "books": [book for book in books if book["slices"]]})

    def readJson(self, text: str, isThere: Callable[[str], bool] = lambda volumeID: True) -> None:
        """What ``toJson`` gave, in place of what is here; nothing where it is another format. Slices of volumes that
        are not there are left out."""
        self._books.clear()
        if text in ("", "{}"):
            return
        try:
            told = json.loads(text)
            books = told["books"] if told["format"] == FORMAT else []
            for book in books:
                ids = (str(book["segmentation"]), str(book["segment"]))
                self._books[ids] = SliceBook.fromPlain(book["slices"], isThere)
        except (ValueError, KeyError, TypeError):
            log.warning("What the scene says of the slices cannot be read; the segments themselves are as they were")


def _plain(record: SliceRecord) -> dict[str, object]:
    key = record.key
    return {
        "slice": [key.volumeID, key.axis, key.index],
        "state": record.state.value,
        "digest": record.digest,
        "proposals": record.proposals,
        "correction": record.correctionID,
        "quality": record.quality,
        "edits": record.edits,
        "times": [record.proposedAt, record.acceptedAt, record.savedAt],
        "ours": record.ours,
        "nothing": record.nothing,
        "effort": [record.prompts, record.changed],
        "taken": record.takenFrom,
        "in": record.savedIn,
        "last": {task: list(save) for task, save in record.last.items()},
    }


def _record(value: dict[str, Any]) -> SliceRecord:
    volumeID, axis, index = value["slice"]
    proposed, accepted, saved = (float(each) for each in value["times"])
    quality = value["quality"]
    prompts, changed = (int(each) for each in value.get("effort", (0, 0)))  # scenes from before do not say
    saved_in, last = value.get("in", ""), value.get("last", {})
    return SliceRecord(
        SliceKey(str(volumeID), int(axis), int(index)),
        SliceState(value["state"]),
        str(value["digest"]),
        [str(each) for each in value["proposals"]],
        str(value["correction"]),
        None if quality is None else float(quality),
        int(value["edits"]),
        proposed,
        accepted,
        saved,
        ours=str(value.get("ours", "")),  # scenes from before "nothing here" do not say
        nothing=bool(value.get("nothing", False)),
        prompts=prompts,
        changed=changed,
        takenFrom=str(value.get("taken", "")),  # scenes from before models were compared do not say
        savedIn=None if saved_in is None else str(saved_in),
        last={str(task): (str(save[0]), str(save[1]), str(save[2])) for task, save in last.items()},
    )

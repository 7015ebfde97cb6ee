"""The pictures and volumes that a batch command goes through, each with a name of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import files
from auxol_core.imaging.names import printable
from auxol_core.replay.names import own_names, why_odd
from auxol_core.replay.sources import Problem, open_set, structures

TABLE = "segments"  # the stem of segments.csv, which no result may have
PARTS = ("images", "masks", "volumes", "labels")  # of a set: what holds its pictures and labels


@dataclass(frozen=True)
class Source:
    """A picture or volume to segment; ``labels`` and ``value`` where prompts come from labels.

    ``name``: its own among all sources, which its results bear. ``problem``: why it is left out, None if it is not.
    ``series``: the one that is read, where ``path`` is a folder of DICOM files.
    """

    name: str
    path: Path
    volume: bool
    labels: Path | None = None
    value: int = 0
    problem: str | None = None
    series: files.DicomSeries | None = None

    @property
    def content(self) -> files.VolumeSource:
        """What is read, and what a mask has its geometry from."""
        return self.path if self.series is None else self.series

    @property
    def short_name(self) -> str:
        """The file's name without its ending; of a series its folder's."""
        return files.stem(self.path) if self.series is None else self.path.name

    @property
    def file_name(self) -> str:
        """The file's name with its ending; of a series its folder's and its UID."""
        return self.path.name if self.series is None else f"{self.path.name}.{self.series.uid}"

    def content_hash(self) -> str:
        """SHA-256 of what is read. OSError where that cannot be done."""
        if self.series is None:
            return files.file_hash(self.path)
        return hashlib.sha256("".join(map(files.file_hash, self.series.files)).encode()).hexdigest()


def find_sources(folder: Path, series: Sequence[str] = ()) -> list[Source]:
    """The pictures of DIR/images, else the volumes of DIR/volumes, else either in DIR itself; DataError if none.

    Volumes are files, or folders of DICOM files: DIR/volumes/CASE, DIR/CASE or DIR itself. ``series``: UIDs of the
    DICOM series that are wanted, needed where a folder has several. What no reader can be given is among them, with
    the problem.
    """
    try:
        found = _found(folder, series)
    except OSError as error:
        raise DataError(f"{printable(folder)} cannot be read ({error.strerror}). Check its permissions.") from error
    missing = set(series) - {source.series.uid for source in found if source.series}
    if missing:
        raise InvalidInputError(
            f"{printable(folder)} has no DICOM series {', '.join(sorted(missing))}. Leave --series out to see its own."
        )
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise DataError(f"{printable(folder)} {what}. Name a folder of pictures or volumes.")
    if not found:
        raise DataError(
            f"{printable(folder)} has nothing to segment. Looked in images/, volumes/ and the folder itself for "
            f"{', '.join(files.IMAGE_ENDINGS + files.VOLUME_ENDINGS)} and folders of DICOM files."
        )
    good = [source for source in found if source.problem is None]
    names = own_names([(source.short_name, source.file_name) for source in good], [TABLE])
    named = [replace(source, name=name) for source, name in zip(good, names, strict=True)]
    return named + [source for source in found if source.problem is not None]


def labelled_sources(folder: Path, label: str | None) -> tuple[list[Source], list[Problem]]:
    """The labelled pairs of one structure, and what was left out; InvalidInputError where a label must be named."""
    source = open_set(folder)
    found = structures([source], [label] if label else [])
    if len(found) != 1:
        names = ", ".join(s.stream.split("/")[-1] for s in found)
        raise InvalidInputError(f"{folder} has several labels ({names}). Name one with --label.")
    volume, value = source.kind == "volumes", found[0].value
    sources = [
        Source(
            p.name, p.image, volume, p.labels, value, None, files.chosen_series(p.image) if p.image.is_dir() else None
        )
        for p in source.pairs
    ]
    return sources, list(source.problems)


def _found(folder: Path, wanted: Sequence[str]) -> list[Source]:
    """What is to be segmented, in the order of names, still named after the files."""
    if (folder / "images").is_dir():
        return _files(folder / "images", files.IMAGE_ENDINGS)
    if (folder / "volumes").is_dir():
        return _files(folder / "volumes", files.VOLUME_ENDINGS) + _series(folder / "volumes", wanted)
    return _files(folder, files.IMAGE_ENDINGS + files.VOLUME_ENDINGS) or _series(folder, wanted)


def _files(folder: Path, endings: tuple[str, ...]) -> list[Source]:
    if not folder.is_dir():
        return []
    # Not files_of alone: a file whose name no reader can be given must be told of, not passed over.
    odd = [p for p in folder.iterdir() if why_odd(p) and files.ending(p, endings) and not p.name.startswith(".")]
    paths = sorted({*files.files_of(folder, endings), *(p for p in odd if p.is_file())})
    return [
        Source(printable(path.name), path, files.ending(path, files.VOLUME_ENDINGS) is not None, problem=why_odd(path))
        for path in paths
    ]


def _series(folder: Path, wanted: Sequence[str]) -> list[Source]:
    """The DICOM series in ``folder`` and in the folders right below it; where a folder has several, those ``wanted``
    of them."""
    if not folder.is_dir():
        return []
    below = [p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".") and p.name not in PARTS]
    sources = []
    for place in (folder, *sorted(below)):
        case = Source(printable(place.name), place, True)
        try:
            there = files.dicom_series(place)
        except DataError as error:
            sources.append(replace(case, problem=str(error)))
            continue
        chosen = there if len(there) == 1 else [each for each in there if each.uid in wanted]
        if there and not chosen:
            offers = "; ".join(f"{each.uid} ({each.description}, {len(each.files)} files)" for each in there)
            sources.append(replace(case, problem=f"it has {len(there)} DICOM series; choose with --series: {offers}"))
            continue
        sources += [replace(case, series=each) for each in chosen]
    return sources

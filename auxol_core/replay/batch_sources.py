"""The pictures and volumes that a batch command goes through, each with a name of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import files
from auxol_core.replay.names import own_names, shown, why_odd
from auxol_core.replay.sources import Problem, open_set, structures

TABLE = "segments"  # the stem of segments.csv, which no result may have


@dataclass(frozen=True)
class Source:
    """A picture or volume to segment; ``labels`` and ``value`` where prompts come from labels.

    ``name``: its own among all sources, which its results bear. ``problem``: why it is left out, None if it is not.
    """

    name: str
    path: Path
    volume: bool
    labels: Path | None = None
    value: int = 0
    problem: str | None = None

    @property
    def file_name(self) -> str:
        """With its ending."""
        return self.path.name


def find_sources(folder: Path) -> list[Source]:
    """The pictures of DIR/images, else the volumes of DIR/volumes, else either in DIR itself; DataError if none.

    What no reader can be given is among them, with the problem.
    """
    paths = _files_in(folder)
    if not paths:
        raise DataError(
            f"{shown(folder)} has nothing to segment. Looked in images/, volumes/ and the folder itself for "
            f"{', '.join(files.IMAGE_ENDINGS + files.VOLUME_ENDINGS)}."
        )
    good = [path for path in paths if why_odd(path) is None]
    named = zip(good, own_names(good, [TABLE]), strict=True)
    odd = [path for path in paths if why_odd(path) is not None]
    return [Source(name, path, _is_volume(path)) for path, name in named] + [
        Source(shown(path.name), path, _is_volume(path), problem=why_odd(path)) for path in odd
    ]


def labelled_sources(folder: Path, label: str | None) -> tuple[list[Source], list[Problem]]:
    """The labelled pairs of one structure, and what was left out; InvalidInputError where a label must be named."""
    source = open_set(folder)
    found = structures([source], [label] if label else [])
    if len(found) != 1:
        names = ", ".join(s.stream.split("/")[-1] for s in found)
        raise InvalidInputError(f"{folder} has several labels ({names}). Name one with --label.")
    volume, value = source.kind == "volumes", found[0].value
    sources = [Source(p.name, p.image, volume, p.labels, value) for p in source.pairs]
    return sources, list(source.problems)


def _files_in(folder: Path) -> list[Path]:
    """What is to be segmented, by the names of files alone, in their order."""
    try:
        for part, endings in (("images", files.IMAGE_ENDINGS), ("volumes", files.VOLUME_ENDINGS)):
            if (folder / part).is_dir():
                return _named_so(folder / part, endings)
        return _named_so(folder, files.IMAGE_ENDINGS + files.VOLUME_ENDINGS)
    except OSError as error:
        raise DataError(f"{shown(folder)} cannot be read ({error.strerror}). Check its permissions.") from error


def _named_so(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    # Not files_of alone: a file whose name no reader can be given must be told of, not passed over.
    if not folder.is_dir():
        return []
    odd = [p for p in folder.iterdir() if why_odd(p) and files.ending(p, endings) and not p.name.startswith(".")]
    return sorted({*files.files_of(folder, endings), *(p for p in odd if p.is_file())})


def _is_volume(path: Path) -> bool:
    return files.ending(path, files.VOLUME_ENDINGS) is not None

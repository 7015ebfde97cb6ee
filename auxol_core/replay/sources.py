"""Folders of labelled images or volumes, as the replay and the batch command find them.

A set is a folder with ``images/`` and ``masks/`` (PNG, JPEG, BMP, TIFF) or with ``volumes/`` and ``labels/`` (NIfTI,
NRRD, MHA, folders of one DICOM series; labels also as .seg.nrrd), partners having the same stem, compared in NFC. Masks
of 0 and one other value hold one structure; several values are several structures, each a stream of its own: named
after the set, ``kvasir``, or after set and label, ``jsrt/heart``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import files
from auxol_core.imaging.names import ODD_NAME, is_utf8
from auxol_core.replay.labels import label_name, label_names
from auxol_core.replay.names import composed

# A label of so much of the picture and of its border is the background, more often than not.
MOST_OF_PICTURE = 0.5
MOST_OF_BORDER = 0.9

Kind = Literal["images", "volumes"]


@dataclass(frozen=True)
class Problem:
    """A file that is left out, or used with a doubt, and why."""

    file: str
    reason: str
    left_out: bool = True


@dataclass(frozen=True)
class Pair:
    """An image or volume and its labels. ``name`` is their common stem."""

    name: str
    image: Path
    labels: Path


@dataclass(frozen=True)
class LabelledSet:
    """A folder's readable pairs, the label values that occur in them, and what was left out."""

    name: str
    folder: Path
    kind: Kind
    pairs: tuple[Pair, ...] = field(repr=False)
    values: tuple[int, ...]
    names: dict[int, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Structure:
    """One structure of one set: what a stream is made of."""

    stream: str
    source: LabelledSet
    value: int


@dataclass(frozen=True)
class _Layout:
    kind: Kind
    images: str
    labels: str
    endings: tuple[str, ...]
    label_endings: tuple[str, ...]
    labels_on: Callable[[Path, Path], files.Labels]


_LAYOUTS = (
    _Layout("images", "images", "masks", files.IMAGE_ENDINGS, files.IMAGE_ENDINGS, files.picture_labels),
    _Layout("volumes", "volumes", "labels", files.VOLUME_ENDINGS, files.LABEL_ENDINGS, files.volume_labels),
)


def open_set(folder: Path) -> LabelledSet:
    """Find a folder's pairs and label values; DataError, saying what was looked for, if there is nothing to replay."""
    folder = folder.resolve()
    layout = _layout_of(folder)
    pairs, problems = _pair_up(folder, layout)
    good: list[Pair] = []
    values: set[int] = set()
    named: dict[int, str] = {}
    for pair in pairs:
        found, names, complaint = _inspect(pair, layout, named)
        problems += complaint
        if found is not None:
            good.append(pair)
            values |= found
            named |= names
    if not good or not values:
        raise DataError(_nothing_found(folder, layout, pairs, problems, labelled=bool(good)))
    names = label_names(folder, named)
    return LabelledSet(folder.name, folder, layout.kind, tuple(good), tuple(sorted(values)), names, tuple(problems))


def structures(sets: Sequence[LabelledSet], wanted: Sequence[str] = ()) -> list[Structure]:
    """The structures of all sets, or those whose name or value is ``wanted``; a set of one structure is always taken.

    Raises InvalidInputError where something wanted is in none of the sets, or a set of several structures has none.
    """
    chosen: list[Structure] = []
    matched: set[str] = set()
    for source in sets:
        of_set = _of_set(source)
        hits = {w: s for s in of_set for w in wanted if w in (str(s.value), _label(s), s.stream)}
        matched |= set(hits)
        if len(of_set) == 1 or not wanted:
            chosen += of_set
            continue
        if not hits:
            raise InvalidInputError(f"{source.name} has no label {' or '.join(wanted)}; it has {_offer(of_set)}.")
        chosen += [s for s in of_set if s in hits.values()]
    missing = [w for w in wanted if w not in matched]
    if missing:
        offers = "; ".join(f"{source.name}: {_offer(_of_set(source))}" for source in sets)
        raise InvalidInputError(f"No set has the label {' or '.join(missing)}. There are {offers}.")
    names = [s.stream for s in chosen]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInputError(f"Two folders give streams of the same name ({', '.join(twice)}). Rename one folder.")
    return chosen


def _of_set(source: LabelledSet) -> list[Structure]:
    if len(source.values) == 1:
        return [Structure(source.name, source, source.values[0])]
    return [Structure(f"{source.name}/{label_name(source.names, v)}", source, v) for v in source.values]


def _label(structure: Structure) -> str:
    return label_name(structure.source.names, structure.value)


def _offer(of_set: Sequence[Structure]) -> str:
    return ", ".join(f"{s.value} ({_label(s)})" for s in of_set)


def _layout_of(folder: Path) -> _Layout:
    present = [layout for layout in _LAYOUTS if (folder / layout.images).is_dir()]
    if len(present) == 1:
        return present[0]
    if present:
        raise DataError(f"{folder} holds both images/ and volumes/. Put them in folders of their own.")
    found = sorted(p.name for p in folder.iterdir())[:8] if folder.is_dir() else None
    state = "is not a folder" if found is None else f"holds {', '.join(found) or 'nothing'}"
    raise DataError(
        f"{folder} {state}. Looked for images/ with masks/ (PNG, JPEG, BMP, TIFF) or volumes/ with labels/ "
        "(.nii, .nii.gz, .nrrd, .mha, .mhd), partners having the same name."
    )


def _pair_up(folder: Path, layout: _Layout) -> tuple[list[Pair], list[Problem]]:
    problems: list[Problem] = []
    images = _by_stem(folder / layout.images, layout.endings, problems)
    if layout.kind == "volumes":
        images |= {name: path for name, path in _dicom_folders(folder / layout.images).items() if name not in images}
    labels = _by_stem(folder / layout.labels, layout.label_endings, problems)
    problems += [Problem(images[n].name, f"no partner in {layout.labels}/") for n in images if n not in labels]
    problems += [Problem(labels[n].name, f"no partner in {layout.images}/") for n in labels if n not in images]
    return [Pair(n, images[n], labels[n]) for n in images if n in labels], problems


def _by_stem(folder: Path, endings: tuple[str, ...], problems: list[Problem]) -> dict[str, Path]:
    problems += [Problem(name, ODD_NAME) for name in files.odd_names(folder, endings)]
    result: dict[str, Path] = {}
    for path in files.files_of(folder, endings):
        name = composed(files.stem(path))
        if name in result:
            problems.append(Problem(path.name, f"same name as {result[name].name}, which is used"))
        else:
            result[name] = path
    return result


def _dicom_folders(folder: Path) -> dict[str, Path]:
    """The folders in ``folder`` that hold DICOM series, by their names."""
    inside = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".") and is_utf8(p))
    return {composed(path.name): path for path in inside if files.dicom_series(path)}


def _inspect(
    pair: Pair, layout: _Layout, named: dict[int, str]
) -> tuple[set[int] | None, dict[int, str], list[Problem]]:
    """The label values of a pair, None if it cannot be used, the names that its file gives, and what there is to say.

    ``named``: what the files before it called the values; one that calls a value otherwise cannot be used with them.
    """
    try:
        labels = layout.labels_on(pair.labels, pair.image)
    except (DataError, InvalidInputError) as error:  # the latter where a folder has several series
        return None, {}, [Problem(pair.name, str(error))]
    found = {int(v) for v in np.unique(labels.values) if v != 0}
    names = {value: name for value, name in labels.names.items() if value in found}
    other = next((v for v, name in names.items() if named.get(v, name) != name), None)
    if other is not None:
        reason = f"calls label {other} {names[other]}, another file calls it {named[other]}; number them alike"
        return None, {}, [Problem(pair.name, reason)]
    doubts = list(labels.doubts)
    if layout.kind == "images":
        doubts += _background(labels.values, found)
    return found, names, [Problem(pair.name, doubt, left_out=False) for doubt in doubts]


def _background(values: files.Pixels, found: set[int]) -> list[str]:
    """A doubt for a label that takes most of a picture (rows, columns) and its border, as a background does."""
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    for value in sorted(found):
        share, rim = float((values == value).mean()), float((border == value).mean())
        if share > MOST_OF_PICTURE and rim > MOST_OF_BORDER:
            return [f"label {value} takes {share:.0%} of the picture and its border: is the mask turned over?"]
    return []


def _nothing_found(
    folder: Path, layout: _Layout, pairs: Sequence[Pair], problems: Sequence[Problem], *, labelled: bool
) -> str:
    looked = f"Looked for {layout.images}/NAME and {layout.labels}/NAME with {', '.join(layout.endings)}"
    if labelled:
        return f"{folder}: every mask of its {len(pairs)} pairs is empty. {looked} whose masks hold values above 0."
    reasons = "; ".join(f"{p.file}: {p.reason}" for p in problems[:5])
    return f"{folder} has no pair that can be replayed. {looked}. {reasons or 'There are no such files.'}"

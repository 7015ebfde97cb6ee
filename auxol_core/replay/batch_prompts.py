"""Prompts of a file on the pictures and volumes that they were written for: which is whose, and where they lie.

Reading the file is prompts_files'; docs/prompts-files.md shows what may stand in it. Names match a file's name with or
without its ending, in Unicode's composed form (NFC): a Mac writes an umlaut as two characters, others as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from auxol_core.errors import InvalidInputError
from auxol_core.imaging import files
from auxol_core.replay.names import composed
from auxol_core.replay.prompts_files import FORMATS, PlacedPrompt, read_prompts
from auxol_core.strokes import Lasso, Scribble, Stroke
from auxol_core.types import Box, Point, Prompt

__all__ = ["FORMATS", "Matched", "PlacedPrompt", "check_on_source", "match", "read_prompts", "scaled"]


class Nameable(Protocol):
    """What has prompts: a name of its own in the results, and the name of its file."""

    @property
    def name(self) -> str:
        """Of its own among all sources."""

    @property
    def short_name(self) -> str:
        """Of its file, without the ending."""

    @property
    def file_name(self) -> str:
        """Of its file, with the ending."""


@dataclass(frozen=True)
class Matched:
    """``by_source``: each source's prompts by its name. ``doubts``: why a source has none, where the file has some that
    may be its own. ``strangers``: what to say of names that no source has."""

    by_source: dict[str, list[PlacedPrompt]] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)


def match(prompts: Mapping[str, list[PlacedPrompt]], sources: Sequence[Nameable]) -> Matched:
    """Give every source its prompts. A whole file name counts before one without its ending; a name that fits several
    sources is given to none of them."""
    whole: dict[str, list[Nameable]] = {}
    short: dict[str, list[Nameable]] = {}
    for source in sources:
        for known in {composed(source.file_name), _folded(source.file_name)}:
            whole.setdefault(known, []).append(source)
        short.setdefault(composed(source.short_name), []).append(source)
    result = Matched()
    folders: dict[str, str] = {}
    for written, placed in prompts.items():
        folder, last = _last_part(composed(written))
        fitting = whole.get(last) or whole.get(_folded(last)) or short.get(last) or []
        where = placed[0].where or "the prompts"
        if len(fitting) > 1:
            names = ", ".join(sorted(each.file_name for each in fitting))
            for each in fitting:
                result.doubts[each.name] = f"{written!r} ({where}) may be any of {names}; write its ending, too"
        elif not fitting:
            result.strangers.append(f"{written} ({where}){_perhaps(last, short)}")
        elif folder and folders.setdefault(fitting[0].name, folder) != folder:
            result.doubts[fitting[0].name] = (
                f"{written!r} ({where}) and {folders[fitting[0].name]}/{last} are both {fitting[0].file_name} here; "
                "give a prompts file of this folder alone"
            )
        else:
            result.by_source.setdefault(fitting[0].name, []).extend(placed)
    for name in result.doubts:
        result.by_source.pop(name, None)
    return result


def check_on_source(placed: PlacedPrompt, shape: tuple[int, int]) -> None:
    """InvalidInputError where a prompt lies outside a picture or slice of ``shape`` (rows, columns), or was drawn on
    one of another size; in the pixels in which it was written."""
    at = f"{placed.where}: " if placed.where else ""
    size = f"{shape[0]} rows and {shape[1]} columns"
    if placed.shape is not None and placed.shape != shape:
        raise InvalidInputError(
            f"{at}the file says that the picture has {placed.shape[0]} rows and {placed.shape[1]} columns, and it has "
            f"{size}. Give prompts for the picture as it is."
        )
    outside = _outside(placed.prompt, shape)
    if outside:
        raise InvalidInputError(
            f"{at}{outside} lies outside the picture of {size}. Rows and columns are its own pixels, counted from 0: "
            "correct the prompts."
        )


def scaled(prompt: Prompt, scale: tuple[float, float]) -> Prompt:
    """The same prompt on an image enlarged by ``scale`` along rows and columns."""
    if scale == (1.0, 1.0):
        return prompt
    rows, cols = scale
    box = prompt.box
    if box is not None:
        box = Box(box.row0 * rows, box.col0 * cols, box.row1 * rows, box.col1 * cols)

    def moved(row: float, col: float) -> tuple[float, float]:
        return (row + 0.5) * rows - 0.5, (col + 0.5) * cols - 0.5

    points = tuple(Point(*moved(p.row, p.col), p.positive) for p in prompt.points)
    return Prompt(box, points, strokes=tuple(_moved(stroke, moved, (rows * cols) ** 0.5) for stroke in prompt.strokes))


def _moved(stroke: Stroke, moved: Callable[[float, float], tuple[float, float]], scale: float) -> Stroke:
    vertices = tuple(moved(row, col) for row, col in stroke.vertices)
    if isinstance(stroke, Scribble):
        return Scribble(vertices, stroke.width * scale, stroke.positive)
    return Lasso(vertices)


def _outside(prompt: Prompt, shape: tuple[int, int]) -> str:
    """What of ``prompt`` lies outside ``shape``, in words; empty where nothing does."""
    box = prompt.box
    if box is not None and not box.overlaps(shape):
        return f"the box row0 {box.row0:g}, col0 {box.col0:g}, row1 {box.row1:g}, col1 {box.col1:g}"
    for point in prompt.points:
        if not point.inside(shape):
            return f"the point row {point.row:g}, col {point.col:g}"
    for stroke in prompt.strokes:
        for row, col in stroke.vertices:
            if not (-0.5 <= row <= shape[0] - 0.5 and -0.5 <= col <= shape[1] - 0.5):
                return f"the {stroke.kind}'s vertex row {row:g}, col {col:g}"
    return ""


def _last_part(written: str) -> tuple[str, str]:
    """(folder, name) of what may be a path of either system; annotation files hold such."""
    folder, _, name = written.replace("\\", "/").rpartition("/")
    return folder, name


def _folded(file_name: str) -> str:
    """A whole name whose ending is in small letters: IMG.PNG and IMG.png are one."""
    name = composed(file_name)
    found = files.ending(Path(name), files.IMAGE_ENDINGS + files.VOLUME_ENDINGS)
    return name[: -len(found)] + found if found else name


def _perhaps(last: str, short: Mapping[str, list[Nameable]]) -> str:
    """The one file that is probably meant: a spreadsheet makes 1 of 001, and endings get lost and changed."""
    stem = files.stem(Path(last))

    def alike(known: str) -> bool:
        same_number = known.isdecimal() and stem.isdecimal() and int(known) == int(stem)
        return same_number or known.casefold() == stem.casefold()

    near = [each.file_name for known, several in short.items() if alike(known) for each in several]
    return f"; is {near[0]} meant?" if len(near) == 1 else ""

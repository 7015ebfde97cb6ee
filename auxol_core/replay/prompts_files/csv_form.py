"""Our own table of prompts: columns image, slice, object, row0, col0, row1, col1, row, col, positive, scribble, width,
lasso, note.

Those not needed may be missing; no other is read. A line is a box, a point, a scribble or a lasso, the last two as
"row col; row col; ..."; lines of the same image, slice and object (any text) are one prompt; a line without object is
one by itself. ``note`` is free text for whoever wrote the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from unicodedata import normalize

from auxol_core.errors import InvalidInputError
from auxol_core.replay.prompts_files.placed import (
    Named,
    Place,
    PlacedPrompt,
    box_of,
    number,
    of_a_file,
    prompt_of,
    shown,
    whole,
    yes_or_no,
)
from auxol_core.replay.texts import rows_of
from auxol_core.strokes import Lasso, Scribble, Stroke, Vertices
from auxol_core.types import Box, Point

IMAGE, SLICE, OBJECT, NOTE = "image", "slice", "object", "note"
BOX_COLUMNS = ("row0", "col0", "row1", "col1")
COLUMNS = (IMAGE, SLICE, OBJECT, *BOX_COLUMNS, "row", "col", "positive", "scribble", "width", "lasso", NOTE)


@dataclass(frozen=True)
class Cells:
    """A line of a table by its columns, and where it stands. ``decimal_comma``: semicolons divide the columns, so a
    comma stands for the point."""

    place: Place
    values: Mapping[str, str]
    decimal_comma: bool

    def get(self, name: str) -> str:
        """The cell of a column; empty where the table has none."""
        return self.values.get(name, "")

    def numbers(self, names: Sequence[str]) -> list[float] | None:
        """The numbers of these columns, which are all given or (None) all empty."""
        given = {name: self.get(name) for name in names}
        if not any(given.values()):
            return None
        if not all(given.values()):
            missing = ", ".join(name for name, value in given.items() if not value)
            raise self.place.refused(f"{', '.join(names)} belong together, and {missing} is empty. Fill it in.")
        return [number(self.place, name, value, decimal_comma=self.decimal_comma) for name, value in given.items()]


def table_lines(path: Path, text: str, columns: Sequence[str], needed: Sequence[str]) -> Iterator[Cells]:
    """The lines of a table whose columns are among ``columns``, the ``needed`` ones all there; each names an image."""
    rows = rows_of(text, IMAGE)
    try:
        at, header, delimiter = next(rows, (1, [], ","))
        _check_header(Place(path, f"line {at}"), header, columns, needed)
        for line, cells, _ in rows:
            place = Place(path, f"line {line}")
            if any(cells[len(header) :]):
                raise place.refused(
                    f"{len(cells)} cells, where the first line names {len(header)} columns; "
                    f"{shown(cells[len(header)])} is too much. Put quotes around a cell that holds a delimiter."
                )
            values = dict(zip(header, cells, strict=False))
            if not values[IMAGE]:
                raise place.refused("the line names no image. Write its file's name into the column image.")
            yield Cells(Place(path, place.spot, values[IMAGE]), values, delimiter == ";")
    except csv.Error as error:
        raise Place(path, "table").refused(f"not a table ({error}). Check that every quote is closed.") from error


def _check_header(place: Place, header: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    known = f"Columns are {', '.join(columns)}, in small letters."
    for name in header:
        if name not in columns:
            near = get_close_matches(name.lower(), columns, 1, 0.7)
            raise place.refused(f"unknown column {shown(name)}{f'; is {near[0]} meant?' if near else '.'} {known}")
        if header.count(name) > 1:
            raise place.refused(f"the column {name} stands there twice. Leave one out.")
    missing = [name for name in needed if name not in header]
    if missing:
        raise place.refused(f"the first line must name the columns, {', '.join(missing)} among them. {known}")


@dataclass
class _Object:
    """What the lines of one prompt say together."""

    place: Place
    slice_index: int | None
    box: Box | None = None
    box_line: str = ""
    points: list[Point] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)

    def add(self, cells: Cells) -> None:
        """What one line says of it."""
        place, positive = cells.place, True
        if cells.get("positive"):
            positive = yes_or_no(place, "positive", cells.get("positive"))
        box, point = cells.numbers(BOX_COLUMNS), cells.numbers(("row", "col"))
        scribble, lasso = cells.get("scribble"), cells.get("lasso")
        if not (box or point or scribble or lasso):
            raise place.refused("the line has no box, point, scribble or lasso. Write one, or take the line out.")
        if not positive and not (point or scribble):
            raise place.refused("only points and scribbles can be negative. Leave positive empty, or write 1.")
        if cells.get("width") and not scribble:
            raise place.refused(
                f"width {shown(cells.get('width'))} belongs to a scribble, and there is none. Empty it."
            )
        if box:
            if self.box is not None:
                raise place.refused(
                    f"the object has a box already, on {self.box_line}. Give each an object of its own."
                )
            written = ", ".join(f"{name} {cells.get(name)}" for name in BOX_COLUMNS)
            self.box = box_of(place, (box[0], box[1], box[2], box[3]), written, ", ".join(BOX_COLUMNS))
            self.box_line = place.spot
        if point:
            self.points.append(Point(point[0], point[1], positive))
        try:
            if scribble:
                width = cells.numbers(("width",)) or [1.0]
                self.strokes.append(Scribble(_vertices(cells, "scribble"), width[0], positive))
            if lasso:
                self.strokes.append(Lasso(_vertices(cells, "lasso")))
        except InvalidInputError as error:
            raise place.refused(of_a_file(error)) from error


def read(path: Path, text: str) -> list[Named]:
    """The prompts of a table, by image, in the order of their first lines."""
    objects: dict[tuple[str, int | None, str], _Object] = {}
    for cells in table_lines(path, text, COLUMNS, (IMAGE,)):
        index = whole(cells.place, SLICE, cells.get(SLICE)) if cells.get(SLICE) else None
        own = f"object {cells.get(OBJECT)}" if cells.get(OBJECT) else cells.place.spot
        key = (normalize("NFC", cells.get(IMAGE)), index, own)
        objects.setdefault(key, _Object(cells.place, index)).add(cells)
    return [
        (each.place.image or "", PlacedPrompt(each.slice_index, prompt, str(each.place)))
        for each in objects.values()
        for prompt in [prompt_of(each.place, each.box, each.points, each.strokes)]
    ]


def _vertices(cells: Cells, name: str) -> Vertices:
    """``"row col; row col"``, also with a semicolon at its end."""
    result = []
    for pair in cells.get(name).strip(" ;").split(";"):
        parts = pair.split()
        if len(parts) != 2:
            raise cells.place.refused(
                f"{name} {shown(cells.get(name))}: {shown(pair.strip())} is no row and column. Write "
                '"row col; row col; ...".'
            )
        row, col = (number(cells.place, name, part, decimal_comma=cells.decimal_comma) for part in parts)
        result.append((row, col))
    return tuple(result)

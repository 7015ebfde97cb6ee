"""Prompts for the batch command: from a file, or from labels as the replay draws them.

A prompts file is JSON or CSV. Rows and columns are pixel indices of the picture or slice as it is on disk; boxes are
half-open; ``slice`` counts from 0 along the axis that is sliced and is left out for pictures; ``image`` is the file's
name without its ending.

JSON: a list of objects, one for each prompted object:
    [{"image": "case01", "slice": 12, "box": [30, 40, 90, 120]},
     {"image": "case01", "slice": 13, "points": [[60, 80], [20, 20, false]]}]
     {"image": "case01", "slice": 14, "scribbles": [{"vertices": [[60, 80], [66, 95]], "width": 3, "positive": true}]},
     {"image": "case01", "slice": 15, "lassos": [{"vertices": [[40, 60], [80, 70], [70, 110]]}]}]
A point is [row, col] or [row, col, positive]; a scribble's width (pixels) and positive may be missing.

CSV: columns image, slice, object, row0, col0, row1, col1, row, col, positive, scribble, width, lasso; those not needed
may be missing. A line is a box, a point, a scribble or a lasso, the last two as "row col; row col; ..."; lines of the
same image, slice and object (any text) are one prompt; a line without object is one by itself.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.strokes import Lasso, Scribble, Stroke, Vertices
from auxol_core.types import Box, Point, Prompt

BOX_COLUMNS = ("row0", "col0", "row1", "col1")


@dataclass(frozen=True)
class PlacedPrompt:
    """A prompt and the slice it belongs to; ``slice_index`` None: a picture."""

    slice_index: int | None
    prompt: Prompt


def read_prompts(path: Path) -> dict[str, list[PlacedPrompt]]:
    """Image name -> its prompts, in the file's order. DataError if the file is not what the module's text describes."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"The prompts file {path} cannot be read ({error}). Give a JSON or CSV file.") from error
    try:
        entries = _from_csv(text) if path.suffix.lower() == ".csv" else _from_json(text)
    except (InvalidInputError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"The prompts file {path}: {_said(error)}") from error
    result: dict[str, list[PlacedPrompt]] = {}
    for image, placed in entries:
        result.setdefault(image, []).append(placed)
    if not result:
        raise DataError(f"The prompts file {path} holds no prompt.")
    return result


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


def _from_json(text: str) -> list[tuple[str, PlacedPrompt]]:
    entries = json.loads(text)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("expected a list of objects such as {image, slice, box, points}.")
    return [(str(entry["image"]), _placed(entry)) for entry in entries]


def _placed(entry: Mapping[str, Any]) -> PlacedPrompt:
    edges = entry.get("box")
    box = None if edges is None else Box(*(float(edge) for edge in _of_length(edges, (4,), "box")))
    points = tuple(_point(_of_length(point, (2, 3), "point")) for point in entry.get("points", ()))
    scribbles = [
        Scribble(_pairs(told["vertices"]), float(told.get("width", 1.0)), bool(told.get("positive", True)))
        for told in entry.get("scribbles", ())
    ]
    lassos = [Lasso(_pairs(told["vertices"])) for told in entry.get("lassos", ())]
    index = entry.get("slice")
    prompt = Prompt(box, points, strokes=(*scribbles, *lassos))
    return PlacedPrompt(None if index is None else int(index), prompt)


def _pairs(values: Sequence[Any]) -> Vertices:
    return tuple((float(pair[0]), float(pair[1])) for pair in (_of_length(each, (2,), "vertex") for each in values))


def _of_length(values: Sequence[Any], lengths: tuple[int, ...], what: str) -> Sequence[Any]:
    if not isinstance(values, list) or len(values) not in lengths:
        raise ValueError(f"a {what} needs {' or '.join(str(n) for n in lengths)} numbers, got {values!r}.")
    return values


def _point(values: Sequence[Any]) -> Point:
    return Point(float(values[0]), float(values[1]), bool(values[2]) if len(values) == 3 else True)


def _from_csv(text: str) -> list[tuple[str, PlacedPrompt]]:
    lines = list(csv.DictReader(text.splitlines()))
    groups: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    for number, line in enumerate(lines):
        cells = {key: (value or "").strip() for key, value in line.items() if key is not None}
        if "image" not in cells:
            raise ValueError("the first line must name the columns, image among them.")
        own = cells.get("object") or f"line {number + 2}"
        groups.setdefault((cells["image"], cells.get("slice", ""), own), []).append(cells)
    return [
        (image, PlacedPrompt(int(index) if index else None, _prompt_of_lines(own, group)))
        for (image, index, own), group in groups.items()
    ]


def _prompt_of_lines(own: str, lines: Sequence[Mapping[str, str]]) -> Prompt:
    boxes, points = [], []
    strokes: list[Stroke] = []
    for line in lines:
        positive = line.get("positive", "").lower() not in ("0", "false", "no")
        if line.get("row0"):
            boxes.append(Box(*(float(line[name]) for name in BOX_COLUMNS)))
        if line.get("row"):
            points.append(Point(float(line["row"]), float(line["col"]), positive))
        if line.get("scribble"):
            strokes.append(Scribble(_pairs_of(line["scribble"]), float(line.get("width") or 1.0), positive))
        if line.get("lasso"):
            strokes.append(Lasso(_pairs_of(line["lasso"])))
    if len(boxes) > 1:
        raise ValueError(f"object {own} has {len(boxes)} boxes; an object has one. Give each box an object of its own.")
    return Prompt(boxes[0] if boxes else None, tuple(points), strokes=tuple(strokes))


def _pairs_of(text: str) -> Vertices:
    """``"row col; row col"``, also with a semicolon at its end."""
    return _pairs([[float(number) for number in pair.split()] for pair in text.strip(" ;").split(";")])


def _said(error: Exception) -> str:
    return f"an entry lacks {error}" if isinstance(error, KeyError) else str(error)

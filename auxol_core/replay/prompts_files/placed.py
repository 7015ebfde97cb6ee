"""A prompt in its place, the place in the file that it was read from, and values of files as numbers and words."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.strokes import Stroke
from auxol_core.types import Box, Point, Prompt

WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class PlacedPrompt:
    """A prompt and the slice it belongs to; ``slice_index`` None: a picture.

    ``where``: file and line, for what is said about it later. ``shape``: (rows, columns) of the picture that it was
    drawn on, where the file tells.
    """

    slice_index: int | None
    prompt: Prompt
    where: str = field(default="", compare=False)
    shape: tuple[int, int] | None = field(default=None, compare=False)


Named = tuple[str, PlacedPrompt]  # and the image's name as it was written


@dataclass(frozen=True)
class Place:
    """Where in a prompts file something stands: "line 3", and the image once that is known."""

    file: Path
    spot: str
    image: str | None = None

    def refused(self, sentence: str) -> DataError:
        """The error for what stands here: what was expected, what came, what to write."""
        at = self.spot if self.image is None else f"{self.spot}, image {self.image!r}"
        return DataError(f"The prompts file {self.file}: {at}: {sentence}")

    def __str__(self) -> str:
        return f"{self.file.name}, {self.spot}"


def shown(value: object) -> str:
    """A value as it stands in the file, cut where it is long."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def number(place: Place, name: str, value: object, *, decimal_comma: bool = False) -> float:
    """A finite number; of a table's cell, where a comma may stand for the point."""
    told = value
    if isinstance(value, str) and decimal_comma and value.count(",") == 1 and "." not in value:
        told = value.replace(",", ".")
    try:
        if isinstance(told, bool) or not isinstance(told, int | float | str):
            raise ValueError
        result = float(told)
    except (ValueError, OverflowError):
        result = math.nan
    if not math.isfinite(result):
        raise place.refused(
            f"{name} must be a number, got {shown(value)}. Write a number of pixels such as 40 or 40.5."
        )
    return result


def json_number(place: Place, name: str, value: object) -> float:
    """A finite number of a JSON file, where text is none."""
    if isinstance(value, str):
        raise place.refused(f"{name} must be a number, got the text {shown(value)}. Write it without quotes.")
    return number(place, name, value)


def whole(place: Place, name: str, value: object) -> int:
    """A whole number of 0 or more; "0.0", as spreadsheets and pandas write it, is one."""
    try:
        found = math.nan if isinstance(value, bool) or not isinstance(value, int | float | str) else float(value)
    except (ValueError, OverflowError):
        found = math.nan
    if not (math.isfinite(found) and found == int(found) and found >= 0):
        raise place.refused(f"{name} must be a whole number, 0 or more, got {shown(value)}. Write 6, say.")
    return int(found)


def yes_or_no(place: Place, name: str, value: object) -> bool:
    """1, 0, true, false, yes, no in any case. Any other word or number is refused: it could mean either."""
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else None
    if isinstance(value, int | float) or (word and word in ("1.0", "0.0")):  # a column with gaps, as pandas writes it
        word = {1.0: "1", 0.0: "0"}.get(float(value))  # type: ignore[arg-type]
    if word not in WORDS:
        raise place.refused(f"{name} must be 1, 0, true, false, yes or no, got {shown(value)}. Write one of these.")
    return WORDS[word]


def box_of(place: Place, edges: tuple[float, float, float, float], written: object, names: str) -> Box:
    """A box of (row0, col0, row1, col1); ``written`` and ``names``: as the file has it."""
    row0, col0, row1, col1 = edges
    if row1 <= row0 or col1 <= col0:
        raise place.refused(
            f"the box {shown(written)} is empty or reversed. Write {names}, the first corner above and left of "
            "the second."
        )
    return Box(row0, col0, row1, col1)


def prompt_of(place: Place, box: Box | None, points: list[Point], strokes: list[Stroke]) -> Prompt:
    """A prompt; refused where nothing in it says where the object is."""
    negative = [point.positive for point in points].count(False) + [each.positive for each in strokes].count(False)
    if box is None and negative == len(points) + len(strokes):
        got = f"got {negative} negative ones alone" if negative else "got none of these"
        raise place.refused(f"a prompt needs a box, or a positive point, scribble or lasso, {got}. Write one.")
    try:
        return Prompt(box, tuple(points), strokes=tuple(strokes))
    except InvalidInputError as error:
        raise place.refused(of_a_file(error)) from error


def of_a_file(error: InvalidInputError) -> str:
    """What a prompt or stroke says of itself, without its advice to the hand that draws."""
    return f"{str(error).rpartition('. ')[0]}. Correct it."

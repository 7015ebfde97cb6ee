"""Our own JSON of prompts: a list of objects, one for each prompted object.

    [{"image": "case01", "slice": 12, "box": [30, 40, 90, 120]},
     {"image": "case01", "slice": 13, "points": [[60, 80], [20, 20, false]]},
     {"image": "case01", "slice": 14, "scribbles": [{"vertices": [[60, 80], [66, 95]], "width": 3, "positive": true}]},
     {"image": "case01", "slice": 15, "lassos": [{"vertices": [[40, 60], [80, 70], [70, 110]]}], "note": "as drawn"}]

A box is [row0, col0, row1, col1], a point [row, col] or [row, col, positive]; a scribble's width (pixels) and positive
may be missing. Other keys are refused; ``note`` is free text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.replay.prompts_files.placed import (
    Named,
    Place,
    PlacedPrompt,
    box_of,
    json_number,
    of_a_file,
    prompt_of,
    shown,
    whole,
    yes_or_no,
)
from auxol_core.strokes import Lasso, Scribble, Stroke, Vertices
from auxol_core.types import Point

KEYS = ("image", "slice", "box", "points", "scribbles", "lassos", "note")
SCRIBBLE_KEYS, LASSO_KEYS = ("vertices", "width", "positive"), ("vertices",)


def read(path: Path, text: str) -> Iterator[Named]:
    """The prompts of a list, by image, in its order."""
    for place, entry in entries(path, text):
        check_keys(place, entry, KEYS)
        at = Place(path, place.spot, image_of(place, entry))
        index = entry.get("slice")
        prompt = prompt_of(
            at,
            None if entry.get("box") is None else _box(at, entry["box"]),
            [_point(at, told) for told in listed(at, entry, "points")],
            [
                *(_scribble(at, told) for told in listed(at, entry, "scribbles")),
                *(_lasso(at, told) for told in listed(at, entry, "lassos")),
            ],
        )
        yield at.image or "", PlacedPrompt(None if index is None else whole(at, "slice", index), prompt, str(at))


def parsed(path: Path, text: str) -> Any:
    """The value of a JSON text; DataError, with its line, where it is none, or a key stands twice in one object."""
    value, end = _value(path, text, len(text) - len(text.lstrip()))
    if text[end:].strip():
        raise _no_json(path, text, end, "more text follows where it should end")
    return value


def entries(path: Path, text: str) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """The objects of a JSON list, and the line where each begins."""
    at = len(text) - len(text.lstrip())
    if text[at : at + 1] != "[":
        whole_value = parsed(path, text)
        hint = " This looks like COCO: give --format coco." if _is_coco(whole_value) else ""
        raise Place(path, "line 1").refused(
            f"expected a list of objects such as {{image, slice, box, points}}, got {shown(whole_value)}.{hint}"
        )
    parsed(path, text)  # so that what is wrong at the end is said before anything is used
    at = _past(text, at + 1)
    while text[at] != "]":
        value, end = _value(path, text, at)
        place = Place(path, f"line {text.count(chr(10), 0, at) + 1}")
        if not isinstance(value, dict):
            raise place.refused(f"expected an object such as {{image, slice, box, points}}, got {shown(value)}.")
        yield place, value
        at = _past(text, end)
        if text[at] == ",":
            at = _past(text, at + 1)


def check_keys(place: Place, told: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse the first key that is not among the ``known``."""
    for key in told:
        if key not in known:
            near = get_close_matches(key.lower(), known, 1, 0.7)
            image = told.get("image")
            at = Place(place.file, place.spot, place.image or (image if isinstance(image, str) else None))
            raise at.refused(
                f"unknown key {shown(key)}: {shown(told[key])}{f'; is {near[0]} meant?' if near else '.'} "
                f"Keys are {', '.join(known)}."
            )


def image_of(place: Place, told: Mapping[str, Any], key: str = "image") -> str:
    """The name of the image that is told of; a number is one, too, as scripts write it."""
    name = told.get(key)
    if isinstance(name, int) and not isinstance(name, bool):
        return str(name)
    if not isinstance(name, str) or not name.strip():
        raise place.refused(f"{key} must be the name of an image, got {shown(name)}. Write its file's name.")
    return name.strip()


def listed(place: Place, told: Mapping[str, Any], key: str) -> list[Any]:
    """The list under ``key``; empty where there is none."""
    values = told.get(key)
    if values is None:
        return []
    if not isinstance(values, list):
        raise place.refused(f"{key} must be a list, got {shown(values)}. Write [...] around them.")
    return values


def numbers(place: Place, name: str, values: object, form: str) -> list[float]:
    """As many numbers as ``form`` ("[row, col]") has."""
    count = form.count(",") + 1
    if not isinstance(values, list) or len(values) != count:
        raise place.refused(f"a {name} is {form}, {count} numbers, got {shown(values)}.")
    return [json_number(place, f"a {name}'s number", value) for value in values]


def _box(place: Place, told: object) -> Any:
    form = "[row0, col0, row1, col1]"
    row0, col0, row1, col1 = numbers(place, "box", told, form)
    return box_of(place, (row0, col0, row1, col1), told, form)


def _point(place: Place, told: object) -> Point:
    if isinstance(told, list) and len(told) == 3:
        positive = yes_or_no(place, f"the third value of the point {shown(told)}", told[2])
        row, col = numbers(place, "point", told[:2], "[row, col]")
        return Point(row, col, positive)
    row, col = numbers(place, "point", told, "[row, col]")
    return Point(row, col)


def _scribble(place: Place, told: object) -> Stroke:
    each = _stroke(place, told, "scribble", SCRIBBLE_KEYS)
    width = json_number(place, "a scribble's width", each.get("width", 1.0))
    positive = yes_or_no(place, "a scribble's positive", each.get("positive", True))
    try:
        return Scribble(_vertices(place, each, "scribble"), width, positive)
    except InvalidInputError as error:
        raise place.refused(of_a_file(error)) from error


def _lasso(place: Place, told: object) -> Stroke:
    each = _stroke(place, told, "lasso", LASSO_KEYS)
    try:
        return Lasso(_vertices(place, each, "lasso"))
    except InvalidInputError as error:
        raise place.refused(of_a_file(error)) from error


def _stroke(place: Place, told: object, kind: str, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise place.refused(f"a {kind} is an object with {', '.join(keys)}, got {shown(told)}.")
    check_keys(place, told, keys)
    return told


def _vertices(place: Place, told: Mapping[str, Any], kind: str) -> Vertices:
    pairs = [numbers(place, f"{kind}'s vertex", pair, "[row, col]") for pair in listed(place, told, "vertices")]
    return tuple((row, col) for row, col in pairs)


def _is_coco(value: object) -> bool:
    return isinstance(value, dict) and "annotations" in value


def _value(path: Path, text: str, at: int) -> tuple[Any, int]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise Place(path, "JSON").refused(f"the key {shown(twice)} stands twice in one object. Leave one out.")
        return dict(pairs)

    try:
        return json.JSONDecoder(object_pairs_hook=once).raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _no_json(path, text, error.pos, error.msg) from error
    except (RecursionError, ValueError) as error:  # nested too deeply; a number of thousands of digits
        raise Place(path, "JSON").refused(f"it cannot be read ({error}). Write a plain list of prompts.") from error


def _no_json(path: Path, text: str, at: int, reason: str) -> DataError:
    line = text.count("\n", 0, at) + 1
    return Place(path, f"line {line}").refused(f"this is no JSON: {reason}. Correct it there, or give a .csv file.")


def _past(text: str, at: int) -> int:
    """The place of the next character that is no white space."""
    while text[at].isspace():
        at += 1
    return at

"""Boxes as MedSAM takes and makes them: [x_min, y_min, x_max, y_max] in pixels.

JSON: an object of names, ``{"001.png": [95, 255, 190, 350], "002.png": [[...], [...]]}``, or a list of objects with
image, box (or bbox) and, of a volume, slice. CSV: columns image, slice, x_min, y_min, x_max, y_max.

MedSAM takes a box from a mask as the smallest and the largest *index* of its pixels (train_one_gpu.py of its
repository: ``np.min``, ``np.max`` of ``np.where``), so that the last row and column belong to it. Ours are half-open:
rows y_min .. y_max + 1, columns x_min .. x_max + 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auxol_core.replay.prompts_files import json_form
from auxol_core.replay.prompts_files.csv_form import IMAGE, NOTE, SLICE, table_lines
from auxol_core.replay.prompts_files.placed import Named, Place, PlacedPrompt, box_of, prompt_of, shown, whole

BOX_COLUMNS = ("x_min", "y_min", "x_max", "y_max")
COLUMNS = (IMAGE, SLICE, *BOX_COLUMNS, NOTE)
KEYS = ("image", "slice", "box", "bbox", "note")
FORM = "[x_min, y_min, x_max, y_max]"


def read_json(path: Path, text: str) -> Iterator[Named]:
    """The boxes of an object of names, or of a list of objects."""
    if text.lstrip()[:1] == "{":
        for name, told in json_form.parsed(path, text).items():
            place = Place(path, f"key {shown(name)}", name)
            several = isinstance(told, list) and bool(told) and all(isinstance(each, list) for each in told)
            for each in told if several else [told]:
                yield name, _of_json(place, each, None)
        return
    for place, entry in json_form.entries(path, text):
        json_form.check_keys(place, entry, KEYS)
        at = Place(path, place.spot, json_form.image_of(place, entry))
        given = [entry[key] for key in ("box", "bbox") if entry.get(key) is not None]
        if len(given) != 1:
            raise at.refused(f"an entry has one box, got {len(given)}. Write box: {FORM}.")
        index = entry.get("slice")
        yield at.image or "", _of_json(at, given[0], None if index is None else whole(at, "slice", index))


def read_csv(path: Path, text: str) -> Iterator[Named]:
    """The boxes of a table, a line each."""
    for cells in table_lines(path, text, COLUMNS, (IMAGE, *BOX_COLUMNS)):
        edges = cells.numbers(BOX_COLUMNS)
        if edges is None:
            raise cells.place.refused("the line has no box. Write one, or take the line out.")
        index = whole(cells.place, SLICE, cells.get(SLICE)) if cells.get(SLICE) else None
        written = ", ".join(f"{name} {cells.get(name)}" for name in BOX_COLUMNS)
        yield cells.get(IMAGE), _placed(cells.place, edges, written, index)


def _of_json(place: Place, told: object, index: int | None) -> PlacedPrompt:
    return _placed(place, json_form.numbers(place, "box", told, FORM), told, index)


def _placed(place: Place, edges: list[float], written: object, index: int | None) -> PlacedPrompt:
    left, top, right, bottom = edges
    box = box_of(place, (top, left, bottom + 1, right + 1), written, FORM)
    return PlacedPrompt(index, prompt_of(place, box, [], []), str(place))

"""The benchmark's finest record: one row an image and method, and its CSV."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from auxol_core.errors import DataError
from auxol_core.replay.methods import canonical
from auxol_core.whole_files import write_whole

ACCEPTED_DICE = 0.90


@dataclass(frozen=True)
class Row:
    """How one method did on one image. Scores are of what was shown, before anything learned from the image.

    ``hd95`` in ``unit`` (mm or px). ``seconds_prediction``: for one prompt, the image's encoding shared among them;
    ``seconds_update``: learning of the image's correction; ``seconds_saving``: making it durable; None where nothing
    was corrected. ``generalist_dice`` and ``specialist_dice``: each alone, mean over objects, known once corrected.
    ``share``: the generalist's weight; ``version``: the specialist's, both while predicting. ``note``: what went wrong.
    ``outside``: how much of the prompts' surroundings lay outside the task's window, the worst of them.
    """

    dataset: str
    method: str
    prompt: str
    index: int
    image: str
    patient: str
    n_objects: int
    n_small: int
    dice: float
    hd95: float
    unit: str
    accepted: bool
    corrected: bool
    seconds_prediction: float | None = None
    seconds_update: float | None = None
    seconds_saving: float | None = None
    generalist_dice: float | None = None
    specialist_dice: float | None = None
    share: float | None = None
    quality: float | None = None
    version: int | None = None
    note: str = ""
    outside: float | None = None


COLUMNS: tuple[str, ...] = tuple(f.name for f in dataclasses.fields(Row))
_TYPES: dict[str, str] = {f.name: str(f.type) for f in dataclasses.fields(Row)}


def as_text(row: Row) -> list[str]:
    """The row's cells in the order of COLUMNS; numbers with all their digits, truth as 0 and 1, None as nothing."""
    return [_cell(getattr(row, name)) for name in COLUMNS]


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write a CSV with a header, whole or not at all."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(as_text(row) for row in rows)
    write_whole(path, text.getvalue().encode())


def append_row(path: Path, row: Row) -> None:
    """Add a row to a CSV that ``write_rows`` began."""
    with path.open("a", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerow(as_text(row))


def read_rows(path: Path) -> list[Row]:
    """Read what ``write_rows`` wrote; a last line that was cut off by a crash is left out. DataError otherwise.

    Methods have the names of now, also in a CSV of an earlier version.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        lines = list(csv.reader(stream))
    if lines and tuple(lines[0]) == COLUMNS[:-1]:  # of a version that did not look outside the window
        lines = [list(COLUMNS), *([*cells, ""] for cells in lines[1:])]
    if not lines or tuple(lines[0]) != COLUMNS:
        raise DataError(f"{path} is not a CSV of this version's replay. Delete it to have it made again.")
    if len(lines[-1]) != len(COLUMNS):
        del lines[-1]
    try:
        return [_parsed(cells) for cells in lines[1:]]
    except ValueError as error:
        raise DataError(f"{path} holds a bad cell ({error}). Delete it to have it made again.") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def _parsed(cells: Sequence[str]) -> Row:
    values: dict[str, object] = {}
    for name, cell in zip(COLUMNS, cells, strict=True):
        kind = _TYPES[name]
        if "None" in kind and cell == "":
            values[name] = None
        elif kind.startswith("float"):
            values[name] = float(cell)
        elif kind.startswith("int"):
            values[name] = int(cell)
        else:
            values[name] = cell == "1" if kind == "bool" else cell
    values["method"] = canonical(str(values["method"]))
    return Row(**values)  # type: ignore[arg-type]

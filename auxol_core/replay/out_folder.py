"""The folder that a command is told to write into, and what the system says about it, in sentences."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging.names import printable
from auxol_core.replay.names import why_odd
from auxol_core.replay.texts import read_text


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What the system says about a path of the results: InvalidInputError where a file is in the way of the folder,
    DataError for a full disk and what is not permitted."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise InvalidInputError(f"--out {path} is no folder, or a file is in its way. Choose another.") from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be written ({error.strerror or error}). Free some space, check its permissions or choose "
            "another folder for --out; what is done is kept, and the same command goes on from there."
        ) from error


def make_out(out: Path) -> None:
    """Make the folder. InvalidInputError or DataError where it cannot be made, or named to a library in C++."""
    if why_odd(out.absolute()):
        raise InvalidInputError(f"--out {printable(out)}: its name is not UTF-8. Choose another folder.")
    with told(out):
        out.mkdir(parents=True, exist_ok=True)


def check_replay_out(out: Path) -> None:
    """InvalidInputError where a file of the user's has the name of a result of the replay's."""
    ours = {
        "summary.json": _is_list_of(out / "summary.json", "method"),
        "comparisons.json": _is_list_of(out / "comparisons.json", "method"),
        "rows.csv": _is_table_of(out / "rows.csv", "dataset", "method"),
    }
    ours["curve.png"] = (out / "summary.json").is_file() and ours["summary.json"]
    foreign = next((name for name, own in ours.items() if os.path.lexists(out / name) and not own), None)
    if foreign is not None:
        raise InvalidInputError(
            f"{out / foreign} exists, and no replay wrote it. Move it away, or choose another folder for --out."
        )


def _is_list_of(path: Path, key: str) -> bool:
    try:
        value = json.loads(read_text(path))
    except (DataError, ValueError, RecursionError):
        return False
    return isinstance(value, list) and all(isinstance(each, dict) and key in each for each in value)


def _is_table_of(path: Path, *columns: str) -> bool:
    try:
        header = next(csv.reader(read_text(path).splitlines()), [])
    except (DataError, csv.Error):
        return False
    return tuple(header[: len(columns)]) == columns

"""Runs that are kept: a CSV of rows, and beside it what was run, on which machine, and the files it depends on.

A finished run lies in ``NAME.csv`` with ``NAME.json`` beside it, which is written last: a run without it is not
finished and is made again. The name ends in a hash of all that decides the rows. The machine is told and not part of
the name: with another number of threads, or on a GPU, the last digits of the figures differ.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from auxol_core.imaging.files import file_hash
from auxol_core.replay.sources import Pair
from auxol_core.whole_files import write_whole

Row = TypeVar("Row")


@dataclass(frozen=True)
class Kept(Generic[Row]):
    """Runs in ``folder``, whose rows ``write`` puts into a file and ``read`` takes out of it."""

    folder: Path
    write: Callable[[Path, Sequence[Row]], None]
    read: Callable[[Path], list[Row]]

    def has(self, name: str) -> bool:
        """Whether the run of that name is finished."""
        return self._path(name, ".json").exists()

    def rows(
        self, name: str, make: Callable[[], Iterable[Row]], about: Callable[[], Mapping[str, object]]
    ) -> list[Row]:
        """The rows of a run, from its file or made now; ``about``: what is told of it."""
        if not self.has(name):
            self.folder.mkdir(parents=True, exist_ok=True)
            self.write(self._path(name, ".csv"), list(make()))
            write_whole(self._path(name, ".json"), json.dumps(about(), indent=1, default=str).encode())
        return self.read_back(name)

    def read_back(self, name: str) -> list[Row]:
        """The rows of a finished run."""
        return self.read(self._path(name, ".csv"))

    def _path(self, name: str, ending: str) -> Path:
        return self.folder / f"{name}{ending}"


def key_of(*parts: object) -> str:
    """A short hash of ``parts``."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def hash_of(pairs: Iterable[tuple[str, Pair]]) -> str:
    """SHA-256 over the names and contents of images and labels."""
    digest = hashlib.sha256()
    for name, pair in pairs:
        digest.update(f"{name}:{file_hash(pair.image)}:{file_hash(pair.labels)}\n".encode())
    return digest.hexdigest()


def of_dataclass(folder: Path, kind: type[Row]) -> Kept[Row]:
    """Runs whose rows are instances of the dataclass ``kind``, of numbers, words and switches."""
    return Kept(folder, write, lambda path: read(path, kind))


def write(path: Path, rows: Sequence[Any]) -> None:
    """A CSV with a header, whole or not at all; None as nothing."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([[field.name for field in dataclasses.fields(rows[0])]] if rows else [])
    for row in rows:
        writer.writerow(["" if value is None else value for value in dataclasses.astuple(row)])
    write_whole(path, text.getvalue().encode())


def read(path: Path, kind: type[Row]) -> list[Row]:
    """The rows of a CSV that ``write`` wrote."""
    types = {each.name: str(each.type) for each in dataclasses.fields(kind)}  # type: ignore[arg-type]
    with path.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return [kind(**{name: _parsed(types[name], cell) for name, cell in row.items()}) for row in rows]


def _parsed(kind: str, cell: str) -> Any:
    if "None" in kind and cell == "":
        return None
    if kind.startswith("float"):
        return float(cell)
    if kind.startswith("int"):
        return int(cell)
    return cell == "True" if kind == "bool" else cell

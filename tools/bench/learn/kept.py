"""Rows of any dataclass as CSV, and runs that are kept under a key of everything they depend on."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch

import auxol_core
from auxol_core.imaging import files
from auxol_core.whole_files import write_whole

Row = TypeVar("Row")

# What a measurement through the engine computes with; the tasks' files, HTTP and the command line only carry it.
_ROOMS = ("engine", "generalist", "imaging", "prompter", "promptable", "specialist")
_FILES = ("build.py", "options.py", "types.py", "strokes.py", "replay/prompts.py", "replay/streams.py")


def sources_key(also: Sequence[Path] = ()) -> str:
    """SHA-256 over the sources that a measurement depends on, and ``also``, by name and content."""
    root = Path(auxol_core.__file__).parent
    paths = [path for room in _ROOMS for path in sorted((root / room).rglob("*.py"))] + [root / name for name in _FILES]
    lines = [f"{path.relative_to(root).as_posix()}:{files.file_hash(path)}" for path in paths]
    lines += [f"{path.name}:{files.file_hash(path)}" for path in also]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def key_of(*parts: object) -> str:
    """A short hash of ``parts``, and of torch's version and threads."""
    content = json.dumps([*parts, torch.__version__, torch.get_num_threads()], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def kept(path: Path, kind: type[Row], rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of a finished run from its CSV; else ``rows`` as they are made, kept as partial until they are all."""
    if path.exists():
        yield from read(path, kind)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial, names = path.with_suffix(".partial.csv"), [each.name for each in dataclasses.fields(kind)]  # type: ignore[arg-type]
    with partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row in rows:
            writer.writerow(["" if (value := getattr(row, name)) is None else value for name in names])
            stream.flush()
            yield row
    write_whole(path, partial.read_bytes())
    partial.unlink()


def read(path: Path, kind: type[Row]) -> list[Row]:
    """The rows of a CSV that ``kept`` wrote."""
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

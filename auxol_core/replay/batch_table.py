"""segments.csv: a line for each source of the batch command, kept up to date while it runs."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from io import StringIO
from pathlib import Path

from auxol_core.errors import DataError
from auxol_core.imaging import files
from auxol_core.replay.texts import read_text, rows_of
from auxol_core.whole_files import write_whole

DONE, UNFINISHED, LEFT_OUT, NO_PROMPTS = "done", "unfinished", "left out", "no prompts"


@dataclass(frozen=True)
class Line:
    """A line of segments.csv. ``quality``: the engine's expected Dice, mean over objects; ``dice``: the true one, where
    there are labels; ``status``: done, no prompts, left out or failed, and why. ``written``: the files that this
    command wrote for the source, and the SHA-256 of each as it wrote it. ``warning``: why not to trust what was done.
    """

    name: str
    file: str
    output: str
    slices: int
    objects: int
    quality: float | None
    dice: float | None
    seconds: float
    status: str
    key: str
    written: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""


COLUMNS = tuple(f.name for f in fields(Line))


class BatchTable:
    """The lines by the sources' names, those that earlier calls finished among them.

    Raises DataError if ``path`` is no table of this command; it may have been saved by a spreadsheet, in an encoding
    and with delimiters of its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[str, Line] = {}
        if os.path.lexists(path):
            for line in _read(path):
                if line.status == DONE or line.written:
                    self.lines[line.name] = line

    def has(self, name: str, key: str) -> bool:
        """Whether the source was done under the same key, and its results are there, perhaps corrected since."""
        known = self.lines.get(name)
        if known is None or known.key != key or known.status != DONE:
            return False
        return all((self.path.parent / output).exists() for output in (known.output, *known.written))

    def may_write(self, output: str) -> bool:
        """Whether there is no such file, or it is as a line says that this command wrote it."""
        target = self.path.parent / output
        if not os.path.lexists(target):
            return True
        hashes = [line.written[output] for line in self.lines.values() if output in line.written]
        return bool(hashes) and target.is_file() and files.file_hash(target) in hashes

    def written_for(self, name: str) -> list[str]:
        """Files of a source that this command wrote before, and that are there."""
        known = self.lines.get(name)
        return [] if known is None else [each for each in known.written if os.path.lexists(self.path.parent / each)]

    def put(self, line: Line) -> None:
        """Add or replace a source's line and write the file anew. What was written for it before stays known."""
        before = self.lines.get(line.name)
        if before is not None:
            there = {name: sha for name, sha in before.written.items() if os.path.lexists(self.path.parent / name)}
            line = replace(line, written={**there, **line.written})
        self.lines[line.name] = line
        text = StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in asdict(each).items()} for each in self.lines.values())
        write_whole(self.path, text.getvalue().encode("utf-8", "backslashreplace"))


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else value


def _read(path: Path) -> list[Line]:
    """The lines of a table of this command, also of one from before it had ``written``."""
    try:
        rows = rows_of(read_text(path), COLUMNS[0])
        _, header, _ = next(rows, (1, [], ","))
        if not set(COLUMNS) - {"written", "warning"} <= set(header):
            raise ValueError(f"its columns are {', '.join(header)[:100] or 'none'}")
        return [_line(dict(zip(header, cells, strict=False)), delimiter == ";") for _, cells, delimiter in rows]
    except (DataError, ValueError, KeyError, csv.Error) as error:
        raise DataError(
            f"{path} is not a table that this command wrote, or was changed beyond reading ({error}). Move it away, or "
            "choose another folder for --out."
        ) from error


def _line(cells: Mapping[str, str], decimal_comma: bool) -> Line:
    def number(name: str) -> float | None:
        text = cells[name].replace(",", ".") if decimal_comma else cells[name]
        return float(text) if text else None

    written = json.loads(cells.get("written") or "{}")
    if not isinstance(written, dict) or not all(isinstance(each, str) for each in written.values()):
        raise ValueError(f"written holds {cells['written'][:60]!r}")
    return Line(
        name=cells["name"],
        file=cells["file"],
        output=cells["output"],
        slices=int(cells["slices"]),
        objects=int(cells["objects"]),
        quality=number("quality"),
        dice=number("dice"),
        seconds=number("seconds") or 0.0,
        status=cells["status"],
        key=cells["key"],
        written=written,
        warning=cells.get("warning", ""),  # an earlier version did not write it
    )

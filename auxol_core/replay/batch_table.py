"""segments.csv: a line for each source of the batch command, kept up to date while it runs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from io import StringIO
from pathlib import Path

from auxol_core.whole_files import write_whole

DONE = "done"


@dataclass(frozen=True)
class Line:
    """A line of segments.csv. ``quality``: the engine's expected Dice, mean over objects; ``dice``: the true one, where
    there are labels; ``status``: done, no prompts, or what failed; ``warning``: why not to trust what was done."""

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
    warning: str = ""


class BatchTable:
    """The lines by the sources' names, those that an earlier call of this version finished among them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.lines: dict[str, Line] = {}
        if path.exists():
            with path.open(newline="", encoding="utf-8") as stream:
                for cells in csv.DictReader(stream):
                    if set(cells) | {"warning"} == {f.name for f in fields(Line)} and cells["status"] == DONE:
                        self.lines[cells["name"]] = _line(cells)

    def has(self, name: str, key: str) -> bool:
        """Whether the source was done under the same key."""
        known = self.lines.get(name)
        return known is not None and known.key == key and known.status == DONE

    def put(self, line: Line) -> None:
        """Add or replace a source's line and write the file anew."""
        self.lines[line.name] = line
        text = StringIO(newline="")
        writer = csv.DictWriter(text, [f.name for f in fields(Line)])
        writer.writeheader()
        writer.writerows({k: "" if v is None else v for k, v in asdict(li).items()} for li in self.lines.values())
        write_whole(self._path, text.getvalue().encode())


def _line(cells: Mapping[str, str]) -> Line:
    quality, dice = (float(cells[name]) if cells[name] else None for name in ("quality", "dice"))
    return Line(
        name=cells["name"],
        file=cells["file"],
        output=cells["output"],
        slices=int(cells["slices"]),
        objects=int(cells["objects"]),
        quality=quality,
        dice=dice,
        seconds=float(cells["seconds"]),
        status=cells["status"],
        key=cells["key"],
        warning=cells.get("warning", ""),  # an earlier version did not write it
    )

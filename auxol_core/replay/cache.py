"""Finished runs are kept as CSV under a key of everything they depend on; what is unfinished is kept as partial.

``NAME.csv`` with ``NAME.json`` beside it is a finished run; ``NAME.partial.csv`` grew row by row and was interrupted:
it is shown, and the run starts again, because learning has a state that rows do not hold.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import auxol_core
from auxol_core.imaging import files
from auxol_core.replay.methods import Method
from auxol_core.replay.options import EngineKind, ReplayOptions
from auxol_core.replay.rows import COLUMNS, Row, append_row, read_rows, write_rows
from auxol_core.replay.runner import Segment
from auxol_core.whole_files import write_whole

# Of floor 4 only what computes: the composition root, and these modules of the replay.
_FLOOR_4 = ("cli", "server", "pretrain", "replay")
_COMPUTING = (
    *("files", "integrity", "labels", "methods", "names", "options", "prompts"),
    *("rows", "runner", "slips", "sources", "streams"),
)


@dataclass(frozen=True)
class Facts:
    """What a run's results depend on beside data and options, as the engine tells it; None without an engine."""

    generalist: str | None = None
    generalist_hash: str | None = None
    device: str | None = None
    precision: str | None = None
    threads: int | None = None
    torch: str | None = None
    engine: EngineKind | None = None


@dataclass(frozen=True)
class Finished:
    """A run and what is said of it in the summary. ``cached``: read back, not made in this call."""

    rows: tuple[Row, ...]
    facts: Facts
    peak_rss_mb: float | None
    partial: bool = False
    cached: bool = False


class Cache:
    """The folder of runs. One replay at a time should write to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def finished(self, name: str) -> Finished | None:
        """A finished run, None if there is none."""
        meta = self._path(name, ".json")
        if not meta.exists():
            return None
        known = json.loads(meta.read_text(encoding="utf-8"))
        rows = tuple(read_rows(self._path(name, ".csv")))
        return Finished(rows, Facts(**known["facts"]), known["peak_rss_mb"], cached=True)

    def begin(self, name: str) -> None:
        """Start the file of a run's rows so far."""
        write_rows(self._path(name, ".partial.csv"), ())

    def add(self, name: str, row: Row) -> None:
        """Add a row to a begun run, so that even a crash leaves what is done."""
        append_row(self._path(name, ".partial.csv"), row)

    def keep(self, name: str, run: Finished) -> None:
        """Keep a finished run: rows first, then the file that says that they are all."""
        write_rows(self._path(name, ".csv"), run.rows)
        meta = {"columns": COLUMNS, "facts": asdict(run.facts), "peak_rss_mb": run.peak_rss_mb}
        write_whole(self._path(name, ".json"), json.dumps(meta, indent=1).encode())
        self._path(name, ".partial.csv").unlink(missing_ok=True)

    def _path(self, name: str, ending: str) -> Path:
        return self.folder / f"{name}{ending}"


class FileHashes:
    """SHA-256 of data files, each read once in a call."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def of(self, path: Path) -> str:
        """The hash of one file."""
        if path not in self._known:
            self._known[path] = files.file_hash(path)
        return self._known[path]


def run_name(
    segments: Sequence[Segment], method: Method, options: ReplayOptions, facts: Facts, hashes: FileHashes, source: str
) -> str:
    """The name of a run in the cache: readable, and ending in a hash of everything that its rows depend on."""
    content: list[object] = [source, method.name, asdict(options.prompts), options.plan.axis, options.plan.window]
    if method.preset is not None:
        task = asdict(method.task_options(options))
        own = task[method.preset] if method.preset in task else task["own"]
        content += [asdict(facts), own, options.seed]
    if method.taught:
        content.append(asdict(options.feedback))
    for segment in segments:
        content.append([segment.name, segment.stream.structure.value])
        items = segment.stream.items
        content += [[i.name, hashes.of(i.pair.image), hashes.of(i.pair.labels)] for i in items]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    title = "+".join(dict.fromkeys(segment.name for segment in segments))[:60]
    return f"{re.sub(r'[^A-Za-z0-9._+-]+', '_', title)}-{options.prompts.kind}-{method.name}-{key[:20]}"


def source_hash(kind: EngineKind = "process") -> str:
    """SHA-256 over the sources of floors 0 to 3 and of what the replay computes, by name and content.

    ``kind``: what goes over HTTP depends on the server, too.
    """
    root = Path(auxol_core.__file__).parent
    computing = {f"replay/{module}.py" for module in (*_COMPUTING, *(["over_http"] if kind == "worker" else []))}
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        room = name.split("/")[0]
        if room in _FLOOR_4 and name not in computing and not (room == "server" and kind == "worker"):
            continue
        digest.update(f"{name}:{files.file_hash(path)}\n".encode())
    return digest.hexdigest()


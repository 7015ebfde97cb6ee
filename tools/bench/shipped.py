"""Finished runs in the repository, each CSV and what is told of it packed: only what changed is made again."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

from auxol_core.whole_files import write_whole

SHIPPED = Path("docs/benchmark/runs")
ENDINGS = (".csv", ".json")  # the second one last: a run without it is not finished
PACKED = ".gz"


def take_shipped(runs: Path, names: Sequence[str]) -> str:
    """Put what the repository ships into ``runs``; a sentence of it."""
    return f"{len(names)} runs, {unpack(SHIPPED, runs, names)} of them taken from {SHIPPED}"


def ship_finished(runs: Path, names: Sequence[str]) -> str:
    """Pack what is finished into the repository; a sentence of it."""
    packed, gone = pack(SHIPPED, runs, names)
    return f"{packed} runs packed into {SHIPPED}, {gone} old ones taken away"


def unpack(shipped: Path, runs: Path, wanted: Iterable[str]) -> int:
    """Put the ``wanted`` runs that ``shipped`` holds into ``runs`` where they are not there; how many were put."""
    count = 0
    for name in wanted:
        packed = [shipped / f"{name}{ending}{PACKED}" for ending in ENDINGS]
        if (runs / f"{name}.json").exists() or not all(path.exists() for path in packed):
            continue
        runs.mkdir(parents=True, exist_ok=True)
        for path, ending in zip(packed, ENDINGS, strict=True):
            write_whole(runs / f"{name}{ending}", gzip.decompress(path.read_bytes()))
        count += 1
    return count


def pack(shipped: Path, runs: Path, wanted: Iterable[str]) -> tuple[int, int]:
    """Pack the finished ``wanted`` runs into ``shipped``; what a packed run replaces goes: the same one with another
    key. How many were packed, and how many went."""
    shipped.mkdir(parents=True, exist_ok=True)
    finished = [name for name in dict.fromkeys(wanted) if (runs / f"{name}.json").exists()]
    current = {_what(name): name for name in finished}
    old = [path for path in shipped.glob(f"*{PACKED}") if current.get(_what(_name(path)), _name(path)) != _name(path)]
    for path in old:
        path.unlink()
    for name in finished:
        for ending in ENDINGS:
            # No time inside: the same rows are the same bytes.
            content = gzip.compress((runs / f"{name}{ending}").read_bytes(), mtime=0)
            write_whole(shipped / f"{name}{ending}{PACKED}", content)
    return len(finished), len(old) // len(ENDINGS)


def _what(name: str) -> str:
    """A run's name without its key: what was run."""
    return name.rpartition("-")[0]


def _name(path: Path) -> str:
    return path.name.removesuffix(PACKED).rpartition(".")[0]

"""Which source files the rows of a run depend on: the key of a kept run names them, and no others.

A run is made again where one of these changed. What decides whether it is durable, how it travels or how it is shown
is not among them: none of that changes a number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import auxol_core
from auxol_core.imaging.files import file_hash

ANY = (
    "types.py",
    "imaging/crops.py",
    "imaging/interior.py",
    "imaging/lowering.py",
    "imaging/metrics.py",
    "imaging/objects.py",
    "imaging/square.py",
    "replay/prompts.py",
    "replay/runner.py",
    "replay/streams.py",
)
GENERALIST = ("generalist/builtin.py", "promptable/")
LEARNING = (
    "engine/engine.py",
    "engine/open_task.py",
    "engine/telling.py",
    "options.py",
    "replay/slips.py",
    "specialist/base.py",
    "specialist/fusion.py",
    "specialist/guard.py",
    "steps.py",
)
PROPAGATION = (
    "engine/ground.py",
    "engine/pending.py",
    "prompter/base.py",
    "prompter/propagate.py",
    "prompter/trust.py",
)
THINKING = ("engine/rehearsing.py", "engine/thinking.py")
SPECIALISTS = {"auxol": "specialist/auxol/", "paper": "specialist/paper/"}


def depends_on(preset: str | None, learns: bool, thinks: bool) -> list[str]:
    """Paths below auxol_core, in order. ``preset`` None: no model answers."""
    named = list(ANY)
    if preset is not None:
        named += GENERALIST
    if learns and preset is not None:
        named += (*LEARNING, SPECIALISTS[preset])
    if thinks:
        named += THINKING
    return files_of(named)


def depends_on_volumes() -> list[str]:
    """The same of a run over whole volumes, which propagates and learns with the default preset."""
    return files_of((*ANY, *GENERALIST, *LEARNING, SPECIALISTS["auxol"], *PROPAGATION))


def digest_of(files: Iterable[str]) -> str:
    """SHA-256 over names and contents."""
    root = _root()
    digest = hashlib.sha256()
    for name in files:
        digest.update(f"{name}:{file_hash(root / name)}\n".encode())
    return digest.hexdigest()


def files_of(named: Iterable[str]) -> list[str]:
    """The Python files below auxol_core that are ``named``, or lie in a named folder (``promptable/``), in order."""
    root = _root()
    found: set[str] = set()
    for name in named:
        paths = sorted((root / name).rglob("*.py")) if name.endswith("/") else [root / name]
        found |= {path.relative_to(root).as_posix() for path in paths}
    return sorted(found)


def _root() -> Path:
    return Path(auxol_core.__file__).parent

"""Who may import what on the Slicer side (docs/architecture.md), read from the source as in test_import_layers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARY = "AuxOLSegmentLib"
SOURCE = Path(__file__).resolve().parents[2] / "AuxOLSegment" / LIBRARY

SLICER = {"slicer", "qt", "vtk", "ctk", "numpy"}
# Modules of Slicer's own, there once it has started.
BROUGHT_BY_SLICER = {"SampleData", "PyTorchUtils"}
# Floors 0 and 1 of auxol_core.
CORE = (
    *("types", "options", "errors", "verbs", "api", "steps", "private_files", "strokes", "whole_files", "scales"),
    *("protocol", "client", "parts"),
)
# Slicer's main thread never waits, and starves a Python thread; the blocking client is for scripts outside.
NEVER = {"threading", "_thread", "multiprocessing", "concurrent", "asyncio", "queue", "socket", "http", "requests"}
NEVER_NAMES = {f"auxol_core.client.{name}" for name in ("http_line", "blocking", "server_process")}
ALONE = {"subprocess": "Machine/Dependencies.py"}  # the error that Slicer's pip_install raises; nothing is run

# Which rooms a room may use beside itself: a module's name stands for that module alone.
ROOMS: dict[str, tuple[str, ...]] = {
    "Machine": (),
    "Engine": ("Machine",),
    # The mouse in a view: reading it is not a prompt yet, and both tell views from it.
    "Scene": ("Prompts.ViewMouse",),
    "Prompts": ("Scene",),
    "Session": ("Machine", "Engine", "Scene", "Prompts"),
    # The panel knows a session by PanelSession; what the slice's states are called it has from the book, what is drawn
    # along a volume from the curve, and what learning was worth and how a walk ended: all values without a session.
    "Panel": (
        *("Machine", "Engine.EngineConnection", "Scene"),
        *("Session.SliceBook", "Session.Presence", "Session.Payoff", "Session.WalkEnd"),
    ),
}


def violations(source: Path) -> list[str]:
    """Every broken rule as 'file:line: sentence'."""
    found = []
    for path in sorted(source.rglob("*.py")):
        inside = path.relative_to(source).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{inside}:{line}: {told}" for line, told in _broken(inside, tree)]
    return found


def _broken(inside: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        for module, names in _imported(node):
            for told in _told(inside, module, names):
                yield node.lineno, told  # type: ignore[attr-defined]
        if isinstance(node, ast.Attribute) and node.attr == "sleep":
            yield node.lineno, "sleep keeps Slicer's main thread; await Async.after"
        if isinstance(node, ast.Attribute) and node.attr == "processEvents":
            yield node.lineno, "processEvents runs other code in the middle of this; await Async.after"


def _imported(node: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, ()
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)


def _told(inside: str, module: str, names: tuple[str, ...]) -> Iterator[str]:
    top = module.split(".")[0]
    if not top:
        yield "an import within the library names it in full"
    elif top == LIBRARY:
        yield from _room_told(inside, module, names)
    elif top == "auxol_core":
        yield from _core_told(module, names)
    elif top in NEVER or (top == "time" and "sleep" in names):
        yield f"{module} is not for Slicer's main thread"
    elif top in ALONE and inside != ALONE[top]:
        yield f"{top} is for {ALONE[top]} alone; a process of ours is a QProcess"
    elif top not in SLICER | BROUGHT_BY_SLICER | set(sys.stdlib_module_names):
        yield f"{top} is not among what Slicer brings"


def _core_told(module: str, names: tuple[str, ...]) -> Iterator[str]:
    rooms = [module.split(".")[1]] if "." in module else [name for name in names if not name.startswith("__")]
    for room in rooms:
        if room not in CORE:
            yield f"auxol_core.{room} stands above floor 1"
    for full in (module, *(f"{module}.{name}" for name in names)):
        if full in NEVER_NAMES:
            yield f"{full} waits for answers"


def _room_told(inside: str, module: str, names: tuple[str, ...]) -> Iterator[str]:
    room = inside.split("/")[0]
    for target in _targets(module, names):
        if target.split(".")[0] == room:
            continue
        if room not in ROOMS:
            yield f"the room {room} has no rules; name it in ROOMS"
        elif not any(target == door or target.startswith(f"{door}.") for door in ROOMS[room]):
            yield f"{room} may not import {target}"
    if any(name.startswith("_") and not name.startswith("__") for name in names):
        yield f"a private name of {module}"


def _targets(module: str, names: tuple[str, ...]) -> list[str]:
    """``from AuxOLSegmentLib.Session import SliceBook`` names a module, too."""
    parts = module.split(".")[1:]
    return [".".join(parts)] if len(parts) > 1 else [".".join([*parts, name]) for name in names or ("",)]


def test_the_slicer_side_keeps_its_rules() -> None:
    found = violations(SOURCE)
    assert not found, "\n".join(found)


def test_every_room_of_the_slicer_side_has_rules() -> None:
    assert {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()} == set(ROOMS)


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("Scene/A.py", "from AuxOLSegmentLib.Session.SliceBook import SliceBook", "Scene may not import Session"),
        ("Prompts/A.py", "from AuxOLSegmentLib.Panel.Table import Table", "Prompts may not import Panel"),
        ("Engine/A.py", "from AuxOLSegmentLib.Scene import Geometry", "Engine may not import Scene.Geometry"),
        ("Machine/A.py", "def f():\n    import AuxOLSegmentLib.Engine.Async", "Machine may not import Engine.Async"),
        ("Panel/A.py", "from AuxOLSegmentLib.Session.SessionLogic import SessionLogic", "Panel may not import Session"),
        ("Session/A.py", "from AuxOLSegmentLib.Panel.Table import Table", "Session may not import Panel"),
        ("Session/A.py", "from AuxOLSegmentLib.Scene.Geometry import _private", "a private name"),
        ("Session/A.py", "from .SliceBook import SliceBook", "names it in full"),
        ("Attic/A.py", "from AuxOLSegmentLib.Scene import Geometry", "the room Attic has no rules"),
        ("Engine/A.py", "import threading", "threading is not for"),
        ("Engine/A.py", "import asyncio.events", "asyncio.events is not for"),
        ("Engine/A.py", "from time import sleep", "time is not for"),
        ("Engine/A.py", "import time\ntime.sleep(1)", "sleep keeps Slicer's main thread"),
        ("Engine/A.py", "import qt\nqt.QApplication.processEvents()", "processEvents runs other code"),
        ("Engine/A.py", "import subprocess", "a process of ours is a QProcess"),
        ("Engine/A.py", "import requests", "requests is not for"),
        ("Engine/A.py", "import torch", "torch is not among what Slicer brings"),
        ("Engine/A.py", "from auxol_core import engine", "auxol_core.engine stands above floor 1"),
        ("Engine/A.py", "from auxol_core.generalist.base import Generalist", "auxol_core.generalist stands above"),
        ("Engine/A.py", "from auxol_core.client.http_line import HttpLine", "waits for answers"),
    ],
)
def test_what_breaks_one_is_told(tmp_path: Path, file: str, text: str, sentence: str) -> None:
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    found = violations(tmp_path)
    assert any(sentence in each and each.startswith(f"{file}:") for each in found), found


def test_what_keeps_them_passes(tmp_path: Path) -> None:
    (tmp_path / "Panel").mkdir()
    (tmp_path / "Panel" / "A.py").write_text(
        "import time\nimport qt\nfrom auxol_core import __version__\nfrom auxol_core.types import Box\n"
        "from AuxOLSegmentLib.Panel.Table import Table\nfrom AuxOLSegmentLib.Scene import VolumeReader\n",
        encoding="utf-8",
    )
    assert violations(tmp_path) == []

"""The house of docs/architecture.md, enforced: five floors, imports only walk down, torch only in its rooms.

The checker reads the source (ast) and runs nothing. Its last tests show, on a tiny tree, that it fails where it must.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = "auxol_core"
SOURCE = Path(__file__).resolve().parents[2] / PACKAGE

# A room is a module or package directly under auxol_core. A new room is added here, on the lowest floor it can live on.
FLOORS: dict[str, int] = {
    **dict.fromkeys(("strokes", "types", "options", "errors", "verbs", "api", "steps"), 0),
    **dict.fromkeys(("plain_numbers", "private_files", "whole_files", "greys", "scales", "parts", "authors"), 0),
    **dict.fromkeys(("protocol", "client"), 1),
    **dict.fromkeys(("imaging", "machine", "promptable", "generalist", "specialist", "prompter"), 2),
    **dict.fromkeys(("taskfile", "engine"), 3),
    **dict.fromkeys(("build", "server", "cluster", "replay", "cli"), 4),
}

# Which modules of another room on the same floor a room may use; a package's name stands for all its modules.
GEOMETRY = tuple(
    f"imaging.{name}"
    for name in ("crops", "interior", "lowering", "metrics", "objects", "outside", "rewindow", "square")
)
DOORS: dict[str, tuple[str, ...]] = {
    **{room: tuple(r for r, floor in FLOORS.items() if floor == FLOORS[room]) for room in FLOORS if FLOORS[room] < 2},
    "imaging": (),
    "machine": ("promptable",),
    "promptable": GEOMETRY,
    "generalist": (*GEOMETRY, "promptable", "machine.places", "machine.processor"),
    "specialist": (*GEOMETRY, "promptable", "generalist.base", "generalist.decoding"),
    "prompter": (*GEOMETRY, "promptable", "specialist.base"),
    "taskfile": (),
    "engine": ("taskfile",),
    "build": (),
    "server": ("build",),
    "cluster": ("build", "server"),
    "replay": ("build",),
    "cli": ("build", "server", "cluster", "replay"),
}
# Floor 3 knows floor 2 by its Protocols, by the registry of presets and by what needs no model (simulate: how a
# user's box is drawn).
PROTOCOLS = ("generalist.base", "generalist.cache", "specialist.base", "prompter")
REGISTRIES = ("specialist.preset", "specialist.registry", "specialist.guard")
DOORS_OF_FLOOR_2 = (*GEOMETRY, *PROTOCOLS, *REGISTRIES, "specialist.fusion", "promptable.simulate")

# Third-party packages by floor, and what single rooms may have beyond them. Floor 4 may use whatever is declared.
ARRAYS = {"numpy", "scipy", "cv2", "cachetools"}
THIRD_PARTY: dict[int, set[str]] = {0: {"numpy"}, 1: {"numpy", "requests"}, 2: ARRAYS, 3: ARRAYS}
ROOM_EXTRAS: dict[str, set[str]] = {
    "promptable": {"torch", "safetensors"},
    "generalist": {"torch", "safetensors", "segment_anything", "requests", "platformdirs", "filelock"},
    "specialist": {"torch", "safetensors"},
    "prompter": {"torch", "monai"},
    "imaging": {"SimpleITK", "PIL", "nibabel", "tifffile", "highdicom", "pydicom"},
    "machine": {"torch", "platformdirs", "psutil"},
    "taskfile": {"safetensors", "psutil"},
}
BLOCKING_LINE = "client.http_line"
NEVER = {"slicer", "qt", "ctk", "vtk"}
NOT_INSTALLED = {"pretrain", "tools"}
NOT_ON_FLOOR_3 = {"argparse", "http", "urllib", "requests", "fastapi", "uvicorn", "typer", "rich"}

# Importing torch takes seconds: elsewhere it is imported by the function that needs it.
SLOW = {"torch", "segment_anything", "torchvision", "monai"}
SLOW_ROOMS = ("promptable", "generalist", "specialist", "prompter", "machine", "build")
FAST_MODULES = (
    "generalist",
    "generalist.base",
    "generalist.builtin_row",
    "generalist.cache",
    "generalist.checkpoints",
    "generalist.choices",
    "generalist.decoding",
    "generalist.download",
    "generalist.family_rows",
    "generalist.figures",
    "generalist.registry",
    "generalist.row",
    "generalist.sam_rows",
    "machine.machine_memory",
    "machine.places",
    "machine.processor",
    "promptable",
    "promptable.prompt_maps",
    "promptable.shipped",
    "promptable.simulate",
    "promptable.windows",
    "prompter",
    "prompter.base",
    "prompter.cam",
    "prompter.extended",
    "prompter.finders",
    "prompter.located",
    "prompter.locating",
    "prompter.locator",
    "prompter.locator.draw",
    "prompter.locator.thumbnail",
    "prompter.presence",
    "prompter.propagate",
    "prompter.trust",
    "prompter.usual_place",
    "specialist",
    "specialist.auxol",
    "specialist.auxol.preset",
    "specialist.base",
    "specialist.fusion",
    "specialist.guard",
    "specialist.lora",
    "specialist.lora.preset",
    "specialist.paper",
    "specialist.paper.preset",
    "specialist.preset",
    "specialist.registry",
    "specialist.sam_mix",
    "specialist.sam_mix.preset",
)


@dataclass(frozen=True)
class Import:
    """One imported module: where it stands, what it names, and whether it runs when its file is imported."""

    line: int
    module: str
    at_file_scope: bool
    names: tuple[str, ...] = ()


def imports_of(tree: ast.Module, module: str, is_package: bool, known: set[str]) -> Iterator[Import]:
    """All imports of a file, also those inside functions; ``known`` are the modules of the package itself."""
    at_file_scope = set(_file_scope(tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name, node in at_file_scope)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, is_package)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                if inner in known:
                    yield Import(node.lineno, inner, node in at_file_scope)
                else:
                    yield Import(node.lineno, base, node in at_file_scope, (alias.name,))


def _file_scope(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Statements that run when the file is imported; what only a type checker reads is none of them."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _file_scope(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for field in ("body", "orelse", "finalbody", "handlers"):
                yield from _file_scope(getattr(node, field, []))


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if node.level == 0:
        return node.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def violations(source: Path) -> list[str]:
    """Everything in the package at ``source`` that breaks the rules, as 'file:line: sentence'."""
    found: list[str] = []
    for path, imports in all_imports(source):
        inside = _module_name(path, source).removeprefix(PACKAGE).removeprefix(".")
        room = inside.split(".")[0]
        if room and room not in FLOORS:
            found.append(f"{path}:1: the room {room} has no floor; name it in FLOORS")
            continue
        for each in imports:
            found += [f"{path}:{each.line}: {sentence}" for sentence in _broken(inside, room, each)]
    return found


def all_imports(source: Path) -> Iterator[tuple[Path, list[Import]]]:
    """Every file of the package at ``source`` with what it imports."""
    files = {_module_name(path, source): path for path in sorted(source.rglob("*.py"))}
    for module, path in files.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield path, list(imports_of(tree, module, path.name == "__init__.py", set(files)))


def _module_name(path: Path, source: Path) -> str:
    parts = [PACKAGE, *path.relative_to(source).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _broken(inside: str, room: str, each: Import) -> Iterator[str]:
    # The package's own __init__ (room "") is read by all, so it may import nothing of ours and nothing foreign.
    floor = FLOORS[room] if room else 0
    top = each.module.split(".")[0]
    if top == PACKAGE:
        yield from _broken_inside(room, floor, each)
        return
    if top in NEVER:
        yield f"{top} belongs to the Slicer side; auxol_core never imports it"
    if top in NOT_INSTALLED:
        yield f"{top} is the developers' own and not installed; auxol_core never imports it"
        return
    if floor == 3 and top in NOT_ON_FLOOR_3:
        yield f"floor 3 knows neither HTTP nor a command line, and imports {top}"
    if top not in sys.stdlib_module_names and floor < 4:
        allowed = THIRD_PARTY[floor] | ROOM_EXTRAS.get(room, set())
        if top not in allowed:
            yield f"{room or PACKAGE} (floor {floor}) may import {', '.join(sorted(allowed))}, not {top}"
    if top == "requests" and floor == 1 and inside != BLOCKING_LINE:
        yield f"{inside} imports requests, which {BLOCKING_LINE} alone does: a client's verbs know no transport"
    if top in SLOW and each.at_file_scope and (room not in SLOW_ROOMS or inside in FAST_MODULES):
        yield f"{inside} imports {top} at file scope; import it in the function that needs it"


def _broken_inside(room: str, floor: int, each: Import) -> Iterator[str]:
    target = each.module.removeprefix(PACKAGE).removeprefix(".")
    target_room = target.split(".")[0]
    private = [name for name in each.names if name.startswith("_") and not name.startswith("__")]
    if private and target_room != room:
        yield f"{', '.join(private)} of {each.module} is private to its room"
    if not target or target_room == room:
        return
    if target_room not in FLOORS:
        yield f"the room {target_room} has no floor; name it in FLOORS"
    elif FLOORS[target_room] > floor:
        yield f"arrow up: {room} (floor {floor}) imports {each.module} (floor {FLOORS[target_room]})"
    elif FLOORS[target_room] == floor and not _through_a_door(target, DOORS.get(room, ())):
        yield f"{room} imports {each.module}, which is no door of that room"
    elif floor == 3 and FLOORS[target_room] == 2 and not _through_a_door(target, DOORS_OF_FLOOR_2):
        yield f"floor 3 knows the Protocols of floor 2, and {room} imports {each.module}"


def _through_a_door(target: str, doors: tuple[str, ...]) -> bool:
    return any(target == door or target.startswith(f"{door}.") for door in doors)


def test_imports_only_walk_down_and_torch_stays_in_its_rooms() -> None:
    found = violations(SOURCE)
    assert not found, "\n".join(found)


def test_every_third_party_import_is_declared_in_pyproject(repository: Path) -> None:
    text = (repository / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    extras = re.search(r"^\[project\.optional-dependencies\](.*?)^\[", text, re.MULTILINE | re.DOTALL)
    assert dependencies is not None
    assert extras is not None
    declared = set(re.findall(r'"([A-Za-z0-9._-]+)', dependencies.group(1) + extras.group(1)))
    distribution = {"cv2": "opencv-python-headless", "segment_anything": "segment-anything", "PIL": "pillow"}
    used = {each.module.split(".")[0] for _, imports in all_imports(SOURCE) for each in imports}
    foreign = used - set(sys.stdlib_module_names) - {PACKAGE, "torchvision"}  # segment_anything's wish, never needed
    assert {distribution.get(name, name) for name in foreign} - declared == set()


# A fresh interpreter, because this one has loaded torch long since


def modules_loaded_by(code: str) -> set[str]:
    """Top-level names in sys.modules after ``code`` ran in a fresh interpreter."""
    report = f"{code}\nimport sys\nprint('LOADED', *sorted({{name.split('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("room", ["types", "options", "errors", "verbs", "api"])
def test_floor_0_loads_numpy_and_nothing_else_from_outside(room: str) -> None:
    loaded = modules_loaded_by(f"import {PACKAGE}.{room}")
    assert not loaded & {"torch", "cv2", "scipy", "SimpleITK", "matplotlib", "requests", "typer", "rich"}


def test_the_verbs_of_a_client_load_no_transport() -> None:
    loaded = modules_loaded_by(f"import {PACKAGE}.client.verbs, {PACKAGE}.client.outbox")
    assert not loaded & {"requests", "urllib3", "asyncio", "http", "torch"}


def test_help_and_version_answer_without_loading_torch() -> None:
    for argument in ("--help", "--version"):
        loaded = modules_loaded_by(
            f"from {PACKAGE}.cli.main import app\ntry:\n    app(['{argument}'])\nexcept SystemExit as end:\n"
            "    assert not end.code, end.code"
        )
        assert "typer" in loaded
        assert not loaded & (SLOW | {"matplotlib", "SimpleITK"})


# The checker itself, on a house of a few files


def house(root: Path, files: dict[str, str]) -> Path:
    """A package at ``root`` with these files; returns its folder."""
    source = root / PACKAGE
    for name, text in {"__init__.py": "", **files}.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return source


def test_a_house_that_keeps_the_rules_passes(tmp_path: Path) -> None:
    source = house(
        tmp_path,
        {
            "types.py": "import numpy\nfrom auxol_core.errors import AuxolError\n",
            "errors.py": "",
            "promptable/network.py": "import torch\n",
            "generalist/base.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n",
            "generalist/builtin.py": "from auxol_core.promptable.network import Network\n",
            "engine/engine.py": "from auxol_core.generalist.base import Generalist\nfrom auxol_core import types\n",
            "cli/main.py": "import typer\ndef run():\n    import torch\n",
        },
    )
    assert violations(source) == []


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("types.py", "from auxol_core.engine.engine import Engine", "types (floor 0) imports auxol_core.engine.engine"),
        ("types.py", "def f():\n    import auxol_core.engine.engine", "arrow up: types (floor 0)"),
        ("types.py", "from . import engine", "arrow up: types (floor 0)"),
        ("generalist/sam.py", "from ..engine import Engine", "arrow up: generalist (floor 2)"),
        ("generalist/__init__.py", "from ..cli import main", "arrow up: generalist (floor 2)"),
        ("__init__.py", "from auxol_core.engine.engine import Engine", "arrow up"),
        ("types.py", "import scipy.ndimage", "may import numpy, not scipy"),
        ("client/blocking.py", "import torch", "may import numpy, requests, not torch"),
        ("client/verbs.py", "import requests", "client.verbs imports requests"),
        ("imaging/crops.py", "import requests", "not requests"),
        ("engine/engine.py", "import torch", "engine.engine imports torch at file scope"),
        ("cli/main.py", "try:\n    import torch\nfinally:\n    pass", "cli.main imports torch at file scope"),
        ("cli/main.py", "class A:\n    import torch", "cli.main imports torch at file scope"),
        ("generalist/base.py", "import torch", "generalist.base imports torch at file scope"),
        ("engine/engine.py", "from auxol_core.specialist.auxol.learner import Learner", "the Protocols of floor 2"),
        ("engine/engine.py", "import argparse", "neither HTTP nor a command line"),
        ("imaging/crops.py", "from auxol_core.promptable import network", "which is no door of that room"),
        ("prompter/base.py", "from auxol_core.specialist.fusion import fuse", "which is no door of that room"),
        ("replay/run.py", "from auxol_core.imaging.crops import _cut", "_cut of auxol_core.imaging.crops is private"),
        ("server/app.py", "import slicer", "belongs to the Slicer side"),
        ("newcomer.py", "", "newcomer has no floor"),
        ("replay/run.py", "from pretrain import train", "not installed"),
    ],
)
def test_a_house_that_breaks_one_is_told_the_file_the_line_and_the_rule(
    tmp_path: Path, file: str, text: str, sentence: str
) -> None:
    names = ("engine/__init__.py", "engine/engine.py", "cli/main.py", "promptable/network.py", "imaging/crops.py")
    others = dict.fromkeys(names, "")
    found = violations(house(tmp_path, {**others, file: text}))
    assert found, "nothing was found"
    assert any(sentence in each for each in found), found
    assert all(Path(each.split(":")[0]).name == Path(file).name for each in found)

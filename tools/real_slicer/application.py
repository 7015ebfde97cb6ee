"""A Slicer that is started for one script, and what it said."""

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).parent / "inside"
TESTS = ROOT / "Testing" / "slicer"
MODULE = "AuxOLSegment"
FIRST_USE_S, TEST_S = 2400, 1500  # PyTorch is downloaded; the slowest test takes some minutes


@dataclass(frozen=True)
class Slicer:
    """``modules``: the folder of the installed extension's scripted modules; None: without them."""

    executable: Path
    modules: Path | None = None

    def run(self, script: Path, *arguments: str, options: tuple[str, ...] = (), within: float) -> int:
        """The exit code; 124 where it took too long, and was ended."""
        found = ["--additional-module-paths", str(self.modules)] if self.modules is not None else []
        command = [str(self.executable), "--no-splash", *options, *found, "--python-script", str(script), *arguments]
        try:
            return subprocess.run(command, timeout=within, stdin=subprocess.DEVNULL).returncode
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{script.name} {' '.join(arguments)} took more than {within:g} s.\n")
            return 124


def install(tree: Path) -> Path:
    """The extension under ``tree`` as CMake installs it; the folder of its scripted modules."""
    modules = _host_install().install(ROOT, tree)
    return Path(modules)


def prepare(slicer: Slicer) -> int:
    """What a user does first: PyTorch's extension from the Extensions Manager, a restart, our button Install."""
    plain = ("--ignore-slicerrc",)
    bare = Slicer(slicer.executable)
    code = bare.run(INSIDE / "install_extension.py", "PyTorch", options=plain, within=FIRST_USE_S)
    return code or slicer.run(INSIDE / "first_use.py", options=plain, within=FIRST_USE_S)


def test(slicer: Slicer, only: list[str]) -> int:
    """Run tests one by one, each in a Slicer of its own; how many failed. The last line counts."""
    names = [name for name in tests() if not only or name in only]
    failed = []
    for name in names:
        folder = str(ROOT / "AuxOLSegment" if name == MODULE else TESTS)
        code = slicer.run(INSIDE / "run_test.py", folder, name, options=("--testing",), within=TEST_S)
        sys.stdout.write(f"{'passed' if code == 0 else f'FAILED with {code}'}: {name}\n")
        sys.stdout.flush()
        failed += [name] if code else []
    sys.stdout.write(f"{len(names) - len(failed)} passed, {len(failed)} failed\n")
    return len(failed)


def tests() -> list[str]:
    """Those that CMake registers, by their modules' names."""
    text = (ROOT / "Testing" / "CMakeLists.txt").read_text(encoding="utf-8")
    listed = re.search(r"set\(SLICER_UNITTESTS\s([^)]*)\)", text)
    if listed is None:
        raise LookupError("expected set(SLICER_UNITTESTS ...) in Testing/CMakeLists.txt")
    return [MODULE, *(name.removesuffix(".py") for name in listed[1].split())]


def tell(environment: str, **values: Path) -> None:
    """Hand values on to a workflow's next steps, in the file whose name the variable ``environment`` holds."""
    if file := os.environ.get(environment):
        with open(file, "a", encoding="utf-8") as lines:
            lines.writelines(f"{name}={value}\n" for name, value in values.items())


def _host_install() -> ModuleType:
    """Testing/host/install.py alone: the host itself needs packages that are not wanted here."""
    spec = importlib.util.spec_from_file_location("host_install", ROOT / "Testing" / "host" / "install.py")
    if spec is None or spec.loader is None:
        raise LookupError("expected Testing/host/install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

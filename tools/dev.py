"""The commands behind `make` and the workflows, the same on Linux, Windows and macOS; only the standard library.

    python -m tools.dev install [torch==x.y.z]    this Python gets what tests and lint need
    python -m tools.dev lint                      ruff, mypy, the workflows, what the Extensions Index checks
    python -m tools.dev test [--jobs 2] [core host qt slicer]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# One exact build: a looser request may bring gigabytes of GPU libraries that nothing here needs.
TORCH = "torch==2.13.0"
# The generalists' own code, which ours is held against in tests; without what it asks for, which brings another torch.
PUBLISHED = ("mobilesam-mirror==1.0.0", "segment_anything_hq==0.3", "timm==1.0.31")
# Objects of the evidence (tools/bench/evidence/objects.py); what panoptica asks for would bring an older numpy.
PANOPTICA = (
    *("panoptica==2.1.7", "connected-components-3d", "scikit-image", "pandas", "lazy-loader", "imageio", "pytz"),
    *("tzdata", "python-dateutil", "six", "plotly<6", "tenacity"),
)
PARTS = ("core", "host", "qt", "slicer")
ROOM = 8 * 2**30  # bytes; a run's temporary files are a tenth of that, and its programs half
# A process goes through half of the tests in their order and then takes from the other: both seldom need the same
# fixtures of a module, which are what takes long.
STEAL = ("--dist", "worksteal")
# File by file, those with most tests first: in another order files were seen to disturb those that came after them.
BY_FILE = ("--dist", "loadfile")


def run(*command: str, **environment: str) -> None:
    """In the repository's root; CalledProcessError where it fails."""
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, **environment})


def python(*arguments: str, **environment: str) -> None:
    """With this Python."""
    run(sys.executable, *arguments, **environment)


def install(torch: str) -> None:
    """Everything that tests and lint need, into this Python."""
    pip = ("-m", "pip", "install", "--disable-pip-version-check", "--quiet")
    python(*pip, torch)
    python(*pip, "-e", ".[dev,host]")
    python(*pip, "--no-deps", *PUBLISHED, *PANOPTICA)
    # Its build asks for the torch that is here; nothing of it is compiled.
    sam2 = ("--no-deps", "--no-build-isolation", "setuptools", "wheel", "sam2==1.1.0")
    python(*pip, *sam2, SAM2_BUILD_CUDA="0")


def lint() -> None:
    """What is read and not run."""
    python("-m", "ruff", "check", ".")
    python("-m", "mypy")
    workflows = sorted(str(path) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    python("-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    python("-m", "tools.index_check")


@contextmanager
def folder_in_memory() -> Iterator[dict[str, str]]:
    """The environment with temporary files in memory, on Linux with room for all of a run's: a thousand tests write
    task files, and to wait until a disk has each save took half of the time. None of them cuts the power."""
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not memory.is_dir() or min(_free(memory), _available()) < ROOM:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="auxol-", dir=memory, ignore_cleanup_errors=True) as folder:
        yield {"TMPDIR": folder}


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _available() -> int:
    """Bytes of memory that programs can have; 0 where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def test(parts: list[str], jobs: int) -> None:
    """Each part is a run of its own: the host is one for each process, and torch is loaded beside it only for the
    contract of the Qt client. What needs the host says why where there can be none. What mostly waits for workers and
    timers is shared by half as many processes again. At the end the seconds of each part are said."""
    many, waiting = ("-m", "pytest", "-n", str(jobs)), ("-m", "pytest", "-n", str(jobs + jobs // 2))
    hosted = subprocess.run([sys.executable, "Testing/needs_host.py"], cwd=ROOT).returncode != 0
    commands = {
        "core": (*many, *STEAL),
        "host": (*many, *STEAL, "Testing/host"),
        "qt": (*waiting, *STEAL, "Testing/qt_client"),
        "slicer": (*many, *BY_FILE, "Testing/slicer"),
    }
    took: list[str] = []
    try:
        for name, command in commands.items():
            if name in parts and (hosted or name in ("core", "slicer")):
                began = time.monotonic()
                try:
                    with folder_in_memory() as environment:
                        python(*command, **environment)
                finally:
                    took.append(f"{name} {time.monotonic() - began:.0f} s")
    finally:
        sys.stdout.write(f"Tests: {', '.join(took)}.\n")


def main(arguments: list[str] | None = None) -> int:
    """The exit code of what failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.dev")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install").add_argument("torch", nargs="?", default=TORCH)
    commands.add_parser("lint")
    testing = commands.add_parser("test")
    testing.add_argument("--jobs", default=2, type=int)
    testing.add_argument("parts", nargs="*", default=list(PARTS))
    given = parser.parse_args(arguments)
    if wrong := set(getattr(given, "parts", [])) - set(PARTS):
        parser.error(f"expected some of {', '.join(PARTS)}, got {', '.join(sorted(wrong))}")
    # Idle torch threads otherwise spin on cores that the rest of the process could use.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        if given.command == "install":
            install(given.torch)
        elif given.command == "lint":
            lint()
        else:
            test(given.parts, given.jobs)
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    return 0


if __name__ == "__main__":
    sys.exit(main())

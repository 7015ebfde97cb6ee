"""The checks of `auxol doctor` that need no torch: Python, packages, memory, folders, tasks, proxies, loopback.

A report is meant to be mailed to a stranger. So nothing in it tells of a patient, a task or a user: task files are
counted and not named, the home folder is ~, of a proxy only the variable's name is said.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from auxol_core.cli.task_report import summary_of
from auxol_core.machine.machine_memory import memory_of_machine
from auxol_core.taskfile.folder import SUFFIX

Verdict = Literal["ok", "warning", "problem"]

GIB = 1 << 30
# torch, the built-in network, a 512 x 512 slice and a task take about 1 GiB; SAM's largest encoder 7.
MEMORY_TIGHT, MEMORY_TOO_LITTLE = 2 * GIB, GIB // 2
# A task with a thousand corrections is some 200 MB, and an export needs that once more.
DISK_TIGHT, DISK_FULL = GIB, GIB // 10
LOOPBACK_SECONDS = 2.0

# What pyproject.toml declares (a test compares): the distribution and the least version. OpenCV has several names.
REQUIRED: dict[str, str] = {
    "cachetools": "5.3",
    "filelock": "3.13",
    "matplotlib": "3.8",
    "nibabel": "5.2",
    "numpy": "1.26",
    "opencv-python-headless": "4.9",
    "pillow": "10.1",
    "platformdirs": "4.0",
    "psutil": "5.9",
    "requests": "2.32",
    "rich": "13.0",
    "safetensors": "0.4.3",
    "scipy": "1.11",
    "segment-anything": "1.0",
    "SimpleITK": "2.3",
    "tifffile": "2023.7",
    "torch": "2.4",
    "typer": "0.15",
}
OPTIONAL = ("fastapi", "uvicorn")
ALSO_KNOWN_AS = {"opencv-python-headless": ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")}
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@dataclass(frozen=True)
class Check:
    """One finding: a verdict, one sentence, the next step where there is one, and the figures for a program."""

    name: str
    verdict: Verdict
    sentence: str
    next_step: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def check_python() -> Check:
    """Version and word size of Python; one that is too old cannot import this package."""
    bits = 64 if sys.maxsize > 2**32 else 32
    details = {"version": platform.python_version(), "implementation": platform.python_implementation(), "bits": bits}
    said = f"{details['implementation']} {details['version']}, {bits} bits."
    if bits == 32:
        return Check("python", "problem", said, "Install a 64-bit Python: torch has no other.", details)
    return Check("python", "ok", said, details=details)


def check_platform() -> Check:
    """System and processor architecture; the machine's name is not asked."""
    details = {"system": platform.system(), "release": platform.release(), "machine": platform.machine()}
    return Check("platform", "ok", " ".join(details.values()) + ".", details=details)


def check_packages() -> Check:
    """The declared packages by their installed metadata; nothing is imported."""
    found = {name: installed_version(name) for name in (*REQUIRED, *OPTIONAL)}
    wrong = {name: found[name] for name, least in REQUIRED.items() if _older(found[name], least)}
    absent = [name for name in OPTIONAL if found[name] is None]
    if wrong:
        said = ", ".join(f"{name} is {'missing' if v is None else f'too old ({v})'}" for name, v in wrong.items())
        wanted = " ".join(f'"{name}>={REQUIRED[name]}"' for name in wrong)
        return Check("packages", "problem", f"{said}.", f"python -m pip install --upgrade {wanted}", found)
    if absent:
        said = f"The engine has all it needs; without {' and '.join(absent)} there is no `auxol serve`."
        return Check("packages", "warning", said, 'python -m pip install "auxol-core[server]"', found)
    return Check("packages", "ok", f"All {len(found)} packages are here and new enough.", details=found)


def installed_version(name: str) -> str | None:
    """The version of a distribution, or of one that stands in for it; None where none is installed."""
    for each in (name, *ALSO_KNOWN_AS.get(name, ())):
        try:
            return metadata.version(each)
        except metadata.PackageNotFoundError:
            continue
    return None


def _older(version: str | None, least: str) -> bool:
    """Whether ``version`` is below ``least`` by its leading numbers; missing is older than anything."""

    def numbers(text: str) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", text.split("+")[0])[:3]]

    return version is None or numbers(version) < numbers(least)


def check_memory() -> Check:
    """Memory of the machine, or of the container where that has less."""
    memory = memory_of_machine()
    if memory is None:
        return Check("memory", "warning", "This system does not say how much memory it has.", "Have 2 GiB to spare.")
    details = {"total_bytes": memory.total, "available_bytes": memory.available, "limited_by": memory.limited_by}
    said = f"{memory.total / GIB:.1f} GiB ({memory.limited_by}), {memory.available / GIB:.1f} GiB of it available."
    if memory.available < MEMORY_TIGHT:
        step = "Close other programs, and choose the generalist builtin, which needs the least."
        return Check("memory", "problem" if memory.available < MEMORY_TOO_LITTLE else "warning", said, step, details)
    return Check("memory", "ok", said, details=details)


def check_folder(name: str, folder: Path, variable: str = "", *, needed: bool = False) -> Check:
    """Whether a file can be written to ``folder`` (or to where it would be made), and the free space there.

    ``needed``: nothing can be saved without it. ``variable``: of the environment, names another folder.
    """
    place = next((path for path in (folder, *folder.absolute().parents) if os.path.exists(path)), folder)
    exists, bad = place == folder, ("problem" if needed else "warning")
    details: dict[str, Any] = {"path": str(folder), "exists": exists, "writable": False, "free_bytes": None}
    try:
        with tempfile.TemporaryFile(prefix=".auxol-doctor-", dir=place) as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(place).free
    except OSError as error:
        step = f"Give yourself the right to write there{f', or name another folder by {variable}' if variable else ''}."
        return Check(name, bad, f"{folder} cannot be written to ({error.strerror}).", step, details)  # type: ignore[arg-type]
    details |= {"writable": True, "free_bytes": free}
    said = f"{folder} can be {'written to' if exists else 'made (it is not there yet)'}, {free / GIB:.1f} GiB free."
    if free < DISK_TIGHT:
        verdict: Verdict = "problem" if needed and free < DISK_FULL else "warning"
        return Check(name, verdict, said, "Free some disk space.", details)
    return Check(name, "ok", said, details=details)


def check_tasks(folder: Path) -> Check:
    """How many task files there are and how many cannot be read; they are counted, never named."""
    try:
        states = [summary_of("", path).state for path in sorted(folder.glob(f"*{SUFFIX}")) if path.is_file()]
    except OSError as error:
        return Check(
            "tasks", "problem", f"The data folder cannot be read ({error.strerror}).", "Check its permissions."
        )
    counts = Counter(states)
    details = {"files": len(states), "in_use": counts["in use"], "unreadable": counts["unreadable"]}
    said = f"{len(states)} task file(s), {counts['in use']} in use, {counts['unreadable']} that cannot be read."
    if counts["unreadable"]:
        return Check("tasks", "warning", said, "`auxol task list` says which, and why.", details)
    return Check("tasks", "ok", said, details=details)


def check_proxies(environment: Mapping[str, str]) -> Check:
    """Which variables name a proxy; their values, which may hold a password, are not said."""
    names = sorted(name for name, value in environment.items() if name.upper() in PROXY_VARIABLES and value)
    secret = [name for name in names if "@" in environment[name]]
    details = {"set": names, "with_credentials": secret}
    said = f"Set: {', '.join(names)} (values not shown)." if names else "None set in the environment."
    if secret:
        said += f" {', '.join(secret)} has a user name or password in it, which is left out here."
    return Check(
        "proxies", "ok", f"{said} What goes to this machine itself (loopback) never uses one.", details=details
    )


def check_loopback() -> Check:
    """Whether a free port of 127.0.0.1 can be bound and then reached: that is how a host talks to its worker."""
    try:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen(1)
            server.settimeout(LOOPBACK_SECONDS)
            with socket.create_connection(server.getsockname(), LOOPBACK_SECONDS) as client:
                accepted, _ = server.accept()
                with accepted:
                    accepted.settimeout(LOOPBACK_SECONDS)
                    client.sendall(b"?")
                    answered = accepted.recv(1) == b"?"
    except OSError as error:
        said = f"No port of 127.0.0.1 could be opened and reached ({error.strerror or error})."
        return Check(
            "loopback", "problem", said, "Allow Python local connections in the firewall or security software."
        )
    if not answered:
        said = "A connection to 127.0.0.1 was opened, and nothing came through."
        return Check("loopback", "problem", said, "Look for security software that intercepts local connections.")
    return Check("loopback", "ok", "A free port of 127.0.0.1 can be opened and reached.")

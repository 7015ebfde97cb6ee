"""Which processor this is, as measurements are remembered by it; known without torch."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path


def cpu_name() -> str:
    """What the processor calls itself; a family's name where the system tells no more."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def machine_key() -> str:
    """Names what a measured time depends on that no setting changes: architecture, processor, torch's version."""
    try:
        torch = metadata.version("torch")
    except metadata.PackageNotFoundError:
        torch = "none"
    return f"{platform.machine()}|{cpu_name()}|torch {torch}"

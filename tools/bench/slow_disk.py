"""A Python for Slicer's settings whose disk takes half a second to sync while a file exists; for what is no worker.

``slow_disk.py SLOW SCRIPT [arguments]``: runs SCRIPT, the keeper of corrections, on such a disk.
"""

import os
import runpy
import shlex
import sys
import time
from pathlib import Path

SYNC_S = 0.5


def python_of(python: str, slow: Path, folder: Path) -> Path:
    """A program for Slicer's settings: the worker runs in ``python`` as it is, the keeper on the slow disk."""
    program = folder / "python with a slow disk"
    keeper = " ".join(map(shlex.quote, (python, __file__, str(slow))))
    program.write_text(f'#!/bin/sh\ncase "$1" in -m) exec {shlex.quote(python)} "$@";; esac\nexec {keeper} "$@"\n')
    program.chmod(0o700)
    return program


if __name__ == "__main__":
    slow, sync = Path(sys.argv[1]), os.fsync

    def slowly(handle: int) -> None:
        if slow.exists():
            time.sleep(SYNC_S)
        sync(handle)

    os.fsync = slowly  # type: ignore[assignment]
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")

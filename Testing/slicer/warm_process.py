"""The process whose forks warm_python.py has engines be: it imports what they need, then waits. Not a test."""

import runpy
import sys
from pathlib import Path

import torch
from forking import serve_forks

import auxol_core.server.run


def beAsPython(arguments):
    """What Python does with ``-m module ...`` or ``script.py ...``."""
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        sys.path.insert(0, str(Path(arguments[0]).parent))
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    assert auxol_core.server.run
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])  # the first optimizer imports 800 modules, for a second
    serve_forks(sys.argv[1], beAsPython)

"""A Python for the engine whose encoder stands still while a file exists: a large model on a slow machine.

``held_worker.py HOLD [arguments of Python]``. It also runs whatever else the engine's Python is started with.
"""

import runpy
import sys
import time
from pathlib import Path


def hold_the_encoder(hold):
    from auxol_core.generalist.builtin import BuiltinGeneralist

    encode = BuiltinGeneralist.encode

    def held(self, image):
        while hold.exists():
            time.sleep(0.01)
        return (yield from encode(self, image))

    BuiltinGeneralist.encode = held


def run_as_python(prepare):
    """Do what Python would do with the arguments after the first; ``prepare(first)`` before a module is run."""
    own, first, *rest = sys.argv[1:]
    if first == "-m":
        prepare(Path(own))
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    run_as_python(hold_the_encoder)

"""`auxol serve` on the tiny network, started in a tenth of a second. Not a test.

What runs is the command's own code, from the first option to the exit code, in a process of its own with a pid that
can be killed, forked as forking.py says; only the weights are smaller.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from forking import KILLED, Forks, serve_forks, write_program

from auxol_core.client.server_process import ServerProcess

HERE = Path(__file__).resolve().parent
CORE = HERE.parent
PATHS = [str(HERE), str(CORE), str(CORE / "engine"), str(CORE / "server"), str(CORE.parents[1])]

StartServer = Callable[..., ServerProcess]

ALONE = """#!{python}
import sys
sys.path[:0] = {paths!r}
from nursery import serve
serve(sys.argv[1:])
"""


def tiny_program(folder: Path) -> Path:
    """A stand-in for Python that imports everything itself, for what must not share memory with another process."""
    return write_program(folder / "tiny-python", ALONE.format(python=sys.executable, paths=PATHS))


def serve(arguments: list[str]) -> None:
    """What ``python`` does with these arguments, ``-m auxol_core.cli.main serve ...``, on the tiny network."""
    from small_server import tiny_parts

    from auxol_core.cli.main import app

    given = arguments[2:]
    if "--token-file" in given:  # ServerProcess knows servers of one user
        at = given.index("--token-from")
        del given[at : at + 2]
    with patch("auxol_core.build.make_parts", lambda *_: tiny_parts()):
        app(given, prog_name="auxol")


class Nursery(Forks):
    """The process that imports; ``program`` is to be started in place of Python."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Path(__file__), PATHS)


def main(address: str) -> None:
    """Import, then fork a server for each who asks."""
    import torch
    from tiny_network import tiny_generalist

    import auxol_core.server.run

    assert auxol_core.server.run
    tiny_generalist()
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])  # the first optimizer imports 800 modules, for a second
    serve_forks(address, serve)


__all__ = ["KILLED", "PATHS", "Nursery", "StartServer", "serve", "tiny_program"]

if __name__ == "__main__":
    main(sys.argv[1])

"""Servers in processes of their own: forked in a moment on the tiny network, or the real one with its own weights."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[1]
# Their pictures, engines and checks serve here too, also when this folder's tests run alone.
sys.path += [str(CORE / "engine"), str(CORE / "server")]
pytest.register_assert_rewrite("ledger", "mixed_requests", "test_engine_crashes")

from nursery import Nursery, StartServer, tiny_program  # noqa: E402
from torch_setting import torch_of_the_engine  # noqa: E402, F401 - an autouse fixture

from auxol_core.client.server_process import ServerProcess  # noqa: E402


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """A process that has torch and the server loaded and forks servers on the tiny network."""
    with Nursery(tmp_path_factory.mktemp("nursery")) as nursery:
        yield nursery


@pytest.fixture
def start(nursery: Nursery) -> Iterator[StartServer]:
    """Starts servers on the tiny network, which end with the test."""
    with ExitStack() as running:

        def make(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> ServerProcess:
            server = ServerProcess(nursery.program, "--data-dir", str(folder), *arguments, env=env)
            return running.enter_context(server)

        yield make


@pytest.fixture
def start_real() -> Iterator[StartServer]:
    """Starts `auxol serve` with the weights that ship, which takes seconds."""
    with ExitStack() as running:

        def make(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> ServerProcess:
            machine = ("--threads", "1", "--precision", "float32")
            server = ServerProcess(sys.executable, "--data-dir", str(folder), *machine, *arguments, env=env)
            return running.enter_context(server)

        yield make


@pytest.fixture(scope="session")
def tiny_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program for ServerProcess that serves the tiny network in a process that imported everything itself."""
    return tiny_program(tmp_path_factory.mktemp("program"))

"""What holds in every test: no network but loopback, no file in the user's own folders, the same draws every time."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports torch or matplotlib: idle threads do not spin, pictures need no display.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("MPLBACKEND", "Agg")

# A deadline measures the machine and not the code; derandomised, so that a failure stays one until it is mended.
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("repeatable")

REPOSITORY = Path(__file__).resolve().parents[2]


def _is_loopback(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = str(address[0])
    return host in ("localhost", "::1", "") or host.startswith("127.")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Connecting to any other machine fails, with the address (design.md, invariant 9)."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            original = getattr(socket.socket, name)

            def guarded(self: socket.socket, address: object, _original: object = original) -> object:
                if not _is_loopback(address):
                    raise AssertionError(f"a test tried to reach {address}: no test leaves this machine")
                return _original(self, address)  # type: ignore[operator]

            patch.setattr(socket.socket, name, guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def own_user_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Data, cache and configuration folders are empty ones of this run, never the developer's own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        for name in ("AUXOL_DATA_DIR", "AUXOL_CHECKPOINT_DIR", "AUXOL_CHECKPOINT_DIR_SHARED"):
            patch.delenv(name, raising=False)
        yield home


@pytest.fixture(autouse=True)
def numbers_of_every_size() -> Iterator[None]:
    """An engine has torch take the smallest numbers for 0, as long as its thread lives; the next test wants them."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def hippocampus() -> Path:
    """The sample volumes in the repository: volumes/, labels/, labels.json."""
    return REPOSITORY / "Testing" / "data" / "hippocampus"

"""Tests with a real Ray cluster; ``make test-long`` runs them. Without the extra ``ray`` they are skipped, in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[1] / "core"
sys.path[:0] = [str(CORE), str(CORE / "contract"), str(Path(__file__).resolve().parent)]

from contract_files import CONTRACT_FILES  # noqa: E402

pytest.register_assert_rewrite(*CONTRACT_FILES)

if find_spec("ray") is None:
    pytest.skip("Ray is not here: pip install 'auxol-core[ray]'", allow_module_level=True)

from ray_cluster import RayCluster  # noqa: E402


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    """One for all: each test is another user."""
    made = RayCluster(tmp_path_factory.mktemp("cluster"), users=400)
    yield made
    made.stop()

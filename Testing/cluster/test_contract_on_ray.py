"""The client keeps the contract over the application on Ray: every promise of api.py, through ingress and actors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from cluster_contract import ClusterContract
from contract_setting import EngineFactory
from ray_cluster import TASK, RayCluster

from auxol_core.client.blocking import EngineClient


class TestEngineOnRay(ClusterContract):
    """A user of its own for each test; a restart is that the user's tasks' processes are killed."""

    @pytest.fixture
    def users_folder(self, cluster: RayCluster) -> Path:
        return cluster.folder / "tasks" / "users"

    @pytest.fixture
    def engine_factory(self, cluster: RayCluster, tmp_path: Path, user: int) -> Iterator[EngineFactory]:
        made = list[EngineClient]()

        def make() -> EngineClient:
            if made:
                killed = cluster.processes(TASK)
                cluster.kill(TASK)
                psutil.wait_procs(killed, 20)
            made.append(cluster.client(user, outbox=tmp_path / "outbox"))
            return made[-1]

        yield make
        for client in made:
            client.close()

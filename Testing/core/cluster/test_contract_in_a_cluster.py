"""The client keeps the contract through an ingress and a task's own host, with the generalist behind replicas.

Testing/cluster has the same over Ray.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_contract import ClusterContract
from cluster_in_process import ClusterInProcess
from contract_setting import EngineFactory

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts

TIMEOUTS = Timeouts(poll=1.0, retry=0.5)
MANY = 300


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterInProcess]:
    """One for all: each test is another user."""
    users = {f"user{i}": f"the-token-of-{i:05}" for i in range(MANY)}
    made = ClusterInProcess(tmp_path_factory.mktemp("cluster"), users)
    yield made
    made.stop()


@pytest.mark.slow
class TestEngineInACluster(ClusterContract):
    """A restart is that the processes of the user's tasks die."""

    @pytest.fixture
    def users_folder(self, cluster: ClusterInProcess) -> Path:
        return Path(cluster.options.data_dir) / "users"

    @pytest.fixture
    def engine_factory(self, cluster: ClusterInProcess, tmp_path: Path, user: int) -> Iterator[EngineFactory]:
        made, token = list[EngineClient](), f"the-token-of-{user:05}"

        def make() -> EngineClient:
            if made:
                cluster.end_processes()
            made.append(EngineClient(cluster.url, token, outbox=tmp_path / "outbox", timeouts=TIMEOUTS))
            return made[-1]

        yield make
        for client in made:
            client.close()
        cluster.end_processes()

"""The client keeps the contract through an ingress and a task's own host, with the generalist behind replicas.

Testing/cluster has the same over Ray.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_in_process import ClusterInProcess
from contract_setting import EngineFactory
from engine_contract import EngineContract

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts

TIMEOUTS = Timeouts(poll=1.0, retry=0.5)
MANY = 300
_users = itertools.count()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterInProcess]:
    """One for all: each test is another user."""
    users = {f"user{i}": f"the-token-of-{i:05}" for i in range(MANY)}
    made = ClusterInProcess(tmp_path_factory.mktemp("cluster"), users)
    yield made
    made.stop()


class TestEngineInACluster(EngineContract):
    """A restart is that the processes of the user's tasks die."""

    @pytest.fixture
    def engine_factory(self, cluster: ClusterInProcess, tmp_path: Path) -> Iterator[EngineFactory]:
        token, made = f"the-token-of-{next(_users):05}", list[EngineClient]()

        def make() -> EngineClient:
            if made:
                cluster.end_processes()
            made.append(EngineClient(cluster.url, token, outbox=tmp_path / "outbox", timeouts=TIMEOUTS))
            return made[-1]

        yield make
        for client in made:
            client.close()
        cluster.end_processes()

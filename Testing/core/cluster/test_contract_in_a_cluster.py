"""The client keeps the contract through an ingress and a task's own host, with the generalist behind replicas.

Testing/cluster has the same over Ray.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_in_process import ClusterInProcess
from contract_setting import OPTIONS, EngineFactory, assert_helpful
from contract_setting import TASK as TASK_NAME
from engine_contract import EngineContract
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.engine.engine import Engine
from auxol_core.errors import TaskFileLockedError

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


@pytest.mark.slow
class TestEngineInACluster(EngineContract):
    """A restart is that the processes of the user's tasks die."""

    @pytest.fixture
    def user(self) -> int:
        return next(_users)

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

    def test_two_engines_on_one_task_are_told_of_one_another(  # type: ignore[override]
        self, engine_factory: EngineFactory, cluster: ClusterInProcess, user: int
    ) -> None:
        """Two clients of one cluster share its process; the other engine is another program on the same folder."""
        first = engine_factory()
        first.create_task(TASK_NAME, OPTIONS)
        folder = Path(cluster.options.data_dir) / "users" / f"user{user}"
        second = Engine(tiny_generalist(), tiny_learner, folder, MACHINE)
        with pytest.raises(TaskFileLockedError) as error:
            second.open_task(TASK_NAME)
        assert_helpful(error.value, "process")
        first.close_task(TASK_NAME)
        assert second.open_task(TASK_NAME).version == 0
        second.delete_task(TASK_NAME)
        second.close()

"""The client keeps the contract over the application on Ray: every promise of api.py, through ingress and actors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from contract_setting import OPTIONS, EngineFactory, assert_helpful
from contract_setting import TASK as TASK_NAME
from engine_contract import EngineContract
from ray_cluster import TASK, RayCluster
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.client.blocking import EngineClient
from auxol_core.engine.engine import Engine
from auxol_core.errors import TaskFileLockedError

_users = itertools.count(1)


class TestEngineOnRay(EngineContract):
    """A user of its own for each test; a restart is that the user's tasks' processes are killed."""

    @pytest.fixture
    def user(self) -> int:
        return next(_users)

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

    def test_two_engines_on_one_task_are_told_of_one_another(  # type: ignore[override]
        self, engine_factory: EngineFactory, cluster: RayCluster, user: int
    ) -> None:
        """Two clients of one cluster share its process; the other engine is another program on the same folder."""
        first = engine_factory()
        first.create_task(TASK_NAME, OPTIONS)
        folder = cluster.folder / "tasks" / "users" / f"user{user}"
        second = Engine(tiny_generalist(), tiny_learner, folder, MACHINE)
        with pytest.raises(TaskFileLockedError) as error:
            second.open_task(TASK_NAME)
        assert_helpful(error.value, "process")
        first.close_task(TASK_NAME)
        assert second.open_task(TASK_NAME).version == 0
        second.delete_task(TASK_NAME)
        second.close()

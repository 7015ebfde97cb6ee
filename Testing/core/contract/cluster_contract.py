"""The contract of clients of one cluster: each test is another user, and a task has one process for all clients."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from contract_setting import OPTIONS, TASK, EngineFactory, assert_helpful
from engine_contract import EngineContract
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.errors import TaskFileLockedError

_users = itertools.count(1)


class ClusterContract(EngineContract):
    """Subclasses override ``engine_factory`` and ``users_folder``."""

    @pytest.fixture
    def user(self) -> int:
        """A number that no other test has."""
        return next(_users)

    @pytest.fixture
    def users_folder(self) -> Path:
        """Where the users' folders lie."""
        raise NotImplementedError("override users_folder")

    def test_two_engines_on_one_task_are_told_of_one_another(  # type: ignore[override]
        self, engine_factory: EngineFactory, users_folder: Path, user: int
    ) -> None:
        """Two clients of one cluster share its process; the other engine is another program on the same folder."""
        first = engine_factory()
        first.create_task(TASK, OPTIONS)
        second = Engine(tiny_generalist(), tiny_learner, users_folder / f"user{user}", MACHINE)
        with pytest.raises(TaskFileLockedError) as error:
            second.open_task(TASK)
        assert_helpful(error.value, "process")
        first.close_task(TASK)
        assert second.open_task(TASK).version == 0
        second.delete_task(TASK)
        second.close()

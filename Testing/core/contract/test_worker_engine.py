"""The engine behind its compute thread keeps the contract too."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_setting import EngineFactory
from engine_contract import EngineContract
from tiny_locator import tiny_locator
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.worker_engine import WorkerEngine


class TestWorkerEngine(EngineContract):
    """auxol_core.engine.worker_engine.WorkerEngine on a network a hundred times smaller."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> EngineFactory:
        def make(listener: Listener) -> Engine:
            return Engine(
                *(tiny_generalist(), tiny_learner, tmp_path / "tasks", MACHINE),
                listener=listener,
                make_locator=tiny_locator,
            )

        return lambda: WorkerEngine(make)

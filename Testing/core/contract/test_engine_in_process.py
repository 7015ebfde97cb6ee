"""The in-process engine keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_setting import EngineFactory
from engine_contract import EngineContract
from tiny_locator import tiny_locator
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.build import make_engine
from auxol_core.engine.engine import Engine
from auxol_core.taskfile import lease
from auxol_core.taskfile.lease import LeaseOptions


class TestEngineInProcess(EngineContract):
    """auxol_core.engine.engine.Engine on a network a hundred times smaller."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> EngineFactory:
        return lambda: Engine(
            tiny_generalist(), tiny_learner, tmp_path / "tasks", MACHINE, make_locator=tiny_locator
        )


@pytest.mark.slow
class TestEngineInProcessWithTheShippedWeights(EngineContract):
    """The same engine as users have it: build.make_engine."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> EngineFactory:
        return lambda: make_engine("builtin", tmp_path / "tasks", MACHINE)


@pytest.mark.slow
class TestEngineWithLeases(EngineContract):
    """The engine of above in a process that takes leases on its task files."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> Iterator[EngineFactory]:
        lease.use(LeaseOptions("the contract", 5.0))
        yield lambda: Engine(
            tiny_generalist(), tiny_learner, tmp_path / "tasks", MACHINE, make_locator=tiny_locator
        )
        lease.use(None)

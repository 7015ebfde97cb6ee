"""The in-process engine keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_setting import EngineFactory
from engine_contract import EngineContract

from auxol_core.build import make_engine
from auxol_core.options import MachineOptions


class TestEngineInProcess(EngineContract):
    """auxol_core.engine.Engine with the built-in generalist, on one thread in float32."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> EngineFactory:
        machine = MachineOptions(threads=1, precision="float32", device="cpu")
        return lambda: make_engine("builtin", tmp_path / "tasks", machine)

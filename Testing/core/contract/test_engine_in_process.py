"""The in-process engine keeps the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_setting import EngineFactory
from engine_contract import EngineContract
from tiny_network import MACHINE, tiny_generalist

from auxol_core.build import make_engine
from auxol_core.engine.engine import Engine
from auxol_core.options import TaskOptions
from auxol_core.specialist.auxol.learner import AuxolSpecialist
from auxol_core.specialist.base import Specialist
from auxol_core.specialist.fusion import ExpertAdvice, FusionRule, MeanOfBest
from auxol_core.specialist.paper.learner import PaperSpecialist


def tiny_specialist(options: TaskOptions) -> tuple[Specialist, FusionRule]:
    """As build.specialist_factory, on the tiny network."""
    if options.preset == "paper":
        return PaperSpecialist(options.paper, options.seed, widths=(4, 4, 8, 8, 8)), MeanOfBest(options.paper)
    return AuxolSpecialist(tiny_generalist().network, options.auxol), ExpertAdvice(options.auxol)


class TestEngineInProcess(EngineContract):
    """auxol_core.engine.engine.Engine on a network a hundred times smaller."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> EngineFactory:
        return lambda: Engine(tiny_generalist(), tiny_specialist, tmp_path / "tasks", MACHINE)


@pytest.mark.slow
class TestEngineInProcessWithTheShippedWeights(EngineContract):
    """The same engine as users have it: build.make_engine."""

    @pytest.fixture
    def engine_factory(self, tmp_path: Path) -> EngineFactory:
        return lambda: make_engine("builtin", tmp_path / "tasks", MACHINE)

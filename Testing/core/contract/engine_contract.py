"""The one contract suite of EngineApi: what every engine does, in this process or behind HTTP.

An implementation makes one class of its own and overrides ``engine_factory``:

    class TestMyEngine(EngineContract):
        @pytest.fixture
        def engine_factory(self, tmp_path):
            return lambda: MyEngine(tmp_path / "tasks")

A factory called again, after the first engine was closed, is a restart: the same data folder, nothing else kept. The
tests use the door alone and no weights' quality. An engine may learn by itself as soon as a correction is saved, so
tests that look at the queue pause it first.
"""

from __future__ import annotations

from contract_history import HistoryContract
from contract_proposals import ProposalsContract
from contract_tasks import TasksContract
from contract_teaching import TeachingContract
from contract_volume import VolumeContract
from contract_window import WindowContract


class EngineContract(
    ProposalsContract, TeachingContract, TasksContract, HistoryContract, VolumeContract, WindowContract
):
    """Every promise of api.py. Subclasses override ``engine_factory``."""

"""The bench of clicks end to end, with an engine that takes no time: what is timed, judged and counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.engine.engine import Engine
from auxol_core.engine.worker_engine import WorkerEngine
from tools.bench import sam_clicks
from tools.bench.learn.bar import counted
from tools.bench.sam_clicks import Clicks, bars, clicks_of, longest_step


def test_a_click_beside_a_prefetch_is_held_against_one_block() -> None:
    judged = bars("Tiny", Clicks(first_s=1.0, next_s=0.2, idle_s=1.0, beside_s=1.3, block_s=0.4))
    assert [bar.met for bar in judged] == [True, False, True]
    assert "+0.300 s above an idle one" in str(judged[2])
    assert counted(judged) == "bars met 2, missed 1"
    assert [bar.met for bar in bars("Tiny", Clicks(1.6, 0.1, 1.0, 1.5, 0.4))] == [False, True, False]


def test_every_click_is_made_on_a_slice_of_its_own_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sam_clicks, "INTO_PREFETCH_S", 0.0)
    engine = WorkerEngine(
        lambda listener: Engine(tiny_generalist(), tiny_learner, tmp_path, MACHINE, listener=listener)
    )
    found = clicks_of(engine, longest_step(tiny_generalist(), 2), 1)
    engine.close()
    assert min(found.first_s, found.next_s, found.idle_s, found.beside_s, found.block_s) > 0

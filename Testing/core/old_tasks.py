"""Tasks that an older program taught, brought into a folder, and what it knew of them."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from auxol_core.engine.engine import Engine
from auxol_core.types import Point, Prompt, SliceImage

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "Testing/core/taskfile"))

from old_pictures import NOT_TAUGHT, disc_with_core  # noqa: E402 (beside the maker, which any commit runs)

__all__ = ["SHIPPED", "TINY", "assert_knows", "assert_shows", "brought", "disc_with_core", "skill"]

OLD = REPOSITORY / "Testing/data/old_tasks"
COMMIT = "4e5615f"
TINY, SHIPPED = f"tiny-{COMMIT}", f"shipped-{COMMIT}"


def brought(folder: Path, name: str = TINY) -> dict[str, Any]:
    """Put a fixture into ``folder``; what the old program knew of it."""
    folder.mkdir(exist_ok=True)
    shutil.copy(OLD / f"{name}.auxol", folder)
    known: dict[str, Any] = json.loads((OLD / f"{name}.json").read_text())
    return known


def skill(engine: Engine, task: str) -> list[float]:
    """Dice on each picture that was not taught."""
    result = []
    for number in NOT_TAUGHT:
        pixels, truth, click = disc_with_core(number)
        proposal = engine.predict(task, engine.put_slice(SliceImage(pixels)), Prompt(points=(Point(*click),)))
        engine.dismiss(proposal.proposal_id)
        result.append(2.0 * float((proposal.mask & truth).sum()) / float(proposal.mask.sum() + truth.sum()))
    return result


def assert_knows(engine: Engine, task: str, known: dict[str, Any]) -> None:
    """Curve, history and skill are those that the old program had."""
    status = engine.status(task)
    assert (status.version, status.queued) == (known["version"], known["queued"])
    assert status.share == pytest.approx(known["share"])
    assert_shows(engine, task, known)
    assert skill(engine, task) == pytest.approx(known["dice"], abs=0.005)


def assert_shows(engine: Engine, task: str, known: dict[str, Any]) -> None:
    """Corrections with their scores, and the updates with the undone one among them."""
    there = engine.corrections(task)
    assert [c.correction_id for c in there] == [c["correction_id"] for c in known["corrections"]]
    for now, then in zip(there, known["corrections"], strict=True):
        assert (now.slice_id, now.confirmation, now.learned) == (
            *(then["slice_id"], then["confirmation"], then["learned"]),
        )
        assert [(s.generalist, s.specialist, s.fused) for s in now.scores] == [
            (s["generalist"], s["specialist"], s["fused"]) for s in then["scores"]
        ]
    updates = engine.versions(task)
    assert [(v.version, list(v.corrections), v.steps, v.seed, v.published, v.current) for v in updates] == [
        (v["version"], v["corrections"], v["steps"], v["seed"], v["published"], v["current"])
        for v in known["versions"]
    ]

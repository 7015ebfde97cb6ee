"""An engine in a process that takes leases: another takes its task over, and it may be opened again afterwards."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from small_engine import OPTIONS, TASK, narrow_engine, session_of, teach

from auxol_core.engine.engine import Engine
from auxol_core.errors import LeaseLostError, NotFoundError, TaskFileLockedError
from auxol_core.steps import finish
from auxol_core.taskfile import lease
from auxol_core.taskfile.lease import ROW, LeaseOptions


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    lease.use(LeaseOptions("this engine", 30.0))
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    yield engine
    with suppress(LeaseLostError):
        engine.close()
    lease.use(None)


def take_over(path: Path, seconds: float) -> None:
    """As an engine on another machine does it, which then ends without a word."""
    told = {"holder": "the other engine", "epoch": "e", "expires": time.time() + seconds, "seconds": seconds}
    told |= {"pid": 4711, "host": "elsewhere", "machine": "another"}
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (json.dumps(told), ROW))


def test_what_was_learned_before_the_takeover_is_there_when_it_is_opened_again(engine: Engine, tmp_path: Path) -> None:
    teach(engine, 1)
    finish(engine.work(TASK))
    assert engine.status(TASK).version == 1
    teach(engine, 2)  # saved, and not learned yet
    take_over(tmp_path / f"{TASK}.auxol", 0.5)
    with pytest.raises(LeaseLostError, match="the other engine"):
        teach(engine, 3)
    with pytest.raises(LeaseLostError):
        finish(engine.work(TASK))
    with pytest.raises(LeaseLostError):
        engine.close_task(TASK)  # whether it is paused cannot be written any more; it is closed
    with pytest.raises(NotFoundError, match="not open"):
        engine.status(TASK)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(TaskFileLockedError):
            engine.open_task(TASK)
            break
    assert engine.status(TASK).version == 1
    teach(engine, 3)
    finish(engine.work(TASK))
    engine.close_task(TASK)
    with session_of(tmp_path) as session:
        assert [row.correction_id for row in session.file.corrections()] == ["c1", "c2", "c3"]
        assert {row.state for row in session.file.corrections()} == {"learned"}

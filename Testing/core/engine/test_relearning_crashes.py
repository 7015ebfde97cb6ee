"""Killed at any moment of relearning, a task goes on where it was; what had a receipt is there."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from old_tasks import TINY, brought, skill
from other_weights import other_engine, teach_disc, work
from small_engine import narrow_engine
from test_engine_crashes import Server

from auxol_core.engine.engine import Engine
from auxol_core.taskfile.kept import kept_path
from auxol_core.taskfile.lesson_codec import digest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork and no signals there")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def ended(engine: Engine) -> tuple[str, float]:
    """SHA-256 of the weights, and the fusion's share, when it is learned again."""
    engine.open_task(TINY)
    work(engine, TINY)
    session = engine._sessions[TINY]
    assert session.relearning is None and engine.status(TINY).version == 5
    return digest(session.specialist.state), session.share


@pytest.fixture(scope="module")
def uncrashed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, float]:
    folder = tmp_path_factory.mktemp("uncrashed")
    brought(folder)
    with closing(other_engine(folder)) as engine:
        engine.open_task(TINY)
        teach_disc(engine, TINY, 6)
        return ended(engine)


@pytest.mark.parametrize(
    "point",
    [
        "relearning.kept",
        "relearning.let_go:2",
        "relearning.begun",
        "relearning.mid",
        "relearning.mid:4",
        "relearning.mid:8",
        "relearning.mid:10",
        "snapshot.mid_write:2",
        "relearning.before_done",
    ],
    ids=lambda value: value.replace(":", " no. "),
)
def test_killed_meanwhile_it_goes_on_and_ends_in_the_same_weights(
    point: str, server: Server, tmp_path: Path, uncrashed: tuple[str, float]
) -> None:
    brought(tmp_path)
    said = server.run(do="relearn", folder=tmp_path, task=TINY, crash_at=point)
    assert said == [["RECEIPT", "c6"], ["END", str(-signal.SIGKILL)]]
    kept = kept_path(tmp_path / f"{TINY}.auxol")
    assert kept.exists()
    with closing(other_engine(tmp_path)) as engine:
        status = engine.open_task(TINY)
        assert (status.version, status.queued) == (5, 2)
        assert status.relearning is not None
        if point in ("relearning.mid:4", "relearning.mid:8"):
            assert status.relearning.done >= 4  # it does not begin anew
        assert ended(engine) == uncrashed
        assert [c.correction_id for c in engine.corrections(TINY)][-2:] == ["c5", "c6"]
    assert not kept.exists()


def test_on_a_full_disk_it_is_told_each_time_and_goes_on_when_there_is_room(
    server: Server, tmp_path: Path, uncrashed: tuple[str, float]
) -> None:
    brought(tmp_path)
    said = server.run(do="relearn full", folder=tmp_path, task=TINY)
    full = [words for words in said if words[0] == "FULL"]
    assert [words[:4] for words in full] == [["FULL", "5", "2", "True"]] * 3 and said[-1] == ["END", "0"], said
    assert all("disk" in words and "again." in words for words in full)
    with closing(other_engine(tmp_path)) as engine:
        assert ended(engine) == uncrashed
        assert [c.correction_id for c in engine.corrections(TINY)][-2:] == ["c5", "c6"]


def test_killed_while_it_is_put_back_nothing_is_lost_and_it_may_be_cancelled_again(
    server: Server, tmp_path: Path, uncrashed: tuple[str, float]
) -> None:
    known = brought(tmp_path)
    said = server.run(do="cancel", folder=tmp_path, task=TINY, crash_at="relearning.cancelled")
    assert said == [["RECEIPT", "c6"], ["END", str(-signal.SIGKILL)]]
    with closing(other_engine(tmp_path)) as engine:
        assert engine.open_task(TINY).relearning is not None
        teach_disc(engine, TINY, 7)
        engine.cancel_relearning(TINY)
    with closing(narrow_engine(tmp_path)) as engine:
        assert engine.open_task(TINY).queued == 3
        assert [c.correction_id for c in engine.corrections(TINY)][-3:] == ["c5", "c6", "c7"]
        assert np.allclose(skill(engine, TINY), known["dice"], atol=0.005)

"""Invariant 2 and what surrounds it: kill -9 at every named point, a full disk, two processes on one task."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from small_engine import OPTIONS, PAPER, TASK, locating_engine, narrow_engine, teach, weights

from auxol_core.engine.engine import Engine
from auxol_core.errors import TaskFileLockedError
from auxol_core.options import TaskOptions
from auxol_core.taskfile.fault_points import LOCATING_POINTS, TEACHING_POINTS
from auxol_core.taskfile.lesson_codec import digest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no fork and no signals there")

SCRIPT = Path(__file__).with_name("crash_script.py")
FOUR = range(4)


class Server:
    """The script's process: one command in, the lines of a child out."""

    def __init__(self) -> None:
        paths = [str(SCRIPT.parent), str(SCRIPT.parents[1]), str(SCRIPT.parents[3]), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def send(self, **command: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command, default=str) + "\n")
        self.process.stdin.flush()

    def line(self) -> list[str]:
        assert self.process.stdout is not None
        words = self.process.stdout.readline().split()
        assert words, "the script ended"
        return words

    def run(self, **command: object) -> list[list[str]]:
        """The child's lines, split into words; the last is ["END", status]."""
        self.send(**command)
        lines = [self.line()]
        while lines[-1][0] != "END":
            lines.append(self.line())
        return lines

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def prepared(folder: Path, options: TaskOptions, numbers: range) -> Path:
    engine = narrow_engine(folder)
    engine.create_task(TASK, options)
    for number in numbers:
        teach(engine, number)
    engine.learn_now(TASK)
    engine.close()
    return folder


class Prepared:
    """A task that has learned, and one that went on without a crash; copied for every test."""

    def __init__(self, root: Path, options: TaskOptions, numbers: range) -> None:
        self.before = prepared(root / "before", options, numbers)
        self.version = self.next = len(numbers)
        self.uncrashed = self._went_on(root / "uncrashed")

    def _went_on(self, folder: Path) -> str:
        shutil.copytree(self.before, folder)
        engine = narrow_engine(folder)
        engine.open_task(TASK)
        teach(engine, self.next)
        engine.learn_now(TASK)
        engine.close()
        return weights(folder)

    def copy(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.before, folder))


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("paper"), PAPER, FOUR)


@pytest.fixture(scope="module")
def auxol(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("auxol"), OPTIONS, range(1))


def opened(folder: Path) -> Engine:
    engine = narrow_engine(folder)
    engine.open_task(TASK)
    return engine


def assert_consistent(engine: Engine) -> None:
    """Every correction is either learned in the current lineage or queued, never both, never neither."""
    learned = {cid for version in engine.versions(TASK) if version.published for cid in version.corrections}
    for correction in engine.corrections(TASK):
        assert correction.learned == (correction.correction_id in learned)
    unlearned = [c for c in engine.corrections(TASK) if not c.learned]
    assert engine.status(TASK).queued == len(unlearned)


# The published preset is the quick one, but it stores every eighth version only.
POINTS = [("paper", point) for point in TEACHING_POINTS if point != "snapshot.mid_write"]
POINTS += [("auxol", "update.mid_step:2"), ("auxol", "snapshot.mid_write")]


@pytest.mark.parametrize(("preset", "point"), POINTS, ids=lambda value: value.replace(":", " no. "))
def test_killed_anywhere_a_task_loses_nothing_it_gave_a_receipt_for(
    request: pytest.FixtureRequest, server: Server, tmp_path: Path, preset: str, point: str
) -> None:
    known: Prepared = request.getfixturevalue(preset)
    folder = known.copy(tmp_path / "tasks")
    said = server.run(do="teach", folder=folder, number=known.next, crash_at=point)
    assert said[-1] == ["END", str(-signal.SIGKILL)]
    receipts = [words[1] for words in said if words[0] == "RECEIPT"]
    assert receipts == ([] if point.startswith("correction.") else [f"c{known.next}"])
    assert "LEARNED" not in [words[0] for words in said]

    assert weights(folder)  # what it opens with is what the journal's replay gives
    engine = opened(folder)
    published = point in ("update.after_record", "publish.mid")
    assert engine.status(TASK).version == known.version + published
    saved = [c.correction_id for c in engine.corrections(TASK)]
    assert saved[: known.next] == [f"c{number}" for number in range(known.next)]
    assert set(receipts) <= set(saved)
    assert_consistent(engine)

    # The client never got an answer, so it sends the correction again; then both ways end in the same weights.
    again = teach(engine, known.next)
    assert again.duplicate == (point != "correction.before_commit")
    status = engine.learn_now(TASK)
    assert (status.version, status.queued) == (known.version + 1, 0)
    assert_consistent(engine)
    engine.close()
    assert weights(folder) == known.uncrashed


# 4 quick steps, then the rehearsal, which is stored after 32 and 40.
LOCATING = [f"{point}:{count}" for point in LOCATING_POINTS for count in (1, 2)] + ["locator.mid_step:40"]


@pytest.mark.parametrize("point", LOCATING, ids=lambda point: point.replace(":", " no. "))
def test_killed_in_the_middle_of_a_locators_lesson_nothing_is_lost(
    server: Server, tmp_path: Path, point: str
) -> None:
    ended = []
    for folder, crash_at in ((tmp_path / "killed", point), (tmp_path / "not", None)):
        with closing(locating_engine(folder)) as engine:
            engine.create_task(TASK, OPTIONS)
            teach(engine, 0)
            engine.learn_now(TASK)
        crash = {} if crash_at is None else {"crash_at": crash_at}
        said = server.run(do="locate", folder=folder, number=1, **crash)
        assert said[-1] == ["END", str(0 if crash_at is None else -signal.SIGKILL)]
        assert ["RECEIPT", "c1"] in said
        with closing(locating_engine(folder)) as engine:
            assert engine.open_task(TASK).version >= 2, "the specialist's publication came first"
            assert engine.status(TASK).slices_with == 2
            engine.learn_now(TASK)
            where = engine._sessions[TASK].whereabouts
            assert where is not None and where.due == []
            if not where.is_rehearsed:
                for _ in where.rehearsing(40):
                    pass
            for row in engine._sessions[TASK].file.shelf.states():
                assert digest(where.rebuilt(row.id)) == row.digest
            ended.append(engine._sessions[TASK].file.shelf.states())
    # Killed between two publications of a rehearsal it is left with the first; everything else is as if it was not.
    killed, whole = ([(row.kind, row.correction_ids, row.steps, row.digest) for row in rows] for rows in ended)
    assert killed == whole[: len(killed)] and len(killed) >= len(whole) - 1


@pytest.mark.parametrize("point", ["update.mid_step:3", "update.before_record:2", "update.after_record"])
def test_killed_while_it_relearns_without_a_forgotten_one_it_goes_on_and_keeps_nothing_of_that(
    paper: Prepared, server: Server, tmp_path: Path, point: str
) -> None:
    folder = paper.copy(tmp_path / "tasks")
    said = server.run(do="forget", folder=folder, id="c1", crash_at=point)
    assert said == [["END", str(-signal.SIGKILL)]]
    engine = opened(folder)
    assert "c1" not in [c.correction_id for c in engine.corrections(TASK)]
    assert_consistent(engine)
    assert engine.status(TASK).queued > 0
    assert engine.learn_now(TASK).queued == 0
    assert [c.learned for c in engine.corrections(TASK)] == [True] * 3
    engine.close()

    never = narrow_engine(tmp_path / "never")
    never.create_task(TASK, PAPER)
    for number in FOUR:
        if number != 1:
            teach(never, number)
            never.learn_now(TASK)
    never.close()
    assert weights(folder) == weights(tmp_path / "never")


def test_on_a_full_disk_nothing_is_taken_for_saved_and_nothing_is_lost(
    auxol: Prepared, server: Server, tmp_path: Path
) -> None:
    folder = auxol.copy(tmp_path / "tasks")
    said = server.run(do="fill", folder=folder, number=auxol.next)
    full = [words for words in said if words[0] == "FULL"]
    assert [words[1:4] for words in full] == [["correct", "1", "0"], ["learn", "1", "1"]]
    for words in full:
        assert "disk" in words and "again." in words
    assert ["RECEIPT", "c1"] in said and said[-2:] == [["LEARNED", "2"], ["END", "0"]]
    engine = opened(folder)
    assert len(engine.corrections(TASK)) == 2
    assert_consistent(engine)
    engine.close()
    assert weights(folder) == auxol.uncrashed


def test_a_second_process_is_told_who_has_the_task_and_gets_it_when_that_one_dies(
    paper: Prepared, server: Server, tmp_path: Path
) -> None:
    folder = paper.copy(tmp_path / "tasks")
    server.send(do="hold", folder=folder)
    held, pid = server.line()
    assert held == "HELD"
    engine = narrow_engine(folder)
    for verb in (engine.open_task, engine.delete_task):
        with pytest.raises(TaskFileLockedError, match=f"process {pid} on ") as error:
            verb(TASK)
        assert f"{TASK}.auxol" in str(error.value)
    os.kill(int(pid), signal.SIGKILL)
    assert server.line() == ["END", str(-signal.SIGKILL)]
    assert engine.open_task(TASK).version == 4
    engine.close()


def test_learning_in_another_process_gives_the_same_weights(paper: Prepared, server: Server, tmp_path: Path) -> None:
    folder = paper.copy(tmp_path / "tasks")
    said = server.run(do="teach", folder=folder, number=paper.next)
    assert said == [["RECEIPT", "c4"], ["LEARNED", "5"], ["END", "0"]]
    assert weights(folder) == paper.uncrashed

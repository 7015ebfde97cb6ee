"""``auxol task``: what a person and a program see of task files, and that nothing is lost unasked."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from old_tasks import TINY, brought
from shifting_preset import ShiftOptions, shifting
from tiny_network import MACHINE, tiny_generalist, tiny_learner
from typer.testing import CliRunner, Result

from auxol_core.build import set_up_torch
from auxol_core.cli import task_command
from auxol_core.cli.main import SentenceGroup
from auxol_core.cli.task_command import task_app
from auxol_core.cli.task_report import learning_curve
from auxol_core.engine.engine import Engine
from auxol_core.errors import NotFoundError, TaskFileError, TaskFileLockedError
from auxol_core.machine.places import data_folder
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.taskfile.schema import LessonRow, UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow, Scores, SliceImage

HASH = "ab" * 32
SLICE = "5" * 64


def make_task(folder: Path, name: str, *, taught: int = 0, generalist: str = "builtin") -> Path:
    """A task with ``taught`` corrections c0, c1, ... of rising Dice, the last one a confirmation still in the queue."""
    path = folder / f"{name}.auxol"
    options = TaskOptions(window=IntensityWindow(-100.0, 240.0))
    with TaskFile.create(path, name=name, options=options, generalist=generalist, generalist_hash=HASH) as task:
        for number in range(taught):
            scores = Scores(0.5, 0.25 * number, 0.125 * number)
            arrays = {"image": np.full((4, 5, 3), number, np.uint8)}
            task.add_correction(f"c{number}", SLICE, number == taught - 1, [LessonRow(arrays, scores)])
        for number in range(taught - 1):
            state = {"weight": np.full((3,), number, np.float32)}
            row = UpdateRow((f"c{number}",), 3, 1, True, "the last 4 objects: +0.01", 0.5, number, number + 1)
            task.record_update(row, state, {f"c{number}": "learned"})
    return path


def program() -> typer.Typer:
    app = typer.Typer(cls=SentenceGroup, pretty_exceptions_enable=False)
    app.add_typer(task_app, name="task")
    app.callback()(lambda: None)
    return app


def call(folder: Path, *arguments: str, answer: str = "") -> Result:
    """``auxol task ... --data-dir folder``; ``answer`` is typed where it asks."""
    return CliRunner().invoke(program(), ["task", *arguments, "--data-dir", str(folder)], input=answer)


def told(folder: Path, *arguments: str) -> Any:
    """What the command prints with --json, which has to succeed and to print nothing else."""
    result = call(folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# List


def test_the_list_counts_what_each_task_was_taught(tmp_path: Path) -> None:
    make_task(tmp_path, "empty")
    path = make_task(tmp_path, "liver", taught=3)
    empty, liver = told(tmp_path, "list")
    assert (liver["name"], liver["state"], liver["preset"], liver["generalist"]) == ("liver", "ok", "auxol", "builtin")
    assert (liver["corrections"], liver["confirmations"], liver["queued"], liver["version"]) == (2, 1, 1, 2)
    assert liver["bytes"] == path.stat().st_size
    assert liver["saved_last"].endswith("+00:00")
    assert (empty["corrections"], empty["version"], empty["saved_last"]) == (0, 0, None)
    table = call(tmp_path, "list").stdout
    assert "liver" in table and "empty" in table


def test_a_preset_s_own_options_are_told_and_one_that_is_not_here_is_named(tmp_path: Path) -> None:
    options = TaskOptions(preset="shifting", own=ShiftOptions(rate=2.0))
    with shifting():
        path = tmp_path / "shifted.auxol"
        TaskFile.create(path, name="shifted", options=options, generalist="builtin", generalist_hash=HASH).close()
        assert told(tmp_path, "info", "shifted")["options"]["shifting"] == {"rate": 2.0, "limit": 100.0}
        assert "rate=2.0" in call(tmp_path, "info", "shifted").stdout
    (row,) = told(tmp_path, "list")
    assert row["state"] == "unreadable" and "The preset 'shifting' is not in this program" in row["problem"]


def test_a_task_in_use_and_a_damaged_one_are_listed_with_the_reason(tmp_path: Path) -> None:
    make_task(tmp_path, "fine")
    damaged = make_task(tmp_path, "broken", taught=2)
    damaged.write_bytes(damaged.read_bytes()[:-4096])
    (tmp_path / "no [red]task.auxol").write_bytes(b"hello")
    busy = make_task(tmp_path, "busy")
    with TaskFile.open(busy, generalist_hash=HASH):
        rows = {row["name"]: row for row in told(tmp_path, "list")}
        text = call(tmp_path, "list").stdout
    assert {name: row["state"] for name, row in rows.items()} == {
        "broken": "unreadable",
        "busy": "in use",
        "fine": "ok",
        "no [red]task": "unreadable",
    }
    assert "has it open" in rows["busy"]["problem"]
    assert "damaged" in rows["broken"]["problem"]
    assert rows["fine"]["problem"] is None
    assert "no [red]task" in text


def test_a_task_that_another_process_has_open_is_told_with_that_process(tmp_path: Path) -> None:
    path = make_task(tmp_path, "busy")
    lines = (
        "import sys\nfrom pathlib import Path\nfrom auxol_core.taskfile.task_file import TaskFile\n"
        f"task = TaskFile.open(Path(sys.argv[1]), generalist_hash={HASH!r})\nprint('open', flush=True)\ninput()"
    )
    command = [sys.executable, "-c", lines, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None and owner.stdout.readline() == "open\n"
        row = told(tmp_path, "list")[0]
        refused = [call(tmp_path, *each, "--yes") for each in (("reset", "busy"), ("delete", "busy"))]
        refused.append(call(tmp_path, "forget", "busy", "c0", "--yes"))
        refused.append(call(tmp_path, "info", "busy"))
        owner.communicate("\n", timeout=60)
    assert row["state"] == "in use"
    for result in refused:
        assert result.exit_code == 2
        assert f"process {owner.pid}" in result.stderr
        assert result.stdout == ""
    assert told(tmp_path, "list")[0]["state"] == "ok"


def test_a_folder_that_is_not_there_has_no_tasks_and_is_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert told(folder, "list") == []
    assert "No tasks" in call(folder, "list").stdout
    assert call(folder, "info", "liver").exit_code == 2
    assert not folder.exists()


def test_listing_and_the_other_light_commands_do_not_load_torch(tmp_path: Path) -> None:
    make_task(tmp_path, "liver", taught=2)
    lines = (
        "import sys\nfrom auxol_core.cli.task_command import task_app\n"
        "for command in (['list'], ['info', 'liver'], ['export', 'liver', sys.argv[2]], ['import', sys.argv[2], "
        "'--name', 'again'], ['reset', 'again', '--yes'], ['delete', 'again', '--yes']):\n"
        "    try:\n        task_app([*command, '--json', '--data-dir', sys.argv[1]])\n"
        "    except SystemExit as end:\n        assert not end.code, (command, end.code)\n"
        "    assert not {'torch', 'segment_anything'} & set(sys.modules), command\n"
    )
    command = [sys.executable, "-c", lines, str(tmp_path), str(tmp_path / "copy")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr


def test_without_a_folder_given_it_is_the_users_or_the_one_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AUXOL_DATA_DIR", raising=False)
    assert data_folder().name == "tasks" and data_folder().parent.name == "auxol"
    monkeypatch.setenv("AUXOL_DATA_DIR", str(tmp_path))
    assert data_folder() == tmp_path


# The read-only door


def test_a_view_changes_nothing_and_two_may_look_at_once(tmp_path: Path) -> None:
    path = make_task(tmp_path, "liver", taught=2)
    before = path.read_bytes()
    with TaskFile.look(path) as view:
        with pytest.raises(TaskFileError):
            view.reset()
        task_file = "auxol_core.taskfile.task_file"
        lines = f"import pathlib, sys\nfrom {task_file} import TaskFile\nTaskFile.look(pathlib.Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", lines, str(path)], check=True, timeout=60)
        assert len(view.corrections()) == 2
        assert [each.name for each in tmp_path.iterdir()] == ["liver.auxol"]
    assert path.read_bytes() == before
    with TaskFile.open(path, generalist_hash=HASH), pytest.raises(TaskFileLockedError):
        TaskFile.look(path)
    with pytest.raises(NotFoundError):
        TaskFile.look(tmp_path / "none.auxol")


@pytest.mark.skipif(sys.platform == "win32", reason="a killed process is imitated with os._exit and a hot journal")
def test_a_view_rolls_back_what_a_killed_owner_left_half_written(tmp_path: Path) -> None:
    path = make_task(tmp_path, "liver", taught=2)
    lines = (
        "import os, sqlite3, sys\nconnection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA cache_size=1')\nconnection.execute('BEGIN IMMEDIATE')\n"
        "connection.execute('UPDATE corrections SET state = ?', ('set_aside',))\n"
        "connection.execute('UPDATE lessons SET arrays = zeroblob(2000000)')\nos._exit(9)"
    )
    subprocess.run([sys.executable, "-c", lines, str(path)], check=False, timeout=60)
    assert (tmp_path / "liver.auxol-journal").stat().st_size > 0, "the crash left no journal: the test tests nothing"
    row = told(tmp_path, "list")[0]
    assert (row["state"], row["queued"]) == ("ok", 1)


# Info


def test_info_tells_options_window_versions_with_verdicts_and_the_learning_curve(tmp_path: Path) -> None:
    make_task(tmp_path, "liver", taught=5)
    facts = told(tmp_path, "info", "liver")
    assert facts["window"] == {"low": -100.0, "high": 240.0}
    assert facts["options"]["auxol"]["steps"] == AuxolOptions().steps
    assert [row["version"] for row in facts["versions"]] == [1, 2, 3, 4]
    assert [row["current"] for row in facts["versions"]] == [False, False, False, True]
    assert facts["versions"][0]["verdict"] == "the last 4 objects: +0.01"
    assert [row["correction_id"] for row in facts["saved"]] == ["c0", "c1", "c2", "c3", "c4"]
    first, last = facts["learning_curve"]["first_half"], facts["learning_curve"]["last_half"]
    assert (first["generalist"], first["specialist"], first["fused"]) == (0.5, 0.125, 0.0625)
    assert (last["generalist"], last["specialist"], last["fused"]) == (0.5, 0.875, 0.4375)
    text = call(tmp_path, "info", "liver").stdout
    for word in ("-100 .. 240", "the last 4 objects: +0.01", "c4", "0.438", "current"):
        assert word in text


def test_info_says_whether_the_weights_are_made_again(tmp_path: Path) -> None:
    brought(tmp_path, TINY)
    same = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    path = make_task(tmp_path, "mine", taught=2)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE task SET generalist_hash = ?, learner = 'auxol 1 abcd'", (same,))
    assert told(tmp_path, "info", "mine")["relearning"] is None
    assert "as they were learned" in call(tmp_path, "info", "mine").stdout
    # Of the tests' own network; a file of the format of then is looked at as it is.
    said = told(tmp_path, "info", TINY)["relearning"]
    assert said.startswith("to be learned again when it is opened: builtin has other weights")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE task SET learner = 'auxol 0 abcd'")
    assert told(tmp_path, "info", "mine")["relearning"].endswith("it was learned by auxol 0")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE task SET relearning = 1, refitted = 1, refit_to = 2")
    said = told(tmp_path, "info", "mine")["relearning"]
    assert said.startswith("under way") and "1 of 2 corrections still with another generalist's answers" in said


def test_info_says_nothing_of_the_images(tmp_path: Path) -> None:
    make_task(tmp_path, "liver", taught=2)
    assert SLICE not in call(tmp_path, "info", "liver", "--json").stdout
    assert SLICE[:12] not in call(tmp_path, "info", "liver").stdout


def test_the_learning_curve_of_one_correction_has_no_halves_and_an_unasked_specialist_no_mean() -> None:
    once = (Scores(0.5, None, 0.5),)
    assert learning_curve([once]) == {"first_half": None, "last_half": None}
    halves = learning_curve([once, (), (Scores(0.5, None, 1.0), Scores(1.0, None, 0.5))])
    assert halves["first_half"] == {"corrections": 1, "objects": 1, "generalist": 0.5, "specialist": None, "fused": 0.5}
    assert halves["last_half"] == {
        "corrections": 1,
        "objects": 2,
        "generalist": 0.75,
        "specialist": None,
        "fused": 0.75,
    }


@pytest.mark.parametrize("command", [["info"], ["export"], ["reset"], ["forget"], ["delete"]])
def test_an_unknown_task_is_a_sentence_that_names_the_known_ones(tmp_path: Path, command: list[str]) -> None:
    make_task(tmp_path, "liver")
    more = {"export": [str(tmp_path / "copy")], "forget": ["c0"]}.get(command[0], [])
    result = call(tmp_path, *command, "spleen", *more)
    assert result.exit_code == 2
    assert "'spleen'" in result.stderr and "liver" in result.stderr


# Export and import


def test_an_export_can_be_imported_under_its_files_name_or_another(tmp_path: Path) -> None:
    make_task(tmp_path, "liver", taught=3)
    copy = tmp_path / "for you.auxol"
    copy_folder = tmp_path / "other"
    assert told(tmp_path, "export", "liver", str(copy))["bytes"] == copy.stat().st_size
    assert told(copy_folder, "import", str(copy))["name"] == "for you"
    row = told(copy_folder, "import", str(copy), "--name", "Leber")
    assert (row["name"], row["corrections"], row["version"], row["generalist"]) == ("Leber", 2, 2, "builtin")
    assert "Imported" in call(copy_folder, "import", str(copy), "--name", "third").stdout
    taken = call(copy_folder, "import", str(copy), "--name", "leber")
    assert taken.exit_code == 2 and "exists already" in taken.stderr


def test_an_export_replaces_a_file_only_when_told_to(tmp_path: Path) -> None:
    make_task(tmp_path, "liver")
    file = tmp_path / "holiday.png"
    file.write_bytes(b"picture")
    assert call(tmp_path, "export", "liver", str(file), answer="n\n").exit_code == 1
    assert file.read_bytes() == b"picture"
    assert call(tmp_path, "export", "liver", str(file), "--yes").exit_code == 0
    assert file.read_bytes() != b"picture"


def test_an_export_to_where_no_file_can_be_is_a_sentence(tmp_path: Path) -> None:
    make_task(tmp_path, "liver")
    for target in (tmp_path, tmp_path / "none" / "copy.auxol"):
        result = call(tmp_path, "export", "liver", str(target))
        assert result.exit_code == 2 and "Expected a file in a folder that exists" in result.stderr


def test_importing_garbage_leaves_nothing_behind(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.auxol"
    garbage.write_bytes(os.urandom(5000))
    folder = tmp_path / "tasks"
    result = call(folder, "import", str(garbage))
    assert result.exit_code == 2 and "is damaged or is another kind of file" in result.stderr
    assert list(folder.iterdir()) == []
    assert call(folder, "import", str(tmp_path / "none.auxol")).exit_code == 2
    assert call(folder, "import", str(garbage), "--name", "../out").exit_code == 2


# Reset, forget and delete


def test_reset_says_what_is_lost_and_deletes_it_only_when_told_to(tmp_path: Path) -> None:
    make_task(tmp_path, "liver", taught=3)
    asked = call(tmp_path, "reset", "liver", answer="n\n")
    assert asked.exit_code == 1 and "2 corrections, 1 confirmation, version 2" in asked.stderr
    assert told(tmp_path, "info", "liver")["corrections"] == 2
    lost = told(tmp_path, "reset", "liver", "--yes")["lost"]
    assert (lost["corrections"], lost["confirmations"], lost["version"]) == (2, 1, 2)
    facts = told(tmp_path, "info", "liver")
    assert (facts["corrections"], facts["version"], facts["saved"]) == (0, 0, [])
    assert facts["window"] == {"low": -100.0, "high": 240.0}


def test_delete_asks_and_then_takes_the_file_and_all_beside_it(tmp_path: Path) -> None:
    make_task(tmp_path, "liver", taught=1)
    assert call(tmp_path, "delete", "liver").exit_code == 1, "no answer is no"
    assert (tmp_path / "liver.auxol").exists()
    result = call(tmp_path, "delete", "liver", answer="y\n")
    assert result.exit_code == 0 and "Deleted liver" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_task_can_be_deleted(tmp_path: Path) -> None:
    (tmp_path / "broken.auxol").write_bytes(b"x" * 1000)
    assert told(tmp_path, "delete", "broken", "--yes")["lost"]["corrections"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Engines on the tiny network in place of the real one; the names of the generalists that were asked for."""
    asked: list[str] = []
    threads = torch.get_num_threads()
    set_up_torch(MACHINE)

    def make(generalist: str, data_dir: Path, machine: object) -> Engine:
        asked.append(generalist)
        return Engine(
            tiny_generalist(),
            tiny_learner,
            data_dir,
            MACHINE,
        )

    monkeypatch.setattr(task_command, "engine_factory", lambda: make)
    yield asked
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


def test_forget_asks_deletes_the_crop_and_learns_the_rest_again(tmp_path: Path, small_engines: list[str]) -> None:
    options = TaskOptions(auxol=AuxolOptions(steps=1, batch=2, guard_last=0))
    with closing(task_command.engine_factory()(generalist="builtin", data_dir=tmp_path, machine=MACHINE)) as engine:
        engine.create_task("discs", options)
        mask = np.zeros((48, 48), dtype=bool)
        mask[12:36, 10:30] = True
        for number in range(3):
            pixels = np.where(mask, 160, 40 + number).astype(np.uint8)
            engine.correct("discs", engine.put_slice(SliceImage(pixels)), mask, correction_id=f"c{number}")
            engine.learn_now("discs")
    small_engines.clear()

    asked = call(tmp_path, "forget", "discs", "c1", answer="n\n")
    assert asked.exit_code == 1 and "learn 1 update(s) again" in asked.stderr
    unknown = call(tmp_path, "forget", "discs", "c9", "--yes")
    assert unknown.exit_code == 2 and "'c9'" in unknown.stderr
    assert small_engines == [], "neither needs an engine"

    result = call(tmp_path, "forget", "discs", "c1", "--yes", "--json")
    assert result.exit_code == 0, result.output
    assert "Forgetting c1" in result.stderr
    assert json.loads(result.stdout) == {
        "task": "discs",
        "forgot": "c1",
        "objects": 1,
        "learned_again": 1,
        "version": 4,
    }
    assert small_engines == ["builtin"]
    facts = told(tmp_path, "info", "discs")
    assert [row["correction_id"] for row in facts["saved"]] == ["c0", "c2"]
    assert facts["queued"] == 0
    assert [row["corrections"] for row in facts["versions"]] == [["c0"], ["c2"]]

"""``auxol task authors`` and ``forget-author`` on files that nobody has open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_network import MACHINE, tiny_generalist, tiny_learner
from typer.testing import CliRunner, Result

from auxol_core.build import set_up_torch
from auxol_core.cli import task_command
from auxol_core.cli.main import app
from auxol_core.engine.authors import correcting_as
from auxol_core.engine.engine import Engine
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.steps import finish
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import SliceImage

READERS = ("reader 1", "[red]reader[/] 2", "reader 1", "")


@pytest.fixture
def small_engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Engines on the tiny network in place of the real one."""
    threads = torch.get_num_threads()
    set_up_torch(MACHINE)

    def make(generalist: str, data_dir: Path, machine: object) -> Engine:
        return Engine(tiny_generalist(), tiny_learner, data_dir, MACHINE)

    monkeypatch.setattr(task_command, "engine_factory", lambda: make)
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


@pytest.fixture
def shared(tmp_path: Path, small_engines: None) -> Path:
    """A closed task ``discs``, taught by two readers, and once by nobody who is known."""
    engine = Engine(tiny_generalist(), tiny_learner, tmp_path, MACHINE)
    with closing(engine):
        engine.create_task("discs", TaskOptions(auxol=AuxolOptions(steps=1, batch=2, guard_last=0)))
        mask = np.zeros((48, 48), dtype=bool)
        mask[12:36, 10:30] = True
        for number, reader in enumerate(READERS):
            slice_id = engine.put_slice(SliceImage(np.where(mask, 160, 40 + number).astype(np.uint8)))
            if reader:
                finish(correcting_as(engine, reader, "discs", slice_id, mask, correction_id=f"c{number}"))
            else:
                engine.correct("discs", slice_id, mask, correction_id=f"c{number}")
            engine.learn_now("discs")
    return tmp_path / "discs.auxol"


def call(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, ["task", *arguments], input=answer)


def test_authors_are_listed_by_the_tasks_name_or_its_file(shared: Path) -> None:
    by_name = call("authors", "discs", "--data-dir", str(shared.parent), "--json")
    assert by_name.exit_code == 0, by_name.output
    told = json.loads(by_name.stdout)
    assert told == json.loads(call("authors", str(shared), "--json").stdout)
    assert (told["task"], told["without_author"]) == ("discs", 1)
    assert [(row["author"], row["corrections"]) for row in told["authors"]] == [("reader 1", 2), (READERS[1], 1)]
    with TaskFile.look(shared) as view:
        scores = {row.correction_id: row.scores[0].fused for row in view.corrections()}
    assert told["authors"][0]["shown"] == pytest.approx((scores["c0"] + scores["c2"]) / 2)
    table = call("authors", str(shared)).stdout
    assert READERS[1] in table and f"{scores['c1']:.3f}" in table and "1 correction(s) without an author" in table


def test_a_task_without_authors_and_one_that_is_not_there_are_told(tmp_path: Path, small_engines: None) -> None:
    with closing(Engine(tiny_generalist(), tiny_learner, tmp_path, MACHINE)) as engine:
        engine.create_task("mine")
    assert "Nobody is named" in call("authors", str(tmp_path / "mine.auxol")).stdout
    missing = call("authors", "none", "--data-dir", str(tmp_path))
    assert missing.exit_code == 2 and "'none'" in missing.stderr


def test_an_author_is_forgotten_when_asked_and_the_rest_is_learned_again(shared: Path) -> None:
    asked = call("forget-author", str(shared), "reader 1", answer="n\n")
    assert asked.exit_code == 1 and "all 2 correction(s) of reader 1" in asked.stderr
    unknown = call("forget-author", str(shared), "reader 9", "--yes")
    assert unknown.exit_code == 2 and "reader 1" in unknown.stderr
    done = call("forget-author", "discs", "reader 1", "--yes", "--json", "--data-dir", str(shared.parent))
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["forgot"], told["corrections"]) == ("reader 1", 2)
    with TaskFile.look(shared) as view:
        assert [row.correction_id for row in view.corrections()] == ["c1", "c3"]
        assert [row.correction_ids for row in view.lineage(view.current_version)] == [("c1",), ("c3",)]
        assert (view.current_version, view.queued()) == (told["version"], [])
    assert b"reader 1" not in shared.read_bytes()


def test_a_copy_holds_authors_where_that_is_asked_for(shared: Path, tmp_path: Path) -> None:
    plain, full = tmp_path / "plain.auxol", tmp_path / "full.auxol"
    folder = ("--data-dir", str(shared.parent))
    assert call("export", "discs", str(plain), *folder).exit_code == 0
    assert call("export", "discs", str(full), "--authors", *folder).exit_code == 0
    assert json.loads(call("authors", str(plain), "--json").stdout)["authors"] == []
    assert len(json.loads(call("authors", str(full), "--json").stdout)["authors"]) == 2

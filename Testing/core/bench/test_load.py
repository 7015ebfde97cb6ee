"""`make bench-load`: readers in processes of their own against a real server on loopback, and what is kept of a run."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from typer.testing import CliRunner

from auxol_core.engine.worker import Spent
from auxol_core.errors import AccessError, DataError, InvalidInputError, UnavailableError
from auxol_core.generalist.base import encoded
from auxol_core.types import Box, Point, Prompt
from tools.bench.load import fit as fitting
from tools.bench.load import measured, page
from tools.bench.load.__main__ import app
from tools.bench.load.capacity import limits
from tools.bench.load.costs import clicks_s, thread_costs
from tools.bench.load.hold import hold
from tools.bench.load.measured import Asked, Load, Measured, bars, percentile, runs_in, write
from tools.bench.load.reader import Habits, Sample, base_volume, volume_of
from tools.bench.load.run import measure
from tools.bench.load.stand_in import StandIn, cost_of
from tools.bench.load.targets import Entrance, Served, Wanted, target_of

ASKED = Asked("serve", 2, 2, "stand-in:5ms", "stand_in", False, 4.0, 1.0, 0, Habits(0.05, 2, 0.5, 4, 2))
LOAD = Load(1.0, 1.0, 10**8, 2 * 10**8, 10**6, 0.5, 2)


class Running:
    """A target whose server outlives a run: a start of its own for each test would take most of their time."""

    def __init__(self) -> None:
        self.served = Served()
        self.entrance = self.served.start(Wanted(2, ASKED.generalist, ASKED.learner, shared=True, threads=1))

    def start(self, wanted: Wanted) -> Entrance:
        return self.entrance

    def processes(self) -> list[psutil.Process]:
        return self.served.processes()

    def kept_bytes(self) -> int | None:
        return self.served.kept_bytes()

    def spent(self) -> Mapping[str, Spent] | None:
        return self.served.spent()

    def stop(self) -> None:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A real server for two readers."""
    running = Running()
    yield running
    running.served.stop()


@pytest.fixture(scope="module")
def run(running: Running) -> Measured:
    """Two readers for some seconds."""
    return measure(running, ASKED)


def test_readers_click_save_learn_and_propagate_against_a_real_server(run: Measured) -> None:
    assert run.failed == []
    for kind in ("click", "save", "learned", "volume"):
        assert {sample.reader for sample in run.samples if sample.kind == kind} == {0, 1}, kind
    assert min(run.ms("click")) >= 5.0, "the stand-in's cost"
    assert all(sample.begun >= ASKED.warm_up_s for sample in run.counted("click"))
    assert run.clicks_a_second > 1 and run.update_s
    assert min(run.update_s) >= 0.1, "five steps of 20 ms"


def test_a_run_tells_memory_processor_time_and_disk_of_the_server_alone(run: Measured) -> None:
    load = run.load
    assert load.begin_bytes is not None and load.most_bytes is not None and load.server_cpu_s is not None
    assert 5e7 < load.begin_bytes <= load.most_bytes
    assert load.server_cpu_s > 0 and load.readers_cpu_s > 0
    assert load.disk_bytes is not None and load.disk_bytes > 10_000


def test_a_run_tells_what_the_compute_thread_spent_on_a_click_and_behind_it(run: Measured) -> None:
    told = thread_costs([run])
    assert told is not None
    service, (saving, background) = told
    assert 0.005 <= service <= np.median(clicks_s(run)), "the stand-in's 5 ms and what comes with them"
    assert saving.seconds > 0
    assert background.length >= 0.015, "of steps of 20 ms and some that are shorter"
    assert thread_costs([replace(run, load=replace(run.load, thread=None))]) is None


def test_a_run_is_read_as_it_was_written(run: Measured, tmp_path: Path) -> None:
    path = write(run, tmp_path)
    again = measured.read(path)
    assert again.asked == run.asked and again.load == run.load
    assert [s.kind for s in again.samples] == [s.kind for s in run.samples]
    assert json.loads(path.read_text())["summary"]["failed"] == 0
    path.write_text("{}")
    with pytest.raises(DataError, match="is none"):
        measured.read(path)


def test_readers_of_one_shared_task_all_teach_it(running: Running) -> None:
    shared = replace(ASKED, shared=True, counted_s=2.0, processes=1, habits=replace(ASKED.habits, propagate_every=0))
    run = measure(running, shared)
    assert run.failed == []
    assert {sample.reader for sample in run.samples if sample.kind == "learned"} == {0, 1}


def test_a_server_that_does_not_start_is_told_with_its_last_lines() -> None:
    target = Served()
    with pytest.raises(UnavailableError, match="no such generalist"):
        measure(target, replace(ASKED, generalist="no such generalist"))
    assert target.processes() == []


def test_readers_that_cannot_begin_end_the_run_with_their_reason(running: Running) -> None:
    locked_out = copy.copy(running)
    locked_out.entrance = replace(running.entrance, tokens=[running.entrance.tokens[0], "nobody-has-this-token"])
    with pytest.raises(AccessError, match="token"):
        measure(locked_out, ASKED)


def test_the_stand_in_takes_its_time_and_draws_what_it_was_shown() -> None:
    generalist = StandIn("0" * 64, 0.02)
    embedding = encoded(generalist, np.zeros((60, 80, 3), np.float32))
    began = time.perf_counter()
    boxed = generalist.decode(embedding, Prompt(Box(10, 20, 30, 60))).mask
    assert time.perf_counter() - began >= 0.02
    assert Box.of_mask(boxed) == Box(10, 20, 30, 60)
    assert generalist.decode(embedding, Prompt(points=(Point(30, 40),))).mask[30, 40]
    so_far = generalist.decode(embedding, Prompt(points=(Point(15, 40),), mask=boxed)).mask
    assert np.array_equal(so_far, boxed)


def test_a_stand_in_s_cost_is_read_or_refused() -> None:
    assert cost_of("stand-in:20ms") == 20.0 and cost_of("builtin") is None
    for wrong in ("stand-in", "stand-in:20", "stand-in:xms", "stand-in:-1ms"):
        with pytest.raises(InvalidInputError, match="stand-in:20ms"):
            cost_of(wrong)


def test_each_reader_has_pictures_of_its_own_and_masks_that_fit_them() -> None:
    base = base_volume(1)
    (first,), (third,) = volume_of(1, base), volume_of(3, base)
    assert first.image.slice_id != third.image.slice_id
    bright = third.image.pixels[third.truth].mean()
    assert bright == pytest.approx(base[0].image.pixels[base[0].truth].mean())


def test_a_server_that_runs_needs_a_token_for_each_reader(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps({"a": "token-of-a", "b": {"token": "token-of-b"}}))
    target = target_of("http://127.0.0.1:1", tokens)
    assert list(target.start(Wanted(2, "", "", False)).tokens) == ["token-of-a", "token-of-b"]
    with pytest.raises(InvalidInputError, match="has 2"):
        target.start(Wanted(3, "", "", False))
    for against, file in (("http://127.0.0.1:1", None), ("elsewhere", tokens)):
        with pytest.raises(InvalidInputError):
            target_of(against, file)


def made_up(readers: int, click_ms: float, save_ms: float = 30.0, slow: float = 1.0) -> Measured:
    """A run in which every click of a reader takes the same, and one reader's ``slow`` times that."""
    rng = np.random.default_rng(readers)
    samples = [
        Sample(reader, kind, 10.0 + turn, ms / 1000 * (slow if reader == 0 else 1.0) * float(rng.uniform(0.9, 1.1)))
        for reader in range(readers)
        for turn in range(20)
        for kind, ms in (("click", click_ms), ("save", save_ms))
    ]
    asked = replace(ASKED, readers=readers, counted_s=60.0, warm_up_s=5.0)
    return Measured(asked, samples, [0.1], replace(LOAD, most_bytes=10**8 + readers * 10**6), {"made": "a day"})  # type: ignore[arg-type]


def test_bars_are_missed_by_an_unfair_a_slow_and_a_failing_run() -> None:
    assert [bar.met for bar in bars(made_up(20, 60))] == [True, True, True]
    assert [bar.met for bar in bars(made_up(20, 60, save_ms=110, slow=1.8))] == [False, False, True]
    fine = made_up(20, 60)
    broken = replace(fine, samples=[*fine.samples, Sample(0, "click", 20.0, 1.0, "UnavailableError: gone")])
    assert [bar.met for bar in bars(broken)] == [True, True, False]
    assert [bar.met for bar in bars(made_up(5, 60, save_ms=500))] == [True], "bars of 20 readers are theirs alone"
    assert broken.fairness == pytest.approx(fine.fairness), "what had no answer has no time"


def test_runs_with_other_settings_are_not_told_of_together(tmp_path: Path) -> None:
    write(made_up(1, 60), tmp_path)
    other = made_up(5, 60)
    write(replace(other, asked=replace(other.asked, generalist="builtin")), tmp_path)
    with pytest.raises(DataError, match="same settings"):
        runs_in(tmp_path)
    with pytest.raises(DataError, match=r"\[20\] lack"):
        runs_in(tmp_path, [1, 20])


def test_the_page_and_its_figure_are_made_of_runs_and_model(tmp_path: Path) -> None:
    runs = [made_up(readers, 60 + readers) for readers in (1, 5, 10, 20, 40)]
    fitted = fitting.fit(runs[:3])
    held = hold(fitted, runs[3:])
    text = page.markdown(runs, fitted, held, limits(fitted, 10**10, 10**12), bars(runs[3]))
    assert "**bars met 3, missed 0**" in text and "| 4,000 |" in text and "busy machine" not in text
    busy = replace(runs[0], load=replace(LOAD, others_cpu_s=60.0))
    assert "Measured on a busy machine" in page.markdown([busy], fitted, held, [], [])
    into = tmp_path / "capacity.md"
    into.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.put_into(into, text)
    assert into.read_text().startswith(f"before\n{page.BEGIN}\n- made") and into.read_text().endswith("\nafter\n")
    assert "old" not in into.read_text()
    page.draw(tmp_path / "capacity.png", runs, fitted)
    assert (tmp_path / "capacity.png").stat().st_size > 10_000
    with pytest.raises(DataError, match="with the lines"):
        page.put_into(tmp_path / "none.md", text)


def test_fit_and_hold_are_two_commands_and_hold_needs_what_fit_wrote(tmp_path: Path) -> None:
    for readers in (1, 5, 10, 20, 40):
        write(made_up(readers, 60), tmp_path)
    early = CliRunner().invoke(app, ["hold", "--out", str(tmp_path)])
    assert isinstance(early.exception, DataError) and "command fit" in str(early.exception)
    assert CliRunner().invoke(app, ["fit", "--out", str(tmp_path)]).exit_code == 0
    held = CliRunner().invoke(app, ["hold", "--out", str(tmp_path)])
    assert "bars met 1, missed 0" in held.output.splitlines()[-1]


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile([], 95) is None and percentile([1.0, 3.0], 50) == 2.0

"""The measurements of `make bench-worker`, on the tiny network; and a client in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tiny_network import MACHINE, tiny_generalist, tiny_learner
from typer.testing import CliRunner

from auxol_core.build import set_up_torch
from auxol_core.cli.main import app
from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.errors import UnavailableError
from auxol_core.options import MachineOptions
from auxol_core.types import Event
from tools.bench import worker_measures as measures
from tools.bench.bench_worker import bench_worker
from tools.bench.worker_figures import BEGIN, END, Samples
from tools.bench.worker_measures import TASK, Pair, Watch
from tools.bench.worker_slices import made_up_slice
from tools.bench.worker_starts import Setting, measure_starts, one_prediction


@pytest.fixture(autouse=True)
def torch_is_left_as_it_was() -> Iterator[None]:
    threads = torch.get_num_threads()
    set_up_torch(MACHINE)
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


def small_engine(folder: Path, listener: Listener | None = None) -> Engine:
    return Engine(
        tiny_generalist(),
        tiny_learner,
        folder,
        MACHINE,
        listener=listener,
    )


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setattr(measures, "KNOWN_SLICES", 2)
    here = small_engine(tmp_path / "here")
    there = WorkerEngine(lambda listener: small_engine(tmp_path / "there", listener))
    yield Pair(here, there)
    there.close()
    here.close()


def test_predictions_are_timed_in_both_places_and_show_the_same(pair: Pair) -> None:
    measures.measure_predictions(pair, 3)
    for measure in ("box", "click", "first", "sent"):
        for place in ("process", "worker"):
            taken = pair.samples.of(measure, place)
            assert len(taken) == 3 and min(taken) > 0
    assert pair.differing == 0 and pair.compared >= 12


def test_engines_that_show_different_masks_are_found_out(pair: Pair) -> None:
    shown, slice_id = pair.known[0]
    masks = iter([shown.truth, shown.truth, shown.truth, ~shown.truth])
    for turn in range(2):
        assert pair.differing == 0
        pair.alternate(
            None, turn, lambda engine: replace(engine.predict(TASK, slice_id, shown.box()), mask=next(masks))
        )
    assert pair.differing == 1


def test_learning_is_timed_step_by_step_and_predictions_meanwhile(pair: Pair) -> None:
    measures.measure_learning(pair, 4)
    taken = pair.samples
    assert len(taken.of("step", "process")) == sum(version.steps for version in pair.here.versions(TASK)[-4:])
    assert len(taken.of("publish", "process")) == 4
    assert len(taken.of("first_step", "process")) == 1
    assert len(taken.of("refresh_step", "process")) == 4  # the one proposal that is kept
    assert len(taken.of("save", "process")) == len(taken.of("save", "worker")) == 4
    assert len(taken.of("idle", "worker")) == 4
    assert 1 <= len(taken.of("learning", "worker")) <= 4
    assert pair.update_s > 0
    assert pair.here.status(TASK).version == pair.there.status(TASK).version == 5
    assert pair.there.status(TASK).queued == 0


def test_saves_and_refreshed_proposals_are_timed_in_the_worker(pair: Pair) -> None:
    pair.updated(0.2)
    measures.measure_saving_while_learning(pair, 3)
    measures.measure_refreshing(pair, 2)
    measures.measure_pauses(pair, 2, 0.0)
    assert len(pair.samples.of("save_after_pause", "worker")) == 2
    assert 1 <= len(pair.samples.of("save_learning", "worker")) <= 3
    refreshed = pair.samples.of("refreshed", "worker")
    assert len(refreshed) == 2 and min(refreshed) > 1  # it learned in between
    assert len(pair.there.corrections(TASK)) == 10


def test_moments_of_an_update_are_spread_over_all_of_it(pair: Pair) -> None:
    pair.updated(1.0)
    moments = np.sort([pair.delay_s(turn) for turn in range(40)])
    assert moments[0] < 0.05 and moments[-1] > 0.95
    assert np.diff(moments).max() < 0.06


def test_learning_that_failed_ends_the_benchmark() -> None:
    class Failing:
        def status(self, task: str) -> SimpleNamespace:
            return SimpleNamespace(queued=1)

        def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> list[Event]:
            return [Event(after + 1, task, "failed", {"reason": "no disk"})]

    with pytest.raises(UnavailableError, match="no disk"):
        Watch(Failing()).until_learned()  # type: ignore[arg-type]


def test_made_up_slices_are_the_same_for_the_same_number_and_have_an_organ_to_prompt_for() -> None:
    first, again, other = made_up_slice(4), made_up_slice(4), made_up_slice(5)
    assert first.image.slice_id == again.image.slice_id != other.image.slice_id
    assert first.image.shape == (512, 512) and first.image.pixels.dtype == np.int16
    for number in range(40):
        shown = made_up_slice(number)
        assert shown.truth.sum() > 5000
        assert not (shown.truth[0].any() or shown.truth[:, 0].any() or shown.truth[-1].any())
        (point,) = shown.click(number).points
        assert shown.truth[int(point.row), int(point.col)]
    assert first.box(1).box != first.box(2).box


def test_a_client_in_a_fresh_process_predicts_without_torch_and_in_little_memory(tmp_path: Path) -> None:
    samples = Samples()
    setting = Setting("builtin", MachineOptions(1, "cpu", "float32"))
    client, worker, alone = measure_starts(setting, 1, samples)
    assert (client.torch, alone.torch) == (False, True)
    assert [len(samples.of("start", place)) for place in ("process", "worker")] == [1, 1]
    if Path("/proc/self/status").exists():
        assert client.peak_mb is not None and worker.peak_mb is not None and alone.peak_mb is not None
        assert client.peak_mb < 120 < worker.peak_mb
    with pytest.raises(UnavailableError, match="exit code 1"):
        one_prediction(setting.told(tmp_path) | {"generalist": str(tmp_path / "no such weights")})


# The whole of it with the built-in weights on two processes: half a minute of computing on one thread.
@pytest.mark.slow
def test_the_whole_benchmark_prints_its_bars_and_fills_its_page(tmp_path: Path) -> None:
    import typer

    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    command = typer.Typer()
    command.command()(bench_worker)
    arguments = ["--repetitions", "2", "--pause", "0", "--out", str(tmp_path / "out"), "--page", str(page)]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    judged = [line for line in lines if line.startswith(("met ", "MISSED "))]
    met = sum(line.startswith("met ") for line in judged)
    assert lines[-1] == f"bars met {met}, missed {len(judged) - met}" and len(judged) == 9
    assert "masks that differ between the two engines: 0 of" in result.output
    assert lines[-1] in page.read_text(encoding="utf-8")
    assert (tmp_path / "out" / "bench_worker.csv").stat().st_size > 500


def test_the_replay_command_refuses_an_engine_it_does_not_know(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["replay", str(tmp_path), "--engine", "cloud"])
    assert result.exit_code == 2
    assert "process or worker, got 'cloud'" in result.output

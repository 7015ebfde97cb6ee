"""The training of the built-in weights: schedule, the same again, going on from disk and from frozen weights."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.promptable.weights import save_weights
from pretrain.stream import Batch
from pretrain.train import RunOptions, Trainer, TrainOptions, learning_rate_at, run, tensors

TINY = TrainOptions(
    steps=4,
    threads=1,
    warmup=4,
    parts=1,
    images_per_part=1,
    prompts_per_image=2,
    repairs_per_part=1,
    lag=1,
    era=2,
)


def _batch(index: int) -> Batch:
    """Four crops of noise with a brighter rectangle, prompted by its box."""
    rng = np.random.default_rng(index)
    truth = np.zeros((4, 1, 128, 128), dtype=np.uint8)
    truth[:, :, 20 : 60 + index, 30:90] = 1
    maps = np.full((4, 4, 128, 128), 127, dtype=np.uint8)
    maps[:, 0][truth[:, 0] > 0] = 254
    pixels = rng.normal(0, 1, (4, 3, 128, 128)).astype(np.float16) + truth
    return Batch(pixels, maps, truth, np.zeros(4, np.float32), np.array([0, 1, 2, 3], np.uint8))


def _steps(trainer: Trainer, count: int) -> list[dict[str, float]]:
    return [trainer.train_step(_batch(trainer.step))[1] for _ in range(count)]


def _equal(one: Trainer, other: Trainer) -> bool:
    pairs = ((one.network, other.network), (one.averaged, other.averaged))
    return all(
        torch.equal(tensor, right.state_dict()[name])
        for left, right in pairs
        for name, tensor in left.state_dict().items()
    )


def test_the_rate_warms_up_holds_and_falls_by_half_a_cosine_to_two_percent() -> None:
    options = TrainOptions(steps=1000, warmup=100, decay_from=0.4, learning_rate=1.0)
    rate = [learning_rate_at(step, options) for step in range(1201)]
    assert rate[0] == pytest.approx(0.01) and rate[49] == pytest.approx(0.5)
    assert rate[99:400] == pytest.approx([1.0] * 301)
    assert rate[700] == pytest.approx(0.02 + 0.98 / 2)
    assert rate[1000] == pytest.approx(0.02) == rate[1200]
    assert all(a >= b for a, b in pairwise(rate[400:]))


def test_the_network_is_given_pixels_as_they_are_and_maps_from_minus_one_to_one() -> None:
    batch = _batch(0)
    x, truth, outside = tensors(batch, torch.device("cpu"))
    assert x.shape == (4, 7, 128, 128) and truth.shape == (4, 1, 128, 128) and outside.shape == (4,)
    assert torch.equal(x[:, :3], torch.from_numpy(batch.pixels).float())
    assert torch.equal(x[:, 3:4], truth) and not x[:, 4:].any()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trainer, list[dict[str, float]], Path]:
    """Two steps, saved after the second."""
    torch.set_num_threads(1)
    trainer = Trainer(TINY)
    rows = _steps(trainer, 2)
    path = tmp_path_factory.mktemp("run") / "last.pt"
    trainer.save(path)
    return trainer, rows, path


def test_two_steps_are_the_same_bits_each_time(trained: tuple[Trainer, list[dict[str, float]], Path]) -> None:
    trainer, rows, _ = trained
    again = Trainer(TINY)
    assert _steps(again, 2) == rows
    assert _equal(trainer, again)


def test_answers_are_probabilities_of_the_batch_and_means_are_given_by_kind() -> None:
    answers, means = Trainer(TINY).train_step(_batch(0))
    assert answers.shape == (4, 128, 128) and answers.dtype == np.uint8 and 0 < answers.mean() < 255
    assert set(means) == {"loss", "told", "box", "point", "mask", "repair"}
    assert all(np.isfinite(value) for value in means.values())


def test_steps_and_images_are_counted(trained: tuple[Trainer, list[dict[str, float]], Path]) -> None:
    trainer, _, _ = trained
    assert (trainer.step, trainer.images) == (2, 2)
    wide = Trainer(replace(TINY, parts=3, images_per_part=2))
    wide.step = 5
    assert wide.images == 30


def test_the_average_follows_the_weights_and_is_not_the_weights(
    trained: tuple[Trainer, list[dict[str, float]], Path],
) -> None:
    trainer, _, _ = trained
    start = Trainer(TINY).network.state_dict()["head.weight"]
    now = trainer.network.state_dict()["head.weight"]
    average = trainer.averaged.state_dict()["head.weight"]
    assert not torch.equal(now, start)
    assert 0 < (average - start).abs().max() < (now - start).abs().max() * 1.01
    assert not torch.equal(average, now)


def test_a_trainer_goes_on_from_disk(trained: tuple[Trainer, list[dict[str, float]], Path]) -> None:
    trainer, _, path = trained
    reopened, again = (Trainer(replace(TINY, seed=9)) for _ in range(2))
    reopened.load(path)
    again.load(path)
    assert (reopened.step, reopened.images) == (2, 2)
    assert _equal(trainer, reopened)
    assert reopened.optimiser.state_dict()["state"][0]["step"] == 2
    assert _steps(reopened, 1) == _steps(again, 1)
    assert not [each.name for each in path.parent.iterdir() if ".part" in each.name]


def test_a_run_that_stops_at_an_era_s_end_and_resumes_is_the_run_that_never_stopped(tmp_path: Path) -> None:
    never = run(TINY, RunOptions(tmp_path / "never"))
    stopped = run(TINY, RunOptions(tmp_path / "stopped", stop_at=2))
    assert stopped.step == 2
    resumed = run(TINY, RunOptions(tmp_path / "stopped", resume=True))
    assert (never.step, resumed.step) == (4, 4)
    assert _equal(never, resumed)


def test_the_clock_stops_a_run_and_leaves_what_a_later_one_needs(tmp_path: Path) -> None:
    stopped = run(TINY, RunOptions(tmp_path, minutes=0))
    again = Trainer(TINY)
    again.load(tmp_path / "last.pt")
    assert (stopped.step, again.step) == (1, 1)


def test_a_run_may_begin_with_frozen_weights(
    trained: tuple[Trainer, list[dict[str, float]], Path], tmp_path: Path
) -> None:
    trainer, _, _ = trained
    save_weights(trainer.averaged, tmp_path / "weights.safetensors", {"steps": "70"})
    begun = Trainer(TINY)
    begun.start_from(tmp_path / "weights.safetensors")
    wanted = trainer.averaged.state_dict()["head.weight"].half().float()
    assert torch.equal(begun.network.state_dict()["head.weight"], wanted)
    assert torch.equal(begun.averaged.state_dict()["head.weight"], wanted)
    assert begun.step == 0 and begun.network.training
    begun.train_step(_batch(0))
    begun.save(tmp_path / "last.pt")
    again = Trainer(TINY)
    again.load(tmp_path / "last.pt")
    assert again.before["steps"] == "70" and len(again.before["sha256"]) == 64

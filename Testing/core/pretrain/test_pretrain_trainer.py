"""The training of the built-in weights: schedule, repairs, the same again, and going on from disk."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.promptable.sampling import Target
from pretrain.train import Trainer, TrainOptions, batches, learning_rate_at

TINY = TrainOptions(steps=10, images_per_step=2, fresh_per_step=3, repairs_per_step=2, threads=1, warmup=4)


def _targets(index: int) -> list[Target]:
    truth = np.zeros((48, 48), dtype=bool)
    truth[10 : 26 + index, 12:34] = True
    image = np.random.default_rng(index).random((48, 48, 3), dtype=np.float32)
    return [Target(image * 0.5 + truth[:, :, None] * np.float32(0.5), truth)]


def _steps(trainer: Trainer, count: int) -> list[dict[str, float]]:
    return [trainer.train_step([_targets(trainer.step), _targets(trainer.step + 1)]) for _ in range(count)]


def test_the_rate_warms_up_holds_and_falls_by_half_a_cosine_to_two_percent() -> None:
    options = TrainOptions(steps=1000, warmup=100, decay_from=0.4, learning_rate=1.0)
    rate = [learning_rate_at(step, options) for step in range(1001)]
    assert rate[0] == pytest.approx(0.01) and rate[49] == pytest.approx(0.5)
    assert rate[99:400] == pytest.approx([1.0] * 301)
    assert rate[700] == pytest.approx(0.02 + 0.98 / 2)
    assert rate[1000] == pytest.approx(0.02)
    assert all(a >= b for a, b in pairwise(rate[400:]))


def test_batches_hold_so_many_images_and_pass_over_those_without_an_object() -> None:
    one, two, three, four = (_targets(i) for i in range(4))
    made = list(batches(iter([one, [], two, [], [], three, four, one]), 2))
    assert [[targets[0] for targets in batch] for batch in made] == [[one[0], two[0]], [three[0], four[0]]]


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
    for name, tensor in trainer.network.state_dict().items():
        assert torch.equal(tensor, again.network.state_dict()[name])
    for name, tensor in trainer.averaged.state_dict().items():
        assert torch.equal(tensor, again.averaged.state_dict()[name])


def test_steps_and_images_are_counted_and_means_are_given(
    trained: tuple[Trainer, list[dict[str, float]], Path],
) -> None:
    trainer, rows, _ = trained
    assert (trainer.step, trainer.images) == (2, 4)
    assert all(np.isfinite(value) for row in rows for value in row.values())
    assert all("loss" in row and {"box", "point", "mask", "repair"} & set(row) for row in rows)


def test_after_a_step_samples_wait_for_their_repair_with_one_click_more(
    trained: tuple[Trainer, list[dict[str, float]], Path],
) -> None:
    trainer, rows, _ = trained
    assert 0 < len(trainer.repairs) <= TINY.repairs_per_step
    assert all(1 <= sample.clicks <= 2 for sample in trainer.repairs)
    assert "repair" not in rows[0] and "repair" in rows[1]


def test_the_average_follows_the_weights_and_is_not_the_weights(
    trained: tuple[Trainer, list[dict[str, float]], Path],
) -> None:
    trainer, _, _ = trained
    torch.manual_seed(TINY.seed)
    start = Trainer(TINY).network.state_dict()["head.weight"]
    now = trainer.network.state_dict()["head.weight"]
    average = trainer.averaged.state_dict()["head.weight"]
    assert not torch.equal(now, start)
    assert 0 < (average - start).abs().max() < (now - start).abs().max() * 1.01
    assert not torch.equal(average, now)


def test_a_run_goes_on_from_disk(trained: tuple[Trainer, list[dict[str, float]], Path]) -> None:
    trainer, _, path = trained
    reopened, again = (Trainer(replace(TINY, seed=9)) for _ in range(2))
    reopened.load(path)
    again.load(path)
    assert (reopened.step, reopened.images) == (2, 4)
    for name, tensor in trainer.network.state_dict().items():
        assert torch.equal(tensor, reopened.network.state_dict()[name])
    for name, tensor in trainer.averaged.state_dict().items():
        assert torch.equal(tensor, reopened.averaged.state_dict()[name])
    assert reopened.optimiser.state_dict()["state"][0]["step"] == 2
    assert _steps(reopened, 1) == _steps(again, 1)
    assert not [each.name for each in path.parent.iterdir() if ".part" in each.name]

"""Episodes: the same structure in kin pictures, and the two arms that go on training with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.sampling import Target
from auxol_core.promptable.weights import save_weights
from pretrain.adapt import Adapter, AdaptOptions, lessons_and_test, trained
from pretrain.episodes import Kin, episode


@pytest.fixture(scope="module")
def episodes() -> list[list[Target]]:
    return [made for made in (episode(0, index, 4) for index in range(10)) if made]


def _share(target: Target) -> float:
    return float(target.truth.mean())


def test_most_draws_give_an_episode_of_several_pictures(episodes: list[list[Target]]) -> None:
    assert len(episodes) >= 6
    assert all(2 <= len(made) <= 4 for made in episodes)
    assert np.mean([len(made) for made in episodes]) > 2.5


def test_the_same_number_gives_the_same_episode() -> None:
    for one, other in zip(episode(0, 1, 3), episode(0, 1, 3), strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.truth, other.truth)


def test_pictures_of_an_episode_are_other_pictures(episodes: list[list[Target]]) -> None:
    for first, second, *_ in episodes:
        assert first.image.shape != second.image.shape or not np.array_equal(first.image, second.image)
        assert first.truth.shape != second.truth.shape or not np.array_equal(first.truth, second.truth)


def test_the_structure_of_an_episode_is_of_one_class(episodes: list[list[Target]]) -> None:
    """Its size differs far less within an episode than between episodes."""
    sizes = [np.log([_share(target) for target in made]) for made in episodes]
    within = float(np.mean([np.std(size) for size in sizes]))
    between = float(np.std([np.mean(size) for size in sizes]))
    assert within < 0.6 * between


def test_kin_share_decisions_and_differ_in_quantities_and_noise() -> None:
    one, other = (Kin(np.random.default_rng(0), np.random.default_rng(number)) for number in (1, 2))
    assert [one.random() for _ in range(5)] == [other.random() for _ in range(5)]
    assert one.integers(0, 10) == other.integers(0, 10)
    assert list(one.permutation(8)) == list(other.permutation(8))
    near, far = one.uniform(2, 4), other.uniform(2, 4)
    assert near != far and abs(near - far) < 1 and 2 <= near <= 4
    assert not np.array_equal(one.standard_normal((20, 20)), other.standard_normal((20, 20)))
    assert one.draws == other.draws == 8


def test_a_few_numbers_keep_their_spread_among_kin() -> None:
    drawn = [Kin(np.random.default_rng(i), np.random.default_rng((i, 1))).normal(1, 2) for i in range(400)]
    assert np.mean(drawn) == pytest.approx(1, abs=0.4) and np.std(drawn) == pytest.approx(2, abs=0.3)


def test_lessons_come_from_all_pictures_but_the_last_and_the_test_from_it() -> None:
    options = AdaptOptions(pictures=3, steps=2, batch=3)
    batches = next(made for made in (lessons_and_test(options, index) for index in range(9)) if made)
    assert [len(batch) for batch in batches] == [3, 3, 3]
    tested = {id(sample.target) for sample in batches[-1]}
    assert len(tested) == 1 and not tested & {id(s.target) for batch in batches[:-1] for s in batch}


def _adapter(arm: str) -> Adapter:
    torch.manual_seed(0)
    return Adapter(PromptableNetwork(), AdaptOptions(arm=arm, batch=2, steps=2, group=1))


@pytest.fixture(scope="module")
def batches() -> list:
    options = AdaptOptions(batch=2, steps=2)
    return next(made for made in (lessons_and_test(options, index) for index in range(9)) if made)


@pytest.mark.parametrize("arm", ["plain", "fomaml"])
def test_gathering_leaves_the_shared_weights_and_a_step_moves_them(arm: str, batches: list) -> None:
    adapter = _adapter(arm)
    before = {name: tensor.clone() for name, tensor in adapter.network.state_dict().items()}
    assert np.isfinite(adapter.gather(batches))
    assert all(torch.equal(tensor, before[name]) for name, tensor in adapter.network.state_dict().items())
    adapter.step(0.0)
    moved = {name for name, tensor in adapter.network.state_dict().items() if not torch.equal(tensor, before[name])}
    assert "head.weight" in moved and "stem.0.weight" in moved
    assert not any("running" in name for name in moved)


def test_the_arms_differ_and_each_is_the_same_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    save_weights(PromptableNetwork(), tmp_path / "start.safetensors", {})

    def arm(name: str) -> torch.Tensor:
        options = AdaptOptions(arm=name, episodes=2, group=1, batch=2, steps=1, pictures=2, outer_rate=1e-2)
        return trained(tmp_path / "start.safetensors", options).state_dict()["stem.0.weight"]

    plain, adapted = arm("plain"), arm("fomaml")
    assert not torch.equal(plain, adapted)
    assert torch.equal(adapted, arm("fomaml"))

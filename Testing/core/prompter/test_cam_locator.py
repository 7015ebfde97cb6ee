"""SAM-Mix's classifier as a locator: it tells slices apart, points at the structure, and goes on from its state."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from auxol_core.errors import InvalidInputError
from auxol_core.prompter.cam import locator as cam_locator
from auxol_core.prompter.cam.locator import CamLocator, in_range
from auxol_core.prompter.cam.network import features_of, focal_loss, grad_cam, logits_of, new_classifier
from auxol_core.prompter.locating import Locator, Sight
from auxol_core.specialist.base import Arrays
from auxol_core.steps import finish
from auxol_core.taskfile.lesson_codec import digest, encode
from auxol_core.types import BoolArray, FloatArray


@pytest.fixture(autouse=True, scope="module")
def _small_slices() -> Iterator[None]:
    """Slices of 96 pixels, a seventh of the arithmetic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cam_locator, "SIDE", 96)
        yield


def picture(number: int, there: bool) -> tuple[FloatArray, BoolArray]:
    """A grey slice of 80 x 120 with a bright disc, or without."""
    grey = np.random.default_rng(number).normal(0.3, 0.08, (80, 120))
    rows, cols = np.mgrid[:80, :120]
    mask = (rows - 24 - number % 9) ** 2 + (cols - 80 - number % 7) ** 2 <= 14**2
    mask &= there
    grey[mask] += 0.4
    return np.repeat(np.clip(grey, 0, 1)[..., None].astype(np.float32), 3, axis=2), mask


def sights_of(locator: CamLocator, count: int = 6) -> dict[str, Sight]:
    """Every second one is empty."""
    return {f"c{n}": Sight(f"c{n}", locator.sight(*picture(n, n % 2 == 0))) for n in range(count)}


@pytest.fixture(scope="module")
def taught() -> CamLocator:
    locator: Locator = CamLocator(0)
    assert isinstance(locator, CamLocator)
    run = locator.rehearsal(sights_of(locator), seed=1)
    locator.install(next(itertools.islice(run, 29, None))().state)
    return locator


def test_it_tells_slices_with_the_structure_from_those_without_and_points_at_it(taught: CamLocator) -> None:
    for number in (20, 21):
        empty, _ = picture(number, False)
        image, mask = picture(number, True)
        with_it, without = taught.look(image), taught.look(empty)
        assert with_it is not None and without is not None
        assert without.presence < 0.4 < 0.5 < with_it.presence
        assert with_it.probability.shape == mask.shape and with_it.probability.dtype == np.float32
        assert mask[np.unravel_index(int(with_it.probability.argmax()), mask.shape)]
        assert with_it.probability[~mask].mean() < 0.25 < with_it.probability[mask].mean()


def test_before_anything_is_learned_it_sees_nothing() -> None:
    assert CamLocator(0).look(picture(0, True)[0]) is None


def test_the_same_sights_seed_and_steps_give_the_same_state_and_a_stored_one_is_gone_on_from() -> None:
    locator, other = CamLocator(0), CamLocator(0)
    sights = sights_of(locator)

    def learned(by: CamLocator, new: str, seed: int, start: Arrays | None = None) -> Arrays:
        return finish(by.learn([new], sights, seed=seed, steps=2, start=start)).state

    first = learned(locator, "c0", 1)
    assert digest(first) == digest(learned(other, "c0", 1))
    assert digest(first) != digest(learned(other, "c0", 2))
    locator.install(first)
    assert digest(learned(locator, "c1", 3)) == digest(learned(other, "c1", 3, start=first))
    assert digest(locator.state) == digest(first)


def test_a_version_is_under_a_megabyte_and_a_sight_holds_the_slice_and_whether_it_is_there(taught: CamLocator) -> None:
    assert {array.dtype for array in taught.state.values()} == {np.dtype(np.float16)}
    assert len(encode(taught.state)) < 1_000_000
    sights = [taught.sight(*picture(0, there)) for there in (True, False)]
    assert [bool(sight["present"][0]) for sight in sights] == [True, False]
    assert sights[0]["image"].shape == (96, 96) and sights[0]["image"].dtype == np.uint8  # grey as one channel
    coloured = picture(0, True)[0] * np.array([1, 0.5, 0.2], dtype=np.float32)
    assert taught.sight(coloured, picture(0, True)[1])["image"].shape == (96, 96, 3)


def test_it_learns_where_all_slices_are_of_one_kind() -> None:
    locator = CamLocator(0)
    sight = Sight("c0", locator.sight(*picture(0, True)))
    assert finish(locator.learn(["c0"], {"c0": sight}, seed=0, steps=1)).steps == 1


def test_a_state_of_another_network_is_refused(taught: CamLocator) -> None:
    state = dict(taught.state)
    del state["fc.weight"]
    with pytest.raises(InvalidInputError, match=r"got one that differs in fc\.weight"):
        CamLocator(0).install(state)
    assert taught.fingerprint == CamLocator(7).fingerprint


def test_without_monai_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "monai.networks.nets.resnet", None)
    with pytest.raises(InvalidInputError, match="pip install --no-deps monai"):
        CamLocator(0)


# The published parts


def test_the_classifier_has_38_layers() -> None:
    network = new_classifier(0)
    weights = [n for n, p in network.named_parameters() if p.ndim > 1 and "downsample" not in n]
    assert len(weights) == 38


def test_the_map_is_the_gradient_weighted_one_of_its_paper() -> None:
    network = new_classifier(0).eval()
    with torch.no_grad():
        features = features_of(network, torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)))
    features.requires_grad_(True)
    (gradients,) = torch.autograd.grad(logits_of(network, features).sum(), features)
    published = torch.relu((gradients.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1))
    assert published.any()
    torch.testing.assert_close(grad_cam(network, features), published)


def test_the_focal_loss_is_that_of_its_paper() -> None:
    logits, present = torch.tensor([2.0, 2.0]), torch.tensor([1.0, 0.0])
    p = 1 / (1 + np.exp(-2.0))
    expected = np.mean([-0.25 * (1 - p) ** 2 * np.log(p), -0.75 * p**2 * np.log(1 - p)])
    assert float(focal_loss(logits, present)) == pytest.approx(expected, rel=1e-5)


def test_what_is_above_two_fifths_of_the_range_is_where() -> None:
    cam = np.array([[1.0, 2.0, 3.0, 2.9, 3.1, 6.0]], dtype=np.float32)  # 0.4 of the range 1..6 is 3
    shown = in_range(cam)
    assert (shown > 0.5).tolist() == [[False, False, False, False, True, True]]
    assert shown.min() == 0.0 and shown.max() == 1.0
    assert not in_range(np.full((2, 2), 3.0, dtype=np.float32)).any()

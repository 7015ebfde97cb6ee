"""The small U-Net as a Locator: what it learns, that it goes on bit for bit, and what it refuses."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.metrics import dice
from auxol_core.prompter.finders import LOCATORS, SMALL_UNET, LocatorSetting, locator_of
from auxol_core.prompter.locating import Locator, Sight
from auxol_core.prompter.locator import draw, learner
from auxol_core.prompter.locator.draw import Known, moved
from auxol_core.prompter.locator.learner import SEEN, ThumbnailLocator, presence_of
from auxol_core.prompter.locator.thumbnail import decoded
from auxol_core.specialist.base import Arrays, Candidate
from auxol_core.types import BoolArray, FloatArray


def picture(number: int, there: bool) -> tuple[FloatArray, BoolArray]:
    """A dim disc somewhere, and on the left, where ``there``, a bright square: the structure."""
    rng = np.random.default_rng(number)
    image = np.full((64, 64), 0.2, dtype=np.float32) + rng.random((64, 64), dtype=np.float32) * 0.05
    row, col = int(rng.integers(14, 34)), int(rng.integers(6, 16))
    image[44:56, 36:50] = 0.5
    mask = np.zeros((64, 64), dtype=bool)
    if there:
        mask[row : row + 14, col : col + 14] = True
        image[mask] = 0.9
    return np.repeat(image[:, :, None], 3, axis=2), mask


def sights_of(filled: int, empty: int) -> dict[str, Sight]:
    """The sights of so many pictures with the structure and without it, in turn."""
    locator = ThumbnailLocator(0)
    kinds = [True] * filled + [False] * empty
    return {f"c{n}": Sight(f"c{n}", locator.sight(*picture(n, there))) for n, there in enumerate(kinds)}


def finished(run: Generator[None, None, Candidate]) -> tuple[Candidate, int]:
    """The candidate, and how often the run yielded."""
    count = 0
    while True:
        try:
            next(run)
        except StopIteration as end:
            return end.value, count
        count += 1


def same(first: Arrays, second: Arrays) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "BATCH", 4)
    monkeypatch.setattr(draw, "OF_NEW", 1)


@pytest.fixture(scope="module")
def taught() -> ThumbnailLocator:
    """One that has learned six slices with the structure and six without."""
    locator = ThumbnailLocator(0)
    run = locator.rehearsal(sights_of(6, 6), seed=0)
    for _ in range(59):
        next(run)
    locator.install(next(run)().state)
    return locator


def test_it_tells_slices_with_the_structure_from_those_without_and_says_where(taught: ThumbnailLocator) -> None:
    image, truth = picture(100, there=True)
    seen, nothing = taught.look(image), taught.look(picture(101, there=False)[0])
    assert seen is not None and nothing is not None
    assert seen.presence > 0.8 > 0.2 > nothing.presence
    assert seen.probability.shape == (64, 64) and seen.probability.dtype == np.float32
    assert dice(seen.probability > 0.5, truth) > 0.7
    assert nothing.probability.max() < 0.5


def test_presence_is_told_by_the_head_and_by_the_surest_pixels_of_the_mask() -> None:
    nowhere: FloatArray = np.full((64, 64), -6.0, dtype=np.float32)
    somewhere = nowhere.copy()
    somewhere[20:26, 20:26] = 6.0
    assert presence_of(6.0, somewhere) > 0.95 > 0.5 == presence_of(6.0, nowhere) > 0.05 > presence_of(-6.0, nowhere)


def test_a_look_is_of_the_slice_own_size(taught: ThumbnailLocator) -> None:
    image = np.repeat(np.repeat(picture(100, there=True)[0], 2, axis=0), 3, axis=1)
    look = taught.look(image)
    assert look is not None and look.probability.shape == (128, 192)


def test_its_state_is_under_a_megabyte_and_half_precision(taught: ThumbnailLocator) -> None:
    assert sum(each.nbytes for each in taught.state.values()) < 1_000_000
    assert {each.dtype for name, each in taught.state.items() if name != SEEN} == {np.dtype(np.float16)}
    assert taught.state[SEEN].tolist() == [60, 6, 6]


def test_before_it_has_learned_it_says_nothing() -> None:
    locator = ThumbnailLocator(0)
    assert locator.state == {} and locator.look(picture(0, there=True)[0]) is None


def test_the_same_seed_gives_the_same_initial_weights_and_another_one_others(small_batches: None) -> None:
    one, two, other = (
        finished(ThumbnailLocator(seed).learn(["c0"], sights_of(1, 1), seed=5, steps=1))[0].state for seed in (1, 1, 2)
    )
    assert same(one, two) and not same(one, other)


def test_a_lesson_goes_on_from_what_is_stored_bit_for_bit(small_batches: None) -> None:
    sights = sights_of(2, 2)
    first, second = ThumbnailLocator(0), ThumbnailLocator(0)
    state, count = finished(first.learn(["c3"], sights, seed=1, steps=2))
    assert state.steps == count == 2 and first.state == {}  # a candidate is not in use
    first.install(state.state)
    second.install({name: array.copy() for name, array in state.state.items()})
    here, _ = finished(first.learn(["c2"], sights, seed=2, steps=2))
    there, _ = finished(second.learn(["c2"], sights, seed=2, steps=2))
    from_start, _ = finished(ThumbnailLocator(0).learn(["c2"], sights, seed=2, steps=2, start=state.state))
    assert same(here.state, there.state) and same(here.state, from_start.state)
    assert not same(here.state, state.state)


def test_a_rehearsal_can_be_ended_after_any_step_and_making_a_candidate_changes_nothing(small_batches: None) -> None:
    sights = sights_of(2, 2)
    asked, quiet = (ThumbnailLocator(0).rehearsal(sights, seed=3) for _ in range(2))
    first = [next(asked)() for _ in range(2)]
    next(quiet)
    assert [each.steps for each in first] == [1, 2]
    assert same(first[-1].state, next(quiet)().state)


def test_without_a_number_of_steps_time_ends_a_lesson(small_batches: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner, "BUDGET_S", 0.0)
    candidate, count = finished(ThumbnailLocator(0).learn(["c0"], sights_of(1, 1), seed=0, steps=None))
    assert candidate.steps == count == learner.LEAST_STEPS


@pytest.mark.parametrize(("filled", "empty", "counts"), [(1, 0, [1, 0]), (3, 0, [3, 0]), (0, 1, [0, 1])])
def test_where_one_kind_of_slice_is_missing_it_learns_and_says_of_presence_nothing(
    small_batches: None, filled: int, empty: int, counts: list[int]
) -> None:
    locator, sights = ThumbnailLocator(0), sights_of(filled, empty)
    candidate, _ = finished(locator.learn(["c0"], sights, seed=0, steps=2))
    locator.install(candidate.state)
    look = locator.look(picture(50, there=True)[0])
    assert look is not None and look.presence == 0.5 and np.isfinite(look.probability).all()
    assert candidate.state[SEEN].tolist() == [2, *counts]


def test_a_state_that_is_not_this_networks_is_refused_and_the_one_in_use_stays(taught: ThumbnailLocator) -> None:
    locator = ThumbnailLocator(0)
    locator.install(taught.state)
    broken = {**taught.state, "mean/mask.bias": np.zeros(2, dtype=np.float16)}
    with pytest.raises(InvalidInputError, match=r"differs in mean/mask\.bias"):
        locator.install(broken)
    with pytest.raises(InvalidInputError, match=r"small-unet-.*Learn the task again"):
        locator.install({"weights": np.zeros(3)})
    assert locator.state.keys() == taught.state.keys() and locator.look(picture(0, there=True)[0]) is not None


def test_its_fingerprint_is_short_printable_and_of_the_network_alone() -> None:
    assert ThumbnailLocator(0).fingerprint == ThumbnailLocator(1).fingerprint
    assert ThumbnailLocator(0).fingerprint.isprintable() and len(ThumbnailLocator(0).fingerprint) < 40


def test_half_of_a_batch_shows_the_structure_however_few_slices_do_and_the_new_ones_are_in_it() -> None:
    known = Known(["c0"], sights_of(1, 9))
    batch = known.batch(np.random.default_rng(0))
    assert batch.images.shape == (draw.BATCH, 3, 64, 64) and batch.truths.shape == (draw.BATCH, 1, 64, 64)
    assert batch.present.sum() == draw.BATCH / 2 and batch.present[: draw.OF_NEW].all()
    assert np.array_equal(batch.truths.any(axis=(1, 2, 3)), batch.present > 0)
    assert known.counts == (1, 9)


def test_what_is_drawn_is_never_mirrored_and_stays_in_range() -> None:
    thumbnail = decoded(sights_of(1, 0)["c0"].arrays)
    for number in range(20):
        image, truth = moved(thumbnail.image, thumbnail.truth.astype(np.float32), np.random.default_rng(number))
        assert image.dtype == truth.dtype == np.float32 and 0 <= image.min() <= image.max() <= 1
        assert np.nonzero(truth > 0.5)[1].mean() < 32  # it lies on the left


def test_every_preset_has_a_locator_from_the_table() -> None:
    setting = LocatorSetting(seed=3, precision="bfloat16", device="cpu")
    locator: Locator = locator_of("auxol", setting)
    assert isinstance(locator, ThumbnailLocator) and SMALL_UNET in LOCATORS
    assert locator_of("paper", setting) is not locator

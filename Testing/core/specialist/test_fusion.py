"""The fusion's weights: learned from past objects alone, never worse than a stated bound."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.options import AuxolOptions, PaperOptions
from auxol_core.specialist.auxol.preset import AUXOL
from auxol_core.specialist.base import Opinion
from auxol_core.specialist.fusion import OUTSIDE, ExpertAdvice, FusionRule, MeanOfBest, fuse
from auxol_core.types import BoolArray, FloatArray

Losses = NDArray[np.float64]
PAPER = MeanOfBest(PaperOptions())
SOFT = MeanOfBest(PaperOptions(alpha="soft"))
EXPERTS = ExpertAdvice(AuxolOptions())
SEEDS = st.integers(0, 2**32 - 1)


def _opinion(logits: FloatArray, region: tuple[slice, slice] | None = None) -> Opinion:
    return Opinion(logits, 0.9, region)


def _case(seed: int) -> tuple[FloatArray, FloatArray, BoolArray]:
    rng = np.random.default_rng(seed)
    ours, theirs = (rng.normal(0, 4, (6, 7)).astype(np.float32) for _ in range(2))
    return ours, theirs, np.asarray(rng.random((6, 7)) < 0.4, dtype=bool)


def _best_at(rule: FusionRule, *weights: float) -> list[Losses]:
    """A history in which each object did best at one weight."""
    return [np.abs(np.asarray(rule.grid) - weight) for weight in weights]


# Fusing


def test_logits_are_mixed_by_the_generalists_share() -> None:
    fused = fuse(np.full((2, 2), 4.0, np.float32), _opinion(np.full((2, 2), -2.0, np.float32)), 0.75)

    np.testing.assert_allclose(fused, 2.5)
    assert fused.dtype == np.float32


def test_outside_the_crop_there_is_no_result() -> None:
    ours = np.full((4, 4), 3.0, np.float32)

    fused = fuse(ours, _opinion(np.full((4, 4), 5.0, np.float32), (slice(1, 3), slice(0, 2))), 0.5)

    inside = np.zeros((4, 4), dtype=bool)
    inside[1:3, 0:2] = True
    np.testing.assert_array_equal(fused, np.where(inside, 4.0, OUTSIDE))


def test_without_an_opinion_the_generalist_decides_and_its_array_is_not_handed_out() -> None:
    ours = np.full((2, 2), 30.0, np.float32)

    fused = fuse(ours, None, 0.0, clip=10.0)

    np.testing.assert_array_equal(fused, ours)
    assert fused is not ours


def test_clipping_keeps_a_loud_model_from_deciding_alone() -> None:
    loud, calm = np.full((2, 2), 100.0, np.float32), _opinion(np.full((2, 2), -10.0, np.float32))

    assert fuse(loud, calm, 0.25)[0, 0] == pytest.approx(17.5)
    assert fuse(loud, calm, 0.25, clip=10.0)[0, 0] == pytest.approx(-5.0)


def test_the_published_rule_does_not_clip_and_ours_does() -> None:
    assert PAPER.clip is None
    assert EXPERTS.clip == 10.0


@pytest.mark.parametrize("share", [-0.01, 1.01, math.nan])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(InvalidInputError, match=r"in 0\.\.1"):
        fuse(np.zeros((2, 2), np.float32), None, share)


def test_models_of_different_slices_are_not_fused() -> None:
    with pytest.raises(InvalidInputError, match="one slice's shape"):
        fuse(np.zeros((2, 2), np.float32), _opinion(np.zeros((2, 3), np.float32)), 0.5)


# The published rule


def test_the_published_grid_is_0_to_1_in_steps_of_a_twentieth() -> None:
    assert len(PAPER.grid) == 21
    np.testing.assert_allclose(PAPER.grid, np.arange(21) * 0.05, atol=1e-12)


def test_the_generalist_decides_alone_until_five_objects_are_corrected() -> None:
    history = _best_at(PAPER, 0.0, 0.0, 0.0, 0.0, 0.0)

    assert [PAPER.share(history[:n]) for n in range(6)] == [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]


def test_the_share_is_the_mean_of_the_last_five_best_weights() -> None:
    assert PAPER.share(_best_at(PAPER, 1.0, 1.0, 0.1, 0.2, 0.3, 0.4, 0.5)) == pytest.approx(0.3)


def test_of_equally_good_weights_the_smallest_counts() -> None:
    truth = np.array([[True, False]])
    agreed = np.array([[5.0, -5.0]], np.float32)

    for rule in (PAPER, SOFT):
        losses = rule.losses(agreed, _opinion(agreed), truth)
        assert rule.share([losses] * 5) == 0.0


@pytest.mark.parametrize("rule", [PAPER, SOFT])
@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_the_search_agrees_with_a_naive_loop(rule: MeanOfBest, seed: int) -> None:
    ours, theirs, truth = _case(seed)
    rows, cols = slice(1, 5), slice(2, 7)

    losses = rule.losses(ours, _opinion(theirs, (rows, cols)), truth)

    for weight, loss in zip(rule.grid, losses, strict=True):
        both = shown = target = 0.0
        for r in range(1, 5):
            for c in range(2, 7):
                z = float(np.float32(weight) * ours[r, c] + np.float32(1 - weight) * theirs[r, c])
                p = 1 / (1 + math.exp(-z)) if rule is SOFT else float(z > 0)
                both, shown, target = both + p * truth[r, c], shown + p, target + float(truth[r, c])
        assert loss == pytest.approx(1 - 2 * both / (shown + target) if shown + target else 0.0, abs=1e-6)


def test_truth_outside_the_crop_does_not_count_in_the_published_search() -> None:
    logits = np.where(np.arange(4) < 2, 5.0, -5.0).astype(np.float32)[None]
    truth = np.array([[True, True, True, True]])

    losses = PAPER.losses(logits, _opinion(logits, (slice(0, 1), slice(0, 2))), truth)

    np.testing.assert_array_equal(losses, 0.0)


@pytest.mark.parametrize("rule", [PAPER, SOFT, EXPERTS])
def test_nothing_shown_where_nothing_is_loses_nothing(rule: FusionRule) -> None:
    nothing = np.full((3, 3), -1000.0, np.float32)

    losses = rule.losses(nothing, _opinion(nothing), np.zeros((3, 3), dtype=bool))

    np.testing.assert_allclose(losses, 0.0, atol=1e-12)


# Ours


def test_the_first_share_is_the_priors_mean() -> None:
    assert EXPERTS.share([]) == pytest.approx(0.5)
    assert ExpertAdvice(AuxolOptions(), prior=(1e-9, 1e-9, 1e-9, 1e-9, 1.0)).share([]) == pytest.approx(1.0)
    assert ExpertAdvice(AuxolOptions(), prior=(4, 1, 1, 1, 1)).share([]) == pytest.approx(2.5 / 8)


@pytest.mark.parametrize("prior", [(1.0, 1.0), (1.0, 1.0, 1.0, 1.0, 0.0), (1.0, 1.0, 1.0, 1.0, math.nan)])
def test_a_prior_that_does_not_fit_the_experts_is_refused(prior: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInputError, match="5 positive numbers"):
        ExpertAdvice(AuxolOptions(), prior=prior)


def test_the_share_moves_to_the_expert_that_loses_least() -> None:
    shares = [EXPERTS.share(_best_at(EXPERTS, *[0.0] * n)) for n in range(6)]

    assert shares == sorted(shares, reverse=True)
    assert shares[5] < 0.1


def test_recent_objects_count_more_when_older_ones_are_forgotten() -> None:
    lasting, quick = (ExpertAdvice(AuxolOptions(expert_forget=forget)) for forget in (1.0, 0.5))
    changed = _best_at(EXPERTS, 0.0, 0.0, 0.0, 1.0, 1.0)

    assert lasting.share(changed) < 0.5 < quick.share(changed)


def test_weights_follow_the_published_formula() -> None:
    rule = ExpertAdvice(AuxolOptions(expert_rate=2.0, expert_forget=0.9))
    history = [np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.array([0.9, 0.1, 0.0, 0.2, 0.4])]

    raw = [math.exp(-2.0 * (0.9 * history[0][i] + history[1][i])) for i in range(5)]

    np.testing.assert_allclose(rule.weights(history), np.array(raw) / sum(raw), rtol=1e-12)


def test_a_long_history_of_large_losses_leaves_weights_that_sum_to_1() -> None:
    rule = ExpertAdvice(AuxolOptions(expert_forget=1.0, expert_rate=1000.0))

    weights = rule.weights([np.ones(5)] * 1000)

    np.testing.assert_allclose(weights, 0.2)


def test_truth_outside_the_region_counts_as_missed_in_ours() -> None:
    logits = np.where(np.arange(4) < 2, 5.0, -5.0).astype(np.float32)[None]
    truth = np.array([[True, True, True, True]])

    losses = EXPERTS.losses(logits, _opinion(logits, (slice(0, 1), slice(0, 2))), truth)

    np.testing.assert_allclose(losses, 1 - 5 / 7)


@given(
    rounds=st.lists(st.lists(st.floats(0, 1), min_size=5, max_size=5), min_size=1, max_size=60),
    rate=st.floats(0.05, 20),
)
@settings(max_examples=80, deadline=None)
def test_the_forecaster_keeps_its_regret_bound(rounds: list[list[float]], rate: float) -> None:
    rule = ExpertAdvice(AuxolOptions(expert_rate=rate, expert_forget=1.0))
    history = [np.array(vector) for vector in rounds]

    paid = sum(float(rule.weights(history[:t]) @ history[t]) for t in range(len(history)))

    best = min(float(total) for total in np.sum(history, axis=0))
    assert paid <= best + math.log(5) / rate + rate * len(history) / 8 + 1e-9


# Both


@pytest.mark.parametrize("rule", [PAPER, EXPERTS])
@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_a_weight_never_depends_on_the_object_it_is_applied_to_or_later_ones(rule: FusionRule, seed: int) -> None:
    rng = np.random.default_rng(seed)
    history = [rng.random(len(rule.grid)) for _ in range(12)]
    other = history[:7] + [rng.random(len(rule.grid)) for _ in range(5)]

    shares = [rule.share(history[:t]) for t in range(12)]

    assert shares[:8] == [rule.share(other[:t]) for t in range(8)]
    assert all(0.0 <= share <= 1.0 for share in shares)


@pytest.mark.parametrize("rule", [PAPER, EXPERTS])
@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_what_is_scored_is_what_would_have_been_shown(rule: FusionRule, seed: int) -> None:
    ours, theirs, truth = _case(seed)
    opinion = _opinion(theirs * 5)

    losses = rule.losses(ours * 5, opinion, truth)

    smooth = 1.0 if rule is EXPERTS else 0.0
    for weight, loss in zip(rule.grid, losses, strict=True):
        mask = fuse(ours * 5, opinion, weight, rule.clip) > 0
        dice = (2 * (mask & truth).sum() + smooth) / (mask.sum() + truth.sum() + smooth)
        assert loss == pytest.approx(1 - dice)


@pytest.mark.parametrize("rule", [PAPER, EXPERTS])
def test_losses_of_another_rules_journal_are_refused(rule: FusionRule) -> None:
    with pytest.raises(InvalidInputError, match="another fusion rule"):
        rule.share([np.zeros(4)] * 5)


def test_auxol_leans_to_its_specialist_where_that_begins_as_the_generalists_equal() -> None:
    class Equal:
        begins_equal = True

    options = AuxolOptions()
    leaning, uniform = AUXOL.make_fusion(options, Equal()), AUXOL.make_fusion(options, object())  # type: ignore[arg-type]
    assert uniform.share([]) == 0.5 and 0.15 < leaning.share([]) < 0.25
    generalist_right = [np.array([0.5, 0.4, 0.3, 0.2, 0.1])] * 6
    assert leaning.share(generalist_right) > 0.8  # and learns as any other

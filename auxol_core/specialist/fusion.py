"""Adaptive fusion of generalist and specialist: z = a z_generalist + (1 - a) z_specialist, and where a comes from.

What a rule knows is a pure fold over the journal: each corrected object leaves one vector of losses, one loss for
each weight of the rule's grid, computed when its correction arrives. The weight for the next object is a function of
the vectors of past objects alone, so it can never depend on the object it is applied to, and a reopened task has it
at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.options import AuxolOptions, PaperOptions
from auxol_core.specialist.base import Opinion
from auxol_core.types import BoolArray, FloatArray

Losses = NDArray[np.float64]

# What a fused result is where the opinion has no region: sigmoid(-20) = 2e-9.
OUTSIDE = -20.0
# Two models differ in how loud they are; beyond +-10 (p = 0.99995) louder says nothing more.
CLIP = 10.0
EXPERTS = (0.0, 0.25, 0.5, 0.75, 1.0)


class FusionRule(Protocol):
    """How the generalist's weight a is learned from corrections."""

    @property
    def grid(self) -> tuple[float, ...]:
        """The weights a that are tried, ascending in 0..1."""

    @property
    def clip(self) -> float | None:
        """Logits are clipped to -clip .. clip before they are mixed; None: as they are. Goes into ``fuse``."""

    def share(self, history: Sequence[Losses]) -> float:
        """The generalist's weight for the next object, 0..1, from the losses of past objects, oldest first."""

    def losses(self, generalist: FloatArray, opinion: Opinion, truth: BoolArray) -> Losses:
        """One loss for each weight of ``grid``, (len(grid),) in 0..1: what each would have scored on this object.

        ``generalist``: logits (H, W); ``truth``: the correction, (H, W). To be called at correction time only.
        """


def fuse(generalist: FloatArray, opinion: Opinion | None, share: float, clip: float | None = None) -> FloatArray:
    """The fused logits (H, W) float32 of one object; the mask is where they are above 0.

    ``generalist``: logits (H, W). Inside the opinion's region they are mixed by ``share`` (1: the generalist alone),
    outside it there is no result (-20). Without an opinion the generalist's logits are the result. Raises
    InvalidInputError if ``share`` is not in 0..1 or the shapes differ.
    """
    if not 0.0 <= share <= 1.0:
        raise InvalidInputError(f"The generalist's share must lie in 0..1, got {share!r}. Take it from a fusion rule.")
    if opinion is None:
        return np.array(generalist, dtype=np.float32)
    _check_shapes(generalist, opinion, None)
    region = _region(opinion, generalist.shape)
    fused = np.full(generalist.shape, OUTSIDE, dtype=np.float32)
    fused[region] = _mix(generalist[region], opinion.logits[region], share, clip)
    return fused


@dataclass(frozen=True)
class MeanOfBest:
    """The published rule (Huang et al. 2025, section on adaptive fusion): the mean of the last five best weights.

    The best weight of an object is searched over 0, 0.05 .. 1 against its correction, *inside the crop* as published:
    what of the truth lies outside it is lost whatever the weight. The loss is 1 - Dice of the mask (``alpha=hard``)
    or of the probabilities (``soft``); of equally good weights the smallest wins, in both. Nothing is clipped.
    """

    options: PaperOptions

    @property
    def grid(self) -> tuple[float, ...]:
        """0, 0.05 .. 1 with the default ``alpha_step``; the step is rounded to a whole part of 1."""
        parts = max(1, round(1.0 / self.options.alpha_step))
        return tuple(i / parts for i in range(parts + 1))

    @property
    def clip(self) -> None:
        """Published without clipping."""
        return None

    def share(self, history: Sequence[Losses]) -> float:
        """Mean best weight of the last ``alpha_history`` objects; 1 until so many are corrected."""
        last = history[-self.options.alpha_history :]
        if len(last) < self.options.alpha_history:
            return 1.0
        grid = np.asarray(self.grid)
        best = [grid[int(np.argmin(checked))] for checked in _checked(last, len(grid))]
        return float(np.mean(best))

    def losses(self, generalist: FloatArray, opinion: Opinion, truth: BoolArray) -> Losses:
        """1 - Dice in the crop, hard or soft, for each weight; two empty masks agree (loss 0)."""
        _check_shapes(generalist, opinion, truth)
        region = _region(opinion, generalist.shape)
        ours, theirs, target = generalist[region], opinion.logits[region], np.asarray(truth[region], dtype=bool)
        return np.array([self._loss(_mix(ours, theirs, share, None), target) for share in self.grid])

    def _loss(self, logits: FloatArray, target: BoolArray) -> float:
        if self.options.alpha == "soft":
            # tanh, because exp overflows where the generalist is sure.
            shown = 0.5 * (1.0 + np.tanh(0.5 * logits.astype(np.float64)))
        else:
            shown = (logits > 0).astype(np.float64)
        total = float(shown.sum()) + float(target.sum())
        return 1.0 - 2.0 * float(shown[target].sum()) / total if total > 0 else 0.0


@dataclass(frozen=True)
class ExpertAdvice:
    """Prediction with expert advice: the exponentially weighted forecaster (Cesa-Bianchi & Lugosi 2006, chapter 2).

    The experts are fixed mixtures a = 0, 0.25 .. 1, their loss is 1 - Dice of the fused mask on the whole slice. With
    w_i proportional to prior_i exp(-rate sum_t forget^(T-t) loss_i,t) the share is sum_i w_i a_i. Without forgetting
    and with a uniform prior, sum_t w_t . loss_t <= min_i sum_t loss_i,t + ln N / rate + rate T / 8 (theorem 2.2). The
    bound is on the mixture of losses; Dice of the mixed logits is not convex, so for the mask itself it is a guide.

    ``prior``: the experts' weights before anything is corrected, one for each of ``grid``, made to sum to 1; empty:
    uniform, so that the first share is 0.5. Raises InvalidInputError where a prior does not fit the grid.
    """

    options: AuxolOptions
    prior: tuple[float, ...] = ()
    grid: tuple[float, ...] = EXPERTS
    clip: float | None = CLIP
    _log_prior: Losses = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        prior = np.asarray(self.prior or (1.0,) * len(self.grid), dtype=np.float64)
        if prior.shape != (len(self.grid),) or not np.isfinite(prior).all() or not (prior > 0).all():
            raise InvalidInputError(
                f"The prior must be {len(self.grid)} positive numbers, one for each of the weights {self.grid}, "
                f"got {self.prior}. Leave it empty for a uniform one."
            )
        object.__setattr__(self, "_log_prior", np.log(prior / prior.sum()))

    def weights(self, history: Sequence[Losses]) -> Losses:
        """The experts' weights for the next object, (len(grid),), summing to 1."""
        total = np.zeros(len(self.grid))
        for vector in _checked(history, len(self.grid)):
            total = self.options.expert_forget * total + vector
        exponent = self._log_prior - self.options.expert_rate * total
        weights = np.exp(exponent - exponent.max())
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    def share(self, history: Sequence[Losses]) -> float:
        """The experts' weighted mean; the prior's mean where nothing is corrected yet."""
        return float(np.clip(self.weights(history) @ np.asarray(self.grid), 0.0, 1.0))

    def losses(self, generalist: FloatArray, opinion: Opinion, truth: BoolArray) -> Losses:
        """1 - (2 |A and B| + 1) / (|A| + |B| + 1) on the whole slice: two empty masks lose nothing, a tiny object
        missed loses less than a large one."""
        _check_shapes(generalist, opinion, truth)
        region = _region(opinion, generalist.shape)
        ours, theirs, target = generalist[region], opinion.logits[region], np.asarray(truth[region], dtype=bool)
        size = int(np.count_nonzero(truth))
        losses = []
        for share in self.grid:
            mask = _mix(ours, theirs, share, self.clip) > 0
            both = int(np.count_nonzero(mask & target))
            losses.append(1.0 - (2 * both + 1) / (int(np.count_nonzero(mask)) + size + 1))
        return np.array(losses)


def _mix(generalist: FloatArray, specialist: FloatArray, share: float, clip: float | None) -> FloatArray:
    """a z_generalist + (1 - a) z_specialist in float32; one function, so that what is scored is what is shown."""
    if clip is not None:
        generalist, specialist = np.clip(generalist, -clip, clip), np.clip(specialist, -clip, clip)
    return np.asarray(np.float32(share) * generalist + np.float32(1.0 - share) * specialist, dtype=np.float32)


def _region(opinion: Opinion, shape: tuple[int, ...]) -> tuple[slice, slice]:
    return opinion.region if opinion.region is not None else (slice(0, shape[0]), slice(0, shape[1]))


def _check_shapes(generalist: FloatArray, opinion: Opinion, truth: BoolArray | None) -> None:
    shapes = [generalist.shape, opinion.logits.shape] + ([truth.shape] if truth is not None else [])
    if len(set(shapes)) != 1:
        raise InvalidInputError(
            f"Generalist, specialist and truth must be of one slice's shape (rows, columns), got {shapes}. "
            "Predict again on the slice that was corrected."
        )


def _checked(history: Sequence[Losses], length: int) -> list[Losses]:
    vectors = [np.asarray(vector, dtype=np.float64) for vector in history]
    for vector in vectors:
        if vector.shape != (length,) or not np.isfinite(vector).all():
            raise InvalidInputError(
                f"A corrected object's losses must be {length} finite numbers, one for each weight of the fusion, got "
                f"shape {vector.shape}. The journal was written with another fusion rule: open it with that preset."
            )
    return vectors

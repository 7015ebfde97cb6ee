"""Structure loss against a naive reading of its definition."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import ndimage

from auxol_core.specialist.paper.loss import structure_loss

Bce = Literal["as_intended", "as_coded"]


def _naive(logits: NDArray[np.float64], truth: NDArray[np.float64], bce: Bce) -> float:
    local = ndimage.uniform_filter(truth, 31, mode="constant", cval=0.0)
    weighted_bce = plain_bce = weights = both = union = 0.0
    for r in range(truth.shape[0]):
        for c in range(truth.shape[1]):
            weight = 1 + 5 * abs(local[r, c] - truth[r, c])
            p = 1 / (1 + math.exp(-logits[r, c]))
            entropy = -math.log(p) if truth[r, c] else -math.log(1 - p)
            weighted_bce, plain_bce, weights = weighted_bce + weight * entropy, plain_bce + entropy, weights + weight
            both, union = both + weight * p * truth[r, c], union + weight * (p + truth[r, c] - p * truth[r, c])
    first = weighted_bce / weights if bce == "as_intended" else plain_bce / truth.size
    return first + 1 - (both + 1) / (union + 1)


def _samples() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(4)
    truth = np.zeros((3, 40, 36))
    truth[0, 5:30, 0:20] = 1
    truth[1] = rng.random((40, 36)) < 0.3
    return rng.normal(0, 3, truth.shape), truth


def _ours(logits: NDArray[np.float64], truth: NDArray[np.float64], bce: Bce) -> list[float]:
    z, t = (torch.from_numpy(a[:, None].astype(np.float32)) for a in (logits, truth))
    return [float(loss) for loss in structure_loss(z, t, bce)]


@pytest.mark.parametrize("bce", ["as_intended", "as_coded"])
def test_it_is_weighted_bce_and_weighted_iou(bce: Bce) -> None:
    logits, truth = _samples()

    losses = _ours(logits, truth, bce)

    np.testing.assert_allclose(losses, [_naive(z, t, bce) for z, t in zip(logits, truth, strict=True)], rtol=2e-5)


def test_as_coded_the_edge_weights_act_in_the_iou_term_alone() -> None:
    logits, truth = _samples()

    assert np.abs(np.subtract(_ours(logits, truth, "as_coded"), _ours(logits, truth, "as_intended")))[:2].min() > 1e-3


@pytest.mark.parametrize("bce", ["as_intended", "as_coded"])
def test_an_error_at_the_edge_costs_more_than_one_far_from_it(bce: Bce) -> None:
    truth = np.zeros((1, 96, 96))
    truth[0, :, :40] = 1
    right = np.where(truth > 0, 8.0, -8.0)
    at_edge, far = right.copy(), right.copy()
    at_edge[0, 40:50, 41] *= -1
    far[0, 40:50, 90] *= -1

    assert _ours(at_edge, truth, bce)[0] > _ours(far, truth, bce)[0] + 1e-4


@pytest.mark.parametrize("bce", ["as_intended", "as_coded"])
def test_nothing_shown_where_nothing_is_costs_nothing(bce: Bce) -> None:
    empty = np.zeros((1, 32, 32))

    assert _ours(np.full((1, 32, 32), -30.0), empty, bce)[0] == pytest.approx(0.0, abs=1e-6)

"""Dice, HD95 and NSD are those of MONAI, a named and kept implementation, on random masks of random spacing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from monai.metrics import DiceMetric, compute_hausdorff_distance, compute_surface_dice
from scipy import ndimage

from auxol_core.imaging.metrics import dice, hd95, nsd
from auxol_core.types import BoolArray

# MONAI 1.6 warns of an argument that it passes to itself.
pytestmark = pytest.mark.filterwarnings("ignore:.*always_return_as_numpy:FutureWarning")

SHAPES = [(40, 48), (24, 32, 20)]


def blobs(shape: tuple[int, ...], rng: np.random.Generator) -> BoolArray:
    return np.asarray(ndimage.gaussian_filter(rng.normal(size=shape), 2.5) > 0.05)


def as_monai(mask: BoolArray) -> Any:
    """(batch, classes, ...), one-hot: background and the structure."""
    return torch.from_numpy(np.stack([~mask, mask])[None].astype(np.float32))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", SHAPES)
def test_they_agree_with_monai(shape: tuple[int, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    ours, truth = blobs(shape, rng), blobs(shape, rng)
    spacing = tuple(float(step) for step in rng.uniform(0.5, 3.0, len(shape)))
    one, other = as_monai(ours), as_monai(truth)
    theirs = DiceMetric(include_background=False)(one, other)
    assert dice(ours, truth) == pytest.approx(float(theirs), abs=1e-6)
    far = compute_hausdorff_distance(one, other, percentile=95, spacing=list(spacing))
    assert hd95(ours, truth, spacing) == pytest.approx(float(far), abs=1e-4)
    near = compute_surface_dice(one, other, class_thresholds=[2.0], spacing=list(spacing))
    assert nsd(ours, truth, 2.0, spacing) == pytest.approx(float(near), abs=1e-6)

"""The promptable loss against a plain numpy computation, and what it sends no gradient to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.promptable.losses import hard_dice, promptable_loss, soft_dice

Numbers = NDArray[np.float64]


def _tensor(values: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(values), dtype=torch.float32)


def _plain_loss(logits: Numbers, quality: float, truth: Numbers, outside: float) -> float:
    """The definition, pixel by pixel, for one sample of (H, W)."""
    height, width = truth.shape
    weighted = weights = 0.0
    for row in range(height):
        for col in range(width):
            around = truth[max(0, row - 7) : row + 8, max(0, col - 7) : col + 8]
            weight = 1 + 4 * abs(around.mean() - truth[row, col])
            p = 1 / (1 + np.exp(-logits[row, col]))
            weighted += weight * -(np.log(p) if truth[row, col] else np.log(1 - p))
            weights += weight
    probability = 1 / (1 + np.exp(-logits))
    soft = (2 * (probability * truth).sum() + 1) / (probability.sum() + truth.sum() + 1)
    mask = logits > 0
    hard = (2 * (mask * truth).sum() + 1) / (mask.sum() + truth.sum() + outside + 1)
    expected = 1 / (1 + np.exp(-quality))
    return float(weighted / weights + 1 - soft + 0.3 * (expected - hard) ** 2)


def test_the_loss_is_what_the_definition_says() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (3, 24, 24))
    truth = np.zeros((3, 24, 24))
    truth[0, 5:15, 8:20] = 1
    truth[1, :4, :] = 1
    quality, outside = np.array([0.3, -1.0, 2.0]), np.array([0.0, 40.0, 7.5])
    loss = promptable_loss(_tensor(logits[:, None]), _tensor(quality), _tensor(truth[:, None]), _tensor(outside))
    plain = [_plain_loss(*sample) for sample in zip(logits, quality, truth, outside, strict=True)]
    assert loss.tolist() == pytest.approx(plain, rel=1e-4)


def test_soft_dice_of_two_empty_masks_is_one() -> None:
    empty = torch.zeros(2, 1, 4, 4)
    assert soft_dice(empty, empty).tolist() == [1.0, 1.0]


def test_hard_dice_counts_what_the_window_misses() -> None:
    truth = torch.zeros(1, 1, 8, 8)
    truth[..., :4] = 1
    logits = truth * 2 - 1
    assert hard_dice(logits, truth).tolist() == [1.0]
    assert hard_dice(logits, truth, torch.tensor([64.0])).tolist() == pytest.approx([65 / 129])


def test_a_logit_of_zero_is_not_in_the_mask() -> None:
    assert hard_dice(torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)).tolist() == [1.0]


def test_the_quality_term_does_not_bend_the_mask() -> None:
    truth = torch.zeros(1, 1, 16, 16)
    truth[..., 4:9, 4:9] = 1
    gradients = []
    for quality in (-4.0, 4.0):
        logits = torch.linspace(-2, 2, 256).reshape(1, 1, 16, 16).requires_grad_()
        promptable_loss(logits, torch.tensor([quality]), truth, torch.zeros(1)).sum().backward()
        assert logits.grad is not None
        gradients.append(logits.grad)
    assert torch.equal(*gradients)
    assert gradients[0].abs().sum() > 0


def test_the_quality_is_drawn_towards_the_dice_of_the_mask() -> None:
    truth = torch.zeros(1, 1, 16, 16)
    truth[..., :8] = 1
    for logits, sign in ((truth * 8 - 4, -1.0), (4 - truth * 8, 1.0)):  # all right; all wrong
        quality = torch.zeros(1, requires_grad=True)
        promptable_loss(logits, quality, truth, torch.zeros(1)).sum().backward()
        assert quality.grad is not None and quality.grad.sign().item() == sign


def test_a_wrong_pixel_at_the_boundary_costs_more_than_one_far_from_it() -> None:
    truth = torch.zeros(2, 1, 48, 48)
    truth[..., :24] = 1
    logits = (truth * 2 - 1) * 4
    logits[0, 0, 20, 23] *= -1
    logits[1, 0, 20, 2] *= -1
    near, far = promptable_loss(logits, torch.zeros(2), truth, torch.zeros(2)).tolist()
    assert near > far * 1.02


def test_a_better_answer_costs_less() -> None:
    truth = torch.zeros(3, 1, 16, 16)
    truth[..., :8] = 1
    logits = (truth * 2 - 1) * torch.tensor([3.0, 1.0, -1.0]).reshape(3, 1, 1, 1)
    losses = promptable_loss(logits, torch.zeros(3), truth, torch.zeros(3)).tolist()
    assert losses[0] < losses[1] < losses[2]

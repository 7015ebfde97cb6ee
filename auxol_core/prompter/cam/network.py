"""The classifier of SAM-Mix: MONAI's ResNet (He et al. 2016) with 38 layers, its focal loss and its Grad-CAM."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from auxol_core.errors import InvalidInputError

# "ResNet-38" is none of He et al.'s; 38 = 2 + 2 x 18 basic blocks, put as in their ResNet-34 with the longest stage
# third. Widths are not published; at an eighth of theirs a version is 0.7 MB in half precision, at theirs 44 MB.
BLOCKS, WIDTHS = (3, 4, 8, 3), (8, 16, 32, 64)
# How fast BatchNorm's statistics follow: after a save's few steps torch's 0.1 would still be mostly the initial ones.
MOMENTUM = 0.5
# Lin et al. 2017 (focal loss), section 4.1: their defaults. SAM-Mix says "binary focal loss" and no numbers.
GAMMA, ALPHA = 2.0, 0.25


def new_classifier(seed: int) -> nn.Module:
    """One of ``seed``'s random weights; InvalidInputError, which names the remedy, where MONAI is not installed."""
    try:
        from monai.networks.nets.resnet import ResNet
    except ImportError as error:
        raise InvalidInputError(
            "The preset sam_mix needs the Python package monai for its classifier, which is not here "
            f"({error}). Install it with: python -m pip install --no-deps monai"
        ) from error
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network: nn.Module = ResNet(
            "basic",
            list(BLOCKS),
            list(WIDTHS),
            spatial_dims=2,
            n_input_channels=3,
            conv1_t_stride=2,
            no_max_pool=True,
            num_classes=1,
        )
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = MOMENTUM
    return network


def features_of(network: Any, x: Tensor) -> Tensor:
    """What the last convolutions make of slices (N, 3, H, W): (N, C, H / 16, W / 16). Without the max pooling after
    the first convolution, so that the map of a slice of 256 pixels has 16 a side and not 8."""
    x = network.act(network.bn1(network.conv1(x)))
    for stage in (network.layer1, network.layer2, network.layer3, network.layer4):
        x = stage(x)
    return x


def logits_of(network: Any, features: Tensor) -> Tensor:
    """How sure the structure is on the slices, (N,), of ``features_of``."""
    logits: Tensor = network.fc(features.mean(dim=(2, 3)))
    return logits[:, 0]


def grad_cam(network: Any, features: Tensor) -> Tensor:
    """Grad-CAM of the class "is there", (N, h, w), not below 0 (Selvaraju et al. 2017, equations 1 and 2).

    The logit is linear in the features' means, so its gradient is the head's weights over h w (section 3.1 there), and
    no pass back is needed.
    """
    weights = network.fc.weight[0] / (features.shape[2] * features.shape[3])
    return torch.relu(torch.einsum("c,nchw->nhw", weights, features))


def focal_loss(logits: Tensor, present: Tensor) -> Tensor:
    """Mean binary focal loss (Lin et al. 2017, equation 5) of ``logits`` and ``present`` (0 or 1), both (N,)."""
    cross_entropy = F.binary_cross_entropy_with_logits(logits, present, reduction="none")
    right = torch.exp(-cross_entropy)
    balance = ALPHA * present + (1 - ALPHA) * (1 - present)
    return (balance * (1 - right) ** GAMMA * cross_entropy).mean()

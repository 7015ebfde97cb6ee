"""A convolution and the BatchNorm behind it as one convolution, for encoders that run frozen."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def folded(conv: Any, norm: Any | None, dtype: torch.dtype) -> Any:
    """``conv`` with ``norm`` (a BatchNorm2d that no longer learns, or None) in it, in ``dtype`` and channels last; its
    own copy, computed in float32."""
    made: Any = nn.Conv2d(
        conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding,
        groups=conv.groups, bias=norm is not None or conv.bias is not None, device=conv.weight.device,
    )  # fmt: skip
    weight, bias = conv.weight, conv.bias
    if norm is not None:
        share = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weight = weight * share[:, None, None, None]
        bias = norm.bias + ((0 if bias is None else bias) - norm.running_mean) * share
    made.weight.data = weight.detach().clone()
    if bias is not None:
        made.bias.data = bias.detach().clone()
    return made.requires_grad_(False).to(dtype).to(memory_format=torch.channels_last)


def last(x: Tensor) -> Tensor:
    """``x`` (B, C, h, w) in channels-last order."""
    return x.contiguous(memory_format=torch.channels_last)

"""Low-rank matrices beside frozen weights (Hu et al. 2021, LoRA, section 4.1): W + B A, and B is 0 at first.

Nothing is added to the network: a pass is made with merged weights (``torch.func.functional_call``), through which the
gradients reach A and B. Merging costs rank x out x in products a pass; two more layers cost as much for each token.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Place:
    """Rows ``start`` to ``stop`` of the weight (out, in) of the name ``parameter``; a convolution's weight is one of
    (out, in x rows x columns)."""

    parameter: str
    start: int
    stop: int

    @property
    def down(self) -> str:
        """The name of A, (rank, in)."""
        return f"{self.parameter}/{self.start}/down"

    @property
    def up(self) -> str:
        """The name of B, (stop - start, rank)."""
        return f"{self.parameter}/{self.start}/up"


def initial(module: nn.Module, places: Sequence[Place], rank: int, seed: int) -> dict[str, Tensor]:
    """A and B of every place: A uniform in +-1/sqrt(in) as the authors' code has it, drawn from ``seed``; B = 0."""
    generator = torch.Generator().manual_seed(seed)
    values = {}
    for place in places:
        weight = module.get_parameter(place.parameter)
        width = weight[0].numel()
        down = (2 * torch.rand(rank, width, generator=generator) - 1) / width**0.5
        values[place.down] = down.to(weight.device)
        values[place.up] = torch.zeros(place.stop - place.start, rank, device=weight.device)
    return values


def merged(module: nn.Module, places: Sequence[Place], values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of ``module`` that have a place, W + B A in its rows, by name."""
    weights: dict[str, Tensor] = {}
    for place in places:
        whole = weights.get(place.parameter, module.get_parameter(place.parameter))
        above, rows, below = whole[: place.start], whole[place.start : place.stop], whole[place.stop :]
        change = (values[place.up] @ values[place.down]).view_as(rows)
        weights[place.parameter] = torch.cat([above, rows + change, below])
    return weights


def shell_of(module: Module) -> Module:
    """A copy of ``module`` that shares every tensor with it: its own layers, none of its own memory."""
    tensors = (*module.parameters(), *module.buffers())
    return copy.deepcopy(module, {id(tensor): tensor for tensor in tensors})

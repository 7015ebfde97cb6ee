"""Low-rank matrices: merged they are what two more layers beside the frozen one would be, and nothing is copied."""

from __future__ import annotations

import torch
from torch import nn
from torch.func import functional_call

from auxol_core.specialist.low_rank import Place, initial, merged, shell_of

# Rows 0..2 are q, 3..5 k and 6..8 v, as in SAM's fused qkv.
QKV = nn.Linear(4, 9)
PLACES = (Place("weight", 0, 3), Place("weight", 6, 9))
X = torch.linspace(-1, 1, 8).view(2, 4)


def drawn() -> dict[str, torch.Tensor]:
    values = initial(QKV, PLACES, rank=2, seed=3)
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(value.shape, generator=generator) for name, value in values.items()}


def test_merged_weights_give_what_two_more_layers_beside_the_frozen_one_give() -> None:
    values = drawn()
    beside = QKV(X).detach().clone()
    for place in PLACES:
        beside[:, place.start : place.stop] += X @ values[place.down].T @ values[place.up].T
    together = functional_call(QKV, merged(QKV, PLACES, values), (X,))
    torch.testing.assert_close(together, beside)
    torch.testing.assert_close(together[:, 3:6], QKV(X)[:, 3:6], rtol=0, atol=0)  # k is nobody's place
    assert not torch.allclose(together[:, :3], QKV(X)[:, :3])


def test_at_first_the_merged_weights_are_the_frozen_ones_bit_for_bit_and_a_seed_draws_the_same() -> None:
    values = initial(QKV, PLACES, rank=2, seed=3)
    assert torch.equal(merged(QKV, PLACES, values)["weight"], QKV.weight)
    again, other = (initial(QKV, PLACES, rank=2, seed=seed) for seed in (3, 4))
    assert all(torch.equal(values[name], again[name]) for name in values)
    assert not torch.equal(values["weight/0/down"], other["weight/0/down"])
    assert {name: tuple(value.shape) for name, value in values.items()} == {
        "weight/0/down": (2, 4), "weight/0/up": (3, 2), "weight/6/down": (2, 4), "weight/6/up": (3, 2),
    }  # fmt: skip


def test_gradients_reach_the_matrices_and_nothing_else() -> None:
    frozen = nn.Linear(4, 9).requires_grad_(False)
    values = {name: value.requires_grad_(True) for name, value in drawn().items()}
    functional_call(frozen, merged(frozen, PLACES, values), (X,)).square().sum().backward()
    assert all(value.grad is not None and value.grad.any() for value in values.values())
    assert frozen.weight.grad is None


def test_a_shell_shares_every_tensor_and_has_its_own_layers() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm2d(2))
    shell = shell_of(module)
    assert shell[0] is not module[0]
    theirs, ours = (each.state_dict(keep_vars=True) for each in (module, shell))
    assert all(ours[name] is tensor for name, tensor in theirs.items())

"""The published U-Net: its size, and that a sample's result is its own."""

from __future__ import annotations

import pytest
import torch

from auxol_core.specialist.paper.unet import UNet, random_unet

NARROW = (4, 6, 8)


@pytest.mark.parametrize(("channels", "parameters"), [(4, 17_254_721), (3, 17_254_721 - 64 * 9)])
def test_it_has_the_published_number_of_parameters(channels: int, parameters: int) -> None:
    with torch.device("meta"):
        network = UNet(channels)

    assert sum(p.numel() for p in network.parameters()) == parameters
    assert not list(network.buffers()), "InstanceNorm without running statistics keeps nothing"


def test_its_levels_have_the_published_widths() -> None:
    with torch.device("meta"):
        network = UNet(4)
        shapes = [tuple(p.shape) for name, p in network.named_parameters() if name.startswith("decoder")]
        out = network(torch.empty(2, 4, 128, 128))

    assert out.shape == (2, 1, 128, 128)
    assert shapes == [
        *((512, 1024, 3, 3), (256, 512, 3, 3), (256, 512, 3, 3), (128, 256, 3, 3)),
        *((128, 256, 3, 3), (64, 128, 3, 3), (64, 128, 3, 3), (64, 64, 3, 3)),
    ]


def test_weights_come_from_the_seed_alone() -> None:
    before = torch.get_rng_state()
    first = random_unet(3, 5, NARROW).state_dict()
    assert torch.equal(torch.get_rng_state(), before), "nobody else's random numbers are used up"

    torch.rand(7)
    again, other = random_unet(3, 5, NARROW).state_dict(), random_unet(3, 6, NARROW).state_dict()

    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_weights_are_spread_as_pytorch_spreads_them() -> None:
    theirs = torch.nn.Conv2d(64, 64, 3)
    ours = random_unet(64, 0, (64, 64)).encoder[0][0].weight.detach()  # type: ignore[index]

    assert float(ours.abs().max()) == pytest.approx(float(theirs.weight.detach().abs().max()), rel=0.01)
    assert float(ours.std()) == pytest.approx(float(theirs.weight.detach().std()), rel=0.02)


def test_a_samples_logits_do_not_depend_on_its_batch_nor_on_the_mode() -> None:
    network = random_unet(3, 0, NARROW)
    x = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(1))

    with torch.inference_mode():
        together, alone = network.train()(x), network.eval()(x[1:2])

    torch.testing.assert_close(together[1:2], alone, rtol=1e-4, atol=1e-5)

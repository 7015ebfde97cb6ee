"""A plain U-Net beside the locator: MONAI's BasicUNet on 128 x 128 pixels, taught the same slices.

MONAI is the benchmark's alone and not among the project's dependencies: ``pip install --no-deps monai``. Batches and
augmentation are the locator's, at the U-Net's size, so that what is compared is network, size and what it costs.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from auxol_core.prompter.base import MIN_PIXELS
from auxol_core.prompter.locator import draw
from auxol_core.types import FloatArray, IntensityWindow, SliceImage, probability_of
from tools.bench.find.cases import Labelled
from tools.bench.find.found import Found, found
from tools.bench.learn.patients import Patient

SIDE, BATCH, STEPS, RATE = 128, 8, 200, 1e-3


def unet_rows(labelled: Sequence[Labelled], patients: Sequence[Patient], steps: int = STEPS) -> Iterator[Found]:
    """Rows of ``plain U-Net``: its mask as it is, wherever it has one."""
    window = IntensityWindow.of(labelled[0].patient.images[labelled[0].index])
    network, cost_s = _trained(labelled, window, steps)
    for patient in patients:
        for index, image in enumerate(patient.images):
            probability = _seen(network, image, window)
            mask = probability > 0.5
            yield found(
                "plain U-Net", (patient.patient, patient.name, index), patient.truth[index], mask,
                presence=float(probability.max()), shown=int(mask.sum()) >= MIN_PIXELS,
                confidence=float(probability.max()), cost_s=cost_s,
            )  # fmt: skip


def _trained(labelled: Sequence[Labelled], window: IntensityWindow, steps: int) -> tuple[torch.nn.Module, float]:
    torch.manual_seed(0)
    nets = importlib.import_module("monai.networks.nets")
    network: torch.nn.Module = nets.BasicUNet(spatial_dims=2, in_channels=1, out_channels=1)
    pictures = [_small(window.apply(each.patient.images[each.index])[:, :, 0]) for each in labelled]
    truths = [_small(each.patient.truth[each.index].astype(np.float32)) for each in labelled]
    kinds = [[i for i, truth in enumerate(truths) if truth.any() == there] for there in (True, False)]
    optimiser, rng = torch.optim.Adam(network.parameters(), lr=RATE), np.random.default_rng(0)
    began = time.process_time()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        chosen = [int(rng.choice(kinds[place % 2] or kinds[0])) for place in range(BATCH)]
        moved = [draw.moved(pictures[i][:, :, None], truths[i], rng) for i in chosen]
        x, truth = (torch.from_numpy(np.stack([pair[k].reshape(1, SIDE, SIDE) for pair in moved])) for k in (0, 1))
        logits = network(x)
        p = torch.sigmoid(logits)
        dice = (2 * (p * truth).sum(dim=(1, 2, 3)) + 1) / (p.sum(dim=(1, 2, 3)) + truth.sum(dim=(1, 2, 3)) + 1)
        loss = F.binary_cross_entropy_with_logits(logits, truth) + (1 - dice).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    return network.eval(), time.process_time() - began


@torch.inference_mode()
def _seen(network: torch.nn.Module, image: SliceImage, window: IntensityWindow) -> FloatArray:
    logits = network(torch.from_numpy(_small(window.apply(image)[:, :, 0]))[None, None])[0, 0].numpy()
    rows, cols = image.shape
    return probability_of(cv2.resize(logits, (cols, rows), interpolation=cv2.INTER_LINEAR))


def _small(values: FloatArray) -> FloatArray:
    return np.asarray(cv2.resize(values, (SIDE, SIDE), interpolation=cv2.INTER_AREA), dtype=np.float32)

"""How slices reach a SAM's encoder, and how its masks come back: in a word, which belongs to the weights.

``sam`` (Kirillov et al. 2023): resampled so that the longer side is the encoder's, in 0..255, minus mean over
deviation, padded at the bottom and on the right. ``medsam`` (Ma et al. 2024): stretched to a square, each image's own
minimum to maximum becoming 0..1. ``sam2`` (Ravi et al. 2024): stretched to a square, mean and deviation as ``sam``.
The encoder may take fewer pixels than the square that prompts are told in (EfficientViT-SAM: 512 of 1024).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.sam_frame import Frame
from auxol_core.types import FloatArray

PREPROCESSING = ("sam", "medsam", "sam2")
PIXEL_MEAN = (123.675, 116.28, 103.53)
PIXEL_STD = (58.395, 57.12, 57.375)


@dataclass(frozen=True)
class Scaling:
    """``word``: one of PREPROCESSING; ``side`` of the square of prompts, ``low`` of the decoder's masks, ``taken`` of
    the encoder's input, all in pixels."""

    word: str
    side: int
    low: int
    taken: int

    def __post_init__(self) -> None:
        if self.word not in PREPROCESSING:
            raise InvalidInputError(
                f"The preprocessing must be one of {', '.join(PREPROCESSING)}, got {self.word!r}. Mend the row."
            )

    def frame(self, shape: tuple[int, int]) -> Frame:
        """Where a slice of ``shape`` lies in the square of prompts."""
        return Frame(shape, self._resampled(shape, self.side), self.side, self.low)

    def pixels(self, image: FloatArray, device: torch.device) -> Tensor:
        """What the encoder takes, (1, 3, taken, taken), of ``image`` (H, W, 3) in 0..1."""
        raw = torch.from_numpy(np.require(image, np.float32, ["C", "W"])).to(device).permute(2, 0, 1)[None]
        resampled = self._resampled((int(image.shape[0]), int(image.shape[1])), self.taken)
        if self.word == "medsam":
            # Cubic without its overshoot, then minimum to maximum: MedSAM_Inference.py of github.com/bowang-lab/MedSAM.
            square = functional.interpolate(raw, resampled, mode="bicubic", align_corners=False, antialias=True)
            square = square.clamp(raw.min(), raw.max())
            least, most = square.aminmax()
            return (square - least) / (most - least).clamp_min(1e-8)
        inside = functional.interpolate(raw, resampled, mode="bilinear", align_corners=False, antialias=True) * 255.0
        mean, deviation = (torch.tensor(each, device=device).view(-1, 1, 1) for each in (PIXEL_MEAN, PIXEL_STD))
        padding = (0, self.taken - resampled[1], 0, self.taken - resampled[0])
        return functional.pad((inside - mean) / deviation, padding)

    def on_slice(self, logits: Tensor, shape: tuple[int, int]) -> Tensor:
        """The decoder's ``logits`` (B, 1, low, low) as (B, 1, H, W) of a slice of ``shape``, as each way of scaling
        has it published; the padding is not resampled only to be cut off."""
        if self.word != "sam":
            return functional.interpolate(logits, shape, mode="bilinear", align_corners=False)
        frame, times = self.frame(shape), self.side // self.low
        rows, cols = frame.inside
        part = logits[..., : rows + 1, : cols + 1]
        size = (part.shape[-2] * times, part.shape[-1] * times)
        finer = functional.interpolate(part, size, mode="bilinear", align_corners=False)
        finer = finer[..., : frame.resampled[0], : frame.resampled[1]]
        return functional.interpolate(finer, shape, mode="bilinear", align_corners=False)

    def _resampled(self, shape: tuple[int, int], side: int) -> tuple[int, int]:
        if self.word != "sam":
            return side, side
        scale = side / max(shape)
        rows, cols = (max(1, int(each * scale + 0.5)) for each in shape)
        return rows, cols


def check_image(image: FloatArray) -> None:
    """InvalidInputError unless ``image`` is (H, W, 3) floats."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype.kind != "f":
        raise InvalidInputError(
            f"SAM takes an image of (rows, columns, 3) floats in 0..1, got {image.shape} {image.dtype}. "
            "Apply the task's intensity window first."
        )

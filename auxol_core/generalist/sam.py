"""SAM, MedSAM and MobileSAM behind the Generalist Protocol, on segment_anything's own classes.

SAM (Kirillov et al. 2023): the image is resampled so that its longer side is the encoder's (1024 px), in 0..255, minus
mean over deviation, and padded at the bottom and on the right. MedSAM (Ma et al. 2024) is a ViT-B that was taught
otherwise: stretched to a square, each image's own minimum to maximum becoming 0..1, nothing padded. Which of the two
belongs to the weights; nobody chooses it.

Coordinates. Ours are pixel indices, with half-open boxes. SAM's are (x, y) pixel indices too, but of the *resampled*
image, and its prompt encoder adds 0.5 to reach a pixel's centre there. The centre of our pixel i lies at (i + 0.5) s
after resampling by s, so that the index to hand over is (i + 0.5) s - 0.5. SAM's predictor hands over i s, which is
the same for s = 1 and for s = 4 lies 1.5 resampled pixels too far up and left. A box of SAM's names its first and last
pixel (utils/amg.py, batched_mask_to_box), so our edges [a, b) become a s and b s - 1.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from auxol_core.errors import CheckpointError, InvalidInputError
from auxol_core.generalist.base import Embedding
from auxol_core.generalist.checkpoints import load_state
from auxol_core.generalist.decoder import MaskDecoding, Side
from auxol_core.generalist.decoding import Shown, SmallTruth
from auxol_core.generalist.encoders import steps_of
from auxol_core.generalist.row import CheckpointFile
from auxol_core.generalist.sam_frame import Frame
from auxol_core.generalist.sam_shapes import empty_sam
from auxol_core.options import Precision
from auxol_core.types import PLAIN_KINDS, BoolArray, FloatArray, Prompt, Segmentation

# SAM's own logits of an earlier look, which its mask input was trained on, rarely go beyond.
MASK_LOGIT_LIMIT = 10.0
# How images are scaled for the encoder, see above.
PREPROCESSING = ("sam", "medsam")

_PIXEL_MEAN = (123.675, 116.28, 103.53)
_PIXEL_STD = (58.395, 57.12, 57.375)


@dataclass(frozen=True, eq=False)
class _Features:
    """What the image encoder made: ``tensor`` (1, C, h, w) float32, on the model's device."""

    tensor: torch.Tensor


class SamGeneralist:
    """A frozen SAM: ``encode`` once per slice, ``decode`` once per prompt. For one thread.

    ``sam``: a segment_anything ``Sam`` of any size; it is moved to ``device`` and set to evaluation. ``precision``:
    what the image encoder's matrix products are done in; the decoder, which is cheap, stays in float32.
    """

    def __init__(
        self,
        sam: Any,
        name: str,
        weights_hash: str,
        preprocessing: str = "sam",
        device: str = "cpu",
        precision: Precision = "float32",
    ) -> None:
        if precision not in ("float32", "bfloat16"):
            raise InvalidInputError(f"The precision must be float32 or bfloat16, got {precision!r}.")
        if preprocessing not in PREPROCESSING:
            raise InvalidInputError(
                f"The preprocessing must be one of {', '.join(PREPROCESSING)}, got {preprocessing!r}. Mend the row."
            )
        self.name = name
        self.weights_hash = weights_hash
        self._sam = sam.to(device).eval().requires_grad_(False)
        self.preprocessing = preprocessing
        self._device = torch.device(device)
        self._remembered: tuple[torch.Tensor, Side] | None = None
        with torch.inference_mode():
            self._decoding = MaskDecoding(self._sam)
            self._steps = steps_of(self._sam.image_encoder, precision)
        self._side = int(sam.image_encoder.img_size)

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        """Encode ``image`` (H, W, 3) float32 in 0..1; yields between the encoder's steps (encoders.py).

        Raises InvalidInputError, at once, for an image of another shape.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype.kind != "f":
            raise InvalidInputError(
                f"SAM takes an image of (rows, columns, 3) floats in 0..1, got {image.shape} {image.dtype}. "
                "Apply the task's intensity window first."
            )
        return self._encode(image)

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        """Segment the prompted object: one mask, without multimask output, as the AuxOL paper asks SAM.

        A box, any number of positive and negative points, both, or either with the mask so far. A mask alone is taken
        with its own box, since SAM was never taught a mask without another prompt. ``logits`` (H, W); ``quality`` is
        SAM's predicted IoU as Dice (MedSAM's training left that head as it was: take it lightly); ``low_resolution``
        (256, 256) logits in the padded square. Raises InvalidInputError if the prompt lies outside the image or is an
        empty mask alone, or if the embedding is another model's.
        """
        features = self.features(embedding)
        shown = self.shown(prompt, embedding.shape)
        with torch.inference_mode():
            sparse, dense = self.prompted(shown)
            low_resolution, iou = self._decoding.decode(self._side_of(features, dense, shown), sparse)
            logits = self.on_slice(low_resolution, embedding.shape)
            expected_iou = min(max(float(iou[0, 0]), 0.0), 1.0)
        return Segmentation(
            logits=logits[0, 0].cpu().numpy(),
            quality=2 * expected_iou / (1 + expected_iou),
            low_resolution=low_resolution[0, 0].cpu().numpy(),
        )

    def _side_of(self, features: torch.Tensor, dense: torch.Tensor, shown: Shown) -> Side:
        """The picture's side of decoding: that of the last one is kept, since clicks on a slice come in a row."""
        if shown.mask is not None:
            return self._decoding.side(features, dense)
        if self._remembered is None or self._remembered[0] is not features:
            self._remembered = (features, self._decoding.side(features, dense))
        return self._remembered[1]

    knows = PLAIN_KINDS
    # ViT-B takes 21 s on one CPU core; its 4.2 MB are written in 16 ms and read and checked in 4 to 8 ms.
    worth_storing = True

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        """``features`` (1, C, h, w) float32; InvalidInputError if the embedding is another model's."""
        return {"features": self.features(embedding).cpu().numpy()}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        """The inverse of ``pack``, on this model's device; InvalidInputError if they are not such features."""
        features = arrays.get("features")
        rows, cols = self._sam.prompt_encoder.image_embedding_size
        wanted = (1, self._sam.prompt_encoder.embed_dim, rows, cols)
        if features is None or features.dtype != np.float32 or features.shape != wanted:
            found = "none" if features is None else f"{features.dtype} {features.shape}"
            raise InvalidInputError(
                f"{self.name} keeps float32 features of {wanted}, got {found}. Encode the slice anew."
            )
        return Embedding(shape, features.nbytes, _Features(torch.tensor(features, device=self._device)))

    # The door to its parts (decoding.HasMaskDecoder)

    @property
    def sam(self) -> Any:
        """See HasMaskDecoder."""
        return self._sam

    def features(self, embedding: Embedding) -> torch.Tensor:
        """See HasMaskDecoder."""
        if not isinstance(embedding.data, _Features):
            raise InvalidInputError(
                f"The embedding was not made by {self.name}, a SAM. Encode the slice with it first."
            )
        return embedding.data.tensor

    def shown(self, prompt: Prompt, shape: tuple[int, int]) -> Shown:
        """See HasMaskDecoder."""
        prompt.check_against(shape)
        return self._frame(shape).shown(prompt)

    def prompted(self, shown: Shown) -> tuple[torch.Tensor, torch.Tensor]:
        """See HasMaskDecoder."""
        points = torch.from_numpy(shown.points).to(self._device)[None]
        mask = None
        if shown.mask is not None:
            certain = float(torch.sigmoid(torch.tensor(-MASK_LOGIT_LIMIT)))
            mask = torch.logit(torch.from_numpy(shown.mask).to(self._device), eps=certain)[None, None]
        sparse, dense = self._sam.prompt_encoder(
            points=(points[..., :2], points[..., 2]) if len(shown.points) else None,
            boxes=None if shown.box is None else torch.from_numpy(shown.box).to(self._device)[None],
            masks=mask,
        )
        return sparse, dense

    def small_truth(self, truth: BoolArray) -> SmallTruth:
        """See HasMaskDecoder."""
        frame = self._frame((truth.shape[0], truth.shape[1]))
        return SmallTruth(np.asarray(frame.small(truth) >= 0.5, dtype=bool), frame.inside)

    def on_slice(self, low_resolution: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
        """See HasMaskDecoder; each way of scaling has its own published inference."""
        frame = self._frame(shape)
        if self.preprocessing == "medsam":
            return functional.interpolate(low_resolution, frame.shape, mode="bilinear", align_corners=False)
        logits: torch.Tensor = self._sam.postprocess_masks(low_resolution, frame.resampled, frame.shape)
        return logits

    @property
    def encode_steps(self) -> int:
        """See CountsSteps."""
        return len(self._steps)

    def encode_batch(self, images: Sequence[FloatArray]) -> Generator[None, None, list[Embedding]]:
        """See EncodesBatches."""
        with torch.inference_mode():
            x = torch.cat([self.pixels(image) for image in images])
        x = yield from self._stepped(x)
        made = []
        for image, features in zip(images, x.split(1), strict=True):
            own = features.clone()  # a view would keep the whole batch as long as any slice of it is kept
            shape = (int(image.shape[0]), int(image.shape[1]))
            made.append(Embedding(shape, own.element_size() * own.nelement(), _Features(own)))
        return made

    def _encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        with torch.inference_mode():
            x = self.pixels(image)
        x = yield from self._stepped(x)
        shape = (int(image.shape[0]), int(image.shape[1]))
        return Embedding(shape, x.element_size() * x.nelement(), _Features(x))

    def _stepped(self, x: torch.Tensor) -> Generator[None, None, torch.Tensor]:
        # The mode is entered anew for each step: it belongs to the thread, and whoever runs between two of them (an
        # optimiser step, say) must not find it switched on.
        for number, step in enumerate(self._steps):
            if number:
                yield
            with torch.inference_mode():
                x = step(x)
        return x

    def _frame(self, shape: tuple[int, int]) -> Frame:
        low = int(self._sam.prompt_encoder.mask_input_size[0])
        if self.preprocessing == "medsam":
            return Frame(shape, (self._side, self._side), self._side, low)
        scale = self._side / max(shape)
        rows, cols = (max(1, int(side * scale + 0.5)) for side in shape)
        return Frame(shape, (rows, cols), self._side, low)

    def pixels(self, image: FloatArray) -> torch.Tensor:
        """See HasMaskDecoder: as the weights were taught."""
        pixels = torch.from_numpy(np.require(image, np.float32, ["C", "W"])).to(self._device).permute(2, 0, 1)[None]
        resampled = self._frame((int(image.shape[0]), int(image.shape[1]))).resampled
        if self.preprocessing == "medsam":
            # Cubic without its overshoot, then minimum to maximum: MedSAM_Inference.py of github.com/bowang-lab/MedSAM.
            square = functional.interpolate(pixels, resampled, mode="bicubic", align_corners=False, antialias=True)
            square = square.clamp(pixels.min(), pixels.max())
            low, high = square.aminmax()
            return (square - low) / (high - low).clamp_min(1e-8)
        pixels = functional.interpolate(pixels, resampled, mode="bilinear", align_corners=False, antialias=True)
        normalised: torch.Tensor = self._sam.preprocess(pixels * 255.0)
        return normalised


def load_sam(checkpoint: CheckpointFile, device: str = "cpu", precision: Precision = "float32") -> SamGeneralist:
    """Build the checkpoint's SAM with its weights. Raises CheckpointError if they do not fit or cannot be read."""
    state = load_state(checkpoint.path)
    sam = empty_sam(checkpoint.row.architecture).to_empty(device=device)
    for name, values in (("pixel_mean", _PIXEL_MEAN), ("pixel_std", _PIXEL_STD)):
        # Not in any checkpoint, so the one thing that came out of the empty build without its values.
        sam.register_buffer(name, torch.tensor(values, device=device).view(-1, 1, 1), persistent=False)
    try:
        sam.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(
            f"{checkpoint.path} does not hold the weights of a {checkpoint.row.architecture}: "
            f"{'; '.join(line.strip() for line in str(error).splitlines()[1:3])[:300]} Choose another file."
        ) from error
    return SamGeneralist(sam, checkpoint.name, checkpoint.sha256, checkpoint.row.preprocessing, device, precision)

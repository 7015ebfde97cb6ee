"""SAM, MedSAM, MobileSAM and EfficientViT-SAM behind the Generalist Protocol, on segment_anything's own classes.

How a slice is scaled for the encoder belongs to the weights (scaling.py); nobody chooses it.

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

from auxol_core.errors import CheckpointError, InvalidInputError
from auxol_core.generalist.base import Embedding
from auxol_core.generalist.checkpoints import load_state
from auxol_core.generalist.decoder import MaskDecoding, Side
from auxol_core.generalist.decoding import Shown, SmallTruth
from auxol_core.generalist.encoders import run_steps, steps_of
from auxol_core.generalist.prompting import decoded, prompted, segmentations
from auxol_core.generalist.row import CheckpointFile
from auxol_core.generalist.sam_shapes import empty_sam
from auxol_core.generalist.scaling import PIXEL_MEAN, PIXEL_STD, Scaling, check_image
from auxol_core.options import Precision
from auxol_core.types import PLAIN_KINDS, BoolArray, FloatArray, Prompt, Segmentation


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
        self.name = name
        self.weights_hash = weights_hash
        side, low = int(sam.image_encoder.img_size), int(sam.prompt_encoder.mask_input_size[0])
        self._scaling = Scaling(preprocessing, side, low, int(getattr(sam.image_encoder, "taken", side)))
        self._sam = sam.to(device).eval().requires_grad_(False)
        self.preprocessing = preprocessing
        self._device = torch.device(device)
        self._remembered: tuple[torch.Tensor, Side] | None = None
        with torch.inference_mode():
            self._decoding = MaskDecoding(self._sam)
            self._steps = steps_of(self._sam.image_encoder, precision)

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        """Encode ``image`` (H, W, 3) float32 in 0..1; yields between the encoder's steps (encoders.py).

        Raises InvalidInputError, at once, for an image of another shape.
        """
        check_image(image)
        return self._encode(image)

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        """Segment the prompted object: one mask, without multimask output, as the AuxOL paper asks SAM.

        A box, any number of positive and negative points, both, or either with the mask so far. A mask alone is taken
        with its own box, since SAM was never taught a mask without another prompt. ``logits`` (H, W); ``quality`` is
        SAM's predicted IoU as Dice (MedSAM's training left that head as it was: take it lightly); ``low_resolution``
        (256, 256) logits in the padded square. Raises InvalidInputError if the prompt lies outside the image or is an
        empty mask alone, or if the embedding is another model's.
        """
        return self.decode_all(embedding, [prompt])[0]

    def decode_all(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[Segmentation]:
        """What ``decode`` answers to each prompt of a slice, in one pass for those with the same parts."""
        features = self.features(embedding)
        shown = [self.shown(prompt, embedding.shape) for prompt in prompts]
        with torch.inference_mode():
            return decoded(shown, lambda some: self._several(features, some, embedding.shape), self._device)

    def _several(self, features: torch.Tensor, shown: list[Shown], shape: tuple[int, int]) -> list[Segmentation]:
        sparse, dense = prompted(self._sam.prompt_encoder, shown, self._device)
        low, iou = self._decoding.decode(self._side_of(features, dense, shown[0]), sparse)
        return segmentations(low, iou, self.on_slice(low, shape))

    def _side_of(self, features: torch.Tensor, dense: torch.Tensor, shown: Shown) -> Side:
        """The picture's side of decoding: that of the last one is kept, since clicks on a slice come in a row."""
        if shown.mask is not None:
            return self._decoding.side(features, dense)
        if self._remembered is None or self._remembered[0] is not features:
            self._remembered = (features, self._decoding.side(features, dense[:1]))
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
        return self._scaling.frame(shape).shown(prompt)

    def prompted(self, shown: Shown) -> tuple[torch.Tensor, torch.Tensor]:
        """See HasMaskDecoder."""
        return prompted(self._sam.prompt_encoder, [shown], self._device)

    def small_truth(self, truth: BoolArray) -> SmallTruth:
        """See HasMaskDecoder."""
        frame = self._scaling.frame((truth.shape[0], truth.shape[1]))
        return SmallTruth(np.asarray(frame.small(truth) >= 0.5, dtype=bool), frame.inside)

    def on_slice(self, low_resolution: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
        """See HasMaskDecoder; each way of scaling has its own published inference."""
        return self._scaling.on_slice(low_resolution, shape)

    @property
    def encode_steps(self) -> int:
        """See CountsSteps."""
        return len(self._steps)

    def encode_batch(self, images: Sequence[FloatArray]) -> Generator[None, None, list[Embedding]]:
        """See EncodesBatches."""
        x = yield from run_steps(self._steps, lambda: torch.cat([self.pixels(image) for image in images]))
        made = []
        for image, features in zip(images, x.split(1), strict=True):
            own = features.clone()  # a view would keep the whole batch as long as any slice of it is kept
            shape = (int(image.shape[0]), int(image.shape[1]))
            made.append(Embedding(shape, own.element_size() * own.nelement(), _Features(own)))
        return made

    def pixels(self, image: FloatArray) -> torch.Tensor:
        """See HasMaskDecoder: as the weights were taught."""
        return self._scaling.pixels(image, self._device)

    def _encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        x = yield from run_steps(self._steps, lambda: self.pixels(image))
        shape = (int(image.shape[0]), int(image.shape[1]))
        return Embedding(shape, x.element_size() * x.nelement(), _Features(x))


def load_sam(checkpoint: CheckpointFile, device: str = "cpu", precision: Precision = "float32") -> SamGeneralist:
    """Build the checkpoint's SAM with its weights. Raises CheckpointError if they do not fit or cannot be read."""
    sam = filled_sam(checkpoint, device)
    return SamGeneralist(sam, checkpoint.name, checkpoint.sha256, checkpoint.row.preprocessing, device, precision)


def filled_sam(checkpoint: CheckpointFile, device: str) -> Any:
    """The segment_anything ``Sam`` of the checkpoint's architecture with its weights, frozen, on ``device``; raises as
    ``load_sam``."""
    state = load_state(checkpoint.path)
    sam = empty_sam(checkpoint.row.architecture).to_empty(device=device)
    for name, values in (("pixel_mean", PIXEL_MEAN), ("pixel_std", PIXEL_STD)):
        # Not in any checkpoint, so the one thing that came out of the empty build without its values.
        sam.register_buffer(name, torch.tensor(values, device=device).view(-1, 1, 1), persistent=False)
    try:
        sam.load_state_dict(state)
    except RuntimeError as error:
        raise CheckpointError(
            f"{checkpoint.path} does not hold the weights of a {checkpoint.row.architecture}: "
            f"{'; '.join(line.strip() for line in str(error).splitlines()[1:3])[:300]} Choose another file."
        ) from error
    return sam.eval().requires_grad_(False)

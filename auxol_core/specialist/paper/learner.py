"""The `paper` learner: for each correction one step of AdamW on the whole online batch (Huang et al. 2025, AuxOL).

Boxes and points are separate tasks: two networks, two optimisers, two batches. Each is in the state once it has
learned, so a task with box prompts alone stores one of them: weights and two moments, 207 MB in float32.

Names in a state, for each kind (box, point): ``<kind>/weight/<parameter>``, ``<kind>/first/..`` and
``<kind>/second/..`` (AdamW's moments), float32; ``<kind>/steps`` (1,) int64; the online batch, oldest first, as
``<kind>/keys`` (UTF-8 bytes, uint8), ``<kind>/offsets`` (entries + 1,) int64 into them and ``<kind>/losses`` float64.

Names in a lesson: ``image`` (S, S, 3) uint8; ``mask`` (S, S), with box prompts alone, see crop.CropInput; ``truth``
(S, S) bool; ``kind``, the word box or point in ASCII, uint8; ``place`` (4,) float32, where the object lay, in shares of
the slice's rows and columns (row0, col0, row1, col1), if anything is there: nothing is learned from it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.metrics import dice
from auxol_core.options import PaperOptions, Precision
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, View
from auxol_core.specialist.paper.crop import crop_input, crop_region, nearest, paste_logits
from auxol_core.specialist.paper.networks import Networks
from auxol_core.specialist.paper.trainer import Trainer, kind_in, samples
from auxol_core.specialist.paper.unet import WIDTHS, UNet
from auxol_core.types import PLAIN_KINDS, BoolArray, Box, FloatArray, Prompt, probability_of

OUTSIDE = -20.0


class PaperSpecialist:
    """Online learner on the published U-Net; implements the Specialist protocol.

    ``seed`` decides the random initial weights. ``widths``: of the U-Net's levels, narrower ones for tests alone.
    Raises InvalidInputError if ``options.crop_side`` cannot be halved once for each level below the first.
    """

    # A state is 207 MB for each kind of prompt in use: written each time it would cost more than the learning.
    snapshot_every = 8
    knows = PLAIN_KINDS

    def __init__(
        self,
        options: PaperOptions,
        seed: int,
        precision: Precision = "float32",
        *,
        device: str = "cpu",
        widths: tuple[int, ...] = WIDTHS,
    ) -> None:
        halvings = 2 ** (len(widths) - 1)
        if options.crop_side % halvings or options.crop_side < 2 * halvings:
            raise InvalidInputError(
                f"Option crop_side must be a multiple of {halvings}, at least {2 * halvings}, got {options.crop_side}. "
                f"The published one is 128."
            )
        self.options = options
        self._nets = Networks(seed, widths, torch.device(device), precision)
        self._state: Arrays = {}
        self._predicting: dict[str, UNet] = {}

    @property
    def state(self) -> Arrays:
        """See the module's head; empty before anything was learned. Its arrays must not be written to."""
        return self._state

    def initial_state(self) -> Arrays:
        """Nothing learned: both networks have the random weights of the seed."""
        return {}

    def install(self, state: Arrays) -> None:
        """Use ``state`` from now on; InvalidInputError if it is not of these networks."""
        self._nets.check(state)
        self._state, self._predicting = dict(state), {}

    def predict_one(self, view: View) -> Opinion:
        """The opinion in the crop, -20 outside it. There is one from the first object on, by random weights: the
        fusion needs it to search weights with, and shows nothing of it until five objects are corrected."""
        region = crop_region(view, self.options)
        kind = _kind_of(view.prompt)
        if kind not in self._predicting:
            self._predicting[kind] = self._nets.load(self._state, kind)
        channels = crop_input(view, region, self.options).channels()
        logits = self._nets.logits(self._predicting[kind], torch.from_numpy(channels[None]))
        shape = (view.image.shape[0], view.image.shape[1])
        pasted = paste_logits(logits[0, 0].numpy(), region, shape, OUTSIDE)
        return Opinion(pasted, _expected_dice(pasted[region]), region)

    def pictures(self, arrays: Arrays) -> list[str]:
        """See Pictured. A picture that was mixed with its mask shows the window's black where nothing was."""
        return [] if np.asarray(arrays.get("mask", False)).dtype == np.uint8 else ["image"]

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """The crop and the corrected mask in it, see the module's head.

        Raises InvalidInputError if ``truth`` is not of the slice's shape (H, W).
        """
        if truth.shape != view.image.shape[:2]:
            raise InvalidInputError(
                f"The corrected mask must have the slice's shape {view.image.shape[:2]}, got {truth.shape}. "
                "Send the mask of this slice."
            )
        region = crop_region(view, self.options)
        crop = crop_input(view, region, self.options)
        kind = np.frombuffer(_kind_of(view.prompt).encode(), dtype=np.uint8).copy()
        side = self.options.crop_side
        arrays: dict[str, NDArray[np.generic]] = {"image": crop.image, "kind": kind}
        arrays["truth"] = nearest(truth[region], side)
        if crop.mask is not None:
            arrays["mask"] = crop.mask
        if (box := Box.of_mask(truth)) is not None:
            share = box.in_shares_of(truth.shape)
            arrays["place"] = np.array([share.row0, share.col0, share.row1, share.col1], dtype=np.float32)
        return arrays

    def learn(
        self,
        new: Sequence[str],
        lessons: Mapping[str, Lesson],
        *,
        seed: int,  # noqa: ARG002 (the Protocol's)
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """See Specialist.learn: one optimiser step for each new lesson, in order, on its kind's online batch.

        Yields after every few samples. ``seed`` is not used, nothing is drawn. ``steps`` other than None must be the
        number of new lessons, and each of these must be in ``lessons``: InvalidInputError.
        """
        if steps is not None and steps != len(new):
            raise InvalidInputError(
                f"The published method makes one step for each new correction, so {len(new)}, got {steps}. "
                "The journal was not written by this preset."
            )
        missing = [key for key in new if key not in lessons]
        if missing:
            raise InvalidInputError(f"Every new lesson must be given, these are not: {missing}. Pass them in lessons.")
        return self._learn(tuple(new), lessons, self._state if start is None else start)

    def _learn(
        self, new: tuple[str, ...], lessons: Mapping[str, Lesson], state: Arrays
    ) -> Generator[None, None, Candidate]:
        trainers: dict[str, Trainer] = {}
        for key in new:
            kind = kind_in(lessons[key])
            if kind not in trainers:
                trainers[kind] = Trainer(kind, self._nets, self.options, state)
            yield from trainers[kind].learn_one(key, lessons)
        result = dict(state)
        for trainer in trainers.values():
            result.update(trainer.state())
        return Candidate(result, len(new))

    def doubts(self, lessons: Sequence[Lesson]) -> str:  # noqa: ARG002 (the Protocol's)
        """None: the published method learns what it is given."""
        return ""

    def place(self, lesson: Lesson) -> Box | None:
        """See Specialist.place; None for a lesson of a version that did not write it down."""
        place = np.asarray(lesson.arrays.get("place", ()), dtype=np.float64)
        return Box(*place.tolist()) if place.shape == (4,) else None

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:
        """Dice in each lesson's crop, (crop_side, crop_side); 1 where both masks are empty."""
        self._nets.check(state)
        networks = {kind: self._nets.load(state, kind) for kind in {kind_in(lesson) for lesson in lessons}}
        result = []
        for lesson in lessons:
            x, truth = samples([lesson])
            mask = self._nets.logits(networks[kind_in(lesson)], x)[0, 0].numpy() > 0
            result.append(dice(mask, truth[0, 0].numpy() > 0))
        return result


def _kind_of(prompt: Prompt) -> str:
    return "box" if prompt.box is not None else "point"


def _expected_dice(logits: FloatArray) -> float:
    """What Dice the probabilities themselves expect of their mask: 2 sum p in the mask / (sum p + mask). The network
    has no estimate of its own; 0 where the mask is empty."""
    probability = probability_of(logits)
    inside = logits > 0
    total = float(probability.sum()) + float(np.count_nonzero(inside))
    return 2.0 * float(probability[inside].sum()) / total if total > 0 else 0.0

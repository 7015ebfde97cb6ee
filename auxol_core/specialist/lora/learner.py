"""The `lora` learner: low-rank matrices on q and v of every attention of SAM's mask decoder, and on the hypernetwork
that makes the mask (Hu et al. 2021, LoRA).

It learns on the embeddings that SAM's encoder made anyway, so no step waits for the encoder. SAM's decoder is shared
with the generalist, not copied, and nothing of it changes. A step sees one new lesson and one earlier one; each costs
a pass of the decoder forth and back. Loss: BCE + (1 - soft Dice) + (predicted IoU - IoU)^2; the last is SAM's own, the
others are ours in place of its 20 focal + Dice (Kirillov et al. 2023, appendix A), which is for masks by the million.

A state: ``<weight>/<first row>/down`` (rank, in) and ``.../up`` (out, rank), float16, and ``origin`` (32,) uint8, which
model they are beside. Learning goes on from exactly these. Empty: nothing was learned, the generalist speaks.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from auxol_core.errors import InvalidInputError, TaskFileGeneralistError
from auxol_core.generalist.decoding import HasMaskDecoder, Shown
from auxol_core.imaging.metrics import dice
from auxol_core.promptable.losses import soft_dice
from auxol_core.specialist.auxol.lesson import INVERTED_DICE
from auxol_core.specialist.auxol.opinion import checked
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, View, correction_of
from auxol_core.specialist.lora.lesson import Scene, decode, drawn, encode, on_slice
from auxol_core.specialist.lora.preset import LoraOptions
from auxol_core.specialist.low_rank import Place, initial, merged, shell_of
from auxol_core.steps import driven
from auxol_core.types import PLAIN_KINDS, BoolArray, Box

# The hypernetwork of the one mask that is asked for says how the image's features become it: by attention alone, random
# weights fitted nothing in 100 steps (loss 1.67 to 1.47), with it they did (to 0.39).
ADAPTED = re.compile(r"transformer\..*[qv]_proj|output_hypernetworks_mlps\.0\.layers\.\d+")
ORIGIN = "origin"
MOST_STEPS = 12
REHEARSAL_RATE = 0.5


class LoraSpecialist:
    """Online learner in the mask decoder of ``generalist``; implements the Specialist protocol. ``seed``: of A."""

    snapshot_every = 1
    knows = PLAIN_KINDS

    def __init__(self, generalist: HasMaskDecoder, options: LoraOptions, seed: int, *, device: str = "cpu") -> None:
        self.options = options
        self._generalist = generalist
        self._decoder = shell_of(generalist.sam.mask_decoder)
        self._device = torch.device(device)
        self._places = places_in(self._decoder)
        self._initial = initial(self._decoder, self._places, options.rank, seed)
        self._pixel = generalist.sam.image_encoder.img_size / generalist.sam.prompt_encoder.mask_input_size[0]
        with torch.no_grad():
            self._positions = generalist.sam.prompt_encoder.get_dense_pe()
        whose = hashlib.sha256(f"{generalist.weights_hash} {generalist.preprocessing}".encode())
        self._origin = np.frombuffer(whose.digest(), dtype=np.uint8)
        self.install({})

    @property
    def state(self) -> Arrays:
        """See the module's head."""
        return self._state

    @property
    def fingerprint(self) -> str:
        """Beside which model it learns, hexadecimal."""
        return self._origin.tobytes().hex()

    def initial_state(self) -> Arrays:
        """Nothing learned: B is 0."""
        return {}

    def install(self, state: Arrays) -> None:
        """Use ``state`` for prediction; InvalidInputError or TaskFileGeneralistError if it is not of this decoder."""
        self._predicting = merged(self._decoder, self._places, self._values(state))
        self._state: Arrays = dict(state)

    def _values(self, state: Arrays) -> dict[str, Tensor]:
        """A and B of ``state``, as new tensors."""
        if not state:
            return {name: tensor.clone() for name, tensor in self._initial.items()}
        if not np.array_equal(state.get(ORIGIN, np.zeros(0)), self._origin):
            raise TaskFileGeneralistError(
                "Expected a state that was learned beside this SAM, got one of another. Open the task with the "
                "checkpoint that it was learned with, or make a new task."
            )
        if set(state) != {ORIGIN, *self._initial}:
            odd = sorted(set(state) ^ {ORIGIN, *self._initial})[:3]
            raise InvalidInputError(
                f"A state must hold this decoder's {len(self._initial)} arrays, these differ: {odd}."
            )
        for name, tensor in self._initial.items():
            if state[name].shape != tuple(tensor.shape):
                raise InvalidInputError(
                    f"Array {name} of a state must have shape {tuple(tensor.shape)}, got {state[name].shape}."
                )
        # Copied, because torch takes no read-only array.
        return {n: torch.from_numpy(np.array(state[n])).to(self._device, torch.float32) for n in self._initial}

    def _decoded(self, weights: Mapping[str, Tensor], features: Tensor, shown: Shown) -> tuple[Tensor, Tensor]:
        """Logits (1, 1, S, S) and predicted IoU (1, 1) of the decoder with ``weights`` in place of its own."""
        with torch.no_grad():
            sparse, dense = self._generalist.prompted(shown)
        arguments = {
            "image_embeddings": features,
            "image_pe": self._positions,
            "sparse_prompt_embeddings": sparse,
            "dense_prompt_embeddings": dense,
            "multimask_output": False,
        }
        logits, iou = functional_call(self._decoder, dict(weights), kwargs=arguments)
        return logits, iou

    def predict_one(self, view: View) -> Opinion:
        """What SAM says with these matrices; InvalidInputError where ``view`` has no embedding of this model's."""
        if view.embedding is None:
            raise InvalidInputError("The preset lora answers from the slice's embedding, got none. Encode it first.")
        shape = view.embedding.shape
        with torch.no_grad():
            features = self._generalist.features(view.embedding)
            small, iou = self._decoded(self._predicting, features, self._generalist.shown(view.prompt, shape))
            logits = self._generalist.on_slice(small, shape)[0, 0].cpu().numpy()
        expected = min(max(float(iou[0, 0]), 0.0), 1.0)
        return checked(Opinion(logits, 2 * expected / (1 + expected)), view)

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """The embedding in bytes, prompt and truth at the decoder's resolution; see lesson.py."""
        return encode(view, truth, self._generalist, self._origin)

    def learn(
        self,
        new: Sequence[str],
        lessons: Mapping[str, Lesson],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """See Specialist.learn. ``steps`` None: the options', and as many as there are new objects up to 12, inside
        ``options.budget_s``. A lesson of another model's embedding teaches nothing here and is passed over."""
        began = time.monotonic()
        wanted = self._steps_for(new) if steps is None else steps
        run = self._run(list(new), lessons, np.random.default_rng((seed, len(lessons))), start, 1.0)
        return (
            yield from driven(
                run, wanted, lambda _: steps is None and time.monotonic() - began > self.options.budget_s
            )
        )

    def rehearsal(
        self, lessons: Mapping[str, Lesson], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        """See Rehearses: a lesson a step, at half the rate."""
        run = self._run([], lessons, np.random.default_rng((seed, len(lessons), 1)), start, REHEARSAL_RATE)
        next(run)  # the candidate of no steps
        return run

    def _steps_for(self, new: Sequence[str]) -> int:
        steps = self.options.steps + len({correction_of(key) for key in new}) - 1
        return min(max(steps, len(new)), max(MOST_STEPS, self.options.steps))

    def _run(
        self,
        new: list[str],
        lessons: Mapping[str, Lesson],
        rng: np.random.Generator,
        start: Arrays | None,
        share: float,
    ) -> Iterator[Callable[[], Candidate]]:
        """Steps without end; each item makes the candidate of the steps so far, the first one that of none."""
        values = {n: v.requires_grad_(True) for n, v in self._values(self._state if start is None else start).items()}
        optimiser = torch.optim.AdamW(values.values(), betas=(0.9, 0.99), weight_decay=0.0)
        earlier = [key for key in lessons if key not in set(new)]
        for made in itertools.count():
            yield partial(self._candidate, values, made)
            keys = [new[made % len(new)]] if new else []
            keys += [earlier[int(rng.integers(len(earlier)))]] if earlier else []
            scenes = [decode(lessons[k].arrays, self._device) for k in keys if self._is_ours(lessons[k])]
            for group in optimiser.param_groups:
                # A fresh Adam's first step is as long as any: half of it is enough before its moments know anything.
                group["lr"] = self.options.learning_rate * share * min(1.0, (made + 1) / 2)
            if scenes:
                self._step(optimiser, values, scenes, rng)

    def _step(
        self,
        optimiser: torch.optim.Optimizer,
        values: Mapping[str, Tensor],
        scenes: Sequence[Scene],
        rng: np.random.Generator,
    ) -> None:
        optimiser.zero_grad(set_to_none=True)
        for scene in scenes:
            weights = merged(self._decoder, self._places, values)
            logits, iou = self._decoded(weights, scene.features, drawn(scene, self._pixel, rng))
            loss = mask_loss(logits, iou, torch.from_numpy(scene.truth).to(self._device)) / len(scenes)
            loss.backward()
        torch.nn.utils.clip_grad_norm_(values.values(), 1.0)
        optimiser.step()

    def _candidate(self, values: Mapping[str, Tensor], steps: int) -> Candidate:
        state: dict[str, NDArray[np.generic]] = {ORIGIN: self._origin}
        for name, tensor in values.items():
            state[name] = tensor.detach().to(torch.float16).cpu().numpy()
        return Candidate(state, steps)

    def _is_ours(self, lesson: Lesson) -> bool:
        return np.array_equal(lesson.arrays["whose"], self._origin)

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:
        """Dice on each lesson's own prompt, at the decoder's resolution; 1 for one of another model's embedding."""
        weights = merged(self._decoder, self._places, self._values(state))
        return [self._score(weights, lesson) for lesson in lessons]

    def _score(self, weights: Mapping[str, Tensor], lesson: Lesson) -> float:
        if not self._is_ours(lesson):
            return 1.0
        scene = decode(lesson.arrays, self._device)
        rows, cols = scene.truth.shape
        with torch.no_grad():
            logits, _ = self._decoded(weights, scene.features, scene.shown)
        return dice((logits[0, 0, :rows, :cols] > 0).cpu().numpy(), scene.truth)

    def doubts(self, lessons: Sequence[Lesson]) -> str:
        """See Specialist.doubts: object and background may be swapped, as `auxol` tells it."""
        if not lessons:
            return ""
        truth = np.logical_or.reduce([on_slice(lesson.arrays, "truth") for lesson in lessons])
        if truth.all() or not truth.any():
            return ""
        swapped = any(dice(on_slice(lesson.arrays, "proposal"), ~truth) > INVERTED_DICE for lesson in lessons)
        return "the mask looks inverted, what was proposed is its background" if swapped else ""

    def place(self, lesson: Lesson) -> Box | None:
        """See Specialist.place."""
        place = np.asarray(lesson.arrays.get("place", ()), dtype=np.float64)
        return Box(*place.tolist()) if place.shape == (4,) else None


def places_in(decoder: nn.Module) -> list[Place]:
    """q and v of every attention of a mask decoder, those of the last one, token to image, among them; and the layers
    of the first mask's hypernetwork."""
    linears = [(name, layer) for name, layer in decoder.named_modules() if isinstance(layer, nn.Linear)]
    adapted = [(name, layer) for name, layer in linears if ADAPTED.fullmatch(name)]
    return [Place(f"{name}.weight", 0, layer.out_features) for name, layer in adapted]


def mask_loss(logits: Tensor, iou: Tensor, truth: Tensor) -> Tensor:
    """See the module's head. ``logits`` (1, 1, S, S), ``iou`` (1, 1), ``truth`` (rows, cols) bool, which lies in the
    first rows and columns: what is beyond is padding and teaches nothing."""
    rows, cols = truth.shape
    seen, target = logits[:, :, :rows, :cols], truth[None, None].to(logits.dtype)
    mask = seen.detach() > 0
    both, either = (mask & truth).sum(), (mask | truth).sum()
    real = (both + 1) / (either + 1)
    cross_entropy = F.binary_cross_entropy_with_logits(seen, target)
    return cross_entropy + (1 - soft_dice(torch.sigmoid(seen), target)).mean() + (iou - real).square().mean()

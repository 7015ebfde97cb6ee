"""Clicks until an object is good: a box or a click, then click after click where the error is largest.

Each object of an image is prompted until its Dice is 0.90, but six prompts at least, which the area under the curve
needs, and 20 at most (the protocol of RITM, Sofiiuk et al. 2021, and of the CVPR 2025 challenge on interactive 3D
segmentation). Then the image is saved as the reader's hand outlines it, and learned where the arm learns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.imaging.metrics import dice, nsd
from auxol_core.promptable.simulate import correcting_click
from auxol_core.replay.methods import Method
from auxol_core.replay.options import PromptOptions, ReplayOptions
from auxol_core.replay.prompts import Component, prompt_for, rng_for
from auxol_core.replay.runner import TASK, Workshop
from auxol_core.replay.slips import is_slip, slipped
from auxol_core.replay.streams import Sample, Stream
from auxol_core.types import Prompt, Proposal, SliceImage
from tools.bench.evidence.hands import Hand
from tools.bench.learn.stream_runs import Prompted

GOOD = 0.90
MOST = 20
AT_LEAST = 6  # a box and five clicks
NEAR = 2.0  # mm, or pixels where the spacing is unknown


@dataclass(frozen=True)
class Clicked:
    """An object after its ``prompts``-th prompt, the first among them. ``index``: the image's place in the stream;
    ``nsd``: normalised surface Dice within 2 mm (pixels where the spacing is not known)."""

    stream: str
    method: str
    first: str
    order: int
    index: int
    image: str
    patient: str
    piece: int
    prompts: int
    dice: float
    nsd: float


@dataclass(frozen=True)
class Clicking:
    """A reader with ``hand`` who begins each object with ``first``, and the engine that answers."""

    engine: EngineApi
    stream: Stream
    method: Method
    first: Prompted
    order: int
    hand: Hand

    def rows(self) -> Iterator[Clicked]:
        """Image after image, in the one task TASK, which is open."""
        for index, sample in enumerate(self.stream.samples()):
            slice_id = self.engine.put_slice(SliceImage(sample.pixels, sample.spacing_mm))
            last: list[Proposal] = []
            for part in sample.components:
                made = list(self._object(index, sample, part, slice_id))
                yield from (row for _, row in made)
                last.append(made[-1][0])
            self._save(index, sample, slice_id, last)

    def _object(self, index: int, sample: Sample, part: Component, slice_id: str) -> Iterator[tuple[Proposal, Clicked]]:
        """Each answer with its row; only the last one stays on offer."""
        prompt, proposal = self._first(sample, part), None
        for number in range(1, MOST + 1):
            # As the panel does: one more click repairs what is shown.
            previous = None if proposal is None else proposal.proposal_id
            proposal = self.engine.predict(TASK, slice_id, prompt, previous=previous)
            row = Clicked(
                self.stream.name, self.method.name, self.first, self.order, index, sample.name, sample.patient,
                part.index, number, dice(proposal.mask, part.mask), nsd(proposal.mask, part.mask, NEAR, sample.spacing),
            )  # fmt: skip
            yield proposal, row
            aim = correcting_click(proposal.mask, part.mask)
            if aim is None or (row.dice >= GOOD and number >= AT_LEAST):
                return
            click = self.hand.clicked(aim, part.mask.shape, self._rng(sample, part, number))
            prompt = replace(prompt, points=(*prompt.points, click))

    def _first(self, sample: Sample, part: Component) -> Prompt:
        jitter = self.hand.box if self.first == "box" else 0.0
        options = PromptOptions(kind=self.first, jitter=jitter, seed=self.order)
        prompt = prompt_for(part, options, sample.name, self.stream.structure.value)
        if prompt.box is not None:
            return prompt
        (aim,) = prompt.points
        return Prompt(points=(self.hand.clicked(aim, part.mask.shape, self._rng(sample, part, 0)),))

    def _save(self, index: int, sample: Sample, slice_id: str, shown: list[Proposal]) -> None:
        if not self.method.taught:
            for proposal in shown:
                self.engine.dismiss(proposal.proposal_id)
            return
        mask = self.hand.outlined(sample.truth, rng_for(self.order, sample.name, "outline"))
        if is_slip(index, self.hand.slip_every):
            mask = slipped(mask, index, self.hand.slip_every)
        ids = [proposal.proposal_id for proposal in shown]
        self.engine.correct(TASK, slice_id, mask, correction_id=f"{sample.name}:{index}", proposals=ids)
        self.engine.learn_now(TASK)

    def _rng(self, sample: Sample, part: Component, number: int) -> np.random.Generator:
        return rng_for(self.order, sample.name, part.index, "click", number)


def clicked(
    workshop: Workshop, stream: Stream, method: Method, first: Prompted, order: int, hand: Hand
) -> Iterator[Clicked]:
    """The rows of one run, in an engine and a task of its own."""
    with tempfile.TemporaryDirectory(prefix="auxol-clicks-", ignore_cleanup_errors=True) as folder:
        engine = workshop.engine(Path(folder))
        try:
            engine.create_task(TASK, method.task_options(ReplayOptions(seed=order)))
            yield from Clicking(engine, stream, method, first, order, hand).rows()
        finally:
            engine.close()

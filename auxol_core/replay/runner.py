"""One method over one track of streams: prompt from the truth, propose, score, correct, learn, next.

An engine is made fresh for each method and closed after it, so that no method profits from another's cached
embeddings, and times and memory are its own. Everything an engine refuses as bad input is named in the image's row,
which then counts as Dice 0 and the image's diagonal; every other error ends the run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.errors import InvalidInputError
from auxol_core.imaging import metrics
from auxol_core.options import MachineOptions
from auxol_core.replay.methods import Method, best_radius, drawn_shape
from auxol_core.replay.options import FOUND, EngineKind, FeedbackOptions, ReplayOptions
from auxol_core.replay.over_http import pid_of
from auxol_core.replay.peak import PeakMemory
from auxol_core.replay.prompts import noisy, prompt_for
from auxol_core.replay.rows import ACCEPTED_DICE, Row
from auxol_core.replay.scratch import scratch
from auxol_core.replay.slips import is_slip, slipped
from auxol_core.replay.streams import Sample, Stream
from auxol_core.types import BoolArray, Prompt, Proposal, Scores, SliceImage

TASK = "replay"

Rows = Generator[Row, None, None]


class EngineFactory(Protocol):
    """What makes an engine: ``auxol_core.build.make_engine`` here, ``replay.over_http.make_engine`` in a process."""

    def __call__(self, *, generalist: str, data_dir: Path, machine: MachineOptions) -> EngineApi:
        """An engine that keeps its task files in ``data_dir``."""


@dataclass(frozen=True)
class Workshop:
    """How to make the engine of a run. ``kind``: where its engines compute, named in the facts of a run."""

    make_engine: EngineFactory
    generalist: str
    machine: MachineOptions
    kind: EngineKind = "process"

    def engine(self, data_dir: Path) -> EngineApi:
        """A new engine; the caller closes it."""
        return self.make_engine(generalist=self.generalist, data_dir=data_dir, machine=self.machine)


@dataclass(frozen=True)
class Segment:
    """A stream under the name that its results bear: its own, or ``kvasir#2`` in a sequence."""

    name: str
    stream: Stream


def run(
    segments: Sequence[Segment],
    method: Method,
    options: ReplayOptions,
    workshop: Workshop,
    peak: PeakMemory | None = None,
) -> Rows:
    """Replay ``segments`` one after another in one task of ``method``; a row an image, as soon as it is known.

    ``peak`` is told of the process that computes before the engine ends.
    """
    if method.preset is None:
        for segment in segments:
            yield from _run_shape(segment, method, options)
        return
    with scratch("auxol-replay-") as folder:
        engine = workshop.engine(folder)
        try:
            engine.create_task(TASK, method.task_options(options))
            for segment in segments:
                for index, sample in enumerate(segment.stream.samples()):
                    yield _Turn(engine, segment, sample, index, method, options).row()
        finally:
            if peak is not None:
                peak.read(pid_of(engine))
            engine.close()


def prompts_of(segment: Segment, sample: Sample, options: ReplayOptions) -> list[Prompt]:
    """One prompt for each component of the sample's truth."""
    label = segment.stream.structure.value
    return [prompt_for(part, options.prompts, sample.name, label) for part in sample.components]


def feedback_due(index: int, dice: float, feedback: FeedbackOptions) -> bool:
    """Whether a person corrects image number ``index`` (from 0) whose shown result has this Dice."""
    return index % feedback.every == 0 and (feedback.review_below is None or dice < feedback.review_below)


def _run_shape(segment: Segment, method: Method, options: ReplayOptions) -> Rows:
    radius = 0
    if options.prompts.kind == "point":
        radius = best_radius(
            ([p for prompt in prompts_of(segment, sample, options) for p in prompt.positives], sample.truth)
            for sample in segment.stream.samples()
        )
    for index, sample in enumerate(segment.stream.samples()):
        prompts = prompts_of(segment, sample, options)
        started = perf_counter()
        shown = drawn_shape(prompts, (sample.pixels.shape[0], sample.pixels.shape[1]), radius)
        seconds = (perf_counter() - started) / len(prompts)
        row = _scored(segment, sample, index, method, options, shown)
        yield dataclasses.replace(row, seconds_prediction=seconds)


def _scored(
    segment: Segment, sample: Sample, index: int, method: Method, options: ReplayOptions, shown: BoolArray | None
) -> Row:
    """A row with scores alone; ``shown`` None: there was no result, which costs the diagonal."""
    truth = sample.truth
    if shown is None:
        dice, hd95 = 0.0, metrics.diagonal(truth.shape, sample.spacing)
    else:
        dice, hd95 = metrics.dice(shown, truth), metrics.hd95(shown, truth, sample.spacing)
    return Row(
        dataset=segment.name,
        method=method.name,
        prompt=options.prompts.kind,
        index=index,
        image=sample.name,
        patient=sample.patient,
        n_objects=len(sample.components),
        n_small=sample.small,
        dice=dice,
        hd95=hd95,
        unit="px" if sample.spacing_mm is None else "mm",
        accepted=dice >= ACCEPTED_DICE,
        corrected=False,
    )


@dataclass(frozen=True)
class _Turn:
    """One image's turn with an engine."""

    engine: EngineApi
    segment: Segment
    sample: Sample
    index: int
    method: Method
    options: ReplayOptions

    def row(self) -> Row:
        return self._found() if self.method.finds else self._prompted()

    def _found(self) -> Row:
        """Looked for without a prompt; what is not found, or cannot be yet, is an empty mask and says why."""
        started = perf_counter()
        proposals: list[Proposal] = []
        note = ""
        slice_id = self.engine.put_slice(SliceImage(self.sample.pixels, self.sample.spacing_mm))
        try:
            for item in self.engine.find(TASK, [slice_id]):
                proposals += [] if item.proposal is None else [item.proposal]
                note = item.reason
        except InvalidInputError as error:  # nothing was taught yet
            note = str(error)
        shown = np.zeros(self.sample.truth.shape, dtype=bool)
        for proposal in proposals:
            shown |= proposal.mask
        row = dataclasses.replace(
            self._scores(shown),
            prompt=FOUND,
            seconds_prediction=perf_counter() - started,
            share=_mean([p.share for p in proposals]),
            quality=_mean([p.quality for p in proposals]),
            version=proposals[0].version if proposals else None,
            note=note,
            outside=max((p.outside for p in proposals), default=None),
        )
        return self._reviewed(row, slice_id, proposals)

    def _prompted(self) -> Row:
        prompts = prompts_of(self.segment, self.sample, self.options)
        try:
            image = SliceImage(self.sample.pixels, self.sample.spacing_mm)
            started = perf_counter()
            slice_id = self.engine.put_slice(image)
            proposals = [self.engine.predict(TASK, slice_id, prompt) for prompt in prompts]
            seconds = (perf_counter() - started) / len(prompts)
        except InvalidInputError as error:
            return dataclasses.replace(self._scores(None), note=str(error))
        shown = np.logical_or.reduce([proposal.mask for proposal in proposals])
        row = dataclasses.replace(
            self._scores(shown),
            seconds_prediction=seconds,
            share=_mean([p.share for p in proposals]),
            quality=_mean([p.quality for p in proposals]),
            version=proposals[0].version,
            outside=max(p.outside for p in proposals),
        )
        return self._reviewed(row, slice_id, proposals)

    def _reviewed(self, row: Row, slice_id: str, proposals: Sequence[Proposal]) -> Row:
        if self.method.taught and feedback_due(self.index, row.dice, self.options.feedback):
            return self._taught(row, slice_id, proposals)
        for proposal in proposals:
            self.engine.dismiss(proposal.proposal_id)
        return row

    def _scores(self, shown: BoolArray | None) -> Row:
        return _scored(self.segment, self.sample, self.index, self.method, self.options, shown)

    def _taught(self, row: Row, slice_id: str, proposals: Sequence[Proposal]) -> Row:
        feedback = self.options.feedback
        label = self.segment.stream.structure.value
        mask = self.sample.truth
        if self.sample.components:
            mask = noisy(self.sample.components, feedback.noise, feedback.seed, self.sample.name, label)
        if is_slip(self.index, feedback.slip_every):
            mask = slipped(mask, self.index, feedback.slip_every)
        started = perf_counter()
        self.engine.correct(
            TASK,
            slice_id,
            mask,
            correction_id=f"{self.segment.name}:{self.sample.name}:{self.index}",
            proposals=[proposal.proposal_id for proposal in proposals],
        )
        saved = perf_counter()
        self.engine.learn_now(TASK)
        learned = perf_counter()
        if feedback.think_steps:
            self.engine.think(TASK, steps=feedback.think_steps)
        elif feedback.think_seconds:
            self.engine.think(TASK, seconds=feedback.think_seconds)
        scores = self.engine.corrections(TASK)[-1].scores
        return dataclasses.replace(
            row,
            corrected=True,
            seconds_saving=saved - started,
            seconds_update=learned - saved,
            generalist_dice=_mean([s.generalist for s in scores]),
            specialist_dice=_mean(_specialist(scores)),
        )


def _specialist(scores: Sequence[Scores]) -> list[float]:
    return [s.specialist for s in scores if s.specialist is not None]


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None

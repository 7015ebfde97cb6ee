"""Invariant 1: scores come before learning, and no fusion weight depends on what it is applied to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_engine import AUXOL, OPTIONS, PAPER, TASK, box_around, disc, narrow_engine, narrow_specialist
from tiny_network import tiny_generalist

from auxol_core.engine.pending import drawn_box
from auxol_core.generalist.base import encoded
from auxol_core.options import TaskOptions
from auxol_core.specialist.base import Opinion, Specialist, View
from auxol_core.specialist.preset import Learner
from auxol_core.types import BoolArray, Box, FloatArray, IntensityWindow, Prompt, Proposal, Segmentation, SliceImage

# A second, naive implementation of the two rules, from the formulas of algorithm.md


def naive_dice(a: BoolArray, b: BoolArray) -> float:
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0


def naive_expert_losses(generalist: FloatArray, specialist: FloatArray, truth: BoolArray) -> list[float]:
    losses = []
    for a in (0.0, 0.25, 0.5, 0.75, 1.0):
        z = np.float32(a) * np.clip(generalist, -10, 10) + np.float32(1 - a) * np.clip(specialist, -10, 10)
        mask = z > 0
        losses.append(1 - (2 * (mask & truth).sum() + 1) / (mask.sum() + truth.sum() + 1))
    return losses


def naive_expert_share(history: list[list[float]]) -> float:
    total = [0.0] * 5
    for losses in history:
        total = [AUXOL.expert_forget * t + loss for t, loss in zip(total, losses, strict=True)]
    w = [float(np.exp(-AUXOL.expert_rate * (t - min(total)))) for t in total]
    return sum(weight * a for weight, a in zip(w, (0.0, 0.25, 0.5, 0.75, 1.0), strict=True)) / sum(w)


def naive_best_share(generalist: FloatArray, opinion: Opinion, truth: BoolArray) -> float:
    assert opinion.region is not None
    g, s, t = generalist[opinion.region], opinion.logits[opinion.region], truth[opinion.region]
    tried = [i / 20 for i in range(21)]
    scores = [naive_dice(np.float32(a) * g + np.float32(1 - a) * s > 0, t) for a in tried]
    return tried[int(np.argmax(scores))]


class Watched:
    """An engine whose specialist can be asked, at any moment, what it says under the weights in use."""

    def __init__(self, folder: Path, options: TaskOptions) -> None:
        self.specialists: list[Specialist] = []
        self.engine = narrow_engine(folder, self._make)
        self.engine.create_task(TASK, options)

    def _make(self, options: TaskOptions) -> Learner:
        learner = narrow_specialist(options)
        self.specialists.append(learner.specialist)
        return learner

    def opinions(self, image: SliceImage, prompt: Prompt) -> tuple[Segmentation, Opinion]:
        unit = IntensityWindow(0.0, 255.0).apply(image)
        generalist = tiny_generalist().decode(encoded(tiny_generalist(), unit), prompt)
        opinion = self.specialists[0].predict_one(View(unit, prompt, generalist))
        assert opinion is not None
        return generalist, opinion

    def propose(self, number: int) -> tuple[Proposal, Segmentation, Opinion]:
        image, mask = disc(number)
        proposal = self.engine.predict(TASK, self.engine.put_slice(image), box_around(mask))
        return proposal, *self.opinions(image, proposal.prompt)


def test_scores_are_those_of_the_proposal_as_it_was_accepted_whatever_was_learned_since(tmp_path: Path) -> None:
    watched = Watched(tmp_path, OPTIONS)
    engine = watched.engine
    early = [watched.propose(number) for number in range(2)]
    for proposal, _, _ in early:
        engine.accept(proposal.proposal_id)
    for number, (proposal, generalist, opinion) in enumerate(early):
        truth = disc(number)[1]
        engine.correct(TASK, proposal.slice_id, truth, correction_id=f"c{number}", proposals=[proposal.proposal_id])
        (scores,) = engine.corrections(TASK)[-1].scores
        assert scores.fused == naive_dice(proposal.mask, truth)
        assert scores.generalist == naive_dice(generalist.mask, truth)
        assert scores.specialist == naive_dice(opinion.mask, truth)
        engine.learn_now(TASK)
    known = engine.corrections(TASK)
    assert engine.status(TASK).version == 2
    engine.close()
    engine.open_task(TASK)
    assert engine.corrections(TASK) == known  # and they stay so
    engine.close()


def test_the_share_is_a_fold_over_the_corrections_saved_before_the_prompt(tmp_path: Path) -> None:
    watched = Watched(tmp_path, OPTIONS)
    engine = watched.engine
    history: list[list[float]] = []
    first = watched.propose(0)
    waiting = watched.propose(1)  # made before anything was corrected: nothing may move its share
    assert first[0].share == waiting[0].share == naive_expert_share([])

    def correct(number: int, made: tuple[Proposal, Segmentation, Opinion]) -> None:
        truth = disc(number, radius=8)[1]
        proposal, generalist, opinion = made
        history.append(naive_expert_losses(generalist.logits, opinion.logits, truth))
        engine.correct(TASK, proposal.slice_id, truth, correction_id=f"c{number}", proposals=[proposal.proposal_id])

    correct(0, first)
    assert waiting[0].share == 0.5
    engine.learn_now(TASK)
    for number in (2, 3):
        made = watched.propose(number)
        assert made[0].share == pytest.approx(naive_expert_share(history), abs=1e-9)
        before = engine.status(TASK).share
        assert made[0].share == before  # its own correction, still to come, plays no part
        correct(number, made)
        assert engine.status(TASK).share == pytest.approx(naive_expert_share(history), abs=1e-9)
        engine.learn_now(TASK)
    correct(1, waiting)  # scored as it was shown, under version 0
    assert engine.status(TASK).share == pytest.approx(naive_expert_share(history), abs=1e-9)
    assert len({round(naive_expert_share(history[:n]), 6) for n in range(5)}) > 2  # it did move
    engine.close()


def test_learning_alone_moves_no_share(tmp_path: Path) -> None:
    watched = Watched(tmp_path, OPTIONS)
    engine = watched.engine
    proposal, *_ = watched.propose(0)
    engine.correct(TASK, proposal.slice_id, disc(0)[1], correction_id="a", proposals=[proposal.proposal_id])
    share = engine.status(TASK).share
    assert engine.learn_now(TASK).share == share
    engine.close()


def test_objects_of_one_slice_share_the_weight_that_was_known_before_the_slice(tmp_path: Path) -> None:
    watched = Watched(tmp_path, OPTIONS)
    engine = watched.engine
    image, mask = disc(0)
    slice_id = engine.put_slice(image)
    proposals = [engine.predict(TASK, slice_id, Prompt(box=Box(*box))) for box in ((20, 20, 45, 48), (2, 2, 14, 14))]
    made = [watched.opinions(image, proposal.prompt) for proposal in proposals]
    corner = np.zeros_like(mask)
    corner[3:12, 3:12] = True
    engine.correct(TASK, slice_id, mask | corner, correction_id="a", proposals=[p.proposal_id for p in proposals])
    assert [p.share for p in proposals] == [0.5, 0.5]
    history = [
        naive_expert_losses(generalist.logits, opinion.logits, truth)
        for (generalist, opinion), truth in zip(made, (mask, corner), strict=True)
    ]
    assert engine.status(TASK).share == pytest.approx(naive_expert_share(history), abs=1e-9)
    engine.close()


def test_the_published_share_is_the_mean_of_the_last_five_best_and_1_before(tmp_path: Path) -> None:
    watched = Watched(tmp_path, PAPER)
    engine = watched.engine
    best: list[float] = []
    for number in range(7):
        proposal, generalist, opinion = watched.propose(number)
        expected = 1.0 if number < 5 else float(np.mean(best[-5:]))
        assert proposal.share == pytest.approx(expected)
        if number < 5:
            assert np.array_equal(proposal.mask, generalist.mask)
        truth = disc(number, radius=9)[1]
        best.append(naive_best_share(generalist.logits, opinion, truth))
        engine.correct(TASK, proposal.slice_id, truth, correction_id=f"c{number}", proposals=[proposal.proposal_id])
        engine.learn_now(TASK)
    engine.close()


def test_a_drawn_object_is_scored_under_the_share_before_it(tmp_path: Path) -> None:
    watched = Watched(tmp_path, OPTIONS)
    image, mask = disc(0)
    watched.engine.correct(TASK, watched.engine.put_slice(image), mask, correction_id="a")
    (scores,) = watched.engine.corrections(TASK)[0].scores
    # The box that stands for the missing prompt is the mask's own, a little moved, by slice and mask alone.
    generalist, opinion = watched.opinions(image, Prompt(box=drawn_box(mask, image.slice_id)))
    fused = np.clip(generalist.logits, -10, 10) / 2 + np.clip(opinion.logits, -10, 10) / 2 > 0
    assert (scores.generalist, scores.specialist, scores.fused) == (
        naive_dice(generalist.mask, mask),
        naive_dice(opinion.mask, mask),
        naive_dice(fused, mask),
    )
    watched.engine.close()

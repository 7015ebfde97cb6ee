"""The specialist's answer: its own, and beside the generalist's proposal where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.specialist.auxol.opinion import checked, opinion_of
from auxol_core.specialist.base import Opinion, View
from auxol_core.types import Box, FloatArray, Point, Prompt, Segmentation


class Scripted(Segmenter):
    """Answers +1 everywhere alone and -1 beside a mask, with the qualities it is given."""

    def __init__(self, alone: float, guided: float) -> None:
        super().__init__(PromptableNetwork())
        self.asked: list[Prompt] = []
        self.qualities = (alone, guided)

    def segment(self, image: FloatArray, prompt: Prompt) -> Segmentation:
        self.asked.append(prompt)
        guided = prompt.mask is not None
        logits = np.full(image.shape[:2], -1.0 if guided else 1.0, dtype=np.float32)
        return Segmentation(logits, self.qualities[guided])


def _view(proposed: int = 8, mask: FloatArray | None = None) -> View:
    logits = np.full((32, 32), -3, dtype=np.float32)
    logits[:proposed, :proposed] = 3
    image = np.zeros((32, 32, 3), dtype=np.float32)
    return View(image, Prompt(box=Box(2, 2, 9, 9), mask=mask), Segmentation(logits, 0.5))


def test_two_equally_sure_answers_count_the_same() -> None:
    opinion = opinion_of(Scripted(0.8, 0.8), _view(), use_proposal=True)
    assert opinion.logits == pytest.approx(np.zeros((32, 32)), abs=1e-6)
    assert opinion.region is None and opinion.logits.dtype == np.float32


def test_the_surer_answer_outweighs_the_other() -> None:
    assert (opinion_of(Scripted(0.9, 0.3), _view(), use_proposal=True).logits > 0.99).all()
    opinion = opinion_of(Scripted(0.3, 0.9), _view(), use_proposal=True)
    assert (opinion.logits < -0.99).all() and opinion.quality == 0.9


def test_the_proposal_is_shown_as_the_mask_so_far() -> None:
    segmenter, view = Scripted(0.5, 0.5), _view()
    opinion_of(segmenter, view, use_proposal=True)
    alone, guided = segmenter.asked
    assert alone.mask is None and guided.box == view.prompt.box
    assert guided.mask is not None and np.array_equal(guided.mask, view.generalist.probability)


@pytest.mark.parametrize(
    ("view", "use"),
    [(_view(), False), (_view(proposed=3), True), (_view(mask=np.eye(32, dtype=np.float32)), True)],
    ids=["switched off", "nearly empty proposal", "mask given"],
)
def test_without_a_proposal_to_follow_there_is_one_answer(view: View, use: bool) -> None:
    segmenter = Scripted(0.5, 0.9)
    opinion = opinion_of(segmenter, view, use_proposal=use)
    assert len(segmenter.asked) == 1 and segmenter.asked[0] is view.prompt
    assert np.abs(opinion.logits).min() == 1


def test_two_answers_without_any_certainty_give_no_nan() -> None:
    assert np.isfinite(opinion_of(Scripted(0.0, 0.0), _view(), use_proposal=True).logits).all()


def _opinion(rows: int) -> Opinion:
    logits = np.full((32, 32), -2, dtype=np.float32)
    logits[2 : 2 + rows, 2:9] = 2
    return Opinion(logits, 0.9)


def _fitting_view(prompt: Prompt) -> View:
    return View(np.zeros((32, 32, 3), dtype=np.float32), prompt, Segmentation(_opinion(7).logits, 0.5))


@pytest.mark.parametrize(("rows", "fit"), [(7, 1.0), (5, 5 / 7), (3, 3 / 7), (0, 0.0)])
def test_the_worse_an_answer_fits_the_box_the_less_it_keeps(rows: int, fit: float) -> None:
    view, opinion = _fitting_view(Prompt(box=Box(2, 2, 9, 9))), _opinion(rows)
    kept = 2 * fit**4 / (fit**4 + 1)
    shown = checked(opinion, view)
    assert np.allclose(shown.logits, kept * opinion.logits + (1 - kept) * view.generalist.logits)
    assert shown.quality == pytest.approx(kept * 0.9 + (1 - kept) * 0.5)


def test_an_answer_that_fits_the_box_better_keeps_all() -> None:
    view = _fitting_view(Prompt(box=Box(2, 2, 5, 9)))
    assert checked(_opinion(4), view).quality == 0.9


def test_a_loud_answer_does_not_drown_the_one_it_gives_way_to() -> None:
    view = _fitting_view(Prompt(box=Box(2, 2, 9, 9)))
    loud = Opinion(_opinion(3).logits * 1000, 0.9)
    assert np.abs(checked(loud, view).logits).max() <= 10


def test_an_answer_that_leaves_the_click_out_gives_way() -> None:
    view = _fitting_view(Prompt(points=(Point(8, 4),)))
    assert checked(_opinion(7), view).quality == 0.9
    assert checked(_opinion(6), view).quality == 0.5


def test_where_both_contradict_the_prompt_the_specialist_speaks() -> None:
    view = _fitting_view(Prompt(box=Box(20, 20, 30, 30)))
    assert checked(_opinion(3), view).quality == 0.9

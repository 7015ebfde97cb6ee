"""What a lesson shows can be asked of another generalist, and its answer taken in, at every size of slice."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.specialist.auxol.lesson import encode
from auxol_core.specialist.auxol.recall import SUREST, recalled, refitted
from auxol_core.specialist.base import Arrays, View
from auxol_core.taskfile import lesson_codec
from auxol_core.types import BoolArray, Box, Point, Prompt, Segmentation

SMALL, LARGE = (50, 60), (900, 700)


def lesson(shape: tuple[int, int], prompt: Prompt, box: Box) -> tuple[Arrays, BoolArray]:
    """A lesson as it comes out of a journal, its generalist's answer the left half of the slice; and the truth."""
    truth = np.zeros(shape, dtype=bool)
    truth[int(box.row0) : int(box.row1), int(box.col0) : int(box.col1)] = True
    image = np.repeat(np.where(truth, 0.8, 0.2).astype(np.float32)[:, :, None], 3, axis=2)
    logits = np.full(shape, -4.0, dtype=np.float32)
    logits[:, : shape[1] // 2] = 4.0
    arrays = encode(View(image, prompt, Segmentation(logits, 0.9)), truth)
    return lesson_codec.decode(lesson_codec.encode(arrays)), truth


def test_a_small_slice_is_seen_as_it_was() -> None:
    prompt = Prompt(box=Box(10, 12, 30, 40), points=(Point(20, 21), Point(3, 4, positive=False)))
    arrays, truth = lesson(SMALL, prompt, Box(10, 12, 30, 40))
    (picture,) = recalled(arrays)
    assert np.array_equal(picture.truth, truth)
    assert np.allclose(picture.view.image[..., 0], np.where(truth, 0.8, 0.2), atol=1 / 500)
    assert (picture.view.prompt.box, picture.view.prompt.points) == (prompt.box, prompt.points)
    assert picture.view.prompt.mask is None
    left = np.arange(SMALL[1]) < SMALL[1] // 2
    assert np.array_equal(picture.view.generalist.mask, np.broadcast_to(left, SMALL))
    assert np.allclose(picture.view.generalist.logits, np.where(left, 4.0, -4.0), atol=0.2)


def test_an_answer_that_8_bits_round_to_certainty_is_as_sure_as_the_fusion_allows() -> None:
    arrays, _ = lesson(SMALL, Prompt(box=Box(10, 12, 30, 40)), Box(10, 12, 30, 40))
    sure = refitted(arrays, [Segmentation(np.full(SMALL, 30.0, dtype=np.float32), 0.9)])
    (picture,) = recalled(sure)
    assert picture.view.generalist.logits == pytest.approx(SUREST, abs=1e-3)


def test_of_a_large_slice_both_pictures_are_seen_each_with_the_prompt_that_lies_on_it() -> None:
    object_ = Box(600, 500, 640, 560)
    far = Point(20, 30, positive=False)
    arrays, _ = lesson(LARGE, Prompt(box=object_, points=(Point(610, 520), far)), object_)
    whole, close = recalled(arrays)
    assert max(whole.truth.shape) == 512 and len(whole.view.prompt.points) == 2
    assert [point.positive for point in close.view.prompt.points] == [True]  # the other click is not on it
    for picture in (whole, close):
        picture.view.prompt.check_against((picture.truth.shape[0], picture.truth.shape[1]))
        row, col = round(picture.view.prompt.points[0].row), round(picture.view.prompt.points[0].col)
        assert picture.truth[row, col]


@pytest.mark.parametrize(
    ("prompt", "by_mask"),
    [
        (Prompt(points=(Point(20, 30),)), [False, True]),  # the one click lies far from what was corrected
        (Prompt(mask=np.ones(LARGE, dtype=np.float32)), [True, True]),
    ],
)
def test_where_no_prompt_is_left_the_old_answer_tells_what_was_meant(prompt: Prompt, by_mask: list[bool]) -> None:
    arrays, _ = lesson(LARGE, prompt, Box(600, 500, 640, 560))
    assert [picture.view.prompt.mask is not None for picture in recalled(arrays)] == by_mask


def test_an_answer_takes_the_old_one_s_place_and_nothing_else_changes() -> None:
    object_ = Box(600, 500, 640, 560)
    arrays, _ = lesson(LARGE, Prompt(box=object_), object_)
    whole, close = recalled(arrays)
    fresh = refitted(arrays, [Segmentation(np.where(whole.truth, 3.0, -3.0).astype(np.float32), 0.5), None])
    assert {name for name in arrays if not np.array_equal(arrays[name], fresh[name])} == {"image_whole_generalist"}
    again, same = recalled(fresh)
    assert np.array_equal(again.view.generalist.mask, whole.truth)
    assert np.array_equal(same.view.generalist.logits, close.view.generalist.logits)
    assert lesson_codec.encode(fresh)  # a journal takes it

"""What is kept of a correction and what comes out of it again: pixels, truth, prompt, at every size of slice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxol_core.specialist.auxol.lesson import CLOSE_SIDE, WHOLE_SIDE, Scene, decode, encode, place_of
from auxol_core.specialist.base import View
from auxol_core.taskfile import lesson_codec
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt, Segmentation


def _truth(shape: tuple[int, int], box: Box) -> BoolArray:
    truth = np.zeros(shape, dtype=bool)
    truth[int(box.row0) : int(box.row1), int(box.col0) : int(box.col1)] = True
    return truth


def _view(truth: BoolArray, prompt: Prompt, *, colour: bool = False) -> View:
    image: FloatArray = np.repeat(np.where(truth, 0.8, 0.2).astype(np.float32)[:, :, None], 3, axis=2)
    if colour:
        image[..., 2] = 0.5
    return View(image, prompt, Segmentation(np.where(truth, 4.0, -4.0).astype(np.float32), 0.9))


def _scenes(view: View, truth: BoolArray) -> list[Scene]:
    """Through the bytes of a journal and back."""
    return list(decode(lesson_codec.decode(lesson_codec.encode(encode(view, truth)))))


def test_a_small_slice_comes_back_as_it_was() -> None:
    box = Box(10, 12, 30, 40)
    truth = _truth((50, 60), box)
    prompt = Prompt(box=box, points=(Point(20, 21), Point(3, 4, positive=False)))
    view = _view(truth, prompt)
    (scene,) = _scenes(view, truth)
    assert np.allclose(scene.target.image, view.image, atol=1 / 500)
    assert np.array_equal(scene.target.truth, truth)
    assert np.allclose(scene.proposal, view.generalist.probability, atol=1 / 500)
    assert scene.prompt.box == box and scene.prompt.points == prompt.points and scene.prompt.mask is None


def test_grey_is_kept_once_and_colour_three_times() -> None:
    truth = _truth((40, 40), Box(10, 10, 20, 20))
    prompt = Prompt(box=Box(10, 10, 20, 20))
    grey, colour = (encode(_view(truth, prompt, colour=c), truth)["image_whole"] for c in (False, True))
    assert grey.size == 40 * 40 and colour.size == 40 * 40 * 3
    (scene,) = _scenes(_view(truth, prompt, colour=True), truth)
    assert np.allclose(scene.target.image[..., 2], 0.5, atol=1 / 500) and scene.target.image[15, 15, 0] > 0.7


@pytest.mark.parametrize("colour", [False, True])
def test_a_large_slice_is_kept_small_and_the_object_s_surroundings_larger(colour: bool) -> None:
    box = Box(300, 200, 420, 320)
    truth = _truth((1024, 700), box)
    whole, close = _scenes(_view(truth, Prompt(box=box), colour=colour), truth)
    assert whole.target.image.shape == (WHOLE_SIDE, 350, 3)
    assert close.target.image.shape == (360, 360, 3)  # three times the object, not shrunk
    assert close.target.truth.sum() == truth.sum()


def test_surroundings_wider_than_384_pixels_are_kept_at_384() -> None:
    box = Box(100, 100, 500, 400)
    truth = _truth((1500, 1400), box)
    _, close = _scenes(_view(truth, Prompt(box=box)), truth)
    assert max(close.target.image.shape) <= CLOSE_SIDE and close.prompt.box is not None
    tight = Box.of_mask(close.target.truth)
    assert tight is not None and abs(tight.row0 - close.prompt.box.row0) <= 1


@given(st.integers(2, 900), st.integers(2, 600), st.integers(20, 120), st.integers(20, 95))
@settings(max_examples=15)
def test_the_box_and_the_clicks_stay_on_the_object_at_every_scale(row: int, col: int, height: int, width: int) -> None:
    box = Box(row, col, row + height, col + width)
    truth = _truth((1024, 700), box)
    centre = Point(row + height // 2, col + width // 2)
    for scene in _scenes(_view(truth, Prompt(box=box, points=(centre,))), truth):
        tight = Box.of_mask(scene.target.truth)
        assert tight is not None and scene.prompt.box is not None
        for name in ("row0", "col0", "row1", "col1"):
            assert abs(getattr(tight, name) - getattr(scene.prompt.box, name)) <= 1
        (point,) = scene.prompt.points
        assert scene.target.truth[round(point.row), round(point.col)]
        assert abs(point.row + 0.5 - (tight.row0 + tight.row1) / 2) <= 1.5


def test_the_box_of_a_1024_by_700_slice_maps_back_within_a_pixel() -> None:
    box = Box(101.5, 33, 655, 698.25)
    truth = _truth((1024, 700), box)
    scene = _scenes(_view(truth, Prompt(box=box)), truth)[0]
    kept = scene.prompt.box
    assert kept is not None
    rows, cols = 1024 / scene.target.truth.shape[0], 700 / scene.target.truth.shape[1]
    back = (kept.row0 * rows, kept.col0 * cols, kept.row1 * rows, kept.col1 * cols)
    assert back == pytest.approx((box.row0, box.col0, box.row1, box.col1), abs=0.01)


def test_an_object_at_the_border_keeps_its_surroundings_on_the_slice() -> None:
    box = Box(980, 0, 1024, 30)
    truth = _truth((1024, 700), box)
    whole, close = _scenes(_view(truth, Prompt(box=box, points=(Point(1023, 0),))), truth)
    assert close.target.truth.sum() == truth.sum()
    assert close.target.truth[-1, 0] and whole.target.truth[-1, 0]
    assert close.prompt.points[0].row == pytest.approx(close.target.truth.shape[0] - 1)
    assert close.prompt.points[0].col == pytest.approx(0)


def test_an_empty_truth_keeps_what_the_generalist_took_for_the_object() -> None:
    box = Box(300, 200, 340, 240)
    proposed = _truth((1024, 700), box)
    view = _view(proposed, Prompt(points=(Point(320, 220),)))
    whole, close = _scenes(view, np.zeros((1024, 700), dtype=bool))
    assert not whole.target.truth.any() and not close.target.truth.any()
    assert close.proposal.max() > 0.9


def test_a_prompt_that_was_a_mask_alone_is_told_by_the_generalist_s_answer() -> None:
    truth = _truth((60, 60), Box(10, 10, 30, 30))
    (scene,) = _scenes(_view(truth, Prompt(mask=truth.astype(np.float32))), truth)
    assert scene.prompt.box is None and scene.prompt.mask is not None
    assert np.array_equal(scene.prompt.mask > 0.5, truth)


def test_a_box_far_over_the_slice_or_thin_as_a_thread_can_be_learned_from() -> None:
    truth = _truth((64, 64), Box(10, 10, 30, 30))
    for box in (Box(-1e300, -5, 1e300, 1e300), Box(20, 10, 20 + 1e-9, 30)):
        (scene,) = _scenes(_view(truth, Prompt(box=box)), truth)
        kept = scene.prompt.box
        assert kept is not None and kept.row0 >= 0 and kept.row1 <= 64 and kept.height >= 1


def test_a_slice_longer_than_any_window_can_be_learned_from() -> None:
    box = Box(16_900, 0, 16_950, 4)
    truth = _truth((17_000, 4), box)
    whole, close = _scenes(_view(truth, Prompt(box=box)), truth)
    assert whole.target.truth.shape == (WHOLE_SIDE, 2)
    assert close.target.truth.sum() == truth.sum()


@pytest.mark.parametrize("shape", [(60, 80), (1024, 700)], ids=["as it was", "kept small"])
def test_a_lesson_tells_where_the_object_lay_on_its_slice(shape: tuple[int, int]) -> None:
    box = Box(12, 20, 36, 64)
    truth = _truth(shape, box)
    place = place_of(encode(_view(truth, Prompt(box=box)), truth))
    assert place is not None and place.scaled(*shape).iou(box) > 0.9
    nothing = np.zeros(shape, dtype=bool)
    assert place_of(encode(_view(truth, Prompt(box=box)), nothing)) is None

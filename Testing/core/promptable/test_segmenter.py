"""From prompt to mask: which windows are looked at, whose answer counts, and what comes back on the slice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from torch import Tensor
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.builtin import load_builtin
from auxol_core.imaging.crops import Window
from auxol_core.imaging.metrics import dice
from auxol_core.promptable import segmenter as segmenter_module
from auxol_core.promptable import windows
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.prompt_maps import network_input
from auxol_core.promptable.segmenter import OUTSIDE_LOGIT, Segmenter, most_agreed, only_clicked_islands
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt


@pytest.fixture(scope="module")
def shipped() -> PromptableNetwork:
    return load_builtin().network


class Threshold(PromptableNetwork):
    """A stand-in: the object is what is brighter than the crop's mean; surer, the more of the crop it fills."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        logits = x[:, :1] * 4
        return logits, (logits > 0).float().mean(dim=(1, 2, 3)) * 8 - 4


Shown = list[tuple[Prompt, Window]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Every prompt and window that the network is shown, in order."""
    seen: Shown = []

    def watched(image: FloatArray, prompt: Prompt, window: Window, crop_side: int) -> FloatArray:
        seen.append((prompt, window))
        return network_input(image, prompt, window, crop_side)

    monkeypatch.setattr(segmenter_module, "network_input", watched)
    return seen


def _square(height: int, width: int, row: int, col: int, side: int) -> tuple[FloatArray, BoolArray]:
    """A bright square on a dark, slightly uneven slice."""
    image = np.full((height, width, 3), 0.25, dtype=np.float32)
    truth = np.zeros((height, width), dtype=bool)
    truth[row : row + side, col : col + side] = True
    image[truth] = 0.8
    return image, truth


def test_the_shipped_weights_find_a_bright_square_from_a_box_and_from_a_click(shipped: PromptableNetwork) -> None:
    image, truth = _square(90, 110, 30, 50, 28)
    segmenter = Segmenter(shipped)
    for prompt in (Prompt(box=Box(28, 47, 60, 80)), Prompt(points=(Point(44, 64),))):
        found = segmenter.segment(image, prompt)
        assert dice(found.mask, truth) > 0.9
        assert 0 < found.quality <= 1


def test_the_mask_of_a_shifted_image_is_the_shifted_mask(shipped: PromptableNetwork) -> None:
    segmenter = Segmenter(shipped)
    image, truth = _square(100, 120, 30, 40, 24)
    here = segmenter.segment(image, Prompt(box=Box(28, 38, 56, 66)))
    assert dice(here.mask, truth) > 0.9
    rows, cols = 8, 18
    moved = segmenter.segment(
        np.roll(image, (rows, cols), axis=(0, 1)), Prompt(box=Box(28 + rows, 38 + cols, 56 + rows, 66 + cols))
    )
    assert np.allclose(np.roll(here.logits, (rows, cols), axis=(0, 1)), moved.logits, atol=1e-3)
    assert here.quality == pytest.approx(moved.quality, abs=1e-4)


def test_a_bigger_picture_of_the_same_gives_the_same_mask_bigger(shipped: PromptableNetwork) -> None:
    small, truth = _square(64, 64, 20, 22, 20)
    large = np.kron(small, np.ones((3, 3, 1), dtype=np.float32))
    found = Segmenter(shipped).segment(large, Prompt(box=Box(57, 63, 123, 129)))
    assert dice(found.mask, np.kron(truth, np.ones((3, 3))) > 0) > 0.9


@pytest.mark.parametrize("shape", [(8, 8), (2, 300), (301, 3), (61, 47), (2, 2)])
@pytest.mark.parametrize("kind", ["box", "point", "mask"])
def test_the_answer_has_the_slice_s_own_shape(shape: tuple[int, int], kind: str) -> None:
    image = np.random.default_rng(0).random((*shape, 3), dtype=np.float32)
    prompts = {
        "box": Prompt(box=Box(0, 0, 2, 2)),
        "point": Prompt(points=(Point(1, 1),)),
        "mask": Prompt(mask=np.eye(*shape, dtype=np.float32)),
    }
    found = Segmenter(Threshold()).segment(image, prompts[kind])
    assert found.logits.shape == shape and found.logits.dtype == np.float32
    assert np.isfinite(found.logits).all() and 0 <= found.quality <= 1


def test_a_box_is_looked_at_in_its_window_alone_and_nothing_lies_beyond(shown: Shown) -> None:
    image, truth = _square(200, 200, 80, 90, 20)
    image[10:20, 10:20] = 0.9
    prompt = Prompt(box=Box(80, 90, 100, 110))
    found = Segmenter(Threshold()).segment(image, prompt)
    assert [window for _, window in shown] == [windows.for_box(prompt)]
    assert dice(found.mask, truth) > 0.97
    assert (found.logits[:75] == OUTSIDE_LOGIT).all() and not found.mask[10:20, 10:20].any()


def test_a_box_far_over_the_image_is_clipped_to_it(shown: Shown) -> None:
    image, _ = _square(64, 64, 20, 20, 20)
    Segmenter(Threshold()).segment(image, Prompt(box=Box(-50_000, -50_000, 50_000, 1e300)))
    ((prompt, window),) = shown
    assert prompt.box == Box(0, 0, 64, 64) and window.side == round(64 * windows.BOX_CONTEXT)


def test_a_box_that_touches_the_image_by_a_sliver_is_answered() -> None:
    image, _ = _square(64, 64, 20, 20, 20)
    found = Segmenter(Threshold()).segment(image, Prompt(box=Box(63.99, 5, 80, 20)))
    assert found.logits.shape == (64, 64)


def test_a_click_is_looked_for_at_every_zoom_and_then_around_what_was_found(shown: Shown) -> None:
    image, truth = _square(160, 160, 60, 60, 40)
    found = Segmenter(Threshold()).segment(image, Prompt(points=(Point(80, 80),)))
    *first, (prompt, window) = shown
    assert [window for _, window in first] == windows.for_points(first[0][0], (160, 160))
    assert window == windows.around_extent(Box(60, 60, 100, 100), windows.SECOND_LOOK_CONTEXT)
    assert prompt.box == Box(60, 60, 100, 100) and prompt.points == (Point(80, 80),)
    assert dice(found.mask, truth) > 0.97


def test_where_nothing_is_found_there_is_no_second_look(shown: Shown) -> None:
    flat = np.full((50, 50, 3), 0.5, dtype=np.float32)
    found = Segmenter(Threshold()).segment(flat, Prompt(points=(Point(20, 20),)))
    assert len(shown) == len(windows.POINT_ZOOMS) and int(found.mask.sum()) < 4


def test_a_click_keeps_its_own_island_and_a_box_keeps_all() -> None:
    image, left = _square(100, 100, 40, 20, 20)
    image[40:60, 44:54] = 0.8  # so near that the last look sees it, too
    segmenter = Segmenter(Threshold())
    clicked = segmenter.segment(image, Prompt(points=(Point(50, 30),)))
    assert clicked.mask[50, 30] and not clicked.mask[50, 44:].any()
    both = segmenter.segment(image, Prompt(box=Box(38, 18, 62, 56)))
    assert both.mask[50, 30] and both.mask[50, 46]
    assert dice(clicked.mask, left) > 0.9


def test_points_beside_the_box_widen_what_is_seen(shown: Shown) -> None:
    image, _ = _square(200, 200, 80, 90, 20)
    Segmenter(Threshold()).segment(image, Prompt(box=Box(80, 90, 100, 110), points=(Point(150, 100),)))
    ((prompt, window),) = shown
    assert window.side == round(windows.BOX_CONTEXT * 71) and len(prompt.points) == 1


def test_a_mask_so_far_says_where_to_look(shown: Shown) -> None:
    image, truth = _square(200, 200, 80, 90, 20)
    prompt = Prompt(mask=np.where(truth, 0.7, 0.4).astype(np.float32))
    found = Segmenter(Threshold()).segment(image, prompt)
    ((seen, window),) = shown
    assert window == windows.for_mask(prompt, Box(80, 90, 100, 110))
    assert seen.mask is not None and np.array_equal(seen.mask, truth)  # what the user was shown
    assert dice(found.mask, truth) > 0.97


def test_a_click_that_repairs_a_mask_is_seen_and_so_is_what_came_of_it(shown: Shown) -> None:
    image, truth = _square(200, 200, 80, 90, 20)
    half = truth.copy()
    half[90:] = False
    click = Point(95, 100)
    found = Segmenter(Threshold()).segment(image, Prompt(points=(click,), mask=half.astype(np.float32)))
    (first, window), (second, _) = shown
    assert first.points == second.points == (click,)
    assert first.mask is not None and np.array_equal(first.mask, half)
    assert window == windows.for_mask(first, Box(80, 90, 90, 110))
    assert second.mask is not None and second.mask[95, 100] == 1
    assert dice(found.mask, truth) > 0.97


def test_a_repair_that_leaves_nothing_is_not_looked_at_again(shown: Shown) -> None:
    flat = np.full((50, 50, 3), 0.5, dtype=np.float32)
    mask = np.zeros((50, 50), dtype=np.float32)
    mask[20:30, 20:30] = 1
    found = Segmenter(Threshold()).segment(flat, Prompt(points=(Point(25, 25, positive=False),), mask=mask))
    assert len(shown) == 1 and not found.mask.any()


def test_an_empty_mask_so_far_is_as_good_as_none_for_a_click_or_a_box(shown: Shown) -> None:
    image, _ = _square(100, 100, 40, 20, 20)
    empty = np.zeros((100, 100), dtype=np.float32)
    segmenter = Segmenter(Threshold())
    for prompt in (Prompt(points=(Point(50, 30),)), Prompt(box=Box(38, 18, 62, 42))):
        without = segmenter.segment(image, prompt)
        looks = [window for _, window in shown]
        shown.clear()
        beside = segmenter.segment(image, replace(prompt, mask=empty))
        assert np.array_equal(without.mask, beside.mask)
        assert [window for _, window in shown] == looks
        assert prompt.box is not None or all(seen.mask is None for seen, _ in shown)
        shown.clear()


def test_an_empty_mask_alone_looks_at_the_whole_slice(shown: Shown) -> None:
    image, _ = _square(100, 80, 40, 20, 20)
    found = Segmenter(Threshold()).segment(image, Prompt(mask=np.zeros((100, 80), dtype=np.float32)))
    assert shown[0][1] == Window(0, -10, 100)
    assert found.logits.shape == (100, 80)


def test_a_mirrored_image_gives_the_mirrored_mask(shipped: PromptableNetwork) -> None:
    image, _ = _square(60, 64, 20, 20, 18)
    image[20:30, 20:25] = 0.5
    here = Segmenter(shipped).segment(image, Prompt(box=Box(18, 16, 42, 40)))
    there = Segmenter(shipped).segment(image[:, ::-1], Prompt(box=Box(18, 64 - 40, 42, 64 - 16)))
    assert here.mask.any()
    assert np.allclose(here.logits, there.logits[:, ::-1], atol=1e-3)


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(box=Box(70, 70, 80, 80)),
        Prompt(points=(Point(64, 3),)),
        Prompt(box=Box(0, 0, 9, 9), points=(Point(3, -2, positive=False),)),
        Prompt(mask=np.zeros((63, 64), dtype=np.float32)),
    ],
    ids=["box", "point", "negative point", "mask"],
)
def test_a_prompt_that_is_not_on_the_slice_is_refused(prompt: Prompt) -> None:
    with pytest.raises(InvalidInputError):
        Segmenter(Threshold()).segment(np.zeros((64, 64, 3), dtype=np.float32), prompt)


def test_a_click_on_a_slice_longer_than_any_window_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "LONGEST_LOOK", 256)  # 8,192 would take a second and a gigabyte
    image = np.full((17_000, 3, 3), 0.2, dtype=np.float32)
    image[16_800:16_830] = 0.8
    found = Segmenter(Threshold()).segment(image, Prompt(points=(Point(16_815, 1),)))
    assert found.logits.shape == (17_000, 3)
    assert found.mask[16_815, 1] and not found.mask[:16_700].any()


def test_the_same_question_gets_the_same_bits(shipped: PromptableNetwork) -> None:
    image, _ = _square(60, 60, 20, 20, 18)
    prompt = Prompt(box=Box(18, 19, 40, 40))
    first, again = (Segmenter(shipped).segment(image, prompt) for _ in range(2))
    assert np.array_equal(first.logits, again.logits) and first.quality == again.quality


def test_bfloat16_answers_in_float32_and_nearly_the_same(shipped: PromptableNetwork) -> None:
    image, _ = _square(60, 60, 20, 20, 18)
    prompt = Prompt(box=Box(18, 19, 40, 40))
    exact = Segmenter(shipped).segment(image, prompt)
    rounded = Segmenter(shipped, precision="bfloat16").segment(image, prompt)
    assert rounded.logits.dtype == np.float32
    assert not np.array_equal(exact.logits, rounded.logits)
    assert dice(exact.mask, rounded.mask) > 0.95


def _rows(*counts: int) -> list[BoolArray]:
    """Masks of 10 x 10 pixels whose first so many rows are the object."""
    return [np.arange(10)[:, None].repeat(10, axis=1) < count for count in counts]


def test_what_several_looks_agree_on_beats_one_that_is_a_little_surer() -> None:
    assert most_agreed(_rows(10, 4, 4, 5), [0.8, 0.7, 0.7, 0.7]) in (1, 2)
    assert most_agreed(_rows(10, 4, 4, 5), [0.95, 0.2, 0.2, 0.2]) == 0


def test_of_looks_that_agree_alike_the_surest_is_taken() -> None:
    assert most_agreed(_rows(4, 4, 4), [0.3, 0.9, 0.5]) == 1
    assert most_agreed(_rows(0, 0, 0), [0.3, 0.5, 0.9]) == 2


def test_where_on_the_slice_the_looks_agree_makes_no_difference() -> None:
    masks, sure = _rows(3, 6, 2), [0.5, 0.6, 0.55]
    moved = [np.pad(mask, ((40, 3), (0, 60))) for mask in masks]
    assert most_agreed(masks, sure) == most_agreed(moved, sure)


def _islands() -> FloatArray:
    logits = np.full((6, 12), -3, dtype=np.float32)
    logits[1:3, 1:3] = 2.0
    logits[4, 4:6] = 0.5
    logits[1:5, 9:11] = 4.0
    return logits


def test_islands_without_a_click_turn_negative_and_those_with_one_stay() -> None:
    kept = only_clicked_islands(_islands(), [Point(1, 1), Point(2, 10)])
    assert np.array_equal(kept > 0, (_islands() > 0) & (_islands() != 0.5))
    assert (kept[4, 4:6] == -1).all() and kept[1, 1] == 2.0
    assert (only_clicked_islands(_islands(), [Point(1, 1)])[1:5, 9:11] == -4).all()


def test_if_no_click_hits_an_island_all_stay() -> None:
    assert np.array_equal(only_clicked_islands(_islands(), [Point(0, 6)]), _islands())
    assert np.array_equal(only_clicked_islands(_islands(), []), _islands())


def test_islands_that_touch_by_a_corner_are_one() -> None:
    logits = np.full((4, 7), -1, dtype=np.float32)
    logits[0, 0] = logits[1, 1] = logits[3, 5] = 1
    assert np.argwhere(only_clicked_islands(logits, [Point(0, 0)]) > 0).tolist() == [[0, 0], [1, 1]]

"""Images, prompts and masks as they come: each gives a clear error or a sane result, and never harms the task."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_engine import OPTIONS, SIDE, TASK, disc, look, narrow_engine, teach

from auxol_core.engine.engine import Engine
from auxol_core.errors import AuxolError, InvalidInputError, NotFoundError
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.types import BoolArray, Box, IntensityWindow, Point, Prompt, Proposal, SliceImage


def noise(*shape: int) -> Any:
    return np.random.default_rng(3).random(shape)


def ramp(*shape: int) -> Any:
    return np.add.outer(np.arange(shape[0]), np.arange(shape[1]))


ODD_BUT_FINE: dict[str, Callable[[], Any]] = {
    "8 x 8": lambda: (noise(8, 8) * 255).astype(np.uint8),
    "2 x 2": lambda: np.array([[0, 255], [255, 0]], np.uint8),
    "a strip of 3 x 400": lambda: (noise(3, 400) * 255).astype(np.uint8),
    "constant, 8 bit": lambda: np.full((40, 40), 7, np.uint8),
    "constant, float": lambda: np.full((40, 40), -1000.0, np.float32),
    "one channel with an axis of its own": lambda: (noise(40, 40, 1) * 255).astype(np.uint8),
    "RGB": lambda: (noise(40, 50, 3) * 255).astype(np.uint8),
    "16 bit": lambda: (ramp(40, 50) * 700).astype(np.uint16),
    "CT in Hounsfield units": lambda: (ramp(40, 50) * 40 - 1024).astype(np.float32),
    "CT padded with -32768": lambda: np.where(ramp(40, 50) < 30, -32768, ramp(40, 50)).astype(np.int16),
    "floats of 0 to 1": lambda: noise(40, 50).astype(np.float64),
    "floats near the limit of their type": lambda: (noise(40, 50) - 0.5) * 1e300,
    "64-bit integers": lambda: (noise(40, 50) * 2**60).astype(np.int64),
    "larger than what a lesson keeps": lambda: (noise(700, 90) * 255).astype(np.uint8),
    "not contiguous": lambda: (noise(90, 100) * 255).astype(np.uint8)[::2, ::-2],
    "read-only": lambda: np.broadcast_to(np.arange(50, dtype=np.uint8), (40, 50)),
    "big-endian": lambda: (ramp(40, 50) * 700).astype(">u2"),
}

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "8k x 8k": (lambda: np.broadcast_to(np.uint8(0), (8192, 8192)), "8192"),
    "NaN": (lambda: np.where(noise(20, 20) < 0.1, np.nan, 1.0), "NaN"),
    "infinite": (lambda: np.full((20, 20), np.inf), "infinite"),
    "four channels": (lambda: np.zeros((20, 20, 4), np.uint8), "4"),
    "two channels": (lambda: np.zeros((20, 20, 2), np.uint8), "(20, 20, 2)"),
    "a volume": (lambda: np.zeros((5, 20, 20), np.uint8), "(5, 20, 20)"),
    "flat": (lambda: np.zeros(400, np.uint8), "(400,)"),
    "empty": (lambda: np.zeros((0, 20), np.uint8), "(0, 20)"),
    "one row": (lambda: np.zeros((1, 400), np.uint8), "(1, 400)"),
    "truth values": (lambda: np.zeros((20, 20), bool), "bool"),
    "complex": (lambda: np.zeros((20, 20), complex), "complex"),
    "text": (lambda: np.full((20, 20), "a"), "<U1"),
    "objects": (lambda: np.full((20, 20), None), "object"),
    "lists of unequal length read as objects": (lambda: np.array([[1], [1, 2]], dtype=object), "(2,)"),
}


# One short step without a guard: here it only matters that learning can make something of every lesson.
BRIEF = TaskOptions(
    window=IntensityWindow(0.0, 255.0),
    auxol=AuxolOptions(steps=1, batch=1, new_share=1.0, use_proposal=False, guard_last=0, budget_s=600.0),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all: what it is given must not harm what comes after, and at last the task opens as it was."""
    running = narrow_engine(tmp_path_factory.mktemp("shared"))
    running.create_task(TASK, BRIEF)
    yield running
    known, seen = running.corrections(TASK), look(running)
    running.close()
    running.open_task(TASK)
    assert running.corrections(TASK) == known
    assert look(running) == seen
    teach(running, 50)
    status = running.learn_now(TASK)
    assert (status.queued, status.corrections + status.confirmations) == (0, len(known) + 1)
    running.close()


def save(engine: Engine, proposals: list[Proposal], mask: BoolArray) -> None:
    """Correct, and learn it."""
    receipt = engine.correct(
        TASK,
        proposals[0].slice_id,
        mask,
        correction_id=uuid.uuid4().hex,
        proposals=[proposal.proposal_id for proposal in proposals],
    )
    assert receipt.objects >= 1
    assert engine.learn_now(TASK).queued == 0
    assert engine.corrections(TASK)[-1].learned


@pytest.mark.parametrize("kind", ODD_BUT_FINE)
def test_an_odd_image_is_segmented_corrected_and_learned(shared: Engine, kind: str) -> None:
    pixels = ODD_BUT_FINE[kind]()
    slice_id = shared.put_slice(SliceImage(pixels))
    height, width = pixels.shape[:2]
    prompts = (
        Prompt(box=Box(0.2 * height, 0.2 * width, 0.8 * height, 0.8 * width)),
        Prompt(points=(Point(height // 2, width // 2),)),
    )
    proposals = [shared.predict(TASK, slice_id, prompt) for prompt in prompts]
    for proposal in proposals:
        assert proposal.mask.shape == (height, width)
        assert np.isfinite(proposal.quality) and 0.0 <= proposal.quality <= 1.0
    mask = np.zeros((height, width), bool)
    mask[: (height + 1) // 2, : (width + 1) // 2] = True
    save(shared, proposals, mask)


def test_an_odd_image_gives_a_task_a_window_of_its_own(tmp_path: Path) -> None:
    running = narrow_engine(tmp_path)
    for number, (kind, make) in enumerate(ODD_BUT_FINE.items()):
        pixels = make()
        status = running.create_task(f"task {number}", TaskOptions(learning=False, preset="paper"))
        slice_id = running.put_slice(SliceImage(pixels))
        proposal = running.predict(status.name, slice_id, Prompt(box=Box(0, 0, *pixels.shape[:2])))
        window = running.status(status.name).window or IntensityWindow.of(SliceImage(pixels))
        assert window.low < window.high, kind
        measured = pixels[pixels != -32768] if "padded" in kind else pixels
        assert window.low <= measured.mean(dtype=np.float64) <= window.high, kind
        assert proposal.mask.shape == pixels.shape[:2], kind
        running.close_task(status.name)


@pytest.mark.parametrize("kind", REFUSED)
def test_an_image_that_cannot_be_used_is_refused_with_a_sentence(shared: Engine, kind: str) -> None:
    make, word = REFUSED[kind]
    with pytest.raises(InvalidInputError) as error:
        shared.put_slice(SliceImage(make()))
    assert word in str(error.value) and str(error.value).endswith(".")


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(box=Box(-0.5, -0.5, 1e-6, 1e-6)),
        Prompt(box=Box(63.9999999, 0, 90, 90)),
        Prompt(box=Box(20.0, 20.0, 20.0 + 1e-9, 40.0)),
        Prompt(box=Box(5.0, 5.0, 5.0 + 1e-12, 5.0 + 1e-12)),
        Prompt(box=Box(-3000, -3000, 3000, 3000)),
        Prompt(box=Box(-9000, -1, 1000, 1)),
        Prompt(box=Box(-1e9, -1e9, 1e9, 1e9)),
        Prompt(box=Box(10, 10, 40, 40), points=tuple(Point(r, r) for r in range(60))),
        Prompt(points=(Point(63.49, -0.49), Point(0, 0, positive=False))),
        Prompt(mask=np.zeros((SIDE, SIDE), np.float32), points=(Point(3, 3, positive=False),)),
        Prompt(mask=np.full((SIDE, SIDE), 1e30, np.float32)),
    ],
    ids=[
        "a box that grazes the corner",
        "a box that grazes the lower edge",
        "a box of no height",
        "a box of no size",
        "a box far larger than the image",
        "a long box mostly outside",
        "a box beyond all measure",
        "sixty clicks",
        "clicks at the corners",
        "an empty mask so far and a negative click",
        "a mask so far that is no probability",
    ],
)
def test_an_odd_prompt_gets_an_answer_and_can_be_learned_from_also_that_nothing_is_there(
    shared: Engine, prompt: Prompt
) -> None:
    image, mask = disc(0)
    for there in (True, False):
        save(shared, [shared.predict(TASK, shared.put_slice(image), prompt)], mask & there)


def test_a_strip_longer_than_any_window_can_still_be_corrected(shared: Engine) -> None:
    pixels = np.zeros((4, 20_000), np.uint8)
    pixels[1:3, 5000:5040] = 200
    slice_id = shared.put_slice(SliceImage(pixels))
    save(shared, [shared.predict(TASK, slice_id, Prompt(box=Box(0, 4990, 4, 5050)))], pixels > 0)


def quarter(number: int) -> float:
    return number / 4


@settings(max_examples=60)
@given(
    # Quarter pixels: hypothesis draws no floats while torch flushes denormal ones.
    box=st.one_of(st.none(), st.tuples(*[st.integers(-800, 800).map(quarter)] * 4)),
    points=st.lists(st.tuples(*[st.integers(-20, 280).map(quarter)] * 2, st.booleans()), max_size=3),
)
def test_whatever_the_prompt_there_is_a_mask_or_one_of_our_errors(
    shared: Engine, box: tuple[float, ...] | None, points: list[tuple[float, float, bool]]
) -> None:
    slice_id = shared.put_slice(disc(0)[0])
    try:
        prompt = Prompt(box=None if box is None else Box(*box), points=tuple(Point(*point) for point in points))
        proposal = shared.predict(TASK, slice_id, prompt)
    except InvalidInputError:
        return
    assert proposal.mask.shape == (SIDE, SIDE)
    shared.dismiss(proposal.proposal_id)


def test_a_mask_of_thousands_of_specks_is_saved_in_a_moment(shared: Engine) -> None:
    slice_id = shared.put_slice(SliceImage((noise(400, 400) * 255).astype(np.uint8)))
    mask = np.zeros((400, 400), bool)
    mask[::5, ::5] = mask[1::5, ::5] = True
    mask[100:120, 100:120] = True
    receipt = shared.correct(TASK, slice_id, mask, correction_id="specks")
    assert receipt.objects == 1  # the square; specks that touch nothing are slips of the pen


def test_a_slice_that_was_evicted_is_asked_for_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auxol_core.engine.engine.SLICE_BYTES", SIDE * SIDE)  # room for one
    running = narrow_engine(tmp_path)
    running.create_task(TASK, OPTIONS)
    image, mask = disc(0)
    slice_id = running.put_slice(image)
    proposal = running.predict(TASK, slice_id, Prompt(points=(Point(30, 34),)))
    running.put_slice(disc(1)[0])
    assert not running.has_slice(slice_id)
    with pytest.raises(NotFoundError, match="Put it again"):
        running.correct(TASK, slice_id, mask, correction_id="a", proposals=[proposal.proposal_id])
    running.put_slice(image)
    receipt = running.correct(TASK, slice_id, mask, correction_id="a", proposals=[proposal.proposal_id])
    assert (receipt.objects, receipt.duplicate) == (1, False)
    running.close()


def test_a_file_that_is_no_task_is_listed_refused_and_left_as_it_is(shared: Engine, tmp_path: Path) -> None:
    running = narrow_engine(tmp_path)
    running.create_task("good", OPTIONS)
    (tmp_path / "bad.auxol").write_bytes(b"not a task" * 300)
    assert running.list_tasks() == ["bad", "good"]
    with pytest.raises(AuxolError) as error:
        running.open_task("bad")
    assert "bad.auxol" in str(error.value)
    assert (tmp_path / "bad.auxol").read_bytes() == b"not a task" * 300
    assert running.status("good").version == 0
    running.delete_task("bad")
    assert running.list_tasks() == ["good"]
    running.close()

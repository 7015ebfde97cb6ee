"""The built-in generalist: the shipped weights behind the generalist's contract."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.errors import CheckpointError, InvalidInputError
from auxol_core.generalist.base import Generalist, encoded
from auxol_core.generalist.builtin import BuiltinGeneralist, load_builtin
from auxol_core.imaging.metrics import dice
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt


@pytest.fixture(scope="module")
def builtin() -> BuiltinGeneralist:
    return load_builtin()


def _disc() -> tuple[FloatArray, BoolArray]:
    rows, cols = np.mgrid[:96, :120]
    truth = np.asarray(np.hypot(rows - 40, cols - 70) < 18, dtype=bool)
    grey = np.random.default_rng(0).normal(0.3, 0.03, truth.shape) + 0.4 * truth
    return np.repeat(grey.astype(np.float32)[:, :, None], 3, axis=2), truth


def test_it_keeps_the_generalist_s_contract_and_names_its_weights_by_their_hash(builtin: BuiltinGeneralist) -> None:
    generalist: Generalist = builtin
    assert generalist.name == "builtin"
    assert generalist.weights_hash == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()


def test_the_shipped_weights_take_at_most_eight_megabytes() -> None:
    assert WEIGHTS.stat().st_size <= 8_000_000


def test_it_finds_a_bright_disc_from_a_box_a_click_and_a_rough_mask(builtin: BuiltinGeneralist) -> None:
    image, truth = _disc()
    embedding = encoded(builtin, image)
    rough = np.roll(truth, 5, axis=0).astype(np.float32)
    prompts = (Prompt(box=Box(21, 50, 59, 91)), Prompt(points=(Point(40, 70),)), Prompt(mask=rough))
    for prompt in prompts:
        answer = builtin.decode(embedding, prompt)
        assert dice(answer.mask, truth) > 0.85
        assert answer.logits.shape == (96, 120) and answer.low_resolution is None and 0 <= answer.quality <= 1


def test_encoding_gives_way_once_and_keeps_the_slice_in_half_precision(builtin: BuiltinGeneralist) -> None:
    image, _ = _disc()
    steps = builtin.encode(image)
    next(steps)
    with pytest.raises(StopIteration) as end:
        next(steps)
    embedding = end.value.value
    assert embedding.shape == (96, 120)
    assert isinstance(embedding.data, np.ndarray) and embedding.nbytes == embedding.data.nbytes == 96 * 120 * 3 * 2


def test_half_precision_changes_next_to_nothing(builtin: BuiltinGeneralist) -> None:
    image, _ = _disc()
    prompt = Prompt(box=Box(21, 50, 59, 91))
    exact = Segmenter(builtin.network).segment(image, prompt)
    assert dice(exact.mask, builtin.decode(encoded(builtin, image), prompt).mask) > 0.99


def test_a_slice_that_changes_after_encoding_does_not_change_the_answer(builtin: BuiltinGeneralist) -> None:
    image, _ = _disc()
    embedding = encoded(builtin, image)
    before = builtin.decode(embedding, Prompt(box=Box(21, 50, 59, 91)))
    image[:] = 0
    after = builtin.decode(embedding, Prompt(box=Box(21, 50, 59, 91)))
    assert before.mask.any() and np.array_equal(before.logits, after.logits)


def test_a_prompt_outside_the_slice_is_refused(builtin: BuiltinGeneralist) -> None:
    image, _ = _disc()
    with pytest.raises(InvalidInputError, match="outside the image"):
        builtin.decode(encoded(builtin, image), Prompt(points=(Point(96, 3),)))


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"gone\.safetensors"):
        load_builtin(tmp_path / "gone.safetensors")

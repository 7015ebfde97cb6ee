"""What lies in millimetres is what counts: a slice of thick slices is answered as its square-pixelled twin is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, narrow_engine

from auxol_core.engine.engine import Engine
from auxol_core.types import Box, Prompt, SliceImage

TASK = "sagittal"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, OPTIONS)
    yield engine
    engine.close()


def ball(rows: int, spacing: tuple[float, float] | None) -> tuple[SliceImage, np.ndarray]:
    """A bright disc of 40 mm on 96 x 96 mm, sampled by ``rows`` rows."""
    row, col = np.mgrid[:rows, :96]
    row = (row + 0.5) * 96 / rows
    mask = np.hypot(row - 48, col + 0.5 - 48) < 20
    return SliceImage(np.where(mask, 200, 60).astype(np.uint8), spacing), mask


def test_scores_are_taken_and_confirmations_known_on_the_slice_s_own_pixels(engine: Engine) -> None:
    image, _ = ball(24, (4.0, 1.0))
    slice_id = engine.put_slice(image)
    proposal = engine.predict(TASK, slice_id, Prompt(Box(7, 28, 17, 68)))
    assert proposal.mask.shape == (24, 96) and proposal.prompt.box == Box(7, 28, 17, 68)
    receipt = engine.correct(TASK, slice_id, proposal.mask, correction_id="c", proposals=[proposal.proposal_id])
    assert receipt.confirmation
    assert engine.corrections(TASK)[0].scores[0].fused == 1.0
    assert engine.learn_now(TASK).version == 1


def test_one_more_click_begins_from_the_mask_that_is_shown(engine: Engine) -> None:
    image, _ = ball(24, (4.0, 1.0))
    slice_id = engine.put_slice(image)
    first = engine.predict(TASK, slice_id, Prompt(Box(7, 28, 17, 68)))
    second = engine.predict(TASK, slice_id, Prompt(Box(7, 28, 17, 68)), previous=first.proposal_id)
    assert second.prompt.mask is not None and second.prompt.mask.shape == (24, 96)


def test_pixels_of_another_shape_are_seen_as_they_lie_in_the_body(engine: Engine) -> None:
    flat, _ = ball(24, (4.0, 1.0))
    square, _ = ball(96, (1.0, 1.0))
    seen = engine.predict(TASK, engine.put_slice(flat), Prompt(Box(7, 28, 17, 68))).mask
    twin = engine.predict(TASK, engine.put_slice(square), Prompt(Box(28, 28, 68, 68))).mask
    # Only edges may differ: the flat one has a quarter of the rows.
    assert np.mean(seen.repeat(4, axis=0) != twin) < 0.06


def test_the_same_pixels_with_another_spacing_are_another_picture(engine: Engine) -> None:
    image, _ = ball(24, (4.0, 1.0))
    prompt = Prompt(Box(7, 28, 17, 68))
    thick = engine.predict(TASK, engine.put_slice(image), prompt).mask
    plain = engine.predict(TASK, engine.put_slice(SliceImage(image.pixels, None)), prompt).mask
    again = engine.predict(TASK, engine.put_slice(image), prompt).mask
    assert np.array_equal(thick, again) and not np.array_equal(thick, plain)

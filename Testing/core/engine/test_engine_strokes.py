"""What the models are shown of a prompt that was drawn: what each says it knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from held_encoder import HeldEncoder
from small_engine import OPTIONS, TASK, box_around, disc, narrow_specialist

from auxol_core.engine.engine import Engine
from auxol_core.engine.pending import PLACE_BYTES
from auxol_core.generalist.base import Embedding
from auxol_core.imaging import lowering
from auxol_core.strokes import Scribble, Vertices
from auxol_core.types import PLAIN_KINDS, Point, Prompt, Segmentation

LINE = Scribble(((26.0, 34.0), (30.0, 34.0)))


class Listening(HeldEncoder):
    """A generalist that keeps what it was shown; ``knows`` as given."""

    def __init__(self, knows: frozenset[str] = PLAIN_KINDS) -> None:
        super().__init__()
        self.knows = knows
        self.shown: list[Prompt] = []

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        self.shown.append(prompt)
        plain = lowering.lowered(prompt, PLAIN_KINDS, embedding.shape)
        return super().decode(embedding, plain)


def engine_beside(generalist: Listening, folder: Path) -> Engine:
    engine = Engine(generalist, narrow_specialist, folder)
    engine.create_task(TASK, OPTIONS)
    return engine


def test_a_generalist_is_shown_clicks_unless_it_knows_scribbles(tmp_path: Path) -> None:
    image, _ = disc(0)
    shown = []
    for knows in (PLAIN_KINDS, PLAIN_KINDS | {"scribble"}):
        generalist = Listening(knows)
        engine = engine_beside(generalist, tmp_path / str(len(knows)))
        engine.predict(TASK, engine.put_slice(image), Prompt(strokes=(LINE,)))
        shown += generalist.shown
        engine.close()
    assert (shown[0].strokes, shown[0].points) == ((), (Point(28, 34),))
    assert (shown[1].strokes, shown[1].points) == ((LINE,), ())


@dataclass(frozen=True)
class Cross:
    """A kind that only this test knows."""

    kind = "cross"
    vertices: Vertices
    positive: bool = True


def _cross(prompt: Prompt, _shape: tuple[int, int]) -> Prompt:
    return replace(prompt, points=(Point(*prompt.strokes[0].vertices[0]),), strokes=())


def test_a_kind_added_by_one_row_is_answered_and_taught_by_models_that_never_heard_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lowering.LOWERINGS, Cross.kind, _cross)
    image, truth = disc(0)
    engine = engine_beside(Listening(), tmp_path)
    slice_id = engine.put_slice(image)
    by_cross = engine.predict(TASK, slice_id, Prompt(strokes=(Cross(((28, 34),)),)))
    by_click = engine.predict(TASK, slice_id, Prompt(points=(Point(28, 34),)))
    assert np.array_equal(by_cross.mask, by_click.mask)
    engine.correct(TASK, slice_id, truth, correction_id="a", proposals=[by_cross.proposal_id])
    assert engine.learn_now(TASK).version == 1
    engine.close()


def test_a_corrected_component_belongs_to_the_proposal_that_was_scribbled_on_it(tmp_path: Path) -> None:
    image, truth = disc(0)
    elsewhere = np.zeros_like(truth)
    elsewhere[2:8, 2:8] = True
    engine = engine_beside(Listening(), tmp_path)
    slice_id = engine.put_slice(image)
    boxed = engine.predict(TASK, slice_id, box_around(elsewhere))
    scribbled = engine.predict(TASK, slice_id, Prompt(strokes=(LINE,)))
    engine.correct(TASK, slice_id, truth, correction_id="a", proposals=[boxed.proposal_id, scribbled.proposal_id])
    scores = engine.corrections(TASK)[0].scores
    assert [score.fused for score in scores] == pytest.approx(
        [
            1.0 if not boxed.mask.any() else 0.0,
            2 * (scribbled.mask & truth).sum() / (scribbled.mask.sum() + truth.sum()),
        ]
    )
    engine.close()


def test_a_pending_proposal_counts_the_vertices_it_keeps(tmp_path: Path) -> None:
    image, _ = disc(0)
    engine = engine_beside(Listening(), tmp_path)
    slice_id = engine.put_slice(image)
    few = engine.predict(TASK, slice_id, Prompt(strokes=(LINE,)))
    many = engine.predict(TASK, slice_id, Prompt(strokes=(Scribble(LINE.vertices * 1000),)))
    sizes = [engine._pending[each.proposal_id].nbytes for each in (few, many)]
    assert sizes[1] - sizes[0] == PLACE_BYTES * 1998
    engine.close()

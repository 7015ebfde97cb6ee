"""SAM-Mix's specialist in a tiny SAM of random weights, and in a tiny built-in network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from tiny_network import tiny_generalist
from tiny_sam import bright_disc, tiny_sam_generalist, weights_of

from auxol_core.errors import InvalidInputError, TaskFileGeneralistError
from auxol_core.generalist.base import encoded
from auxol_core.generalist.builtin import BuiltinGeneralist
from auxol_core.generalist.sam import SamGeneralist
from auxol_core.generalist.sam_shapes import builder_of
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.options import TaskOptions
from auxol_core.specialist.base import Arrays, Lesson, Recalling, Rehearses, View
from auxol_core.specialist.low_rank import initial
from auxol_core.specialist.preset import Setting
from auxol_core.specialist.sam_mix.builtin_body import BuiltinBody
from auxol_core.specialist.sam_mix.learner import SamMixSpecialist, mask_loss
from auxol_core.specialist.sam_mix.preset import SAM_MIX, SamMixOptions
from auxol_core.specialist.sam_mix.sam_body import SamBody, places_in
from auxol_core.steps import finish
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.types import BoolArray, Point, Prompt

QUICK = SamMixOptions(learning_rate=5e-3)


@cache
def sam() -> SamGeneralist:
    return tiny_sam_generalist()


def view_of(generalist: SamGeneralist | BuiltinGeneralist, number: int) -> tuple[View, BoolArray]:
    pixels, mask, prompt = bright_disc(number)
    embedding = encoded(generalist, pixels)
    return View(pixels, prompt, generalist.decode(embedding, prompt), embedding), mask


def in_sam(options: SamMixOptions = QUICK, **further: Any) -> SamMixSpecialist:
    return SamMixSpecialist(SamBody(sam()), options, 0, **further)


def in_builtin(options: SamMixOptions = QUICK, **further: Any) -> SamMixSpecialist:
    return SamMixSpecialist(BuiltinBody(tiny_generalist()), options, 0, **further)


BODIES = pytest.mark.parametrize(
    ("make", "generalist"), [(in_sam, sam), (in_builtin, tiny_generalist)], ids=["SAM", "built-in"]
)
Make = Callable[..., SamMixSpecialist]
Ask = Callable[[], Any]


def lessons_of(learner: SamMixSpecialist, generalist: Any, count: int = 2) -> dict[str, Lesson]:
    keys = [f"c{number}#0" for number in range(count)]
    return {key: Lesson(key, learner.lesson(*view_of(generalist, number))) for number, key in enumerate(keys)}


def learned(learner: SamMixSpecialist, lessons: dict[str, Lesson], steps: int, **further: Any) -> Arrays:
    return finish(learner.learn(list(lessons)[:1], lessons, seed=3, steps=steps, **further)).state


def loss(learner: SamMixSpecialist, state: Arrays, lesson: Lesson) -> float:
    with torch.no_grad():
        example = learner._example(lesson, true_box=True)
        answer = learner._body.answer(learner._weights(learner._values(state)), example)
        return float(mask_loss(answer, example.truth, 0.5))


@BODIES
def test_the_loss_falls_on_one_picture_and_the_generalist_keeps_every_weight(make: Make, generalist: Ask) -> None:
    frozen = generalist().sam if generalist is sam else generalist().network
    before = weights_of(frozen)
    learner = make()
    lessons = lessons_of(learner, generalist(), 1)
    state = learned(learner, lessons, 60)
    assert loss(learner, state, lessons["c0#0"]) < 0.5 * loss(learner, {}, lessons["c0#0"])
    assert learner.scores(state, list(lessons.values()))[0] > 0.6
    learner.install(state)
    view, _ = view_of(generalist(), 0)
    untaught = make().predict_one(view)
    assert not np.array_equal(learner.predict_one(view).logits, untaught.logits)
    assert learner.predict_one(view).logits.shape == (64, 64)
    assert weights_of(frozen) == before


@BODIES
def test_the_same_steps_give_the_same_state_and_a_stored_one_is_gone_on_from(make: Make, generalist: Ask) -> None:
    learner, other = make(), make()
    assert isinstance(learner, Rehearses) and isinstance(learner, Recalling)
    lessons = lessons_of(learner, generalist())
    half = learned(learner, lessons, 3)
    assert digest(half) == digest(learned(other, lessons, 3))
    learner.install(half)
    assert digest(learned(learner, lessons, 2)) == digest(learned(other, lessons, 2, start=half))
    run = learner.rehearsal(lessons, seed=1)
    assert digest(next(run)().state) != digest(half)


@BODIES
def test_each_step_reaches_matrices_and_decoder_alike(make: Make, generalist: Ask) -> None:
    learner = make()
    state = learned(learner, lessons_of(learner, generalist()), 2)
    ups = [array for name, array in state.items() if name.endswith("/up")]
    assert ups and all(array.any() for array in ups)
    assert sum(array.any() for name, array in state.items() if name.startswith("whole/")) > 10
    assert {array.dtype.name for name, array in state.items() if name != "origin"} == {"float16"}


@BODIES
def test_a_state_of_other_weights_or_with_a_part_missing_is_refused(make: Make, generalist: Ask) -> None:
    learner = make()
    state = dict(learned(learner, lessons_of(learner, generalist()), 1))
    with pytest.raises(TaskFileGeneralistError, match="learned in this generalist's weights"):
        learner.install({**state, "origin": np.zeros(32, dtype=np.uint8)})
    with pytest.raises(InvalidInputError, match="these differ"):
        make(replace(QUICK, rank=2)).install(state)


@BODIES
def test_unlabelled_slices_take_part_only_where_they_are_given_and_asked_for(make: Make, generalist: Ask) -> None:
    view, _ = view_of(generalist(), 5)
    plain = make()
    lessons = lessons_of(plain, generalist(), 1)
    asked = replace(QUICK, consistency=1.0)
    expected = digest(learned(plain, lessons, 2))
    assert digest(learned(make(asked), lessons, 2)) == expected
    assert digest(learned(make(QUICK, unlabelled=[view]), lessons, 2)) == expected
    taking_part = make(asked, unlabelled=[view])
    assert digest(learned(taking_part, lessons, 2)) != expected

    def inconsistency(state: Arrays) -> float:
        with torch.no_grad():
            return float(taking_part._inconsistency(taking_part._weights(taking_part._values(state)), view))

    strict = make(replace(QUICK, consistency=100.0), unlabelled=[view])
    assert inconsistency(learned(strict, lessons, 20)) < 0.7 * inconsistency(learned(plain, lessons, 20))


@BODIES
def test_a_mirrored_example_mirrored_again_is_the_first(make: Make, generalist: Ask) -> None:
    view, mask = view_of(generalist(), 0)
    body = make()._body
    example = body.example(view.image, replace(view.prompt, mask=mask.astype(np.float32)), mask)
    once = body.mirrored(example)
    again = body.mirrored(once)
    assert not torch.equal(once.truth, example.truth)
    assert torch.equal(again.truth, example.truth)
    with torch.no_grad():
        torch.testing.assert_close(body.answer({}, again), body.answer({}, example))
        assert not torch.allclose(body.answer({}, once), body.answer({}, example))


@BODIES
def test_a_lesson_keeps_the_mask_of_its_prompt_and_steps_are_shown_it(make: Make, generalist: Ask) -> None:
    view, truth = view_of(generalist(), 0)
    learner = make()
    mapped = replace(view, prompt=replace(view.prompt, mask=np.roll(truth, 9, axis=1).astype(np.float32)))
    plain, with_map = (Lesson("a#0", learner.lesson(each, truth)) for each in (view, mapped))
    np.testing.assert_array_equal(with_map.arrays["map"], np.roll(truth, 9, axis=1))
    assert "map" not in plain.arrays
    for true_box in (True, False):
        with torch.no_grad():
            answers = [
                learner._body.answer({}, learner._example(each, true_box=true_box)) for each in (plain, with_map)
            ]
        assert not torch.allclose(*answers)


# In SAM


def test_matrices_stand_on_q_and_v_of_every_block_as_many_numbers_as_the_published_relative_has() -> None:
    with torch.device("meta"):
        vit_b = torch.nn.ModuleDict({"encoder": import_segment_anything().sam_model_registry["vit_b"]().image_encoder})
    places = places_in(vit_b)
    assert len(places) == 24
    assert {(place.start, place.stop) for place in places} == {(0, 768), (1536, 2304)}
    sizes = [8 * (768 + place.stop - place.start) for place in places]
    assert sum(sizes) == 294_912  # ADA-SAM's count for r = 8


def test_merged_matrices_are_two_more_layers_beside_the_fused_qkv() -> None:
    body = SamBody(sam())
    values = initial(body.module, body.places, 8, 0)
    generator = torch.Generator().manual_seed(1)
    values = {name: 0.1 * torch.randn(value.shape, generator=generator) for name, value in values.items()}
    learner = in_sam()
    weights = learner._weights({**learner._values({}), **values})
    pixels = sam().pixels(view_of(sam(), 0)[0].image)
    other = tiny_sam_generalist().sam.image_encoder
    for number, block in enumerate(other.blocks):
        block.attn.qkv = _Beside(block.attn.qkv, values, f"encoder.blocks.{number}.attn.qkv.weight")
    with torch.no_grad():
        together, beside = body._encoded(weights, pixels), other(pixels)
        torch.testing.assert_close(together, beside, atol=1e-4, rtol=1e-4)
        assert not torch.allclose(together, sam().sam.image_encoder(pixels), atol=1e-2)


class _Beside(torch.nn.Module):
    """The frozen layer, and two small ones that add to the first and the last third of what it says."""

    def __init__(self, frozen: torch.nn.Module, values: dict[str, torch.Tensor], name: str) -> None:
        super().__init__()
        self.frozen, self.values, self.name = frozen, values, name

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.frozen(x).clone()
        width = out.shape[-1] // 3
        for start in (0, 2 * width):
            down, up = (self.values[f"{self.name}/{start}/{which}"] for which in ("down", "up"))
            out[..., start : start + width] += x @ down.T @ up.T
        return out


def test_the_gradients_are_those_of_a_pass_that_keeps_everything() -> None:
    """Between blocks only the tokens are kept, and the pass back computes the rest again, with the merged weights."""
    body = SamBody(sam())
    values = {n: v.requires_grad_(True) for n, v in initial(body.module, body.places, 2, 0).items()}
    learner = in_sam(replace(QUICK, rank=2))
    pixels = sam().pixels(view_of(sam(), 0)[0].image)
    body._encoded(learner._weights({**learner._values({}), **values}), pixels).square().sum().backward()
    step = 1e-3
    name = next(n for n, v in values.items() if n.endswith("/up"))
    changes = []
    for sign in (1, -1):
        moved = {n: v.detach().clone() for n, v in values.items()}
        moved[name][0, 0] += sign * step
        with torch.no_grad():
            features = body._encoded(learner._weights({**learner._values({}), **moved}), pixels)
            changes.append(float(features.double().square().sum()))
    gradient = values[name].grad
    assert gradient is not None
    assert float(gradient[0, 0]) == pytest.approx((changes[0] - changes[1]) / (2 * step), rel=0.05, abs=0.05)


def test_untaught_it_shows_the_best_of_sams_three_masks() -> None:
    view, _ = view_of(sam(), 0)
    opinion = in_sam().predict_one(view)
    assert view.embedding is not None
    sparse, dense = sam().prompted(sam().shown(view.prompt, (64, 64)))
    with torch.no_grad():
        masks, iou = sam().sam.mask_decoder(
            image_embeddings=sam().features(view.embedding),
            image_pe=sam().sam.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
        )
        best = int(iou[0].argmax())
        expected = sam().on_slice(masks[:, best : best + 1], (64, 64))[0, 0]
    np.testing.assert_allclose(opinion.logits, expected.numpy(), atol=1e-5)


def test_the_classifiers_mask_is_added_to_the_embedding_and_not_shown_to_the_prompt_encoder() -> None:
    view, mask = view_of(sam(), 0)
    body = SamBody(sam())
    shown = sam().shown(replace(view.prompt, mask=mask.astype(np.float32)), (64, 64))
    assert view.embedding is not None and shown.mask is not None
    features = sam().features(view.embedding)
    small = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(shown.mask > 0.5).float()[None, None], 8)
    with torch.no_grad():
        added, _ = body._best({}, features, shown)
        by_hand, _ = body._best({}, features + small, sam().shown(view.prompt, (64, 64)))
    torch.testing.assert_close(added, by_hand)


def test_a_slice_is_encoded_once_for_several_prompts_and_anew_under_other_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learner = in_sam()
    lessons = lessons_of(learner, sam(), 1)
    states = [learned(learner, lessons, steps) for steps in (1, 2)]
    passes = []
    encode = SamBody._encoded
    monkeypatch.setattr(SamBody, "_encoded", lambda *given: passes.append(1) or encode(*given))
    view, _ = view_of(sam(), 0)
    learner.predict_one(view)
    assert passes == []  # nothing learned: on the frozen encoder's embedding
    learner.install(states[0])
    first = learner.predict_one(view)
    other = learner.predict_one(replace(view, prompt=Prompt(points=(Point(30, 34),))))
    assert len(passes) == 1 and not np.array_equal(first.logits, other.logits)
    learner.install(states[1])
    learner.predict_one(view)
    assert len(passes) == 2


# The preset


def test_it_is_made_for_a_sam_and_for_the_built_in_network_and_refused_beside_others() -> None:
    for generalist, body in ((sam(), SamBody), (tiny_generalist(), BuiltinBody)):
        learner = SAM_MIX.learner(TaskOptions(preset="sam_mix"), Setting(generalist, 0, "float32", "cpu"))
        assert isinstance(learner.specialist, SamMixSpecialist)
        assert isinstance(learner.specialist._body, body)
        assert learner.guard is None and learner.fusion.share([]) == 0.0
    stranger: Any = type("Stranger", (), {"name": "another"})()
    with pytest.raises(InvalidInputError, match="must be a SAM, a MedSAM or the built-in network, got another"):
        SAM_MIX.learner(TaskOptions(preset="sam_mix"), Setting(stranger, 0, "float32", "cpu"))


def test_a_sam_with_another_encoder_is_refused_in_words() -> None:
    for architecture in ("vit_t", "efficientvit_l0"):
        with pytest.raises(InvalidInputError, match="SAM-Mix learns in the attention of SAM's ViT encoders"):
            SamBody(SamGeneralist(builder_of(architecture)(), "another", "5a" * 32))


def test_options_out_of_range_are_refused() -> None:
    for options in ({"rank": 0}, {"steps": 0}, {"learning_rate": 2.0}, {"dice_weight": -1.0}, {"consistency": -1.0}):
        with pytest.raises(InvalidInputError, match=f"Option {next(iter(options))} must be"):
            SamMixOptions(**options)  # type: ignore[arg-type]

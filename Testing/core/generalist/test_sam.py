"""SamGeneralist on a tiny SAM of segment_anything's own classes, against SAM's own predictor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from tiny_sam import SIDE, build_tiny_sam, tiny_sam

from auxol_core.errors import CheckpointError, InvalidInputError
from auxol_core.generalist.base import Embedding, Generalist, encoded
from auxol_core.generalist.checkpoints import find
from auxol_core.generalist.prompting import MASK_LOGIT_LIMIT
from auxol_core.generalist.registry import find_row
from auxol_core.generalist.row import CheckpointFile
from auxol_core.generalist.sam import SamGeneralist, load_sam
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.types import Box, Point, Prompt


@pytest.fixture(scope="module")
def package() -> ModuleType:
    return import_segment_anything()


@pytest.fixture(scope="module")
def sam(package: ModuleType) -> SamGeneralist:
    return SamGeneralist(tiny_sam(package), "tiny", "00", "sam")


@pytest.fixture(scope="module")
def medsam(package: ModuleType) -> SamGeneralist:
    return SamGeneralist(tiny_sam(package), "tiny", "00", "medsam")


def picture(rows: int, cols: int) -> NDArray[np.float32]:
    """8-bit values, as SAM's predictor takes them, with one bright ellipse."""
    grey = np.random.default_rng(1).integers(0, 90, (rows, cols, 3))
    r, c = np.ogrid[:rows, :cols]
    grey[((r - rows / 2) / (rows / 4)) ** 2 + ((c - cols / 3) / (cols / 5)) ** 2 < 1] += 120
    return (grey / 255).astype(np.float32)


BOX = Box(20, 10, 60, 90)
POINTS = (Point(40, 30), Point(44, 50.5), Point(3, 5, positive=False))
PROMPTS = {
    "box": Prompt(box=BOX),
    "point": Prompt(points=POINTS[:1]),
    "points": Prompt(points=POINTS),
    "box and points": Prompt(box=BOX, points=POINTS),
}


def as_predictor(prompt: Prompt, scale: float) -> dict[str, Any]:
    """The arguments that make SAM's predictor, which multiplies by ``scale``, hand over what the convention of sam.py
    asks for: (i + 0.5) s - 0.5 for a point, a s and b s - 1 for a box."""
    arguments: dict[str, Any] = {}
    if prompt.points:
        indices = np.array([[point.col, point.row] for point in prompt.points])
        arguments["point_coords"] = ((indices + 0.5) * scale - 0.5) / scale
        arguments["point_labels"] = np.array([int(point.positive) for point in prompt.points])
    if prompt.box is not None:
        box = prompt.box
        arguments["box"] = np.array([box.col0, box.row0, box.col1 - 1 / scale, box.row1 - 1 / scale])
    return arguments


@pytest.mark.parametrize("kind", list(PROMPTS))
@pytest.mark.parametrize(("shape", "scale"), [((96, 128), 1.0), ((128, 128), 1.0), ((64, 96), 4 / 3)])
def test_logits_are_those_of_sams_own_predictor(
    sam: SamGeneralist, package: ModuleType, kind: str, shape: tuple[int, int], scale: float
) -> None:
    image = picture(*shape)
    embedding = encoded(sam, image)
    predictor = package.SamPredictor(tiny_sam(package))
    predictor.set_image((image * 255).round().astype(np.uint8))
    # The predictor resamples in whole grey values; only where nothing is resampled can the embeddings be compared.
    if scale != 1:
        predictor.features = embedding.data.tensor  # type: ignore[attr-defined]
    logits, iou, low_resolution = predictor.predict(
        **as_predictor(PROMPTS[kind], scale), multimask_output=False, return_logits=True
    )
    ours = sam.decode(embedding, PROMPTS[kind])
    assert ours.low_resolution is not None
    assert np.ptp(logits[0]) > 0.1
    np.testing.assert_allclose(ours.logits, logits[0], atol=1e-3)
    np.testing.assert_allclose(ours.low_resolution, low_resolution[0], atol=1e-3)
    assert 0 < iou[0] < 1
    assert ours.quality == pytest.approx(2 * iou[0] / (1 + iou[0]), abs=1e-4)


def test_the_embedding_of_a_resampled_image_is_the_predictors_up_to_its_rounding(
    sam: SamGeneralist, package: ModuleType
) -> None:
    image = picture(200, 320)
    predictor = package.SamPredictor(tiny_sam(package))
    predictor.set_image((image * 255).round().astype(np.uint8))
    ours = encoded(sam, image).data.tensor  # type: ignore[attr-defined]
    assert (ours - predictor.features).abs().max() < 0.05 * predictor.features.abs().max()


def test_several_prompts_at_once_get_what_each_gets_alone(sam: SamGeneralist) -> None:
    embedding = encoded(sam, picture(96, 128))
    prompts = [*PROMPTS.values(), *reversed(PROMPTS.values())] + [Prompt(box=BOX)] * 9
    for prompt, found in zip(prompts, sam.decode_all(embedding, prompts), strict=True):
        alone = sam.decode(embedding, prompt)
        np.testing.assert_allclose(found.logits, alone.logits, atol=1e-4)
        assert found.quality == pytest.approx(alone.quality, abs=1e-5)
    assert sam.decode_all(embedding, []) == []


def test_each_prompt_gives_another_answer(sam: SamGeneralist) -> None:
    embedding = encoded(sam, picture(96, 128))
    answers = [sam.decode(embedding, prompt).logits for prompt in PROMPTS.values()]
    for i, one in enumerate(answers):
        assert all(np.abs(one - other).max() > 1e-3 for other in answers[i + 1 :])


def test_a_mask_so_far_reaches_sam_as_the_logits_of_its_probability_in_the_padded_square(
    sam: SamGeneralist, package: ModuleType
) -> None:
    image = picture(96, 128)
    embedding = encoded(sam, image)
    mask = np.zeros((96, 128), dtype=np.float32)
    mask[32:64, 32:96] = 1.0
    mask[64:68, 32:96] = 0.25
    expected = np.full((1, 32, 32), -MASK_LOGIT_LIMIT)
    expected[0, 8:16, 8:24] = MASK_LOGIT_LIMIT
    expected[0, 16, 8:24] = np.log(0.25 / 0.75)
    predictor = package.SamPredictor(tiny_sam(package))
    predictor.set_image((image * 255).round().astype(np.uint8))
    logits, _, _ = predictor.predict(
        **as_predictor(PROMPTS["box and points"], 1.0), mask_input=expected, multimask_output=False, return_logits=True
    )
    ours = sam.decode(embedding, Prompt(box=BOX, points=POINTS, mask=mask))
    np.testing.assert_allclose(ours.logits, logits[0], atol=1e-3)
    assert np.abs(ours.logits - sam.decode(embedding, PROMPTS["box and points"]).logits).max() > 0.01


def test_a_mask_alone_is_taken_with_its_own_box(sam: SamGeneralist) -> None:
    embedding = encoded(sam, picture(96, 128))
    mask = np.zeros((96, 128), dtype=np.float32)
    mask[20:60, 10:90] = 0.9
    alone = sam.decode(embedding, Prompt(mask=mask))
    boxed = sam.decode(embedding, Prompt(mask=mask, box=BOX))
    np.testing.assert_array_equal(alone.logits, boxed.logits)


def test_an_empty_mask_alone_is_refused(sam: SamGeneralist) -> None:
    with pytest.raises(InvalidInputError, match=r"empty and shows SAM nothing. Click inside"):
        sam.decode(encoded(sam, picture(96, 128)), Prompt(mask=np.zeros((96, 128), dtype=np.float32)))


def test_the_part_of_a_box_outside_the_image_does_not_count(sam: SamGeneralist) -> None:
    embedding = encoded(sam, picture(96, 128))
    inside = sam.decode(embedding, Prompt(box=Box(20, 0, 96, 90)))
    beyond = sam.decode(embedding, Prompt(box=Box(20, -30, 200, 90)))
    np.testing.assert_array_equal(inside.logits, beyond.logits)


@pytest.mark.parametrize("prompt", [Prompt(box=Box(100, 0, 110, 9)), Prompt(points=(Point(2, 128),))])
def test_a_prompt_outside_the_image_is_refused(sam: SamGeneralist, prompt: Prompt) -> None:
    with pytest.raises(InvalidInputError, match="outside the image of 96 rows and 128 columns"):
        sam.decode(encoded(sam, picture(96, 128)), prompt)


@settings(max_examples=15, deadline=None)
@example(rows=2, cols=1200, fraction=1.0, kind="sam")
@given(
    rows=st.integers(2, 300),
    cols=st.integers(2, 300),
    fraction=st.floats(0, 1),
    kind=st.sampled_from(["sam", "medsam"]),
)
def test_every_slice_shape_gives_finite_logits_of_its_own_shape(
    request: pytest.FixtureRequest, rows: int, cols: int, fraction: float, kind: str
) -> None:
    model: SamGeneralist = request.getfixturevalue(kind)
    row, col = fraction * (rows - 1), fraction * (cols - 1)
    prompt = Prompt(box=Box(row, col, row + 0.7, col + 3), points=(Point(row, col),), mask=np.ones((rows, cols)))
    answer = model.decode(encoded(model, np.full((rows, cols, 3), 0.5, dtype=np.float32)), prompt)
    assert answer.logits.shape == (rows, cols)
    assert answer.logits.dtype == np.float32
    assert np.isfinite(answer.logits).all()
    assert 0 <= answer.quality <= 1


def medsams_answer(
    package: ModuleType, square: NDArray[np.float32], box: list[float], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """MedSAM_Inference.py's way from a prepared square image to logits, on segment_anything's modules."""
    model = tiny_sam(package).eval()
    with torch.inference_mode():
        features = model.image_encoder(torch.from_numpy(square).permute(2, 0, 1)[None])
        sparse, dense = model.prompt_encoder(points=None, boxes=torch.tensor([[box]]), masks=None)
        logits, _ = model.mask_decoder(features, model.prompt_encoder.get_dense_pe(), sparse, dense, False)
        on_slice = torch.nn.functional.interpolate(logits, shape, mode="bilinear", align_corners=False)
    return np.asarray(on_slice[0, 0])


def test_medsam_sees_the_image_from_its_minimum_to_its_maximum_without_mean_and_deviation(
    package: ModuleType, medsam: SamGeneralist
) -> None:
    image = 0.2 + 0.3 * picture(SIDE, SIDE)
    square = (image - image.min()) / (image.max() - image.min())
    expected = medsams_answer(package, square, [10, 20, 89, 59], (SIDE, SIDE))
    ours = medsam.decode(encoded(medsam, image), Prompt(box=BOX))
    np.testing.assert_allclose(ours.logits, expected, atol=1e-3)


def test_medsam_stretches_image_box_and_answer_to_the_square(package: ModuleType, medsam: SamGeneralist) -> None:
    # Rows enlarged to twice as many, with an edge for the cubic to overshoot at, and columns halved.
    image = 0.2 + 0.3 * picture(SIDE // 2, 2 * SIDE)
    image[:, SIDE:] += 0.4
    resized = [
        Image.fromarray(channel).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        for channel in np.moveaxis(image, 2, 0).copy()
    ]
    square = np.stack(resized, axis=2).clip(image.min(), image.max())
    square = (square - square.min()) / (square.max() - square.min())
    expected = medsams_answer(package, square, [5, 40, 44, 119], (SIDE // 2, 2 * SIDE))
    ours = medsam.decode(encoded(medsam, image), Prompt(box=BOX))
    np.testing.assert_allclose(ours.logits, expected, atol=1e-3)


def test_encoding_yields_before_every_block_and_before_the_neck(sam: SamGeneralist) -> None:
    assert sum(1 for _ in sam.encode(picture(96, 128))) == 3


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_between_two_blocks_the_caller_trains_undisturbed(package: ModuleType, precision: Any) -> None:
    model = SamGeneralist(tiny_sam(package), "tiny", "00", precision=precision)
    for _ in model.encode(picture(96, 128)):
        assert torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")


def test_two_encodings_in_turn_do_not_mix(sam: SamGeneralist) -> None:
    images = [picture(96, 128), picture(128, 96)]
    alone = [encoded(sam, image).data.tensor for image in images]  # type: ignore[attr-defined]
    running = [sam.encode(image) for image in images]
    results: dict[int, Embedding] = {}
    while len(results) < 2:
        for i, blocks in enumerate(running):
            try:
                next(blocks)
            except StopIteration as end:
                results.setdefault(i, end.value)
    for i in range(2):
        assert torch.equal(results[i].data.tensor, alone[i])  # type: ignore[attr-defined]


def test_an_embedding_counts_its_bytes(sam: SamGeneralist) -> None:
    embedding = encoded(sam, picture(64, 96))
    assert embedding.shape == (64, 96)
    assert embedding.nbytes == 4 * 32 * 8 * 8


def test_bfloat16_stays_near_float32(sam: SamGeneralist, package: ModuleType) -> None:
    half = SamGeneralist(tiny_sam(package), "tiny", "00", precision="bfloat16")
    exact, rough = (encoded(model, picture(96, 128)).data.tensor for model in (sam, half))  # type: ignore[attr-defined]
    assert rough.dtype == torch.float32
    assert 0 < (exact - rough).abs().max() < 0.05 * (exact.max() - exact.min())


@pytest.mark.parametrize(
    "wrong", [np.zeros((8, 8), np.float32), np.zeros((8, 8, 4), np.float32), np.zeros((8, 8, 3), int)]
)
def test_an_image_of_another_kind_is_refused_at_once(sam: SamGeneralist, wrong: NDArray[np.float32]) -> None:
    with pytest.raises(InvalidInputError, match=r"\(rows, columns, 3\) floats in 0..1, got"):
        sam.encode(wrong)


def test_an_embedding_of_another_model_is_refused(sam: SamGeneralist) -> None:
    with pytest.raises(InvalidInputError, match="not made by tiny"):
        sam.decode(Embedding((96, 128), 0, np.zeros(3)), PROMPTS["box"])


def test_an_unknown_precision_is_refused(package: ModuleType) -> None:
    with pytest.raises(InvalidInputError, match="float32 or bfloat16, got 'int8'"):
        SamGeneralist(tiny_sam(package), "tiny", "00", precision="int8")  # type: ignore[arg-type]


def test_the_type_checker_takes_it_for_a_generalist(sam: SamGeneralist) -> None:
    generalist: Generalist = sam
    assert (generalist.name, generalist.weights_hash) == ("tiny", "00")


@pytest.fixture
def registered(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, Any], CheckpointFile]:
    """The tiny SAM under the name of an architecture, so that load_sam builds it."""
    monkeypatch.setitem(package.sam_model_registry, "vit_b", partial(build_tiny_sam, package))

    def write(path: Path, state: Any) -> CheckpointFile:
        torch.save(state, path)
        return CheckpointFile("mine", path, "ab" * 32, find_row("vit_b"))

    return write


def test_weights_that_were_saved_and_loaded_give_the_same_logits(
    registered: Callable[[Path, Any], CheckpointFile], sam: SamGeneralist, package: ModuleType, tmp_path: Path
) -> None:
    checkpoint = registered(tmp_path / "mine.pth", tiny_sam(package).state_dict())
    again = load_sam(checkpoint)
    checkpoint.path.unlink()
    image, prompt = picture(64, 96), PROMPTS["box and points"]
    expected, ours = (model.decode(encoded(model, image), prompt) for model in (sam, again))
    np.testing.assert_array_equal(ours.logits, expected.logits)
    assert (again.name, again.weights_hash) == ("mine", "ab" * 32)


def test_weights_with_a_part_missing_are_refused_by_name(
    registered: Callable[[Path, Any], CheckpointFile], package: ModuleType, tmp_path: Path
) -> None:
    state = tiny_sam(package).state_dict()
    del state["mask_decoder.iou_token.weight"]
    with pytest.raises(CheckpointError, match=r"does not hold the weights of a vit_b: .*iou_token"):
        load_sam(registered(tmp_path / "mine.pth", state))


@pytest.mark.slow
def test_a_vit_b_of_random_weights_goes_the_whole_way(package: ModuleType, tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "my_vit_b.pth"
    torch.save(package.sam_model_registry["vit_b"]().state_dict(), path)
    checkpoint = find(f"vit_b:{path}")
    model = load_sam(checkpoint, precision="bfloat16")
    path.unlink()
    embedding = encoded(model, picture(192, 256))
    assert embedding.nbytes == 4 * 256 * 64 * 64
    answer = model.decode(embedding, Prompt(box=BOX, points=POINTS))
    assert answer.logits.shape == (192, 256)
    assert np.isfinite(answer.logits).all()
    assert answer.low_resolution is not None
    assert answer.low_resolution.shape == (256, 256)

"""The further evidence: objects are counted, an adapted generalist knows its set, volumes and *Find* make tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_network import tiny_generalist

from auxol_core.promptable.sampling import Target, fresh_sample, stacked
from auxol_core.types import BoolArray
from tools.bench.evidence.adapted import taught
from tools.bench.evidence.further import Further
from tools.bench.evidence.objects import Objects, late, measured, objects_table
from tools.bench.evidence.plan import QUICK, Plan
from tools.bench.evidence.whole import edits_table, prompts_table
from tools.bench.find.cases import Case
from tools.bench.find.reader import Reading
from tools.bench.learn.edits import Edit
from tools.bench.learn.stream_runs import StreamRun


def squares(*corners: tuple[int, int], side: int = 10) -> BoolArray:
    mask = np.zeros((64, 64), dtype=bool)
    for row, col in corners:
        mask[row : row + side, col : col + side] = True
    return mask


def test_an_object_that_is_shown_twice_or_joined_to_another_is_not_found() -> None:
    truth = squares((5, 5), (30, 30))
    assert measured(truth, truth).quality == pytest.approx(1.0)
    joined = truth.copy()
    joined[5:40, 14] = True
    joined[38, 14:31] = True
    found = measured(joined, truth)
    assert (found.there, found.shown, found.found) == (2, 1, 0) and found.quality == 0.0
    more = measured(truth | squares((50, 5)), truth)
    assert (more.there, more.shown, more.found) == (2, 3, 2) and more.recognition == pytest.approx(0.8)


def test_nothing_shown_is_worth_nothing_and_not_no_number() -> None:
    found = measured(squares(), squares((5, 5), (30, 30)))
    assert (found.found, found.quality, found.recognition, found.segmentation) == (0, 0.0, 0.0, 0.0)


def test_the_quality_is_that_of_the_definition_on_random_masks() -> None:
    rng = np.random.default_rng(4)
    truth = squares((2, 2), (2, 30), (30, 2), (30, 30), side=14)
    shown = truth & (rng.random(truth.shape) < 0.97)
    shown = np.asarray(shown | squares((2, 50), side=6))
    overlaps = []
    for row, col in ((2, 2), (2, 30), (30, 2), (30, 30)):
        part = np.s_[row : row + 14, col : col + 14]
        overlaps.append(float((shown[part] & truth[part]).sum() / truth[part].sum()))
    found = measured(shown, truth)
    assert found.segmentation == pytest.approx(np.mean(overlaps), abs=1e-3)
    assert found.recognition == pytest.approx(4 / (4 + 1 / 2)) and found.found == 4


def several(method: str, quality: float) -> list[Objects]:
    return [Objects("a", method, index, str(index), 2, 2, 2, quality, 1.0, quality) for index in range(32)]


def test_objects_are_told_of_the_second_half_where_both_are_there() -> None:
    arms = {StreamRun("a", "box", method): several(method, 0.8) for method in ("generalist", "auxol")}
    assert len(late(several("auxol", 0.5))) == 16
    assert objects_table(arms, ["a", "b"]).row_count == 1
    assert objects_table({}, ["a"]).row_count == 0


def test_what_is_taught_beforehand_fits_its_pictures_better() -> None:
    tiny_generalist()  # it tells torch first
    rows, cols = np.mgrid[:64, :64]
    truth = np.asarray((rows - 30) ** 2 + (cols - 34) ** 2 < 144)
    image = np.repeat(np.where(truth, 0.7, 0.3).astype(np.float32)[:, :, None], 3, axis=2)
    lessons = [Target(image, truth)]
    network = tiny_generalist().network
    before = {name: value.clone() for name, value in network.state_dict().items()}

    def loss() -> float:
        samples = [fresh_sample(lessons[0], np.random.default_rng(seed)) for seed in range(8)]
        x, wanted, _ = stacked(samples)
        with torch.inference_mode():
            return float(torch.nn.functional.binary_cross_entropy_with_logits(
                network(torch.from_numpy(x))[0], torch.from_numpy(wanted)
            ))  # fmt: skip

    try:
        first = loss()
        taught(network, lessons, steps=12)
        assert loss() < first
    finally:
        network.load_state_dict(before)


def test_a_quick_plan_makes_nothing_further_and_the_whole_one_names_it_all(tmp_path: Path) -> None:
    def further(plan: Plan, *parts: str) -> Further:
        return Further(tmp_path, tmp_path, plan, parts, None, None)  # type: ignore[arg-type]

    assert further(QUICK, "volumes", "find", "objects", "studies").names() == []
    whole = further(Plan(), "find")
    assert [name.partition("-reader-")[0] for name in whole.names()] == [
        "btcv_ct-liver-20-fold0-draw0", "btcv_ct-spleen-20-fold0-draw0", "btcv_ct-left_kidney-20-fold0-draw0",
        "lgg_volumes-20-fold0-draw0",
    ]  # fmt: skip
    assert whole.readings() == {} and whole.edits() == {}


def test_edits_and_voxels_are_of_the_second_half_of_the_volumes() -> None:
    def row(arm: str, volume: int, changed: int) -> Edit:
        return Edit("a", arm, volume, f"p{volume}", 1, 0.5, 0.95, 3, 0.5, 0.5, True, "worst", 0, 0, 9, True, changed)

    kept = {("a", arm): [row(arm, v, n) for v, n in enumerate((9000, 9000, few, few))]
            for arm, few in (("learning", 100), ("frozen", 400))}  # fmt: skip
    table = edits_table(kept)
    assert [list(column.cells) for column in table.columns] == [
        ["a"],
        ["2"],
        ["1.0 -> 1.0"],
        ["400 -> 100"],
        ["0 -> 0"],
    ]


def test_prompts_are_told_with_and_without_find() -> None:
    plain = Reading(0, False, "p", "v", 0.4, 9, True, 0.9)
    kept = {
        Case("s", 20, 0, 0): [
            plain,
            replace(plain, lessons=20, actions=4),
            replace(plain, lessons=20, found=True, actions=1),
        ]
    }
    table = prompts_table(kept)
    assert [next(iter(column.cells)) for column in table.columns][3:6] == ["9.0", "4.0", "1.0"]
    assert prompts_table({Case("s", 20, 0, 0): [plain]}).row_count == 0

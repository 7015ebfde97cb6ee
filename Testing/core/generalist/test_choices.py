"""The table of generalists that command line, doctor and panel show: what is measured, estimated and recommended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auxol_core.errors import CheckpointMissingError
from auxol_core.generalist import registry
from auxol_core.generalist.checkpoints import verify
from auxol_core.generalist.choices import choices, markdown, recommended, why_recommended
from auxol_core.generalist.figures import Click, Figures, InUse, click_of, remember, remembered, seconds
from auxol_core.generalist.measuring import is_random, measuring, random_checkpoint, worth_measuring
from auxol_core.generalist.registry import find_row
from auxol_core.steps import finish

MEASURED = Figures(2.0, 0.05, "random", 2, "float32", "cpu")


def test_seconds_are_told_as_a_person_would_say_them() -> None:
    assert [seconds(value) for value in (0.0621, 0.4, 1.26, 13.4, 0.0)] == ["0.062 s", "0.4 s", "1.3 s", "13 s", "0 s"]


def test_what_was_measured_is_remembered_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "made" / "clicks.json"
    assert remembered(path) == {}
    remember("mobile_sam", MEASURED, path)
    remember("vit_b", replace(MEASURED, encode_s=13.0, weights="real"), path)
    assert remembered(path) == {"mobile_sam": MEASURED, "vit_b": replace(MEASURED, encode_s=13.0, weights="real")}
    monkeypatch.setattr("auxol_core.generalist.figures.machine_key", lambda: "another processor")
    assert remembered(path) == {}


def test_a_time_of_the_encoder_alone_leaves_the_decoders(tmp_path: Path) -> None:
    path = tmp_path / "clicks.json"
    remember("vit_b", MEASURED, path)
    remember("vit_b", replace(MEASURED, encode_s=9.0, decode_s=None, weights="real"), path)
    assert remembered(path)["vit_b"] == replace(MEASURED, encode_s=9.0, weights="real")


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"x": 3}'])
def test_a_file_that_is_none_of_ours_holds_nothing_and_is_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clicks.json"
    path.write_text(text)
    assert remembered(path) == {}
    remember("vit_b", MEASURED, path)
    assert remembered(path) == {"vit_b": MEASURED}


def test_what_was_not_measured_is_estimated_from_the_nearest_work_and_says_so() -> None:
    small, large = replace(find_row("vit_b"), name="small", gflop=100.0), replace(find_row("vit_b"), gflop=400.0)
    other = replace(find_row("vit_b"), name="other", gflop=200.0)
    rows = (small, large, other)
    known = {"small": MEASURED, "vit_b": replace(MEASURED, encode_s=30.0)}
    click = click_of(replace(other, gflop=390.0), known, rows)
    assert click == Click(30.0 * 390 / 400 + 0.05, 0.05, False, "vit_b", "random")
    assert str(click) == "first click about 29 s, next 0.05 s"
    assert click_of(small, known, rows) == Click(2.05, 0.05, True, "small", "random")
    assert click_of(replace(other, gflop=None), known, rows) is None
    assert click_of(other, {}, rows) is None


def test_the_largest_that_keeps_up_is_recommended_and_before_any_measurement_the_one_that_ships() -> None:
    names = {each.name: each for each in choices({})}
    assert [name for name, each in names.items() if each.recommended] == ["builtin"]
    assert "until this machine was measured" in why_recommended(list(names.values()))
    quick = choices({"mobile_sam": replace(MEASURED, encode_s=0.4)})
    assert recommended(quick) == "efficientvit_sam_l2"  # estimated
    assert "EfficientViT-SAM L2, the largest whose first click stays below 1.5 s" in why_recommended(quick)
    slow = choices({"mobile_sam": replace(MEASURED, encode_s=8.0)})
    assert recommended(slow) == "builtin"
    assert "none keeps a first click below 1.5 s" in why_recommended(slow)
    fast = choices({"vit_h": replace(MEASURED, encode_s=0.2)})
    assert recommended(fast) == "sam_hq_vit_h"  # the same encoder, and a little larger


def test_every_row_says_how_it_is_got() -> None:
    for each in choices({}):
        file = registry.find_row(each.name).published
        known = file is not None and file.url is not None and file.sha256 is not None
        expected = {"here"} if file is None else {"here", "download"} if known else {"here", "file"}
        assert each.obtained in expected
        assert each.obtained != "file" or each.page in each.how
        assert f"| {each.name} |" in markdown(choices({}))


def test_random_weights_of_a_rows_shapes_are_loaded_and_timed_by_its_own_code(tmp_path: Path) -> None:
    row = find_row("mobile_sam")
    assert worth_measuring(row) and not worth_measuring(find_row("vit_h"))
    checkpoint = random_checkpoint(row, tmp_path)
    assert checkpoint.sha256 == "0" * 64 and is_random(checkpoint.path)
    assert verify(checkpoint.path).row is row  # by its content, as a file of the user's own
    with pytest.raises(CheckpointMissingError, match="not known beforehand"):
        random_checkpoint(replace(row, whole=None), tmp_path)


def test_the_network_that_ships_is_measured_with_its_own_weights() -> None:
    measured = finish(measuring(find_row("builtin"), "cpu", "float32"))
    assert measured.weights == "real"
    assert measured.decode_s is not None and 0 < measured.decode_s < 30


def test_a_generalist_in_use_is_timed_by_its_first_slices_without_the_very_first(tmp_path: Path) -> None:
    path = tmp_path / "clicks.json"
    remember("vit_b", MEASURED, path)
    in_use = InUse("vit_b", 2, "bfloat16", "cpu", path)
    for took in (30.0, 14.0, 13.0, 15.0, 13.5, 14.0, 1.0):
        in_use.encoded(took)
    assert remembered(path)["vit_b"] == Figures(13.0, 0.05, "real", 2, "bfloat16", "cpu")


def test_the_page_of_the_documentation_has_a_row_for_every_generalist() -> None:
    """Where one is missing: auxol checkpoint measure, then python -m tools.bench.generalists_page."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "generalists.md").read_text(encoding="utf-8")
    assert [row.name for row in registry.rows() if f"| {row.name} | {row.title} |" not in page] == []

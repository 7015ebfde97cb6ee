"""The bench of finding: which slices are drawn, what the rows say, and one run on made-up patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from auxol_core.prompter.locating import Look
from auxol_core.types import BoolArray, Box, FloatArray, SliceImage
from tools.bench.find import locating, runs
from tools.bench.find.asking import ellipse
from tools.bench.find.bars import LIVER, OURS, UNET, bars, merged, of, table
from tools.bench.find.cases import Case, Labelled, drawn, parted
from tools.bench.find.found import Found, auc, found, told, volume_dice
from tools.bench.find.published import published_box, published_rows
from tools.bench.find.runs import FindRuns
from tools.bench.learn.patients import Patient

SIDE = 32
CASE = Case(LIVER, 20, 0, 0)


def patient(name: str, there: str = "001100") -> Patient:
    """A bright square on the slices marked 1."""
    truth = np.zeros((len(there), SIDE, SIDE), dtype=bool)
    for index, mark in enumerate(there):
        truth[index, 8:24, 6:20] = mark == "1"
    pixels = np.where(truth, 200, 40).astype(np.uint8)
    return Patient(name, name, 1, tuple(SliceImage(plane) for plane in pixels), truth)


def row(
    slice_: int, truth: int, mask: int, both: int, *, shown: bool = True, presence: float = 0.5, **more: object
) -> Found:
    made = Found("m", "p", "v", slice_, truth > 0, presence, shown, truth, mask, both, 0.5, 10.0)
    return replace(made, **more)  # type: ignore[arg-type]


def test_each_fold_tries_every_fifth_patient_and_each_patient_is_tried_once() -> None:
    all_of_them = [patient(f"p{number:02}") for number in range(10)]
    tried = [[each.name for each in parted(all_of_them, fold)[1]] for fold in range(5)]
    assert tried[0] == ["p00", "p05"]
    assert sorted(name for names in tried for name in names) == [each.name for each in all_of_them]
    assert {each.name for each in parted(all_of_them, 0)[0]} == {each.name for each in all_of_them} - {"p00", "p05"}


def test_slices_are_drawn_with_and_without_the_structure_in_turn_from_one_patient_after_another() -> None:
    patients = [patient(name) for name in "abcd"]
    slices = drawn(patients, Case("s", 4, 0, 0))
    kinds = [bool(each.patient.truth[each.index].any()) for each in slices]
    assert kinds == [True, False] * 4
    assert {each.patient.name for each in slices[::2]} == set("abcd")
    assert [each.key for each in slices] == [each.key for each in drawn(patients, Case("s", 4, 0, 0))]
    assert [each.key for each in slices] != [each.key for each in drawn(patients, Case("s", 4, 0, 1))]


def test_where_there_are_too_few_slices_all_are_drawn_once() -> None:
    slices = drawn([patient("a", "0111"), patient("b", "11")], Case("s", 50, 0, 0))
    keys = [each.key for each in slices]
    assert len(keys) == 6 == len(set(keys))


def test_a_row_counts_pixels_and_its_dice_is_of_the_slice() -> None:
    truth: BoolArray = np.zeros((4, 4), dtype=bool)
    mask = truth.copy()
    truth[:2], mask[1:3] = True, True
    each = found("m", ("p", "v", 3), truth, mask, presence=0.9, shown=True)
    assert (each.there, each.truth, each.mask, each.both, each.dice) == (True, 8, 8, 4, 0.5)
    nothing = found("m", ("p", "v", 3), np.zeros_like(truth), np.zeros_like(truth), presence=0.1, shown=False)
    assert not nothing.there and nothing.dice == 1.0


def test_a_volume_is_scored_as_it_is_shown_and_a_slice_as_it_is_asked() -> None:
    rows = [
        row(0, 100, 100, 80, presence=0.9),
        row(1, 100, 100, 100, shown=False, presence=0.4),
        row(2, 0, 50, 0, presence=0.6),
        row(3, 0, 0, 0, shown=False, presence=0.1),
    ]
    assert volume_dice(rows) == pytest.approx(2 * 80 / (100 + 100 + 100 + 50))
    each = told([rows])
    assert (each.dice, each.shown_dice) == (pytest.approx(0.9), pytest.approx(0.4))
    assert (each.flagged, each.flagged_slices, each.volumes, each.cost_s) == (0.5, 1.0, 1, 10.0)
    assert each.auc == pytest.approx(0.75)


def test_presence_that_tells_nothing_has_an_area_of_a_half() -> None:
    assert auc([row(0, 9, 9, 9), row(1, 0, 0, 0)]) == 0.5
    assert auc([row(0, 9, 9, 9)]) == 0.5
    assert auc([row(0, 9, 9, 9, presence=0.9), row(1, 0, 0, 0, presence=0.1)]) == 1.0


def test_the_ellipse_fills_the_box_of_the_truth() -> None:
    truth: BoolArray = np.zeros((20, 30), dtype=bool)
    truth[4:14, 5:25] = True
    mask = ellipse(truth)
    assert mask.sum() / truth.sum() == pytest.approx(np.pi / 4, abs=0.02)
    assert not (mask & ~truth).any() and not ellipse(np.zeros_like(truth)).any()


def liver_rows(both: int, plain: int = 80, unet_s: float = 200.0) -> dict[Case, Sequence[Found]]:
    """Two patients with one slice each way, by our method and by the U-Net, and the locator for its cost."""
    made = []
    for name in ("p", "q"):
        who = {"patient": name, "volume": name}
        for method, shared, cost in (("locator", 70, 50.0), (OURS, both, 90.0), (UNET, plain, unet_s)):
            made.append(row(0, 100, 100, shared, presence=0.9, method=method, cost_s=cost, **who))
            made.append(row(1, 0, 0, 0, presence=0.1, shown=False, method=method, cost_s=cost, **who))
    return {CASE: made}


def test_bars_are_met_missed_or_not_measured_and_say_how_much_of_the_plan_was_run() -> None:
    found = {bar.figure.partition(":")[0] + bar.figure.rpartition(":")[2][:20]: bar.met for bar in bars(liver_rows(85))}
    told_of = [
        bar for bar in bars(liver_rows(85)) if bar.figure.startswith("btcv_ct/liver, 20 labelled, 1 of 10 cases")
    ]
    assert [bar.met for bar in told_of] == [True, False, True, True]
    assert told_of[0].figure.endswith("Dice on positive slices 0.850") and told_of[1].figure.endswith("0.850")
    assert list(found.values()).count(None) == 7  # liver at 5 and 50, spleen, kidney, all three against the U-Net


def test_the_cost_is_the_locators_share_of_the_plain_unets() -> None:
    (dear,) = [
        bar for bar in bars(liver_rows(85, unet_s=100.0)) if "share" in bar.figure and "flagged" not in bar.figure
    ]
    (cheap,) = [bar for bar in bars(liver_rows(85)) if "share" in bar.figure and "flagged" not in bar.figure]
    assert (dear.met, cheap.met) == (False, True) and "0.25" in cheap.figure


def test_rows_of_the_parts_of_a_case_come_together_and_the_table_has_them() -> None:
    rows = merged([liver_rows(85), {CASE: [row(0, 9, 9, 9, method="ellipse in the true box")]}])
    assert len(rows[CASE]) == 13 and len(of(rows, LIVER, 20, OURS)) == 1
    assert of(rows, LIVER, 5, OURS) == []
    assert table(rows).row_count == 4


def test_a_run_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locating, "STEPS_A_SAVE", 1)
    monkeypatch.setattr(runs, "taught", lambda labelled, preset: locating.taught(labelled, preset, steps=5))
    people = [patient(f"p{number}") for number in range(5)]
    monkeypatch.setattr(FindRuns, "_patients", lambda *_: people)
    made, case = FindRuns(tmp_path, tmp_path), Case("made_up", 2, 1, 0)
    assert made.kept("locator", case) is None
    rows = made.make("locator", case)
    assert [(each.method, each.patient, each.slice) for each in rows] == [("locator", "p1", n) for n in range(6)]
    assert [each.there for each in rows] == [False, False, True, True, False, False]
    assert all(each.cost_s > 0 for each in rows)
    assert made.kept("locator", case) == rows
    monkeypatch.setattr(runs, "taught", lambda *_: pytest.fail("what was learned is not learned again"))
    (finished,) = tmp_path.glob("made_up-*-locator-*.json")
    finished.unlink()
    assert made.make("locator", case) == rows
    monkeypatch.setattr(runs, "parted", lambda *_: pytest.fail("a kept run is not made again"))
    assert made.make("locator", case) == rows


def test_the_published_box_holds_all_that_is_over_the_threshold_and_else_the_middle_half() -> None:
    map_of: FloatArray = np.full((40, 60), 0.5, dtype=np.float32)  # at the threshold is not over it
    assert published_box(Look(0.9, map_of)) == Box(10, 15, 30, 45)
    map_of[4:6, 50:52] = map_of[20, 7] = 0.51
    assert published_box(Look(0.1, map_of)) == Box(4, 7, 21, 52)


def test_what_is_published_is_shown_by_the_classifier_alone_and_asked_everywhere() -> None:
    class Classifier:
        cost_s = 7.0

        def look(self, image: SliceImage) -> Look:
            bright = image.pixels.max() > 150
            return Look(0.8 if bright else 0.2, (image.pixels > 150).astype(np.float32))

    rows = list(published_rows(Classifier(), [patient("p", "0110")]))  # type: ignore[arg-type]
    assert [row.shown for row in rows] == [False, True, True, False]
    assert {(row.method, row.cost_s) for row in rows} == {("CAM box as published", 7.0)}
    assert all(row.mask > 0 and row.both > 0 for row in rows[1:3])


def test_what_the_bench_ships_is_named_as_it_is_kept(tmp_path: Path) -> None:
    made = FindRuns(tmp_path, tmp_path)
    names = [made.name(part, CASE) for part in runs.PARTS] + [made.reader_name(CASE)]
    assert len(set(names)) == 6 and all(name.startswith(f"{CASE.name}-") for name in names)
    assert made.name("locator", replace(CASE, draw=1)) not in names


def test_a_labelled_slice_is_named_by_its_volume_and_number() -> None:
    assert Labelled(patient("a"), 3).key == "a#3"

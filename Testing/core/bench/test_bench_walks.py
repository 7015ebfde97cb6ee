"""The command of the walks on made-up sets, with a stand-in for Slicer: parts, kept runs, tables and bars."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from rich.console import Console

from auxol_core.replay.sources import Pair
from tools.bench.walks.__main__ import report
from tools.bench.walks.plan import PARTS, Walk, halves, walks
from tools.bench.walks.runs import Walked, WalkFailedError, WalkRuns
from tools.bench.walks.tables import bars, groups, ratio_text

CHANGED = {"generalist": 100, "frozen": 90, "paused": 60, "in use": 50}


def row_of(arm: str, changed: int, name: str, index: int) -> dict[str, Any]:
    """As Slicer's side writes it."""
    safe = 0.1 if arm in ("taught", "in use") else None
    about = {"arm": arm, "volume": name, "patient": name, "slice": index, "version": 0, "dice": 1 - changed / 400}
    counts = {"keys": 2, "buttons": 0, "drags": 1, "clicks": 0, "prompts": 1, "waited": 0.5}
    told = {"repaired": changed > 40, "safe": safe, "learned": safe, "changed": changed, "size": 200}
    return about | counts | told


class Slicer:
    """Notes the plans and answers with made-up rows."""

    def __init__(self, changed: dict[str, int] = CHANGED) -> None:
        self.changed = changed
        self.plans: list[dict[str, Any]] = []
        self.failing = False

    def __call__(self, plan: Path, rows: Path, log: Path) -> None:
        told = json.loads(plan.read_text(encoding="utf-8"))
        assert all(Path(each[kind]).is_file() for each in told["tried"] for kind in ("image", "labels"))
        self.plans.append(told)
        if self.failing:
            raise WalkFailedError("no display")
        tried = [row_of(arm, n, each["name"], 3) for each in told["tried"] for arm, n in self.changed.items()]
        taught = [row_of("taught", 80, each["name"], 3) for each in told["taught"]]
        rows.write_text(json.dumps([*taught, *tried]), encoding="utf-8")


def write_sets(data: Path, patients: int = 4) -> None:
    """lgg_volumes and kvasir, of ``patients`` each."""
    rng = np.random.default_rng(0)
    for index in range(patients):
        truth = np.zeros((3, 32, 32), np.uint8)
        truth[1, 8:24, 8:24] = 1
        grey = rng.integers(0, 99, truth.shape, np.uint8)
        files = (
            ("lgg_volumes/volumes", grey, f"v{index}.nii.gz"),
            ("lgg_volumes/labels", truth, f"v{index}.nii.gz"),
            ("kvasir/images", grey[1], f"k{index}.png"),
            ("kvasir/masks", 255 * truth[1], f"k{index}.png"),
        )
        for folder, array, name in files:
            (data / folder).mkdir(parents=True, exist_ok=True)
            SimpleITK.WriteImage(SimpleITK.GetImageFromArray(array), str(data / folder / name))


@pytest.fixture
def make(tmp_path: Path) -> Callable[[Slicer], WalkRuns]:
    write_sets(tmp_path / "data")
    return lambda slicer: WalkRuns(tmp_path / "out", tmp_path / "data", slicer)


def told(runs: WalkRuns, wanted: list[Walk], *, made_only: bool = False) -> tuple[int, list[str]]:
    """How many failed, and the lines that were printed."""
    text = StringIO()
    failed = report(runs, wanted, Console(file=text, width=240), made_only=made_only)
    return failed, text.getvalue().strip().splitlines()


def test_the_whole_plan_has_every_set_prompt_split_and_seed_once() -> None:
    assert len(set(walks())) == len(walks()) == 36
    assert walks(["kvasir"], ["point"], [1], [2]) == [Walk("kvasir", "point", 1, 2)]


def test_a_patient_never_teaches_and_is_tried_and_each_is_tried_in_one_split() -> None:
    pairs = [Pair(f"TCGA_CS_{i // 2}_{i}", Path(), Path()) for i in range(12)]
    (taught, tried), (other_taught, other_tried) = (halves(pairs, Walk("lgg_volumes", "box", s, 0)) for s in (0, 1))
    assert (taught, tried) == (other_tried, other_taught)
    assert sorted(pair.name for pair in taught + tried) == sorted(pair.name for pair in pairs)
    assert not {pair.name.split("_")[2] for pair in taught} & {pair.name.split("_")[2] for pair in tried}


def test_a_walk_that_is_finished_is_not_made_again(make: Callable[[Slicer], WalkRuns]) -> None:
    slicer, walk = Slicer(), Walk("lgg_volumes", "box", 0, 0)
    first = told(make(slicer), [walk])
    second = told(make(slicer), [walk])
    assert (len(slicer.plans), first[0], second[0]) == (1, 0, 0)
    assert first[1][1:] == second[1]  # but for the line of the one that was made
    assert "1 of 1 walks are made" in second[1][0]
    assert second[1][-1] == "bars met 3, missed 0, not measured 2"


def test_nothing_is_made_where_what_is_kept_is_asked_for(make: Callable[[Slicer], WalkRuns]) -> None:
    slicer = Slicer()
    failed, lines = told(make(slicer), walks(["lgg_volumes"]), made_only=True)
    assert (failed, slicer.plans) == (0, [])
    assert (lines[0], lines[-1]) == ("0 of 12 walks are made", "bars met 0, missed 0, not measured 5")


def test_a_walk_that_fails_is_told_and_the_next_is_made(make: Callable[[Slicer], WalkRuns]) -> None:
    slicer = Slicer()
    slicer.failing = True
    failed, lines = told(make(slicer), walks(["lgg_volumes"], ["box"], [0]))
    assert (failed, len(slicer.plans)) == (3, 3)
    assert "FAILED: no display" in lines[0]
    slicer.failing = False
    failed, lines = told(make(slicer), walks(["lgg_volumes"], ["box"], [0]))
    assert failed == 0 and "3 of 3 walks are made" in lines


def test_pictures_are_walked_as_volumes_of_one_slice(make: Callable[[Slicer], WalkRuns]) -> None:
    slicer = Slicer()
    rows = make(slicer).rows(Walk("kvasir", "point", 1, 0))
    (plan,) = slicer.plans
    assert (plan["prompt"], plan["value"], plan["window"]) == ("point", 255, None)
    assert {Path(each["image"]).suffix for each in plan["taught"] + plan["tried"]} == {".nrrd"}
    assert {row.set for row in rows} == {"kvasir"} and len(rows) == 2 * 4 + 2


def walked(changed: dict[str, int], name: str = "lgg_volumes") -> list[Walked]:
    rows = [row_of(arm, n + patient, f"p{patient}", 2) for arm, n in changed.items() for patient in range(5)]
    return [Walked(set=name, prompt="box", split=0, seed=0, **row) for row in rows]


def test_every_bar_can_be_met_and_missed() -> None:
    good = [row for name in PARTS for row in walked(CHANGED, name)]
    assert [bar.met for bar in bars(good)] == [True] * 5
    bad = [row for name in PARTS for row in walked({"generalist": 9, "paused": 30, "in use": 60}, name)]
    assert [bar.met for bar in bars(bad)] == [False] * 5
    same = [row for name in PARTS for row in walked({"generalist": 90, "paused": 30, "in use": 30}, name)]
    assert [bar.met for bar in bars(same)] == [True] * 5


def test_an_interval_is_of_patients_and_not_of_slices() -> None:
    rows = walked({"generalist": 100, "paused": 50})
    one_harder = [replace(r, changed=400) if r.arm == "paused" and r.patient == "p0" else r for r in rows]
    share, _, rest = ratio_text(one_harder, "paused", "generalist").partition(" (")
    low, high = (float(each) for each in rest.rstrip(")").split("-"))
    assert low < 0.6 < float(share) < 2 < high
    again = [replace(row, seed=seed) for row in one_harder for seed in (0, 1, 2)]
    assert ratio_text(again, "paused", "generalist") == ratio_text(one_harder, "paused", "generalist")


def test_both_prompts_of_a_set_and_all_sets_are_pooled() -> None:
    rows = walked(CHANGED)
    rows += [replace(row, prompt="point") for row in rows] + walked(CHANGED, "kvasir")
    named = [(name, prompt, len(some)) for name, prompt, some in groups(rows)]
    assert named == [
        ("lgg_volumes", "box", 20),
        ("lgg_volumes", "point", 20),
        ("lgg_volumes", "all", 40),
        ("kvasir", "box", 20),
        ("all", "all", 60),
    ]

"""The evidence: clicks are counted as the field counts them, every bar can be missed, shipped runs are read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from auxol_core.imaging.metrics import dice
from auxol_core.replay.comparisons import interval, ratio_interval
from auxol_core.replay.methods import methods
from auxol_core.replay.prompts import components
from auxol_core.replay.rows import Row
from auxol_core.replay.streams import Sample
from auxol_core.types import BoolArray, Point, Prompt, Proposal, SliceImage
from tools.bench.evidence import click_tables, figures, orders
from tools.bench.evidence.clicks import Clicked, Clicking
from tools.bench.evidence.effort import Piece, pieces, ratio, second_half
from tools.bench.evidence.gallery import Shown, chosen, draw
from tools.bench.evidence.hands import CARELESS, EXACT, NOISY
from tools.bench.evidence.plan import QUICK, ClickRun, Plan, run_of
from tools.bench.evidence.studies import studies_table
from tools.bench.evidence.whole import edits_bar
from tools.bench.learn.edits import Edit
from tools.bench.learn.stream_runs import STUDIES, StreamRun
from tools.bench.shipped import pack, unpack

PLAN = Plan(streams=("kvasir", "lgg"), clicked=("kvasir", "lgg"), studied=("kvasir",), orders=2)


def piece(*dice: float) -> Piece:
    return Piece("s", "p", 0, dice, dice)


def test_clicks_are_counted_to_the_level_and_a_failure_costs_twenty() -> None:
    assert piece(0.7, 0.86, 0.91).clicks(0.85) == 2
    assert piece(0.7, 0.86, 0.91).clicks(0.90) == 3
    assert piece(0.7, 0.8).clicks(0.90) == 20
    assert piece(0.7, 0.8).failed(0.90) and not piece(0.7, 0.95).failed(0.90)


def test_the_area_is_a_trapezoid_over_six_prompts_and_stays_where_nothing_was_wrong() -> None:
    assert piece(0.0, 1.0, 1.0, 1.0, 1.0, 1.0).area() == pytest.approx(0.9)
    assert piece(0.5, 1.0).area() == pytest.approx(0.95)
    assert piece(0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0).area() == pytest.approx(0.95)


def test_rows_of_an_object_are_one_piece_and_the_second_half_is_that_of_the_images() -> None:
    rows = clicked_rows(ClickRun("kvasir", "box", "auxol"))
    found = pieces(rows)
    assert len(found) == 32 and len(found[0].dice) == 6
    assert {each.index for each in second_half(found)} == set(range(16, 32))


def test_a_hand_wanders_by_what_it_says_and_the_exact_one_does_not() -> None:
    truth = disc(64, 20)
    rng = np.random.default_rng(0)
    assert EXACT.outlined(truth, rng) is truth
    assert EXACT.clicked(Point(5, 6, positive=False), (64, 64), rng) == Point(5, 6, positive=False)
    off = [NOISY.clicked(Point(32, 32), (64, 64), rng).row - 32 for _ in range(400)]
    assert 1.7 < float(np.std(off)) < 2.3
    changed = {hand.name: float((hand.outlined(truth, rng) ^ truth).sum()) for hand in (NOISY, CARELESS)}
    assert 0 < changed["noisy"] < changed["careless"] < 0.6 * truth.sum()


def test_a_click_of_a_wandering_hand_stays_on_the_image() -> None:
    rng = np.random.default_rng(1)
    found = [CARELESS.clicked(Point(0, 63), (64, 64), rng) for _ in range(50)]
    assert all(0 <= point.row <= 63 and 0 <= point.col <= 63 for point in found)


def test_the_interval_of_a_mean_is_that_of_a_ratio_to_ones() -> None:
    values, patients = np.arange(12.0), [f"p{i // 3}" for i in range(12)]
    ones = np.ones_like(values)
    assert interval(values, patients, np.random.default_rng(3)) == ratio_interval(
        values, ones, patients, np.random.default_rng(3)
    )
    low, high = ratio_interval(values, 2 * values + 1e-9, patients, np.random.default_rng(3))
    assert low == pytest.approx(0.5) and high == pytest.approx(0.5)


def test_a_ratio_of_efforts_has_both_means() -> None:
    ours, theirs = [piece(0.95)] * 4, [piece(0.5, 0.95)] * 4
    found = ratio(ours, theirs, lambda each: float(each.clicks(0.9)), "x")
    assert (found.value, found.ours, found.theirs, found.count) == (0.5, 1.0, 2.0, 4)


def disc(size: int, radius: float) -> BoolArray:
    rows, cols = np.mgrid[:size, :size]
    return np.asarray((rows - size / 2) ** 2 + (cols - size / 2) ** 2 < radius**2)


def rows_of(run: StreamRun, better: float) -> list[Row]:
    gain = better * (run.method == "auxol")
    return [
        Row(run.stream, run.method, run.prompt, i, f"i{i}", f"p{i % 8}", 1, 0, 0.85 + gain + 0.001 * (i % 3),
            5.0 - 10 * gain, "mm", True, run.method == "auxol")
        for i in range(32)
    ]  # fmt: skip


def clicked_rows(run: ClickRun, better: float = 0.05) -> list[Clicked]:
    first = 0.80 + (better if run.method == "auxol" else 0.0)
    return [
        Clicked(run.stream, run.method, run.first, run.order, i, f"i{i}", f"p{i % 8}", 0, n + 1,
                min(1.0, first + 0.025 * n), min(1.0, first + 0.025 * n))
        for i in range(32)
        for n in range(6)
    ]  # fmt: skip


@pytest.mark.parametrize(("better", "met"), [(0.05, [True, True]), (-0.02, [False, False])])
def test_a_stream_below_the_generalist_is_a_bar_missed(better: float, met: Sequence[bool]) -> None:
    kept = {run: rows_of(run, better) for run in PLAN.stream_runs()}
    assert [bar.met for bar in orders.bars(kept, PLAN)] == met


def test_one_stream_below_is_enough_to_miss_and_is_named() -> None:
    kept = {run: rows_of(run, -0.02 if run.stream == "lgg" else 0.05) for run in PLAN.stream_runs()}
    bars = orders.bars(kept, PLAN)
    assert [bar.met for bar in bars] == [False, False] and all("worst lgg" in bar.figure for bar in bars)


def test_nothing_run_is_no_bar_met() -> None:
    assert [bar.met for bar in orders.bars({}, PLAN)] == [None]
    assert {bar.met for bar in click_tables.bars({}, PLAN)} == {None}
    assert edits_bar({}).met is None and orders.same_elsewhere({}, {}).met is None


def test_orders_that_are_missing_are_told() -> None:
    kept = {run: rows_of(run, 0.05) for run in PLAN.stream_runs() if run.seed == 0}
    assert "1 of 2 orders" in orders.bars(kept, PLAN)[0].figure


def test_fewer_clicks_and_failures_are_bars_that_can_be_missed() -> None:
    good = {run: clicked_rows(run, 0.09) for run in PLAN.click_runs()}
    assert [bar.met for bar in click_tables.bars(good, PLAN)[:1]] == [True]
    same = {run: clicked_rows(run, 0.0) for run in PLAN.click_runs()}
    assert click_tables.bars(same, PLAN)[0].met is False
    worse = {run: clicked_rows(run, -0.2) for run in PLAN.click_runs()}
    assert [bar.met for bar in click_tables.bars(worse, PLAN)[1:2]] == [False]


def edit(stream: str, arm: str, volume: int, number: int) -> Edit:
    return Edit(stream, arm, volume, f"p{volume}", number, 0.5, 0.95, 3, 0.5, 0.5, True, "worst", 0, 0, 9, True, 7)


def test_edits_are_pooled_over_the_second_halves_of_all_streams() -> None:
    kept = {("a", arm): [edit("a", arm, v, n) for v, n in enumerate((9, 9, few, few))]
            for arm, few in (("learning", 1), ("frozen", 4))}  # fmt: skip
    found = edits_bar(kept)
    assert found.met is True and "0.25 (0.25 to 0.25), 4.0 -> 1.0, 2 volumes" in found.figure
    swapped = {("a", "learning"): kept["a", "frozen"], ("a", "frozen"): kept["a", "learning"]}
    assert edits_bar(swapped).met is False


def test_another_machine_is_compared_run_by_run() -> None:
    run = StreamRun("kvasir", "box", "auxol")
    here, there = {run: rows_of(run, 0.05)}, {run: rows_of(run, 0.06)}
    assert orders.same_elsewhere(here, here).met is True
    assert orders.same_elsewhere(here, there).met is False


def test_quick_says_what_it_left_out_and_the_whole_plan_leaves_nothing() -> None:
    told = "; ".join(QUICK.left_out())
    assert "4 of 5 orders" in told and "paper" in told and "btcv_ct/spleen" in told and "whole volumes" in told
    assert Plan().left_out() == []


def test_a_study_changes_what_it_says_and_no_key_of_a_plain_run() -> None:
    plain = StreamRun("kvasir", "box", "auxol")
    assert "study" not in plain.told
    assert replace(plain, study="every 2nd image").options.feedback.every == 2
    assert replace(plain, study="boxes shifted by 0.05").options.prompts.shift == 0.05
    assert len({str(replace(plain, study=name).options) for name in ("", *STUDIES)}) == 1 + len(STUDIES)


def test_shipped_runs_come_back_as_they_were_and_what_they_replace_goes(tmp_path: Path) -> None:
    runs, shipped, other = tmp_path / "runs", tmp_path / "shipped", tmp_path / "other"
    runs.mkdir()
    for name in ("click-1a", "click-2b", "edits-3c", "unfinished-4d"):
        (runs / f"{name}.csv").write_text(f"a,b\n{name},1\n")
    for name in ("click-1a", "click-2b", "edits-3c"):
        (runs / f"{name}.json").write_text("{}")
    assert pack(shipped, runs, ["click-1a", "edits-3c", "unfinished-4d"]) == (2, 0)
    assert pack(shipped, runs, ["click-2b"]) == (1, 1)
    assert unpack(shipped, other, ["click-1a", "click-2b", "edits-3c"]) == 2
    assert (other / "click-2b.csv").read_text() == "a,b\nclick-2b,1\n" and not (other / "click-1a.csv").exists()
    assert unpack(shipped, other, ["click-2b"]) == 0


def test_the_same_rows_are_packed_to_the_same_bytes(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "x.csv").write_text("a\n1\n")
    (runs / "x.json").write_text("{}")
    pack(tmp_path / "one", runs, ["x"])
    pack(tmp_path / "two", runs, ["x"])
    assert (tmp_path / "one/x.csv.gz").read_bytes() == (tmp_path / "two/x.csv.gz").read_bytes()


def test_tables_and_pictures_are_made_of_what_there_is(tmp_path: Path) -> None:
    kept = {run: rows_of(run, 0.05) for run in [*PLAN.stream_runs(), *PLAN.study_runs()] if run.method != "paper"}
    clicks = {run: clicked_rows(run) for run in PLAN.click_runs()}
    volumes = {("a", arm): [edit("a", arm, v, 2) for v in range(4)] for arm in ("learning", "frozen")}
    made = figures.draw(tmp_path, kept, clicks, volumes, PLAN)
    assert sorted(path.name for path in made) == ["clicks.png", "edits.png", "orders-box.png", "orders-point.png"]
    assert figures.draw(tmp_path, {}, {}, {}, PLAN) == []
    assert studies_table(kept, {}, PLAN).row_count == 2 + len(STUDIES)
    assert orders.streams_table(kept, PLAN, "box").row_count == 2
    assert orders.above_table(kept, PLAN, "auxol", "paper").row_count == 0
    assert click_tables.clicks_table(clicks, PLAN).row_count == 6
    assert run_of("auxol", "kvasir", "box", 1).seed == 1


def test_the_gallery_shows_the_worst_too(tmp_path: Path) -> None:
    truth = disc(64, 12)
    dices, picture = (0.1, 0.2, 0.9, 0.3, 0.6), np.zeros((64, 64), np.uint8)
    found = [Shown("s", f"i{i}", d, picture, disc(64, 4 + i), truth) for i, d in enumerate(dices)]
    assert [each.dice for each in chosen(found)] == [0.9, 0.6, 0.3]
    draw(tmp_path / "gallery.png", [found])
    assert (tmp_path / "gallery.png").stat().st_size > 1000


class Repairing:
    """An engine whose answer is the truth, worn by so many pixels less with each point; counts what stays on offer."""

    def __init__(self, truth: BoolArray) -> None:
        self.truth, self.open, self.saved = truth, set[str](), list[tuple[BoolArray, list[str]]]()
        self.made = 0

    def put_slice(self, image: SliceImage) -> str:
        return "slice"

    def predict(self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None) -> Proposal:
        self.made += 1
        assert (previous is None) == (len(prompt.points) == 0)
        self.open.discard(previous or "")
        worn = max(0, 8 - 2 * len(prompt.points))
        mask = ndimage.binary_erosion(self.truth, iterations=worn) if worn else self.truth
        self.open.add(str(self.made))
        return Proposal(str(self.made), task, slice_id, prompt, np.asarray(mask), 0.5, 1, 0.5)

    def dismiss(self, proposal_id: str) -> None:
        self.open.remove(proposal_id)

    def correct(self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: list[str]) -> None:
        self.open -= set(proposals)
        self.saved.append((mask, proposals))

    def learn_now(self, task: str) -> None:
        assert self.saved


@dataclass
class OneImage:
    """As much of a stream as a reader looks at."""

    sample: Sample
    name: str = "s"

    @property
    def structure(self) -> Any:
        return SimpleNamespace(value=1)

    def samples(self) -> Iterator[Sample]:
        yield self.sample


def test_a_reader_clicks_until_nothing_is_wrong_saves_once_and_leaves_nothing_on_offer() -> None:
    truth = disc(64, 20)
    parts = tuple(components(truth)[0])
    sample = Sample("i0", "p0", np.zeros((64, 64), np.uint8), (1.0, 1.0), None, parts, 0)
    for name in ("auxol", "generalist"):
        engine = Repairing(truth)
        reader = Clicking(engine, OneImage(sample), methods()[name], "box", 0, NOISY)  # type: ignore[arg-type]
        rows = list(reader.rows())
        assert [row.prompts for row in rows] == [1, 2, 3, 4, 5]
        assert [row.dice for row in rows] == sorted(row.dice for row in rows) and rows[-1].dice == 1.0
        assert not engine.open and len(engine.saved) == (name == "auxol")
        assert all(0.9 < dice(mask, truth) < 1 for mask, _ in engine.saved)

"""The benchmark of learning: bars that can be missed, runs that are read back, keys that name what they depend on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from auxol_core.replay.rows import Row
from tools.bench.learn import stream_bars, stream_figure
from tools.bench.learn.depends import depends_on, digest_of
from tools.bench.learn.sets import Sets, named
from tools.bench.learn.stream_bars import PROMPTS
from tools.bench.learn.stream_runs import KeptRuns, StreamRun


def rows_of(run: StreamRun, better: float = 0.0) -> list[Row]:
    """Rows of a stream whose Dice grows, ``better`` added for who learns."""
    taught = run.method in ("auxol", "paper")
    rows = []
    for index in range(run.images):
        dice = 0.80 + 0.001 * index + (better if taught else 0.0)
        dice += 0.02 * bool(run.think_steps) + 0.05 * (run.method == "auxol") - 0.002 * bool(run.slip_every)
        rows.append(
            Row(run.stream, run.method, run.prompt, index, f"i{index}", f"p{index % 10}", 1, 0, dice, 3.0, "mm",
                dice >= 0.9, taught, quality=dice + 0.01)
        )  # fmt: skip
    return rows


def test_every_bar_is_judged_and_can_be_missed() -> None:
    good = stream_bars.bars(lambda run: rows_of(run, 0.10), Sets())
    bad = stream_bars.bars(lambda run: rows_of(run, -0.20), Sets())
    assert len(good) == len(bad) == 13
    assert [bar.met for bar in bad if "generalist alone" in bar.figure] == [False]
    met = {bar.figure.split(":")[0]: bar.met for bar in good}
    assert met["liver, boxes"] is True  # the worst patient's, which comes last
    assert [bar.met for bar in good if "thinking" in bar.figure] == [True, True]
    assert [bar.met for bar in bad if "images 2 to 6" in bar.figure] == [False, False]
    assert [bar.met for bar in good if "one wrong correction" in bar.figure] == [True]


def test_a_run_that_is_not_there_is_told_and_is_no_bar_that_was_met() -> None:
    found = stream_bars.bars(lambda run: None if run.method == "paper" else rows_of(run), Sets())
    (missing,) = [bar for bar in found if "paper" in bar.figure]
    assert missing.met is None and "no run of kvasir, point, paper" in missing.figure


def test_the_quality_told_is_held_against_the_truth_in_bins_of_equal_counts() -> None:
    rows = rows_of(StreamRun("kvasir", "box", "auxol"))
    bins = stream_bars.calibration(rows, 4)
    assert bins.shape == (4, 2)
    assert np.allclose(bins[:, 0] - bins[:, 1], 0.01)
    assert (np.diff(bins[:, 0]) > 0).all()


def test_the_bars_need_each_run_once() -> None:
    wanted = stream_bars.wanted(Sets())
    assert len(wanted) == len(set(wanted))
    asked: set[StreamRun] = set()

    def told(run: StreamRun) -> Sequence[Row]:
        asked.add(run)
        return rows_of(run)

    stream_bars.bars(told, Sets())
    assert asked <= set(wanted)


def test_reviewing_what_is_told_worst_finds_what_is_worst_and_misses_where_it_is_told_best() -> None:
    def told(run: StreamRun, way: int) -> list[Row]:
        return [replace(row, quality=0.5 + way * 0.01 * row.index) for row in rows_of(run, -0.01)]

    for way, met in ((1, True), (-1, False)):
        found = stream_bars.bars(lambda run, way=way: told(run, way), Sets())  # type: ignore[misc]
        (bar,) = [bar for bar in found if "reviewing" in bar.figure]
        assert bar.met is met, bar


def test_other_sets_are_measured_in_every_way_and_have_no_bar_of_our_liver() -> None:
    sets = named(["theirs/ring", "theirs/gland"], [])
    assert {run.stream for run in stream_bars.wanted(sets)} == {"theirs/ring", "theirs/gland"}
    found = stream_bars.bars(lambda run: rows_of(run, 0.10), sets)
    assert len(found) == 9 and not [bar for bar in found if "liver" in bar.figure]
    assert named([], []) == Sets()


def test_a_key_names_the_files_that_a_run_depends_on_and_no_others() -> None:
    alone, ours = depends_on("paper", learns=False, thinks=False), depends_on("auxol", learns=True, thinks=False)
    assert "promptable/network.py" in alone and "specialist/auxol/learner.py" not in alone
    assert "specialist/auxol/learner.py" in ours and "specialist/paper/learner.py" not in ours
    assert not [name for name in ours if name.startswith(("server/", "client/", "taskfile/", "protocol/"))]
    assert set(depends_on("auxol", learns=True, thinks=True)) - set(ours) == {
        "engine/rehearsing.py",
        "engine/thinking.py",
    }
    assert digest_of(alone) != digest_of(ours)


def test_a_finished_run_is_read_back_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = KeptRuns(tmp_path, tmp_path / "no data", workshop=None)  # type: ignore[arg-type]
    monkeypatch.setattr(KeptRuns, "data_hash", lambda self, wanted: "the same")
    run = StreamRun("kvasir", "box", "auxol", think_steps=40)
    assert runs.missing([run, run]) == [run]
    with monkeypatch.context() as making:
        making.setattr(KeptRuns, "_made", lambda self, wanted: rows_of(wanted))
        making.setattr(KeptRuns, "_about", lambda self, wanted: {"device": "cpu"})
        assert runs.rows(run) == rows_of(run)
    assert runs.missing([run]) == []
    assert runs.rows(run) == rows_of(run)
    assert "think40" in runs.name(run)
    others = [StreamRun("kvasir", "box", "auxol"), StreamRun("kvasir", "box", "auxol", think_steps=40, seed=1)]
    assert len({runs.name(each) for each in (run, *others)}) == 3


def test_the_curves_are_drawn_of_what_there_is(tmp_path: Path) -> None:
    runs = [StreamRun("kvasir", "box", method) for method in ("generalist", "auxol")]
    stream_figure.draw(tmp_path, {run: rows_of(run) for run in runs}, Sets().streams)
    for name in ("curves-box.png", "curves-point.png", "calibration.png"):
        assert (tmp_path / name).stat().st_size > 2000


def test_a_method_has_one_colour_also_where_another_was_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures: list[Figure] = []
    monkeypatch.setattr(stream_figure.plt, "close", figures.append)
    runs = [StreamRun(s, p, m) for s in ("kvasir", "lgg") for p in PROMPTS for m in ("generalist", "auxol")]
    runs.append(StreamRun("kvasir", "point", "paper"))
    stream_figure.draw(tmp_path, {run: rows_of(run) for run in runs}, ("kvasir", "lgg"))
    curves = next(figure for figure in figures if "point" in figure.get_suptitle())
    lines = [line for axes in curves.axes for line in axes.lines]
    assert [line.get_label() for line in lines] == ["generalist", "paper", "auxol", "generalist", "auxol"]
    colours = {(line.get_label(), line.get_color()) for line in lines}
    assert len(colours) == len({name for name, _ in colours}) == len({colour for _, colour in colours}) == 3
    (legend,) = curves.legends
    assert [text.get_text() for text in legend.get_texts()] == ["generalist", "paper", "auxol"]

"""Bars, tables and files of `make bench-worker`, on literal samples."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from auxol_core.errors import DataError
from tools.bench.worker_figures import (
    BEGIN,
    END,
    Memory,
    Report,
    Samples,
    bars,
    last_line,
    markdown,
    put_into,
    write,
)

GOOD: dict[tuple[str, str], list[float]] = {
    ("box", "process"): [90.0, 90.0, 300.0],
    ("box", "worker"): [100.0, 100.0, 400.0],
    ("click", "process"): [250.0],
    ("click", "worker"): [260.0],
    ("first", "process"): [95.0],
    ("first", "worker"): [100.0],
    ("sent", "process"): [95.0],
    ("sent", "worker"): [110.0],
    ("idle", "worker"): [100.0],
    ("learning", "worker"): [150.0, 300.0],
    ("step", "process"): [200.0, 200.0],
    ("save", "worker"): [30.0] * 30 + [80.0],
    ("save_after_pause", "worker"): [40.0],
    ("save_learning", "worker"): [50.0],
}


def report(changed: dict[tuple[str, str], list[float]] | None = None, *, torch: bool = False) -> Report:
    taken = Samples()
    for (measure, place), values in {**GOOD, **(changed or {})}.items():
        for value in values:
            taken.add(measure, place, value / 1000)  # type: ignore[arg-type]
    memory = [Memory("client of a worker", 58.0, None, torch), Memory("worker", 440.0, 450.0, True)]
    return Report(taken, memory, {"machine": "2 cores"}, torch)


def missed(of: Report) -> list[str]:
    return [bar.sentence for bar in bars(of) if not bar.met]


def test_all_bars_are_met_where_all_is_well() -> None:
    assert missed(report()) == []
    assert last_line(bars(report())) == "bars met 9, missed 0"


@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        (("box", "worker"), [106.0], "box, slice known: at most 15 ms more than in process (median): +16.0 ms"),
        (("click", "worker"), [266.0], "one click"),
        (("first", "worker"), [111.0], "a slice that is there"),
        (("sent", "worker"), [111.0], "sending the slice"),
        (("learning", "worker"), [150.0] * 18 + [310.0] * 2, "wait at most one step (95 %: 200.0 ms)"),
        (("step", "process"), [150.0], "wait at most one step"),
        (("save", "worker"), [30.0] * 10 + [80.0], "save to receipt: 95 % within 50 ms"),
        (("save_after_pause", "worker"), [51.0], "after a pause"),
        (("save_learning", "worker"), [51.0], "receipt while learning"),
    ],
)
def test_each_bar_is_missed_by_its_own_figure_alone(key: tuple[str, str], values: list[float], sentence: str) -> None:
    (found,) = missed(report({key: values}))
    assert sentence in found


@pytest.mark.parametrize("key", GOOD)
def test_what_was_not_measured_is_missed(key: tuple[str, str]) -> None:
    (found,) = missed(report({key: []}))
    assert "not measured" in found


def test_what_is_timed_in_turns_is_compared_pair_by_pair() -> None:
    taken = report({("box", "process"): [90.0, 200.0, 95.0], ("box", "worker"): [96.0, 205.0, 120.0]}).samples
    assert taken.more("box") == pytest.approx(6.0)  # the medians differ by 25
    assert taken.more("save") is None


def test_a_client_that_loads_torch_is_missed() -> None:
    assert missed(report(torch=True)) == ["a client never loads torch: it did"]
    assert last_line(bars(report(torch=True))) == "bars met 8, missed 1"


def test_a_page_gets_the_figures_between_its_marks_and_keeps_the_rest(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{BEGIN}\nold\n{END}\n\nWhat was lost.\n", encoding="utf-8")
    for _ in range(2):
        put_into(page, report())
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# Title\n\n{BEGIN}\n- machine: 2 cores\n")
    assert text.endswith(f"**bars met 9, missed 0**\n{END}\n\nWhat was lost.\n")
    assert "old" not in text and text.count(BEGIN) == 1
    assert "| prediction, box, slice known | 90.0 | 279.0 | 3 | 100.0 | 370.0 | 3 | +10.0 |" in text
    assert "| client of a worker | 58 | unknown | not loaded |" in text


def test_a_page_without_marks_is_refused_and_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{END} {BEGIN}", encoding="utf-8")
    with pytest.raises(DataError, match="figures: begin"):
        put_into(page, report())
    assert page.read_text(encoding="utf-8") == f"{END} {BEGIN}"
    with pytest.raises(DataError):
        put_into(tmp_path / "nowhere.md", report())


def test_a_missed_bar_stands_out_in_the_page() -> None:
    assert "- **MISSED**: a client never loads torch: it did" in markdown(report(torch=True))


def test_all_samples_are_kept_as_json_and_csv(tmp_path: Path) -> None:
    write(report(), tmp_path / "out")
    kept = json.loads((tmp_path / "out" / "bench_worker.json").read_text(encoding="utf-8"))
    assert [bar["met"] for bar in kept["bars"]] == [True] * 9
    assert kept["memory"][0] == {"who": "client of a worker", "now_mb": 58.0, "peak_mb": None, "torch": False}
    with (tmp_path / "out" / "bench_worker.csv").open(newline="", encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    assert len(lines) == sum(map(len, GOOD.values()))
    assert lines[2] == {"measure": "box", "place": "process", "number": "2", "milliseconds": "300.000"}

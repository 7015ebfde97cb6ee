"""The bars of the built-in weights, judged on figures given by hand."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from pretrain.evaluate import COLUMNS, Measured, bars, report


def _measured(stream: str = "kvasir", /, **changes: float) -> Measured:
    """A stream that clears every bar, but for ``changes`` of a column's Dice or of the seconds new and further."""
    new, further = changes.pop("new", 0.10), changes.pop("further", 0.05)
    dice = dict.fromkeys(COLUMNS, 0.87) | {"shape": 0.75, "box": 0.90, "point": 0.80}
    return Measured(stream, 40, dice | {name.replace("_", " "): value for name, value in changes.items()}, new, further)


def _missed(*measured: Measured) -> list[str]:
    return [sentence for sentence, met in bars(list(measured)) if not met]


def test_good_figures_meet_all_eight_bars() -> None:
    assert len(bars([_measured()])) == 8
    assert _missed(_measured(), _measured("lgg")) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"box": 0.82}, "boxes above shape by 0.08"),
        ({"point": 0.75}, "points 0.76: 0.750"),
        ({"click_2": 0.83}, "a second click raises the mean by 0.04: +0.030"),
        ({"click_5": 0.85}, "the fifth click brings 0.86: 0.850"),
        ({"new": 0.16}, "a prompt on a new image 0.15 s: 0.160 s"),
        ({"further": 0.11}, "a further one 0.10 s: 0.110 s"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_each_bar_is_missed_by_its_own_figure_alone(changes: dict[str, float], sentence: str) -> None:
    (missed,) = _missed(_measured(**changes))
    assert missed.startswith(sentence)


def test_one_stream_below_its_shape_misses_although_the_mean_gain_is_met() -> None:
    (missed,) = _missed(_measured(box=0.95), _measured("lgg", box=0.74))
    assert missed.startswith("boxes below shape on no stream: lowest -0.010")


def test_one_stream_with_poor_points_misses_and_is_named() -> None:
    (missed,) = _missed(_measured(point=0.95, click_2=0.99), _measured("lgg", point=0.59))
    assert missed.startswith("points 0.60 on every stream: lgg 0.590")


def test_hc18_counts_for_every_bar_but_the_gain_over_the_shape() -> None:
    fine, hc18 = _measured(), _measured("hc18", shape=0.91, box=0.915)
    assert _missed(fine, hc18) == []
    assert _missed(fine, replace(hc18, stream="other")) != []
    assert _missed(fine, _measured("hc18", shape=0.91, box=0.90)) != []


def test_the_slowest_stream_counts() -> None:
    assert len(_missed(_measured(), _measured("lgg", new=1.0), _measured("hc18", further=1.0))) == 2


def test_a_figure_exactly_on_its_bar_is_met() -> None:
    assert _missed(_measured(point=0.76, click_2=0.81, click_5=0.86, new=0.15, further=0.10)) == []


def test_the_report_s_last_line_counts_the_bars() -> None:
    console = Console(file=io.StringIO(), width=200)
    report([_measured(), _measured("lgg", click_5=0.70)], console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert lines[-1] == "bars met 7, missed 1"
    assert any(line.startswith("MISSED the fifth click") for line in lines)
    assert any("mean" in line and "0.900" in line for line in lines)

"""The bars of the built-in weights, judged on figures given by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from pretrain.evaluate import COLUMNS, Measured, bars, report, told_off


def _measured(stream: str = "kvasir", /, off: float = 0.02, **changes: float) -> Measured:
    """A stream that clears every bar, but for ``changes`` of a column's Dice or of the seconds new and further.

    What is told lies ``off`` above the Dice.
    """
    new, further = changes.pop("new", 0.10), changes.pop("further", 0.05)
    dice = dict.fromkeys(COLUMNS, 0.95) | {"shape": 0.75, "box": 0.93, "point": 0.88}
    true = np.linspace(0.3, 0.9, 40)
    answers = np.stack([true + off, true], axis=1)
    figures = dice | {name.replace("_", " "): value for name, value in changes.items()}
    return Measured(stream, 40, figures, new, further, answers)


def _missed(*measured: Measured) -> list[str]:
    return [sentence for sentence, met in bars(list(measured)) if not met]


def test_good_figures_meet_all_seven_bars() -> None:
    assert len(bars([_measured()])) == 7
    assert _missed(_measured(), _measured("lgg")) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"box": 0.91}, "boxes 0.92: 0.910"),
        ({"point": 0.86}, "points 0.865: 0.860"),
        ({"click_5": 0.93}, "five clicks 0.94: 0.930"),
        ({"off": 0.06}, "told quality within 0.05 of the Dice: 0.060"),
        ({"off": -0.06}, "told quality within 0.05 of the Dice: 0.060"),
        ({"new": 0.16}, "a prompt on a new image 0.15 s: 0.160 s"),
        ({"further": 0.11}, "a further one 0.10 s: 0.110 s"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_each_bar_is_missed_by_its_own_figure_alone(changes: dict[str, float], sentence: str) -> None:
    (missed,) = _missed(_measured(**changes))
    assert missed.startswith(sentence)


def test_one_stream_below_its_shape_misses_although_the_mean_is_met_and_is_named() -> None:
    (missed,) = _missed(_measured(box=0.96), _measured("lgg", shape=0.91, box=0.90))
    assert missed.startswith("boxes below shape on no stream: lowest lgg -0.010")


def test_the_slowest_stream_counts() -> None:
    assert len(_missed(_measured(), _measured("lgg", new=1.0), _measured("hc18", further=1.0))) == 2


def test_a_figure_exactly_on_its_bar_is_met() -> None:
    assert _missed(_measured(box=0.92, point=0.865, click_5=0.94, new=0.15, further=0.10)) == []


def test_told_is_the_mean_distance_over_bins_sorted_by_what_was_told() -> None:
    sure = np.column_stack([np.full(50, 0.9), np.full(50, 0.8)])
    unsure = np.column_stack([np.full(50, 0.2), np.full(50, 0.5)])
    assert told_off(np.concatenate([sure, unsure])) == pytest.approx(0.2)
    # Inside a bin too high and too low cancel: that is what a calibration is.
    assert told_off(np.array([[0.5, 0.0], [0.5, 1.0]] * 10)) == pytest.approx(0.0)


def test_the_report_s_last_line_counts_the_bars() -> None:
    console = Console(file=io.StringIO(), width=200)
    report([_measured(), _measured("lgg", click_5=0.70)], console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert lines[-1] == "bars met 6, missed 1"
    assert any(line.startswith("MISSED five clicks") for line in lines)
    assert any("mean" in line and "0.930" in line for line in lines)

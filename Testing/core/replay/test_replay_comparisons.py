"""The bootstrap over patients, the moving average, and the rows' way through CSV."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxol_core.errors import DataError
from auxol_core.replay.comparisons import comparisons, interval
from auxol_core.replay.curve import moving_average
from auxol_core.replay.prompts import rng_for
from auxol_core.replay.rows import Row, append_row, read_rows, write_rows

ROW = Row("d", "generalist", "box", 0, "a, b", "p", 1, 0, 0.1 + 0.2, 3.5, "mm", False, True, note='said "no"\nagain')


def row(method, index, dice, patient):
    return Row("d", method, "box", index, f"i{index}", patient, 1, 0, dice, 1.0, "mm", False, False)


def test_an_interval_is_that_of_a_naive_bootstrap():
    rng = np.random.default_rng(0)
    patients = [f"p{i // 2}" for i in range(30)]
    differences = rng.normal(0.02, 0.05, 30)
    low, high = interval(differences, patients, rng_for("test"))
    means = []
    groups = [differences[2 * k : 2 * k + 2] for k in range(15)]
    for _ in range(4000):
        means.append(np.concatenate([groups[k] for k in rng.integers(0, 15, 15)]).mean())
    assert low == pytest.approx(np.percentile(means, 5), abs=0.003)
    assert high == pytest.approx(np.percentile(means, 95), abs=0.003)


def test_images_of_one_patient_make_the_interval_wider_than_as_many_patients():
    differences = np.repeat(np.random.default_rng(1).normal(0, 0.1, 6), 5)
    one_each = interval(differences, [str(i) for i in range(30)], rng_for("a"))
    grouped = interval(differences, [str(i // 5) for i in range(30)], rng_for("a"))
    assert grouped[1] - grouped[0] > 1.5 * (one_each[1] - one_each[0])


def test_a_partial_run_is_compared_on_the_images_that_both_have():
    rows = {
        ("d", "auxol"): [row("auxol", i, 0.9, f"p{i}") for i in range(3)],
        ("d", "generalist"): [row("generalist", i, 0.8 if i < 3 else 0.0, f"p{i}") for i in range(10)],
    }
    found = comparisons(rows, 0)
    assert [c["part"] for c in found] == ["all", "last_half"]
    assert found[0]["n_images"] == 3
    assert found[0]["dice_difference"] == pytest.approx(0.1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_moving_average_is_the_mean_of_the_last_values_alone(values):
    curve = moving_average(values)
    window = max(5, min(25, round(len(values) / 4)))
    for i in range(len(values)):
        assert curve[i] == pytest.approx(np.mean(values[max(0, i - window + 1) : i + 1]), abs=1e-9)


def test_rows_come_back_from_csv_as_they_were(tmp_path):
    write_rows(tmp_path / "r.csv", [ROW])
    append_row(tmp_path / "r.csv", ROW)
    assert read_rows(tmp_path / "r.csv") == [ROW, ROW]


def test_rows_of_an_earlier_version_get_the_names_of_now(tmp_path):
    path = tmp_path / "r.csv"
    write_rows(path, [row("sam", 0, 0.5, "sam"), row("auxol", 0, 0.6, "p")])
    assert [(r.method, r.patient) for r in read_rows(path)] == [("generalist", "sam"), ("auxol", "p")]


def test_a_line_cut_off_by_a_crash_is_left_out_and_another_file_is_refused(tmp_path):
    path = tmp_path / "r.csv"
    write_rows(path, [row("generalist", 0, 0.5, "p")])
    path.write_text(path.read_text() + "d,generalist,bo")
    assert len(read_rows(path)) == 1
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="Delete it"):
        read_rows(path)

"""The bars of the benchmark with a SAM can be met and missed, and what this processor cannot do is not measured."""

from __future__ import annotations

from tools.bench.bench_sam import bars
from tools.bench.sam_row import Row


def rows(ours: float, *, bfloat16: bool = True) -> list[Row]:
    found = [
        Row("vit_b encode, segment_anything", "float32", 10.0),
        Row("vit_b decode, segment_anything", "float32", 0.2),
        Row("vit_b encode, ours", "float32", ours, 1e-6),
        Row("vit_b decode, ours", "float32", 0.02 * ours),
        Row("mobile_sam encode, ours", "float32", 0.2 * ours),
        Row("efficientvit_l0 encode, ours", "float32", 0.1 * ours),
        Row("sam2_tiny decode, ours", "float32", 0.018 * ours),
        Row("sam2_large decode, ours", "float32", 9.0),
    ]
    return found + ([Row("vit_b encode, ours", "bfloat16", 0.5 * ours, 0.004)] if bfloat16 else [])


def test_each_bar_is_met_or_missed_by_its_own_figure() -> None:
    good = bars(rows(5.0), {"ours": 200.0, "theirs": 1000.0}, {"float32": 4000.0})
    bad = bars(rows(9.0), {"ours": 400.0, "theirs": 1000.0}, {"float32": 9000.0})
    assert [bar.met for bar in good] == [True] * 8
    assert [bar.met for bar in bad] == [False] * 8


def test_a_precision_that_the_processor_lacks_is_not_measured() -> None:
    assert [bar.met for bar in bars(rows(5.0, bfloat16=False), {"ours": 1.0, "theirs": 9.0}, {})][1] is None


def test_a_quick_encoder_that_is_far_from_theirs_is_missed() -> None:
    far = [Row(row.what, row.precision, row.seconds, 0.5 if row.apart else None) for row in rows(5.0)]
    assert [bar.met for bar in bars(far, {"ours": 1.0, "theirs": 9.0}, {})][:2] == [False, False]

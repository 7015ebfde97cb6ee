"""What the tutorial's walk counts becomes the table of its page, and nothing else of the page changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.tutorial.numbers import BEGIN, END, Numbers


def counted() -> Numbers:
    """A box on each of two slices, one of them repaired; then one of the list, good as it was."""
    numbers = Numbers()
    for dice, voxels in ((0.8, 120), (0.96, 9)):
        numbers.prompt()
        numbers.proposal(dice, voxels)
    numbers.repair()
    numbers.turn()
    numbers.proposal(0.97, 3)
    truth = np.zeros((4, 5, 5), bool)
    truth[1:3, 1:4, 1:4] = True
    mask = truth.copy()
    mask[2, 1, 1:4] = False
    numbers.organ(mask, truth)
    return numbers


def test_slices_before_and_after_the_list_are_counted_apart() -> None:
    rows = dict(counted().rows)
    assert rows["slices prompted by hand, one box each"] == "2"
    assert rows["of these repaired"] == "1"
    assert rows["Dice of their proposals, in the order of the walk"] == "0.800, 0.960"
    assert rows["slices gone through in the review list"] == "1, of these repaired 0"
    assert rows["Dice of the whole organ against the label"] == "0.909"  # 2 * 15 / (15 + 18)


def test_the_table_goes_between_the_marks_and_is_replaced_the_next_time(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n", encoding="utf-8")
    counted().write(page)
    once = page.read_text(encoding="utf-8")
    counted().write(page)
    assert page.read_text(encoding="utf-8") == once
    assert once.startswith("before\n\n")
    assert once.endswith("\n\nafter\n")
    assert "old" not in once
    assert "| slices of the organ | 2 |" in once


def test_a_page_without_the_marks_is_left_alone_and_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected the lines"):
        counted().write(page)
    assert page.read_text(encoding="utf-8") == "no marks\n"

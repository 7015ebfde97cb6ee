"""The table of a reader study: pairs alone count, an effect that is there is found, made-up readers are marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from auxol_core.errors import DataError
from tools.bench.evidence.reader_study import FIGURES, Session, compared, read, simulate, table

ACTIONS = FIGURES["actions a slice"]


def test_made_up_readers_who_are_spared_a_third_are_found_to_be(tmp_path: Path) -> None:
    simulate(tmp_path, readers=4, cases=8, saving=0.3)
    sessions = read(tmp_path)
    assert len(sessions) == 4 * 8 * 2
    found = compared(sessions, FIGURES["voxels changed by hand a slice"])
    assert found.pairs == 32 and found.low < 0.7 < found.high and found.high < 1.0


def test_no_effect_is_not_found(tmp_path: Path) -> None:
    simulate(tmp_path, readers=4, cases=8, saving=0.0)
    found = compared(read(tmp_path), ACTIONS)
    assert found.low < 1.0 < found.high


def test_only_who_read_a_case_twice_counts() -> None:
    sessions = {
        ("a", "1", "with"): Session(10, 20, 1.0, 0),
        ("a", "1", "without"): Session(10, 40, 1.0, 0),
        ("b", "1", "with"): Session(10, 900, 1.0, 0),
    }
    found = compared(sessions, ACTIONS)
    assert (found.pairs, found.with_, found.without, found.ratio) == (1, 2.0, 4.0, 0.5)
    with pytest.raises(DataError, match="both arms"):
        compared({("a", "1", "with"): Session(1, 1, 1, 1)}, ACTIONS)


def test_made_up_readers_cannot_pass_for_people(tmp_path: Path) -> None:
    simulate(tmp_path, readers=2, cases=2, saving=0.3)
    assert "SIMULATED" in str(table(read(tmp_path)).title)
    people = {(f"r{i}", "c", arm): Session(1, 2, 3.0, 4) for i in range(2) for arm in ("with", "without")}
    assert str(table(people).title) == "2 readers"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("notes.csv", "a\n1\n", "Rename it"),
        ("r_c_with.csv", "slice,state\n1,saved\n", "no session table"),
        ("r_c_with.csv", "saved,seconds_to_save,actions,voxels_changed\n,,,\n", "no slice of it was saved"),
        ("r_c_with.csv", "saved,seconds_to_save,actions,voxels_changed\nyes,1,many,2\n", "Save it again"),
    ],
)
def test_another_file_is_named(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=told):
        read(tmp_path)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Session as CSV"):
        read(tmp_path)


def test_a_phone_call_is_not_ten_thousand_seconds_of_work(tmp_path: Path) -> None:
    (tmp_path / "r_c_with.csv").write_text("saved,seconds_to_save,actions,voxels_changed\nyes,10000,3,2\nyes,10,3,2\n")
    assert read(tmp_path)["r", "c", "with"].seconds == 610.0

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from task_samples import discard, publish, reopened, state, teach

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.schema import UpdateRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.taskfile.versions import kept_snapshots


def _taught(task: TaskFile, names: str) -> None:
    for name in names:
        teach(task, name)


def _versions(rows: list[UpdateRow]) -> list[int]:
    return [row.version for row in rows]


def test_an_update_is_journaled_with_schedule_verdict_and_weights(task: TaskFile, path: Path) -> None:
    _taught(task, "ab")
    row = UpdateRow(("b", "a"), 6, 2**31 - 2, True, "no worse", 1.5, 0, 1)
    task.record_update(row, state(1.0), {"a": "learned", "b": "learned"})
    task.close()
    with reopened(path) as again:
        (journaled,) = again.updates()
        assert journaled.correction_ids == ("b", "a")
        assert (journaled.steps, journaled.seed, journaled.seconds, journaled.reason) == (6, 2**31 - 2, 1.5, "no worse")
        assert (journaled.published, journaled.base_version, journaled.version) == (True, 0, 1)
        assert journaled.state_digest == digest(state(1.0))
        assert (again.current_version, again.next_version, again.queued()) == (1, 2, [])
        stored = again.snapshot(1)
        assert stored is not None
        assert {name: array.tolist() for name, array in stored.items()} == {"bias": [0, 0], "weight": [[1, 1]] * 3}


def test_a_discarded_update_is_journaled_and_changes_no_version(task: TaskFile) -> None:
    _taught(task, "ab")
    publish(task, "a")
    discard(task, "b")
    assert (task.current_version, task.next_version) == (1, 2)
    assert task.correction("b").state == "quarantined"
    assert [(row.version, row.published, row.reason) for row in task.updates()] == [
        (1, True, "better"),
        (2, False, "worse"),
    ]
    assert publish(task, "b") == 2
    assert _versions(task.lineage(2)) == [1, 2]


def test_weights_larger_than_a_part_come_back_whole(task: TaskFile) -> None:
    teach(task, "a")
    weights = {"w": np.random.default_rng(0).random(1_200_000)}  # 9.6 MB: three parts
    task.record_update(UpdateRow(("a",), 1, 1, True, "", 0.0, 0, 1), weights, {"a": "learned"})
    stored = task.snapshot(1)
    assert stored is not None
    assert np.array_equal(stored["w"], weights["w"])


@pytest.mark.parametrize(
    ("stored", "current", "kept"),
    [
        ([], 0, []),
        ([1, 2, 3], 3, [1, 2, 3]),
        (range(1, 8), 7, [3, 4, 5, 6, 7]),
        (range(1, 48), 47, [20, 40, 43, 44, 45, 46, 47]),
        (range(1, 48), 2, [2, 20, 40, 43, 44, 45, 46, 47]),
        ([4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44], 44, [20, 28, 32, 36, 40, 44]),
    ],
)
def test_retention_is_the_last_five_every_twentieth_and_the_current(
    stored: range, current: int, kept: list[int]
) -> None:
    assert sorted(kept_snapshots(stored, current)) == kept


def test_retention_in_a_file(task: TaskFile) -> None:
    teach(task, "a")
    for _ in range(27):
        publish(task, "a")
    assert task.snapshot_versions() == [20, 23, 24, 25, 26, 27]
    assert task.snapshot(22) is None
    version, weights = task.nearest_snapshot(22)
    assert version == 20
    assert weights is not None
    assert weights["weight"][0, 0] == 20
    assert task.nearest_snapshot(19) == (0, None)
    assert task.nearest_snapshot(0) == (0, None)
    assert task.updates()[9].state_digest == digest(state(10))


def test_a_published_update_may_come_without_a_snapshot(task: TaskFile) -> None:
    teach(task, "a")
    for number in range(8):
        publish(task, "a", snapshot=number in (1, 4))
    assert task.current_version == 8
    assert task.snapshot_versions() == [2, 5]
    assert task.nearest_snapshot(8)[0] == 5
    assert task.nearest_snapshot(4)[0] == 2


def test_after_an_undo_the_next_update_is_a_new_branch(task: TaskFile, path: Path) -> None:
    _taught(task, "abc")
    for name in "ab":
        publish(task, name)
    task.set_current(1, "undo", "the user asked")
    assert (task.current_version, task.next_version) == (1, 3)
    assert task.correction("b").state == "set_aside"
    assert publish(task, "c") == 3
    task.close()
    with reopened(path) as again:
        assert _versions(again.lineage(3)) == [1, 3]
        assert _versions(again.lineage(2)) == [1, 2]
        assert [(row.kind, row.base_version, row.version) for row in again.updates()] == [
            ("learn", 0, 1),
            ("learn", 1, 2),
            ("undo", 2, 1),
            ("learn", 1, 3),
        ]


def test_the_nearest_snapshot_is_one_of_the_same_branch(task: TaskFile) -> None:
    _taught(task, "abcd")
    publish(task, "a")
    publish(task, "b")
    task.set_current(1, "undo", "")
    publish(task, "c", snapshot=False)
    publish(task, "d", snapshot=False)
    version, weights = task.nearest_snapshot(4)
    assert version == 1  # 2 lies nearer and was never part of it
    assert weights is not None


def test_rolling_back_and_forth_moves_the_learned_corrections_along(task: TaskFile) -> None:
    _taught(task, "abcq")
    for name in "abc":
        publish(task, name)
    task.set_current(1, "rollback", "")
    assert {row.correction_id: row.state for row in task.corrections()} == {
        "a": "learned",
        "b": "set_aside",
        "c": "set_aside",
        "q": "queued",
    }
    task.set_current(3, "rollback", "")
    assert [row.state for row in task.corrections()] == ["learned", "learned", "learned", "queued"]
    task.set_current(0, "rollback", "")
    assert (task.current_version, task.lineage(0)) == (0, [])
    assert publish(task, "q") == 4


def test_states_of_a_move_may_be_given(task: TaskFile) -> None:
    teach(task, "a")
    publish(task, "a")
    task.set_current(0, "undo", "", states={"a": "quarantined"})
    assert task.correction("a").state == "quarantined"


def test_rebuilt_weights_are_kept_while_their_version_is_current(task: TaskFile) -> None:
    teach(task, "a")
    for _ in range(9):
        publish(task, "a")
    task.set_current(2, "rollback", "", snapshot=state(2.5))
    assert task.snapshot_versions() == [2, 5, 6, 7, 8, 9]
    stored = task.snapshot(2)
    assert stored is not None
    assert stored["weight"][0, 0] == 2.5
    publish(task, "a")
    assert task.snapshot_versions() == [6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("base", "version"),
    [(0, 3), (1, 3), (2, 2), (2, 1), (3, 4)],
    ids=["from the start", "from an older one", "taken number", "older number", "from nothing"],
)
def test_an_update_that_does_not_follow_is_refused(base: int, version: int, task: TaskFile) -> None:
    _taught(task, "ab")
    for name in "ab":
        publish(task, name)
    before = task.updates()
    with pytest.raises(InvalidInputError, match="current version 2 to version 3"):
        task.record_update(UpdateRow(("a",), 1, 1, True, "", 0.0, base, version), state(9), {})
    assert (task.updates(), task.current_version) == (before, 2)


def test_an_update_of_an_unknown_correction_leaves_nothing(task: TaskFile) -> None:
    row = UpdateRow(("z",), 1, 1, True, "", 0.0, 0, 1)
    with pytest.raises(NotFoundError, match="'z'"):
        task.record_update(row, state(1), {"z": "learned"})
    assert (task.updates(), task.current_version, task.snapshot_versions()) == ([], 0, [])


def test_unknown_versions_and_wrong_kinds_are_refused(task: TaskFile) -> None:
    teach(task, "a")
    publish(task, "a")
    for call in (task.lineage, task.snapshot, task.nearest_snapshot, lambda v: task.set_current(v, "undo", "")):
        with pytest.raises(NotFoundError, match="got 7"):
            call(7)
    with pytest.raises(InvalidInputError, match="undo"):
        task.set_current(0, "learn", "")
    with pytest.raises(InvalidInputError, match="set_current"):
        task.record_update(UpdateRow((), 0, 0, True, "", 0.0, 1, 2, "undo"), None, {})
    with pytest.raises(InvalidInputError, match="snapshot"):
        task.record_update(UpdateRow(("a",), 0, 0, False, "", 0.0, 1, 2), state(1), {})
    assert task.current_version == 1


def test_a_page_of_outcomes_counts_updates_and_not_the_moves_between_them(task: TaskFile) -> None:
    _taught(task, "abcd")
    publish(task, "a", "b")
    task.set_current(0, "undo", "")
    discard(task, "c")
    publish(task, "d")
    assert [row.correction_ids for row in task.outcomes()] == [("a", "b"), ("c",), ("d",)]
    assert [row.correction_ids for row in task.outcomes(0, 1)] == [("a", "b")]
    assert [row.correction_ids for row in task.outcomes(1, 2)] == [("c",), ("d",)]

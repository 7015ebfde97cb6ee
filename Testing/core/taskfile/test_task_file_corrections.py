from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from task_samples import SCORES, lesson, reopened, teach

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.specialist.base import Lesson
from auxol_core.taskfile.journal import LessonCache
from auxol_core.taskfile.schema import LessonRow
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import CorrectionInfo, Scores


def test_a_correction_is_there_after_reopening(task: TaskFile, path: Path) -> None:
    assert task.add_correction("a", "slice 9", True, [lesson(1), lesson(2)]) == (1, False)
    task.close()
    with reopened(path) as again:
        (row,) = again.corrections()
        assert row.info == CorrectionInfo("a", 1, "slice 9", True, False, (SCORES, SCORES))
        assert (row.state, row.lessons) == ("queued", ("a#0", "a#1"))
        assert again.queued() == ["a"]
        arrays = again.lessons()["a#1"].arrays
        assert np.array_equal(arrays["image"], np.full((4, 5, 3), 2))
        assert np.array_equal(arrays["truth"], np.eye(4, 5, dtype=bool))


def test_the_same_id_again_changes_nothing(task: TaskFile) -> None:
    task.add_correction("a", "slice", False, [lesson(1)])
    task.add_correction("b", "slice", False, [])
    before = task.corrections()
    assert task.add_correction("a", "another slice", True, [lesson(2), lesson(3)]) == (1, True)
    assert task.corrections() == before
    assert task.lessons()["a#0"].arrays["image"].max() == 1


def test_a_page_counts_corrections_and_not_their_objects(task: TaskFile) -> None:
    task.add_correction("a", "slice", True, [lesson(1), lesson(2)])
    task.add_correction("b", "slice", False, [])
    task.add_correction("c", "slice", False, [lesson(3), lesson(4)])
    pages = [[row.correction_id for row in task.corrections(after, 2)] for after in (0, 1, 2**70)]
    assert pages == [["a", "b"], ["b", "c"], []]
    assert task.corrections(1, 2**70)[1].lessons == ("c#0", "c#1")
    assert task.counts() == (2, 1)


def test_a_correction_without_objects_is_one(task: TaskFile) -> None:
    task.add_correction("nothing there", "slice", False, [])
    row = task.correction("nothing there")
    assert (row.lessons, row.scores) == ((), ())


def test_scores_that_were_not_taken_are_none(task: TaskFile) -> None:
    task.add_correction("a", "s", False, [LessonRow({"x": np.zeros(1)}), LessonRow({}, Scores(0.25, 0.5, 1.0))])
    assert task.correction("a").scores == (Scores(0.25, 0.5, 1.0),)
    assert task.expert_losses_in_order() == []


def test_states_move_corrections_between_queue_and_lessons(task: TaskFile) -> None:
    for name in ("a", "b", "c"):
        teach(task, name)
    task.set_states({"a": "learned", "b": "quarantined"})
    assert task.queued() == ["c"]
    assert list(task.lessons(["learned"])) == ["a#0"]
    assert list(task.lessons(["queued", "learned"])) == ["a#0", "c#0"]
    assert [row.info.learned for row in task.corrections()] == [True, False, False]


def test_an_unknown_id_changes_no_state(task: TaskFile) -> None:
    teach(task, "a")
    with pytest.raises(NotFoundError, match="'z'"):
        task.set_states({"a": "learned", "z": "learned"})
    assert task.queued() == ["a"]


def test_lessons_come_in_the_order_of_saving_whatever_the_order_asked(task: TaskFile) -> None:
    for name in ("b", "a", "c"):
        task.add_correction(name, "s", False, [lesson(), lesson()])
    store = task.lessons_of(["c", "b", "c"])
    assert list(store) == ["b#0", "b#1", "c#0", "c#1"]
    assert "a#0" not in store
    with pytest.raises(KeyError):
        store["a#0"]
    with pytest.raises(NotFoundError, match="'z'"):
        task.lessons_of(["a", "z"])


def test_a_store_keeps_its_keys_while_others_are_saved(task: TaskFile) -> None:
    teach(task, "a")
    store = task.lessons()
    teach(task, "b")
    assert list(store) == ["a#0"]
    assert store["a#0"].arrays
    task.forget("a")
    with pytest.raises(NotFoundError, match="forgotten"):
        store["a#0"]


def test_expert_losses_are_kept_of_every_correction_in_order(task: TaskFile) -> None:
    task.add_correction("a", "s", False, [lesson(losses=(0.1, 0.2)), lesson(losses=None), lesson(losses=(0.3, 0.4))])
    task.add_correction("b", "s", False, [lesson(losses=(0.5, 0.6))])
    task.set_states({"a": "quarantined"})
    losses = task.expert_losses_in_order()
    assert [row.tolist() for row in losses] == [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
    assert losses[0].dtype == np.float64


@pytest.mark.parametrize("correction_id", ["", "x" * 201, "a\nb", "/home/me/volume.nii", "C:\\scans\\1", "\ud800"])
def test_an_id_that_is_none_is_refused(correction_id: str, task: TaskFile) -> None:
    with pytest.raises(InvalidInputError, match="correction id"):
        teach(task, correction_id)
    with pytest.raises(InvalidInputError, match="slice id"):
        task.add_correction("a", correction_id, False, [])
    assert task.corrections() == []


def test_a_lesson_that_cannot_be_stored_leaves_no_half_correction(task: TaskFile) -> None:
    bad = (
        LessonRow({"x": np.array([None])}),
        LessonRow({"x": np.zeros(1)}, expert_losses=np.array([0.5, np.nan])),
        LessonRow({"x": np.zeros(1)}, expert_losses=np.zeros((2, 2))),
    )
    for row in bad:
        with pytest.raises(InvalidInputError):
            task.add_correction("a", "s", False, [lesson(), row])
    assert task.corrections() == []
    assert task.add_correction("a", "s", False, [lesson()]) == (1, False)


def test_a_sequence_is_never_given_twice(task: TaskFile, path: Path) -> None:
    for name in ("a", "b"):
        teach(task, name)
    task.forget("b")
    task.close()
    with reopened(path) as again:
        assert again.add_correction("c", "s", False, []) == (3, False)
        again.reset()
        assert again.add_correction("a", "s", False, []) == (4, False)


def test_threads_may_save_and_read_at_once(task: TaskFile) -> None:
    failures: list[Exception] = []

    def work(name: str) -> None:
        try:
            for number in range(8):
                teach(task, f"{name}{number}")
                _ = [task.lessons()[key].arrays for key in task.lessons()]
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shall show it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [row.sequence for row in task.corrections()] == list(range(1, 17))


def test_a_lesson_is_decoded_once_while_it_is_cached(task: TaskFile) -> None:
    teach(task, "a")
    assert task.lessons()["a#0"] is task.lessons()["a#0"]


def test_the_cache_holds_no_more_than_its_bytes() -> None:
    cache = LessonCache(max_bytes=100)
    for name in ("a", "b"):
        cache.put(Lesson(name, {"x": np.zeros(40, np.uint8)}))
    assert cache.get("a") is not None  # b is the oldest now
    cache.put(Lesson("c", {"x": np.zeros(40, np.uint8)}))
    cache.put(Lesson("huge", {"x": np.zeros(101, np.uint8)}))
    assert [name for name in ("a", "b", "c", "huge") if cache.get(name)] == ["a", "c"]
    cache.clear()
    assert cache.get("a") is None

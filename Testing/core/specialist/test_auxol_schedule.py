"""How many steps an update takes, and what each is shown."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.options import AuxolOptions
from auxol_core.specialist.auxol.schedule import MOST_STEPS, REHEARSED_AT_ONCE, Drawn, steps_for
from auxol_core.specialist.base import Lesson

OPTIONS = AuxolOptions()


def lessons_of(shown: list[float | None], corrections: int = 1) -> dict[str, Lesson]:
    keys = [f"c{number % corrections}#{number}" for number in range(len(shown))]
    return {key: Lesson(key, {}, score) for key, score in zip(keys, shown, strict=True)}


@pytest.mark.parametrize(
    ("shown", "corrections", "steps"),
    [
        ([0.85], 1, 3),
        ([0.97], 1, 2),  # a confirmation, or nearly one, teaches lightly
        ([1.0, 1.0, 1.0], 3, 4),
        ([0.4], 1, 5),
        ([None], 1, 3),  # nothing is known of what was shown
        ([0.85] * 4, 1, 3),
        ([0.85] * 10, 1, 5),  # each of ten objects is seen about twice
        ([0.4] * 10, 1, 7),
        ([0.85] * 100, 1, MOST_STEPS),
        ([0.85, 0.85], 2, 4),
    ],
)
def test_the_steps_follow_from_the_objects_and_from_how_far_off_what_was_shown_was(
    shown: list[float | None], corrections: int, steps: int
) -> None:
    lessons = lessons_of(shown, corrections)
    assert steps_for(OPTIONS, list(lessons), lessons) == steps


def test_a_user_who_asks_for_many_steps_gets_them() -> None:
    lessons = lessons_of([0.85])
    assert steps_for(AuxolOptions(steps=40), list(lessons), lessons) == 40
    assert steps_for(AuxolOptions(adaptive=False), list(lessons), lessons_of([0.1])) == 3
    assert steps_for(AuxolOptions(steps=1), list(lessons), lessons_of([1.0])) == 1


def test_a_rehearsal_draws_fewer_and_from_all(monkeypatch: pytest.MonkeyPatch) -> None:
    lessons = lessons_of([0.9] * 6)
    seen: list[str] = []
    monkeypatch.setattr(Drawn, "_scenes", lambda self, key: seen.append(key) or [])
    monkeypatch.setattr("auxol_core.specialist.auxol.schedule.draw_sample", lambda *_: "a sample")
    rng = np.random.default_rng(0)
    drawn = Drawn((), lessons)
    assert all(len(drawn.batch(OPTIONS, rng)) == REHEARSED_AT_ONCE for _ in range(20))
    assert set(seen) == set(lessons)
    seen.clear()
    quick = Drawn(["c0#5"], lessons)
    assert len(quick.batch(OPTIONS, rng)) == OPTIONS.batch
    assert seen.count("c0#5") == 4

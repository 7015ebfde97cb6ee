"""A locator taught as a task would teach it, and what it sees of the patients to try."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from auxol_core.imaging.square import SquareGrid
from auxol_core.prompter.finders import LocatorSetting, locator_of
from auxol_core.prompter.located import presences_of, seen_on
from auxol_core.prompter.locating import Locator, Look, Sight
from auxol_core.specialist.base import Arrays
from auxol_core.steps import finish
from auxol_core.types import BoolArray, FloatArray, IntensityWindow, SliceImage
from tools.bench.find.cases import Labelled
from tools.bench.find.found import Found, found
from tools.bench.learn.patients import Patient

# A save pays about a second on one core; the idle scheduler goes on to so many steps in all.
STEPS_A_SAVE, STEPS = 10, 480


@dataclass(frozen=True, eq=False)
class Taught:
    """``locator`` with what it learned in use; ``cost_s``: CPU seconds of learning."""

    locator: Locator
    window: IntensityWindow
    cost_s: float

    def look(self, image: SliceImage) -> Look:
        """What it sees, on the slice's own grid."""
        grid = SquareGrid.of(image)
        look = self.locator.look(grid.image(self.window.apply(image)))
        if look is None:
            raise RuntimeError("Expected a locator that has learned, got one without a state. Teach it first.")
        return Look(look.presence, np.asarray(grid.logits_back(look.probability)))


def restored(labelled: Sequence[Labelled], preset: str, state: Arrays, cost_s: float) -> Taught:
    """The locator whose learned ``state`` was kept."""
    locator = _new(preset)
    locator.install(state)
    return Taught(locator, _window(labelled), cost_s)


def _new(preset: str) -> Locator:
    return locator_of(preset, LocatorSetting(seed=0, precision="float32", device="cpu"))


def _window(labelled: Sequence[Labelled]) -> IntensityWindow:
    """A task's window is that of the first slice it sees."""
    return IntensityWindow.of(labelled[0].patient.images[labelled[0].index])


def taught(labelled: Sequence[Labelled], preset: str, steps: int = STEPS) -> Taught:
    """A locator that has seen ``labelled`` saved one after another, a few steps each, and rehearsed the rest."""
    locator, window = _new(preset), _window(labelled)
    sights: dict[str, Sight] = {}
    began = time.process_time()
    for number, each in enumerate(labelled):
        image, truth = each.patient.images[each.index], each.patient.truth[each.index]
        grid = SquareGrid.of(image)
        sights[each.key] = Sight(each.key, locator.sight(grid.image(window.apply(image)), grid.mask(truth)))
        _save(locator, each.key, sights, number)
    run = locator.rehearsal(sights, seed=0)
    candidate = None
    for _ in range(steps - STEPS_A_SAVE * len(labelled)):
        candidate = next(run)
    if candidate is not None:
        locator.install(candidate().state)
    return Taught(locator, window, time.process_time() - began)


def _save(locator: Locator, key: str, sights: Mapping[str, Sight], seed: int) -> None:
    locator.install(finish(locator.learn([key], sights, seed=seed, steps=STEPS_A_SAVE)).state)


def locator_rows(taught: Taught, patients: Sequence[Patient]) -> Iterator[Found]:
    """The locator's own mask, on the slices of each volume that it takes to show the structure."""
    for patient in patients:
        looks = [taught.look(image) for image in patient.images]
        presences = presences_of([look.presence for look in looks], {}).tolist()
        for index, (look, presence) in enumerate(zip(looks, presences, strict=True)):
            mask: BoolArray = seen_on(look)[0]
            yield found(
                "locator", (patient.patient, patient.name, index), patient.truth[index], mask,
                presence=presence, shown=presence >= 0.5 and bool(mask.any()),
                confidence=_surest(look.probability), cost_s=taught.cost_s,
            )  # fmt: skip


def _surest(values: FloatArray) -> float:
    return float(values.max())

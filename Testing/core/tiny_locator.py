"""A locator as small as one can be: the mean grey of the structure and of slices without it, learned by gradient steps.

Its state is a counter of steps and two numbers, which move towards what the sights show by a draw of the seed, so that
other sights, another order, another seed or another number of steps give another state.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.options import TaskOptions
from auxol_core.prompter.locating import Look, Sight
from auxol_core.specialist.base import Arrays, Candidate
from auxol_core.types import BoolArray, FloatArray

QUICK = 4
RATE = 0.25


class TinyLocator:
    """See Locator. ``fingerprint``: another one makes another locator of it."""

    def __init__(self, fingerprint: str = "tiny 1") -> None:
        self.fingerprint = fingerprint
        self.state: Arrays = {}
        self.learned: list[tuple[str, ...]] = []  # what each lesson was told to be new

    def install(self, state: Arrays) -> None:
        if state and set(state) != {"steps", "inside", "outside"}:
            raise InvalidInputError(f"A tiny state was expected, got {sorted(state)}.")
        self.state = dict(state)

    def sight(self, image: FloatArray, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        thumbnail = image[::8, ::8, 0]
        return {"image": np.rint(thumbnail * 255).astype(np.uint8), "truth": truth[::8, ::8].copy()}

    def learn(
        self,
        new: Sequence[str],
        sights: Mapping[str, Sight],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        assert set(new) <= set(sights)
        self.learned.append(tuple(new))
        running = self.rehearsal(sights, seed=seed, start=start)
        for _ in range(QUICK if steps is None else steps):
            make = next(running)
            yield
        return make()

    def rehearsal(
        self, sights: Mapping[str, Sight], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        state = dict(self.state if start is None else start)
        values = {name: np.float32(state.get(name, 0.5)) for name in ("inside", "outside")}
        total, rng, keys = int(state.get("steps", 0)), np.random.default_rng(seed), list(sights)
        made = 0

        def make() -> Candidate:
            arrays = {name: np.array(value, np.float16) for name, value in values.items()}
            return Candidate({**arrays, "steps": np.array(total + made, np.int32)}, made)

        while True:
            arrays = sights[keys[int(rng.integers(len(keys)))]].arrays
            image, truth = np.asarray(arrays["image"], np.float32) / 255, np.asarray(arrays["truth"], bool)
            for name, part in (("inside", truth), ("outside", ~truth)):
                if part.any():
                    values[name] += np.float32(RATE) * (image[part].mean() - values[name])
            made += 1
            yield make

    def look(self, image: FloatArray) -> Look | None:
        if not self.state:
            return None
        middle = (float(self.state["inside"]) + float(self.state["outside"])) / 2
        probability = 1 / (1 + np.exp(-20 * (image[:, :, 0] - middle)))
        return Look(float((probability > 0.5).mean() > 0.02), np.asarray(probability, np.float32))


def tiny_locator(_: TaskOptions) -> TinyLocator:
    """What an engine makes of a task's options."""
    return TinyLocator()

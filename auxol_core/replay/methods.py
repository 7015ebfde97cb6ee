"""The methods of the benchmark: every preset, the generalist alone, and one that does not look at the image.

============  ===================================================================================================
shape         the ellipse inscribed in the box; for points a disc of the one radius that is best for the stream in
              hindsight
generalist    it alone: a task of the `paper` preset that is never corrected shows nothing else
paper         the published method
auxol         ours
PRESET        any other preset of the registry
PRESET-find   the same, found without a prompt: what ``--find`` makes of a preset
PRESET-frozen the same, never corrected: what its initial weights give, where it speaks untaught (`auxol-frozen`)
============  ===================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.options import DEFAULT_PRESET, TaskOptions
from auxol_core.replay.options import PROMPT_KINDS, PromptKind, ReplayOptions
from auxol_core.specialist.registry import completed, presets
from auxol_core.types import BoolArray, Box, Point, Prompt


@dataclass(frozen=True)
class Method:
    """``preset`` None: needs no engine. ``taught``: corrections are given to it. ``prompts`` it can answer. ``finds``:
    it is shown no prompt."""

    name: str
    preset: str | None
    taught: bool
    prompts: tuple[PromptKind, ...] = PROMPT_KINDS
    finds: bool = False

    @property
    def finding(self) -> Method:
        """The same, found without a prompt."""
        return replace(self, name=f"{self.name}-find", finds=True)

    def task_options(self, options: ReplayOptions) -> TaskOptions:
        """The options of this method's task."""
        preset = self.preset or DEFAULT_PRESET
        task = TaskOptions(
            preset=preset,
            seed=options.seed,
            learning=self.taught,
            paper=options.paper,
            auxol=options.auxol,
            own=options.own.get(preset),
        )
        return completed(task)


WITHOUT_LEARNING = (
    Method("shape", None, taught=False, prompts=("box", "point")),
    Method("generalist", "paper", taught=False),
)


def methods() -> dict[str, Method]:
    """Every method by name, in the order of a table."""
    found = list(WITHOUT_LEARNING)
    for preset in presets():
        found.append(Method(preset.name, preset.name, taught=True))
        if preset.speaks_untaught:
            found.append(Method(f"{preset.name}-frozen", preset.name, taught=False))
    return {method.name: method for method in found}


def methods_by_default() -> tuple[str, ...]:
    """The names of those that are compared where nobody names any."""
    left_out = {preset.name for preset in presets() if not preset.compared}
    return tuple(name for name, method in methods().items() if method.preset not in left_out)


# Names of earlier versions, in commands and in CSVs that were written then.
_FORMER = {"sam": "generalist"}


def canonical(name: str) -> str:
    """The name of a method as it is now; any other text as it is."""
    return _FORMER.get(name, name)


def chosen(names: Sequence[str], kind: PromptKind) -> tuple[list[Method], list[str]]:
    """The named methods that can answer prompts of ``kind``, and a note for each that cannot."""
    known, names = methods(), [canonical(name) for name in names]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        what = ", ".join(unknown) or "none"
        raise InvalidInputError(f"Methods must be some of {', '.join(known)}, separated by commas, got {what}.")
    wanted = [known[name] for name in dict.fromkeys(names)]
    notes = [f"{m.name} is skipped: it does not answer {kind} prompts." for m in wanted if kind not in m.prompts]
    return [m for m in wanted if kind in m.prompts], notes


def ellipse(box: Box, shape: tuple[int, int]) -> BoolArray:
    """The pixels of an image of ``shape`` (rows, columns) whose centres lie in the ellipse inscribed in ``box``."""
    row, col = box.centre
    down = (np.arange(shape[0]) + 0.5 - row) / (box.height / 2)
    right = (np.arange(shape[1]) + 0.5 - col) / (box.width / 2)
    return np.asarray(down[:, None] ** 2 + right[None, :] ** 2 <= 1.0)


def point_distance(points: Sequence[Point], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Distance in pixels of every pixel (rows, columns) to the nearest of ``points``."""
    rows, cols = np.arange(shape[0])[:, None], np.arange(shape[1])[None, :]
    return np.asarray(np.min([np.hypot(rows - p.row, cols - p.col) for p in points], axis=0))


def best_radius(cases: Iterable[tuple[Sequence[Point], BoolArray]]) -> int:
    """The whole radius (pixels) whose discs around the points have the highest mean Dice over (points, truth) cases."""
    longest, sums = 0, np.zeros(0)
    for points, truth in cases:
        steps = np.ceil(point_distance(points, (truth.shape[0], truth.shape[1]))).astype(np.int64)
        within = np.cumsum(np.bincount(steps.ravel()))
        hits = np.cumsum(np.bincount(steps[truth], minlength=within.size))
        scores = 2.0 * hits / (within + int(truth.sum()))
        length = max(longest, scores.size)
        sums, scores = (np.pad(a, (0, length - a.size), mode="edge" if a.size else "constant") for a in (sums, scores))
        longest, sums = length, sums + scores
    return max(1, int(np.argmax(sums))) if longest else 1


def drawn_shape(prompts: Sequence[Prompt], shape: tuple[int, int], radius: int) -> BoolArray:
    """What ``shape`` answers: the ellipses of the boxes, or discs of ``radius`` around the points, united."""
    result = np.zeros(shape, dtype=bool)
    for prompt in prompts:
        if prompt.box is not None:
            result |= ellipse(prompt.box, shape)
    points = [point for prompt in prompts for point in prompt.positives]
    return result | (point_distance(points, shape) <= radius) if points else result

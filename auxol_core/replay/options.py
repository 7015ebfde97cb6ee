"""The options of a replay, checked when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from auxol_core.errors import InvalidInputError
from auxol_core.options import AuxolOptions, PaperOptions

PromptKind = Literal["box", "point", "scribble", "lasso"]
PROMPT_KINDS: tuple[PromptKind, ...] = ("box", "point", "scribble", "lasso")
PointPlace = Literal["interior", "centroid"]
WindowOf = Literal["task", "volume"]
NoiseKind = Literal["erode", "dilate", "either"]
FOUND = "find"  # where a prompt's kind stands, of what was found without one
EngineKind = Literal["process", "worker"]  # in this process, or in one of its own over HTTP
NOISE_KINDS: tuple[NoiseKind, ...] = ("erode", "dilate", "either")
ENGINE_KINDS: tuple[EngineKind, ...] = ("process", "worker")


@dataclass(frozen=True)
class Noise:
    """Corrections worn off or grown: a kernel of ``share`` of the box's shorter side, half of it on each side."""

    kind: NoiseKind
    share: float

    @staticmethod
    def parse(text: str) -> Noise | None:
        """``erode:0.05``, ``dilate:0.1``, ``either:0.1``; ``none`` or empty: no noise. InvalidInputError otherwise."""
        if text in ("", "none"):
            return None
        kind, _, share = text.partition(":")
        try:
            size = float(share)
        except ValueError:
            size = -1.0
        for known in NOISE_KINDS:
            if kind == known and 0 < size <= 0.5:
                return Noise(known, size)
        raise InvalidInputError(
            f"Noise must be erode:SHARE, dilate:SHARE or either:SHARE with a share up to 0.5 (0.05 say), got {text!r}."
        )

    def __str__(self) -> str:
        return f"{self.kind}:{self.share:g}"


def check_axis(axis: int) -> None:
    """InvalidInputError unless it is an axis of a volume."""
    if isinstance(axis, bool) or axis not in (0, 1, 2):
        raise InvalidInputError(f"axis must be 0 (slices), 1 (rows) or 2 (columns), got {axis!r}.")


def check_window(window: str) -> None:
    """InvalidInputError unless it is a WindowOf."""
    if window not in ("task", "volume"):
        raise InvalidInputError(f"window must be task or volume, got {window!r}.")


def check_seed(seed: int) -> None:
    """InvalidInputError unless random numbers can be drawn from it, here and by the learners."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise InvalidInputError(f"seed must be a whole number in 0 .. {2**31 - 1:,}, got {seed!r}.")


@dataclass(frozen=True)
class PromptOptions:
    """How prompts are drawn. ``jitter``: every side moves by up to that share of the box; ``shift``: the whole box
    moves by exactly that share, left or right and up or down. The published shift study is jitter 0, shift 0.05.
    ``jitter`` of a scribble: the line leaves the middle by up to that share of the way to the edge; of a lasso: it
    keeps off the outline by up to twice that share of the piece's mean radius."""

    kind: PromptKind = "box"
    jitter: float = 0.1
    shift: float = 0.0
    point: PointPlace = "interior"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in PROMPT_KINDS:
            raise InvalidInputError(f"The prompt must be one of {', '.join(PROMPT_KINDS)}, got {self.kind!r}.")
        if self.point not in ("interior", "centroid"):
            raise InvalidInputError(f"The point must be interior or centroid, got {self.point!r}.")
        check_seed(self.seed)
        for name, value in (("jitter", self.jitter), ("shift", self.shift)):
            if not 0 <= value < 0.5:
                raise InvalidInputError(f"{name} must be a share of the box in 0 .. 0.5, got {value}.")


@dataclass(frozen=True)
class PlanOptions:
    """Which images, in which order. ``limit`` None: all; ``every``: every n-th slice of a volume; ``axis``: of the
    array (0 slices, 1 rows, 2 columns); ``window``: see ``streams``. ``empty``: also those without the structure."""

    limit: int | None = None
    every: int = 1
    axis: int = 0
    window: WindowOf = "task"
    seed: int = 0
    empty: bool = False

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise InvalidInputError(f"limit must be 1 or more images, got {self.limit}.")
        if self.every < 1:
            raise InvalidInputError(f"every must be 1 or more slices, got {self.every}.")
        check_axis(self.axis)
        check_window(self.window)
        check_seed(self.seed)


@dataclass(frozen=True)
class FeedbackOptions:
    """When a person corrects: every n-th image, and of these where the shown Dice is below ``review_below``.

    ``think_steps``, ``think_seconds``: how long the learner may go over its lessons again after each correction, the
    first reproducible, the second as in a clinic; 0: not at all. ``slip_every``: one image of so many is saved with a
    mask that is wrong altogether (slips.py); 0: none.
    """

    every: int = 1
    review_below: float | None = None
    noise: Noise | None = None
    seed: int = 0
    think_steps: int = 0
    think_seconds: float = 0.0
    slip_every: int = 0

    def __post_init__(self) -> None:
        if self.slip_every < 0:
            raise InvalidInputError(f"A slip is made every so many images, 0 for none, got {self.slip_every}.")
        if self.think_steps < 0 or not 0 <= self.think_seconds < float("inf") or self.think_steps * self.think_seconds:
            raise InvalidInputError(
                "Thinking takes either a number of steps or of seconds, 0 or more, got "
                f"{self.think_steps} steps and {self.think_seconds} s. Leave one out."
            )
        if self.every < 1:
            raise InvalidInputError(f"feedback must be 1 (every image) or more, got {self.every}.")
        if self.review_below is not None and not 0 < self.review_below <= 1:
            raise InvalidInputError(f"review-below must be a Dice in 0 .. 1, got {self.review_below}.")


@dataclass(frozen=True)
class ReplayOptions:
    """All of a replay but folders and machine. ``sequence``: names of streams to replay in one task, in this order.

    ``own``: options of presets other than ``paper`` and ``auxol`` by their names; what is left out has its
    defaults. ``find``: every image is found without a prompt, by the methods that learn, before it is corrected.
    """

    prompts: PromptOptions = field(default_factory=PromptOptions)
    plan: PlanOptions = field(default_factory=PlanOptions)
    feedback: FeedbackOptions = field(default_factory=FeedbackOptions)
    sequence: tuple[str, ...] = ()
    paper: PaperOptions = field(default_factory=PaperOptions)
    auxol: AuxolOptions = field(default_factory=AuxolOptions)
    own: Mapping[str, object] = field(default_factory=dict)
    seed: int = 0
    find: bool = False

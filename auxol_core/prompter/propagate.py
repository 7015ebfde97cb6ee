"""Through a volume: from the masks of a few slices to proposals on the slices between and beyond them.

From each seed a front goes each way, slice by slice; the next slice's prompt is made of the neighbour's mask. The front
nearest to its seed goes first, so that the slices around the seeds come first and two fronts meet in the middle. A
front ends where the range ends, where another one has been, where a person has saved a slice with nothing on it, or
where its answer is not worth showing.

How good an answer is, the model alone tells badly; ``trust.py`` says what tells more. That is the quality estimate of a
propagated slice. A slice is told when the next one is known: the last one before the structure ends, and one at which
the front lost it, is trusted less.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.metrics import dice
from auxol_core.prompter.base import MIN_PIXELS, REMOVED, Ground, Made
from auxol_core.prompter.trust import Look, chance, lasting
from auxol_core.types import TAKEN, BoolArray, Box, FloatArray, Prompt, Propagated, Proposal

# Measured on 10 brain tumours (FLAIR) and 13 anterior hippocampi, seeds at the largest slice and at a quarter of the
# structure, built-in generalist and a specialist taught 12 corrections of other patients. Mean Dice inside, without
# stopping: the neighbour's box as it is 0.67, moved on by half of its last change 0.67, by all of it 0.65; with the
# mask so far 0.64; grown by 5 % 0.63; a point inside added 0.66; the mask alone 0.66. With stopping, the Dice of the
# whole is 0.73 for the box moved on and 0.71 for the box as it is. One prompt for each component is no better than one
# for all (0.73, 0.73 of the tumours). Between two seeds a box on its way to the other seed's gives 0.82 where the box
# moved on gives 0.79 (two seeds at 1/5 and 4/5; 10 tumours, 8 hippocampi).
MOVED_ON = 0.5
# A side that would come to less than this share of what it was belongs to a mask that broke, not to one that shrinks.
LEAST_SIDE = 0.5
# A slice whose expected Dice is under half of the volume's makes the volume's lower. Quality is no absolute scale
# (MedSAM's is hardly one at all), so here it counts as a share of the best that the model expected on the way.
LEAST_EXPECTED = 0.45
# Beyond a seed the structure is there only if it was there all the way: the chances of the slices on the way are
# multiplied, each as a share of this one, above which a slice is as sure as slices are. It cuts long leaks (one
# of twelve slices, each taken for the structure with a chance of a half, to four) and no long organ: the
# mean Dice is the same.
SURE = 0.8
# Between two seeds the structure most likely goes on.
LEAST_BETWEEN = 0.15
# What the expected Dice of the slice before which a front ended is multiplied by.
AT_AN_END = 0.9


class Neighbours:
    """The prompter that goes from slice to slice, beginning at the ground's seeds."""

    def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
        """Plan and make the proposals of ``EngineApi.propagate``; see Prompter.

        Each slice is yielded once: with its proposal, one step of its front late, or with the reason where a front
        passes or ends. Slices beyond an end are not mentioned. Raises InvalidInputError at once without a seed or with
        one that is empty, not a mask, outside the range or of another shape than the others; and later if the slices
        are not of the seeds' shape. What ``propose`` raises ends the propagation; what came stays.
        """
        return _Plan(ground, _checked(ground.seeds, len(ground.slices))).run()


def prompt_from(mask: BoolArray, before: BoolArray | None = None, goal: tuple[Box, float] | None = None) -> Prompt:
    """The prompt for a slice whose neighbour has ``mask`` (H, W), not empty: the box of it, moved on.

    ``goal``: the box of the seed on the other side and which share of the way there this slice lies; the box goes that
    far. Without it the box goes on by half of its last change since ``before``, the mask before: a structure that
    shrinks or wanders goes on to.
    """
    box = Box.of_mask(mask)
    earlier = None if before is None else Box.of_mask(before)
    if box is None or (goal is None and earlier is None):
        return Prompt(box=box)
    if goal is not None:
        return Prompt(box=_moved(box, box, goal[0], goal[1], mask.shape))
    return Prompt(box=_moved(box, earlier or box, box, MOVED_ON, mask.shape))


def _moved(box: Box, start: Box, end: Box, share: float, shape: tuple[int, ...]) -> Box:
    """``box`` moved by ``share`` of the way from ``start`` to ``end``, on the slice; as it is where it would break."""
    moves = ((end.row0 - start.row0), (end.col0 - start.col0), (end.row1 - start.row1), (end.col1 - start.col1))
    up, left, down, right = (share * move for move in moves)
    row0, row1 = max(0.0, box.row0 + up), min(float(shape[0]), box.row1 + down)
    col0, col1 = max(0.0, box.col0 + left), min(float(shape[1]), box.col1 + right)
    if row1 - row0 < LEAST_SIDE * box.height or col1 - col0 < LEAST_SIDE * box.width:
        return box
    return Box(row0, col0, row1, col1)


@dataclass(eq=False)
class _Front:
    """One way from one seed.

    ``index``: the next slice; ``mask``: the nearest one so far, of slice ``at``, ``before`` the one before it;
    ``look``: of the seed; ``likeness``: lasting, so far; ``way``: the chance that it has been the structure since the
    seed; ``best``: what the model expected where it was surest; ``goal``: the seed on the other side with its box,
    None where there is none; ``held``: the slice that it made last, not told yet; ``doubt``: the expected Dice where
    it ended.
    """

    seed: int
    step: int
    goal: tuple[int, Box] | None
    mask: BoolArray = field(repr=False)
    before: BoolArray | None = field(default=None, repr=False)
    look: Look | None = field(default=None, repr=False)
    likeness: float = 1.0
    way: float = 1.0
    best: float = 0.0
    doubt: float = 0.0
    at: int = field(init=False)
    index: int = field(init=False)
    held: Propagated | None = None
    ended_at: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        self.at, self.index = self.seed, self.seed + self.step

    @property
    def prompt(self) -> Prompt:
        """The prompt for the next slice."""
        if self.goal is None:
            return prompt_from(self.mask, self.before)
        index, box = self.goal
        return prompt_from(self.mask, goal=(box, (self.index - self.at) / (index - self.at)))

    @property
    def distance(self) -> int:
        return abs(self.index - self.seed)


class _Plan:
    """One propagation under way."""

    def __init__(self, ground: Ground, seeds: Mapping[int, BoolArray]) -> None:
        self._ground, self._slices = ground, ground.slices
        self._told = set(seeds)
        order = sorted(seeds)
        ahead, behind = [*order[1:], None], [None, *order[:-1]]
        self._fronts = [
            _Front(seed, step, self._goal(seed, other, seeds), seeds[seed])
            for seed, *others in zip(order, ahead, behind, strict=True)
            for step, other in zip((1, -1), others, strict=True)
        ]

    def _goal(self, seed: int, other: int | None, seeds: Mapping[int, BoolArray]) -> tuple[int, Box] | None:
        """The next seed, where there is one and nobody has said that the structure is interrupted on the way there."""
        if other is None or any(
            self._ground.is_taken(index) and self._ground.is_empty(index)
            for index in range(min(seed, other) + 1, max(seed, other))
        ):
            return None
        box = Box.of_mask(seeds[other])
        return None if box is None else (other, box)

    def run(self) -> Generator[Propagated | None, None, None]:
        """Let the front that is nearest to its seed make a slice, until none is left."""
        active = list(self._fronts)
        while active:
            front = min(active, key=lambda each: each.distance)
            yield from self._advance(front)
            if front.ended_at is not None:
                active.remove(front)
                yield from self._let_go(front)
                yield from self._ends(front, active)

    def _advance(self, front: _Front) -> Generator[Propagated | None, None, None]:
        index = front.index
        if not 0 <= index < len(self._slices) or index in self._told:
            front.ended_at = index
            return
        taken = self._ground.is_taken(index)
        if not taken:
            made = yield from self._made(front)
            taken = self._ground.is_taken(index)
        if taken and self._ground.is_empty(index):
            front.reason, front.ended_at = REMOVED, index
            return
        if taken:
            # Its mask is not known here, so the front goes past it with the last one it has.
            self._told.add(index)
            front.index += front.step
            yield Propagated(index, None, TAKEN)
            return
        proposal, share = self._judged(front, made.proposal)
        front.reason = shortcoming(proposal, share, LEAST_EXPECTED if front.goal is None else LEAST_BETWEEN)
        if front.reason:
            front.ended_at, front.doubt = index, proposal.quality
            return
        self._told.add(index)
        yield from self._let_go(front)
        front.held = Propagated(index, proposal, confidence=proposal.quality)
        front.before, front.mask, front.at, front.index = front.mask, proposal.mask, index, index + front.step

    def _judged(self, front: _Front, proposal: Proposal) -> tuple[Proposal, float]:
        """``proposal`` with the quality of a propagated slice, and what decides whether the front goes on.

        That is the same with the model's best on the way for a quality of 1, and with the chance of the whole way
        where that is lower.
        """
        if front.look is None:  # of the seed, whose mask it still has
            front.look = Look.of(self._pixels(front.seed, front.mask), front.mask)
        likeness = front.look.likeness(self._pixels(front.index, front.mask), proposal.mask)
        front.likeness = lasting(front.likeness, likeness)
        right = chance(dice(proposal.mask, front.mask), front.likeness)
        front.best = max(front.best, proposal.quality)
        of_best = proposal.quality / front.best if front.best > 0 else 1.0
        front.way *= min(1.0, right / SURE)
        likely = right if front.goal is not None else min(right, front.way)
        return replace(proposal, quality=proposal.quality * right), of_best * likely

    def _let_go(self, front: _Front) -> Generator[Propagated, None, None]:
        """Yield the slice that the front made last; one before which it ended is trusted less."""
        held, front.held = front.held, None
        if held is None or held.proposal is None:
            return
        if self._ground.is_taken(held.index):
            yield Propagated(held.index, None, TAKEN)
            return
        if front.reason:
            quality = held.proposal.quality * AT_AN_END
            held = replace(held, proposal=replace(held.proposal, quality=quality), confidence=quality)
        yield held

    def _made(self, front: _Front) -> Generator[None, None, Made]:
        made = yield from self._ground.propose(self._slices[front.index], front.prompt)
        yield
        return made

    def _pixels(self, index: int, mask: BoolArray) -> FloatArray:
        pixels = self._ground.pixels(index)
        if pixels.shape != mask.shape:
            raise InvalidInputError(
                f"The seeds must have the slices' shape {pixels.shape}, got {mask.shape}. Send masks of whole slices."
            )
        return pixels

    def _ends(self, front: _Front, active: Sequence[_Front]) -> Generator[Propagated, None, None]:
        """Tell where the structure ends, once no other front can come and find that it goes on."""
        goal = None if front.goal is None else front.goal[0]
        facing = [each for each in self._fronts if each.seed == goal and each.step == -front.step]
        if any(each in active for each in facing):
            return
        for each in (front, *facing):
            if each.reason and each.ended_at is not None and each.ended_at not in self._told:
                self._told.add(each.ended_at)
                yield Propagated(each.ended_at, None, each.reason, each.doubt)


def shortcoming(proposal: Proposal, expected: float, least: float) -> str:
    """Why a front ends at ``proposal``, in a sentence's part; empty where it goes on.

    ``expected``: what Dice it most likely has; ``least``: what that must be.
    """
    pixels = int(np.count_nonzero(proposal.mask))
    if pixels < MIN_PIXELS:
        return f"the structure ends: {'only a speck is left' if pixels else 'nothing is found here'}"
    if expected < least:
        return f"the structure ends or is lost: a Dice of {expected:.2f} is expected, under {least:.2f}"
    return ""


def _checked(seeds: Mapping[int, BoolArray], count: int) -> dict[int, BoolArray]:
    if not seeds:
        raise InvalidInputError(
            "Propagation needs at least one seed, a slice whose mask a person has accepted, got none. Accept one first."
        )
    masks = {}
    for index, mask in seeds.items():
        if isinstance(index, bool) or not isinstance(index, int | np.integer) or not 0 <= index < count:
            raise InvalidInputError(
                f"A seed's index must lie in the range of {count} slices, 0 .. {count - 1}, got {index!r}. "
                "Widen the range, or leave that seed out."
            )
        masks[int(index)] = _checked_mask(int(index), mask)
    shapes = {mask.shape for mask in masks.values()}
    if len(shapes) > 1:
        raise InvalidInputError(
            f"All seeds must have the shape of the volume's slices, got {sorted(shapes)}. Send masks of whole slices."
        )
    return masks


def _checked_mask(index: int, mask: BoolArray) -> BoolArray:
    array = np.asarray(mask)
    if array.ndim != 2 or array.dtype.kind not in "bui" or not (array.dtype == bool or np.isin(array, (0, 1)).all()):
        raise InvalidInputError(
            f"The seed on slice {index} must be a mask (rows, columns) of bool, or of 0 and 1, got {array.dtype} "
            f"{array.shape}. Send mask > 0 of the whole slice."
        )
    if np.count_nonzero(array) == 0:
        raise InvalidInputError(
            f"The seed on slice {index} is empty and shows nothing to follow. Segment that slice, or leave it out."
        )
    return np.array(array, dtype=bool)

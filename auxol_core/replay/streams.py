"""A stream: one structure's images in the order in which they are replayed, prepared as the benchmark asks.

Preparation: an image whose longer side is under 256 px is enlarged to that (bicubic; its mask by nearest pixel) and
its spacing shrinks with it, so that distances stay what they were. Pieces of the truth under 16 px a side get no
prompt and are left out of the truth; images without any piece left are skipped. Both are counted.

``window`` task: volumes go to the engine as they are, and the task's one intensity window maps them. ``window``
volume: each volume is first mapped by its own 0.5th and 99.5th percentile to 8 bit, as viewers do when they load one;
for MR of no common scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from auxol_core.errors import DataError
from auxol_core.imaging import eight_bit, files
from auxol_core.replay.labels import patient_of
from auxol_core.replay.options import PlanOptions
from auxol_core.replay.prompts import Component, components, has_component, rng_for
from auxol_core.replay.sources import Pair, Problem, Structure
from auxol_core.types import BoolArray

MIN_LONGER_SIDE = 256
MIN_VOLUMES = 8

Spacing = tuple[float, float]


@dataclass(frozen=True)
class Item:
    """One image of a stream before it is read; ``index`` is the slice of a volume."""

    pair: Pair
    index: int | None = None

    @property
    def name(self) -> str:
        return self.pair.name if self.index is None else f"{self.pair.name}#{self.index}"


@dataclass(frozen=True, eq=False)
class Sample:
    """A prepared image. ``truth`` is the union of its ``components``; ``spacing`` in mm or, where that is unknown
    (``spacing_mm`` None), in pixels of the file; ``small`` pieces were left out."""

    name: str
    patient: str
    pixels: files.Pixels = field(repr=False)
    spacing: Spacing
    spacing_mm: Spacing | None
    components: tuple[Component, ...] = field(repr=False)
    small: int

    @property
    def truth(self) -> BoolArray:
        if not self.components:
            return np.zeros(self.pixels.shape[:2], dtype=bool)
        return np.asarray(np.logical_or.reduce([part.mask for part in self.components]))


@dataclass(frozen=True)
class Counts:
    """What planning skipped: images or slices without the structure, and those where every piece is too small."""

    empty: int = 0
    small: int = 0


@dataclass(frozen=True)
class Stream:
    """``items`` in order. ``problems`` of its set and of its own files."""

    name: str
    structure: Structure
    items: tuple[Item, ...] = field(repr=False)
    plan: PlanOptions
    counts: Counts
    problems: tuple[Problem, ...]

    def samples(self) -> Iterator[Sample]:
        """Read and prepare image after image; a volume stays in memory while its slices follow one another."""
        value = self.structure.value
        if self.structure.source.kind == "images":
            for item in self.items:
                yield _image_sample(item, value)
            return
        held, stack = None, None
        for item in self.items:
            if stack is None or item.pair is not held:
                held, stack = item.pair, _Stack.read(item.pair, value, self.plan)
            yield stack.sample(item)

    def cut(self, parts: int) -> list[Stream]:
        """The stream in ``parts`` consecutive pieces of equal length (what does not divide is left out)."""
        size = len(self.items) // parts
        if size == 0:
            raise DataError(f"{self.name} has {len(self.items)} images, too few for {parts} parts of a sequence.")
        return [replace(self, items=self.items[i * size : (i + 1) * size]) for i in range(parts)]


def plan_stream(structure: Structure, plan: PlanOptions, parts: int = 1) -> Stream:
    """Choose the images of a stream: ``plan.limit`` of them for each of ``parts``, in an order drawn by the seed.

    N images of a set of volumes are N prompted slices, spread evenly over at least 8 volumes where there are as many.
    Raises DataError if no image can be prompted.
    """
    limit = None if plan.limit is None else plan.limit * parts
    source = structure.source
    order = [source.pairs[i] for i in rng_for(plan.seed, "order", source.name).permutation(len(source.pairs))]
    survey = _Survey(structure.value, plan)
    images = source.kind == "images"
    items = survey.images(order, limit) if images else survey.slices(order, limit, MIN_VOLUMES * parts)
    if not items:
        raise DataError(
            f"{structure.stream}: none of {len(order)} {source.kind} has a piece of at least 16 x 16 px to prompt "
            f"({survey.empty} without the structure, {survey.small} with too small pieces alone, after enlarging)."
        )
    problems = (*source.problems, *survey.problems)
    return Stream(structure.stream, structure, tuple(items), plan, Counts(survey.empty, survey.small), problems)


class _Survey:
    """Walks over a set's files, keeps what can be prompted and counts the rest."""

    def __init__(self, value: int, plan: PlanOptions) -> None:
        self.value, self.plan = value, plan
        self.empty = self.small = 0
        self.problems: list[Problem] = []

    def images(self, order: Sequence[Pair], limit: int | None) -> list[Item]:
        items: list[Item] = []
        for pair in order:
            if limit is not None and len(items) >= limit:
                break
            try:
                files.read_picture(pair.image)
                labels = files.read_picture_labels(pair.labels)
            except DataError as error:
                self.problems.append(Problem(pair.name, str(error)))
                continue
            if self._promptable(np.asarray(labels == self.value)):
                items.append(Item(pair))
        return items

    def slices(self, order: Sequence[Pair], limit: int | None, min_volumes: int) -> list[Item]:
        found: list[tuple[Pair, list[int]]] = []
        for pair in order:
            if limit is not None and len(found) >= min_volumes and sum(len(s) for _, s in found) >= limit:
                break
            try:
                stack = _Stack.read(pair, self.value, self.plan)
            except DataError as error:
                self.problems.append(Problem(pair.name, str(error)))
                continue
            count = stack.truth.shape[0]
            indices = [i for i in range(0, count, self.plan.every) if self._promptable(stack.truth[i])]
            if indices:
                found.append((pair, indices))
        quotas = shared_out(limit, [len(s) for _, s in found])
        return [
            Item(pair, index)
            for (pair, indices), quota in zip(found, quotas, strict=True)
            for index in evenly(indices, quota)
        ]

    def _promptable(self, truth: BoolArray) -> bool:
        if not truth.any():
            self.empty += not self.plan.empty
            return self.plan.empty
        if not has_component(enlarged_mask(truth)):
            self.small += 1
            return False
        return True


def shared_out(limit: int | None, capacities: Sequence[int]) -> list[int]:
    """How many each of the holders gives so that together they give ``limit`` (or all), as evenly as they can."""
    if limit is None or limit >= sum(capacities):
        return list(capacities)
    quotas = [0] * len(capacities)
    left = limit
    while left:
        for i, capacity in enumerate(capacities):
            if left and quotas[i] < capacity:
                quotas[i] += 1
                left -= 1
    return quotas


def evenly(values: Sequence[int], count: int) -> list[int]:
    """``count`` of ``values``, spread evenly, in order."""
    return [values[int((i + 0.5) * len(values) / count)] for i in range(count)]


@dataclass(frozen=True, eq=False)
class _Stack:
    """A volume turned so that its first axis is the one that is sliced, and one structure's truth alike."""

    pixels: files.Pixels
    truth: BoolArray
    spacing: Spacing

    @staticmethod
    def read(pair: Pair, value: int, plan: PlanOptions) -> _Stack:
        volume, labels = files.read_volume(pair.image), files.read_volume_labels(pair.labels, pair.image)
        if volume.pixels.shape != labels.shape:
            raise DataError(f"{pair.name}: volume {volume.pixels.shape} and labels {labels.shape} differ in shape.")
        pixels = eight_bit.to_8_bit(volume.pixels) if plan.window == "volume" else volume.pixels
        row, col = (s for axis, s in enumerate(volume.spacing_mm) if axis != plan.axis)
        return _Stack(np.moveaxis(pixels, plan.axis, 0), np.moveaxis(labels == value, plan.axis, 0), (row, col))

    def sample(self, item: Item) -> Sample:
        index = item.index or 0
        pixels, truth = np.ascontiguousarray(self.pixels[index]), np.ascontiguousarray(self.truth[index])
        return _prepared(item, pixels, truth, self.spacing)


def _image_sample(item: Item, value: int) -> Sample:
    pixels = files.read_picture(item.pair.image)
    return _prepared(item, pixels, np.asarray(files.read_picture_labels(item.pair.labels) == value), None)


def _prepared(item: Item, pixels: files.Pixels, truth: BoolArray, spacing_mm: Spacing | None) -> Sample:
    large, scale = enlarged(pixels)
    kept, small = components(enlarged_mask(truth))
    # Pictures carry no pixel size that means anything in the body (a TIFF's is for printing): distances in pixels.
    rows, cols = spacing_mm or (1.0, 1.0)
    spacing = (rows / scale[0], cols / scale[1])
    known = None if spacing_mm is None else spacing
    return Sample(item.name, patient_of(item.pair.name), large, spacing, known, tuple(kept), small)


def enlarged(pixels: files.Pixels) -> tuple[files.Pixels, tuple[float, float]]:
    """``pixels`` (rows, columns[, 3]) with a longer side of at least 256 px, and the scale along rows and columns."""
    shape = (pixels.shape[0], pixels.shape[1])
    target = _target(shape)
    if target == shape:
        return pixels, (1.0, 1.0)
    if pixels.dtype not in (np.uint8, np.uint16, np.int16, np.float32, np.float64):
        pixels = pixels.astype(np.float32)  # OpenCV has no bicubic for other types
    large = cv2.resize(np.ascontiguousarray(pixels), (target[1], target[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large), (target[0] / shape[0], target[1] / shape[1])


def enlarged_mask(mask: BoolArray) -> BoolArray:
    """``mask`` (rows, columns) enlarged as ``enlarged`` does with its image, by the nearest pixel."""
    target = _target((mask.shape[0], mask.shape[1]))
    if target == mask.shape:
        return mask
    # "Exact" takes the nearest pixel centre, as the bicubic image does; plain nearest would shift by half a pixel.
    large = cv2.resize(mask.astype(np.uint8), (target[1], target[0]), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(large > 0)


def _target(shape: tuple[int, int]) -> tuple[int, int]:
    longer = max(shape)
    if longer >= MIN_LONGER_SIDE:
        return shape
    rows, cols = (max(1, round(side * MIN_LONGER_SIDE / longer)) for side in shape)
    return rows, cols

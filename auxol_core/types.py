"""What the rooms hand to one another: frozen dataclasses, checked when they are made.

Conventions, valid everywhere in this package
---------------------------------------------
* Arrays of a slice are (rows, columns) or (rows, columns, 3); volumes are (slices, rows, columns), numpy's order of
  what SimpleITK and Slicer give.
* ``row``/``col`` of a point are pixel indices: the centre of the first pixel is (0, 0). Fractions are allowed.
* A box is half-open in pixel indices, ``mask[row0:row1, col0:col1]``; its edges may be fractions and lie outside.
* Lengths in millimetres are named ``_mm``; everything else is in pixels.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.greys import range_of
from auxol_core.plain_numbers import plain_number, plain_truth
from auxol_core.scales import GreyScale
from auxol_core.strokes import MAX_VERTICES, Stroke, check_on_image

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """Half-open box in pixel indices: rows ``row0 <= r < row1``, columns ``col0 <= c < col1``.

    Its edges are floats whatever numbers it is made of, numpy's included; InvalidInputError for text.
    """

    row0: float
    col0: float
    row1: float
    col1: float

    def __post_init__(self) -> None:
        for name in ("row0", "col0", "row1", "col1"):
            object.__setattr__(self, name, plain_number(getattr(self, name), f"a box's {name}"))
        edges = (self.row0, self.col0, self.row1, self.col1)
        if not all(math.isfinite(edge) for edge in edges):
            raise InvalidInputError(f"A box needs four finite edges, got {edges}. Draw the box again.")
        if self.row1 <= self.row0 or self.col1 <= self.col0:
            raise InvalidInputError(
                f"A box needs row0 < row1 and col0 < col1 (half-open, in pixels), got {edges}. "
                "Drag it from one corner to the opposite one."
            )

    @property
    def height(self) -> float:
        return self.row1 - self.row0

    @property
    def width(self) -> float:
        return self.col1 - self.col0

    @property
    def centre(self) -> tuple[float, float]:
        """(row, col) of the middle, in pixel-edge coordinates (a 1-pixel box at index 0 has its centre at 0.5)."""
        return (self.row0 + self.row1) / 2, (self.col0 + self.col1) / 2

    def iou(self, other: Box) -> float:
        """Intersection over union with ``other``, 0..1."""
        height = min(self.row1, other.row1) - max(self.row0, other.row0)
        width = min(self.col1, other.col1) - max(self.col0, other.col0)
        both = max(0.0, height) * max(0.0, width)
        return both / (self.height * self.width + other.height * other.width - both)

    def in_shares_of(self, shape: tuple[int, ...]) -> Box:
        """The same place in shares 0..1 of the rows and columns of an image of ``shape``."""
        return self.scaled(1 / shape[0], 1 / shape[1])

    def scaled(self, rows: float, cols: float) -> Box:
        """Every edge times ``rows`` or ``cols``, both above 0."""
        return Box(self.row0 * rows, self.col0 * cols, self.row1 * rows, self.col1 * cols)

    def overlaps(self, shape: tuple[int, int]) -> bool:
        """Whether any part of it lies on an image of ``shape`` (rows, columns)."""
        return self.row0 < shape[0] and self.col0 < shape[1] and self.row1 > 0 and self.col1 > 0

    @staticmethod
    def of_mask(mask: BoolArray) -> Box | None:
        """The tight box of a mask (rows, columns); None if it is empty."""
        rows = np.flatnonzero(mask.any(axis=1))
        if rows.size == 0:
            return None
        cols = np.flatnonzero(mask.any(axis=0))
        return Box(float(rows[0]), float(cols[0]), float(rows[-1] + 1), float(cols[-1] + 1))


@dataclass(frozen=True)
class Point:
    """A click: pixel indices (centre of the first pixel is 0, 0) and whether it marks the object or not-the-object.

    Floats and a bool whatever it is made of, numpy's included; InvalidInputError for text, and for a ``positive`` that
    is neither true nor false.
    """

    row: float
    col: float
    positive: bool = True

    def __post_init__(self) -> None:
        for name in ("row", "col"):
            object.__setattr__(self, name, plain_number(getattr(self, name), f"a point's {name}"))
        object.__setattr__(self, "positive", plain_truth(self.positive, "a point's positive"))
        if not (math.isfinite(self.row) and math.isfinite(self.col)):
            raise InvalidInputError(f"A point needs finite row and col, got ({self.row}, {self.col}). Click again.")

    def inside(self, shape: tuple[int, int]) -> bool:
        """Whether it lies on an image of ``shape`` (rows, columns)."""
        return -0.5 <= self.row < shape[0] - 0.5 and -0.5 <= self.col < shape[1] - 0.5


# The kinds of prompt that have a field of their own, and that every model here knows; strokes name theirs.
BOX, POINTS, MASK = "box", "points", "mask"
PLAIN_KINDS = frozenset({BOX, POINTS, MASK})


@dataclass(frozen=True, eq=False)
class Prompt:
    """What the user showed of one object: a box, points, strokes, or several of these, and perhaps the mask so far.

    ``mask`` is the probability (0..1, float32) or truth (bool) of the object so far, (rows, columns) of the slice:
    the proposal that the next click repairs, or the neighbouring slice's accepted mask. ``strokes``: what was drawn
    freehand, see strokes.py; a model that does not know them is shown what it knows (imaging/lowering.py).
    """

    box: Box | None = None
    points: tuple[Point, ...] = ()
    mask: FloatArray | None = field(default=None, repr=False)
    strokes: tuple[Stroke, ...] = ()

    def __post_init__(self) -> None:
        vertices = sum(len(stroke.vertices) for stroke in self.strokes)
        if vertices > MAX_VERTICES:
            raise InvalidInputError(
                f"The strokes of a prompt may have {MAX_VERTICES:,} vertices, got {vertices:,}. Draw fewer of them."
            )
        if self.mask is not None:
            mask = np.asarray(self.mask, dtype=np.float32)
            if not np.isfinite(mask).all():
                raise InvalidInputError(
                    "The mask so far must be finite (a probability 0..1 or a truth value), got NaN or infinite values. "
                    "Send it anew, or leave it out."
                )
            object.__setattr__(self, "mask", mask)
        shown = [each.positive for each in self.points] + [each.positive for each in self.strokes]
        if self.box is None and self.mask is None and not any(shown):
            raise InvalidInputError(
                "A prompt needs a box, a positive point or stroke, or a mask so far, got "
                f"{len(self.points)} negative points and {len(self.strokes)} negative strokes alone. "
                "Click inside the object or drag a box around it."
            )

    @property
    def positives(self) -> tuple[Point, ...]:
        return tuple(p for p in self.points if p.positive)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds it is made of: ``box``, ``points``, ``mask`` and those of its strokes."""
        plain = ((BOX, self.box is not None), (POINTS, bool(self.points)), (MASK, self.mask is not None))
        return frozenset([kind for kind, there in plain if there] + [stroke.kind for stroke in self.strokes])

    def check_against(self, shape: tuple[int, int]) -> None:
        """Raise InvalidInputError unless this prompt lies on an image of ``shape`` (rows, columns)."""
        if self.box is not None and not self.box.overlaps(shape):
            raise InvalidInputError(
                f"The box {self.box} lies outside the image of {shape[0]} rows and {shape[1]} columns. "
                "Draw it on the image."
            )
        for point in self.points:
            if not point.inside(shape):
                raise InvalidInputError(
                    f"The point ({point.row:g}, {point.col:g}) lies outside the image of {shape[0]} rows and "
                    f"{shape[1]} columns. Click on the image."
                )
        for stroke in self.strokes:
            check_on_image(stroke, shape)
        if self.mask is not None and self.mask.shape != shape:
            raise InvalidInputError(
                f"The mask so far must have the image's shape {shape}, got {self.mask.shape}. Send it for this slice."
            )


MAX_PIXELS = 36_000_000
MIN_SIDE = 2


@dataclass(frozen=True, eq=False)
class SliceImage:
    """One slice or image as the host has it.

    ``pixels``: (rows, columns) or (rows, columns, 1 or 3), any integer or float dtype, finite. ``spacing_mm``: size
    of a pixel along rows and columns in millimetres, None where it is unknown. ``scale``: what is known of the greys of
    the volume that it is of; None: it is all that is known. A task without a window takes that of its first slice.
    """

    pixels: NDArray[np.generic] = field(repr=False)
    spacing_mm: tuple[float, float] | None = None
    scale: GreyScale | None = None

    def __post_init__(self) -> None:
        pixels = np.asarray(self.pixels)
        if pixels.ndim == 3 and pixels.shape[2] == 1:
            pixels = pixels[:, :, 0]
        if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
            raise InvalidInputError(
                f"A slice must be (rows, columns) or (rows, columns, 3), got shape {pixels.shape}. "
                "Choose a grey or an RGB image; drop the alpha channel of a 4-channel one."
            )
        if pixels.dtype.kind not in "uif":
            raise InvalidInputError(f"A slice holds integers or floats, got dtype {pixels.dtype}. Convert it first.")
        if min(pixels.shape[:2]) < MIN_SIDE:
            raise InvalidInputError(
                f"A slice needs at least {MIN_SIDE} pixels a side, got shape {pixels.shape}. Choose another one."
            )
        if pixels.shape[0] * pixels.shape[1] > MAX_PIXELS:
            raise InvalidInputError(
                f"A slice may hold at most {MAX_PIXELS:,} pixels, got {pixels.shape[0]} x {pixels.shape[1]}. "
                "Crop the volume or resample it to a coarser spacing."
            )
        if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
            bad = int(pixels.size - np.isfinite(pixels).sum())
            raise InvalidInputError(
                f"A slice must be finite, got {bad} NaN or infinite values. "
                "Replace them (by the volume's minimum, say)."
            )
        spacing = self.spacing_mm
        if spacing is not None:
            spacing = tuple(plain_number(length, "a spacing in mm") for length in spacing)  # type: ignore[assignment]
            object.__setattr__(self, "spacing_mm", spacing)
        if spacing is not None and not (len(spacing) == 2 and all(math.isfinite(s) and s > 0 for s in spacing)):
            raise InvalidInputError(
                f"Spacing must be two positive lengths in mm (along rows, along columns), got {spacing}. "
                "Give None where it is not known."
            )
        object.__setattr__(self, "pixels", pixels)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])

    @property
    def slice_id(self) -> str:
        """SHA-256 over dtype, shape and content: the same pixels have the same id wherever they come from."""
        contiguous = np.ascontiguousarray(self.pixels)
        digest = hashlib.sha256(f"{contiguous.dtype.str}{contiguous.shape}".encode())
        digest.update(contiguous.data)
        return digest.hexdigest()


@dataclass(frozen=True)
class IntensityWindow:
    """The grey range that a task sees: ``low`` becomes 0, ``high`` becomes 1, what lies outside is clipped."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.high - self.low) and self.low < self.high):
            raise InvalidInputError(
                f"An intensity window needs low < high, both finite, got {self.low} .. {self.high}. Widen it."
            )

    @staticmethod
    def of(image: SliceImage) -> IntensityWindow:
        """That of its volume, where it is known; else of its own pixels (greys.range_of)."""
        found = image.scale or range_of(image.pixels)
        return IntensityWindow(found.low, found.high)

    def apply(self, image: SliceImage) -> FloatArray:
        """(rows, columns, 3) float32 in 0..1; grey is repeated."""
        # float32 holds 8- and 16-bit values exactly; large integers and sentinels near its limit need more.
        pixels = image.pixels.astype(np.float32 if image.pixels.dtype.itemsize <= 2 else np.float64)
        unit = np.clip((pixels - self.low) / (self.high - self.low), 0.0, 1.0).astype(np.float32)
        return np.repeat(unit[:, :, None], 3, axis=2) if unit.ndim == 2 else unit


def probability_of(logits: NDArray[np.floating[Any]]) -> FloatArray:
    """Sigmoid of ``logits``, float32; clipped where float32 could tell no difference from 0 or 1."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -15.0, 15.0))), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A model's opinion on one object of a slice.

    ``logits``: (rows, columns) float32, mask where above 0. ``quality``: the Dice the model expects, 0..1.
    ``low_resolution``: what the model takes back as its previous mask where that is not ``logits`` itself (SAM:
    (256, 256) logits), else None.
    """

    logits: FloatArray = field(repr=False)
    quality: float
    low_resolution: FloatArray | None = field(default=None, repr=False)

    @property
    def mask(self) -> BoolArray:
        return np.asarray(self.logits > 0, dtype=bool)

    @property
    def probability(self) -> FloatArray:
        """(rows, columns) float32 in 0..1."""
        return probability_of(self.logits)


@dataclass(frozen=True)
class Scores:
    """Dice of the generalist alone, the specialist alone and what was shown, against a correction; None: not asked."""

    generalist: float
    specialist: float | None
    fused: float


@dataclass(frozen=True, eq=False)
class Proposal:
    """What is shown to the user for one prompt. ``mask``: (rows, columns) bool of the whole slice.

    ``version``: the specialist's version that it was made under (0: nothing learned yet). ``share``: the
    generalist's weight in the fusion, 1 where it alone decided. ``quality``: expected Dice, 0..1. ``outside``: how much
    of the prompt's surroundings lies on one side of the task's grey window, 0..1, and 1 where the task sees one grey
    there. ``warning``: why the mask is not to be trusted, in a sentence for the user; empty: nothing is known.
    """

    proposal_id: str
    task: str
    slice_id: str
    prompt: Prompt = field(repr=False)
    mask: BoolArray = field(repr=False)
    quality: float
    version: int
    share: float
    outside: float = 0.0
    warning: str = ""

    @property
    def box(self) -> Box | None:
        """The box of the mask; None when it is empty."""
        return Box.of_mask(self.mask)


@dataclass(frozen=True, eq=False)
class MaskPatch:
    """The part of a mask that changed: ``pixels`` (rows, columns) bool, to be put at ``row0``, ``col0``.

    ``shape``: of the whole mask. Outside the patch the mask stays as it was.
    """

    shape: tuple[int, int]
    row0: int
    col0: int
    pixels: BoolArray = field(repr=False)

    def __post_init__(self) -> None:
        pixels = np.asarray(self.pixels)
        rows, cols = pixels.shape if pixels.ndim == 2 else (-1, -1)
        inside = 0 <= self.row0 <= self.shape[0] - rows and 0 <= self.col0 <= self.shape[1] - cols
        if pixels.dtype != np.bool_ or rows < 0 or not inside:
            raise InvalidInputError(
                f"A patch must be bool, (rows, columns) and inside the mask of shape {self.shape}, got {pixels.dtype} "
                f"{pixels.shape} at ({self.row0}, {self.col0}). Ask for the whole proposal again."
            )

    @staticmethod
    def between(old: BoolArray | None, new: BoolArray) -> MaskPatch:
        """What makes ``new`` of ``old`` (both (rows, columns) bool; None: empty), in the smallest box."""
        box = Box.of_mask(new if old is None else np.asarray(old != new))
        shape = (int(new.shape[0]), int(new.shape[1]))
        if box is None:
            return MaskPatch(shape, 0, 0, np.zeros((0, 0), dtype=bool))
        row0, col0, row1, col1 = (int(edge) for edge in (box.row0, box.col0, box.row1, box.col1))
        return MaskPatch(shape, row0, col0, new[row0:row1, col0:col1].copy())

    def applied(self, old: BoolArray | None = None) -> BoolArray:
        """A new mask: ``old`` (None: empty) with this patch on it; InvalidInputError where the shapes differ."""
        if old is not None and old.shape != self.shape:
            raise InvalidInputError(
                f"The patch is for a mask of shape {self.shape}, got {old.shape}. Ask for the whole proposal again."
            )
        mask = np.zeros(self.shape, dtype=bool) if old is None else np.array(old, dtype=bool)
        rows, cols = self.pixels.shape
        mask[self.row0 : self.row0 + rows, self.col0 : self.col0 + cols] = self.pixels
        return mask


# The reason why nothing is proposed on a slice that is not a prompter's to touch.
TAKEN = "a person has accepted or edited this slice"


@dataclass(frozen=True, eq=False)
class Propagated:
    """What ``propagate`` or ``find`` says of one slice. ``index``: its place in the range that was asked for.

    ``proposal`` None: nothing is proposed there and ``reason`` says why (the structure ends or is not found, a person
    has been there); otherwise ``reason`` is empty. ``confidence`` 0..1: how sure whoever made the prompt is that the
    structure is there and that the mask shows it; propagation takes the proposal's quality for it. ``presence`` 0..1:
    how likely the structure is on the slice, as the task's locator sees it, also where nothing is proposed; None: it
    was not asked, or has learned nothing.
    """

    index: int
    proposal: Proposal | None
    reason: str = ""
    confidence: float = 0.0
    presence: float | None = None


@dataclass(frozen=True)
class Receipt:
    """The correction is durable, journaled as ``correction_id``: the id it was sent with, or one made of that where it
    is saved again after it was undone. ``duplicate``: it had been durable, and nothing was done a second time."""

    correction_id: str
    task: str
    sequence: int
    objects: int
    confirmation: bool
    duplicate: bool = False


@dataclass(frozen=True)
class Progress:
    """How far something is: ``done`` steps of ``total``, whichever these are."""

    done: int
    total: int


@dataclass(frozen=True)
class TaskStatus:
    """Where a task stands. ``queued``: corrections saved and not yet learned. ``share``: weight of the generalist.

    ``relearning``: how far the weights of ``version`` are made again, of a task that was learned by another learner or
    beside another generalist; until they are there the generalist answers alone. None: nothing is to be made again.
    ``slices_with``, ``slices_without``: how many saved slices with the structure on them, and with nothing on them, the
    task's locator knows or is about to learn; it needs both kinds. Both 0 where the task has no locator.
    """

    name: str
    preset: str
    generalist: str
    generalist_hash: str
    version: int
    corrections: int
    confirmations: int
    queued: int
    paused: bool
    share: float
    window: IntensityWindow | None
    device: str
    precision: str
    relearning: Progress | None = None
    slices_with: int = 0
    slices_without: int = 0


@dataclass(frozen=True)
class WindowInfo:
    """What grey range a task sees. ``window`` None: the next slice that other slices may be judged by sets it.

    ``origin``: who set it: given (a person or program), volume, slice; empty where nobody has. ``words``: modality and
    range, as "CT, -110 to 240". ``lost``: the share of the lessons' pixels that the changes of the window could not
    bring back, 0..1; ``unchanged``: corrections whose lessons hold no picture and keep the greys of before.
    """

    window: IntensityWindow | None
    origin: str = ""
    words: str = ""
    lost: float = 0.0
    unchanged: int = 0


@dataclass(frozen=True)
class VersionInfo:
    """One entry of a task's history: what an update learned from and what became of it."""

    version: int
    corrections: tuple[str, ...]
    steps: int
    seed: int
    published: bool
    reason: str
    seconds: float
    current: bool


@dataclass(frozen=True)
class CorrectionInfo:
    """One saved correction and its scores, taken before anything learned from it; one entry of scores an object."""

    correction_id: str
    sequence: int
    slice_id: str
    confirmation: bool
    learned: bool
    scores: tuple[Scores, ...]


@dataclass(frozen=True)
class Event:
    """Something happened to a task: queued, learning, progress, learned, discarded, refreshed, restored, forgotten,
    reset, located (its locator has learned), window (it was set).

    ``sequence`` grows with time, also over a restart of the engine. ``data`` of *refreshed*: ``proposals``, ids, and
    ``patches``, a MaskPatch for each: what changed in the mask that the proposal had before; ``qualities``, a number
    for each, ``version`` and ``share`` as a Proposal has them now.
    """

    sequence: int
    task: str
    kind: str
    data: dict[str, object] = field(default_factory=dict)

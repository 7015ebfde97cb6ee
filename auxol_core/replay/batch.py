"""The batch command: what a task has learned, applied to many pictures or volumes.

Every source gives one mask of values 0 and 1 with its source's geometry: a PNG for a picture, a volume of the source's
own format for a volume. OUT/segments.csv has a line for each source and is written anew after each, so that it is
right whenever the command is broken off. A line's ``key`` depends on task, generalist, source, prompts and options: a
second call leaves out what is done under the same key. What is in OUT and not this command's stays (batch_results.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from auxol_core.api import EngineApi
from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import eight_bit, files, metrics
from auxol_core.imaging.names import STRUCTURE
from auxol_core.replay.batch_prompts import Matched, PlacedPrompt, check_on_source, match, scaled
from auxol_core.replay.batch_results import begun, check_out, each_source, seconds_since
from auxol_core.replay.batch_sources import Source, find_sources, labelled_sources
from auxol_core.replay.batch_table import NO_PROMPTS, Line
from auxol_core.replay.options import PromptOptions, WindowOf, check_axis, check_window
from auxol_core.replay.prompts import MIN_COMPONENT_SIDE, components, prompt_for
from auxol_core.replay.streams import enlarged, enlarged_mask
from auxol_core.scales import SAMPLED, GreyScale
from auxol_core.types import BoolArray, Prompt, SliceImage, TaskStatus

__all__ = ["FORMS", "TASK", "BatchOptions", "Source", "find_sources", "labelled_sources", "segment_all"]

TASK = "segment"
FORMS: tuple[str, ...] = files.RESULT_KINDS


@dataclass(frozen=True)
class BatchOptions:
    """``axis`` and ``window`` as in the replay; ``prompts``: how they are drawn from labels; ``form``: one of FORMS;
    ``structure``: what a segment is called in a form that has names."""

    axis: int = 0
    window: WindowOf = "task"
    prompts: PromptOptions = field(default_factory=lambda: PromptOptions(jitter=0.0))
    form: str = "labelmap"
    structure: str = STRUCTURE

    def __post_init__(self) -> None:
        check_axis(self.axis)
        check_window(self.window)
        if self.form not in FORMS:
            raise InvalidInputError(f"Results are written --as {', '.join(FORMS)}, got {self.form!r}. Choose one.")
        if not self.structure.strip():
            raise InvalidInputError("A structure's name was expected, got none. Give one, or leave it out.")

    @property
    def decides(self) -> dict[str, object]:
        """What decides the masks."""
        return {name: value for name, value in asdict(self).items() if name != "structure"}

    @property
    def named(self) -> list[str]:
        """Nothing where nobody chose a name, so that results made before there was a choice are still found."""
        return [] if self.structure == STRUCTURE else [self.structure]


@dataclass(frozen=True, eq=False)
class _Slice:
    """A slice in its place, and its prompts on the prepared (perhaps enlarged) pixels; ``small``: pieces of the labels
    that are too small for a prompt."""

    index: int
    pixels: files.Pixels
    prompts: list[Prompt]
    small: int = 0


def segment_all(
    sources: Sequence[Source],
    prompts: Mapping[str, list[PlacedPrompt]] | None,
    engine: EngineApi,
    task_file: Path,
    out: Path,
    options: BatchOptions,
) -> Generator[tuple[Line, bool], None, None]:
    """Segment source after source; each line, and whether it had been done before.

    ``prompts`` None: drawn from each source's labels. The task file is only read: the engine works on a copy.
    """

    matched = Matched() if prompts is None else match(prompts, sources)

    def own(source: Source) -> list[PlacedPrompt] | None:
        return None if prompts is None else matched.by_source.get(source.name, [])

    def segment(source: Source, place: Path) -> Line:
        if source.name in matched.doubts:
            return replace(begun(source), status=f"{NO_PROMPTS}: {matched.doubts[source.name]}")
        return _segment(source, own(source), engine, place, options)

    status = take_in(sources, engine, task_file, out)
    if status.relearning is not None:  # until that is done the generalist would answer alone
        status = engine.learn_now(TASK)
    base = [files.file_hash(task_file), status.generalist_hash, status.precision, options.decides, *options.named]
    yield from each_source(sources, out, segment, lambda source: _key(base, source, own(source)))


def take_in(sources: Sequence[Source], engine: EngineApi, task_file: Path, out: Path) -> TaskStatus:
    """Open a copy of the task; InvalidInputError where the results cannot lie in ``out``, DataError where there is no
    such file."""
    check_out(sources, out)
    if not task_file.is_file():
        raise DataError(f"There is no task file {task_file}. Export a task and name its file.")
    return engine.import_task(task_file, TASK)


def _segment(
    source: Source, own: list[PlacedPrompt] | None, engine: EngineApi, place: Path, options: BatchOptions
) -> Line:
    started = perf_counter()
    line = begun(source)
    try:
        files.result_ending(source.content, options.form)  # what cannot be written so need not be computed
        stack, truth, warnings = read_source(source, options)
        scale = GreyScale.of(stack, whole=True, most=SAMPLED)
        count, rows, cols = (int(n) for n in stack.shape[:3])
        result = np.zeros((count, rows, cols), dtype=bool)
        qualities: list[float] = []
        slices = small = 0
        unreadable: list[int] = []
        for part in _slices(stack, truth, own, source, options):
            small += part.small
            if not part.prompts:
                continue
            if not is_finite(part.pixels):
                unreadable.append(part.index)
                continue
            mask, quality, told = _predict(engine, part, scale)
            warnings += told
            result[part.index] = reduced(mask, (rows, cols))
            qualities += quality
            slices += 1
        warnings += [_told_small(small), told_unreadable(unreadable)]
        if not qualities:
            why = summed(warnings)
            status = f"{NO_PROMPTS}: {why}" if why else NO_PROMPTS
            return replace(line, status=status, seconds=seconds_since(started))
        output = write_result(source, place, result, options)
    except (DataError, InvalidInputError) as error:
        return replace(line, status=f"failed: {error}", seconds=seconds_since(started))
    return replace(
        line,
        output=output.name,
        slices=slices,
        objects=len(qualities),
        quality=float(np.mean(qualities)),
        dice=None if truth is None else metrics.dice(result, truth),
        seconds=seconds_since(started),
        warning=summed(warnings),
    )


def empty(shape: tuple[int, int]) -> BoolArray:
    """A mask (rows, columns) of nothing."""
    return np.zeros(shape, dtype=bool)


def is_finite(pixels: files.Pixels) -> bool:
    """Whether every value of a slice is a number."""
    return not np.issubdtype(pixels.dtype, np.floating) or bool(np.isfinite(pixels).all())


def told_unreadable(indices: Sequence[int]) -> str:
    """Which slices hold values that are no numbers and were left out; empty where none does."""
    named = ", ".join(map(str, indices))
    return f"Slices with values that are no numbers (NaN or infinite) were left out: {named}." if indices else ""


def _told_small(count: int) -> str:
    if not count:
        return ""
    side = MIN_COMPONENT_SIDE
    return f"Pieces of the label that are under {side} x {side} pixels got no prompt: {count}."


def summed(warnings: Sequence[str]) -> str:
    """The first of the warnings, and how many more of the same kind there are."""
    distinct = list(dict.fromkeys(each for each in warnings if each))
    return "" if not distinct else distinct[0] + (f" ({len(distinct) - 1} more)" if len(distinct) > 1 else "")


def read_source(source: Source, options: BatchOptions) -> tuple[files.Pixels, BoolArray | None, list[str]]:
    """(slices, rows, columns[, 3]) turned so that slices come first, and the truth alike; a picture is one slice. And
    what the user should know of it."""
    if not source.volume:
        labels = None if source.labels is None else files.read_picture_labels(source.labels)[None]
        truth = None if labels is None else np.asarray(labels == source.value)
        return files.read_picture(source.path)[None], truth, []
    pixels = files.read_volume(source.content).pixels
    told: list[str] = []
    if options.window == "volume":
        told = [eight_bit.left_out(pixels)]
        pixels = eight_bit.to_8_bit(pixels)
    stack = np.moveaxis(pixels, options.axis, 0)
    if source.labels is None:
        return stack, None, told
    labels = files.read_volume_labels(source.labels, source.path)
    return stack, np.moveaxis(labels == source.value, options.axis, 0), told


def _slices(
    stack: files.Pixels,
    truth: BoolArray | None,
    own: list[PlacedPrompt] | None,
    source: Source,
    options: BatchOptions,
) -> Iterator[_Slice]:
    if own is None:
        if truth is None or truth.shape != stack.shape[:3]:
            raise DataError(f"{source.name}: labels and image differ in shape. Replace one of them.")
        for index in np.flatnonzero(truth.any(axis=(1, 2))):
            pixels, _ = enlarged(np.ascontiguousarray(stack[index]))
            kept, small = components(enlarged_mask(np.ascontiguousarray(truth[index])))
            name = f"{source.name}#{index}" if source.volume else source.name
            drawn = [prompt_for(c, options.prompts, name, source.value) for c in kept]
            yield _Slice(int(index), pixels, drawn, small)
        return
    for placed in own:
        check_on_source(placed, (int(stack.shape[1]), int(stack.shape[2])))
    for wanted in sorted({_slice_of(placed, stack.shape[0], source) for placed in own}):
        pixels, scale = enlarged(np.ascontiguousarray(stack[wanted]))
        yield _Slice(wanted, pixels, [scaled(p.prompt, scale) for p in own if (p.slice_index or 0) == wanted])


def _slice_of(placed: PlacedPrompt, count: int, source: Source) -> int:
    at = f"{placed.where}: " if placed.where else ""
    if placed.slice_index is None and source.volume:
        raise InvalidInputError(f"{at}{source.name} is a volume: its prompts need a slice, 0 to {count - 1}.")
    index = placed.slice_index or 0
    if not source.volume and index:
        raise InvalidInputError(f"{at}{source.name} is a picture, got slice {index}. Leave the slice out.")
    if not 0 <= index < count:
        raise InvalidInputError(f"{at}{source.name} has slices 0 to {count - 1} along this axis, got slice {index}.")
    return index


def _predict(engine: EngineApi, part: _Slice, scale: GreyScale) -> tuple[BoolArray, list[float], list[str]]:
    """Mask, qualities and warnings of a slice of a source on this ``scale``."""
    slice_id = engine.put_slice(SliceImage(part.pixels, scale=scale))
    mask = np.zeros(part.pixels.shape[:2], dtype=bool)
    qualities, warnings = [], []
    for prompt in part.prompts:
        proposal = engine.predict(TASK, slice_id, prompt)
        mask |= proposal.mask
        qualities.append(proposal.quality)
        warnings.append(proposal.warning)
        engine.dismiss(proposal.proposal_id)
    return mask, qualities, warnings


def reduced(mask: BoolArray, shape: tuple[int, int]) -> BoolArray:
    """A mask of an enlarged image at the size of its source: the pixels that are at least half covered."""
    if mask.shape == shape:
        return mask
    covered = cv2.resize(mask.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(covered >= 0.5)


def write_result(source: Source, place: Path, result: BoolArray, options: BatchOptions) -> Path:
    """Write a mask (slices, rows, columns) into ``place``, with its source's geometry, as 0 and 1. Its file."""
    mask = np.moveaxis(result, 0, options.axis) if source.volume else result
    return files.write_result(place / source.name, mask, source.content, options.form, name=options.structure)


def _strokes(prompt: Prompt) -> list[str]:
    """Nothing where there are none, so that results made before there were strokes are still found."""
    return [repr(prompt.strokes)] if prompt.strokes else []


def _key(base: Sequence[object], source: Source, own: list[PlacedPrompt] | None) -> str:
    if own is None and source.labels is not None:
        drawn: object = [files.file_hash(source.labels), source.value]
    else:
        drawn = [[p.slice_index, repr(p.prompt.box), repr(p.prompt.points), *_strokes(p.prompt)] for p in own or []]
    content = json.dumps([*base, source.content_hash(), drawn], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]

"""The batch command: what a task has learned, applied to many pictures or volumes.

Every source gives one mask of values 0 and 1 with its source's geometry: a PNG for a picture, a volume of the source's
own format for a volume. OUT/segments.csv has a line for each source and is written anew after each, so that it is
right whenever the command is broken off. A line's ``key`` depends on task, generalist, source, prompts and options: a
second call leaves out what is done under the same key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from auxol_core.api import EngineApi
from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import eight_bit, files, metrics
from auxol_core.replay.batch_prompts import PlacedPrompt, scaled
from auxol_core.replay.batch_table import DONE, BatchTable, Line
from auxol_core.replay.options import PromptOptions, WindowOf
from auxol_core.replay.prompts import components, prompt_for
from auxol_core.replay.sources import open_set, structures
from auxol_core.replay.streams import enlarged, enlarged_mask
from auxol_core.scales import SAMPLED, GreyScale
from auxol_core.types import BoolArray, Prompt, SliceImage, TaskStatus

TASK = "segment"


@dataclass(frozen=True)
class Source:
    """A picture or volume to segment; ``labels`` and ``value`` where prompts come from labels."""

    name: str
    path: Path
    volume: bool
    labels: Path | None = None
    value: int = 0


@dataclass(frozen=True)
class BatchOptions:
    """``axis`` and ``window`` as in the replay; ``prompts``: how they are drawn from labels."""

    axis: int = 0
    window: WindowOf = "task"
    prompts: PromptOptions = field(default_factory=lambda: PromptOptions(jitter=0.0))


@dataclass(frozen=True, eq=False)
class _Slice:
    """A slice in its place, and its prompts on the prepared (perhaps enlarged) pixels."""

    index: int
    pixels: files.Pixels
    prompts: list[Prompt]


def find_sources(folder: Path) -> list[Source]:
    """The pictures of DIR/images, else the volumes of DIR/volumes, else either in DIR itself; DataError if none."""
    for part, endings in (("images", files.IMAGE_ENDINGS), ("volumes", files.VOLUME_ENDINGS)):
        if (folder / part).is_dir():
            paths = files.files_of(folder / part, endings)
            break
    else:
        paths = files.files_of(folder, files.IMAGE_ENDINGS + files.VOLUME_ENDINGS)
    if not paths:
        raise DataError(
            f"{folder} has nothing to segment. Looked in images/, volumes/ and the folder itself for "
            f"{', '.join(files.IMAGE_ENDINGS + files.VOLUME_ENDINGS)}."
        )
    return [Source(files.stem(p), p, files.ending(p, files.VOLUME_ENDINGS) is not None) for p in paths]


def labelled_sources(folder: Path, label: str | None) -> tuple[list[Source], list[str]]:
    """The labelled pairs of one structure, and what was left out; InvalidInputError where a label must be named."""
    source = open_set(folder)
    found = structures([source], [label] if label else [])
    if len(found) != 1:
        names = ", ".join(s.stream.split("/")[-1] for s in found)
        raise InvalidInputError(f"{folder} has several labels ({names}). Name one with --label.")
    volume, value = source.kind == "volumes", found[0].value
    sources = [Source(p.name, p.image, volume, p.labels, value) for p in source.pairs]
    return sources, [f"{p.file}: {p.reason}" for p in source.problems]


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

    def own(source: Source) -> list[PlacedPrompt] | None:
        return None if prompts is None else prompts.get(source.name, [])

    def segment(source: Source, output: Path) -> Line:
        return _segment(source, own(source), engine, output, options)

    status = take_in(sources, engine, task_file, out)
    if status.relearning is not None:  # until that is done the generalist would answer alone
        status = engine.learn_now(TASK)
    base = [files.file_hash(task_file), status.generalist_hash, status.precision, asdict(options)]
    yield from each_source(sources, out, segment, lambda source: _key(base, source, own(source)))


def take_in(sources: Sequence[Source], engine: EngineApi, task_file: Path, out: Path) -> TaskStatus:
    """Open a copy of the task; InvalidInputError where the results would lie among the sources, DataError where there
    is no such file."""
    if any(source.path.resolve().parent == out.resolve() for source in sources):
        raise InvalidInputError(f"The results would lie among the sources in {out}. Choose another folder for --out.")
    if not task_file.is_file():
        raise DataError(f"There is no task file {task_file}. Export a task and name its file.")
    return engine.import_task(task_file, TASK)


def each_source(
    sources: Sequence[Source], out: Path, work: Callable[[Source, Path], Line], key_of: Callable[[Source], str]
) -> Generator[tuple[Line, bool], None, None]:
    """Carry out ``work`` for each source and the mask's path; what was done under the same key is left out. Each line,
    and whether it had been done before."""
    out.mkdir(parents=True, exist_ok=True)
    table = BatchTable(out / "segments.csv")
    for source in sources:
        key = key_of(source)
        output = out / output_name(source)
        if table.has(source.name, key) and output.exists():
            yield table.lines[source.name], True
            continue
        line = work(source, output)
        table.put(replace(line, key=key))
        yield line, False


def _segment(
    source: Source, own: list[PlacedPrompt] | None, engine: EngineApi, output: Path, options: BatchOptions
) -> Line:
    started = perf_counter()
    line = begun(source, output)
    try:
        stack, truth, warnings = read_source(source, options)
        scale = GreyScale.of(stack, whole=True, most=SAMPLED)
        count, rows, cols = (int(n) for n in stack.shape[:3])
        result = np.zeros((count, rows, cols), dtype=bool)
        qualities: list[float] = []
        slices = 0
        for part in _slices(stack, truth, own, source, options):
            mask, quality, told = _predict(engine, part, scale)
            warnings += told
            result[part.index] = reduced(mask, (rows, cols))
            qualities += quality
            slices += 1
        if not qualities:
            return replace(line, output="", status="no prompts", seconds=round(perf_counter() - started, 3))
        write_result(source, output, result, options)
    except (DataError, InvalidInputError) as error:
        return replace(line, output="", status=f"failed: {error}", seconds=round(perf_counter() - started, 3))
    return replace(
        line,
        slices=slices,
        objects=len(qualities),
        quality=float(np.mean(qualities)),
        dice=None if truth is None else metrics.dice(result, truth),
        seconds=round(perf_counter() - started, 3),
        warning=summed(warnings),
    )


def summed(warnings: Sequence[str]) -> str:
    """The first of the warnings, and how many more of the same kind there are."""
    distinct = list(dict.fromkeys(each for each in warnings if each))
    return "" if not distinct else distinct[0] + (f" ({len(distinct) - 1} more)" if len(distinct) > 1 else "")


def begun(source: Source, output: Path) -> Line:
    """The line of a source before anything is done."""
    return Line(source.name, str(source.path), output.name, 0, 0, None, None, 0.0, DONE, "")


def read_source(source: Source, options: BatchOptions) -> tuple[files.Pixels, BoolArray | None, list[str]]:
    """(slices, rows, columns[, 3]) turned so that slices come first, and the truth alike; a picture is one slice. And
    what the user should know of it."""
    if not source.volume:
        labels = None if source.labels is None else files.read_picture_labels(source.labels)[None]
        truth = None if labels is None else np.asarray(labels == source.value)
        return files.read_picture(source.path)[None], truth, []
    pixels = files.read_volume(source.path).pixels
    told: list[str] = []
    if options.window == "volume":
        told = [eight_bit.left_out(pixels)]
        pixels = eight_bit.to_8_bit(pixels)
    stack = np.moveaxis(pixels, options.axis, 0)
    if source.labels is None:
        return stack, None, told
    return stack, np.moveaxis(files.read_volume_labels(source.labels) == source.value, options.axis, 0), told


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
            kept, _ = components(enlarged_mask(np.ascontiguousarray(truth[index])))
            name = f"{source.name}#{index}" if source.volume else source.name
            if kept:
                yield _Slice(int(index), pixels, [prompt_for(c, options.prompts, name, source.value) for c in kept])
        return
    for wanted in sorted({_slice_of(placed, stack.shape[0], source) for placed in own}):
        pixels, scale = enlarged(np.ascontiguousarray(stack[wanted]))
        yield _Slice(wanted, pixels, [scaled(p.prompt, scale) for p in own if (p.slice_index or 0) == wanted])


def _slice_of(placed: PlacedPrompt, count: int, source: Source) -> int:
    if placed.slice_index is None and source.volume:
        raise InvalidInputError(f"{source.name} is a volume: its prompts need a slice.")
    index = placed.slice_index or 0
    if not 0 <= index < count:
        raise InvalidInputError(f"{source.name} has slices 0 to {count - 1} along this axis, got slice {index}.")
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


def write_result(source: Source, output: Path, result: BoolArray, options: BatchOptions) -> None:
    """Write a mask (slices, rows, columns) with its source's geometry, as 0 and 1."""
    if source.volume:
        files.write_labels_like(output, np.moveaxis(result, 0, options.axis), source.path)
    else:
        files.write_picture_labels(output, result[0])


def output_name(source: Source) -> str:
    """The file of a source's mask."""
    ending = files.ending(source.path, files.VOLUME_ENDINGS) if source.volume else ".png"
    return f"{source.name}{ending}"


def _strokes(prompt: Prompt) -> list[str]:
    """Nothing where there are none, so that results made before there were strokes are still found."""
    return [repr(prompt.strokes)] if prompt.strokes else []


def _key(base: Sequence[object], source: Source, own: list[PlacedPrompt] | None) -> str:
    if own is None and source.labels is not None:
        drawn: object = [files.file_hash(source.labels), source.value]
    else:
        drawn = [[p.slice_index, repr(p.prompt.box), repr(p.prompt.points), *_strokes(p.prompt)] for p in own or []]
    content = json.dumps([*base, files.file_hash(source.path), drawn], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]

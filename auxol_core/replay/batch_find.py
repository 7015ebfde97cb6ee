"""The batch command that needs no prompts: what a task has learned to find, looked for in many pictures and volumes.

As in batch.py every source gives one mask of 0 and 1 with its source's geometry, and segments.csv a line for each.
Beside a mask ``NAME.csv`` has a line for each slice: whether the structure was found, how likely it is there, how sure
that is, its box in the source's pixels, or why nothing was found.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from io import StringIO
from pathlib import Path
from time import perf_counter

import numpy as np

from auxol_core.api import EngineApi
from auxol_core.errors import DataError, InvalidInputError
from auxol_core.imaging import files, metrics
from auxol_core.replay.batch import (
    TASK,
    BatchOptions,
    empty,
    is_finite,
    read_source,
    reduced,
    summed,
    take_in,
    told_unreadable,
    write_result,
)
from auxol_core.replay.batch_results import begun, each_source, seconds_since
from auxol_core.replay.batch_sources import Source
from auxol_core.replay.batch_table import Line
from auxol_core.replay.streams import enlarged
from auxol_core.scales import SAMPLED, GreyScale
from auxol_core.types import BoolArray, Box, Prompt, Propagated, SliceImage
from auxol_core.whole_files import write_whole

# Slices of so many bytes are looked at together: an engine keeps 512 MB of them.
TOGETHER_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Found:
    """A line of NAME.csv. ``slice`` counts from 0; the box is half-open, None where nothing was found."""

    slice: int
    found: int
    presence: float | None
    confidence: float
    row0: int | None
    col0: int | None
    row1: int | None
    col1: int | None
    reason: str

    @staticmethod
    def of(index: int, item: Propagated, mask: BoolArray) -> Found:
        """What ``item`` says of slice ``index``; ``mask`` (rows, columns) at the source's size."""
        box = Box.of_mask(mask)
        edges = (None,) * 4 if box is None else tuple(int(e) for e in (box.row0, box.col0, box.row1, box.col1))
        row0, col0, row1, col1 = edges
        there = int(item.proposal is not None)
        return Found(index, there, item.presence, item.confidence, row0, col0, row1, col1, item.reason)


def find_all(
    sources: Sequence[Source],
    engine: EngineApi,
    task_file: Path,
    out: Path,
    options: BatchOptions,
    *,
    several: bool = False,
) -> Generator[tuple[Line, bool], None, None]:
    """Look through source after source; each line, and whether it had been done before.

    The task file is only read: the engine works on a copy, which first learns what waits in it to be learned.
    ``several``: the structure may lie in several runs of slices of one volume.
    """

    def work(source: Source, place: Path) -> Line:
        return _found(source, engine, place, options, several=several)

    take_in(sources, engine, task_file, out)
    status = engine.learn_now(TASK)
    learned = [files.file_hash(task_file), status.generalist_hash, status.precision]

    def key_of(source: Source) -> str:
        looked = [options.axis, options.window, options.form, several, source.content_hash(), *options.named]
        content = json.dumps(["find", *learned, *looked])
        return hashlib.sha256(content.encode()).hexdigest()[:32]

    yield from each_source(sources, out, work, key_of)


def _found(source: Source, engine: EngineApi, place: Path, options: BatchOptions, *, several: bool) -> Line:
    started = perf_counter()
    line = begun(source)
    try:
        files.result_ending(source.content, options.form)
        stack, truth, warnings = read_source(source, options)
        result = np.zeros(tuple(int(n) for n in stack.shape[:3]), dtype=bool)
        told: list[Found] = []
        qualities: list[float] = []
        scale = GreyScale.of(stack, whole=True, most=SAMPLED)
        readable = [index for index in range(len(stack)) if is_finite(stack[index])]
        for item, mask in _looked_through(engine, stack, readable, scale, several=several):
            result[item.index] = mask
            told.append(Found.of(item.index, item, mask))
            if item.proposal is not None:
                qualities.append(item.proposal.quality)
                warnings.append(item.proposal.warning)
        if not qualities:
            warnings.append(_why_nothing(engine, stack, readable, scale))
        warnings.append(told_unreadable(_others(readable, stack)))
        output = write_result(source, place, result, options)
        _write_table(place / f"{source.name}.csv", told)
    except (DataError, InvalidInputError) as error:
        return replace(line, status=f"failed: {error}", seconds=seconds_since(started))
    return replace(
        line,
        output=output.name,
        slices=len(told),
        objects=len(qualities),
        quality=float(np.mean(qualities)) if qualities else None,
        dice=None if truth is None else metrics.dice(result, truth),
        seconds=seconds_since(started),
        warning=summed(warnings),
    )


def _looked_through(
    engine: EngineApi, stack: files.Pixels, readable: Sequence[int], scale: GreyScale, *, several: bool
) -> Generator[tuple[Propagated, BoolArray], None, None]:
    """What is said of each slice of ``stack`` (slices, rows, columns[, 3]), and its mask (rows, columns); the engine is
    asked of those that are ``readable``."""
    shape = (int(stack.shape[1]), int(stack.shape[2]))
    first, _ = enlarged(np.ascontiguousarray(stack[0]))
    together = max(1, TOGETHER_BYTES // first.nbytes)
    for index in _others(readable, stack):
        yield Propagated(index, None, "the slice holds values that are no numbers (NaN or infinite)"), empty(shape)
    for start in range(0, len(readable), together):
        part = readable[start : start + together]
        ids = [engine.put_slice(_image(stack, index, scale)) for index in part]
        for item in engine.find(TASK, ids, several=several):
            mask = empty(shape)
            if item.proposal is not None:
                mask = reduced(item.proposal.mask, shape)
                engine.dismiss(item.proposal.proposal_id)
            yield replace(item, index=part[item.index]), mask


def _image(stack: files.Pixels, index: int, scale: GreyScale) -> SliceImage:
    """As the engine is given it."""
    return SliceImage(enlarged(np.ascontiguousarray(stack[index]))[0], scale=scale)


def _others(readable: Sequence[int], stack: files.Pixels) -> list[int]:
    """The slices that are not."""
    return sorted(set(range(len(stack))) - set(readable))


def _why_nothing(engine: EngineApi, stack: files.Pixels, readable: Sequence[int], scale: GreyScale) -> str:
    """What the engine would say of a proposal on the middle slice: that its greys are not those the task was taught
    on. Where nothing is found nobody else says it."""
    if not readable:
        return ""
    image = _image(stack, readable[len(readable) // 2], scale)
    asked = engine.predict(TASK, engine.put_slice(image), Prompt(box=Box(0, 0, *image.shape)))
    engine.dismiss(asked.proposal_id)
    # The engine speaks of a prompt, and nobody gave one.
    return asked.warning.replace("of what surrounds the prompt", "of its middle slice").replace(
        "What surrounds the prompt", "Its middle slice"
    )


def _write_table(path: Path, told: Sequence[Found]) -> None:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, [f.name for f in fields(Found)])
    writer.writeheader()
    for line in sorted(told, key=lambda each: each.slice):
        writer.writerow({name: "" if value is None else value for name, value in asdict(line).items()})
    write_whole(path, text.getvalue().encode())

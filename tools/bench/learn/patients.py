"""Whole volumes with the truth of one structure, in the order in which a stream has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from auxol_core.imaging import eight_bit, files
from auxol_core.replay.core_streams import core_structures
from auxol_core.replay.labels import patient_of
from auxol_core.replay.options import PromptKind, PromptOptions
from auxol_core.replay.prompts import Component, components, prompt_for, rng_for
from auxol_core.replay.sources import Pair, Structure
from auxol_core.replay.streams import enlarged, enlarged_mask
from auxol_core.types import BoolArray, Box, FloatArray, Prompt, SliceImage

Window = Literal["task", "volume"]


@dataclass(frozen=True, eq=False)
class Patient:
    """One volume. ``images``: its slices in order, enlarged as the replay's are; ``truth`` (slices, rows, columns);
    ``first``: the slice on which the structure is largest."""

    name: str
    patient: str
    label: int
    images: tuple[SliceImage, ...] = field(repr=False)
    truth: BoolArray = field(repr=False)

    @property
    def first(self) -> int:
        return int(self.truth.sum(axis=(1, 2)).argmax())

    def grey(self, index: int) -> FloatArray:
        """The values (rows, columns) of a slice."""
        return self.images[index].pixels.astype(np.float32)

    def prompts(self, index: int, kind: PromptKind, seed: int) -> list[Prompt]:
        """What a person gives on a slice: one prompt a piece, boxes jittered by 10 %; the whole where all are small."""
        options = PromptOptions(kind=kind, seed=seed)
        name = f"{self.name}#{index}"
        return [prompt_for(part, options, name, self.label) for part in _pieces(self.truth[index])]


def _pieces(truth: BoolArray) -> Sequence[Component]:
    kept, _ = components(truth)
    box = Box.of_mask(truth)
    if kept or box is None:
        return kept
    return [Component(0, box, truth)]


def structure_of(data: Path, stream: str) -> Structure:
    """The structure of a stream's name: ``lgg_volumes``, ``btcv_ct/spleen``."""
    (found,) = core_structures(data, [stream])
    return found


def chosen(structure: Structure, seed: int, limit: int | None) -> list[Pair]:
    """The volumes of a structure in the order of its stream, the first ``limit`` of them."""
    source = structure.source
    order = rng_for(seed, "order", source.name).permutation(len(source.pairs))
    return [source.pairs[i] for i in order][:limit]


def patients(pairs: Sequence[Pair], value: int, window: Window = "task") -> Iterator[Patient]:
    """Read volume after volume; one without the structure is left out. ``window``: as in PlanOptions."""
    for pair in pairs:
        volume, labels = files.read_volume(pair.image), files.read_volume_labels(pair.labels, pair.image)
        truth = np.asarray(labels == value)
        if not truth.any():
            continue
        pixels = eight_bit.to_8_bit(volume.pixels) if window == "volume" else volume.pixels
        _, row, col = volume.spacing_mm
        images = []
        for plane in pixels:
            large, scale = enlarged(np.ascontiguousarray(plane))
            images.append(SliceImage(large, (row / scale[0], col / scale[1])))
        masks = np.stack([enlarged_mask(plane) for plane in truth])
        yield Patient(pair.name, patient_of(pair.name), value, tuple(images), masks)

"""The built-in generalist alone on the core streams: boxes, points and five clicks, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxol_core.build import set_up_torch
from auxol_core.generalist.builtin import load_builtin
from auxol_core.imaging.files import file_hash
from auxol_core.options import MachineOptions
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.replay.core_streams import core_structures
from auxol_core.replay.options import PlanOptions
from auxol_core.replay.streams import plan_stream
from auxol_core.whole_files import write_whole
from pretrain.evaluate import measure
from tools.bench.learn.bar import Bar
from tools.bench.learn.depends import ANY, GENERALIST, digest_of, files_of
from tools.bench.learn.kept import key_of

IMAGES = 32
ASKED = {"box": 0.92, "point": 0.865, "click 5": 0.94}


def alone_bars(data: Path, kept: Path, made_only: bool, threads: int, names: Sequence[str]) -> list[Bar]:
    """The bars of the generalist alone; not measured where nothing is kept and nothing is to be made."""
    key = key_of(digest_of(files_of((*ANY, *GENERALIST))), file_hash(WEIGHTS), IMAGES, list(names))
    path = kept / f"alone-{IMAGES}-{key}.json"
    if not path.exists():
        if made_only:
            return [Bar(f"generalist alone, {name}", f"{asked:g}", None) for name, asked in ASKED.items()]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(_measured(data, threads, names), indent=1).encode())
    return _bars(json.loads(path.read_text(encoding="utf-8")))


def _measured(data: Path, threads: int, names: Sequence[str]) -> dict[str, dict[str, float]]:
    compute = set_up_torch(MachineOptions(threads=threads, device="cpu"))
    generalist = load_builtin(precision=compute.precision)
    streams = [plan_stream(each, PlanOptions(limit=IMAGES)) for each in core_structures(data, names)]
    return {stream.name: measure(stream, generalist).dice for stream in streams}


def _bars(found: dict[str, dict[str, float]]) -> list[Bar]:
    bars = []
    for name, asked in ASKED.items():
        mean = float(np.mean([each[name] for each in found.values()]))
        bars.append(
            Bar(f"generalist alone, {name}, mean of {len(found)} streams: {mean:.3f}", f"{asked:g}", mean >= asked)
        )
    above = {stream: each["box"] - each["shape"] for stream, each in found.items()}
    lowest = min(above, key=lambda stream: above[stream])
    text = f"generalist alone, boxes, above the ellipse: lowest {lowest} {above[lowest]:+.3f}"
    return [*bars, Bar(text, "on no stream below", above[lowest] >= 0)]

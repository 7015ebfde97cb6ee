"""The families beside segment_anything's own models: what encoding and decoding cost, several prompts at once, and
what a ViT-H takes in memory. Part of ``make bench-sam`` (bench_sam.py), with random weights of the real shapes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from auxol_core.generalist.base import encoded
from auxol_core.generalist.fine import FineGeneralist
from auxol_core.generalist.hiera import SHAPES
from auxol_core.generalist.hq import hq_model
from auxol_core.generalist.sam import SamGeneralist
from auxol_core.generalist.sam2 import Sam2
from auxol_core.generalist.sam_shapes import builder_of, empty_sam
from auxol_core.options import Precision
from auxol_core.replay.peak import peak_rss_mb, rss_mb
from auxol_core.types import Box, Prompt
from tools.bench.learn.bar import Bar
from tools.bench.sam_row import QUICK_REPEATS, Row, picture, timed

# Each with how often it is encoded after the first time: the slow ones once.
FAMILIES: Mapping[str, int] = {
    "efficientvit_l0": 3, "efficientvit_xl1": 1, "hq_vit_t": 3, "hq_vit_b": 1,
    "sam2_tiny": 3, "sam2_small": 1, "sam2_base_plus": 1, "sam2_large": 1,
}  # fmt: skip
L0 = "efficientvit_l0 encode, ours"
SLOW_DECODER = "sam2_large"
PROMPTS = [Prompt(box=Box(40.0 + 20 * number, 60, 300, 200.0 + 20 * number)) for number in range(8)]
BATCH = "8 prompts of a slice"
MOST_MB = 8000


def filled(module: Any) -> Any:
    """``module`` with random weights, none of them all zero, frozen."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            if not parameter.any():
                parameter.normal_(std=0.1)
    return module.eval().requires_grad_(False)


def family(architecture: str) -> Callable[[Precision], SamGeneralist | FineGeneralist]:
    """What makes one in a precision, of the same random weights of the real shape."""
    if architecture.startswith("sam2_"):
        model = filled(Sam2(SHAPES[architecture.removeprefix("sam2_")])).model()
        return lambda precision: FineGeneralist(model, architecture, "0" * 64, precision=precision)
    sam = filled(builder_of(architecture)())
    if architecture.startswith("hq_"):
        return lambda precision: FineGeneralist(hq_model(sam), architecture, "0" * 64, precision=precision)
    return lambda precision: SamGeneralist(sam, architecture, "0" * 64, precision=precision)


def measured_families(precisions: Sequence[Precision]) -> list[Row]:
    """Encoding in each precision; decoding, which is float32 in each, once."""
    rows, image = [], picture()
    for architecture, repeats in FAMILIES.items():
        make = family(architecture)
        for precision in precisions:
            ours = make(precision)
            seconds, embedding = timed(lambda ours=ours: encoded(ours, image), repeats)  # type: ignore[misc]
            rows.append(Row(f"{architecture} encode, ours", precision, seconds))
        seconds, _ = timed(lambda ours=ours, e=embedding: ours.decode(e, PROMPTS[0]), QUICK_REPEATS)  # type: ignore[misc]
        rows.append(Row(f"{architecture} decode, ours", "float32", seconds))
    return rows


def measured_batch() -> list[Row]:
    """Eight boxes on one slice of a MobileSAM, whose decoder is SAM's: one after another and at once."""
    ours = family("vit_t")("float32")
    embedding = encoded(ours, picture())
    each, _ = timed(lambda: [ours.decode(embedding, prompt) for prompt in PROMPTS], 5)
    at_once, _ = timed(lambda: ours.decode_all(embedding, PROMPTS), 5)
    return [Row(f"{BATCH}, one by one", "float32", each), Row(f"{BATCH}, at once", "float32", at_once)]


def vit_h_megabytes(precision: Precision) -> float:
    """What a process of its own holds at most while a ViT-H encodes and decodes, its weights and torch included."""
    told = subprocess.run(
        [sys.executable, "-m", "tools.bench.sam_families", precision], check=True, capture_output=True, text=True
    )
    peak: float = json.loads(told.stdout.strip().splitlines()[-1])
    return peak


def _vit_h_peak(precision: Precision) -> float:
    # As a checkpoint is loaded: without drawing weights first.
    sam = empty_sam("vit_h").to_empty(device="cpu")
    with torch.no_grad():
        for array in [*sam.parameters(), *sam.buffers()]:
            array.uniform_(-0.02, 0.02)
    ours = SamGeneralist(sam, "vit_h", "0" * 64, precision=precision)
    ours.decode(encoded(ours, picture()), PROMPTS[0])
    return peak_rss_mb() or rss_mb() or 0.0


def family_bars(found: Mapping[tuple[str, str], Row], base: float, vit_h: Mapping[str, float]) -> list[Bar]:
    """``base``: their ViT-B's seconds; ``vit_h``: peak megabytes by precision."""
    judged = []
    quick = [row.seconds for (what, _), row in found.items() if what == L0]
    if quick:
        share = min(quick) / base
        text = f"EfficientViT-SAM L0 encode / their ViT-B encode {share:.3f} ({min(quick):.2f} s)"
        judged.append(Bar(text, "at most 0.08", share <= 0.08))
    for precision, megabytes in vit_h.items():
        text = f"ViT-H, {precision}: a process of {megabytes:.0f} MB at most"
        judged.append(Bar(text, f"at most {MOST_MB} MB", 0 < megabytes <= MOST_MB))
    return judged


def slowest_click(found: Mapping[tuple[str, str], Row]) -> Row:
    """The slowest decoder but SAM 2.1 large's."""
    decoders = [row for row in found.values() if row.what.endswith(" decode, ours") and SLOW_DECODER not in row.what]
    return max(decoders, key=lambda row: row.seconds)


if __name__ == "__main__":
    torch.set_num_threads(2)
    sys.stdout.write(f"\n{json.dumps(_vit_h_peak(sys.argv[1]))}\n")  # type: ignore[arg-type]

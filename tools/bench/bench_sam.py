"""``python -m tools.bench.bench_sam`` (``make bench-sam``): what a first and a next click cost with a SAM.

One run; segment_anything's own SamPredictor beside ours, the same threads, the same picture of 512 x 512, warmed up.
Weights are random ones of the real shapes: neither speed nor how far two computations are apart depends on them. The
peak memory of an encoder is what a process of its own holds above its weights. The last line counts the bars.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table
from torch import Tensor

from auxol_core.build import set_up_torch
from auxol_core.generalist.base import encoded
from auxol_core.generalist.sam import SamGeneralist
from auxol_core.generalist.sam_shapes import mobile_sam
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.machine.precision import choose_precision
from auxol_core.options import MachineOptions, Precision
from auxol_core.replay.peak import peak_rss_mb, rss_mb
from auxol_core.types import Box, FloatArray, Prompt
from tools.bench.learn.bar import Bar, counted
from tools.bench.sam_families import family_bars, measured_batch, measured_families, slowest_click, vit_h_megabytes
from tools.bench.sam_row import QUICK_REPEATS, SIDE, Row, picture, timed

BOX = Box(100, 120, 300, 380)
# The next click on a slice, end to end, is the decoder and what lies around it.
NEXT_S = 0.15


def built(name: str) -> Any:
    """A SAM of the real shape with random weights, none of them all zero."""
    package = import_segment_anything()
    torch.manual_seed(0)
    sam = mobile_sam(package) if name == "mobile_sam" else package.sam_model_registry[name]()
    with torch.no_grad():
        for parameter in sam.parameters():
            if not parameter.any():
                parameter.normal_(std=0.1)
    return sam.eval().requires_grad_(False)


def apart(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).abs().max() / (theirs.max() - theirs.min()))


class Theirs:
    """segment_anything's own predictor."""

    def __init__(self, sam: Any) -> None:
        self._predictor = import_segment_anything().SamPredictor(sam)

    def encode(self, image: FloatArray) -> Tensor:
        self._predictor.set_image((image * 255).astype(np.uint8))
        features: Tensor = self._predictor.get_image_embedding()
        return features

    def decode(self) -> Any:
        box = np.array([BOX.col0, BOX.row0, BOX.col1, BOX.row1])
        return self._predictor.predict(box=box, multimask_output=False)


def measured(name: str, theirs: Theirs | None, precisions: Sequence[Precision]) -> list[Row]:
    """Encoding and decoding by ours in each precision, and by theirs where there is one."""
    image, sam, prompt = picture(), built(name), Prompt(box=BOX)
    rows: list[Row] = []
    if theirs is not None:
        seconds, _ = timed(lambda: theirs.encode(image))
        rows.append(Row(f"{name} encode, segment_anything", "float32", seconds))
        seconds, _ = timed(theirs.decode, QUICK_REPEATS)
        rows.append(Row(f"{name} decode, segment_anything", "float32", seconds))
    for precision in precisions:
        ours = SamGeneralist(sam, name, "0" * 64, precision=precision)
        seconds, embedding = timed(lambda ours=ours: encoded(ours, image))  # type: ignore[misc]
        with torch.inference_mode():
            expected = None if theirs is None else sam.image_encoder(ours.pixels(image))
        far = None if expected is None else apart(ours.features(embedding), expected)
        rows.append(Row(f"{name} encode, ours", precision, seconds, far))
        if precision == "float32":  # the decoder always is
            seconds, _ = timed(lambda ours=ours, e=embedding: ours.decode(e, prompt), QUICK_REPEATS)  # type: ignore[misc]
            rows.append(Row(f"{name} decode, ours", "float32", seconds))
    return rows


def memory(name: str, who: str) -> float:
    """MB that encoding takes above the weights, in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "tools.bench.bench_sam", "--memory", f"{name} {who}"],
        check=True,
        capture_output=True,
        text=True,
    )
    above: float = json.loads(told.stdout.strip().splitlines()[-1])
    return above


def _above(name: str, who: str) -> float:
    sam, image = built(name), picture()
    encode: Callable[[], Any]
    if who == "theirs":
        theirs = Theirs(sam)
        encode = lambda: theirs.encode(image)  # noqa: E731
    else:
        ours = SamGeneralist(sam, name, "0" * 64)
        encode = lambda: encoded(ours, image)  # noqa: E731
    before = rss_mb() or 0.0
    encode()
    return (peak_rss_mb() or 0.0) - before


def bars(rows: list[Row], above: dict[str, float], vit_h: Mapping[str, float]) -> list[Bar]:
    """The issue's table. ``above``: ViT-B's megabytes above its weights; ``vit_h``: a process's with a ViT-H."""
    found = {(row.what, row.precision): row for row in rows}
    base = found["vit_b encode, segment_anything", "float32"].seconds
    judged = []
    for what, precision, most, far in (
        ("vit_b encode, ours", "float32", 0.6, 1e-3),
        ("vit_b encode, ours", "bfloat16", 0.3, 0.01),
    ):
        row = found.get((what, precision))
        if row is None or row.apart is None:
            judged.append(Bar(f"ViT-B encode, {precision}: not on this processor", f"at most {most:g}", None))
            continue
        share = row.seconds / base
        text = f"ViT-B encode, {precision}, ours / theirs {share:.2f}, {row.apart:.1e} of the range apart"
        judged.append(Bar(text, f"at most {most:g} and {far:g}", share <= most and row.apart <= far))
    share = above["ours"] / above["theirs"]
    text = f"ViT-B peak memory above the weights, ours / theirs {share:.2f} ({above['ours']:.0f} MB)"
    judged.append(Bar(text, "at most 0.3", share <= 0.3))
    best = min(row.seconds for row in rows if row.what == "mobile_sam encode, ours")
    text = f"MobileSAM encode / their ViT-B encode {best / base:.3f} ({best:.2f} s)"
    judged.append(Bar(text, "at most 0.12", best / base <= 0.12))
    judged += family_bars(found, base, vit_h)
    ours, theirs = (found[f"vit_b decode, {who}", "float32"].seconds for who in ("ours", "segment_anything"))
    judged.append(Bar(f"decode of one prompt, ours / theirs {ours / theirs:.2f}", "at most 0.5", ours / theirs <= 0.5))
    slow = slowest_click(found)
    what = slow.what.partition(",")[0]
    text = f"{what} {slow.seconds:.3f} s, the slowest but SAM 2.1 large's (the engine's part comes on top)"
    judged.append(Bar(text, f"at most {NEXT_S:g} s", slow.seconds <= NEXT_S))
    return judged


def main(
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
    memory_of: Annotated[str, typer.Option("--memory", hidden=True)] = "",
) -> None:
    """Measure, print and judge."""
    set_up_torch(MachineOptions(threads=threads, device="cpu", precision="float32"))
    if memory_of:
        sys.stdout.write(f"\n{json.dumps(_above(*memory_of.split()))}\n")
        return
    console = Console(width=130)
    modes: list[Precision] = ["float32"]
    if choose_precision(torch.get_num_threads()).precision == "bfloat16":
        modes.append("bfloat16")
    theirs = Theirs(built("vit_b"))
    rows = measured("vit_b", theirs, modes) + measured("mobile_sam", None, modes)
    rows += measured_families(modes) + measured_batch()
    above = {who: memory("vit_b", who) for who in ("ours", "theirs")}
    vit_h: dict[str, float] = {mode: vit_h_megabytes(mode) for mode in modes}
    table = Table("what", "precision", "seconds", "apart from theirs")
    for row in rows:
        table.add_row(row.what, row.precision, f"{row.seconds:.3f}", "" if row.apart is None else f"{row.apart:.1e}")
    console.print(table)
    console.print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, {SIDE} x {SIDE} pixels")
    judged = bars(rows, above, vit_h)
    for bar in judged:
        console.print(str(bar), highlight=False)
    console.print(counted(judged), highlight=False)


if __name__ == "__main__":
    typer.run(main)

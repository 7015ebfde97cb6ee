"""The checks of `auxol doctor` that compute: torch, device, precision, threads, checkpoints, a timed prediction."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auxol_core.cli.doctor_checks import Check, Verdict
from auxol_core.errors import AuxolError, CheckpointError
from auxol_core.generalist import checkpoints, figures, registry
from auxol_core.generalist.choices import choices, origin, why_recommended
from auxol_core.imaging.metrics import dice
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.steps import finish
from auxol_core.types import BoolArray, Box, Prompt, SliceImage

if TYPE_CHECKING:
    from auxol_core.build import Compute
    from auxol_core.replay.runner import EngineFactory

SIDE = 256
# Bright discs on noise, (row, column, radius): a network that misses them computes wrongly or was not loaded whole.
DISCS = ((90, 80, 34), (160, 180, 42))
EXPECTED_DICE = 0.8
# A user who waits longer than this for a click works faster by hand.
SLOW_SECONDS = 2.0
FAILURES = (AuxolError, OSError, RuntimeError, MemoryError, ValueError)


def engine_factory() -> EngineFactory:
    """The real engine's factory, which loads torch."""
    from auxol_core.build import make_engine

    return make_engine


def compute_checks(machine: MachineOptions, *, full: bool) -> Iterator[Check]:
    """All checks of this file in order; without torch there is only its own."""
    try:
        import torch

        from auxol_core.build import set_up_torch
    except (ImportError, OSError) as error:
        # A library that is missing beside torch is an OSError on Windows.
        said = f"torch cannot be loaded ({_first_line(error)})."
        yield Check("torch", "problem", said, "Install torch anew, for this Python and this processor.")
        return
    details = {"version": str(torch.__version__), "cuda": torch.version.cuda}
    build = "for CUDA " + torch.version.cuda if torch.version.cuda else "without CUDA"
    yield Check("torch", "ok", f"torch {torch.__version__}, built {build}.", details=details)
    compute = set_up_torch(machine)
    yield check_device(compute, wanted=machine.device, cuda_build=torch.version.cuda is not None)
    said = f"{compute.precision}: {compute.precision_reason}."
    yield Check("precision", "ok", said, details={"precision": compute.precision, "reason": compute.precision_reason})
    yield check_threads(compute.threads)
    yield check_checkpoints(full=full)
    yield check_generalists(compute, full=full)
    yield check_prediction(machine, full=full)


def check_device(compute: Compute, *, wanted: str, cuda_build: bool) -> Check:
    """Which device computes and why; a GPU that lies idle is worth a word."""
    driver = shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia/version").exists()
    details = {"device": compute.device, "reason": compute.device_reason, "nvidia_driver": driver}
    said = f"{compute.device}: {compute.device_reason}."
    if compute.device == "cpu" and wanted != "cpu" and (driver or wanted == "cuda"):
        step = (
            "Update the NVIDIA driver." if cuda_build else "Install a build of torch with CUDA to use the NVIDIA GPU."
        )
        return Check("device", "warning", said, step, details)
    return Check("device", "ok", said, details=details)


def check_threads(threads: int) -> Check:
    """Threads that compute against cores that may be used; more threads than cores wait for each other."""
    cores = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else cores
    details = {"threads": threads, "cores": cores, "usable_cores": usable}
    said = f"{threads} thread(s) compute, {usable} of {cores} core(s) may be used."
    if threads > usable:
        return Check("threads", "warning", said, f"Start with --threads {usable}.", details)
    return Check("threads", "ok", said, details=details)


def check_checkpoints(*, full: bool) -> Check:
    """Which generalists' weights are here; ``full``: also whether they are whole, by their SHA-256."""
    rows = registry.rows()
    files = [row for row in rows if row.published is not None]
    here = [row.name for row in files if checkpoints.locate(row)]
    details: dict[str, Any] = {row.name: {"present": row.name in here, "verified": None} for row in files}
    broken = []
    for name in here if full else ():
        try:
            checkpoints.find(name)
            details[name]["verified"] = True
        except CheckpointError as error:
            details[name] |= {"verified": False, "error": str(error)}
            broken.append(name)
    ready = ", ".join(row.title for row in rows if row.published is None)
    said = f"Here: {', '.join(here) or 'none'}, of {', '.join(details)}; needs none: {ready}."
    if broken:
        step = " and ".join(f"`auxol checkpoint download {name}`" for name in broken)
        step = f"`auxol checkpoint verify` says why; then get it again: {step}."
        return Check("checkpoints", "problem", f"{said} Not what they should be: {', '.join(broken)}.", step, details)
    if here:
        said += " Their SHA-256 is right." if full else " Not verified: --full does."
    return Check("checkpoints", "ok", said, details=details)


def check_generalists(compute: Compute, *, full: bool) -> Check:
    """What a click takes here with each generalist, as `auxol checkpoint list` says it; ``full``: measures those that
    are not large and were not measured."""
    from auxol_core.generalist.measuring import measuring, worth_measuring

    known = figures.remembered()
    failed = []
    for row in registry.rows() if full else ():
        if row.name in known or not worth_measuring(row):
            continue
        try:
            figures.remember(row.name, finish(measuring(row, compute.device, compute.precision)))
        except FAILURES as error:
            failed.append(f"{row.name} ({type(error).__name__}: {_first_line(error)})")
    among = choices()
    details = {
        each.name: {
            "obtained": each.obtained,
            "recommended": each.recommended,
            "first_s": each.click.first_s if each.click else None,
            "next_s": each.click.next_s if each.click else None,
            "times": origin(each.click),
        }
        for each in among
    }
    timed = [f"{each.title}: {each.click}, {origin(each.click)}" for each in among if each.click is not None]
    said = f"{'; '.join(timed) or 'None was measured on this machine'}. {why_recommended(among)}"
    if failed:
        return Check("generalists", "warning", said, f"Could not be measured: {', '.join(failed)}.", details)
    return Check("generalists", "ok", said, details=details)


def check_prediction(machine: MachineOptions, *, full: bool) -> Check:
    """The engine from nothing to two masks of a made-up image, timed; ``full``: and to what it learned from one."""
    try:
        with tempfile.TemporaryDirectory(prefix="auxol-doctor-", ignore_cleanup_errors=True) as folder:
            details = _timed(Path(folder), machine, full=full)
    except FAILURES as error:
        said = (
            f"The generalist {DEFAULT_GENERALIST} could not segment a made-up image ({type(error).__name__}: "
            f"{_first_line(error)})."
        )
        return Check("prediction", "problem", said, "Install the package anew, and report this if that does not help.")
    learned = f", learned in {details['update_s']:.2f} s" if full else ""
    said = (
        f"Loaded in {details['load_s']:.2f} s, first mask in {details['first_s']:.2f} s, second in "
        f"{details['second_s']:.2f} s{learned}; "
        f"Dice {details['dice']:.2f} on {SIDE} x {SIDE} pixels."
    )
    verdict: Verdict = "ok"
    step = ""
    if details["second_s"] > SLOW_SECONDS:
        verdict, step = "warning", "Close other programs; see the findings on device and threads."
    if details["dice"] < EXPECTED_DICE:
        verdict, step = "warning", "The masks are not what they should be: try --precision float32 and --device cpu."
    return Check("prediction", verdict, said, step, details)


def _timed(folder: Path, machine: MachineOptions, *, full: bool) -> dict[str, float]:
    image, masks = made_up_image()
    clock = _Clock()
    engine = engine_factory()(generalist=DEFAULT_GENERALIST, data_dir=folder, machine=machine)
    with closing(engine):
        slice_id = engine.put_slice(image)
        engine.create_task("doctor")
        times = {"load_s": clock.lap()}
        proposals = []
        for name, mask in zip(("first_s", "second_s"), masks, strict=True):
            proposals.append(engine.predict("doctor", slice_id, Prompt(box=Box.of_mask(mask))))
            times[name] = clock.lap()
        worst = min(dice(proposal.mask, mask) for proposal, mask in zip(proposals, masks, strict=True))
        if full:
            ids = [proposal.proposal_id for proposal in proposals]
            clock.lap()
            engine.correct("doctor", slice_id, masks[0] | masks[1], correction_id="doctor", proposals=ids)
            engine.learn_now("doctor")
            times["update_s"] = clock.lap()
    return times | {"dice": float(worst)}


def made_up_image() -> tuple[SliceImage, list[BoolArray]]:
    """A grey image of two bright discs on noise, and the discs' masks; always the same."""
    pixels = np.random.default_rng(0).normal(70, 12, (SIDE, SIDE))
    rows, cols = np.mgrid[:SIDE, :SIDE]
    masks = [np.asarray((rows - row) ** 2 + (cols - col) ** 2 <= r**2, dtype=bool) for row, col, r in DISCS]
    for mask in masks:
        pixels[mask] += 90
    return SliceImage(np.clip(pixels, 0, 255).astype(np.uint8)), masks


class _Clock:
    """Seconds since it was made, or since the last lap."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def lap(self) -> float:
        """The seconds, rounded to milliseconds; the next lap begins."""
        now = time.perf_counter()
        seconds, self._since = now - self._since, now
        return round(seconds, 3)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]

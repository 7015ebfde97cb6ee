"""Composition root: which generalist, which specialist, which device, and what torch is told once per process."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import torch

from auxol_core.engine.engine import Engine, LocatorFactory, SpecialistFactory
from auxol_core.generalist.base import Generalist
from auxol_core.generalist.checkpoints import find
from auxol_core.machine.precision import PrecisionChoice, choose_precision
from auxol_core.options import MachineOptions, Precision, TaskOptions
from auxol_core.prompter.finders import LocatorSetting, locator_of
from auxol_core.prompter.locating import Locator
from auxol_core.specialist.preset import Learner, Setting
from auxol_core.specialist.registry import find_preset

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Compute:
    """What the machine gives: device and precision, each with the reason in a sentence, and torch's threads."""

    device: str
    device_reason: str
    precision: Precision
    precision_reason: str
    threads: int


def set_up_torch(machine: MachineOptions) -> Compute:
    """Choose device, precision and threads, and tell torch and OpenCV. Idempotent; call it before anything runs."""
    threads = machine.threads or os.cpu_count() or 1
    torch.set_num_threads(threads)
    # Weights that fade towards 0 become denormal numbers, on which a CPU is a hundred times slower.
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    device, device_reason = _device(machine)
    if machine.precision != "auto":
        choice = PrecisionChoice(machine.precision, "as asked for")
    elif device == "cuda":
        choice = PrecisionChoice("bfloat16", "a GPU multiplies it in hardware")
    else:
        choice = choose_precision(threads)
    return Compute(device, device_reason, choice.precision, choice.reason, threads)


def _device(machine: MachineOptions) -> tuple[str, str]:
    if machine.device == "cpu":
        return "cpu", "as asked for"
    if torch.cuda.is_available():
        return "cuda", f"torch sees {torch.cuda.get_device_name(0)}"
    build = "this build of torch has no CUDA" if torch.version.cuda is None else "torch sees no CUDA device"
    if machine.device == "cuda":
        log.warning("CUDA was asked for, but %s: using the CPU", build)
    return "cpu", build


def make_generalist(name: str, compute: Compute) -> Generalist:
    """A name of the registry, a checkpoint's path, or ``NAME:PATH``; CheckpointError if it cannot be used."""
    checkpoint = find(name)
    return checkpoint.row.load(checkpoint, compute.device, compute.precision)


def specialist_factory(compute: Compute, generalist: Generalist) -> SpecialistFactory:
    """What makes a task's learner from its options, by the preset that they name."""

    def make(options: TaskOptions) -> Learner:
        setting = Setting(generalist, options.seed, compute.precision, compute.device)
        return find_preset(options.preset).learner(options, setting)

    return make


def locator_factory(compute: Compute) -> LocatorFactory:
    """What makes a task's locator, by its preset."""

    def make(options: TaskOptions) -> Locator | None:
        return locator_of(options.preset, LocatorSetting(options.seed, compute.precision, compute.device))

    return make


@dataclass(frozen=True)
class EngineParts:
    """What several engines of one process have in common."""

    generalist: Generalist
    make_specialist: SpecialistFactory
    machine: MachineOptions
    compute: Compute
    make_locator: LocatorFactory | None = None


def make_parts(generalist: str, machine: MachineOptions | None = None) -> EngineParts:
    """The parts of any number of engines; to be called in the thread that they will compute in."""
    machine = machine or MachineOptions()
    compute = set_up_torch(machine)
    made = make_generalist(generalist, compute)
    make_locator = locator_factory(compute) if machine.locating else None
    return EngineParts(made, specialist_factory(compute, made), machine, compute, make_locator)


def warm_up() -> None:
    """Have torch load what the first update needs (a second of imports), so that no prediction waits for that.

    To be called in a thread beside the one that computes, where something else may go on meanwhile.
    """
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])


def make_engine(generalist: str, data_dir: Path, machine: MachineOptions | None = None) -> Engine:
    """An engine in this process with the generalist of that name, its tasks in ``data_dir``."""
    parts = make_parts(generalist, machine)
    return Engine(
        parts.generalist,
        parts.make_specialist,
        data_dir,
        parts.machine,
        device=parts.compute.device,
        precision=parts.compute.precision,
        make_locator=parts.make_locator,
    )

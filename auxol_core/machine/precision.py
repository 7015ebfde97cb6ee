"""float32 or bfloat16: measured once on this machine, remembered, and said why.

Autocast to bfloat16 pays only where the CPU multiplies it in hardware (AVX512-BF16, AMX); elsewhere it is several
times slower. No list of processors tells that as surely as one measurement.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from auxol_core.machine.places import cache_folder
from auxol_core.machine.processor import cpu_name
from auxol_core.options import Precision
from auxol_core.promptable.network import CROP_SIDE, INPUT_CHANNELS, PromptableNetwork
from auxol_core.promptable.weights import to_channels_last
from auxol_core.whole_files import write_whole

log = logging.getLogger(__name__)

# bfloat16 rounds: it has to win clearly to be worth that.
WORTH_IT = 0.8


@dataclass(frozen=True)
class PrecisionChoice:
    """``precision``: float32 or bfloat16; ``reason``: one sentence for `auxol doctor` and the panel."""

    precision: Precision
    reason: str


def choose_precision(threads: int, cache: Path | None = None) -> PrecisionChoice:
    """The faster precision for the promptable network on this CPU; measured at the first call (about a second)."""
    path = cache or cache_folder() / "precision.json"
    key = f"{platform.machine()}|{cpu_name()}|torch {torch.__version__}|{threads} threads"
    known = _read(path)
    if key not in known:
        known[key] = _measure()
        _write(path, known)
    ratio = known[key]
    if ratio < WORTH_IT:
        return PrecisionChoice("bfloat16", f"bfloat16 takes {ratio:.2f} of float32's time on this CPU")
    return PrecisionChoice("float32", f"bfloat16 takes {ratio:.2f} of float32's time on this CPU: it does not pay")


def _measure() -> float:
    """Time of bfloat16 over time of float32, best of three each, on a batch of four crops."""
    network = to_channels_last(PromptableNetwork().eval())
    x = torch.zeros(4, INPUT_CHANNELS, CROP_SIDE, CROP_SIDE).contiguous(memory_format=torch.channels_last)
    best = {}
    for wanted in (False, True):
        times = []
        for _ in range(4):
            began = time.perf_counter()
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=wanted):
                network(x)
            times.append(time.perf_counter() - began)
        best[wanted] = min(times[1:])
    return best[True] / best[False]


def _read(path: Path) -> dict[str, float]:
    try:
        known = json.loads(path.read_text())
        return {str(key): float(value) for key, value in known.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(path: Path, known: dict[str, float]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(known).encode())
    except OSError as error:
        # Not remembered is no harm: it is measured again next time.
        log.info("the measured precision could not be remembered: %s", error)

"""What the parts of the benchmark with a SAM share: a row, the picture, and how a time is taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from auxol_core.types import FloatArray

SIDE = 512
REPEATS, QUICK_REPEATS = 3, 25


@dataclass(frozen=True)
class Row:
    """``seconds`` of one encoding or decoding; ``apart``: from segment_anything's own, a share of its range."""

    what: str
    precision: str
    seconds: float
    apart: float | None = None


def picture() -> FloatArray:
    """(512, 512, 3)"""
    return np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)


def timed(run: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """The median of ``repeats`` after one to warm up, and what the last one gave."""
    result, seconds = run(), []
    for _ in range(repeats):
        began = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds)), result

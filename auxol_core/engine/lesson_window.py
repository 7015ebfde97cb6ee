"""Which grey window a lesson's pictures were kept through, and the lesson as another window would have kept it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.imaging.rewindow import rewindowed
from auxol_core.specialist.base import Arrays, Pictured, Specialist
from auxol_core.types import IntensityWindow

# Two more arrays of a lesson: low and high, float64 (2,), and the share of its pixels that is lost, float64 (1,).
WINDOW, LOST = "window", "window_lost"


def marked(arrays: Mapping[str, NDArray[Any]], window: IntensityWindow, lost: float = 0.0) -> dict[str, NDArray[Any]]:
    """``arrays`` of a lesson that was kept through ``window``."""
    named = {**arrays, WINDOW: np.array([window.low, window.high], dtype=np.float64)}
    return named if lost == 0.0 else {**named, LOST: np.array([lost], dtype=np.float64)}


def window_of(arrays: Arrays, otherwise: IntensityWindow | None) -> IntensityWindow | None:
    """The window of a lesson; ``otherwise`` where it does not name one."""
    if WINDOW not in arrays:
        return otherwise
    low, high = (float(edge) for edge in np.asarray(arrays[WINDOW], dtype=np.float64))
    return IntensityWindow(low, high)


def lost_of(arrays: Arrays) -> float:
    """What share of its pixels no change of window can bring back, 0..1."""
    return float(np.asarray(arrays[LOST], dtype=np.float64)[0]) if LOST in arrays else 0.0


def brought(
    arrays: Arrays, specialist: Specialist, window: IntensityWindow, otherwise: IntensityWindow | None
) -> dict[str, NDArray[Any]] | None:
    """``arrays`` as ``window`` would have kept them; None where they are, or where they hold no picture to bring.

    A lesson that holds none (features of a generalist, a picture mixed with a mask) stays as it is, unmarked.
    """
    old = window_of(arrays, otherwise)
    names = specialist.pictures(arrays) if isinstance(specialist, Pictured) else ()
    if old is None or old == window or not names:
        return None
    fresh: dict[str, NDArray[Any]] = dict(arrays)
    lost = lost_of(arrays)
    for name in names:
        fresh[name], share = rewindowed(np.asarray(arrays[name], dtype=np.uint8), old, window)
        lost = max(lost, share)
    return marked(fresh, window, lost)

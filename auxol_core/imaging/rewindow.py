"""A picture that was kept through one grey window, seen through another: as far as it was not cut off."""

from __future__ import annotations

import numpy as np

from auxol_core.types import ByteArray, IntensityWindow


def rewindowed(picture: ByteArray, old: IntensityWindow, new: IntensityWindow) -> tuple[ByteArray, float]:
    """``picture`` (any shape, 0..255 over ``old``) over ``new``, and the share 0..1 of it that may be wrong.

    0 and 255 stand for everything beyond their end of ``old``: where ``new`` goes on there, what these were is lost,
    and they become the end of ``old``. The rest is right to the step that 8 bits have, 1/255 of ``old``.
    """
    values = old.low + np.arange(256) / 255.0 * (old.high - old.low)
    table = np.rint(255.0 * np.clip((values - new.low) / (new.high - new.low), 0.0, 1.0)).astype(np.uint8)
    lost = 0.0
    if picture.size:
        below = float((picture == 0).mean()) if new.low < old.low else 0.0
        lost = below + (float((picture == 255).mean()) if new.high > old.high else 0.0)
    return np.asarray(table[picture]), lost

"""What a task says and gets on images of another grey scale than it was taught on.

    python tools/bench/shifted_greys.py DIR [LABEL ...]

DIR holds CT in HU as the replay reads it (``btcv_ct``). A task a label is taught on the largest slice of the first six
patients, in the window of the first volume, and asked for boxes around the largest slice of the others: as they are,
and stored otherwise. A line for each scale: the mean share outside the window, the Dice told with and without its drop,
the true one, and how many of the proposals come with a warning.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.build import make_engine
from auxol_core.imaging import files
from auxol_core.imaging.metrics import dice
from auxol_core.imaging.outside import BOUND, HALF
from auxol_core.options import MachineOptions
from auxol_core.scales import GreyScale
from auxol_core.types import Box, Prompt, Proposal, SliceImage

TAUGHT = 6
Pixels = NDArray[np.float32]
SCALES: dict[str, Callable[[Pixels], NDArray[Any]]] = {
    "HU, as taught": lambda hu: hu,
    "HU + 1024, unsigned": lambda hu: (hu + 1024).astype(np.uint16),
    "16 times HU + 1024": lambda hu: ((hu + 1024) * 16).astype(np.uint16),
    "HU + 200": lambda hu: hu + 200,
    "HU + 100": lambda hu: hu + 100,
    "0 to 1": lambda hu: ((hu + 125) / 400).astype(np.float32),
    "8 bits of -125 .. 275": lambda hu: np.clip((hu + 125) / 400 * 255, 0, 255).astype(np.uint8),
    "8 bits of -1000 .. 1000": lambda hu: np.clip((hu + 1000) / 2000 * 255, 0, 255).astype(np.uint8),
    "a half of HU": lambda hu: hu / 2,
}


def told_without(shown: Proposal) -> float:
    """The quality as it would have been told; of one that was cut at 1 a little less."""
    return shown.quality / (1.0 - HALF * min(1.0, max(0.0, (shown.outside - HALF) / (BOUND - HALF))))


def main(folder: Path, labels: list[int]) -> None:
    """Print the table of all labels together."""
    volumes, truths = sorted((folder / "volumes").iterdir()), sorted((folder / "labels").iterdir())
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in SCALES}
    with tempfile.TemporaryDirectory() as data:
        engine = make_engine("builtin", Path(data), MachineOptions(1))
        with closing(engine):
            for label in labels:
                engine.create_task(str(label))
            for number, (path, truth_path) in enumerate(zip(volumes, truths, strict=True)):
                volume, truth = files.read_volume(path).pixels.astype(np.float32), files.read_volume_labels(truth_path)
                for label in labels:
                    index = int(np.argmax((truth == label).sum(axis=(1, 2))))
                    mask = truth[index] == label
                    box = Box.of_mask(mask)
                    if box is None:
                        continue
                    for name, stored in SCALES.items() if number >= TAUGHT else list(SCALES.items())[:1]:
                        scale = GreyScale.of(stored(volume), whole=True)
                        image = SliceImage(stored(volume[index]), scale=scale)
                        shown = engine.predict(str(label), engine.put_slice(image), Prompt(box))
                        if number >= TAUGHT:
                            true = dice(shown.mask, mask)
                            told = (shown.outside, told_without(shown), shown.quality, true, float(bool(shown.warning)))
                            rows[name].append(told)
                            engine.dismiss(shown.proposal_id)
                            continue
                        words = {"correction_id": f"c{number}", "proposals": [shown.proposal_id]}
                        engine.correct(str(label), shown.slice_id, mask, **words)  # type: ignore[arg-type]
                        engine.learn_now(str(label))
    sys.stdout.write("scale                      n outside  told before  told now  true  warned\n")
    for name, each in rows.items():
        outside, before, now, true, warned = np.mean(each, axis=0)
        figures = f"{outside:.2f}         {before:.2f}      {now:.2f}  {true:.2f}    {warned:.2f}"
        sys.stdout.write(f"{name:26s} {len(each)}    {figures}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(label) for label in sys.argv[2:]] or [1, 6])

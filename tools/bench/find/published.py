"""The published method's box, with nothing of ours around it: the classifier's Grad-CAM to the frozen network.

A slice stands for itself, as published: it is shown where the classifier says that the structure is there, and asked
with the box of all pixels over 0.4 of its map's range, or with the middle half of the slice where the map is flat
(ADA-SAM, arXiv 2507.01828, and its code). One box, whatever it answers: no volume order, no agreement of two looks,
no going on from what is sure.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from auxol_core.build import make_engine
from auxol_core.options import MachineOptions, TaskOptions
from auxol_core.prompter.locating import Look
from auxol_core.types import Box, Prompt
from tools.bench.find.found import Found, found
from tools.bench.find.locating import Taught
from tools.bench.learn.patients import Patient

METHOD, TASK = "CAM box as published", "frozen"
# Look.probability of the classifier is 0.5 exactly where its map is at 0.4 of its range.
OVER = 0.5


def published_rows(locator: Taught, patients: Sequence[Patient]) -> Iterator[Found]:
    """A row a slice of METHOD."""
    with tempfile.TemporaryDirectory(prefix="auxol-find-", ignore_cleanup_errors=True) as folder:
        engine = make_engine("builtin", Path(folder), MachineOptions(threads=1))
        try:
            engine.create_task(TASK, TaskOptions(learning=False))
            for patient in patients:
                for index, image in enumerate(patient.images):
                    look = locator.look(image)
                    made = engine.predict(TASK, engine.put_slice(image), Prompt(box=published_box(look)))
                    engine.dismiss(made.proposal_id)
                    yield found(
                        METHOD, (patient.patient, patient.name, index), patient.truth[index], made.mask,
                        presence=look.presence, shown=look.presence >= 0.5, confidence=look.presence,
                        cost_s=locator.cost_s,
                    )  # fmt: skip
        finally:
            engine.close()


def published_box(look: Look) -> Box:
    """Around all that is over the threshold, in pieces or not; the middle half where nothing is."""
    box = Box.of_mask(look.probability > OVER)
    if box is not None:
        return box
    rows, cols = look.probability.shape
    return Box(rows / 4, cols / 4, 3 * rows / 4, 3 * cols / 4)

"""An engine without a model, and tiny sets of data: what the tests of replay and batch run on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.imaging.lowering import lowered
from auxol_core.imaging.metrics import dice
from auxol_core.options import TaskOptions
from auxol_core.replay.methods import ellipse, point_distance
from auxol_core.types import (
    PLAIN_KINDS,
    Box,
    CorrectionInfo,
    Prompt,
    Propagated,
    Proposal,
    Receipt,
    Scores,
    TaskStatus,
)


@dataclass
class FakeEngine:
    """Fills the box; a task that learns knows after its second correction that things are round.

    Points give a disc of 20 px. ``log`` records the verbs; ``stop_at`` raises KeyboardInterrupt at that prediction.
    """

    log: list[tuple] = field(default_factory=list)
    stop_at: int | None = None
    generalist_hash: str = "f00d"
    slices: dict = field(default_factory=dict)
    options: dict = field(default_factory=dict)
    infos: list = field(default_factory=list)
    proposals: dict = field(default_factory=dict)
    predictions: int = 0
    closed: bool = False

    def put_slice(self, image):
        self.slices[image.slice_id] = image
        self.log.append(("put_slice", image))
        return image.slice_id

    def create_task(self, name, options=None):
        self.options[name] = options or TaskOptions()
        return self.status(name)

    def import_task(self, path, name):
        if not Path(path).exists():
            raise NotFoundError(f"{path} is not here.")
        return self.create_task(name, TaskOptions(learning=False))

    def status(self, task):
        return TaskStatus(
            task, self.options[task].preset, "fake", self.generalist_hash, len(self.infos), len(self.infos), 0, 0,
            False, 1.0, None, "cpu", "float32",
        )  # fmt: skip

    def predict(self, task, slice_id, prompt):
        self.predictions += 1
        if self.stop_at is not None and self.predictions >= self.stop_at:
            raise KeyboardInterrupt
        shape = self.slices[slice_id].shape
        prompt.check_against(shape)
        mask = self._mask(task, prompt, shape)
        made = Proposal(f"p{self.predictions}", task, slice_id, prompt, mask, 0.8, len(self.infos), 1.0)
        self.proposals[made.proposal_id] = made
        self.log.append(("predict", task, slice_id, prompt))
        return made

    def _mask(self, task, prompt, shape):
        prompt = lowered(prompt, PLAIN_KINDS, shape)
        if prompt.box is None:
            return point_distance(prompt.points, shape) <= 20
        if self.options[task].preset == "auxol" and self.options[task].learning and len(self.infos) >= 2:
            return ellipse(prompt.box, shape)
        mask = np.zeros(shape, bool)
        mask[round(prompt.box.row0) : round(prompt.box.row1), round(prompt.box.col0) : round(prompt.box.col1)] = True
        return mask

    def find(self, task, slices, *, taken=(), several=False):
        """A square in the middle of every slice whose middle is bright; the darker the middle, the less is it there."""
        for index, slice_id in enumerate(slices):
            self.log.append(("find", slice_id, several))
            pixels = np.asarray(self.slices[slice_id].pixels, float)
            rows, cols = pixels.shape[:2]
            middle = Box(rows / 4, cols / 4, rows * 3 / 4, cols * 3 / 4)
            if pixels[rows // 2, cols // 2] <= 100:
                yield Propagated(index, None, "nothing there", 0.1, 0.125)
                continue
            mask = np.zeros((rows, cols), bool)
            mask[rows // 4 : rows * 3 // 4, cols // 4 : cols * 3 // 4] = True
            self.predictions += 1
            made = Proposal(f"p{self.predictions}", task, slice_id, Prompt(box=middle), mask, 0.75, 1, 0.5)
            self.proposals[made.proposal_id] = made
            yield Propagated(index, made, "", 0.5, 0.875)

    def dismiss(self, proposal_id):
        del self.proposals[proposal_id]
        self.log.append(("dismiss", proposal_id))

    def correct(self, task, slice_id, mask, *, correction_id, proposals=()):
        if mask.shape != self.slices[slice_id].shape:
            raise InvalidInputError("shape")
        assert correction_id not in {info.correction_id for info in self.infos}
        scores = tuple(
            Scores(dice(self.proposals[p].mask, mask), None, dice(self.proposals[p].mask, mask)) for p in proposals
        )
        self.log.append(("correct", correction_id, mask))
        self.infos.append(CorrectionInfo(correction_id, len(self.infos) + 1, slice_id, False, False, scores))
        return Receipt(correction_id, task, len(self.infos), len(proposals), False)

    def learn_now(self, task):
        self.log.append(("learn_now", task))
        return self.status(task)

    def corrections(self, task):
        return list(self.infos)

    def close(self):
        self.closed = True

    def of(self, verb):
        return [entry for entry in self.log if entry[0] == verb]


class FakeFactory:
    """Makes fake engines and keeps them, in order; the first only tells facts."""

    def __init__(self, **settings):
        self.settings = settings
        self.made = []
        self.machines = []

    def __call__(self, *, generalist, data_dir, machine):
        engine = FakeEngine(**self.settings)
        self.made.append(engine)
        self.machines.append(machine)
        return engine


def disc(shape, centre, radius):
    rows, cols = np.ogrid[: shape[0], : shape[1]]
    return (rows - centre[0]) ** 2 + (cols - centre[1]) ** 2 <= radius**2


def write_image(path, array, *, colour=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(np.ascontiguousarray(array), isVector=colour), str(path))


def image_set(folder, count=6, shape=(256, 256), seed=0, value=255):
    """A set of grey pictures with one bright disc each."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        truth = disc(shape, rng.uniform(80, 170, 2), rng.uniform(25, 50))
        image = np.clip(rng.normal(60, 10, shape) + 80 * truth, 0, 255).astype(np.uint8)
        write_image(folder / "images" / f"case{i:02}.png", image)
        write_image(folder / "masks" / f"case{i:02}.png", (truth * value).astype(np.uint8))
    return folder


def volume_set(folder, count=3, shape=(12, 40, 48), spacing=(1.5, 0.5, 3.0), ending=".nii.gz", seed=0):
    """Volumes with a ball of label 1 and a bar of label 2; ``spacing`` (x, y, z)."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
        labels = (((z - 6) / 5) ** 2 + ((y - 18) / 10) ** 2 + ((x - 15) / 11) ** 2 <= 1).astype(np.uint8)
        labels[3:9, 10:22, 32:44] = 2
        voxels = (rng.normal(500, 30, shape) + 400 * (labels > 0)).astype(np.float32)
        for name, array in (("volumes", voxels), ("labels", labels)):
            image = sitk.GetImageFromArray(array)
            image.SetSpacing(spacing)
            image.SetOrigin((-10.0, 20.0, 5.0 + i))
            image.SetDirection((0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1.0))
            (folder / name).mkdir(parents=True, exist_ok=True)
            sitk.WriteImage(image, str(folder / name / f"vol{i}{ending}"))
    return folder

"""A correction as it is kept until its receipt is there: everything that sending it takes, also without the scene.

A file is one message of the protocol: fields ``to``, ``task``, ``correction_id``, ``slice_id``, ``spacing_mm``,
``proposals`` and, where its task may have to be made, ``options``; arrays ``mask`` and, where the client had them,
``pixels``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core import protocol
from auxol_core.protocol import Message
from auxol_core.types import SliceImage

ENDING = ".correction"


@dataclass(frozen=True, eq=False)
class KeptCorrection:
    """A correction as ``EngineApi.correct`` takes it, with its slice where that is known. ``to``: whose it is.

    ``options``: those of a new task, as JSON, where the task was not there when this was saved; it is then made with
    them. None: the task was there, and a correction of a task that was deleted since is not wanted.
    """

    to: str
    task: str
    correction_id: str
    slice_id: str
    mask: NDArray[Any] = field(repr=False)
    proposals: tuple[str, ...] = ()
    image: SliceImage | None = field(default=None, repr=False)
    options: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def file_name(self) -> str:
        """Under which it is kept."""
        return name_of(self.to, self.task, self.correction_id)


def name_of(to: str, task: str, correction_id: str) -> str:
    """The name of a kept correction's file, which tells nobody what is in it."""
    return hashlib.sha256(json.dumps([to, task, correction_id]).encode()).hexdigest() + ENDING


def bytes_of(kept: KeptCorrection) -> bytes:
    """The file's content. Pixels stay raw: compressing a slice takes longer than writing it, and the user waits."""
    arrays = {"mask": kept.mask}
    values = {name: getattr(kept, name) for name in ("to", "task", "correction_id", "slice_id")}
    values |= {"proposals": list(kept.proposals), "spacing_mm": None}
    if kept.image is not None:
        arrays["pixels"] = kept.image.pixels
        values["spacing_mm"] = kept.image.spacing_mm
    if kept.options is not None:
        values["options"] = protocol.plain(kept.options)
    return protocol.encode(Message(values, arrays))


def kept_of(data: bytes) -> KeptCorrection:
    """The inverse of ``bytes_of``. Raises AuxolError, KeyError, TypeError or ValueError for any other bytes."""
    message = protocol.decode(data)
    told = message.fields
    to, task, correction_id, slice_id = (told[name] for name in ("to", "task", "correction_id", "slice_id"))
    if not all(isinstance(value, str) for value in (to, task, correction_id, slice_id, *told["proposals"])):
        raise TypeError("names must be texts")
    options = told.get("options")
    if not (options is None or isinstance(options, dict)):
        raise TypeError("options must be named values")
    image = _image(message, slice_id)
    mask, proposals = np.asarray(message.arrays["mask"]), tuple(told["proposals"])
    return KeptCorrection(to, task, correction_id, slice_id, mask, proposals, image, options)


def _image(message: Message, slice_id: str) -> SliceImage | None:
    if "pixels" not in message.arrays:
        return None
    spacing = message.fields["spacing_mm"]
    spacing_mm = None if spacing is None else (float(spacing[0]), float(spacing[1]))
    image = SliceImage(message.arrays["pixels"], spacing_mm)
    if image.slice_id != slice_id:
        raise ValueError("the pixels are not those of its slice")
    return image

"""The only place that imports ``segment_anything``, with or without torchvision.

segment_anything imports four names of torchvision when it is imported itself: ``resize`` and ``to_pil_image`` (its
predictor's preprocessing) and ``batched_nms`` and ``box_area`` (its automatic mask generator). The torchvision that a
package registry gives is built for a CUDA torch and does not import beside a CPU one ("operator torchvision::nms does
not exist"), so that a machine without a GPU would lose SAM for functions that interactive segmentation never calls.

Where torchvision imports, it is used. Where it does not, modules of the same names stand in while segment_anything is
imported and are taken away again: its modules bind the four names for themselves, so nobody else ever meets them.
Import order matters therefore: one thread, before anything else is about to import torchvision.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from auxol_core.errors import CheckpointError

_PACKAGE = "torchvision"
_USED_BY_SAM = (f"{_PACKAGE}.ops.boxes", f"{_PACKAGE}.transforms.functional")


def import_segment_anything() -> ModuleType:
    """The package segment_anything, imported once. Raises CheckpointError where it is not installed."""
    found = sys.modules.get("segment_anything")
    if found is not None and hasattr(found, "modeling"):
        return found
    # What somebody else's failed import left (MONAI tries it without a torchvision that imports): the package itself or
    # parts of it, which a later import takes as they are and does not hang into the package.
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "segment_anything" and module is not None:  # None: somebody forbids it
            del sys.modules[name]
    if importlib.util.find_spec("segment_anything") is None:
        raise CheckpointError(
            "A SAM checkpoint needs the Python package segment-anything, which is not installed. "
            "Install it with pip, or choose the built-in generalist."
        )
    if torchvision_imports():
        return importlib.import_module("segment_anything")
    with stand_in():
        return importlib.import_module("segment_anything")


def torchvision_imports() -> bool:
    """Whether torchvision is here and fits this torch. What a failed import leaves half-made is cleared away."""
    before = set(sys.modules)
    try:
        for name in _USED_BY_SAM:
            importlib.import_module(name)
    except (ImportError, RuntimeError, OSError, AttributeError):
        # Missing; without its operators; without CUDA's libraries; half-imported after one of these.
        for name in _torchvision_modules() - before:
            del sys.modules[name]
        return False
    return True


def _torchvision_modules() -> set[str]:
    return {name for name in sys.modules if name == _PACKAGE or name.startswith(f"{_PACKAGE}.")}


@contextmanager
def stand_in() -> Iterator[None]:
    """While it lasts, torchvision is what is written here; afterwards what it was before."""
    displaced = {name: sys.modules.pop(name) for name in _torchvision_modules()}
    sys.modules.update(_modules())
    try:
        yield
    finally:
        for name in _torchvision_modules():
            del sys.modules[name]
        sys.modules.update(displaced)


def _modules() -> dict[str, ModuleType]:
    contents: dict[str, dict[str, object]] = {
        _PACKAGE: {},
        f"{_PACKAGE}.ops": {},
        f"{_PACKAGE}.ops.boxes": {"batched_nms": batched_nms, "box_area": box_area},
        f"{_PACKAGE}.transforms": {},
        f"{_PACKAGE}.transforms.functional": {"resize": resize, "to_pil_image": to_pil_image},
    }
    modules = {
        name: ModuleType(name, "Stands in for torchvision while segment_anything is imported.") for name in contents
    }
    for name, names in contents.items():
        modules[name].__dict__.update(names)
        modules[name].__path__ = []
    return modules


def to_pil_image(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``image`` (H, W, 3) uint8 as it is: SAM only hands it on to ``resize``. TypeError for anything else."""
    array = np.asarray(image)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise TypeError(f"An image of (rows, columns, 3) uint8 is needed here, got {array.shape} {array.dtype}.")
    return array


def resize(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """``image`` (H, W, 3) uint8 resampled to ``size`` (rows, columns) as Pillow does it: bilinear, antialiased."""
    pixels = torch.from_numpy(np.array(to_pil_image(image))).permute(2, 0, 1)[None].float()
    resampled = functional.interpolate(pixels, tuple(size), mode="bilinear", align_corners=False, antialias=True)
    return np.asarray(resampled[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).numpy())


def batched_nms(*_: object, **__: object) -> None:
    """Not here: raises NotImplementedError."""
    _refuse("batched_nms")


def box_area(*_: object, **__: object) -> None:
    """Not here: raises NotImplementedError."""
    _refuse("box_area")


def _refuse(name: str) -> None:
    raise NotImplementedError(
        f"{name} is torchvision's, which does not import here; only SAM's automatic mask generator needs it. "
        "Prompt SAM with a box or points, or install the torchvision that fits this torch."
    )

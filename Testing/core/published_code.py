"""The families' own code, which ours is held against (packages that only tests need, see the Makefile), and how far
two computations are apart on random weights."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from auxol_core.generalist.torchvision_stand_in import stand_in

# What they import beside torch and what one picture through a network does not need.
UNUSED = ("torchvision", "hydra", "iopath", "omegaconf", "tqdm", "huggingface_hub")


def imported(package: str, version: str, *modules: str) -> Any:
    """``modules`` of ``package``, with what it does not need stood in for. Skips where the package itself is not."""
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed (pip install --no-deps {package.replace('_', '-')}=={version})")
    with warnings.catch_warnings(), stand_in(), _anything():
        warnings.simplefilter("ignore")  # theirs, on import
        found = [importlib.import_module(f"{package}.{name}") for name in modules]
    return found[0] if len(found) == 1 else found


class _Anything(ModuleType):
    """A module in which every name is an empty class, and every module below it another such module."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # A name of its own each: some are decorated, subclassed or called.
        return type(name, (), {"__init__": lambda *_, **__: None, "__getattr__": lambda *_: lambda *_, **__: True,
                               "instance": classmethod(lambda made: made())})  # fmt: skip


class _Finder:
    """Makes such modules of what is not there already."""

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        if name.partition(".")[0] not in UNUSED:
            return None
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Anything(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


@contextmanager
def _anything() -> Iterator[None]:
    before, finder = set(sys.modules), _Finder()
    # The project's own stand-in for torchvision knows the names that SAM needs; the rest is added to it.
    for name, names in {"torchvision.transforms": ("Normalize", "Resize", "ToTensor"),
                        "torchvision": ("transforms",)}.items():  # fmt: skip
        _filled(sys.modules[name], names)
    sys.meta_path.append(finder)  # type: ignore[arg-type]
    try:
        yield
    finally:
        sys.meta_path.remove(finder)  # type: ignore[arg-type]
        for name in set(sys.modules) - before:
            if isinstance(sys.modules[name], _Anything):
                del sys.modules[name]


def _filled(module: ModuleType, names: Sequence[str]) -> None:
    for name in names:
        if not hasattr(module, name):
            setattr(module, name, sys.modules.get(f"{module.__name__}.{name}") or type(name, (), {}))


def randomised(module: Any) -> Any:
    """``module`` with random weights, none of them 0 or 1 alone, which would hide a part that is left out."""
    with torch.no_grad():
        for parameter in module.parameters():
            if bool((parameter == 1).all()):
                parameter.normal_(1.0, 0.2)
            elif not parameter.any():
                parameter.normal_(std=0.3)
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_(std=0.1)  # type: ignore[union-attr]
                part.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr]
    return module.eval().requires_grad_(False)


def apart(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """The largest difference, as a share of the range of ``theirs``."""
    return float((ours - theirs).abs().max() / (theirs.max() - theirs.min()))


def run(steps: Any, x: Any) -> Any:
    """What an encoder's ``steps`` make of ``x``."""
    with torch.inference_mode():
        for step in steps:
            x = step(x)
    return x

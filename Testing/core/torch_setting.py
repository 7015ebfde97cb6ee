"""Torch is told once per process; what it was told is taken back, because other tests run in this process too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from tiny_network import MACHINE

from auxol_core.build import set_up_torch


@pytest.fixture(autouse=True, scope="module")
def torch_of_the_engine() -> Iterator[None]:
    """One thread, and numbers near 0 are 0: hypothesis, for one, refuses to draw floats while that holds."""
    threads = torch.get_num_threads()
    set_up_torch(MACHINE)
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """One thread, for tests of networks by themselves."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)

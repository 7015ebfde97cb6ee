"""A machine with a GPU encodes in half precision; seen here by the device's name alone, since this one has none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from auxol_core.build import set_up_torch
from auxol_core.options import MachineOptions


@pytest.fixture(autouse=True)
def torch_is_left_as_it_was() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


def test_a_gpu_encodes_in_half_precision_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "a GPU")
    compute = set_up_torch(MachineOptions(threads=1))
    assert (compute.device, compute.precision) == ("cuda", "bfloat16")
    assert set_up_torch(MachineOptions(threads=1, precision="float32")).precision == "float32"

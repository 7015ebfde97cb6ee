"""A CT-sized volume meets a server that is just being started: what travels, and when the first mask is there."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from nursery import StartServer

from auxol_core.imaging.metrics import dice
from auxol_core.types import BoolArray, Box, Prompt, SliceImage

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no stand-in for Python there")

SHAPE = (300, 512, 512)  # slices, rows, columns
MIDDLE, REACH = 150, 5
SLICE_BYTES = 512 * 512 * 2


def organ(index: int) -> BoolArray:
    """The ellipsoid on slice ``index``, (rows, columns)."""
    rows, cols = np.mgrid[: SHAPE[1], : SHAPE[2]]
    return ((rows - 260) / 90) ** 2 + ((cols - 200) / 70) ** 2 + ((index - MIDDLE) / 60) ** 2 <= 1


def ct_volume() -> NDArray[np.int16]:
    """Air, a body, and in it a brighter organ, in Hounsfield units; (slices, rows, columns) int16, 157 MB."""
    rows, cols = np.mgrid[: SHAPE[1], : SHAPE[2]]
    noise = np.random.default_rng(0).normal(0, 15, SHAPE[1:])
    body = np.where(((rows - 256) / 180) ** 2 + ((cols - 256) / 230) ** 2 <= 1, 40, -1000)
    volume = np.empty(SHAPE, dtype=np.int16)
    for index in range(SHAPE[0]):
        volume[index] = body + np.roll(noise, 7 * index, axis=1)
        volume[index][organ(index)] += 90
    return volume


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of each piece that this process sends to anybody."""
    pieces: list[int] = []
    original = socket.socket.sendall

    def counted(self: socket.socket, data: Any, *flags: int) -> None:
        pieces.append(memoryview(data).nbytes)
        original(self, data, *flags)

    monkeypatch.setattr(socket.socket, "sendall", counted)
    return pieces


def test_of_a_ct_volume_one_slice_travels_before_the_first_mask_and_then_only_the_range(
    start_real: StartServer, tmp_path: Path, sent: list[int]
) -> None:
    volume = ct_volume()
    began = time.monotonic()
    server = start_real(tmp_path / "tasks")
    ready = time.monotonic()
    with server.client() as client:
        client.create_task("liver")
        tight = Box.of_mask(organ(MIDDLE))
        assert tight is not None
        prompt = Prompt(box=Box(tight.row0 - 3, tight.col0 - 4, tight.row1 + 5, tight.col1 + 2))
        first = client.predict("liver", client.put_slice(SliceImage(volume[MIDDLE], (0.8, 0.8))), prompt)
        shown = time.monotonic()
        before_the_first_mask = sum(sent)
        assert SLICE_BYTES < before_the_first_mask < 2 * SLICE_BYTES
        assert dice(first.mask, organ(MIDDLE)) > 0.8

        around = [client.put_slice(SliceImage(volume[i])) for i in range(MIDDLE - REACH, MIDDLE + REACH + 1)]
        client.prefetch("liver", around)
        found = list(client.propagate("liver", around, {REACH: first.mask}))
        done = time.monotonic()
        assert sorted(item.index for item in found) == [i for i in range(2 * REACH + 1) if i != REACH]
        for item in found:
            assert item.proposal is not None and item.proposal.slice_id == around[item.index]
            assert dice(item.proposal.mask, organ(MIDDLE - REACH + item.index)) > 0.8
        assert len(set(around)) * SLICE_BYTES < sum(sent) < (len(around) + 1) * SLICE_BYTES
    print(  # noqa: T201
        f"ready_s={ready - began:.1f} first_mask_s={shown - began:.1f} "
        f"first_mask_bytes={before_the_first_mask:,} of {volume.nbytes:,}; "
        f"{len(found)} slices more in {done - shown:.1f} s, {sum(sent) - before_the_first_mask:,} bytes"
    )

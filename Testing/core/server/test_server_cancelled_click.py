"""A client that goes while its click is computed takes the work along: the encoder stops at its next block."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
import requests
from small_server import ServerFactory, until
from stepped_encoder import BLOCKS, SteppedEncoder

from auxol_core import protocol
from auxol_core.engine.worker import Job
from auxol_core.types import Box, Prompt, SliceImage

PICTURE = SliceImage(np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8))
PROMPT = Prompt(box=Box(10, 10, 40, 40))


def test_a_click_whose_client_has_gone_is_cancelled(serve: ServerFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, cancel = SteppedEncoder(), Job.cancel
    cancelled = threading.Event()

    def cancel_and_tell(job: Job[Any]) -> None:
        cancel(job)
        cancelled.set()

    def hold(number: int) -> None:
        """The third block ends once the server has seen that nobody waits any more."""
        if number == 3:
            cancelled.wait(20)

    monkeypatch.setattr(Job, "cancel", cancel_and_tell)
    encoder.at_step = hold
    client = serve(generalist=encoder).client()
    client.create("discs")
    slice_id = client.put(PICTURE)
    message = protocol.prompt_message(PROMPT, slice_id=slice_id, previous=None)
    with pytest.raises(requests.Timeout):
        client.send("POST", "tasks", "discs", "predict", message=message, timeout=0.5)
    until(lambda: encoder.closed == 1)
    assert len(encoder.steps) == 3
    encoder.steps.clear()
    assert client.predict("discs", slice_id, PROMPT).status_code == 200
    assert len(encoder.steps) == BLOCKS

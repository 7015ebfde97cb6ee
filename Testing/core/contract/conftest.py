"""The suite's files are not named test_*, so pytest has to be told to explain their asserts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from tiny_network import MACHINE

from auxol_core.build import set_up_torch

pytest.register_assert_rewrite(
    "engine_contract",
    "contract_setting",
    "contract_proposals",
    "contract_teaching",
    "contract_tasks",
    "contract_history",
    "contract_volume",
)


@pytest.fixture(autouse=True, scope="module")
def torch_of_the_engine() -> Iterator[None]:
    """As in engine/conftest.py: what torch is told here is taken back for the tests that follow."""
    threads = torch.get_num_threads()
    set_up_torch(MACHINE)
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)

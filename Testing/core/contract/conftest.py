"""The suite's files are not named test_*, so pytest has to be told to explain their asserts."""

from __future__ import annotations

import pytest
from torch_setting import torch_of_the_engine  # noqa: F401 - an autouse fixture

pytest.register_assert_rewrite(
    "engine_contract",
    "contract_setting",
    "contract_proposals",
    "contract_teaching",
    "contract_tasks",
    "contract_history",
    "contract_volume",
)

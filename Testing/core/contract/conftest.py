"""What holds in every implementation's contract."""

from __future__ import annotations

import pytest
from contract_files import CONTRACT_FILES
from torch_setting import torch_of_the_engine  # noqa: F401 - an autouse fixture

pytest.register_assert_rewrite(*CONTRACT_FILES)

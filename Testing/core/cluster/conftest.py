"""What tests of the cluster share with those of the server and of the contract."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CORE / "server"), str(CORE / "contract")]

from contract_files import CONTRACT_FILES  # noqa: E402

pytest.register_assert_rewrite(*CONTRACT_FILES)
from torch_setting import torch_of_the_engine  # noqa: E402, F401 - an autouse fixture

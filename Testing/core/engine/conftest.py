"""Torch is told once per process; what it was told is taken back, because other tests run in this process too."""

from __future__ import annotations

from torch_setting import torch_of_the_engine

__all__ = ["torch_of_the_engine"]  # an autouse fixture

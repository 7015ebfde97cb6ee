"""Where the weights of the promptable network lie that ship with the package. Without torch."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).parents[1] / "generalist" / "weights" / "builtin.safetensors"

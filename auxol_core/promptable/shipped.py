"""Where the weights of the promptable network lie that ship with the package. Without torch."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).parents[1] / "generalist" / "weights" / "builtin.safetensors"

# How long an online step on these weights may be, as a share of what the options say. Their root mean square (BatchNorm
# folded) is 2.3 times that of the first ones that shipped, with which the options' rates were found, so that the same
# step changes an answer more: at the full rate they forgot more than they learned where a structure was new to them.
STEP = 0.5

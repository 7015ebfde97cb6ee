"""Freeze a training run's averaged weights as the built-in generalist: half precision, with how they were made.

``python -m pretrain.freeze runs/builtin/last.pt [--out FILE]``
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import torch
import typer

from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.promptable.weights import save_weights
from auxol_core.whole_files import written_beside

MAX_BYTES = 8_000_000


def freeze(
    run: Annotated[Path, typer.Argument(help="last.pt of a training run.")],
    out: Annotated[Path, typer.Option(help="Where the weights go.")] = WEIGHTS,
) -> None:
    """Write the averaged weights of ``run`` to ``out`` and print their hash."""
    state = torch.load(run, map_location="cpu", weights_only=True)
    network = PromptableNetwork()
    network.load_state_dict(state["averaged"])
    made_by = {"options": json.dumps(state["options"]), "steps": str(state["step"]), "images": str(state["images"])}
    if state.get("before"):
        made_by["before"] = json.dumps(state["before"], sort_keys=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(out) as partial:
        save_weights(network, partial, made_by)
        data = partial.read_bytes()
        if len(data) > MAX_BYTES:
            raise typer.BadParameter(f"The weights may take {MAX_BYTES:,} bytes, these take {len(data):,}.")
    typer.echo(f"{out.name}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}, {made_by}")


if __name__ == "__main__":
    typer.run(freeze)

"""Weights of the promptable network on disk: safetensors in half precision, with how they were made beside them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from auxol_core.errors import CheckpointError
from auxol_core.promptable.network import PromptableNetwork

FORMAT = "auxol-promptable-1"


def save_weights(network: PromptableNetwork, path: Path, made_by: dict[str, str]) -> None:
    """Write ``network`` in half precision to ``path``; ``made_by`` (options, images, machine) travels as metadata."""
    # Counters of batches seen are of no use to inference and would make equal weights differ.
    tensors = {
        name: tensor.detach().to(torch.float16).contiguous()
        for name, tensor in network.state_dict().items()
        if tensor.is_floating_point()
    }
    save_file(tensors, path, metadata={"format": FORMAT, **made_by})


def load_weights(path: Path) -> tuple[PromptableNetwork, str]:
    """Read ``path`` into a network in evaluation mode (float32, channels_last); returns it and the file's SHA-256.

    Raises CheckpointError if the file is missing, damaged or not a promptable network's.
    """
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with safe_open(str(path), framework="pt") as file:
            written = (file.metadata() or {}).get("format", "none")
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (not a dict)
    except Exception as error:
        raise CheckpointError(
            f"Expected a promptable network's weights at {path.name}, got: {error}. Reinstall the package."
        ) from error
    if written != FORMAT:
        raise CheckpointError(f"Expected weights of format {FORMAT} in {path.name}, got {written}. Reinstall.")
    network = PromptableNetwork()
    missing, unexpected = network.load_state_dict(tensors, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise CheckpointError(
            f"{path.name} does not fit this network: missing {missing[:3]}, unexpected {unexpected[:3]}. Reinstall."
        )
    network.eval().requires_grad_(False)
    return to_channels_last(network), digest


def to_channels_last(network: PromptableNetwork) -> PromptableNetwork:
    """Lay the weights out as (N, H, W, C): halves the time of a convolution on a CPU."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

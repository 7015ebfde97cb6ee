"""Weights of the promptable network on disk: safetensors in half precision, with how they were made beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save

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
    path.write_bytes(_in_order(save(tensors, metadata={"format": FORMAT, **made_by})))


def made_by(path: Path) -> dict[str, str]:
    """What ``save_weights`` was told of how the weights at ``path`` were made."""
    with safe_open(str(path), framework="pt") as file:
        known = dict(file.metadata() or {})
    known.pop("format", None)
    return known


def _in_order(data: bytes) -> bytes:
    """``data`` with its header's entries sorted: the library leaves them in no fixed order, and the hash is a name."""
    size = int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8 : 8 + size]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + data[8 + size :]


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
    wanted = {name: tensor for name, tensor in network.state_dict().items() if tensor.is_floating_point()}
    odd = sorted(set(wanted) ^ set(tensors)) or [n for n in wanted if wanted[n].shape != tensors[n].shape]
    if odd:
        raise CheckpointError(
            f"Expected this network's {len(wanted)} arrays in {path.name}, got other ones: {odd[:3]} are missing, "
            "unknown or of another shape. Reinstall the package."
        )
    network.load_state_dict(tensors, strict=False)  # but for the counters of batches seen
    network.eval().requires_grad_(False)
    return to_channels_last(network), digest


def to_channels_last(network: PromptableNetwork) -> PromptableNetwork:
    """Lay the weights out as (N, H, W, C): halves the time of a convolution on a CPU."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

"""SAM checkpoints: which are known, where they lie, whether they are what they say, and how they are read.

A checkpoint is looked for in the user's folder (``AUXOL_CHECKPOINT_DIR``, else the platform's folder for user data)
and then in one that an administrator fills by hand (``AUXOL_CHECKPOINT_DIR_SHARED``), which nothing here writes to.
Its SHA-256 is taken anew from the file's content each time it is opened (2.6 GB take about 5 s): a known file must
match, a file of the user's own is accepted when it is a SAM, and the hash is what a task remembers it by. Weights are
read without running code: pickled objects other than tensors are refused.

torch is imported by the function that reads weights, so that listing and downloading start at once.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import platformdirs
from safetensors import safe_open

from auxol_core.errors import CheckpointError, CheckpointMissingError

if TYPE_CHECKING:
    import torch

Architecture = Literal["vit_b", "vit_l", "vit_h"]
Preprocessing = Literal["sam", "medsam"]

FOLDER_VARIABLE = "AUXOL_CHECKPOINT_DIR"
SHARED_FOLDER_VARIABLE = "AUXOL_CHECKPOINT_DIR_SHARED"

_ARCHITECTURES: dict[tuple[int, int], Architecture] = {(768, 12): "vit_b", (1024, 24): "vit_l", (1280, 32): "vit_h"}


@dataclass(frozen=True)
class KnownCheckpoint:
    """A checkpoint that its publisher describes. ``url`` None: it is got by hand from ``page``; ``sha256`` None: the
    publisher names none, so that any file of its name and architecture is accepted and its hash recorded."""

    name: str
    architecture: Architecture
    preprocessing: Preprocessing
    file_name: str
    megabytes: int
    page: str
    url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class CheckpointFile:
    """A checkpoint on this machine, checked. ``name``: a known one's name, or the file's; ``sha256``: hexadecimal."""

    name: str
    path: Path
    architecture: Architecture
    preprocessing: Preprocessing
    sha256: str


_SAM_PAGE = "https://github.com/facebookresearch/segment-anything#model-checkpoints"
_SAM_FILES = "https://dl.fbaipublicfiles.com/segment_anything"

KNOWN: tuple[KnownCheckpoint, ...] = (
    KnownCheckpoint(
        name="vit_b",
        architecture="vit_b",
        preprocessing="sam",
        file_name="sam_vit_b_01ec64.pth",
        megabytes=375,
        page=_SAM_PAGE,
        url=f"{_SAM_FILES}/sam_vit_b_01ec64.pth",
        sha256="ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
    ),
    KnownCheckpoint(
        name="vit_l",
        architecture="vit_l",
        preprocessing="sam",
        file_name="sam_vit_l_0b3195.pth",
        megabytes=1250,
        page=_SAM_PAGE,
        url=f"{_SAM_FILES}/sam_vit_l_0b3195.pth",
        sha256="3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
    ),
    KnownCheckpoint(
        name="vit_h",
        architecture="vit_h",
        preprocessing="sam",
        file_name="sam_vit_h_4b8939.pth",
        megabytes=2565,
        page=_SAM_PAGE,
        url=f"{_SAM_FILES}/sam_vit_h_4b8939.pth",
        sha256="a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
    ),
    # The MedSAM project publishes no SHA-256 of its file, so it is not downloaded (invariant 9), only accepted.
    KnownCheckpoint(
        name="medsam",
        architecture="vit_b",
        preprocessing="medsam",
        file_name="medsam_vit_b.pth",
        megabytes=375,
        page="https://github.com/bowang-lab/MedSAM",
    ),
)


def own_folder() -> Path:
    """Where downloads go; it need not exist yet."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_data_path("auxol", appauthor=False) / "checkpoints"


def folders() -> tuple[Path, ...]:
    """Where checkpoints are looked for, in order."""
    shared = os.environ.get(SHARED_FOLDER_VARIABLE)
    return (own_folder(), Path(shared)) if shared else (own_folder(),)


def known(name: str, registry: Sequence[KnownCheckpoint] = KNOWN) -> KnownCheckpoint:
    """The registry's entry of that name. Raises CheckpointMissingError if there is none."""
    for entry in registry:
        if entry.name == name:
            return entry
    names = ", ".join(entry.name for entry in registry)
    raise CheckpointMissingError(f"No checkpoint is named {name!r}. Choose one of {names}.")


def locate(file_name: str) -> Path | None:
    """The file of that name in the first folder that has it; nothing is read or checked."""
    return next((path for folder in folders() if (path := folder / file_name).is_file()), None)


def find(name_or_path: str, registry: Sequence[KnownCheckpoint] = KNOWN) -> CheckpointFile:
    """The checkpoint of a known name, a path, or a file's name in one of the folders, with its hash checked.

    Takes paths, so it is for this machine's user and not for names that come over a network. Raises
    CheckpointMissingError where there is no such file and CheckpointError where it is not what it should be.
    """
    by_name = next((entry for entry in registry if entry.name == name_or_path), None)
    path = locate(by_name.file_name) if by_name else _given(name_or_path)
    if path is None:
        raise CheckpointMissingError(_how_to_get(by_name) if by_name else _not_found(name_or_path, registry))
    return verify(path, registry)


def verify(path: Path, registry: Sequence[KnownCheckpoint] = KNOWN) -> CheckpointFile:
    """``path`` as a checkpoint: a known file name must have its hash, any other must hold a known architecture.

    Raises CheckpointError in one sentence on what came instead.
    """
    sha256 = file_sha256(path)
    entry = next((entry for entry in registry if entry.file_name == path.name), None)
    if entry is not None and entry.sha256 is not None:
        if sha256 != entry.sha256:
            raise CheckpointError(
                f"{path} should have the SHA-256 {entry.sha256} of {entry.name} and has {sha256}: it is damaged, cut "
                f"short or another file. Remove it and get it again."
            )
        return CheckpointFile(entry.name, path, entry.architecture, entry.preprocessing, sha256)
    architecture = architecture_of(load_state(path), path)
    if entry is not None and architecture != entry.architecture:
        raise CheckpointError(
            f"{path} should be {entry.name}, a {entry.architecture}, and is a {architecture}. Get it from {entry.page}."
        )
    name = entry.name if entry is not None else path.name
    return CheckpointFile(name, path, architecture, _preprocessing_of(path), sha256)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal, read in pieces. Raises CheckpointError if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror}). Check permissions and disk.") from error
    return digest.hexdigest()


def load_state(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a .pth or .safetensors file by name, on the CPU, mapped from the file where its format allows.

    Copy what is to outlive the file. Raises CheckpointError where the file is no checkpoint, is cut short, or holds
    pickled code, which is not run.
    """
    import torch
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            state: object = load_file(path)
        else:
            # Only the zip format, torch's own since 1.6, can be mapped.
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except Exception as error:  # Bytes that were flipped or lost make torch's reader raise nearly anything.
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise CheckpointError(
            f"{path} cannot be opened as weights: it is no checkpoint, is cut short, or holds code, which is never run "
            f"({reason}). Get it again, or choose another."
        ) from error
    if not isinstance(state, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in state.values()):
        raise CheckpointError(
            f"{path} should hold tensors by name, as SAM's own files do, and holds something else. "
            "Save the model's state_dict() alone."
        )
    return {str(name): tensor for name, tensor in state.items()}


def architecture_of(state: Mapping[str, torch.Tensor], path: Path) -> Architecture:
    """Which SAM the weights are of, by the image encoder's width and depth. Raises CheckpointError if of none."""
    position = state.get("image_encoder.pos_embed")
    width = int(position.shape[-1]) if position is not None and position.ndim else 0
    depth = len({name.split(".")[2] for name in state if name.startswith("image_encoder.blocks.")})
    if (width, depth) not in _ARCHITECTURES:
        found = f"an image encoder of width {width} and {depth} blocks" if depth else "no image encoder"
        raise CheckpointError(
            f"{path} should hold a SAM ({', '.join(get_args(Architecture))}), and holds {found}. Choose another file."
        )
    return _ARCHITECTURES[(width, depth)]


def _preprocessing_of(path: Path) -> Preprocessing:
    """MedSAM scales its images otherwise: said by safetensors' metadata, else by the file's name."""
    if path.suffix == ".safetensors":
        with safe_open(path, framework="pt") as file:
            said = (file.metadata() or {}).get("preprocessing")
        if said is not None:
            if said not in get_args(Preprocessing):
                raise CheckpointError(f"{path} asks for the preprocessing {said!r}; it must be sam or medsam.")
            return "medsam" if said == "medsam" else "sam"
    return "medsam" if "medsam" in path.name.lower() else "sam"


def _given(name_or_path: str) -> Path | None:
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    return locate(name_or_path) if path.name == name_or_path else None


def _how_to_get(entry: KnownCheckpoint) -> str:
    by_hand = f"put the file {entry.file_name} into {own_folder()}"
    if entry.url is None:
        return f"The checkpoint {entry.name} is not on this machine. Get it from {entry.page} and {by_hand}."
    return (
        f"The checkpoint {entry.name} is not on this machine. Download it ({entry.megabytes} MB), "
        f"or {by_hand}; it comes from {entry.url}."
    )


def _not_found(name_or_path: str, registry: Sequence[KnownCheckpoint]) -> str:
    names = ", ".join(entry.name for entry in registry)
    places = " and ".join(str(folder) for folder in folders())
    return (
        f"{name_or_path!r} is neither a known checkpoint ({names}) nor a file, here or in {places}. "
        "Choose a known one or the path of a .pth or .safetensors file."
    )

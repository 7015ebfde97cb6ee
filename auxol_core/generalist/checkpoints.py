"""Checkpoints: where they lie, which generalist's they are, whether they are what they say, and how they are read.

A checkpoint is looked for in the user's folder (``AUXOL_CHECKPOINT_DIR``, else the platform's folder for user data)
and then in one that an administrator fills by hand (``AUXOL_CHECKPOINT_DIR_SHARED``), which nothing here writes to.
Its SHA-256 is taken anew from the file's content each time it is opened (2.6 GB take about 5 s): a known file must
match, a file of the user's own is accepted when its arrays are those of a row of the registry, and the hash is what a
task remembers it by. Where the arrays fit several rows alike, the file itself (safetensors' metadata) or the user
(``medsam:PATH``) says which; its name never does. Weights are read without running code: pickled objects other than
tensors are refused.

torch is imported by the function that reads weights, so that listing and downloading start at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from safetensors import safe_open

from auxol_core.errors import CheckpointError, CheckpointMissingError
from auxol_core.generalist import registry
from auxol_core.generalist.row import CheckpointFile, GeneralistRow, Shapes

if TYPE_CHECKING:
    import torch

FOLDER_VARIABLE = "AUXOL_CHECKPOINT_DIR"
SHARED_FOLDER_VARIABLE = "AUXOL_CHECKPOINT_DIR_SHARED"
# Around the weights in checkpoints of training scripts, and before each name where a model was wrapped.
WRAPPERS = ("state_dict", "model", "model_state_dict")
PREFIXES = {"module", "model", "sam"}
# Larger files are no web pages.
MOST_TEXT = 4 << 20
# In the names of what a fine-tuning method has added to a model.
ADAPTERS = ("lora", "adapter", "prompt_generator", "linear_a_", "linear_b_")


def own_folder() -> Path:
    """Where downloads go; it need not exist yet."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_data_path("auxol", appauthor=False) / "checkpoints"


def folders() -> tuple[Path, ...]:
    """Where checkpoints are looked for, in order."""
    shared = os.environ.get(SHARED_FOLDER_VARIABLE)
    return (own_folder(), Path(shared)) if shared else (own_folder(),)


def locate(row: GeneralistRow) -> Path | None:
    """Where the weights of ``row`` lie, None if they are not on this machine; nothing is read or checked."""
    if row.shipped is not None:
        return row.shipped
    return None if row.published is None else _in_folders(row.published.file_name)


def find(text: str) -> CheckpointFile:
    """The checkpoint of a generalist's name, a path, a file's name in one of the folders, or one of these files with
    the generalist that it is (``medsam:PATH``). Its hash is checked where it is known.

    Takes paths, so it is for this machine's user and not for names that come over a network. Raises
    CheckpointMissingError where there is no such file and CheckpointError where it is not what it should be.
    """
    if text in registry.names():
        row = registry.find_row(text)
        path = locate(row)
        if path is None:
            raise CheckpointMissingError(_how_to_get(row))
        return _checked(path, row, row.name)
    name, colon, file = text.partition(":")
    declared = registry.find_row(name) if colon and name in registry.names() else None
    path = _given(text if declared is None else file)
    if path is None:
        raise CheckpointMissingError(_not_found(text))
    return verify(path, declared)


def verify(path: Path, declared: GeneralistRow | None = None) -> CheckpointFile:
    """``path`` as a checkpoint: one with a published file's name must have its hash, any other must fit a row.

    ``declared``: which generalist the user says it is. Raises CheckpointError in one sentence on what came instead, or
    on what has to be said where it fits several.
    """
    return _checked(path, declared, path.name)


def _checked(path: Path, declared: GeneralistRow | None, name: str) -> CheckpointFile:
    sha256 = file_sha256(path)
    known = _by_hash(path, sha256)
    if known is not None:
        if declared not in (None, known):
            raise CheckpointError(f"{path} is {known.name} by its SHA-256. Choose it by that name.")
        return CheckpointFile(known.name, path, sha256, known)
    shapes = {each: tuple(tensor.shape) for each, tensor in load_state(path).items()}
    fitting = [row for row in registry.rows() if row.fits(shapes)]
    if declared is not None:
        if declared not in fitting:
            raise CheckpointError(_is_another(path, declared, fitting, shapes))
        return CheckpointFile(name, path, sha256, _complete(path, declared, shapes))
    for row in fitting:
        _complete(path, row, shapes)  # before it is asked which of several it is
    return CheckpointFile(name, path, sha256, _only(path, _as_said(path, fitting), shapes))


def _by_hash(path: Path, sha256: str) -> GeneralistRow | None:
    """The row whose published file has this hash; CheckpointError if that file's name is on another content."""
    published = [(row, row.published) for row in registry.rows() if row.published and row.published.sha256]
    for row, file in published:
        if file.sha256 == sha256:
            return row
    for row, file in published:
        if file.file_name == path.name:
            raise CheckpointError(
                f"{path} should have the SHA-256 {file.sha256} of {row.name} and has {sha256}: it is damaged, cut "
                f"short or another file. Remove it and get it again, or rename one of your own."
            )
    return None


def _complete(path: Path, row: GeneralistRow, shapes: Shapes) -> GeneralistRow:
    """``row``, if the file holds all of it and nothing else; CheckpointError that says what kind of file it is."""
    if row.whole is None:
        return row
    whole = row.whole()
    missing = [name for name in whole if name not in shapes]
    more = [name for name in shapes if name not in whole]
    other = [name for name in whole if name in shapes and shapes[name] != whole[name]]
    adapters = [name for name in more if any(word in name.lower() for word in ADAPTERS)]
    if adapters:
        raise CheckpointError(
            f"{path} is {_a(row.title)} with what an adapter has added ({len(adapters)} arrays such as {adapters[0]}), "
            f"which this program does not compute. Merge it into the weights, or choose the plain {row.title}."
        )
    if other:
        name = other[0]
        raise CheckpointError(
            f"{path} is {_a(row.title)} of another size: {name} should be {whole[name]}, and is {shapes[name]}, with "
            f"{len(other) - 1} more. It was adapted to other pictures or prompts; choose one of the published shape."
        )
    if missing or more:
        parts = ", ".join(sorted({name.partition(".")[0] for name in missing}) or sorted(more)[:2])
        what = f"lacks {len(missing)} of {len(whole)} arrays" if missing else f"has {len(more)} more"
        raise CheckpointError(f"{path} should be a whole {row.title} and {what} ({parts}). Choose the whole model.")
    return row


def _a(title: str) -> str:
    return f"{'an' if title[0] in 'AEIOU' else 'a'} {title}"


def _only(path: Path, fitting: Sequence[GeneralistRow], shapes: Shapes) -> GeneralistRow:
    if not fitting:
        raise CheckpointError(
            f"{path} should hold one of {', '.join(registry.names())}, and holds {_told(shapes)}. Choose another file."
        )
    if len(fitting) > 1:
        titles = " and of ".join(f"{row.title} ({row.name})" for row in fitting)
        choices = " or ".join(f"{row.name}:{path}" for row in fitting)
        raise CheckpointError(
            f"{path} has the shape of {titles}, which scale images differently, and nothing in it says which it is. "
            f"Choose {choices}."
        )
    return fitting[0]


def _as_said(path: Path, fitting: list[GeneralistRow]) -> list[GeneralistRow]:
    """Those of ``fitting`` with the preprocessing that a safetensors file says it was taught with, if it does."""
    if path.suffix != ".safetensors":
        return fitting
    with safe_open(path, framework="pt") as file:
        said = (file.metadata() or {}).get("preprocessing")
    if said is None or not fitting:
        return fitting
    chosen = [row for row in fitting if row.preprocessing == said]
    if not chosen:
        known = " or ".join(dict.fromkeys(row.preprocessing for row in fitting))
        raise CheckpointError(f"{path} asks for the preprocessing {said!r}; it must be {known}. Write it anew.")
    return chosen


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
        raise CheckpointError(
            f"{path} cannot be opened as weights: {_why_unreadable(path, error)}. Get it again, or choose another."
        ) from error
    state = unwrapped(state)
    if not isinstance(state, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in state.values()):
        raise CheckpointError(
            f"{path} should hold tensors by name, as SAM's own files do, and holds something else. "
            "Save the model's state_dict() alone."
        )
    return {str(name): tensor for name, tensor in state.items()}


def _why_unreadable(path: Path, error: Exception) -> str:
    """What kind of file it is, in words; torch's own are about its options."""
    try:
        head = path.read_bytes()[:200] if path.stat().st_size < MOST_TEXT else b""
    except OSError as reason:
        return f"it cannot be read ({reason.strerror})"
    if not head and path.stat().st_size == 0:
        return "it is empty"
    if head.startswith(b"version https://git-lfs"):
        return "it is a pointer of git-lfs to the file, not the file"
    if head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"{")):
        return "a web page or a server's answer was saved in its place"
    kind = re.search(r"(?:GLOBAL|global) ([A-Za-z_][\w.]*)", str(error))
    if kind:
        return f"it holds an object of the kind {kind[1]}, and reading that would run code, which is never done"
    return "it is no checkpoint, is cut short, or holds code, which is never run"


def unwrapped(state: object) -> object:
    """The tensors out of what training scripts put around them: a dictionary under WRAPPERS, a prefix of all names."""
    while isinstance(state, dict):
        inner = [state[name] for name in WRAPPERS if isinstance(state.get(name), dict)]
        heads = {str(name).partition(".")[0] for name in state}
        if inner:
            state = inner[0]
        elif len(heads) == 1 and heads <= PREFIXES and all("." in str(name) for name in state):
            state = {str(name).partition(".")[2]: value for name, value in state.items()}
        else:
            break
    return state


def _in_folders(file_name: str) -> Path | None:
    return next((path for folder in folders() if (path := folder / file_name).is_file()), None)


def _given(text: str) -> Path | None:
    path = Path(text).expanduser()
    if path.is_file():
        return path
    return _in_folders(text) if text and path.name == text else None


def _is_another(path: Path, row: GeneralistRow, fitting: Sequence[GeneralistRow], shapes: Shapes) -> str:
    found = " or ".join(each.name for each in fitting) or _told(shapes)
    remedy = f"Get it from {row.published.page}." if row.published else "Choose another file."
    return f"{path} should be {row.name}, of the architecture {row.architecture}, and holds {found}. {remedy}"


def _told(shapes: Shapes) -> str:
    """Some of the arrays, for a person to see what kind of file it is."""
    some = ", ".join(f"{name} {shape}" for name, shape in list(shapes.items())[:2])
    return f"{len(shapes)} arrays such as {some}" if shapes else "no arrays"


def _how_to_get(row: GeneralistRow) -> str:
    file = row.published
    if file is None:
        return f"The weights of {row.name} ship with the program and are not here. Install the package anew."
    by_hand = f"put the file {file.file_name} into {own_folder()}"
    if file.url is None:
        return f"The checkpoint {row.name} is not on this machine. Get it from {file.page} and {by_hand}."
    return (
        f"The checkpoint {row.name} is not on this machine. Download it ({file.megabytes} MB), "
        f"or {by_hand}; it comes from {file.url}."
    )


def _not_found(text: str) -> str:
    places = " and ".join(str(folder) for folder in folders())
    return (
        f"{text!r} is neither a known generalist ({', '.join(registry.names())}) nor a file, here or in {places}. "
        "Choose a known one or the path of a .pth or .safetensors file."
    )

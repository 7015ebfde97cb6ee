"""Corrections on their way to a server, kept on disk until it has given its receipt.

A folder (mode 0700) with one file a correction, named by a hash of where it goes, its task and its id. A file is one
message of protocol/wire.py, everything compressed: fields ``to``, ``task``, ``correction_id``, ``slice_id``,
``spacing_mm``, ``proposals``; arrays ``mask`` and, where the client had them, ``pixels``. It is written beside and then
renamed. Several programs may share the folder: a correction that is sent twice is taken once, because its id is the
key, and a file that somebody else has removed was delivered. What cannot be read is set aside as ``.damaged``, what the
server refused for good as ``.refused``; neither is touched again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core import protocol
from auxol_core.errors import AuxolError
from auxol_core.protocol import Message
from auxol_core.types import SliceImage

log = logging.getLogger(__name__)

_ENDING = ".correction"
_PARTIAL = ".partial"
_FORGOTTEN_AFTER_S = 3600.0


@dataclass(frozen=True, eq=False)
class KeptCorrection:
    """A correction as ``EngineApi.correct`` takes it, with its slice where that is known. ``to``: whose it is."""

    to: str
    task: str
    correction_id: str
    slice_id: str
    mask: NDArray[Any] = field(repr=False)
    proposals: tuple[str, ...] = ()
    image: SliceImage | None = field(default=None, repr=False)

    @property
    def file_name(self) -> str:
        """Under which it is kept."""
        key = json.dumps([self.to, self.task, self.correction_id])
        return hashlib.sha256(key.encode()).hexdigest() + _ENDING


def address_of(url: str, token: str, *, loopback: bool) -> str:
    """Whose correction it is: a server's user. On this machine port and token are new at each start: all are one."""
    if loopback:
        return "this machine"
    return hashlib.sha256(f"{url}\n{token}".encode()).hexdigest()[:32]


class Outbox:
    """The folder. Raises OSError where it cannot be written; reading never fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, kept: KeptCorrection) -> None:
        """Keep ``kept``; it is on the disk when this returns."""
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Raw: compressing a slice takes longer than writing it, and the user waits.
        data = protocol.encode(_message(kept))
        partial = self.folder / f".{secrets.token_hex(8)}{_PARTIAL}"
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, self.folder / kept.file_name)
        except BaseException:
            _remove(partial)
            raise

    def pending(self, to: str, task: str | None = None, *, but: Collection[str] = ()) -> Iterator[KeptCorrection]:
        """What waits for ``to`` (of one task), oldest first; files named in ``but`` are not even read."""
        for path in self._files():
            if path.name in but:
                continue
            kept = self._read(path)
            if kept is not None and kept.to == to and task in (None, kept.task):
                yield kept

    def remove(self, kept: KeptCorrection) -> bool:
        """It was delivered or is not wanted any more; whether it was there."""
        path = self.folder / kept.file_name
        was_there = path.exists()
        _remove(path)
        return was_there

    def discard(self, to: str, task: str) -> None:
        """Remove what waits for ``task``, which was deleted or reset."""
        for kept in self.pending(to, task):
            self.remove(kept)

    def set_aside(self, kept: KeptCorrection) -> None:
        """The server refused it: keep it under another name, for a person to look at."""
        _rename(self.folder / kept.file_name, ".refused")

    def _files(self) -> list[Path]:
        """The corrections, oldest first; what a program that was killed left half written is removed after an hour."""
        try:
            listed = list(self.folder.iterdir())
        except FileNotFoundError:
            return []  # nothing was ever kept
        except OSError as error:
            log.warning("The outbox %s could not be read: %s", self.folder, error)
            return []
        found: list[tuple[int, Path]] = []
        for path in listed:
            with suppress(FileNotFoundError):  # another client has just delivered it
                if path.suffix == _ENDING:
                    found.append((path.stat().st_mtime_ns, path))
                elif path.suffix == _PARTIAL and time.time() - path.stat().st_mtime > _FORGOTTEN_AFTER_S:
                    _remove(path)
        return [path for _, path in sorted(found)]

    def _read(self, path: Path) -> KeptCorrection | None:
        try:
            return _kept(protocol.decode(path.read_bytes()))
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("A correction in the outbox could not be read and stays there: %s", error)
        except (AuxolError, KeyError, TypeError, ValueError) as error:
            log.error("A correction in the outbox is damaged and was set aside: %s (%s)", path.name, error)
            _rename(path, ".damaged")
        return None


def _message(kept: KeptCorrection) -> Message:
    arrays = {"mask": kept.mask}
    spacing = None
    if kept.image is not None:
        arrays["pixels"] = kept.image.pixels
        spacing = kept.image.spacing_mm
    values = {name: getattr(kept, name) for name in ("to", "task", "correction_id", "slice_id")}
    return Message({**values, "spacing_mm": spacing, "proposals": list(kept.proposals)}, arrays)


def _kept(message: Message) -> KeptCorrection:
    told = message.fields
    to, task, correction_id, slice_id = (told[name] for name in ("to", "task", "correction_id", "slice_id"))
    if not all(isinstance(value, str) for value in (to, task, correction_id, slice_id, *told["proposals"])):
        raise TypeError("names must be texts")
    image = None
    if "pixels" in message.arrays:
        spacing = told["spacing_mm"]
        spacing_mm = None if spacing is None else (float(spacing[0]), float(spacing[1]))
        image = SliceImage(message.arrays["pixels"], spacing_mm)
        if image.slice_id != slice_id:
            raise ValueError("the pixels are not those of its slice")
    return KeptCorrection(
        to, task, correction_id, slice_id, np.asarray(message.arrays["mask"]), tuple(told["proposals"]), image
    )


def _rename(path: Path, ending: str) -> None:
    try:
        os.replace(path, path.with_suffix(ending))
    except FileNotFoundError:
        pass  # another client was quicker
    except OSError as error:
        log.warning("%s could not be renamed: %s", path.name, error)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s could not be removed from the outbox: %s", path.name, error)

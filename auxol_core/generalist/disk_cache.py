"""Embeddings on disk, so that a slice that was encoded once is never encoded again, not even after a restart.

The folder: AUXOL_CACHE_DIR/embeddings, else ``embeddings`` in the user's cache folder. It holds features derived from
images, so it is the user's alone (mode 0700 on POSIX; a folder of somebody else's is not used).

    <SHA-256 of the key>.embedding  =  MAGIC | SHA-256 of key and payload, 32 bytes | payload: safetensors

Any number of processes may share it without a lock: a file is written beside and then renamed into place, what
another process removed meanwhile is passed over, and nothing is opened before its hash fits its key. Nothing is synced
to the disk: after a power failure a torn file is removed when it is next asked for. Whatever the disk does, a caller
sees no error: what cannot be read is absent, and what cannot be written is not kept, which the log says once.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Embedding, Generalist
from auxol_core.machine.places import cache_folder
from auxol_core.whole_files import UNFINISHED, write_whole

log = logging.getLogger(__name__)

# Two thousand embeddings of SAM (2.1 MB each): six CT studies.
DEFAULT_MAX_BYTES = 4 * 2**30
MAGIC = b"AuxOL embedding 1\n"
_DIGEST_BYTES = 32
_NAME = re.compile(r"[0-9a-f]{64}\.embedding")
# Nobody writes one file for longer: what is older was left by a process that died.
_UNFINISHED_S = 3600.0
# An access time is not kept on most disks, so reading sets the time of the last change; a minute is fine enough.
_TOUCH_S = 60.0

Arrays = Mapping[str, NDArray[Any]]


def default_folder() -> Path:
    """AUXOL_CACHE_DIR/embeddings where that is set, else ``embeddings`` in the user's cache folder."""
    return cache_folder() / "embeddings"


@dataclass(frozen=True)
class DiskCacheInfo:
    """Where the cache is, how many embeddings it holds, what they take in bytes and what they may take."""

    path: Path
    embeddings: int
    nbytes: int
    max_bytes: int


class DiskCache:
    """Arrays by key in ``folder``, at most ``max_bytes`` of them: the least recently used go first.

    The folder is made at the first write. Files that are not the cache's own are never touched.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        if max_bytes < 0:
            raise InvalidInputError(f"A disk cache needs a bound of 0 or more bytes, got {max_bytes}.")
        self.folder = folder or default_folder()
        self.max_bytes = max_bytes
        self._off = False

    def read(self, key: str) -> dict[str, NDArray[Any]] | None:
        """What was written under ``key``, or None. A file that is damaged or another key's is removed."""
        path = self._path(key)
        try:
            if self._off or not self._is_ours() or path.stat().st_size > self.max_bytes:
                return None
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._switch_off("read", error)
            return None
        arrays = _opened(key, data)
        if arrays is None:
            log.info("An embedding on disk was damaged and is made anew")
            self.drop(key)
        else:
            _touch(path)
        return arrays

    def write(self, key: str, arrays: Arrays) -> None:
        """Keep ``arrays`` under ``key``, in place of what was there, and make room; nothing if they alone exceed it."""
        if self._off:
            return
        data = _sealed(key, arrays)
        if len(data) > self.max_bytes:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._is_ours():
                self._make_room(len(data))
                self._replace(self._path(key), data)
        except FileNotFoundError:
            log.debug("Another process cleared the disk cache meanwhile")
        except OSError as error:
            self._switch_off("written", error)

    def drop(self, key: str) -> None:
        """Remove what is under ``key``, if anything."""
        _remove(self._path(key))

    def info(self) -> DiskCacheInfo:
        """What is there now."""
        sizes = [entry.stat.st_size for entry in self._entries() if _NAME.fullmatch(entry.path.name)]
        return DiskCacheInfo(self.folder, len(sizes), sum(sizes), self.max_bytes)

    def clear(self) -> int:
        """Remove every embedding, and the folder if nothing else is in it; returns how many were removed."""
        removed = sum(_remove(entry.path) and bool(_NAME.fullmatch(entry.path.name)) for entry in self._entries())
        try:
            self.folder.rmdir()
        except OSError:
            log.debug("%s is kept: it is not there, not empty or in use", self.folder)
        return removed

    def _path(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.embedding"

    def _is_ours(self) -> bool:
        """Whether the folder belongs to this user; then nobody else may look in. OSError where it is not there."""
        if os.name != "posix":
            return True  # elsewhere it lies in the profile, which is the user's alone
        status = self.folder.stat()
        if status.st_uid != os.geteuid():
            self._switch_off("used", PermissionError(f"it belongs to user {status.st_uid}"))
            return False
        if status.st_mode & 0o077:
            self.folder.chmod(0o700)
        return True

    def _switch_off(self, verb: str, error: OSError) -> None:
        self._off = True
        log.warning("The disk cache of embeddings at %s cannot be %s (%s) and is off", self.folder, verb, error)

    def _replace(self, path: Path, data: bytes) -> None:
        try:
            write_whole(path, data, private=True, sync=False)
        except PermissionError:
            if not path.exists():
                raise
            # Windows: another process is reading the same embedding. What it reads is what this one would write.

    def _entries(self) -> Iterator[_Entry]:
        """The cache's own files, also those that were never finished."""
        try:
            with os.scandir(self.folder) as found:
                for each in found:
                    if _NAME.fullmatch(each.name) or UNFINISHED.fullmatch(each.name):
                        try:
                            yield _Entry(Path(each.path), each.stat(follow_symlinks=False))
                        except FileNotFoundError:
                            continue  # another process was quicker
        except (FileNotFoundError, NotADirectoryError):
            return

    def _make_room(self, nbytes: int) -> None:
        """Remove what was not used for longest until ``nbytes`` more fit."""
        entries = sorted(self._entries(), key=lambda entry: entry.stat.st_mtime)
        total = sum(entry.stat.st_size for entry in entries)
        stale = time.time() - _UNFINISHED_S
        for entry in entries:
            unfinished = not _NAME.fullmatch(entry.path.name)
            if (unfinished and entry.stat.st_mtime < stale) or (not unfinished and total + nbytes > self.max_bytes):
                total -= entry.stat.st_size
                _remove(entry.path)


class StoredEmbeddings:
    """The embeddings of one generalist on disk: an EmbeddingStore.

    ``precision``: what the encoder computes in (float32, bfloat16); it and the preprocessing tell embeddings of the
    same weights apart. A generalist whose encoding costs no more than reading stores nothing. Numbers of float32 are
    written in half precision (10 bits of fraction, so that each is within 1/2048 of itself), which halves what is
    written and read; what half precision cannot hold, beyond 65504 or not finite, is written as it is.
    """

    def __init__(self, cache: DiskCache, generalist: Generalist, precision: str) -> None:
        self._cache, self._generalist = cache, generalist
        self._maker = f"{generalist.weights_hash} {generalist.preprocessing} {precision}"

    def get(self, key: str) -> Embedding | None:
        """The embedding that was put under ``key``, to half precision, or None."""
        if not self._generalist.worth_storing:
            return None
        written = self._cache.read(self._full(key))
        if written is None:
            return None
        arrays = dict(_widened(name, array) for name, array in written.items())
        try:
            rows, cols = (int(side) for side in arrays.pop("slice_shape"))
            return self._generalist.unpack(arrays, (rows, cols))
        except (InvalidInputError, KeyError, ValueError):
            log.info("An embedding on disk is not one of %s and is made anew", self._generalist.name)
            self._cache.drop(self._full(key))
            return None

    def put(self, key: str, embedding: Embedding) -> None:
        """Keep ``embedding``; ``key`` names slice and intensity window."""
        if self._generalist.worth_storing:
            shape = np.asarray(embedding.shape, dtype=np.int64)
            arrays = dict(_halved(name, array) for name, array in self._generalist.pack(embedding).items())
            self._cache.write(self._full(key), {"slice_shape": shape, **arrays})

    def _full(self, key: str) -> str:
        return f"{key} {self._maker}"


@dataclass(frozen=True)
class _Entry:
    path: Path
    stat: os.stat_result


# Before the name of an array that was float32 and is written in half precision.
_HALF = "half:"
_LARGEST_HALF = float(np.finfo(np.float16).max)


def _halved(name: str, array: NDArray[Any]) -> tuple[str, NDArray[Any]]:
    """``array`` as it is written. One comparison finds what is too large, infinite or not a number."""
    if array.dtype != np.float32 or not np.all(np.abs(array) <= _LARGEST_HALF):
        return name, array
    return _HALF + name, array.astype(np.float16)


def _widened(name: str, array: NDArray[Any]) -> tuple[str, NDArray[Any]]:
    """The inverse of ``_halved``."""
    if not name.startswith(_HALF):
        return name, array
    return name.removeprefix(_HALF), array.astype(np.float32)


def _sealed(key: str, arrays: Arrays) -> bytes:
    # Imported here because the command line only counts files.
    from safetensors.numpy import save

    payload = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    return MAGIC + _digest(key, payload) + payload


def _opened(key: str, data: bytes) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file's ``data``; None unless it was written whole, for this key, by this format's version."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    head = len(MAGIC) + _DIGEST_BYTES
    payload = data[head:]
    if data[:head] != MAGIC + _digest(key, payload):
        return None
    try:
        return dict(load(payload))
    except SafetensorError:
        return None


def _digest(key: str, payload: bytes) -> bytes:
    digest = hashlib.sha256(f"{len(key)} {key}".encode())
    digest.update(payload)
    return digest.digest()


def _touch(path: Path) -> None:
    """Mark as used now. A folder that may only be read keeps its order."""
    try:
        if time.time() - path.stat().st_mtime > _TOUCH_S:
            os.utime(path)
    except OSError:
        return


def _remove(path: Path) -> bool:
    """Whether it was there and is gone; another process may have been quicker, or (on Windows) be reading it."""
    try:
        path.unlink()
    except OSError:
        return False
    return True

"""The generalist of a task's process: a Generalist whose encoder and decoder run in the cluster's replicas.

The compute thread of the task waits in small steps while a replica encodes, so that a verb that needs no model goes
on. A replica that ends while it answers is asked again, another one then; an embedding that went with it is made anew.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from auxol_core.cluster.replica import Encoded, LostError
from auxol_core.errors import AuxolError, UnavailableError
from auxol_core.generalist.base import Embedding, Generalist
from auxol_core.types import FloatArray, Prompt, Segmentation

POLL_S = 0.002
AGAIN_S = 0.25


class Replicas(Protocol):
    """The replicas, from another process. Futures raise what the replica raised, or LostError."""

    def encode(self, key: str, image: FloatArray) -> Future[Encoded]: ...
    def prepare(self, wanted: Sequence[tuple[str, FloatArray]]) -> Future[list[Encoded]]: ...
    def decode(self, encoded: Encoded, prompt: Prompt) -> Future[Segmentation]: ...


@dataclass(frozen=True)
class About:
    """What a generalist says of itself; the same for all replicas."""

    name: str
    weights_hash: str
    preprocessing: str
    knows: frozenset[str]
    worth_storing: bool

    @classmethod
    def of(cls, one: Generalist) -> About:
        return cls(one.name, one.weights_hash, one.preprocessing, frozenset(one.knows), one.worth_storing)


@dataclass
class Held:
    """``Embedding.data`` here. ``image`` is kept to encode it once more."""

    encoded: Encoded
    image: FloatArray = field(repr=False)


class RemoteGeneralist:
    """``within_s``: so long replicas that are lost are asked again before UnavailableError is raised."""

    def __init__(self, about: About, replicas: Replicas, within_s: float = 30.0) -> None:
        self._about, self._replicas, self._within_s = about, replicas, within_s
        self._here: Generalist | None = None

    def work_here(self, local: Generalist) -> None:
        """From now on ``local``, of the same weights, answers in the replicas' place; before anything was encoded."""
        self._here = local

    @property
    def worked_by(self) -> Generalist:
        """Who encodes and decodes: this, or what ``work_here`` was given."""
        return self._here or self

    @property
    def name(self) -> str:
        return self._about.name

    @property
    def weights_hash(self) -> str:
        return self._about.weights_hash

    @property
    def preprocessing(self) -> str:
        return self._about.preprocessing

    @property
    def knows(self) -> frozenset[str]:
        return self._about.knows

    @property
    def worth_storing(self) -> bool:
        return self._about.worth_storing

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        """As Generalist; yields while a replica works."""
        if self._here is not None:
            return (yield from self._here.encode(image))
        key = self._key(image)
        encoded = yield from self._insisting(lambda: self._replicas.encode(key, image))
        return self._embedding(encoded, image)

    def encode_batch(self, images: Sequence[FloatArray]) -> Generator[None, None, list[Embedding]]:
        """As EncodesBatches: what may be of use later, and is made when no click waits."""
        if self._here is not None:
            return (yield from self._one_by_one(images))
        wanted = [(self._key(image), image) for image in images]
        made = yield from self._insisting(lambda: self._replicas.prepare(wanted))
        return [self._embedding(encoded, image) for encoded, image in zip(made, images, strict=True)]

    def _one_by_one(self, images: Sequence[FloatArray]) -> Generator[None, None, list[Embedding]]:
        made = []
        for image in images:
            made.append((yield from self.encode(image)))
        return made

    def _key(self, image: FloatArray) -> str:
        digest = hashlib.blake2b(f"{self.weights_hash} {self.preprocessing} {image.shape}".encode(), digest_size=32)
        digest.update(np.ascontiguousarray(image).data)
        return digest.hexdigest()

    def _embedding(self, encoded: Encoded, image: FloatArray) -> Embedding:
        return Embedding(encoded.shape, int(image.nbytes), Held(encoded, image))

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        """As Generalist."""
        if self._here is not None:
            return self._here.decode(embedding, prompt)
        held = embedding.data
        assert isinstance(held, Held), "an embedding of this generalist was expected"
        ends = time.monotonic() + self._within_s
        while True:
            try:
                return self._replicas.decode(held.encoded, prompt).result()
            except LostError as lost:
                self._wait(ends, lost)
                held.encoded = self._again(held, ends)

    def _again(self, held: Held, ends: float) -> Encoded:
        while True:
            try:
                return self._replicas.encode(held.encoded.key, held.image).result()
            except LostError as lost:
                self._wait(ends, lost)

    def _insisting(self, ask: Callable[[], Future[Any]]) -> Generator[None, None, Any]:
        ends = time.monotonic() + self._within_s
        while True:
            future = ask()
            try:
                while not future.done():
                    yield
                    time.sleep(POLL_S)
                return future.result()
            except LostError as lost:
                self._wait(ends, lost)
            finally:
                future.cancel()

    def _wait(self, ends: float, lost: Exception) -> None:
        if time.monotonic() > ends:
            raise UnavailableError(
                f"The generalist did not answer for {self._within_s:.0f} seconds. Nothing is lost; try again, and tell "
                "the cluster's keeper."
            ) from lost
        time.sleep(AGAIN_S)

    def pack(self, _: Embedding) -> dict[str, NDArray[Any]]:
        """Never asked for: the cluster's object store is what keeps embeddings."""
        raise AuxolError("Embeddings of a cluster stay in its object store. Use the checkpoint on this machine.")

    def unpack(self, _: Mapping[str, NDArray[Any]], __: tuple[int, int]) -> Embedding:
        """As ``pack``."""
        raise AuxolError("Embeddings of a cluster stay in its object store. Use the checkpoint on this machine.")

"""A verb that is a stream, under way in a server: begun, asked for its slices as they are made, ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core import protocol
from auxol_core.client.calls import Request, job_of, json_of, message_of, understood
from auxol_core.client.effects import Answer, Flow
from auxol_core.client.mending import Mending
from auxol_core.errors import AuxolError
from auxol_core.protocol import MEDIA_TYPE, Message, encode
from auxol_core.types import Propagated, SliceImage
from auxol_core.verbs import Lane, Verb


class Stream:
    """``verb`` with its arguments by name. ``done``: everything has come."""

    def __init__(self, mending: Mending, verb: Verb, given: Mapping[str, Any]) -> None:
        self._mending, self._verb, self._given = mending, verb, given
        self._slices = list(given["slices"])
        self._body = encode(_message(verb, given))
        self._job, self._came = "", 0
        self.done = False

    def begin(self) -> Flow[None]:
        """Send the slices that the server lacks, and begin."""
        calls, verb = self._mending.calls, self._verb
        request = calls.request(verb, self._given, body=self._body, media=MEDIA_TYPE)

        def call() -> Flow[Answer]:
            yield from send_missing(self._mending, self._slices, self._mending.memory.slice, verb.lane)
            return (yield from calls.call(request))

        self._job = job_of((yield from self._mending.mended(call, self._given["task"])))

    def more(self) -> Flow[list[Propagated]]:
        """The slices that came since; none where nothing came during one long poll."""
        calls, limits = self._mending.calls, self._mending.calls.limits
        query, within = {"after": self._came, "wait": limits.poll}, limits.poll + limits.quick
        request = Request("GET", ("jobs", self._job, "items"), within, query=query, lane=self._verb.lane)
        answer = yield from calls.call(request)
        message = understood(lambda: message_of(answer))
        items, self.done = understood(lambda: (protocol.propagated_of(message), bool(message.fields["done"])))
        self._came += len(items)
        self._mending.shown([item.proposal for item in items if item.proposal is not None])
        return list(items)

    def end(self) -> Flow[None]:
        """Cancel it, unless it is done; what came stays."""
        if self._job and not self.done:
            calls = self._mending.calls
            with suppress(AuxolError):  # it ends by itself where nobody asks after it
                yield from calls.call(Request("DELETE", ("jobs", self._job), calls.limits.quick, retry=0.0))


def _message(verb: Verb, given: Mapping[str, Any]) -> Message:
    """The arguments beside the path as fields; the masks of a mapping as arrays ``<argument>/<index>``."""
    fields: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    for name in verb.beside_path:
        value = given[name]
        if isinstance(value, Mapping):
            arrays |= {f"{name}/{int(index)}": np.asarray(mask, dtype=bool) for index, mask in value.items()}
        listed = isinstance(value, Collection) and not isinstance(value, str)
        fields[name] = [_plain(each) for each in value] if listed else _plain(value)
    return Message(fields, arrays)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def send_missing(
    mending: Mending, slices: Sequence[str], image_of: Callable[[str], SliceImage | None], lane: Lane
) -> Flow[None]:
    """Send those of ``slices`` that the server lacks and ``image_of`` has."""
    body = json.dumps({"ids": list(dict.fromkeys(slices))}).encode()
    request = Request("POST", ("slices", "missing"), mending.calls.limits.quick, body=body, lane=lane)
    answer = yield from mending.calls.call(request)
    for slice_id in understood(lambda: [str(each) for each in json_of(answer)["missing"]]):
        image = image_of(slice_id)
        if image is not None:
            yield from mending.send_slice(slice_id, image, lane)

"""What a client asks about the generalists of its server, beside the verbs: the table, downloads, measuring."""

from __future__ import annotations

import json
from typing import Any

from auxol_core.client.calls import Calls, Request, json_of, understood
from auxol_core.client.effects import Flow


def table(calls: Calls) -> Flow[dict[str, Any]]:
    """The generalists, how each is got, what a click takes there, and how far downloads are."""
    answer = yield from calls.call(Request("GET", ("generalists",), calls.limits.answer, lane="volume"))
    return understood(lambda: dict(json_of(answer)))


def download(calls: Calls, name: str) -> Flow[None]:
    """Fetch ``name``'s published file; the user was told its licence and accepts it."""
    body = json.dumps({"licence_accepted": True}).encode()
    yield from calls.call(Request("POST", ("generalists", name, "download"), calls.limits.quick, body=body))


def cancel_download(calls: Calls, name: str) -> Flow[None]:
    """End it; what came stays for the next one."""
    yield from calls.call(Request("DELETE", ("generalists", name, "download"), calls.limits.quick))


def measure(calls: Calls) -> Flow[None]:
    """Have the server time the clicks of those whose weights are small."""
    yield from calls.call(Request("POST", ("generalists", "measure"), calls.limits.quick))

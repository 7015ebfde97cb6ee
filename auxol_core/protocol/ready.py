"""The line by which a server process says that it takes requests."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from auxol_core.protocol.headers import check_version

READY_MARK = "AUXOL-READY "


@dataclass(frozen=True)
class Ready:
    """What a server says when it takes requests. ``pid`` is the process's own, not its launcher's."""

    port: int
    protocol: int
    pid: int
    version: str


def ready_line(ready: Ready) -> str:
    """The line to be printed on standard output, without its end."""
    return READY_MARK + json.dumps(asdict(ready))


def read_ready_line(line: str) -> Ready | None:
    """What a line of a server's output says; None if it is any other line. ProtocolVersionError as it is named."""
    _, mark, rest = line.partition(READY_MARK)
    if not mark:
        return None
    try:
        told = json.loads(rest)
        ready = Ready(int(told["port"]), int(told["protocol"]), int(told["pid"]), str(told["version"]))
    except (ValueError, KeyError, TypeError):
        return None
    check_version(str(ready.protocol), here="client")
    return ready

"""Why an installation failed, read in what pip said: a sentence with the next step.

pip tells its reason in English on its output and ends with 1; the exception that Slicer raises does not have it.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from types import TracebackType
from typing import IO, Any

from slicer.i18n import tr as _

KEPT_LINES = 400

# Looked for in this order: behind a proxy there is no name resolution either, and pip's last word is often the least.
PROXY = r"ProxyError|Proxy Authentication|\b407 Proxy|Cannot connect to proxy|Tunnel connection failed|[Pp]roxy URL"
CERTIFICATE = r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|SSL: |certificate verify failed"
NO_SPACE = r"No space left on device|Errno 28|not enough space on the disk|WinError 112"
NO_PERMISSION = r"Permission denied|Errno 13|Access is denied|WinError 5\b|Read-only file system|Errno 30"
IN_USE = r"WinError 32|being used by another process|Text file busy"
OFFLINE = (
    r"NewConnectionError|Name or service not known|Temporary failure in name resolution|getaddrinfo failed"
    r"|nodename nor servname|Network is unreachable|Failed to establish a new connection|Connection refused"
    r"|Max retries exceeded|Read timed out|ConnectTimeout|Connection reset|Connection aborted|RemoteDisconnected"
)
NO_BUILD = r"No matching distribution found|Could not find a version that satisfies|ResolutionImpossible"


class Listening:
    """Within ``with``: what is printed is kept, and printed as before. Slicer prints each line of pip."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._stream: IO[str] | None = None

    def __enter__(self) -> Listening:
        self._stream, sys.stdout = sys.stdout, self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.stdout is self and self._stream is not None:
            sys.stdout = self._stream

    def write(self, text: str) -> Any:
        """As a stream."""
        self.lines.extend(line for line in text.splitlines() if line.strip())
        return self._stream.write(text) if self._stream is not None else None

    def flush(self) -> None:
        """As a stream."""
        if self._stream is not None:
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        """What else a stream is asked for, such as its encoding."""
        return getattr(self._stream, name)


def reason(told: str) -> str:
    """A sentence with the next step for what pip told; empty where nothing in it is known."""
    return next((sentence for pattern, sentence in _reasons() if re.search(pattern, told)), "")


def _reasons() -> list[tuple[str, str]]:
    """Made anew: the language may change."""
    return [
        (
            PROXY,
            _(
                "The proxy refused the connection. Set HTTPS_PROXY to the proxy's address, with name and password if "
                "it wants them, before you start Slicer."
            ),
        ),
        (
            CERTIFICATE,
            _(
                "A certificate was not accepted, as behind a proxy that opens connections. Set PIP_CERT to the file "
                "of your institution's certificates before you start Slicer."
            ),
        ),
        (NO_SPACE, _("The disk is full. Free some space, then press Install again.")),
        (
            IN_USE,
            _(
                "A file is in use by another program. Close other windows of Slicer, restart it, then press Install "
                "again."
            ),
        ),
        (
            NO_PERMISSION,
            _(
                "Slicer's Python folder may not be written. Install Slicer into a folder of your own, or name another "
                "Python in the settings."
            ),
        ),
        (OFFLINE, _("There is no connection to the package server. Check the network, then press Install again.")),
        (
            NO_BUILD,
            _(
                "A package has no build for this Slicer. A wheel folder has to hold builds for its version of Python "
                "and this system."
            ),
        ),
    ]

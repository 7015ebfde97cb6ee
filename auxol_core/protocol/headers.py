"""What every request carries: its path, its headers, and the version that both sides must speak."""

from __future__ import annotations

from urllib.parse import quote

from auxol_core.errors import ProtocolVersionError

# 2: streams name their masks by argument and tell a confidence, accept names the version seen (a server of 1 would pass
# over that), lists come in pages, /about. A change that the other side's last release cannot read raises it.
PROTOCOL_VERSION = 2
MEDIA_TYPE = "application/vnd.auxol"
HEADER_VERSION = "X-Auxol-Protocol"
HEADER_CLIENT = "X-Auxol-Client"
HEADER_TOKEN = "Authorization"  # "Bearer <token>"
PAGE_ROWS = 500  # of corrections or versions in one answer: some milliseconds to read


def path(*parts: str) -> str:
    """The path of an endpoint, each part quoted: a task's name may hold any letter, also a slash."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def request_headers(token: str, client_id: str) -> dict[str, str]:
    """The headers that every request but /health carries."""
    return {HEADER_TOKEN: f"Bearer {token}", HEADER_VERSION: str(PROTOCOL_VERSION), HEADER_CLIENT: client_id}


def check_version(theirs: str | None, *, here: str) -> None:
    """ProtocolVersionError unless ``theirs`` is this protocol's version; ``here``: who speaks, client or server."""
    if theirs != str(PROTOCOL_VERSION):
        there = "server" if here == "client" else "client"
        named = theirs or f"none that it names (header {HEADER_VERSION})"
        raise ProtocolVersionError(
            f"This {here} speaks version {PROTOCOL_VERSION} of the protocol, the {there} speaks {named}. Install the "
            "same version of AuxOLSegment on both sides."
        )

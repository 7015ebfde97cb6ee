"""Where a server is, and who asks: the address and the token of its user."""

from __future__ import annotations

import hashlib
import ipaddress
import logging
from urllib.parse import urlsplit

from auxol_core.errors import InvalidInputError

log = logging.getLogger(__name__)


class Address:
    """A server's ``url`` without a slash at its end, and a user's ``token``. ``loopback``: the server is this machine.
    ``named``: a person has named it, so that it is another one than the engine of this machine, also behind a tunnel.

    Raises InvalidInputError for an address or a token that can be none.
    """

    def __init__(self, url: str, token: str, *, named: bool = False) -> None:
        self.url, self.token, self.named = url.rstrip("/"), token, named
        self.loopback = is_loopback(_host_of(url))
        if not token or not token.isascii() or not token.isprintable():
            raise InvalidInputError(
                f"A token must be printable ASCII characters, got {len(token)} characters that are not. Copy it anew."
            )
        if not self.loopback and self.url.startswith("http:"):
            log.warning("Images and token travel to %s unencrypted. Put TLS in front of that server.", self.url)

    @property
    def owner(self) -> str:
        """Whose corrections go there, see ``address_of``."""
        return address_of(self.url, self.token, loopback=self.loopback and not self.named)


def address_of(url: str, token: str, *, loopback: bool) -> str:
    """Whose correction it is: a server's user. On this machine port and token are new at each start: all are one."""
    if loopback:
        return "this machine"
    return hashlib.sha256(f"{url}\n{token}".encode()).hexdigest()[:32]


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an address, is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidInputError(
            f"A server's address must be http://HOST:PORT or https://HOST:PORT, got {url!r:.100}. "
            "Write it like that; the token is given apart."
        )
    return str(parts.hostname)

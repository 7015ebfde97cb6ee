"""On a machine that is no part of a cluster nothing of Ray is to be reached from outside."""

from __future__ import annotations

import logging
import os
from importlib import import_module
from typing import Any

log = logging.getLogger(__name__)

# Ray's own switch for a machine without others: all its services then bind 127.0.0.1. Its processes inherit it.
ALONE = ("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")


def on_loopback() -> None:
    """To be called in a Serve replica before it is ready: its own service, which the switch forgets, binds there, too.

    Serve 2.60 binds a port of each replica on all interfaces for other replicas, takes pickled arguments there, and
    asks for no token (``ray.serve._private.replica``, ``_on_initialized``); between our deployments it is not used.
    """
    if os.environ.get(ALONE[0]) != ALONE[1]:
        return
    replica = import_module("ray.serve._private.replica")

    bind = getattr(replica, "add_port_to_grpc_server", None)
    if bind is None:
        log.warning("This version of Ray Serve begins replicas in another way: look at which ports they open")
        return

    def bound(server: Any, address: str) -> Any:
        return bind(server, address.replace("[::]", "127.0.0.1"))

    replica.add_port_to_grpc_server = bound  # type: ignore[attr-defined]

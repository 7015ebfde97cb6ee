"""A cluster of this machine's own, or one that is there: begun, joined, and left as it should be.

What Ray does by itself and is not wanted here is switched off before it is imported (``closed``): statistics for its
makers, the dashboard and its job server, services that other machines reach, and whoever does not have the cluster's
token.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from auxol_core.cluster.loopback import ALONE
from auxol_core.cluster.options import APPLICATION, NAMESPACE, ClusterOptions
from auxol_core.errors import InvalidInputError, UnavailableError

log = logging.getLogger(__name__)

LOCAL = "local"
NO_RAY = "Ray was asked for, but is not here. Install it with: pip install 'auxol-core[ray]'"
LEAVE_S = 10.0  # so long all tasks together may take to close
# The object store of a cluster on this machine: slices on their way, and embeddings.
STORE_BYTES = 512 * 2**20


def closed(environment: MutableMapping[str, str], *, local: bool) -> None:
    """Set in ``environment`` what keeps a cluster closed; what the keeper has set stays."""
    environment.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    environment.setdefault("RAY_AUTH_MODE", "token")
    environment.setdefault("RAY_SERVE_LOG_TO_STDERR", "0")
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # A proxy that died is noticed within three of these; Serve's own 10 s would be half a minute without an answer.
    environment.setdefault("RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S", "1")
    if local:
        environment.setdefault(*ALONE)
        environment.setdefault("RAY_enable_metrics_collection", "0")
        if not ({"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(environment)):
            environment["RAY_AUTH_TOKEN"] = secrets.token_hex(32)


def joined(address: str, threads: int, scratch: str) -> None:
    """Be part of the cluster at ``address``, ``local``: of one that begins now and ends with this process, and writes
    into ``scratch``."""
    local = address == LOCAL
    if "ray" not in sys.modules:
        closed(os.environ, local=local)
    try:
        import ray
    except ImportError:
        raise InvalidInputError(NO_RAY) from None
    about: dict[str, Any] = {"namespace": NAMESPACE, "log_to_driver": False, "configure_logging": False}
    if local:
        about |= {
            "address": "local",
            "num_cpus": threads,
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
            "_node_ip_address": "127.0.0.1",
            "_temp_dir": scratch,
        }
    else:
        about["address"] = address
    try:
        ray.init(**about)
    except (ConnectionError, RuntimeError) as error:
        raise UnavailableError(
            f"The Ray cluster at {address} could not be joined: {str(error).splitlines()[0]} Look at its address and "
            "its token (RAY_AUTH_TOKEN_PATH)."
        ) from None


def serving(options: ClusterOptions, host: str, port: int) -> None:
    """Have the application answer at ``host:port``; a newer one takes the place of one that is there."""
    from ray import serve

    from auxol_core.cluster.app import application

    serve.start(http_options={"host": host, "port": port})
    serve.run(application(options), name=APPLICATION, route_prefix="/", blocking=False)


def withdrawn(address: str) -> None:
    """Close every task, take the application back, and leave; a cluster of this process's own ends."""
    import ray
    from ray import serve

    from auxol_core.cluster.actors import close_all

    close_all(LEAVE_S)
    serve.shutdown()  # type: ignore[no-untyped-call]
    ray.shutdown()
    log.info("The application has left %s", "this machine's cluster" if address == LOCAL else address)


def kept_token(path: Path, token: str) -> Path:
    """A token in a private file, from which every ingress reads it."""
    from auxol_core.whole_files import write_whole

    write_whole(path, token.encode(), private=True, sync=False)
    return path

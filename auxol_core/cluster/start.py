"""From the options of ``auxol serve`` to a supervised cluster."""

from __future__ import annotations

import ipaddress
import logging
import os
import threading
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auxol_core.cluster.local import kept_token
from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.plan import Plan
from auxol_core.cluster.supervisor import Supervisor
from auxol_core.cluster.users import users_of
from auxol_core.errors import InvalidInputError
from auxol_core.private_files import make_folder
from auxol_core.server.run import bind

log = logging.getLogger(__name__)


def start(
    address: str,
    host: str,
    port: int,
    data_dir: Path,
    token: str | None,
    token_file: Path | None,
    *,
    metrics_token: str | None = None,
    until_stdin_closes: bool = False,
    **options: Any,
) -> None:
    """Serve at ``host:port`` until asked to leave. ``token``: of one user, else ``token_file``; ``options``: of
    ClusterOptions. InvalidInputError, DataError, UnavailableError where it cannot begin."""
    if find_spec("ray") is None:
        raise InvalidInputError("Ray was asked for, but is not here. Install it with: pip install 'auxol-core[ray]'")
    listener = bind(host, port)
    address_here, port = listener.getsockname()[:2]
    listener.close()
    local = ipaddress.ip_address(address_here.partition("%")[0]).is_loopback
    if token_file is None and not local:
        raise InvalidInputError(
            f"Beyond this machine, at {host}, a token file is needed, one token a user. Give --token-file."
        )
    make_folder(data_dir)
    written = []
    if token_file is None:
        written.append(token_file := kept_token(data_dir / ".cluster-token", token or ""))
        options["only"] = True
    if metrics_token is not None:
        written.append(kept_token(data_dir / ".cluster-metrics-token", metrics_token))
        options["metrics_token_file"] = str(written[-1].resolve())
    told = ClusterOptions(str(data_dir.resolve()), str(token_file.resolve()), loopback=local, **options)
    users_of(told)  # what is wrong with it is said here, and not in a process of the cluster
    supervisor = Supervisor(Plan(address, address_here, port, told))
    put_back = supervisor.obey_signals()
    if until_stdin_closes:
        threading.Thread(target=_watch, args=(supervisor,), daemon=True).start()
    try:
        supervisor.run()
    finally:
        put_back()
        for path in written:
            path.unlink(missing_ok=True)


def _watch(supervisor: Supervisor) -> None:
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    supervisor.stop()

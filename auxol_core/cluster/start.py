"""From the options of ``auxol serve`` to a supervised cluster."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auxol_core.cluster.local import NO_RAY, kept_token
from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.plan import Plan
from auxol_core.cluster.supervisor import Supervisor
from auxol_core.cluster.users import users_of
from auxol_core.errors import InvalidInputError
from auxol_core.server.run import bind, check_folder, check_reach, is_loopback
from auxol_core.server.standard_input import wait_until_closed


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
        raise InvalidInputError(NO_RAY)
    listener = bind(host, port)
    address_here, port = listener.getsockname()[:2]
    local = is_loopback(listener)
    check_reach(listener, host, token_file is not None)
    listener.close()
    check_folder(data_dir)
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
    wait_until_closed()
    supervisor.stop()

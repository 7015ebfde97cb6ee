"""The server's process: a socket first, then the models, then one line on standard output that says it is ready.

It leaves when standard input closes (if asked to watch it), or on SIGTERM, SIGINT: it answers who waits, closes the
tasks and ends with exit code 0. What does not end in time, a long step of computing, is left standing: everything
that had a receipt is on the disk, and the rest is learned at the next start.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from auxol_core import __version__
from auxol_core.engine.worker import Worker
from auxol_core.errors import DataError, InvalidInputError, UnavailableError
from auxol_core.options import MachineOptions
from auxol_core.private_files import make_folder
from auxol_core.protocol import PROTOCOL_VERSION, Ready, ready_line
from auxol_core.server.app import create_app
from auxol_core.server.gate import LOOPBACK_NAMES
from auxol_core.server.household import Household
from auxol_core.server.silent_lines import SilentLines
from auxol_core.server.standard_input import wait_until_closed
from auxol_core.server.users import Users

if TYPE_CHECKING:
    from auxol_core.server.metrics import Metrics

log = logging.getLogger(__name__)

BACKLOG = 128
HOST_GONE_S = 2.0  # so long after its host is gone nothing of the server is left
SIGNALLED_S = 15.0  # an administrator's stop waits longer than that before it kills
FINISH_S = 1  # what is being answered may take so long
SILENT_S = 20.0  # a connection on which no request comes is closed then


@dataclass(frozen=True)
class ServeOptions:
    """``idle_s``, ``liveness_s``: see leases.py; None: never. ``priority``: at which this process runs, in words.
    ``metrics_token``: see metrics.py; None: nothing is counted."""

    host: str
    port: int
    generalist: str
    data_dir: Path
    machine: MachineOptions
    users: Users
    until_stdin_closes: bool
    user_memory_mb: int
    idle_s: float | None
    liveness_s: float | None
    priority: str = ""
    metrics_token: str | None = None


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; InvalidInputError for an address that is none, UnavailableError for one in use."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError, OverflowError):
        raise InvalidInputError(
            f"An address of this machine was expected, got {host!r}. Give one like 127.0.0.1."
        ) from None
    # With the protocol's number: asyncio sends answers without delay (TCP_NODELAY) on sockets that have it alone, and
    # otherwise each waits 40 ms.
    listener = socket.socket(family, kind, number or socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # where it would let two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise UnavailableError(
            f"Port {port} of {host} cannot be had: {error.strerror}. Choose another with --port, or leave it out for a "
            "free one."
        ) from None
    return listener


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine reaches the socket."""
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


class Leaving:
    """How the process ends, whoever asks for it; any thread may."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None

    def leave(self, within_s: float) -> None:
        """Ask the server to end, and end the process in any case after ``within_s``."""
        if self.server is None:
            os._exit(0)  # the models are being loaded: no task is open yet
        last = threading.Timer(within_s, os._exit, (0,))
        last.daemon = True
        last.start()
        self.server.should_exit = True

    def when_stdin_closes(self) -> None:
        """Leave then."""
        threading.Thread(target=self._watch, name="auxol-stdin", daemon=True).start()

    def _watch(self) -> None:
        wait_until_closed()
        self.leave(HOST_GONE_S)


class AuxolServer(uvicorn.Server):
    """uvicorn, which says when it is ready, lets who waits go when it leaves, and ends with exit code 0."""

    def __init__(self, config: uvicorn.Config, household: Household, leaving: Leaving, port: int) -> None:
        super().__init__(config)
        self._household, self._leaving, self._port = household, leaving, port
        self._silent = SilentLines(time.monotonic, SILENT_S)

    async def on_tick(self, counter: int) -> bool:
        self._silent.sweep(self.server_state.connections)
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            _tell_ready(self._port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._household.leave()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does it, but a signal that was obeyed is not raised once more, which would end in an error."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            wanted.append(signal.SIGBREAK)
        before = {each: signal.signal(each, self._signalled) for each in wanted}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _signalled(self, _: int, __: FrameType | None) -> None:
        if self.should_exit:
            os._exit(0)  # asked twice: somebody is in a hurry
        self._leaving.leave(SIGNALLED_S)


def _tell_ready(port: int) -> None:
    with suppress(OSError):  # nobody reads it
        sys.stdout.write(ready_line(Ready(port, PROTOCOL_VERSION, os.getpid(), __version__)) + "\n")
        sys.stdout.flush()


def serve(options: ServeOptions) -> None:
    """Serve until asked to leave. Raises AuxolError where it cannot begin."""
    listener = bind(options.host, options.port)
    local = is_loopback(listener)
    check_reach(listener, options.host, options.users.many)
    if not local:
        log.warning(
            "Serving %s to other machines without encryption: put a proxy that speaks TLS in front of it", options.host
        )
    check_folder(options.data_dir)
    leaving = Leaving()
    if options.until_stdin_closes:
        leaving.when_stdin_closes()
    household = _household(options)
    app = create_app(household, hosts=_names(listener) if local else None, metrics=_metrics(options, household))
    config = uvicorn.Config(
        app,
        # Where others are installed (Ray brings them) uvicorn would take these; what is tried is this.
        http="h11",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=FINISH_S,
    )
    server = AuxolServer(config, household, leaving, listener.getsockname()[1])
    leaving.server = server
    server.run(sockets=[listener])


def _metrics(options: ServeOptions, household: Household) -> Metrics | None:
    if options.metrics_token is None:
        return None
    # Imported here: an engine that nobody watches does without the library.
    from auxol_core.server.metrics import Metrics

    return Metrics(household, options.metrics_token)


def check_reach(listener: socket.socket, host: str, many: bool) -> None:
    """Close ``listener`` and raise InvalidInputError where other machines reach it and there are not ``many`` users."""
    if not is_loopback(listener) and not many:
        listener.close()
        raise InvalidInputError(
            f"Beyond this machine, at {host}, a token file is needed, one token a user. Give --token-file."
        )


def check_folder(data_dir: Path) -> None:
    """Make the folder of the tasks, or raise DataError where it cannot be written."""
    try:
        make_folder(data_dir)
        writable = os.access(data_dir, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise DataError(f"A folder for the tasks that can be written was expected, got {data_dir}. Give --data-dir.")


def _names(listener: socket.socket) -> frozenset[str]:
    return frozenset((*LOOPBACK_NAMES, listener.getsockname()[0]))


def _household(options: ServeOptions) -> Household:
    """The models, loaded in the thread that will compute, and an engine for whoever comes."""
    # Imported here: torch takes seconds, and by now the port is known to be free.
    from auxol_core.build import make_parts, warm_up
    from auxol_core.generalist.disk_cache import DiskCache, StoredEmbeddings
    from auxol_core.generalist.figures import InUse
    from auxol_core.server.told import told_of
    from auxol_core.server.user_engine import user_engines

    worker = Worker()
    parts = worker.submit(lambda: make_parts(options.generalist, options.machine)).future.result()
    log.info("Running at %s", options.priority)
    log.info("Computing on %s (%s) in %s", parts.compute.device, parts.compute.device_reason, parts.compute.precision)
    log.info("The generalist is %s, images scaled as %s", parts.generalist.name, parts.generalist.preprocessing)
    threading.Thread(target=warm_up, name="auxol-warm-up", daemon=True).start()
    stored = StoredEmbeddings(DiskCache(), parts.generalist, parts.compute.precision)
    in_use = InUse(parts.generalist.name, parts.compute.threads, parts.compute.precision, parts.compute.device)
    return Household(
        options.users,
        options.data_dir,
        user_engines(parts, options.user_memory_mb * 2**20, stored, encoded=in_use.encoded),
        worker,
        idle_s=options.idle_s,
        liveness_s=options.liveness_s,
        generalist=parts.generalist.name,
        compute={
            "device": parts.compute.device,
            "device_reason": parts.compute.device_reason,
            "precision": parts.compute.precision,
            "precision_reason": parts.compute.precision_reason,
            "priority": options.priority,
            **told_of(parts),
        },
    )

"""``auxol serve``: the engine as a process of its own, for Slicer on this machine or for a reading room."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auxol_core.cli.machine_options import Device, Precision
from auxol_core.errors import AccessError, InvalidInputError
from auxol_core.generalist import registry
from auxol_core.machine.places import data_folder
from auxol_core.machine.priority import leave_background, priority
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions

if TYPE_CHECKING:
    from auxol_core.server.users import Users

GENERALISTS = ", ".join(registry.names())
LOOPBACK = "127.0.0.1"
TOKEN_NAME = "AUXOL_TOKEN"
METRICS_TOKEN_NAME = "AUXOL_METRICS_TOKEN"
IDLE_MINUTES, LIVENESS_MINUTES = 60.0, 10.0
LONGEST_LINE = 4096


def serve(
    host: Annotated[
        str, typer.Option(help="Address to serve at. Any but this machine's own needs --token-file.")
    ] = LOOPBACK,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one, which the ready line names.")] = 0,
    generalist: Annotated[str, typer.Option(help=f"{GENERALISTS}, or a path.")] = DEFAULT_GENERALIST,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the tasks. Default: your own, or AUXOL_DATA_DIR.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Threads to compute with. Default: all cores but one.")
    ] = None,
    device: Device = "auto",
    precision: Precision = "auto",
    thinking: Annotated[
        str,
        typer.Option(
            help="off, gentle or full: how long a task goes over its lessons again while nothing is asked of it."
        ),
    ] = "gentle",
    locating: Annotated[
        bool, typer.Option(help="Whether tasks learn where their structure is: about a second of each save.")
    ] = True,
    token_from: Annotated[
        str | None,
        typer.Option(help=f"stdin (its first line) or env ({TOKEN_NAME}). Default: a random one, told on stderr."),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help='Several users: JSON, {"name": {"token": "...", "shared": ["task", ...]}, ...}.')
    ] = None,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="Leave when standard input closes, as when the host ends.")
    ] = False,
    keep_priority: Annotated[
        bool,
        typer.Option(
            "--keep-priority",
            help="Run at the priority of the host that started it. Slicer's own is the lowest there is; without this "
            "the worker leaves it.",
        ),
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            help="ray: on a Ray cluster of this machine's own; ray=ADDRESS: on the one that is there (docs/server.md). "
            "Default: in this process."
        ),
    ] = None,
    user_memory_mb: Annotated[
        int, typer.Option(min=64, max=1_000_000, help="Memory for each user's slices and what is derived from them.")
    ] = 1536,
    idle_minutes: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Close a task that nobody used for so long; nothing is lost. 0: never. "
            f"Default: {IDLE_MINUTES:g} with --token-file, else never: one user's tasks are closed by their host.",
        ),
    ] = None,
    liveness_minutes: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Close the tasks and free the memory of a user whose programs were silent for so long. "
            f"0: never. Default: {LIVENESS_MINUTES:g} with --token-file, else never.",
        ),
    ] = None,
    metrics: Annotated[
        bool,
        typer.Option(
            "--metrics",
            help=f"Count, and tell Prometheus at /metrics; its token is {METRICS_TOKEN_NAME}'s. Default: a random one, "
            "told on stderr.",
        ),
    ] = False,
) -> None:
    """Serve the engine over HTTP to programs on this machine, or, with --host, to others. See docs/server.md."""
    # Before torch is loaded: idle compute threads otherwise spin on the cores that Slicer needs.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # Before torch is loaded, too: its threads inherit what this one has.
    at = leave_background() if until_stdin_closes and not keep_priority else priority()
    if on is not None:
        _serve_on(
            on,
            token_from,
            token_file,
            until_stdin_closes,
            host=host,
            port=port,
            data_dir=data_dir or data_folder(),
            generalist=generalist,
            machine=_machine(threads, device, precision, thinking, locating),
            metrics_token=_metrics_token() if metrics else None,
            user_memory_mb=user_memory_mb,
            idle_s=_seconds(idle_minutes, IDLE_MINUTES if token_file else 0.0),
            liveness_s=_seconds(liveness_minutes, LIVENESS_MINUTES if token_file else 0.0),
        )
        return
    users = _users(token_from, token_file)
    from auxol_core.server.run import ServeOptions
    from auxol_core.server.run import serve as serve_options

    serve_options(
        ServeOptions(
            host=host,
            port=port,
            generalist=generalist,
            data_dir=data_dir or data_folder(),
            machine=_machine(threads, device, precision, thinking, locating),
            users=users,
            until_stdin_closes=until_stdin_closes,
            user_memory_mb=user_memory_mb,
            idle_s=_seconds(idle_minutes, IDLE_MINUTES if users.many else 0.0),
            liveness_s=_seconds(liveness_minutes, LIVENESS_MINUTES if users.many else 0.0),
            priority=str(at),
            metrics_token=_metrics_token() if metrics else None,
        )
    )


def _machine(
    threads: int | None, device: str, precision: str, thinking: str, locating: bool
) -> MachineOptions:
    cores = os.cpu_count() or 1
    return MachineOptions(
        threads or max(1, cores - 1),
        device,  # type: ignore[arg-type]
        precision,  # type: ignore[arg-type]
        thinking=thinking,  # type: ignore[arg-type]
        locating=locating,
    )


def _serve_on(
    on: str,
    token_from: str | None,
    token_file: Path | None,
    until_stdin_closes: bool,
    *,
    host: str,
    port: int,
    data_dir: Path,
    **options: Any,
) -> None:
    """As ``serve``, on a Ray cluster."""
    engine, _, address = on.partition("=")
    if engine != "ray":
        raise InvalidInputError(f"--on must be ray or ray=ADDRESS, got {on!r}. Leave it out to serve in this process.")
    from auxol_core.cluster.start import start

    start(
        address or "local",
        host,
        port,
        data_dir,
        None if token_file is not None else _token(token_from),
        token_file,
        until_stdin_closes=until_stdin_closes,
        **options,
    )


def _seconds(minutes: float | None, default: float) -> float | None:
    return 60.0 * (default if minutes is None else minutes) or None


def _users(token_from: str | None, token_file: Path | None) -> Users:
    from auxol_core.server.users import one_user, read_users

    if token_file is not None:
        if token_from is not None:
            raise InvalidInputError("Either --token-file or --token-from was expected, got both. Leave one out.")
        return read_users(token_file)
    return one_user(_token(token_from))


def _token(token_from: str | None) -> str:
    from auxol_core.server.users import new_token

    if token_from is None:
        token = new_token()
        typer.echo(f"Token: {token}", err=True)
        return token
    if token_from == "env":
        return os.environ.pop(TOKEN_NAME, "")
    if token_from == "stdin":
        return _first_line()
    raise InvalidInputError(f"--token-from must be stdin or env, got {token_from!r}. A token is never an argument.")


def _metrics_token() -> str:
    from auxol_core.server.users import check_token, new_token

    given = os.environ.pop(METRICS_TOKEN_NAME, None)
    if given is None:
        given = new_token()
        typer.echo(f"Token for /metrics: {given}", err=True)
    return check_token(given, "whoever reads /metrics")


def _first_line() -> str:
    """The first line of standard input, read from the descriptor itself: what follows is another reader's."""
    line = b""
    while not line.endswith(b"\n") and len(line) < LONGEST_LINE:
        try:
            piece = os.read(0, 1)
        except OSError:
            piece = b""
        if not piece:
            break
        line += piece
    if not line:
        raise AccessError("A token was expected as the first line of standard input, but that is closed. Send it.")
    return line.strip().decode("utf-8", "replace")

"""``auxol doctor``: what this machine gives the engine, what is in the way, and what to do about it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from auxol_core import __version__
from auxol_core.cli import doctor_checks as checks
from auxol_core.cli.doctor_checks import Check
from auxol_core.cli.machine_options import Device, Precision, Threads
from auxol_core.generalist.checkpoints import FOLDER_VARIABLE, own_folder
from auxol_core.machine.places import cache_folder, data_folder
from auxol_core.options import MachineOptions

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}  # from good to bad


def doctor(
    full: Annotated[
        bool, typer.Option("--full", help="Also take checkpoints' SHA-256 and learn once; takes longer.")
    ] = False,
    threads: Threads = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the tasks. Default: your own, or AUXOL_DATA_DIR.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for a program to read.")] = False,
) -> None:
    """Look at this machine; exit code 1 if something is in the way. The report names no patient, task or user."""
    machine = MachineOptions(threads, device, precision)  # type: ignore[arg-type]
    found = []
    console = Console()
    for check in all_checks(machine, data_dir or data_folder(), full=full):
        found.append(check)
        if not as_json:
            _print(console, check)
    verdict = max((check.verdict for check in found), key=list(COLOURS).index)
    if as_json:
        report = {"auxol": __version__, "verdict": verdict, "checks": [dataclasses.asdict(check) for check in found]}
        typer.echo(json.dumps(report, indent=2))
    if verdict == "problem":
        raise typer.Exit(1)


def all_checks(machine: MachineOptions, data_dir: Path, *, full: bool) -> Iterator[Check]:
    """Every finding in order, each when it is there, with the home folder written as ~."""
    for check in _checks(machine, data_dir, full=full):
        yield Check(**without_home(dataclasses.asdict(check), Path.home()))


def _checks(machine: MachineOptions, data_dir: Path, *, full: bool) -> Iterator[Check]:
    # Imported here, so that --help does not wait for scipy.
    from auxol_core.cli.doctor_compute import compute_checks

    yield checks.check_python()
    yield checks.check_platform()
    yield checks.check_packages()
    yield checks.check_memory()
    yield checks.check_folder("data folder", data_dir, "AUXOL_DATA_DIR", needed=True)
    yield checks.check_folder("cache folder", cache_folder(), "AUXOL_CACHE_DIR")
    yield checks.check_folder("checkpoint folder", own_folder(), FOLDER_VARIABLE)
    yield checks.check_tasks(data_dir)
    yield checks.check_proxies(os.environ)
    yield checks.check_loopback()
    yield from compute_checks(machine, full=full)


def without_home(value: Any, home: Path) -> Any:
    """``value`` with the home folder in every text replaced by ~: its path often is the user's name."""
    if isinstance(value, dict):
        return {key: without_home(inner, home) for key, inner in value.items()}
    if not isinstance(value, str) or len(home.parts) < 2:
        return value
    for path in {str(home), str(home.resolve())}:
        value = re.sub(rf"{re.escape(path)}(?![\w.-])", "~", value)
    return value


def _print(console: Console, check: Check) -> None:
    line = Text(f"{check.verdict:8}", style=COLOURS[check.verdict]) + Text(f"{check.name:18}{check.sentence}", style="")
    console.print(line, soft_wrap=True)
    if check.next_step:
        console.print(Text(f"{'':8}{'':18}Next: {check.next_step}", style="bold"), soft_wrap=True)

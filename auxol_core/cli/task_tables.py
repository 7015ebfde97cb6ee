"""The tables of `auxol task list` and `auxol task info`, for a person; programs take --json."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auxol_core.cli.replay_command import print_whole
from auxol_core.cli.task_report import TaskSummary

# As many versions and corrections as fit a screen; --json has all.
SHOWN = 20


def print_list(console: Console, rows: Sequence[TaskSummary], folder: Path) -> None:
    """One row a task, and below it the sentence of each that cannot be read."""
    if not rows:
        _line(console, f"No tasks in {folder}.")
        return
    table = Table("task", "preset", "generalist", "corrections", "confirmed", "version", "queued", "size", "saved last")
    for row in rows:
        cells = (row.corrections, row.confirmations, row.version, row.queued)
        known = (row.preset, row.generalist, *cells) if row.state == "ok" else (row.state, *("",) * 5)
        table.add_row(_plain(row.name), *(_plain(cell) for cell in known), _megabytes(row.bytes), _day(row.saved_last))
    print_whole(console, table)
    for row in rows:
        if row.problem:
            _line(console, f"{_printable(row.name)}: {row.problem}", style="yellow")


def print_info(console: Console, facts: dict[str, Any]) -> None:
    """The facts of ``task_report.info_of``."""
    table = Table("", "", show_header=False)
    window = facts["window"]
    for label, value in (
        ("task", facts["name"]),
        ("preset", facts["preset"]),
        ("generalist", f"{facts['generalist']} (weights {facts['generalist_hash'][:12]})"),
        ("window", f"{window['low']:g} .. {window['high']:g}" if window else "not settled yet"),
        ("corrections", f"{facts['corrections']}, and {facts['confirmations']} confirmed as proposed"),
        ("version", f"{facts['version']}, {facts['queued']} waiting to be learned"),
        ("weights", facts["relearning"] or "as they were learned"),
        ("size", _megabytes(facts["bytes"])),
        ("saved last", _day(facts["saved_last"]) or "never"),
        ("options", _options(facts)),
    ):
        table.add_row(label, _plain(value))
    console.print(table)
    _print_curve(console, facts["learning_curve"])
    _print_versions(console, facts["versions"])
    _print_saved(console, facts["saved"])


def _options(facts: dict[str, Any]) -> str:
    """The options of the task's own preset, and what all presets have."""
    options = facts["options"]
    common = {name: options[name] for name in ("seed", "learning")}
    return ", ".join(f"{name}={value}" for name, value in (common | options.get(facts["preset"], {})).items())


def _print_curve(console: Console, curve: dict[str, dict[str, float] | None]) -> None:
    if curve["first_half"] is None:
        _line(console, "Learning curve: too few scored corrections.")
        return
    table = Table("mean Dice before learning", "generalist", "specialist", "fused", "corrections", "objects")
    for half, means in curve.items():
        if means is not None:
            values = [means[name] for name in ("generalist", "specialist", "fused")]
            dice = ["-" if value is None else f"{value:.3f}" for value in values]
            table.add_row(half.replace("_", " "), *dice, str(means["corrections"]), str(means["objects"]))
    print_whole(console, table)


def _print_versions(console: Console, versions: Sequence[dict[str, Any]]) -> None:
    if not versions:
        _line(console, "Nothing was learned yet.")
        return
    table = Table("version", "from", "kind", "verdict", "corrections", "steps", "seconds")
    for row in versions[-SHOWN:]:
        mark = "current" if row["current"] else row["kind"] if row["published"] else "discarded"
        ids = ", ".join(row["corrections"])
        numbers = (str(row["steps"]), f"{row['seconds']:.2f}")
        table.add_row(
            str(row["version"]), str(row["base_version"]), mark, _plain(row["verdict"]), _plain(ids), *numbers
        )
    print_whole(console, table)
    _say_rest(console, len(versions), "updates")


def _print_saved(console: Console, saved: Sequence[dict[str, Any]]) -> None:
    if not saved:
        return
    table = Table("correction id", "saved", "state", "objects", "Dice as shown", "")
    for row in saved[-SHOWN:]:
        dice = "-" if row["fused"] is None else f"{row['fused']:.3f}"
        kind = "confirmed" if row["confirmation"] else ""
        cells = (_day(row["saved"]), row["state"], str(row["objects"]), dice, kind)
        table.add_row(_plain(row["correction_id"]), *cells)
    print_whole(console, table)
    _say_rest(console, len(saved), "corrections")


def _say_rest(console: Console, number: int, what: str) -> None:
    if number > SHOWN:
        _line(console, f"The last {SHOWN} of {number} {what}; --json prints all.")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)


def _plain(value: object) -> Text:
    """Text that is shown as it is: neither rich's markup nor a terminal's commands in a name take effect."""
    return Text(_printable(str(value)))


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _day(moment: str | None) -> str:
    """The reader's own time; --json has it in UTC."""
    return "" if moment is None else datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")

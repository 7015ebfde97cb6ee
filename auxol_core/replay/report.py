"""What a person sees of a replay on the terminal: progress while it runs, then the tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from auxol_core.replay.rows import Row
from auxol_core.replay.summary import Entry

_RESULT_HEADINGS = (
    "images",
    "corr.",
    "Dice\nall",
    "Dice\nlast half",
    "HD95\nall",
    "HD95\nlast half",
    "accepted\nas shown",
    "s per\nprompt",
    "s per\nupdate",
    "peak\nMB",
)


class Listener:
    """What a replay tells while it runs; this one does not listen."""

    def begin(self, title: str, total: int) -> None:
        """A run of ``total`` images starts."""

    def row(self, row: Row) -> None:
        """An image is done."""

    def end(self) -> None:
        """The run is over, or was broken off."""

    def note(self, text: str) -> None:
        """Something that the user should know."""


class ProgressListener(Listener):
    """A bar for the run that is going on, with the mean Dice so far; on a terminal it vanishes when the run ends."""

    def __init__(self, console: Console, *, bars: bool) -> None:
        self._console = console
        self._bars = bars
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._title = ""
        self._dice: list[float] = []

    def begin(self, title: str, total: int) -> None:
        self._title, self._dice = title, []
        if not self._bars:
            return
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=self._console.is_terminal,  # in a log the last state stays as a line
        )
        self._task = self._progress.add_task(title, total=total)
        self._progress.start()

    def row(self, row: Row) -> None:
        self._dice.append(row.dice)
        if self._progress is not None and self._task is not None:
            mean = sum(self._dice) / len(self._dice)
            self._progress.update(self._task, advance=1, description=f"{self._title}  Dice {mean:.3f}")

    def end(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None

    def note(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def results_table(entries: Sequence[Entry]) -> Table:
    """The benchmark's table: a line for each (dataset, method), and the means over datasets where there are several."""
    table = _table("Prequential replay: scores of what was shown, before learning from the image")
    for heading in ("dataset", "method"):
        table.add_column(heading, no_wrap=True)
    for heading in _RESULT_HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    previous = None
    for entry in entries:
        if previous not in (None, entry["dataset"]):
            table.add_section()
        name = str(entry["dataset"]) if entry["dataset"] != previous else ""
        previous = entry["dataset"]
        partial = " (partial)" if entry["partial"] else ""
        table.add_row(name, f"{entry['method']}{partial}", *_cells(entry))
    datasets = {entry["dataset"] for entry in entries}
    if len(datasets) > 1:
        table.add_section()
        for method in dict.fromkeys(entry["method"] for entry in entries):
            of_method = [entry for entry in entries if entry["method"] == method]
            if len(of_method) == len(datasets):
                table.add_row("mean", str(method), *_mean_cells(of_method))
    return table


def comparisons_table(entries: Sequence[Entry]) -> Table:
    """Differences with their intervals, over the last half of each stream."""
    table = _table("Differences over the last half, with 90 % intervals over patients")
    for heading in ("dataset", "comparison"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Dice", "interval", "HD95", "interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    previous = None
    for entry in entries:
        if entry["part"] != "last_half":
            continue
        if previous not in (None, entry["dataset"]):
            table.add_section()
        name = str(entry["dataset"]) if entry["dataset"] != previous else ""
        previous = entry["dataset"]
        table.add_row(
            name,
            f"{entry['method']} - {entry['against']}",
            f"{entry['dice_difference']:+.3f}",
            f"{entry['dice_low']:+.3f} .. {entry['dice_high']:+.3f}",
            f"{entry['hd95_difference']:+.1f}",
            f"{entry['hd95_low']:+.1f} .. {entry['hd95_high']:+.1f}",
        )
    return table


def skipped_lines(entries: Sequence[Entry]) -> list[str]:
    """What was skipped, left out or failed: one line for each dataset, and the names."""
    lines: list[str] = []
    for dataset in dict.fromkeys(entry["dataset"] for entry in entries):
        of_dataset = [entry for entry in entries if entry["dataset"] == dataset]
        first = of_dataset[0]
        counts = [
            (first["n_empty_skipped"], "without the structure skipped"),
            (first["n_small_skipped"], "with too small pieces alone skipped"),
            (first["n_small_components"], "small pieces left out of the truth"),
            (first["n_left_out"], "files left out"),
            (first["n_doubtful"], "files doubtful"),
        ]
        said = ", ".join(f"{count} {what}" for count, what in counts if count)
        if said:
            lines.append(f"{dataset}: {said}")
        named = [*_names(first["left_out"]), *_names(first["doubtful"])]
        named += [f"{e['method']} failed on {name}" for e in of_dataset for name in _names(e["failed"])]
        lines += [f"  {name}" for name in named]
    return lines


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)


def _names(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def _cells(entry: Entry) -> list[str]:
    return [
        str(entry["n_images"]),
        str(entry["n_corrections"]),
        _number(entry["dice_mean"], 3),
        _number(entry["dice_last_half"], 3),
        _number(entry["hd95_mean"], 1),
        f"{_number(entry['hd95_last_half'], 1)} {entry['hd95_unit'] or ''}",
        _share(entry["accepted_share"]),
        _number(entry["seconds_per_prediction_median"], 3),
        _number(entry["seconds_per_update_median"], 2),
        _number(entry["peak_rss_mb"], 0),
    ]


def _mean_cells(entries: Sequence[Entry]) -> list[str]:
    """Means over datasets; HD95 is left out, as units differ."""
    means = [_mean_of(entries, key) for key in ("dice_mean", "dice_last_half")]
    total = [str(sum(int(str(e[key])) for e in entries)) for key in ("n_images", "n_corrections")]
    accepted = _share(_mean_of(entries, "accepted_share"))
    prediction = _number(_mean_of(entries, "seconds_per_prediction_median"), 3)
    update = _number(_mean_of(entries, "seconds_per_update_median"), 2)
    return [*total, *(_number(m, 3) for m in means), "", "", accepted, prediction, update, ""]


def _mean_of(entries: Sequence[Entry], key: str) -> float | None:
    values = [float(v) for e in entries if isinstance(v := e[key], int | float)]
    return sum(values) / len(values) if values else None


def _number(value: object, digits: int) -> str:
    return f"{value:.{digits}f}" if isinstance(value, int | float) else "-"


def _share(value: object) -> str:
    return f"{100 * value:.0f} %" if isinstance(value, int | float) else "-"

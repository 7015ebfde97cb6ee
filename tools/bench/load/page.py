"""What the runs and the model say, as a table for the terminal, as Markdown for docs/capacity.md, and as its figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from rich.table import Table

from auxol_core.errors import DataError
from tools.bench.learn.bar import Bar, counted
from tools.bench.load.capacity import Limit, far
from tools.bench.load.fit import Fitted
from tools.bench.load.hold import Held
from tools.bench.load.measured import CLICKS, Measured, percentile
from tools.bench.load.model import predict
from tools.bench.load.reader import KINDS, Kind

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
TITLES: dict[Kind, str] = {
    "first": "first click on a slice",
    "click": "click",
    "save": "save to receipt",
    "learned": "receipt to learned",
    "volume": "propagation of a few slices",
    "slice": "slice sent",
}
QUIET_SHARE = 0.05  # of the cores for anything else, beyond which the machine was busy


def table(run: Measured) -> Table:
    """One run."""
    shown = Table("ms", "n", "p50", "p95", "p99", title=f"{run.asked.readers} readers, {run.asked.against}")
    for kind in KINDS:
        if ms := run.ms(kind):
            shown.add_row(TITLES[kind], str(len(ms)), *(_ms(percentile(ms, q)) for q in (50, 95, 99)))
    return shown


def others_share(run: Measured) -> float:
    """How much of the cores something else took meanwhile."""
    return run.load.others_cpu_s / (run.load.cores * (run.asked.counted_s + run.asked.warm_up_s))


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _mb(value: float | None) -> str:
    return "" if value is None else f"{value / 1e6:.0f}"


def markdown(
    runs: Sequence[Measured], fitted: Fitted, held: Sequence[Held], limits: Sequence[Limit], bars: Sequence[Bar]
) -> str:
    """All that stands between the marks of the page."""
    parts = [_settings(runs), _runs(runs), _costs(fitted), _held(fitted, held), _far(fitted), _limits(limits)]
    judged = [f"- {'**MISSED**' if bar.met is False else 'met' if bar.met else 'not measured'}: {bar.figure} "
              f"(bar: {bar.asked})" for bar in bars]  # fmt: skip
    return "\n\n".join([*parts, "\n".join(judged), f"**{counted(bars)}**"])


def _settings(runs: Sequence[Measured]) -> str:
    asked, load = runs[0].asked, runs[0].load
    busy = max(others_share(run) for run in runs)
    quiet = "" if busy <= QUIET_SHARE else " **Measured on a busy machine, to be repeated on a quiet one.**"
    lines = [
        f"- {name}: {value}" for name, value in runs[-1].facts.items()
    ] + [
        f"- against: {asked.against}; generalist {asked.generalist}, learner {asked.learner}, "
        f"{'one task of all' if asked.shared else 'a task of each reader'}; {load.cores} cores, at most "
        f"{max(run.asked.processes for run in runs)} processes for the readers",
        f"- a reader: thinks {asked.habits.think_s:g} s in the mean before each click and save, {asked.habits.slices} "
        f"slices of 512 x 512, a second click with chance {asked.habits.second_click:g}, every "
        f"{asked.habits.propagate_every}th save {asked.habits.propagated} slices propagated",
        f"- taken by anything else on the machine, at most: {busy:.0%} of the cores.{quiet}",
    ]  # fmt: skip
    return "\n".join(lines)


def _runs(runs: Sequence[Measured]) -> str:
    lines = [
        "| readers | clicks a second | click p50 | p95 | p99 | save p50 | p95 | p99 | learned p50 | p95 | fairness | "
        "server MB | cores busy |",
        "|---:|" + "---:|" * 12,
    ]
    for run in runs:
        clicks = run.ms(*CLICKS)
        cells = [str(run.asked.readers), f"{run.clicks_a_second:.2f}"]
        cells += [_ms(percentile(clicks, q)) for q in (50, 95, 99)]
        cells += [_ms(percentile(run.ms("save"), q)) for q in (50, 95, 99)]
        cells += [_ms(percentile(run.ms("learned"), q)) for q in (50, 95)]
        cells += ["" if run.fairness is None else f"{run.fairness:.2f}", _mb(run.load.most_bytes)]
        seconds = run.load.cores * (run.asked.counted_s + run.asked.warm_up_s)
        cells.append("" if run.load.server_cpu_s is None else
                     f"{(run.load.server_cpu_s + run.load.readers_cpu_s) / seconds:.0%}")  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "Milliseconds; *cores busy* with the server and the readers themselves.\n\n" + "\n".join(lines)


def _costs(fitted: Fitted) -> str:
    costs = fitted.costs
    rows = [
        ("click, alone (median)", f"{1000 * costs.alone:.1f} ms"),
        (f"of it the compute thread's ({'told' if fitted.told else 'fitted'})", f"{1000 * costs.service:.1f} ms"),
        ("of it the processors', shared with others", f"{1000 * costs.processor:.1f} ms"),
        ("first click on a slice, more", f"{1000 * fitted.first_s:.1f} ms"),
        ("an update", f"{1000 * fitted.update_s:.0f} ms"),
        ("saves in the compute thread, a click", f"{1000 * costs.others[0].seconds:.1f} ms"),
        ("the background there, a click", f"{1000 * costs.others[-1].seconds:.1f} ms"),
        ("the step of it that a click finds under way", f"{1000 * costs.others[-1].length:.0f} ms"),
        ("between two clicks of a reader", f"{costs.away:.2f} s"),
        ("saves a click", f"{fitted.saves_a_click:.2f}"),
        ("processor time a click, all included", f"{1000 * costs.cpu:.0f} ms"),
        ("memory of a server, and a reader", f"{_mb(fitted.bytes.fixed)} MB and {_mb(fitted.bytes.reader)} MB"),
        ("disk a save", "" if fitted.bytes.save is None else f"{fitted.bytes.save / 1000:.1f} kB"),
    ]
    lines = ["| cost | fitted or measured |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)]
    fitted_on = ", ".join(map(str, fitted.fitted_on))
    return f"Fitted on {fitted_on} readers; it misses these by {fitted.misfit:.0%} at most.\n\n" + "\n".join(lines)


def _held(fitted: Fitted, held: Sequence[Held]) -> str:
    lines = ["| readers | p95 said | p95 measured | off | clicks a second said | measured | thread busy (said) |",
             "|---:|" + "---:|" * 6]  # fmt: skip
    for each in held:
        said = each.said
        lines.append(
            f"| {said.readers} | {1000 * said.p95:.0f} ms | {1000 * each.p95:.0f} ms | {each.off:+.0%} | "
            f"{said.clicks_a_second:.2f} | {each.clicks_a_second:.2f} | {said.thread:.0%} |"
        )
    return (
        f"Written down on {fitted.made or 'an unknown day'}, then held against runs it had not seen:\n\n"
        + "\n".join(lines)
    )


def _far(fitted: Fitted) -> str:
    lines = ["| readers | click p50 | p95 | clicks a second | thread busy with clicks | cores busy |",
             "|---:|" + "---:|" * 5]  # fmt: skip
    for said in far(fitted):
        lines.append(
            f"| {said.readers:,} | {said.p50:.2f} s | {said.p95:.2f} s | {said.clicks_a_second:.1f} | "
            f"{said.clicking:.0%} | {said.machine:.0%} |"
        )
    return "What the model says of one such server with many more:\n\n" + "\n".join(lines)


def _limits(limits: Sequence[Limit]) -> str:
    rows = [f"| {each.what} | {'unknown' if each.readers is None else f'{each.readers:,}'} |" for each in limits]
    return "What breaks first:\n\n| resource | readers |\n|---|---:|\n" + "\n".join(rows)


def put_into(page: Path, text: str) -> None:
    """Replace what stands between the marks of ``page``; DataError where it has none."""
    whole = page.read_text(encoding="utf-8") if page.is_file() else ""
    if not 0 <= whole.find(BEGIN) < whole.find(END):
        raise DataError(f"A page with the lines {BEGIN} and {END} was expected, got {page}. Add them to it.")
    before, after = whole.partition(BEGIN)[0], whole.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def draw(path: Path, runs: Sequence[Measured], fitted: Fitted) -> None:
    """Clicks and utilisation against the number of readers: measured points, the model's lines."""
    most = max(run.asked.readers for run in runs)
    numbers = sorted({1, *range(2, 2 * most + 1, max(1, most // 20))})
    said = [predict(fitted.costs, number) for number in numbers]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for name, colour, share in (("p50", "#0072b2", 50), ("p95", "#d55e00", 95)):
        left.plot(numbers, [1000 * getattr(each, name) for each in said], color=colour, label=f"{name}, model")
        for fits, marker, word in ((True, "o", "fitted on"), (False, "s", "held against")):
            chosen = [run for run in runs if (run.asked.readers in fitted.fitted_on) == fits]
            points = [percentile(run.ms(*CLICKS), share) for run in chosen]
            face = colour if fits else "white"
            left.plot([run.asked.readers for run in chosen], points, marker, color=colour, markerfacecolor=face,
                      label=f"{name}, {word}")  # fmt: skip
    left.set(xlabel="readers", ylabel="click, ms", ylim=(0, None))
    left.legend(fontsize=8)
    for name, colour, word in (
        ("clicking", "#0072b2", "compute thread, clicks"), ("thread", "#009e73", "compute thread, all"),
        ("machine", "0.4", "cores"),
    ):  # fmt: skip
        right.plot(numbers, [100 * getattr(each, name) for each in said], color=colour, label=word)
    right.set(xlabel="readers", ylabel="busy, %", ylim=(0, 105))
    right.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)

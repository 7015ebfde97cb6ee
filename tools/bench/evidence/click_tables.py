"""The tables and bars of the clicking readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from tools.bench.evidence.clicks import GOOD, Clicked
from tools.bench.evidence.effort import FAILURES, FEWER, SURELY_FEWER, Piece, Ratio, pieces, ratio, second_half
from tools.bench.evidence.plan import ClickRun, Plan
from tools.bench.learn.bar import Bar
from tools.bench.learn.stream_runs import Prompted

LEVELS = (0.85, GOOD)
Kept = Mapping[ClickRun, Sequence[Clicked]]
Arms = tuple[list[Piece], list[Piece]]


def arms(kept: Kept, runs: Sequence[ClickRun]) -> Arms:
    """The objects of the second halves with learning and of the generalist alone, in the same order, over the
    ``runs`` of auxol of which both are there."""
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for run in runs:
        other = ClickRun(run.stream, run.first, "generalist", run.order, run.hand, run.images)
        if run.method == "auxol" and run in kept and other in kept:
            ours += second_half(pieces(kept[run]))
            theirs += second_half(pieces(kept[other]))
    return ours, theirs


def clicks_table(kept: Kept, plan: Plan) -> Table:
    """A row a stream, first prompt and hand: second half, generalist -> auxol."""
    heads = [f"NoC@{round(100 * level)}" for level in LEVELS]
    table = Table(
        "stream", "first", "hand", "objects", *heads, *(f"failed @{round(100 * level)}" for level in LEVELS),
        "area, Dice", "area, NSD", title="second half of each stream, generalist alone -> auxol",
    )  # fmt: skip
    runs = [run for run in plan.click_runs() if run.method == "auxol"]
    for stream, first, hand in dict.fromkeys((run.stream, run.first, run.hand) for run in runs):
        chosen = [run for run in runs if (run.stream, run.first, run.hand) == (stream, first, hand)]
        ours, theirs = arms(kept, chosen)
        if ours:
            table.add_row(stream, first, hand, str(len(ours)), *_cells(ours, theirs))
    return table


def _cells(ours: Sequence[Piece], theirs: Sequence[Piece]) -> list[str]:
    def pair(of: Sequence[float], other: Sequence[float], digits: int) -> str:
        mine, alone = sum(of) / len(of), sum(other) / len(other)
        return f"{alone:.{digits}f} -> {mine:.{digits}f}"

    cells = [pair([p.clicks(n) for p in ours], [p.clicks(n) for p in theirs], 2) for n in LEVELS]
    cells += [f"{sum(p.failed(n) for p in theirs)} -> {sum(p.failed(n) for p in ours)}" for n in LEVELS]
    return cells + [pair([p.area(of) for p in ours], [p.area(of) for p in theirs], 3) for of in ("dice", "nsd")]


def bars(kept: Kept, plan: Plan) -> list[Bar]:
    """Clicks over a growing set, and objects that never get there, second halves pooled."""
    found: list[Bar] = []
    for first in plan.firsts:
        ours, theirs = arms(kept, _of_bars(plan, first))
        asked = f"at most {1 - FEWER:g}, interval below {1 - SURELY_FEWER:g}"
        if not ours:
            found += [Bar(f"{first} first, clicks to {GOOD}: no run", asked, None)]
            continue
        clicks = ratio(ours, theirs, lambda piece: float(piece.clicks(GOOD)), f"clicks {first}")
        met = clicks.value <= 1 - FEWER and clicks.high < 1 - SURELY_FEWER
        found.append(Bar(f"{first} first, clicks to {GOOD}, auxol/generalist {_told(clicks)}", asked, met))
        failed = ratio(ours, theirs, lambda piece: float(piece.failed(GOOD)), f"failed {first}")
        text = f"{first} first, objects that never get to {GOOD}, auxol/generalist {_told(failed)}"
        found.append(Bar(text, f"at most {FAILURES:g}", failed.value <= FAILURES))
    return found


def _of_bars(plan: Plan, first: Prompted) -> list[ClickRun]:
    return [run for run in plan.click_runs() if run.first == first and run.hand == "noisy"]


def _told(found: Ratio) -> str:
    return (
        f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f}), {found.theirs:.2f} -> {found.ours:.2f} "
        f"a piece, {found.count} pieces"
    )

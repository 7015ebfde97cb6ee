"""Several orders of a stream, pooled: how far one method is above another, with an interval over patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from auxol_core.replay.comparisons import interval, ratio_interval
from auxol_core.replay.prompts import rng_for
from auxol_core.replay.rows import Row
from auxol_core.replay.summary import last_half
from tools.bench.evidence.plan import Plan, run_of
from tools.bench.learn.bar import Bar
from tools.bench.learn.stream_bars import PROMPTS
from tools.bench.learn.stream_runs import Prompted, StreamRun

NOT_BELOW, NOT_ABOVE = -0.003, 0.02
SAME_WITHIN = 0.003

Kept = Mapping[StreamRun, Sequence[Row]]


@dataclass(frozen=True)
class Pooled:
    """A method on one stream over ``orders`` orders: mean Dice of the last halves with the standard deviation over
    orders, mean HD95, and the share that needs no edit."""

    orders: int
    dice: float
    spread: float
    hd95: float
    accepted: float


@dataclass(frozen=True)
class Above:
    """Ours against theirs over the same images: Dice difference and HD95 ratio minus 1, with 90 % intervals."""

    orders: int
    dice: float
    dice_low: float
    dice_high: float
    hd95: float
    hd95_low: float
    hd95_high: float


def pooled(kept: Kept, plan: Plan, method: str, stream: str, prompt: Prompted) -> Pooled | None:
    """None where no order was run."""
    runs = [kept.get(run_of(method, stream, prompt, order)) for order in range(plan.orders)]
    halves = [last_half(rows) for rows in runs if rows]
    if not halves:
        return None
    means = [float(np.mean([row.dice for row in half])) for half in halves]
    rows = [row for half in halves for row in half]
    spread = float(np.std(means, ddof=1)) if len(means) > 1 else 0.0
    hd95 = float(np.mean([row.hd95 for row in rows]))
    return Pooled(len(halves), float(np.mean(means)), spread, hd95, float(np.mean([row.accepted for row in rows])))


def above(kept: Kept, plan: Plan, ours: str, theirs: str, stream: str, prompt: Prompted) -> Above | None:
    """Over all images of the orders that both have; clustered by patient. None where there is none."""
    pairs: list[tuple[Row, Row]] = []
    orders = 0
    for order in range(plan.orders):
        mine, other = (kept.get(run_of(method, stream, prompt, order)) for method in (ours, theirs))
        if mine and other:
            orders += 1
            pairs += zip(mine, other, strict=True)
    if not pairs:
        return None
    patients = [row.patient for row, _ in pairs]
    rng = rng_for(0, "orders", ours, theirs, stream, prompt)
    dice = np.array([a.dice - b.dice for a, b in pairs])
    mine95, other95 = (np.array([pair[side].hd95 for pair in pairs]) for side in (0, 1))
    low, high = interval(dice, patients, rng)
    near, far = ratio_interval(mine95, other95, patients, rng)
    relative = float(mine95.sum() / other95.sum()) - 1.0 if other95.sum() else 0.0
    return Above(orders, float(dice.mean()), low, high, relative, near - 1.0, far - 1.0)


def streams_table(kept: Kept, plan: Plan, prompt: Prompted) -> Table:
    """A row a stream, a column a method: mean Dice of the last halves over the orders, with its spread, and HD95."""
    table = Table("stream", *plan.methods, title=f"{prompt}: Dice of the last half ± SD over orders (HD95)")
    for stream in plan.streams:
        found = [pooled(kept, plan, method, stream, prompt) for method in plan.methods]
        table.add_row(stream, *(_cell(each, plan.orders) for each in found))
    return table


def _cell(each: Pooled | None, orders: int) -> str:
    if each is None:
        return "-"
    spread = f" ± {each.spread:.3f}" if each.orders > 1 else ""
    few = f" [{each.orders} of {orders}]" if each.orders < orders else ""
    return f"{each.dice:.3f}{spread} ({each.hd95:.1f}){few}"


def above_table(kept: Kept, plan: Plan, ours: str, theirs: str) -> Table:
    """A row a stream and prompt: the differences with their intervals."""
    table = Table("stream", "prompt", "orders", "Dice", "90 %", "HD95", "90 %", title=f"{ours} against {theirs}")
    for stream in plan.streams:
        for prompt in PROMPTS:
            found = above(kept, plan, ours, theirs, stream, prompt)
            if found is not None:
                table.add_row(
                    stream, prompt, str(found.orders),
                    f"{found.dice:+.4f}", f"{found.dice_low:+.4f} to {found.dice_high:+.4f}",
                    f"{found.hd95:+.1%}", f"{found.hd95_low:+.1%} to {found.hd95_high:+.1%}",
                )  # fmt: skip
    return table


def bars(kept: Kept, plan: Plan) -> list[Bar]:
    """On no stream and with no prompt below the generalist alone, by the lower end of the interval."""
    names = [(stream, prompt) for stream in plan.streams for prompt in PROMPTS]
    found = {name: above(kept, plan, "auxol", "generalist", *name) for name in names}
    there = {name: each for name, each in found.items() if each is not None}
    if not there:
        return [Bar("auxol against the generalist alone: no run", "", None)]
    share = "" if len(there) == len(found) else f", {len(there)} of {len(found)} measured"
    few = min(each.orders for each in there.values())
    share += "" if few == plan.orders else f", {few} of {plan.orders} orders"
    return [
        _worst(there, share, "Dice difference, lower end", lambda each: each.dice_low, NOT_BELOW, lowest=True),
        _worst(there, share, "HD95, upper end", lambda each: each.hd95_high, NOT_ABOVE, lowest=False),
    ]


def _worst(
    found: Mapping[tuple[str, Prompted], Above], share: str, what: str, of: Callable[[Above], float], bar: float,
    *, lowest: bool,
) -> Bar:  # fmt: skip
    name = (min if lowest else max)(found, key=lambda each: of(found[each]))
    value = of(found[name])
    missed = [each for each in found if (of(found[each]) < bar if lowest else of(found[each]) > bar)]
    told = f"{value:+.4f}" if lowest else f"{value:+.1%}"
    text = f"auxol against the generalist, {what}, worst {name[0]} {name[1]} {told}"
    text += f" ({len(missed)} of {len(found)} beyond{share})"
    return Bar(text, f"not below {bar:g}" if lowest else f"not above {bar:+.0%}", not missed)


def same_elsewhere(here: Kept, there: Kept) -> Bar:
    """Mean Dice of the runs that both places have, from another machine or thread count."""
    both = [run for run in here if run in there and run.method != "shape"]
    if not both:
        return Bar("another machine: no run of it is given (--against)", f"within {SAME_WITHIN:g}", None)
    gaps = {run: _mean(here[run]) - _mean(there[run]) for run in both}
    far = max(gaps, key=lambda run: abs(gaps[run]))
    text = f"mean Dice on another machine, {len(both)} runs, farthest {far.stream} {far.prompt} {far.method}"
    return Bar(f"{text} {gaps[far]:+.4f}", f"within {SAME_WITHIN:g}", abs(gaps[far]) <= SAME_WITHIN)


def _mean(rows: Sequence[Row]) -> float:
    return float(np.mean([row.dice for row in rows]))

"""What breaks first: how many readers each resource of a server carries, by the model's costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.bench.load.fit import Fitted
from tools.bench.load.model import Costs, Predicted, predict

FAR = (400, 4000)
FULL_SHARE = 0.8  # of a thread, the cores or the memory: beyond it every wait grows fast
SLOW = 2.0  # times the click of somebody alone, in the 95th percentile
MOST_READERS = 100_000
HOURS_A_DAY, DAYS_A_YEAR = 8.0, 250.0


@dataclass(frozen=True)
class Limit:
    """``readers``: so many it carries, None where that is not known. ``what``: the resource, and when it counts as
    full."""

    what: str
    readers: int | None


def limits(fitted: Fitted, memory_bytes: float, disk_bytes: float) -> list[Limit]:
    """Of one server with that memory and disk, the first to break first."""
    costs = fitted.costs
    alone = predict(costs, 1).p95
    found = [
        Limit("clicks wait: p95 twice that of a reader alone", _most(lambda n: predict(costs, n).p95 <= SLOW * alone)),
        Limit("compute thread: clicks take 80 % of it", _until_busy(costs, costs.service)),
        Limit(
            "compute thread: clicks, saves and learning take all of it, lessons come late",
            _until_busy(costs, costs.service + sum(each.seconds for each in costs.others), 1.0),
        ),
        Limit(
            f"{costs.cores} cores: 80 % busy, the readers' own programs included",
            _until_busy(costs, costs.cpu / costs.cores),
        ),
        Limit(f"memory: 80 % of {memory_bytes / 1e9:.0f} GB", _memory(fitted, memory_bytes)),
        Limit(f"disk: a year's saves fill {disk_bytes / 1e9:.0f} GB", _disk(fitted, disk_bytes)),
    ]
    return sorted(found, key=lambda each: MOST_READERS if each.readers is None else each.readers)


def _most(true: Callable[[int], bool]) -> int:
    """The largest number for which it is true, where it is true below that and false above; 0 where never."""
    low, high = 0, 1
    while high < MOST_READERS and true(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if true(middle) else (low, middle)
    return low


def _until_busy(costs: Costs, seconds_a_click: float, share: float = FULL_SHARE) -> int | None:
    """Readers whose clicks, each with so many seconds of a resource, keep it so busy, before anybody waits."""
    return int(share * (costs.away + costs.mean_alone) / seconds_a_click) if seconds_a_click > 0 else None


def _memory(fitted: Fitted, memory_bytes: float) -> int | None:
    fixed, reader = fitted.bytes.fixed, fitted.bytes.reader
    return None if fixed is None or not reader else max(0, int((FULL_SHARE * memory_bytes - fixed) / reader))


def _disk(fitted: Fitted, disk_bytes: float) -> int | None:
    if not fitted.bytes.save:
        return None
    cycle = fitted.costs.away + fitted.costs.mean_alone
    a_year = fitted.saves_a_click / cycle * 3600 * HOURS_A_DAY * DAYS_A_YEAR * fitted.bytes.save
    return int(disk_bytes / a_year) if a_year > 0 else None


def far(fitted: Fitted) -> list[Predicted]:
    """What the model says of one server with as many readers as nobody has tried."""
    return [predict(fitted.costs, readers) for readers in FAR]


def servers_for(readers: int, carried: int) -> int:
    """How many such servers, of ``carried`` readers each, ``readers`` need."""
    return -(-readers // max(1, carried))

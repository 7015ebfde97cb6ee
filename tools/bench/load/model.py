"""How long a click takes where N readers share one compute thread, from what things cost when nobody waits.

A closed queueing network: each reader is away for a mean time (thinking, saving), then clicks, and waits until the
click is answered. The compute thread is a machine-repairman's one server in which clicks go before everything else and
nothing that has begun is broken off; what else it does (saves, steps of learning) comes in pieces. The processor time
of a click is shared among the cores. Taken as they stand in the literature:

* response by mean value analysis, an arriving customer sees the network with one customer less (Reiser and Lavenberg,
  *Mean-value analysis of closed multichain queuing networks*, J. ACM 27, 1980); what is in service is met in the midst
  of it, at half its length where all are as long (Reiser, *A queueing network analysis of computer communication
  networks with window flow control*, IEEE Trans. Commun. 27, 1979);
* priority: the classes below are met as what they keep busy, one piece of them at most (Bryant, Krzesinski, Lakshmi and
  Chandy, *The MVA priority approximation*, ACM TOCS 2, 1984);
* how many are met: the states of the machine-repairman model with one machine less (Sevcik and Mitrani, *The
  distribution of queuing network states at input and output instants*, J. ACM 28, 1981);
* cores: processor sharing by m of them, h / (1 - u**m), exact for one (Kleinrock, *Queueing Systems* II, 1976,
  chapter 4) and for several the usual approximation.

The percentiles are those of the sum: what a click takes alone (log-normal), its wait for the piece or the clicks that
it meets, in the mean as the first two say, and what the cores take longer. All seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

DRAWS_LOG2 = 12
FULL = 0.999  # of a server that is never idle


@dataclass(frozen=True)
class Piece:
    """Other work of the compute thread: ``seconds`` for each click that is made, in pieces of ``length`` seconds."""

    seconds: float
    length: float


@dataclass(frozen=True)
class Costs:
    """``alone``: the median click of somebody who waits for nobody, ``spread`` its log-normal sigma; ``service``: what
    of it is the compute thread's; ``away``: mean seconds between an answer and the next click, where nobody waits;
    ``waits``: how often a reader waits for the compute thread in that time (saves); ``others``: what else the compute
    thread does for each click; ``processor``: what of a click is shared among the ``cores``, ``cpu``: processor seconds
    of all that comes with one click, the readers' own included."""

    alone: float
    spread: float
    service: float
    away: float
    waits: float = 0.0
    others: tuple[Piece, ...] = ()
    processor: float = 0.0
    cpu: float = 0.0
    cores: int = 1

    @property
    def mean_alone(self) -> float:
        """The mean of the log-normal distribution."""
        return float(self.alone * np.exp(self.spread**2 / 2))


@dataclass(frozen=True)
class Predicted:
    """For so many readers, seconds and shares 0..1 of the time. ``clicking``: the compute thread's with clicks,
    ``thread``: with anything, 1 where what is saved is learned later and later; ``machine``: the cores'."""

    readers: int
    mean: float
    p50: float
    p95: float
    p99: float
    clicks_a_second: float
    clicking: float
    thread: float
    machine: float


@dataclass(frozen=True)
class _Network:
    """The network with some readers in it. ``queued``: clicks that wait or are served; ``rate``: clicks a second;
    ``clicks``, ``others``, ``cores``: shares of the time that these are busy."""

    queued: float = 0.0
    rate: float = 0.0
    clicks: float = 0.0
    others: tuple[float, ...] = ()
    cores: float = 0.0
    response: float = 0.0
    away: float = 0.0


def predict(costs: Costs, readers: int) -> Predicted:
    """What each of ``readers`` alike readers sees."""
    met, now = _Network(away=costs.away), _Network(away=costs.away)
    for count in range(1, readers + 1):
        met, now = now, _with_one_more(costs, now, count)
    p50, p95, p99 = np.percentile(_draw(costs, readers, met), (50, 95, 99))
    wanted = now.rate * (costs.service + sum(each.seconds for each in costs.others))
    return Predicted(
        readers, now.response, float(p50), float(p95), float(p99), now.rate, now.clicks, min(1.0, wanted), now.cores
    )


def _with_one_more(costs: Costs, met: _Network, count: int) -> _Network:
    wait = _wait(costs, met)
    response = costs.mean_alone + wait + _sharing(costs, met)
    away = costs.away + costs.waits * wait
    rate = count / (away + response)
    clicks = min(FULL, rate * costs.service)
    wanted = [rate * each.seconds for each in costs.others]
    # What is not done in time waits: it takes no more than clicks leave.
    fits = min(1.0, (1 - clicks) / sum(wanted)) if sum(wanted) > 0 else 1.0
    return _Network(
        queued=rate * (wait + costs.service),  # Little's law
        rate=rate,
        clicks=clicks,
        others=tuple(each * fits for each in wanted),
        cores=min(FULL, rate * costs.cpu / costs.cores),
        response=response,
        away=away,
    )


def _wait(costs: Costs, met: _Network) -> float:
    """Mean seconds until a click's own service begins: the clicks that it meets, one of them half done, and the rest
    of another piece of work."""
    served = min(met.clicks, met.queued)
    ahead = (met.queued - served) * costs.service + served * costs.service / 2
    return ahead + sum(share * each.length / 2 for share, each in zip(met.others, costs.others, strict=False))


def _sharing(costs: Costs, met: _Network) -> float:
    """Mean seconds by which a click's own processor time becomes longer."""
    crowded = met.cores**costs.cores
    return costs.processor * crowded / (1 - crowded)


def _draw(costs: Costs, readers: int, met: _Network) -> NDArray[np.float64]:
    """Clicks as they come out, always with the same numbers for chance, so that a fit sees a smooth function."""
    normal, shared, chance, part, piece = _chances()
    alone = costs.alone * np.exp(costs.spread * normal)
    chances = _met_chances(costs, readers - 1, met.away)
    ahead = np.searchsorted(np.cumsum(chances), chance)  # clicks that are met
    wait = np.where(ahead > 0, (ahead - 1 + part) * costs.service, 0.0)
    # Among those who meet no click: who meets another piece of work, and which.
    free, low = max(float(chances[0]), 1e-9), 0.0
    for share, each in zip(met.others, costs.others, strict=False):
        high = low + min(1.0, share / free)
        wait = np.where((ahead == 0) & (low <= piece) & (piece < high), part * each.length, wait)
        low = high
    # The states are those of services of varying length; the mean wait is that of alike ones.
    mean = float(wait.mean())
    wait *= _wait(costs, met) / mean if mean > 0 else 1.0
    return np.asarray(alone + _sharing(costs, met) * shared + wait, dtype=np.float64)


@cache
def _chances() -> tuple[NDArray[np.float64], ...]:
    """A normal, an exponential and three even numbers for each draw, spread evenly (Sobol)."""
    even = np.clip(qmc.Sobol(5, seed=0).random_base2(DRAWS_LOG2), 1e-9, 1 - 1e-9).T
    return norm.ppf(even[0]), -np.log(even[1]), even[2], even[3], even[4]


def _met_chances(costs: Costs, others: int, away: float) -> NDArray[np.float64]:
    """How likely 0, 1, 2 ... ``others`` clicks of the other readers are met: the machine-repairman's states."""
    if others < 1:
        return np.ones(1)
    # What of a click is not the thread's is time in which its reader is away from it.
    elsewhere = max(1e-9, away + costs.mean_alone - costs.service)
    with np.errstate(divide="ignore"):
        steps = np.log(np.arange(others, 0, -1) * costs.service / elsewhere)
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)

"""The model of many readers, against a small simulation of the same queue, and what is made of it."""

from __future__ import annotations

import heapq
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from auxol_core.engine.worker import Spent
from auxol_core.errors import DataError
from tools.bench.load import fit as fitting
from tools.bench.load.capacity import far, limits, servers_for
from tools.bench.load.costs import Bytes
from tools.bench.load.fit import Fitted, fit
from tools.bench.load.hold import bar_of, hold
from tools.bench.load.measured import Asked, Load, Measured
from tools.bench.load.model import Costs, Piece, predict
from tools.bench.load.reader import Habits, Sample

COSTS = Costs(alone=0.06, spread=0.15, service=0.03, away=2.0, others=(Piece(0.05, 0.025),))


def simulated(costs: Costs, readers: int, clicks: int = 12_000, seed: int = 1) -> tuple[np.ndarray, float, float]:
    """Seconds of the clicks, clicks a second and how busy the thread is with clicks, of one thread in which clicks go
    first and what has begun is ended. What a click takes beside it goes by before its service."""
    rng = np.random.default_rng(seed)
    events: list[tuple[float, int, float]] = []  # when a click reaches the thread, whose, since when it waits

    def sends(reader: int, now: float) -> None:
        begun = now + rng.exponential(costs.away)
        beside = max(0.0, costs.alone * np.exp(costs.spread * rng.standard_normal()) - costs.service)
        heapq.heappush(events, (begun + beside, reader, begun))

    for reader in range(readers):
        sends(reader, 0.0)
    now, owed, served, took = 0.0, 0.0, 0.0, list[float]()
    waiting: list[tuple[float, int, float]] = []
    piece = costs.others[0] if costs.others else Piece(0.0, 1.0)
    while len(took) < clicks:
        while events and events[0][0] <= now:
            waiting.append(heapq.heappop(events))
        if waiting:
            _, reader, begun = waiting.pop(0)
            now += costs.service
            served += costs.service
            took.append(now - begun)
            owed += rng.exponential(piece.seconds) if piece.seconds else 0.0
            sends(reader, now)
        elif owed > piece.length:
            now += piece.length
            owed -= piece.length
        else:
            now = events[0][0]
    return np.array(took[clicks // 10 :]), clicks / now, served / now


@pytest.mark.parametrize("readers", [1, 10, 25, 50, 100])
def test_the_model_says_what_a_simulation_of_the_same_queue_shows(readers: int) -> None:
    took, rate, busy = simulated(COSTS, readers)
    said = predict(COSTS, readers)
    assert said.p50 == pytest.approx(np.median(took), rel=0.12)
    assert said.mean == pytest.approx(took.mean(), rel=0.12)
    # Three quarters busy with clicks at 50 readers: there the percentile is known within a fifth.
    assert said.p95 == pytest.approx(np.percentile(took, 95), rel=0.2 if readers == 50 else 0.12)
    assert said.clicks_a_second == pytest.approx(rate, rel=0.05)
    assert said.clicking == pytest.approx(busy, rel=0.06)


def test_without_others_a_single_reader_waits_for_nobody() -> None:
    said = predict(replace(COSTS, others=()), 1)
    assert said.p50 == pytest.approx(0.06, rel=0.01)
    assert said.clicks_a_second == pytest.approx(1 / (2.0 + COSTS.mean_alone), rel=1e-6)


def test_far_beyond_what_the_thread_carries_each_reader_waits_for_all_others() -> None:
    said = predict(COSTS, 400)
    assert said.clicks_a_second == pytest.approx(1 / COSTS.service, rel=0.01)
    assert said.mean == pytest.approx(400 * COSTS.service - COSTS.away, rel=0.05), "the asymptote of a closed queue"
    assert said.clicking > 0.98
    assert said.thread == 1.0


def test_busy_cores_make_every_click_longer() -> None:
    crowded = replace(COSTS, processor=0.02, cpu=0.15, cores=2)
    said = predict(crowded, 20)
    assert said.machine == pytest.approx(0.15 * said.clicks_a_second / 2)
    met = predict(crowded, 19).machine  # by one who comes: the cores as the others keep them
    longer = 0.02 * met**2 / (1 - met**2)
    assert said.mean == pytest.approx(predict(COSTS, 20).mean + longer, rel=0.03)
    assert said.mean > 1.1 * predict(COSTS, 20).mean
    assert predict(crowded, 1).mean == pytest.approx(predict(COSTS, 1).mean)


def run_of(readers: int, costs: Costs, seed: int = 0, *, told: bool = True) -> Measured:
    """A run as the simulation would have it."""
    took, rate, _ = simulated(costs, readers, 2500, seed)
    seconds = len(took) / rate
    asked = Asked("serve", readers, 8, "stand-in:20ms", "stand_in", False, seconds, 0.0, seed, Habits())
    rng = np.random.default_rng(seed)
    clicks = [Sample(int(i) % readers, "click", float(rng.random() * seconds), float(s)) for i, s in enumerate(took)]
    saves = [Sample(0, "save", float(rng.random() * seconds), 0.001) for _ in range(len(took) // 2)]
    clicking = Spent(len(took), len(took) * costs.service, len(took) * costs.service**2)
    behind = [Spent(9, each.seconds * len(took), each.seconds * len(took) * each.length) for each in costs.others]
    thread = {"prompt": clicking, "background": behind[0]} if told else None
    load = Load(0.0, 0.0, 10**8, 10**8 + readers * 10**7, len(saves) * 5000, 0.0, 2, thread)
    return Measured(asked, clicks + saves, [0.1] * 5, load, {"made": "a day"})


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """The model of three simulated runs."""
    return fit([run_of(readers, COSTS, readers) for readers in fitting.FEW])


def test_a_model_fitted_on_few_readers_says_what_many_will_see_and_is_written_down_before(
    fitted: Fitted, tmp_path: Path
) -> None:
    assert fitted.misfit < 0.1
    assert fitted.costs.alone == pytest.approx(COSTS.alone, rel=0.1)
    fitting.write(fitted, tmp_path / "model.json")
    assert fitting.read(tmp_path / "model.json") == fitted
    held = hold(fitted, [run_of(20, COSTS, 20), run_of(40, COSTS, 40)])
    assert [each.said.readers for each in held] == [20, 40]
    assert bar_of(held).met is True
    slower = hold(fitted, [run_of(20, replace(COSTS, alone=0.12), 20)])
    assert bar_of(slower).met is False
    assert bar_of(held[1:]).met is None


def test_what_a_target_does_not_tell_of_its_thread_is_fitted(fitted: Fitted) -> None:
    silent = fit([run_of(readers, COSTS, readers, told=False) for readers in fitting.FEW])
    assert fitted.told and fitted.costs.service == pytest.approx(COSTS.service)
    assert not silent.told and silent.misfit < 0.1
    assert predict(silent.costs, 20).p95 == pytest.approx(predict(COSTS, 20).p95, rel=0.25)


def test_a_model_is_not_held_against_what_it_was_fitted_on(fitted: Fitted) -> None:
    with pytest.raises(DataError, match=r"fitted on those with \[5\]"):
        hold(fitted, [run_of(5, COSTS), run_of(20, COSTS)])


def test_what_breaks_first_stands_first_and_what_is_unknown_last(fitted: Fitted) -> None:
    known = {each.what.partition(":")[0]: each.readers for each in limits(fitted, 10**9, 10**12)}
    memory = known["memory"]
    assert memory is not None
    assert memory == pytest.approx((0.8e9 - 1e8) / 1e7, abs=1), "0.1 GB, and 10 MB of each reader"
    ordered = [each.readers for each in limits(fitted, 10**9, 10**12) if each.readers is not None]
    assert ordered == sorted(ordered)
    nothing = replace(fitted, bytes=Bytes(None, None, None))
    assert [each.readers for each in limits(nothing, 10**9, 10**12)][-2:] == [None, None]
    assert [each.readers for each in far(fitted)] == [400, 4000]
    assert [servers_for(readers, 40) for readers in (1, 40, 41, 4000)] == [1, 1, 2, 100]

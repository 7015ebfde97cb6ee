"""The replay through a real worker process: the same rows as in this one, and facts of the process that computes."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from replay_fakes import FakeFactory, image_set

from auxol_core import build
from auxol_core.errors import InvalidInputError
from auxol_core.options import AuxolOptions, MachineOptions
from auxol_core.replay import over_http, runner
from auxol_core.replay.benchmark import replay
from auxol_core.replay.cache import source_hash
from auxol_core.replay.methods import methods
from auxol_core.replay.options import EngineKind, PlanOptions, ReplayOptions
from auxol_core.replay.peak import PeakMemory, peak_rss_mb, rss_mb
from auxol_core.replay.rows import Row, read_rows
from auxol_core.replay.runner import EngineFactory, Segment, Workshop
from auxol_core.replay.sources import open_set, structures
from auxol_core.replay.streams import plan_stream

ONE_THREAD = MachineOptions(threads=1, precision="float32", device="cpu")
LITTLE_LEARNING = ReplayOptions(auxol=AuxolOptions(steps=1, batch=2))
TIMES = ("seconds_prediction", "seconds_update", "seconds_saving")


@pytest.fixture(autouse=True)
def torch_is_left_as_it_was() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


def rows_of(folder: Path, make: EngineFactory, peak: PeakMemory) -> list[Row]:
    """The rows of `auxol` on all images of ``folder``, without their times."""
    stream = plan_stream(structures([open_set(folder)], [])[0], PlanOptions())
    workshop = Workshop(make, "builtin", ONE_THREAD)
    steps = runner.run([Segment("discs", stream)], methods()["auxol"], LITTLE_LEARNING, workshop, peak)
    return [dataclasses.replace(row, **dict.fromkeys(TIMES)) for row in steps]


def test_a_worker_gives_the_same_rows_as_an_engine_in_this_process(tmp_path: Path) -> None:
    # Six images, because from the fifth on the guard looks at earlier ones.
    folder, peak = image_set(tmp_path / "discs", count=6), PeakMemory()
    here = rows_of(folder, build.make_engine, PeakMemory())
    there = rows_of(folder, over_http.make_engine, peak)
    assert there == here
    assert [row.version for row in there] == list(range(6))
    assert len({row.share for row in there}) > 1  # it did learn
    if Path("/proc/self/status").exists():
        assert peak.mb is not None and peak.mb > 150  # torch was there


def test_a_worker_computes_with_all_cores_where_nothing_is_said() -> None:
    assert over_http.threads_of(MachineOptions()) == os.cpu_count()
    assert over_http.threads_of(MachineOptions(threads=3)) == 3


def test_an_engine_in_this_process_has_no_process_of_its_own() -> None:
    assert over_http.pid_of(FakeFactory()(generalist="fake", data_dir=Path(), machine=ONE_THREAD)) is None


def test_the_peak_is_that_of_the_process_that_computed() -> None:
    peak = PeakMemory()
    peak.read(None)
    assert peak.mb == peak_rss_mb()
    peak.read(2**22 + 1)  # beyond what Linux gives: nobody tells of it, and ours is not its
    assert peak.mb is None


def test_what_a_process_takes_now_is_no_more_than_its_peak_and_one_that_has_ended_takes_nothing_known() -> None:
    now, most = rss_mb(), peak_rss_mb()
    assert now is not None and most is not None and 10 < now <= most
    assert rss_mb(2**22 + 1) is None


@pytest.mark.parametrize(("first", "second", "made"), [("worker", "worker", 1), ("process", "worker", 2)])
def test_a_finished_run_is_read_back_for_the_same_kind_of_engine_alone(
    tmp_path: Path, first: EngineKind, second: EngineKind, made: int
) -> None:
    folder, factory = image_set(tmp_path / "discs", count=2), FakeFactory()
    for kind in (first, second):
        factory = FakeFactory()
        workshop = Workshop(factory, "fake", ONE_THREAD, kind)
        outcome = replay([folder], ["generalist"], ReplayOptions(), workshop, tmp_path / "out")
    assert outcome.entries[0]["engine"] == second
    assert len(factory.made) == made
    assert len(read_rows(tmp_path / "out" / "rows.csv")) == 2


def test_what_a_worker_computes_depends_on_the_servers_sources_too() -> None:
    assert source_hash("worker") != source_hash("process") == source_hash()


def test_the_command_takes_process_or_worker_and_nothing_else() -> None:
    from auxol_core.cli.replay_command import engine_factory, engine_kind

    assert engine_factory(engine_kind("worker")) == over_http.make_engine
    assert engine_factory(engine_kind("process")) == build.make_engine
    with pytest.raises(InvalidInputError, match="process or worker, got 'cloud'"):
        engine_kind("cloud")

"""The whole replay: find the sets, plan the streams, run every method on each, keep and report what is done.

Everything that is done is on disk after every image; summary.json and rows.csv are written after every finished run,
the picture and the comparisons at the end, also when it was broken off.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from auxol_core.errors import InvalidInputError
from auxol_core.options import TaskOptions
from auxol_core.replay import curve
from auxol_core.replay.cache import Cache, Facts, FileHashes, Finished, run_name, source_hash
from auxol_core.replay.comparisons import comparisons
from auxol_core.replay.methods import Method, chosen
from auxol_core.replay.options import ReplayOptions
from auxol_core.replay.out_folder import check_replay_out, make_out, told
from auxol_core.replay.over_http import installed_torch, pid_of, threads_of
from auxol_core.replay.peak import PeakMemory, torch_threads, torch_version
from auxol_core.replay.report import Listener
from auxol_core.replay.rows import Row, write_rows
from auxol_core.replay.runner import Segment, Workshop, run
from auxol_core.replay.scratch import scratch
from auxol_core.replay.sources import Structure, open_set, structures
from auxol_core.replay.streams import plan_stream
from auxol_core.replay.summary import Entry, entry, write_json

Track = tuple[Segment, ...]


@dataclass(frozen=True)
class Outcome:
    """What a replay left in its folder: the objects of summary.json and comparisons.json."""

    entries: list[Entry]
    comparisons: list[Entry]
    interrupted: bool


@dataclass
class _Results:
    """Runs so far, in the order of the table."""

    out: Path
    options: ReplayOptions
    runs: list[tuple[Track, Method, Finished]] = field(default_factory=list)

    def rows(self) -> dict[tuple[str, str], list[Row]]:
        return {
            (segment.name, method.name): rows
            for track, method, done in self.runs
            for segment in track
            if (rows := [row for row in done.rows if row.dataset == segment.name])
        }

    def entries(self) -> list[Entry]:
        known = self.rows()
        return [
            entry(segment, method.name, done, self.options)
            for track, method, done in self.runs
            for segment in track
            if (segment.name, method.name) in known
        ]

    def write(self) -> None:
        with told(self.out / "summary.json"):
            write_json(self.out / "summary.json", self.entries())
        with told(self.out / "rows.csv"):
            write_rows(self.out / "rows.csv", [row for rows in self.rows().values() for row in rows])


def replay(
    folders: Sequence[Path],
    methods: Sequence[str],
    options: ReplayOptions,
    workshop: Workshop,
    out: Path,
    *,
    labels: Sequence[str] = (),
    cache: Path | None = None,
    listener: Listener | None = None,
) -> Outcome:
    """Replay every stream of ``folders`` (of ``labels``) with every method; results in ``out``, runs in ``cache``.

    Raises DataError or InvalidInputError before anything runs if folders, labels or methods are not usable. Ctrl-C
    ends it with what is done so far, ``interrupted`` being set; a second call goes on.
    """
    listener = listener or Listener()
    used, notes = chosen(methods, options.prompts.kind)
    if options.find:
        used = [method.finding for method in used if method.taught]
    if not used:
        raise InvalidInputError("Only a method that learns can find without a prompt. Name one with --methods.")
    for note in notes:
        listener.note(note)
    tracks = _tracks(structures([open_set(folder) for folder in folders], labels), options)
    make_out(out)
    check_replay_out(out)
    facts = engine_facts(workshop) if any(method.preset for method in used) else Facts()
    store, hashes, source = Cache(cache or out / "cache"), FileHashes(), source_hash(workshop.kind)
    results = _Results(out, options)
    interrupted = False
    try:
        for track in tracks:
            for method in used:
                own = facts if method.preset else Facts(threads=1)
                name = run_name(track, method, options, own, hashes, source)
                interrupted = not _one(track, method, name, own, results, store, workshop, listener)
                if interrupted:
                    break
            if interrupted:
                break
    finally:
        results.write()
        rows = results.rows()
        compared = comparisons(rows, options.seed)
        write_json(out / "comparisons.json", compared)
        curve.draw(out / "curve.png", rows)
    return Outcome(results.entries(), compared, interrupted)


def engine_facts(workshop: Workshop) -> Facts:
    """Ask an engine, made for the purpose, what it is: the generalist, its hash, device, precision, threads."""
    with (
        scratch("auxol-replay-") as folder,
        closing(workshop.engine(folder)) as engine,
    ):
        status = engine.create_task("facts", TaskOptions(learning=False))
        if pid_of(engine) is None:
            threads, torch = torch_threads() or workshop.machine.threads or None, torch_version()
        else:  # what it was told to use, and what is there for it to load
            threads, torch = threads_of(workshop.machine), installed_torch()
    return Facts(
        generalist=status.generalist,
        generalist_hash=status.generalist_hash,
        device=status.device,
        precision=status.precision,
        threads=threads,
        torch=torch,
        engine=workshop.kind,
    )


def _one(
    track: Track,
    method: Method,
    name: str,
    facts: Facts,
    results: _Results,
    store: Cache,
    workshop: Workshop,
    listener: Listener,
) -> bool:
    """Run one method on one track, or read it back; False if the user broke it off."""
    known = store.finished(name)
    if known is not None:
        results.runs.append((track, method, known))
        return True
    rows: list[Row] = []
    title = f"{' '.join(segment.name for segment in track)} {method.name}"
    listener.begin(title, sum(len(segment.stream.items) for segment in track))
    peak = PeakMemory()
    store.begin(name)
    complete = False
    try:
        with closing(run(track, method, results.options, workshop, peak)) as steps:
            for row in steps:
                rows.append(row)
                store.add(name, row)
                listener.row(row)
        complete = True
    except KeyboardInterrupt:
        listener.note(f"Broken off in {title} after {len(rows)} images; the same command goes on from there.")
    finally:
        listener.end()
        done = Finished(tuple(rows), facts, peak.mb, partial=not complete)
        results.runs.append((track, method, done))
    if complete:
        store.keep(name, done)
        results.write()
    return complete


def _tracks(found: Sequence[Structure], options: ReplayOptions) -> list[Track]:
    """Each stream by itself, or all of a sequence as one track.

    A stream that a sequence names n times is cut in n consecutive parts, so that no image is seen twice: what A shows
    in its second part after B is what was kept of A, not what was learned by heart.
    """
    if not options.sequence:
        return [(Segment(s.stream, plan_stream(s, options.plan)),) for s in found]
    by_name = {s.stream: s for s in found}
    missing = [name for name in options.sequence if name not in by_name]
    if missing:
        raise InvalidInputError(f"The sequence names {', '.join(missing)}; the streams are {', '.join(by_name)}.")
    visits = Counter(options.sequence)
    parts = {name: plan_stream(by_name[name], options.plan, n).cut(n) for name, n in visits.items()}
    track = []
    seen: Counter[str] = Counter()
    for name in options.sequence:
        stream = parts[name][seen[name]]
        seen[name] += 1
        track.append(Segment(f"{name}#{seen[name]}", dataclasses.replace(stream, name=f"{name}#{seen[name]}")))
    return [tuple(track)]

"""The folder of a batch command's results: nothing in it is replaced but what segments.csv says that it wrote.

A source's files are made in a hidden folder beside, and put in place when all of them are whole. The table knows each
by its SHA-256, so that a mask that somebody corrected by hand is the user's, whoever wrote it first. It is written
before the files are put in place (the line is "unfinished") and after: a crash between the two leaves files that the
next call knows as its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from filelock import FileLock, Timeout

from auxol_core.errors import InvalidInputError
from auxol_core.imaging import files
from auxol_core.imaging.names import printable
from auxol_core.replay.batch_sources import PARTS, Source
from auxol_core.replay.batch_table import DONE, LEFT_OUT, UNFINISHED, BatchTable, Line
from auxol_core.replay.out_folder import make_out, told
from auxol_core.whole_files import UNFINISHED as HALF_MADE
from auxol_core.whole_files import beside, put_in_place

TABLE_NAME = "segments.csv"


def check_out(sources: Sequence[Source], out: Path) -> None:
    """Make the folder ``out``. InvalidInputError where it cannot be one, where it is a folder of the input's, or where
    its segments.csv is another program's."""
    for source in sources:
        parents = {source.path.parent, *([source.labels.parent] if source.labels else [])}
        parents |= {source.path} if source.series else set()
        if any(_same(out, parent) for parent in parents):
            raise InvalidInputError(
                f"The results would lie among the sources in {out}. Choose another folder for --out."
            )
        for top in (source.path.parent, source.path.parent.parent):
            part = next((part for part in PARTS if _same(out, top / part) and (top / part).is_dir()), None)
            if part is not None and (top == source.path.parent or source.path.parent.name in PARTS):
                raise InvalidInputError(
                    f"{out} is the folder {part}/ of the input, whose files are no results. Choose another folder for "
                    "--out."
                )
    make_out(out)
    BatchTable(out / TABLE_NAME)


def each_source(
    sources: Sequence[Source], out: Path, work: Callable[[Source, Path], Line], key_of: Callable[[Source], str]
) -> Generator[tuple[Line, bool], None, None]:
    """Carry out ``work``, which writes a source's files into a folder, for each source; what was done under the same
    key is left out. Each line, and whether it had been done before. DataError where ``out`` cannot be written,
    InvalidInputError where another call is writing into it."""
    with _alone_in(out):
        yield from _each(sources, out, work, key_of)


def _each(
    sources: Sequence[Source], out: Path, work: Callable[[Source, Path], Line], key_of: Callable[[Source], str]
) -> Generator[tuple[Line, bool], None, None]:
    table = BatchTable(out / TABLE_NAME)
    for source in sources:
        line = begun(source)
        if source.problem is not None:
            line = replace(line, status=f"{LEFT_OUT}: {source.problem}")
            _put(table, line)
            yield line, False
            continue
        try:
            key = key_of(source)
        except OSError as error:
            line = replace(line, status=f"failed: the file cannot be read ({error.strerror}). Check its permissions")
            _put(table, line)
            yield line, False
            continue
        if table.has(source.name, key):
            yield table.lines[source.name], True
            continue
        with _workplace(out) as place:
            line = _kept(table, replace(work(source, place), key=key), place, out)
        yield line, False


def begun(source: Source) -> Line:
    """The line of a source before anything is done."""
    return Line(source.name, printable(source.path), "", 0, 0, None, None, 0.0, DONE, "")


def seconds_since(started: float) -> float:
    """For a line."""
    return round(perf_counter() - started, 3)


def _kept(table: BatchTable, line: Line, place: Path, out: Path) -> Line:
    """Put a source's files in their places, and its line into the table; the line as it is then."""
    made = sorted(place.iterdir())
    if line.status != DONE:
        earlier = table.written_for(line.name)
        if earlier:
            line = replace(line, status=f"{line.status} ({', '.join(earlier)} there: of an earlier call)")
        _put(table, line)
        return line
    foreign = next((path.name for path in made if not table.may_write(path.name)), None)
    if foreign is not None:
        reason = f"{out / foreign} exists and is not as this command wrote it. Move it away, or choose another --out"
        line = replace(line, output="", slices=0, objects=0, quality=None, dice=None, status=f"{LEFT_OUT}: {reason}")
        _put(table, line)
        return line
    line = replace(line, written={path.name: files.file_hash(path) for path in made})
    _put(table, replace(line, status=UNFINISHED))
    for path in made:
        with told(out / path.name):
            put_in_place(path, out / path.name)
    _put(table, line)
    return line


def _put(table: BatchTable, line: Line) -> None:
    with told(table.path):
        table.put(line)


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Two calls that write one table would each lose the other's lines. What a call that was killed left half made in
    ``out`` goes."""
    lock = FileLock(out / f".{TABLE_NAME}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InvalidInputError(
            f"Another call is writing its results into {out}. Wait for it, or choose another folder for --out."
        ) from error
    try:
        for path in out.iterdir():
            if HALF_MADE.fullmatch(path.name) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
        yield
    finally:
        with suppress(OSError):  # Windows keeps an open file; there the lock takes it away itself
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A folder in ``out``, on the same disk, that goes with what is left in it."""
    place = beside(out / TABLE_NAME)
    with told(place.parent):
        place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _same(one: Path, other: Path) -> bool:
    """Whether both are one folder, also by another name: links, capitals where the disk knows none."""
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there
        return one.resolve() == other.resolve()

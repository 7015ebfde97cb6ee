"""The generalists of this machine, as its worker tells of them, fetches them and measures what they take.

A download runs in a thread of its own, so that neither the event loop nor the compute thread waits for the network; it
begins only because a person asked for it and said that they accept the licence, and its file is checked by its SHA-256
before it gets its name (download.py). Measuring is work of the compute thread in small steps, when nothing else waits.
Only the one user of a worker on this machine may do either: what lies on a server is for its keeper to choose.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Any

from auxol_core.engine.worker import Job, Urgency, Worker
from auxol_core.errors import AccessError, AuxolError, CancelledError, InvalidInputError, UnavailableError
from auxol_core.generalist import figures, registry
from auxol_core.generalist.checkpoints import own_folder
from auxol_core.generalist.choices import GeneralistChoice, choices, origin, why_recommended
from auxol_core.generalist.download import check_can_be_downloaded, download, partly_here
from auxol_core.generalist.row import GeneralistRow

log = logging.getLogger(__name__)


@dataclass
class Download:
    """One download. ``state``: running, done, cancelled or failed, with ``error`` in words; ``done`` of ``total``
    bytes, total None where the server does not say."""

    state: str = "running"
    done: int = 0
    total: int | None = None
    error: str = ""


class Generalists:
    """``allowed``: whether this server's user may download and measure; ``compute``: device and precision by name."""

    def __init__(self, worker: Worker, allowed: bool, compute: Mapping[str, object]) -> None:
        self._worker, self._allowed, self._compute = worker, allowed, compute
        self._lock = threading.Lock()
        self._downloads: dict[str, Download] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._measuring: Job[None] | None = None
        self._now_measured, self._not_measured = "", ""

    def table(self) -> dict[str, Any]:
        """Everything that a panel shows; reads the disk's folders, so it is not for the event loop."""
        among = choices()
        return {
            "generalists": [self._told(each) for each in among],
            "recommended": why_recommended(among),
            "may_change": self._allowed,
            "measuring": self._now_measured,
            "not_measured": self._not_measured,
        }

    def _told(self, each: GeneralistChoice) -> dict[str, Any]:
        click, row = each.click, registry.find_row(each.name)
        with self._lock:
            under_way = self._downloads.get(each.name)
            download_told = None if under_way is None else asdict(under_way)
        return {
            "name": each.name,
            "title": each.title,
            "licence": each.licence,
            "obtained": each.obtained,
            "megabytes": each.megabytes,
            "page": each.page,
            "recommended": each.recommended,
            "first_s": None if click is None else click.first_s,
            "next_s": None if click is None else click.next_s,
            "measured": click is not None and click.measured,
            "times": origin(click),
            "clicks": "" if click is None else str(click),
            "partly": partly_here(row, own_folder()),
            "download": download_told,
        }

    def download(self, name: str, licence_accepted: bool) -> None:
        """Begin, or go on with, the download of ``name``; harmless while it is under way."""
        self._check_allowed()
        row = registry.find_row(name)
        check_can_be_downloaded(row, own_folder())
        if not licence_accepted:
            raise InvalidInputError(
                f"The licence of {row.title} must be accepted before it is downloaded: {row.licence} Ask the user."
            )
        with self._lock:
            thread = self._threads.get(name)
            if thread is not None and thread.is_alive():
                if self._downloads[name].state == "running":
                    return
                raise UnavailableError(f"The cancelled download of {row.title} is still ending. Try again in a minute.")
            state = self._downloads[name] = Download(done=partly_here(row, own_folder()))
            made = threading.Thread(target=self._fetch, args=(row, state), name=f"auxol-download-{name}", daemon=True)
            self._threads[name] = made
        made.start()

    def cancel_download(self, name: str) -> None:
        """End it; what has come is kept, and the next download goes on from there. Harmless where there is none."""
        self._check_allowed()
        registry.find_row(name)
        with self._lock:
            state = self._downloads.get(name)
            if state is not None and state.state == "running":
                state.state = "cancelled"

    def _fetch(self, row: GeneralistRow, state: Download) -> None:
        def progress(done: int, total: int | None) -> None:
            with self._lock:
                state.done, state.total = done, total
                if state.state == "cancelled":
                    raise CancelledError("The download was cancelled. What came of it stays.")

        try:
            download(row, own_folder(), progress)
            ended, error = "done", ""
        except CancelledError:
            ended, error = "cancelled", ""
        except AuxolError as refused:
            ended, error = "failed", str(refused)
        except Exception as defect:
            log.exception("A download ended by a defect of the program")
            ended, error = "failed", f"{type(defect).__name__}; see the engine's log."
        with self._lock:
            state.state, state.error = ended, error

    def measure(self) -> None:
        """Time the clicks of those whose weights are small, when nothing else is to be computed; harmless twice."""
        self._check_allowed()
        if self._measuring is None or self._measuring.future.done():
            self._now_measured = "begins"
            self._measuring = self._worker.submit(self._measure, Urgency.IDLE)
            self._measuring.future.add_done_callback(self._measured)

    def _measure(self) -> Generator[None, None, None]:
        # Imported here: by now torch is loaded.
        from auxol_core.generalist.measuring import measuring, worth_measuring

        device, precision = str(self._compute.get("device") or "cpu"), self._compute.get("precision") or "float32"
        failed = []
        for row in [row for row in registry.rows() if worth_measuring(row)]:
            self._now_measured = row.title
            try:
                found = yield from measuring(row, device, precision)  # type: ignore[arg-type]
            except (AuxolError, RuntimeError, OSError) as error:
                # One that cannot be loaded keeps none of the others from being measured; the panel names it.
                log.warning("%s could not be measured: %s", row.name, error)
                failed.append(f"{row.title} ({str(error).splitlines()[0][:120]})")
                continue
            figures.remember(row.name, found)
        self._not_measured = "; ".join(failed)

    def _measured(self, future: Future[None]) -> None:
        self._now_measured = ""
        if not future.cancelled() and (error := future.exception()) is not None:
            self._not_measured = f"{type(error).__name__}: {str(error)[:200]}"

    def _check_allowed(self) -> None:
        if not self._allowed:
            raise AccessError(
                "The generalists of a server that several people use are chosen by its keeper "
                "(`auxol checkpoint download` there). Ask them."
            )

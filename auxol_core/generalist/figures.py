"""What a click takes on this machine, by generalist: measured (measuring.py, or in use), remembered, or estimated.

Remembered in ``clicks.json`` of the cache folder, under this machine's processor and torch. A generalist that was not
measured is estimated from the measured one whose work is nearest: its encoder in proportion to the work, its decoder
as it was there. That is a guess, and whoever shows it says so (``Click.measured``). Nothing here imports torch.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from auxol_core.generalist.row import GeneralistRow
from auxol_core.machine.places import cache_folder
from auxol_core.machine.processor import machine_key
from auxol_core.whole_files import write_whole

log = logging.getLogger(__name__)

FILE = "clicks.json"
# So many slices of a session are looked at; then it is known.
SLICES = 6


@dataclass(frozen=True)
class Figures:
    """One measurement. ``encode_s``, ``decode_s``: seconds for a slice and for a prompt, None: not measured.
    ``weights``: "random" ones of the real shape, or "real"; ``threads``, ``precision``, ``device``: it was measured
    with these."""

    encode_s: float
    decode_s: float | None
    weights: str
    threads: int
    precision: str
    device: str


@dataclass(frozen=True)
class Click:
    """Seconds that a user waits: ``first_s`` on a new slice, ``next_s`` on the same one, None: not known. ``measured``:
    of this generalist, on this machine; otherwise estimated from ``like``'s measurement."""

    first_s: float
    next_s: float | None
    measured: bool
    like: str
    weights: str

    def __str__(self) -> str:
        about = "" if self.measured else "about "
        following = "" if self.next_s is None else f", next {seconds(self.next_s)}"
        return f"first click {about}{seconds(self.first_s)}{following}"


def seconds(value: float) -> str:
    """With two significant digits, as a person would say it: 0.06 s, 0.4 s, 13 s."""
    digits = 0 if value >= 9.95 else max(0, 1 - math.floor(math.log10(max(value, 1e-3))))
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} s"


def default_file() -> Path:
    """Where measurements are remembered: ``clicks.json`` in the cache folder."""
    return cache_folder() / FILE


def remembered(path: Path | None = None) -> dict[str, Figures]:
    """The measurements of this machine by generalist; none where the file is not there or cannot be read."""
    found: dict[str, Figures] = {}
    for name, values in _read(path or default_file()).get(machine_key(), {}).items():
        try:
            each = Figures(**values)
            decode = None if each.decode_s is None else float(each.decode_s)
            found[name] = Figures(
                float(each.encode_s), decode, str(each.weights), int(each.threads), each.precision, each.device
            )
        except (TypeError, ValueError):
            log.info("A measurement of %s could not be read and is passed over", name)
    return found


def remember(name: str, figures: Figures, path: Path | None = None) -> None:
    """Keep ``figures`` of the generalist ``name``; an earlier time of the decoder stays where there is no new one."""
    place = path or default_file()
    known = _read(place)
    of_here = dict(known.get(machine_key(), {}))
    values = asdict(figures)
    if figures.decode_s is None and isinstance(of_here.get(name), dict):
        values["decode_s"] = of_here[name].get("decode_s")
    of_here[name] = values
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, json.dumps({**known, machine_key(): of_here}, indent=1).encode())
    except OSError as error:
        # Not remembered is no harm: it is measured again when somebody asks.
        log.info("What a click takes could not be remembered: %s", error)


class InUse:
    """Remembers what a generalist's encoder takes with its real weights, from its use: the best of the first slices,
    the very first left out, which pays for what torch sets up."""

    def __init__(self, name: str, threads: int, precision: str, device: str, path: Path | None = None) -> None:
        self._name, self._threads, self._precision, self._device = name, threads, precision, device
        self._path, self._seen, self._best = path, 0, math.inf

    def encoded(self, took_s: float) -> None:
        """A slice took so many seconds; see SliceStore."""
        self._seen += 1
        if self._seen == 1 or self._seen > SLICES or took_s >= self._best:
            return
        self._best = took_s
        made = Figures(took_s, None, "real", self._threads, self._precision, self._device)
        remember(self._name, made, self._path)


def click_of(row: GeneralistRow, known: Mapping[str, Figures], rows: Sequence[GeneralistRow]) -> Click | None:
    """What ``row`` takes, from the measurements ``known`` of ``rows``; None where nothing is known to go by."""
    own = known.get(row.name)
    if own is not None:
        decode = own.decode_s if own.decode_s is not None else _a_decoder(known)
        return Click(own.encode_s + (decode or 0.0), decode, True, row.name, own.weights)
    if row.gflop is None:
        return None
    near = [
        (abs(math.log(row.gflop / each.gflop)), each, known[each.name])
        for each in rows
        if each.gflop and each.name in known and known[each.name].encode_s > 0
    ]
    if not near:
        return None
    _, like, figures = min(near, key=lambda item: item[0])
    assert like.gflop is not None
    decode = figures.decode_s if figures.decode_s is not None else _a_decoder(known)
    encode = figures.encode_s * row.gflop / like.gflop
    return Click(encode + (decode or 0.0), decode, False, like.name, figures.weights)


def _a_decoder(known: Mapping[str, Figures]) -> float | None:
    return next((each.decode_s for each in known.values() if each.decode_s is not None), None)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: each for key, each in found.items() if isinstance(each, dict)}

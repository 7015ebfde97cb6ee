"""Which streams `make bench-learn` measures: the project's own, or any others, of sets kept apart, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auxol_core.replay.core_streams import CORE_STREAMS

CT_STREAMS = ("btcv_ct/liver", "btcv_ct/spleen", "btcv_ct/left_kidney")
SLIP_STREAMS = ("kvasir", "lgg", "jsrt/heart", "curvas_ct/liver")
# Points on four streams are enough for `paper`, whose updates take half a minute on a core.
PAPER_POINTS = ("kvasir", "lgg", "jsrt/heart", "curvas_ct/kidneys")
WHOLE = ("lgg_volumes", "btcv_ct/spleen", "btcv_ct/left_kidney")


@dataclass(frozen=True)
class Sets:
    """``streams``: SET or SET/LABEL, prompted image by image, ``core`` those whose mean is told; ``slips`` and
    ``paper_points``: those measured so, too. ``liver``: the one that has bars of its own. ``whole``: volumes that are
    brought to a Dice of 0.90, ``in_use``: those on which going on learning is held against pausing."""

    streams: tuple[str, ...] = (*CORE_STREAMS, *CT_STREAMS)
    core: tuple[str, ...] = CORE_STREAMS
    slips: tuple[str, ...] = SLIP_STREAMS
    paper_points: tuple[str, ...] = PAPER_POINTS
    liver: str | None = CT_STREAMS[0]
    whole: tuple[str, ...] = WHOLE
    in_use: tuple[str, ...] = ("lgg_volumes", *CT_STREAMS)


def named(streams: Sequence[str], volumes: Sequence[str]) -> Sets:
    """The project's own where nothing is named; else these, each measured in every way."""
    if not streams and not volumes:
        return Sets()
    pictures, whole = tuple(streams), tuple(volumes)
    return Sets(pictures, pictures, pictures, pictures, None, whole, whole)

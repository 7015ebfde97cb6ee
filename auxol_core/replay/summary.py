"""From rows to what is reported of one (dataset, method): the objects of summary.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auxol_core.imaging.outside import BOUND
from auxol_core.replay.cache import Finished
from auxol_core.replay.options import FOUND, ReplayOptions
from auxol_core.replay.rows import Row
from auxol_core.replay.runner import Segment
from auxol_core.whole_files import write_whole

MAX_NAMED = 50

Entry = dict[str, object]


def last_half(rows: Sequence[Row]) -> Sequence[Row]:
    """The second half of a stream; of an odd number the larger one, so that it is never empty."""
    return rows[len(rows) // 2 :]


def entry(segment: Segment, method: str, run: Finished, options: ReplayOptions) -> Entry:
    """One object of summary.json. Every number is finite or null."""
    rows = [row for row in run.rows if row.dataset == segment.name]
    half = last_half(rows)
    result: Entry = {
        "dataset": segment.name,
        "method": method,
        "prompt": FOUND if options.find else options.prompts.kind,
        "n_images": len(rows),
        "n_objects": sum(row.n_objects for row in rows),
        "n_patients": len({row.patient for row in rows}),
        "n_corrections": sum(row.corrected for row in rows),
        "dice_mean": _mean([row.dice for row in rows]),
        "dice_first_half": _mean([row.dice for row in rows[: len(rows) // 2]]),
        "dice_last_half": _mean([row.dice for row in half]),
        "dice_median": _median([row.dice for row in rows]),
        "hd95_mean": _mean([row.hd95 for row in rows]),
        "hd95_last_half": _mean([row.hd95 for row in half]),
        "hd95_unit": rows[0].unit if rows else None,
        "accepted_share": _mean([float(row.accepted) for row in rows]),
        "accepted_share_last_half": _mean([float(row.accepted) for row in half]),
        "generalist_dice_mean": _mean([row.generalist_dice for row in rows]),
        "specialist_dice_mean": _mean([row.specialist_dice for row in rows]),
        "n_outside_window": sum(row.outside is not None and row.outside > BOUND for row in rows),
        "share_last": rows[-1].share if rows else None,
    }
    return result | _costs(rows, run) | _skipped(segment, rows) | _made_with(run, options)


def _costs(rows: Sequence[Row], run: Finished) -> Entry:
    updates = [row for row in rows if row.seconds_update is not None]
    return {
        "seconds_per_prediction_median": _median([row.seconds_prediction for row in rows]),
        "seconds_per_update_median": _median([row.seconds_update for row in updates]),
        "seconds_per_object_update_median": _median(
            [(r.seconds_update or 0.0) / r.n_objects for r in updates if r.n_objects]
        ),
        "seconds_per_saving_median": _median([row.seconds_saving for row in updates]),
        "peak_rss_mb": run.peak_rss_mb,
        "threads": run.facts.threads,
    }


def _skipped(segment: Segment, rows: Sequence[Row]) -> Entry:
    stream = segment.stream
    failed = [f"{row.image}: {row.note}" for row in rows if row.note]
    left_out = [f"{p.file}: {p.reason}" for p in stream.problems if p.left_out]
    doubts = [f"{p.file}: {p.reason}" for p in stream.problems if not p.left_out]
    return {
        "n_planned": len(stream.items),
        "n_empty_skipped": stream.counts.empty,
        "n_small_skipped": stream.counts.small,
        "n_small_components": sum(row.n_small for row in rows),
        "n_left_out": len(left_out),
        "left_out": left_out[:MAX_NAMED],
        "n_doubtful": len(doubts),
        "doubtful": doubts[:MAX_NAMED],
        "n_failed": len(failed),
        "failed": failed[:MAX_NAMED],
    }


def _made_with(run: Finished, options: ReplayOptions) -> Entry:
    prompts, plan, feedback = options.prompts, options.plan, options.feedback
    return {
        "seed": options.seed,
        "generalist": run.facts.generalist,
        "generalist_hash": run.facts.generalist_hash,
        "device": run.facts.device,
        "precision": run.facts.precision,
        "torch": run.facts.torch,
        "engine": run.facts.engine,
        "jitter": prompts.jitter,
        "shift": prompts.shift,
        "point": prompts.point,
        "feedback": feedback.every,
        "review_below": feedback.review_below,
        "noise": str(feedback.noise) if feedback.noise else None,
        "sequence": list(options.sequence) or None,
        "limit": plan.limit,
        "every": plan.every,
        "axis": plan.axis,
        "window": plan.window,
        "paper": f"{options.paper.memory}, bce {options.paper.bce}, mask_channel {options.paper.mask_channel}, "
        f"alpha {options.paper.alpha}",
        "partial": run.partial,
        "from_cache": run.cached,
    }


def write_json(path: Path, content: object) -> None:
    """Write JSON without NaN, whole or not at all."""
    write_whole(path, (json.dumps(content, indent=1, allow_nan=False) + "\n").encode())


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else None


def _median(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.median(known)) if known else None

"""The published paper's studies as one table: when is corrected, how well, and how well is prompted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.table import Table

from auxol_core.replay.rows import Row
from auxol_core.replay.summary import last_half
from tools.bench.evidence.plan import Plan
from tools.bench.learn.stream_runs import STUDIES, StreamRun

Kept = Mapping[StreamRun, Sequence[Row]]


def studied(stream: str, study: str = "") -> list[StreamRun]:
    """The two runs of a cell."""
    return [StreamRun(stream, "box", method, study=study) for method in ("generalist", "auxol")]


def studies_table(kept: Kept, adapted: Kept, plan: Plan) -> Table:
    """A row a study, a column a stream; boxes, one order. ``adapted``: runs over an adapted generalist."""
    table = Table("study", *plan.studied, title="Dice of the last half, generalist -> auxol (images corrected)")
    for study in ("", *STUDIES):
        table.add_row(study or "as in the other tables", *(_cell(kept, stream, study) for stream in plan.studied))
    table.add_row("an adapted generalist underneath", *(_cell(adapted, stream, "") for stream in plan.studied))
    return table


def _cell(kept: Kept, stream: str, study: str) -> str:
    rows = [kept.get(each) for each in studied(stream, study)]
    if not all(rows):
        return "-"
    alone, ours = (float(np.mean([row.dice for row in last_half(each or [])])) for each in rows)
    return f"{alone:.3f} -> {ours:.3f} ({sum(row.corrected for row in rows[1] or [])})"

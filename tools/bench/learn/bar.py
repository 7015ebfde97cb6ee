"""A bar: a figure with its name, what was asked of it, and whether that is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """``figure``: with its name and number; ``met`` None: nothing was measured that could tell."""

    figure: str
    asked: str
    met: bool | None

    def __str__(self) -> str:
        word = "not measured" if self.met is None else "met   " if self.met else "MISSED"
        return f"{word} {self.figure} (bar: {self.asked})"


def counted(bars: Sequence[Bar]) -> str:
    """The last line of a benchmark."""
    judged = [bar.met for bar in bars if bar.met is not None]
    unmeasured = f", not measured {len(bars) - len(judged)}" if len(judged) < len(bars) else ""
    return f"bars met {sum(judged)}, missed {len(judged) - sum(judged)}{unmeasured}"

"""What the walk counted, as the table of the tutorial's page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

BEGIN, END = "<!-- numbers: python -m tools.tutorial -->", "<!-- end of numbers -->"


@dataclass
class Numbers:
    """Prompts, proposals and repairs, before and after ``turn``: slices prompted by hand, then those of the list."""

    prompts: int = 0
    repairs: list[int] = field(default_factory=lambda: [0, 0])
    dice: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    voxels: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    part: int = 0
    rows: list[tuple[str, str]] = field(default_factory=list)

    def prompt(self) -> None:
        self.prompts += 1

    def proposal(self, dice: float, voxels: int) -> None:
        self.dice[self.part].append(dice)
        self.voxels[self.part].append(voxels)

    def repair(self) -> None:
        self.repairs[self.part] += 1

    def turn(self) -> None:
        self.part = 1

    def organ(self, mask: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> None:
        """Fill the table: ``mask`` is the segment at the end, ``truth`` the label, both (slices, rows, columns)."""
        by_hand, listed = self.dice
        both = np.count_nonzero(mask) + np.count_nonzero(truth)
        self.rows = [
            ("slices of the organ", str(np.count_nonzero(truth.any((1, 2))))),
            ("slices prompted by hand, one box each", str(self.prompts)),
            ("of these repaired", str(self.repairs[0])),
            ("Dice of their proposals, in the order of the walk", ", ".join(f"{each:.3f}" for each in by_hand)),
            ("voxels to change in them", ", ".join(map(str, self.voxels[0]))),
            ("slices gone through in the review list", f"{len(listed)}, of these repaired {self.repairs[1]}"),
            ("Dice of their proposals", ", ".join(f"{each:.3f}" for each in listed)),
            ("Dice of the whole organ against the label", f"{2 * np.count_nonzero(mask & truth) / both:.3f}"),
        ]

    def write(self, page: Path) -> None:
        """Into the page, between its two marks."""
        lines = ["| counted in the walk | |", "|---|---|"]
        table = "\n".join(lines + [f"| {name} | {value} |" for name, value in self.rows])
        text = page.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            raise ValueError(f"{page}: expected the lines {BEGIN!r} and {END!r}, between which the table goes")
        between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
        page.write_text(between.sub(lambda _match: f"{BEGIN}\n\n{table}\n\n{END}", text), encoding="utf-8")

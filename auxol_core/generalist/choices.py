"""The generalists as one chooses among them: what is here, what can be had and how, and what a click takes here.

Command line, doctor and panel show this table, so that they say the same. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from auxol_core.generalist import figures, registry
from auxol_core.generalist.checkpoints import locate
from auxol_core.generalist.figures import Click
from auxol_core.generalist.row import GeneralistRow

# "here": its weights are on this machine. "download": this program fetches them when asked. "file": the user brings
# them, because their publisher names no address or hash to check them by.
Obtained = Literal["here", "download", "file"]
# A user who waits longer for a first click, or for the next one, loses the thread (the first is the issue's own bar).
FIRST_S, NEXT_S = 1.5, 0.5


@dataclass(frozen=True)
class GeneralistChoice:
    """``path``: where its weights lie, None: not here. ``megabytes``: of its file, None where it ships with the
    program. ``page``: its authors'. ``click``: seconds on this machine, None: not known."""

    name: str
    title: str
    licence: str
    obtained: Obtained
    path: Path | None
    megabytes: int | None
    page: str
    click: Click | None
    recommended: bool = False

    @property
    def how(self) -> str:
        """How it is got, for the middle of a sentence."""
        if self.obtained == "here":
            return "here" if self.megabytes is not None else "ships with the program"
        return "download" if self.obtained == "download" else f"from a file, which {self.page} offers"


def choices(known: dict[str, figures.Figures] | None = None) -> list[GeneralistChoice]:
    """Every generalist of the registry in its order, one of them recommended. ``known``: measurements of this machine;
    None: those that are remembered."""
    rows = registry.rows()
    measured = figures.remembered() if known is None else known
    made = [_choice(row, figures.click_of(row, measured, rows)) for row in rows]
    best = recommended(made)
    return [
        GeneralistChoice(**{**vars(each), "recommended": each.name == best}) for each in made
    ]


def recommended(among: Sequence[GeneralistChoice]) -> str:
    """The name of the largest whose clicks stay below FIRST_S and NEXT_S here; the one that ships where none does.

    Size stands for what a model has been taught: among those that keep up with a hand nothing else is known
    beforehand of how well they serve a structure. '' where there is nothing to choose from.
    """
    quick = [each for each in among if each.click is not None and _is_quick(each.click) and each.megabytes is not None]
    if quick:
        return max(quick, key=lambda each: each.megabytes or 0).name
    return next((each.name for each in among if each.megabytes is None), "")


def why_recommended(among: Sequence[GeneralistChoice]) -> str:
    """One sentence for a person."""
    chosen = next((each for each in among if each.recommended), None)
    if chosen is None:
        return "None is recommended."
    if all(each.click is None for each in among):
        return f"Recommended: {chosen.title}, until this machine was measured (`auxol checkpoint measure`)."
    if chosen.click is None or not _is_quick(chosen.click) or chosen.megabytes is None:
        others = [each for each in among if each is not chosen]
        if all(each.click is None for each in others):
            return f"Recommended: {chosen.title}; no other was measured here (`auxol checkpoint measure`)."
        which = "none" if all(each.click is not None for each in others) else "none that was measured"
        return f"Recommended: {chosen.title}; of the others {which} keeps a first click below {FIRST_S:g} s here."
    largest = f"the largest whose first click stays below {FIRST_S:g} s here"
    return f"Recommended: {chosen.title}, {largest} ({chosen.click})."


def _is_quick(click: Click) -> bool:
    return click.first_s <= FIRST_S and (click.next_s is None or click.next_s <= NEXT_S)


def _choice(row: GeneralistRow, click: Click | None) -> GeneralistChoice:
    path, file = locate(row), row.published
    obtained: Obtained = "here" if path is not None else "file"
    if path is None and file is not None and file.url and file.sha256:
        obtained = "download"
    return GeneralistChoice(
        name=row.name,
        title=row.title,
        licence=row.licence,
        obtained=obtained,
        path=path,
        megabytes=None if file is None else file.megabytes,
        page="" if file is None else file.page,
        click=click,
    )


def markdown(among: Sequence[GeneralistChoice]) -> str:
    """The table for docs/generalists.md; times that are estimated, or of random weights, say so."""
    lines = ["| name | what | size | how to get it | first click | next click | times | licence |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for each in among:
        size = "" if each.megabytes is None else f"{each.megabytes} MB"
        click = each.click
        first = "" if click is None else figures.seconds(click.first_s)
        following = "" if click is None or click.next_s is None else figures.seconds(click.next_s)
        how = "here or by download" if each.obtained == "here" and each.megabytes is not None else each.how
        cells = (each.name, each.title, size, how, first, following, origin(click), each.licence)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def origin(click: Click | None) -> str:
    """Where a time comes from, in a few words."""
    if click is None:
        return "not measured"
    weights = "real weights" if click.weights == "real" else "random weights"
    return f"measured, {weights}" if click.measured else f"estimated from {click.like}"

"""What the kept rows say: the table of the methods, and the bars, each met, missed or not measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from rich.table import Table

from auxol_core.replay.comparisons import interval
from auxol_core.replay.prompts import rng_for
from tools.bench.find.cases import DRAWS, FOLDS, Case
from tools.bench.find.found import Found, Told, by_volume, told, volume_dice
from tools.bench.find.reader import Reading
from tools.bench.learn.bar import Bar

Rows = Mapping[Case, Sequence[Found]]

OURS, UNET = "box to taught", "plain U-Net"
METHODS = (
    "locator", "CAM box as published", "CAM box to frozen", "box to frozen", OURS, UNET, "true box to frozen",
    "true box to taught", "ellipse in the true box",
)  # fmt: skip
LIVER, SPLEEN, KIDNEY = "btcv_ct/liver", "btcv_ct/spleen", "btcv_ct/left_kidney"
LIVER_BARS = {5: (0.72, 0.80), 20: (0.82, 0.89), 50: (0.85, 0.92)}


def of(rows: Rows, structure: str, labels: int, method: str) -> list[list[Found]]:
    """The rows of a method, a list a case that has any."""
    cases = [case for case in sorted(rows) if (case.structure, case.labels) == (structure, labels)]
    found = [[row for row in rows[case] if row.method == method] for case in cases]
    return [each for each in found if each]


def table(rows: Rows) -> Table:
    """A row a structure, number of labels and method."""
    result = Table(
        "structure", "labels", "cases", "volumes", "method", "Dice", "where shown", "volume Dice", "AUC", "flagged",
        "a volume", "CPU s",
    )  # fmt: skip
    for structure, labels in sorted({(case.structure, case.labels) for case in rows}):
        for method in METHODS:
            cases = of(rows, structure, labels, method)
            if not cases:
                continue
            each = told(cases)
            result.add_row(
                structure, str(labels), str(len(cases)), str(each.volumes), method, f"{each.dice:.3f}",
                f"{each.shown_dice:.3f}", f"{each.volume:.3f}", f"{each.auc:.3f}", f"{each.flagged:.1%}",
                f"{each.flagged_slices:.1f}", f"{each.cost_s:.0f}",
            )  # fmt: skip
    return result


def bars(rows: Rows) -> list[Bar]:
    """All that this bench can tell, in the order of the issue's table."""
    found = list(_liver(rows))
    found += [_volumes(rows, structure) for structure in (SPLEEN, KIDNEY)]
    return [*found, *_against_the_unet(rows)]


def _told(rows: Rows, structure: str, labels: int) -> tuple[Told | None, str]:
    """What our method says, and over what part of the whole plan."""
    cases = of(rows, structure, labels, OURS)
    where = f"{structure}, {labels} labelled, {len(cases)} of {FOLDS * len(DRAWS)} cases"
    return (told(cases) if cases else None), where


def _liver(rows: Rows) -> Iterator[Bar]:
    for labels, (dice, volume) in LIVER_BARS.items():
        each, where = _told(rows, LIVER, labels)
        yield _least(f"{where}: Dice on positive slices", None if each is None else each.dice, dice)
        yield _least(f"{where}: volume Dice", None if each is None else each.volume, volume)
    each, where = _told(rows, LIVER, 20)
    share = None if each is None else each.flagged
    text = f"{where}: empty slices flagged" + ("" if share is None else f" {share:.1%}")
    yield Bar(text, "at most 5%", None if share is None else share <= 0.05)
    yield _least(f"{where}: presence AUC", None if each is None else each.auc, 0.975)


def _volumes(rows: Rows, structure: str) -> Bar:
    each, where = _told(rows, structure, 20)
    return _least(f"{where}: volume Dice", None if each is None else each.volume, 0.78)


def _least(text: str, value: float | None, least: float) -> Bar:
    if value is None:
        return Bar(text, f"{least:g}", None)
    return Bar(f"{text} {value:.3f}", f"{least:g}", value >= least)


def _against_the_unet(rows: Rows) -> Iterator[Bar]:
    """Paired by volume, on the cases that both have; the cost of locator and specialist against the U-Net's."""
    gained: list[float] = []
    owner: list[str] = []
    ours_s: list[float] = []
    theirs_s: list[float] = []
    here: set[str] = set()
    for case in sorted(rows):
        methods = {method: [row for row in rows[case] if row.method == method] for method in ("locator", OURS, UNET)}
        if case.labels != 20 or not all(methods.values()) or case.structure not in (LIVER, SPLEEN, KIDNEY):
            continue
        here.add(case.structure)
        ours_s.append(methods["locator"][0].cost_s)
        theirs_s.append(methods[UNET][0].cost_s)
        for mine, plain in zip(by_volume(methods[OURS]), by_volume(methods[UNET]), strict=True):
            gained.append(volume_dice(mine) - volume_dice(plain))
            owner.append(mine[0].patient)
    asked = "the interval not wholly below 0, all three structures"
    if not gained:
        yield Bar("against the plain U-Net, 20 labelled, volume Dice", asked, None)
        yield Bar("the locator's training against the plain U-Net's", "at most a third", None)
        return
    low, high = interval(np.array(gained), owner, rng_for("find against the U-Net"))
    text = f"{len(gained)} volumes of {', '.join(sorted(here))}, ours minus the plain U-Net's"
    found = f"volume Dice, {text}: {np.mean(gained):+.3f} ({low:+.3f} to {high:+.3f})"
    yield Bar(found, asked, high >= 0 if len(here) == 3 else None)
    share = float(np.mean(ours_s) / np.mean(theirs_s))
    yield Bar(
        f"the locator's training, CPU seconds as a share of the plain U-Net's: {share:.2f}", "0.33", share <= 1 / 3
    )


def reading_bars(rows: Mapping[Case, Sequence[Reading]]) -> list[Bar]:
    """Prompts and edits a volume after so many lessons, against those before any, over the same volumes."""
    found = []
    for labels, most, asked in ((5, 2 / 3, "at most two thirds of before"), (20, 1 / 3, "at most a third of before")):
        cases = [each for case, each in sorted(rows.items()) if case.labels == labels]
        after = [row.actions for each in cases for row in each if row.lessons and row.found]
        before = [row.actions for each in cases for row in each if not row.lessons]
        text = f"prompts and edits a volume, {labels} lessons, {len(after)} volumes"
        if not after:
            found.append(Bar(text, asked, None))
            continue
        share = float(np.mean(after)) / max(float(np.mean(before)), 1e-9)
        text += f": {np.mean(before):.1f} before, {np.mean(after):.1f} after, share {share:.2f}"
        found.append(Bar(text, asked, share <= most))
    return found


def merged(parts: Sequence[Rows]) -> dict[Case, list[Found]]:
    """The rows of all parts of a case together."""
    cases = dict.fromkeys(chain.from_iterable(parts))
    return {case: [row for part in parts for row in part.get(case, ())] for case in cases}

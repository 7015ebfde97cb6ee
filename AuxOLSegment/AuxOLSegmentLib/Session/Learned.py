"""What an update changed, in sentences: from what was measured when it was made, and from nothing else."""

import re

from slicer.i18n import tr as _

# The verdict of the engine's guard, as auxol_core.specialist.guard words it.
MEASURED = re.compile(r"the last (\d+) objects changed by ([+-]\d+\.\d+) Dice")
SAME = 0.0005  # a change that three digits do not show


def learnedText(version: int, reason: str, before: float | None, now: float | None) -> str:
    """``reason``: why the engine published the update; ``before`` and ``now``: the generalist's weight in the fusion,
    None where it is not known."""
    told = [_("Learned (version {version}).").format(version=version), guardText(reason), shareText(before, now)]
    return " ".join(text for text in told if text)


def guardText(reason: str) -> str:
    """How objects of earlier lessons fare; '' where too few were there to say."""
    found = MEASURED.search(reason)
    if found is None:
        return ""
    count, change = int(found[1]), float(found[2])
    if abs(change) < SAME:
        return _("On the {count} objects before, the specialist is as good as it was.").format(count=count)
    if change > 0:
        text = _("On the {count} objects before, the specialist is better by {change:.3f} Dice.")
    else:
        text = _("On the {count} objects before, the specialist is worse by {change:.3f} Dice, which is tolerated.")
    return text.format(count=count, change=abs(change))


def shareText(before: float | None, now: float | None) -> str:
    """How much of the next proposals is the specialist's."""
    if now is None:
        return ""
    share, was = round(100 * (1 - now)), None if before is None else round(100 * (1 - before))
    if was is None or was == share:
        return _("The specialist has {share} % of a proposal.").format(share=share)
    return _("The specialist has {share} % of the next proposals, after {was} %.").format(share=share, was=was)

"""From painted labels to labels worth training on: one piece each, not too small, numbered 1..n."""

import cv2
import numpy as np

from .draw import Labels, Mask

MIN_PIXELS = 60
MAX_OBJECTS = 7
_WHOLE = 0.85
_MOST_OF_IMAGE = 0.8


def tidy(rng: np.random.Generator, labels: Labels) -> Labels:
    """int16 (H, W): what is left after dropping crumbs; when none of a label's pieces holds 85 %
    of it, the pieces become objects of their own. Of more than MAX_OBJECTS a random choice stays."""
    masks: list[Mask] = []
    present = np.bincount(labels.ravel())
    for label in np.flatnonzero(present >= MIN_PIXELS):
        if label:
            masks += _pieces((labels == label).astype(np.uint8))
    if len(masks) > MAX_OBJECTS:
        masks = [masks[index] for index in np.sort(rng.permutation(len(masks))[:MAX_OBJECTS])]
    clean = np.zeros(labels.shape, np.int16)
    for number, mask in enumerate(masks, start=1):
        clean[mask > 0] = number
    return clean


def _pieces(mask: Mask) -> list[Mask]:
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:count, cv2.CC_STAT_AREA]
    total = int(areas.sum())
    if total > _MOST_OF_IMAGE * mask.size:
        return []
    best = int(areas.argmax())
    if areas[best] > _WHOLE * total:
        kept = [best]
    else:
        kept = [index for index in range(count - 1) if areas[index] > 0.2 * total]
    return [(parts == index + 1).astype(np.uint8) for index in kept if areas[index] >= MIN_PIXELS]

"""Episodes: the same structure in several synthetic pictures, as the pictures of one task show it.

A picture is made of thousands of draws. Kin pictures share those that say *what* is there (the layout, the palette,
which shapes, how many, in which order), differ a little in those that say *how much* (sizes, places, greys) and are
drawn anew where noise is drawn (textures, folds). So any layout yields episodes, and none was written for them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from auxol_core.promptable.sampling import Target
from pretrain.chains import MIN_OBJECT_PIXELS
from pretrain.synthetic.degrade import degrade
from pretrain.synthetic.generator import compose, random_size
from pretrain.synthetic.shapes import largest
from pretrain.synthetic.warp import bend

# Below this many numbers a draw describes a thing (the waves of an outline); above, it is noise.
FEW = 64
FAMILY, KIN, CHOICE = 2, 3, 4


class Kin(np.random.Generator):
    """Draws as the family's generator does, but for what differs from picture to picture."""

    def __init__(self, family: np.random.Generator, own: np.random.Generator, spread: float = 0.06) -> None:
        super().__init__(own.bit_generator)
        self._shared, self._own, self._spread = family, own, spread
        self.draws = 0

    @property
    def _family(self) -> np.random.Generator:
        self.draws += 1
        return self._shared

    def random(self, *args: Any, **kwargs: Any) -> Any:
        """Decisions are the family's."""
        return self._family.random(*args, **kwargs)

    def choice(self, *args: Any, **kwargs: Any) -> Any:
        """Which of some: the family's."""
        return self._family.choice(*args, **kwargs)

    def permutation(self, *args: Any, **kwargs: Any) -> Any:
        """An order: the family's."""
        return self._family.permutation(*args, **kwargs)

    def integers(  # type: ignore[override]
        self, low: Any, high: Any = None, size: Any = None, **kwargs: Any
    ) -> Any:
        """Counts are the family's; a place among many (a pixel's index) is near the family's."""
        if size is not None:
            return self._own.integers(low, high, size, **kwargs)
        first, last = (0, low) if high is None else (low, high)
        share = self._family.random()
        if last - first > FEW:
            share = self._near(share)
        return first + min(int(share * (last - first)), last - first - 1)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """A quantity near the family's, inside the same range."""
        if size is not None and int(np.prod(size)) > FEW:
            return self._own.uniform(low, high, size)
        return low + (high - low) * self._near(self._family.random(size))

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """See ``standard_normal``."""
        return loc + scale * self.standard_normal(size)

    def standard_normal(  # type: ignore[override]
        self, size: Any = None, dtype: Any = np.float64, **_: Any
    ) -> Any:
        """Noise is drawn anew; a few numbers are near the family's and have the same spread."""
        if size is not None and int(np.prod(size)) > FEW:
            return self._own.standard_normal(size, dtype)
        own, shared = self._own.standard_normal(size), self._family.standard_normal(size)
        return np.sqrt(1 - (3 * self._spread) ** 2) * shared + 3 * self._spread * own

    def _near(self, share: Any) -> Any:
        moved = np.abs(share + self._spread * self._own.standard_normal(np.shape(share) or None))
        return np.minimum(moved, 2 - moved)


def episode(seed: int, index: int, pictures: int) -> list[Target]:
    """One structure in up to ``pictures`` kin pictures; at least two, else an empty list.

    A shape that falls outside a picture may cost draws that its kin go on to make; from there on they would show other
    things. So only pictures that made as many draws as most are kin. The structure is one that most of them show.
    """
    made = [_structures(seed, index, number) for number in range(2 * pictures)]
    draws = Counter(count for count, _ in made)
    kin = [targets for count, targets in made if count == draws.most_common(1)[0][0]]
    shown = Counter(label for targets in kin for label in targets)
    if not shown:
        return []
    common = sorted(label for label, count in shown.items() if count == max(shown.values()))
    chosen = common[int(np.random.default_rng((seed, CHOICE, index)).integers(len(common)))]
    found = [targets[chosen] for targets in kin if chosen in targets][:pictures]
    return found if len(found) > 1 else []


def _structures(seed: int, index: int, number: int) -> tuple[int, dict[int, Target]]:
    """How many draws a kin picture took, and its objects by the number that the layout gave them."""
    # Each kin follows the family's draws from the beginning.
    family = np.random.default_rng((seed, FAMILY, index))
    rng = Kin(family, np.random.default_rng((seed, KIN, index, number)))
    scene = compose(rng, random_size(rng))
    draws = rng.draws
    bend(rng, scene)
    masks = {label: largest((scene.labels == label).astype(np.uint8)) for label in range(1, scene.count + 1)}
    image = (degrade(rng, scene.canvas) / 255).astype(np.float32)
    most = 0.8 * scene.labels.size
    return draws, {
        label: Target(image, mask > 0) for label, mask in masks.items() if MIN_OBJECT_PIXELS <= int(mask.sum()) <= most
    }

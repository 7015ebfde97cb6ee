"""Which colours an image is made of: grey, tissue, stains, skin, fluorescence, or several contrasts at once."""

from dataclasses import dataclass

import numpy as np

from .draw import Floats, chance, pick, sign, uniform

COLOUR_SHARE = 0.45
_CONTRASTS_SHARE = 0.08
# base colour (RGB) and the way tissue of the same family differs from it
_TISSUES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "mucosa": ((0.72, 0.38, 0.28), (0.6, 1.0, 0.9)),
    "pale mucosa": ((0.78, 0.55, 0.42), (0.5, 1.0, 1.0)),
    "blood": ((0.5, 0.16, 0.12), (1.0, 0.6, 0.5)),
    "skin": ((0.80, 0.62, 0.52), (0.8, 1.0, 1.0)),
    "stain": ((0.85, 0.65, 0.78), (1.0, 1.2, 0.6)),
    "brown stain": ((0.80, 0.78, 0.80), (0.7, 1.0, 1.2)),
    "fluorescence": ((0.04, 0.05, 0.06), (0.1, 1.0, 0.4)),
    "retina": ((0.70, 0.33, 0.12), (0.7, 1.0, 0.6)),
}


@dataclass(frozen=True)
class Palette:
    """`base` (C,) is the ground colour, `main` (C,) the usual direction of change, `stray` how far others leave it."""

    name: str
    base: Floats
    main: Floats
    stray: float

    @property
    def channels(self) -> int:
        return int(self.base.size)

    def direction(self, rng: np.random.Generator) -> Floats:
        """(C,) of greatest entry 1: the colour change of one object, upward."""
        step = self.main + rng.normal(0, self.stray, self.channels).astype(np.float32)
        return np.asarray(step / np.float32(max(float(np.abs(step).max()), 1e-3)), dtype=np.float32)


def grey_palette(base: float) -> Palette:
    return Palette("grey", np.array([base], np.float32), np.ones(1, np.float32), 0.0)


def contrasts_palette(rng: np.random.Generator) -> Palette:
    """Three channels that show the same anatomy in unrelated greys, as three MR sequences."""
    return Palette("contrasts", rng.uniform(0.1, 0.7, 3).astype(np.float32), np.full(3, 0.4, np.float32), 0.8)


def colour_palette(rng: np.random.Generator) -> Palette:
    if chance(rng, 0.3):
        base = rng.uniform(0.1, 0.9, 3).astype(np.float32)
        return Palette("random", base, rng.normal(0, 1, 3).astype(np.float32), uniform(rng, 0.1, 0.7))
    name = pick(rng, {"mucosa": 6, "pale mucosa": 3, "blood": 1, "skin": 2.5, "stain": 2.5, "brown stain": 1,
                      "fluorescence": 1, "retina": 1})
    base_colour, main = (np.array(part, np.float32) for part in _TISSUES[name])
    base_colour = base_colour * np.float32(uniform(rng, 0.7, 1.15)) + rng.normal(0, 0.04, 3).astype(np.float32)
    return Palette(name, np.clip(base_colour, 0, 1).astype(np.float32), main, uniform(rng, 0.1, 0.5))


def random_palette(rng: np.random.Generator) -> Palette:
    """Colour in COLOUR_SHARE of all (several contrasts among them), otherwise grey."""
    draw = rng.random()
    if draw < _CONTRASTS_SHARE * COLOUR_SHARE * 2:
        return contrasts_palette(rng)
    if draw < COLOUR_SHARE:
        return colour_palette(rng)
    level = uniform(rng, 0.05, 0.9) if sign(rng) > 0 else uniform(rng, 0.25, 0.6)
    return grey_palette(level)

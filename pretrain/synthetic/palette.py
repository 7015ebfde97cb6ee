"""The colours an image is made of: grey, tissue, stain, skin, fluorescence, several contrasts at once."""

from dataclasses import dataclass

import numpy as np

from .draw import Floats, chance, pick, sign, uniform

_COLOUR_SHARE = 0.52
_CONTRASTS_SHARE = 0.07
# base colour (RGB) and the way tissue of the same family differs from it
_TISSUES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "mucosa": ((0.74, 0.42, 0.34), (0.6, 1.0, 0.95)),
    "pale mucosa": ((0.80, 0.56, 0.48), (0.5, 1.0, 1.0)),
    "blood": ((0.5, 0.16, 0.12), (1.0, 0.6, 0.5)),
    "skin": ((0.80, 0.62, 0.52), (0.8, 1.0, 1.0)),
    "stain": ((0.85, 0.65, 0.78), (1.0, 1.2, 0.6)),
    "brown stain": ((0.80, 0.78, 0.80), (0.7, 1.0, 1.2)),
    "fluorescence": ((0.04, 0.05, 0.06), (0.1, 1.0, 0.4)),
    "retina": ((0.70, 0.33, 0.12), (0.7, 1.0, 0.6)),
}


@dataclass(frozen=True)
class Palette:
    """`base` (C,): the ground colour; `main` (C,): the usual change; `stray`: how far others leave it."""

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
    """Three channels that show the same anatomy as three MR sequences do: tissue much alike, an
    object often in one of them alone."""
    base = uniform(rng, 0.1, 0.6) + rng.normal(0, 0.12, 3)
    main = rng.uniform(-0.2, 0.4, 3)
    main[rng.integers(3)] = 1.0
    return Palette(
        "contrasts", np.clip(base, 0, 1).astype(np.float32), main.astype(np.float32), uniform(rng, 0.1, 0.6)
    )


def colour_palette(rng: np.random.Generator, odd: float = 0.3) -> Palette:
    """Real tissue under real light, or in a share `odd` of all any colours whatever."""
    if chance(rng, odd):
        base = rng.uniform(0.1, 0.9, 3).astype(np.float32)
        return Palette("random", base, rng.normal(0, 1, 3).astype(np.float32), uniform(rng, 0.1, 0.7))
    name = pick(
        rng,
        {
            "mucosa": 6,
            "pale mucosa": 3,
            "blood": 1,
            "skin": 2.5,
            "stain": 2.5,
            "brown stain": 1,
            "fluorescence": 1,
            "retina": 1,
        },
    )
    return tissue_palette(rng, name)


def stain_palette(rng: np.random.Generator) -> Palette:
    """What lies under a microscope."""
    return tissue_palette(rng, pick(rng, {"stain": 6, "brown stain": 2, "fluorescence": 1.5}))


def tissue_palette(rng: np.random.Generator, name: str) -> Palette:
    base_colour, main = (np.array(part, np.float32) for part in _TISSUES[name])
    base_colour = base_colour * np.float32(uniform(rng, 0.7, 1.15)) + rng.normal(0, 0.04, 3).astype(
        np.float32
    )
    return Palette(name, np.clip(base_colour, 0, 1).astype(np.float32), main, uniform(rng, 0.1, 0.5))


def random_palette(rng: np.random.Generator) -> Palette:
    """Grey in half of all; the layouts of X-ray, sound and CT bring colour down to 45 % of all images."""
    draw = rng.random()
    if draw < _CONTRASTS_SHARE:
        return contrasts_palette(rng)
    if draw < _COLOUR_SHARE:
        return colour_palette(rng)
    level = uniform(rng, 0.05, 0.9) if sign(rng) > 0 else uniform(rng, 0.25, 0.6)
    return grey_palette(level)

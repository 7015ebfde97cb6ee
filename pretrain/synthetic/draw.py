"""Small random draws shared by the other files. All take the generator first and hold no state."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int16]
Size = tuple[int, int]
Point = tuple[float, float]


def chance(rng: np.random.Generator, probability: float) -> bool:
    return bool(rng.random() < probability)


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def integer(rng: np.random.Generator, low: int, high: int) -> int:
    """One of low..high, both included."""
    return int(rng.integers(low, high + 1))


def sign(rng: np.random.Generator) -> float:
    return 1.0 if rng.random() < 0.5 else -1.0


def pick(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """A key, drawn in proportion to its weight."""
    names = list(weights)
    shares = np.array([weights[name] for name in names], dtype=np.float64)
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def contrast(rng: np.random.Generator) -> float:
    """Unsigned step against the surroundings: 0.04-0.15 of the range in half of all cases, else up to 0.6."""
    return log_uniform(rng, 0.04, 0.15) if chance(rng, 0.5) else log_uniform(rng, 0.12, 0.6)

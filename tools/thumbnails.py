"""Draws the thumbnails of the scans that Sample Data offers: sketches of what is in them, no picture of anybody.

python -m tools.thumbnails writes AuxOLSegment/Resources/Icons/AuxOL*.png anew.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

ICONS = Path(__file__).resolve().parents[1] / "AuxOLSegment" / "Resources" / "Icons"
SIDE, FINE = 128, 4
Shape = tuple[float, float, float, float, float, int]  # row, column, half height, half width (0 to 1), degrees, grey

ABDOMEN: tuple[Shape, ...] = (
    (0.52, 0.50, 0.34, 0.46, 0, 90), (0.52, 0.50, 0.30, 0.42, 0, 125),
    (0.76, 0.50, 0.07, 0.08, 0, 235), (0.84, 0.50, 0.06, 0.03, 0, 225),
)  # fmt: skip
SKETCHES: dict[str, tuple[Shape, ...]] = {
    "AuxOLCTLiver": (
        *ABDOMEN, (0.46, 0.29, 0.20, 0.21, -20, 178), (0.40, 0.47, 0.09, 0.17, -12, 178),
        (0.43, 0.26, 0.05, 0.06, 0, 120), (0.60, 0.80, 0.10, 0.07, 20, 170), (0.65, 0.31, 0.07, 0.05, 30, 200),
        (0.65, 0.69, 0.07, 0.05, -30, 200), (0.65, 0.52, 0.035, 0.035, 0, 215),
    ),
    "AuxOLCTAAbdomen": (
        *ABDOMEN, (0.60, 0.27, 0.11, 0.08, 25, 220), (0.60, 0.25, 0.05, 0.03, 25, 150),
        (0.60, 0.73, 0.11, 0.08, -25, 220), (0.60, 0.75, 0.05, 0.03, -25, 150), (0.63, 0.51, 0.06, 0.06, 0, 255),
        (0.63, 0.42, 0.04, 0.05, 0, 170),
    ),
    "AuxOLCTACardio": (
        (0.52, 0.50, 0.36, 0.47, 0, 90), (0.52, 0.50, 0.32, 0.43, 0, 130), (0.50, 0.24, 0.24, 0.15, 5, 18),
        (0.50, 0.77, 0.24, 0.14, -5, 18), (0.46, 0.56, 0.19, 0.21, 30, 150), (0.47, 0.61, 0.11, 0.10, 30, 245),
        (0.42, 0.48, 0.10, 0.08, 20, 225), (0.67, 0.56, 0.05, 0.05, 0, 250), (0.80, 0.50, 0.07, 0.07, 0, 235),
    ),
    "AuxOLMRHead": (
        (0.50, 0.50, 0.46, 0.38, 0, 205), (0.50, 0.50, 0.42, 0.345, 0, 40), (0.50, 0.50, 0.39, 0.32, 0, 120),
        (0.50, 0.50, 0.32, 0.25, 0, 190), (0.50, 0.50, 0.36, 0.008, 0, 70), (0.46, 0.43, 0.13, 0.035, -12, 30),
        (0.46, 0.57, 0.13, 0.035, 12, 30), (0.52, 0.37, 0.08, 0.05, -10, 140), (0.52, 0.63, 0.08, 0.05, 10, 140),
    ),
    "AuxOLMRBrainTumor": (
        (0.50, 0.50, 0.46, 0.38, 0, 205), (0.50, 0.50, 0.42, 0.345, 0, 40), (0.50, 0.50, 0.39, 0.32, 0, 110),
        (0.50, 0.50, 0.32, 0.25, 0, 150), (0.50, 0.50, 0.36, 0.008, 0, 60), (0.46, 0.44, 0.12, 0.03, -12, 30),
        (0.47, 0.55, 0.09, 0.025, 18, 30), (0.40, 0.66, 0.12, 0.10, 20, 240), (0.41, 0.66, 0.06, 0.05, 20, 90),
    ),
}  # fmt: skip


def sketch(shapes: tuple[Shape, ...], seed: int) -> Image.Image:
    """Ellipses one over the other, softened and grained a little, as a scan is."""
    side = SIDE * FINE
    rows, cols = np.mgrid[0:side, 0:side] / side
    grey: npt.NDArray[np.float64] = np.full((side, side), 8.0)
    for row, col, high, wide, degrees, value in shapes:
        turn = np.deg2rad(degrees)
        along = (rows - row) * np.cos(turn) - (cols - col) * np.sin(turn)
        across = (rows - row) * np.sin(turn) + (cols - col) * np.cos(turn)
        grey[(along / high) ** 2 + (across / wide) ** 2 <= 1] = value
    image = Image.fromarray(grey.astype(np.uint8)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), float)
    grain = np.random.default_rng(seed).normal(0, 5, soft.shape)
    # 24 greys are enough for a sketch, and a third of the bytes.
    steps = np.round(np.clip(soft + grain, 0, 255) / 255 * 23) * (255 / 23)
    return Image.fromarray(steps.astype(np.uint8)).quantize(24)


def main() -> None:
    for seed, (name, shapes) in enumerate(SKETCHES.items()):
        sketch(shapes, seed).save(ICONS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

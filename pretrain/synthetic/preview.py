"""A grid of synthetic pictures: python -m pretrain.synthetic.preview --out grid.png --count 40 --seed 0"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from .generator import SyntheticImage, generate

_TILE = 200


def tile(sample: SyntheticImage, contours: bool = True) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """uint8 (_TILE, _TILE, 3) RGB, the picture fitted in, each object's border in a colour of its own."""
    scale = _TILE / max(sample.labels.shape)
    size = (int(sample.labels.shape[1] * scale), int(sample.labels.shape[0] * scale))
    canvas = np.zeros((_TILE, _TILE, 3), np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(sample.image, size, interpolation=cv2.INTER_AREA)
    for label in range(1, int(sample.labels.max()) + 1 if contours else 1):
        mask = cv2.resize((sample.labels == label).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        hue = np.array([[[label * 47 % 180, 255, 255]]], np.uint8)
        ink = tuple(int(value) for value in cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0])
        cv2.drawContours(canvas, outlines, -1, ink, 1)
    return canvas


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--layout", help="only this one")
    parser.add_argument("--plain", action="store_true", help="without contours")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.count)
    tiles = [tile(generate(np.random.default_rng(seed), options.layout), not options.plain) for seed in seeds]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % options.columns)
    rows = [
        np.hstack(tiles[start : start + options.columns]) for start in range(0, len(tiles), options.columns)
    ]
    cv2.imwrite(str(options.out), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()

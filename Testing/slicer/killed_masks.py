"""What is saved in the kill campaign: save ``number`` is of one slice with one mask, the same in every process.

Read by the Slicer side, which has no torch, and by the reader of the task files, which has no Slicer.
"""

import hashlib

import numpy as np

SHAPE = (24, 64, 64)  # slices, rows, columns
MIDDLE, RADII = (12, 34, 30), (12.5, 15.0, 15.0)  # on every slice there is something to draw a box around
TASK = "discs"  # the name that Testing/core/endurance/ledger.py has for it


def indexOf(number):
    """The slice of a save; every slice has its turn again and again."""
    return number % SHAPE[0]


def maskOf(number):
    """Its mask, (rows, columns) bool: an ellipse of one piece, another one each time."""
    random = np.random.default_rng(number)
    middle, radii = random.uniform((28, 24), (40, 36)), random.uniform(7, 18, 2)
    at = np.ogrid[: SHAPE[1], : SHAPE[2]]
    return sum(((a - m) / r) ** 2 for a, m, r in zip(at, middle, radii, strict=True)) <= 1


def digestOf(mask):
    """SHA-256 of a mask."""
    return hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()

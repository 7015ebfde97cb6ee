"""Run as a program: damaged files through the door, so many and so drawn; a JSON line on what came of them.

A process of its own shows a crash in a reader's C code and its peak of memory. Before each file its bytes are kept
under the name that the error should be looked for in.
"""

import json
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from test_files_pictures import KINDS as PICTURES
from test_files_volumes import KINDS as VOLUMES

from auxol_core.errors import DataError
from auxol_core.imaging import files
from auxol_core.replay.peak import peak_rss_mb


def seeds(folder):
    """(ending, bytes) of one file of each kind that is read."""
    found = []
    for number, kind in enumerate([*PICTURES, *VOLUMES]):
        path = folder / f"s{number}{kind.ending}"
        kind.make(path)
        if path.stat().st_size > 100:
            found.append((kind.ending, path.read_bytes()))
    return found


def damaged(rng, last, content, endings):
    """Broken off, bits flipped (most in the header), bytes set to extremes, or another ending."""
    how = rng.choice(["cut", "bits", "bits", "bytes", "bytes", "digits", "ending"])
    raw = bytearray(content)
    head = min(len(raw), 400)
    if how == "cut":
        raw = raw[: int(rng.integers(1, len(raw)))]
    elif how == "bits":
        for _ in range(int(rng.integers(1, 9))):
            raw[int(rng.integers(head if rng.random() < 0.8 else len(raw)))] ^= 1 << int(rng.integers(8))
    elif how == "bytes":
        at, length = int(rng.integers(head)), int(rng.integers(1, 9))
        raw[at : at + length] = bytes([int(rng.choice([0, 0x7F, 0x80, 0xFF]))]) * len(raw[at : at + length])
    elif how == "digits":
        digits = [k for k in range(head) if 48 <= raw[k] <= 57] or [0]
        at = int(rng.choice(digits))
        raw[at : at + 1] = str(int(rng.integers(0, 10**9))).encode()
    else:
        last = str(rng.choice(endings))
    return str(how), last, bytes(raw)


def read_all(path):
    """Through every way in that fits the name."""
    volume = files.ending(path, files.LABEL_ENDINGS) is not None
    read = (files.read_volume, files.volume_labels) if volume else (files.read_picture, files.picture_labels)
    for way in read:
        way(path)


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = np.random.default_rng(seed)
    told, wrong, longest = Counter(), [], 0.0
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        (folder / "seeds").mkdir()
        known = seeds(folder / "seeds")
        endings = sorted({last for last, _ in known})
        before = peak_rss_mb()
        for number in range(count):
            how, last, content = damaged(rng, *known[int(rng.integers(len(known)))], endings)
            path = folder / f"f{number}{last}"
            path.write_bytes(content)
            sys.stderr.write(f"{number} {how} {last}\n")
            sys.stderr.flush()
            started = time.process_time()
            try:
                read_all(path)
                told["read"] += 1
            except DataError as error:
                told["refused"] += 1
                if "\n" in str(error) or "Traceback" in str(error):
                    wrong.append(f"{number} {how} {last}: {error}")
            except Exception:  # noqa: BLE001 - any other is what is looked for
                wrong.append(f"{number} {how} {last}: {traceback.format_exc()[-700:]}")
            longest = max(longest, time.process_time() - started)
            path.unlink()
    # Not getrusage's: on Linux that is inherited from whoever started this process.
    peak = peak_rss_mb()
    answer = {"told": told, "wrong": wrong, "longest": longest, "peak_mb": peak, "before_mb": before}
    sys.stdout.write("\nFUZZ " + json.dumps(answer) + "\n")


main()

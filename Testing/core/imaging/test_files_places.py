"""A mask lies over its image for every reader: nibabel, SimpleITK and Slicer's own, each asked about both.

Random volumes (formats, types, directions, spacings, codes, units) are segmented by a stand-in engine; for each reader
the corners of the mask's grid are compared with those of the image's, in voxels.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from auxol_core.imaging import files
from auxol_core.replay.batch import BatchOptions, Source, segment_all
from auxol_core.replay.batch_prompts import PlacedPrompt
from auxol_core.types import Box, Prompt

sys.path.insert(0, str(Path(__file__).parents[1] / "replay"))
from replay_fakes import FakeEngine

HERE = Path(__file__).parent
MOST_APART = 0.01
VOXEL = (2, 11, 5)
TYPES = (np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64)
SPACES = ("left-posterior-superior", "right-anterior-superior", "left-anterior-superior", "LPS", "RAS")
Affine = np.ndarray


def random_affine(rng: np.random.Generator, *, shear: bool = False) -> Affine:
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    if rng.random() < 0.4:
        turn = np.eye(3)[rng.permutation(3)] * rng.choice([-1, 1], 3)
    affine = np.eye(4)
    affine[:3, :3] = turn * np.exp(rng.uniform(np.log(0.1), np.log(8), 3))
    if shear:
        affine[0, 1] += 0.3 * np.abs(affine[:3, :3]).max()
    affine[:3, 3] = rng.uniform(-300, 300, 3)
    return affine


def random_nifti(path: Path, voxels: np.ndarray, rng: np.random.Generator) -> str:
    kind = nib.Nifti2Image if rng.random() < 0.3 else nib.Nifti1Image
    header = kind.header_class(endianness=rng.choice(["<", ">"]))
    image = kind(voxels.T, None, header, dtype=voxels.dtype)
    q_code, s_code = int(rng.integers(0, 5)), int(rng.integers(0, 5))
    first = random_affine(rng)
    second = first if rng.random() < 0.3 else random_affine(rng, shear=rng.random() < 0.3)
    image.header.set_zooms(np.linalg.norm(first[:3, :3], axis=0))
    if q_code:
        image.set_qform(first, q_code, update_affine=False)
    if s_code:
        image.set_sform(second, s_code, update_affine=False)
    image.header.set_xyzt_units(str(rng.choice(["mm", "micron", "meter", "unknown"])))
    nib.save(image, path)
    return f"sform {s_code > 0}, qform {q_code > 0}, {'alike' if first is second else 'unlike'}"


def random_nrrd(path: Path, voxels: np.ndarray, rng: np.random.Generator) -> str:
    affine = random_affine(rng, shear=rng.random() < 0.2)
    vectors = ["(" + ",".join(repr(float(v)) for v in affine[:3, column]) + ")" for column in range(4)]
    names = {"u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "f4": "float", "f8": "double"}
    lines = ["NRRD0005", f"type: {names[voxels.dtype.str[1:]]}", "dimension: 3", f"space: {rng.choice(SPACES)}"]
    lines += ["sizes: " + " ".join(map(str, voxels.shape[::-1])), "space directions: " + " ".join(vectors[:3])]
    lines += ["kinds: domain domain domain", "endian: little", "encoding: raw", f"space origin: {vectors[3]}"]
    framed = rng.random() < 0.5
    lines += ["measurement frame: (0,1,0) (1,0,0) (0,0,-1)"] if framed else []
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + voxels.tobytes())
    return lines[3] + (", measurement frame" if framed else "")


def random_meta_image(path: Path, voxels: np.ndarray, rng: np.random.Generator) -> str:
    affine = random_affine(rng)
    steps = np.linalg.norm(affine[:3, :3], axis=0)
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(steps.tolist())
    image.SetDirection((affine[:3, :3] / steps).ravel().tolist())
    image.SetOrigin(affine[:3, 3].tolist())
    sitk.WriteImage(image, str(path))
    return "MetaImage"


def random_volume(folder: Path, number: int, rng: np.random.Generator) -> tuple[Path, str]:
    shape = tuple(int(n) for n in rng.integers(16, 22, 3))
    voxels = rng.integers(0, 100, shape).astype(TYPES[int(rng.integers(len(TYPES)))])
    last = str(rng.choice([".nii", ".nii.gz", ".nii.gz", ".nrrd", ".mha", ".mhd"]))
    path = folder / f"v{number}{last}"
    make = {".nrrd": random_nrrd, ".mha": random_meta_image, ".mhd": random_meta_image}.get(last, random_nifti)
    return path, f"{last.removeprefix('.')}: {make(path, voxels, rng)}"


def segmented(sources: list[Path], out: Path, task: Path) -> dict[Path, Path]:
    """Source -> mask, as the batch command writes them, the stand-in engine filling a box."""
    given = [Source(files.stem(path), path, True) for path in sources]
    box = {source.name: [PlacedPrompt(5, Prompt(Box(3, 4, 9, 12)))] for source in given}
    lines = [line for line, _ in segment_all(given, box, FakeEngine(), task, out, BatchOptions())]
    assert [line.status for line in lines] == ["done"] * len(given)
    return {path: out / line.output for path, line in zip(sources, lines, strict=True)}


def by_nibabel(paths: list[Path]) -> list[Affine | None]:
    return [nib.load(path).affine if ".nii" in path.name else None for path in paths]


def by_simpleitk(paths: list[Path]) -> list[Affine | None]:
    def one(path: Path) -> Affine | None:
        try:
            image = sitk.ReadImage(str(path))
        except RuntimeError:
            return None
        affine = np.eye(4)
        affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
        affine[:3, 3] = image.GetOrigin()
        return affine

    return [one(path) for path in paths]


def one_voxel(folder: Path, source: Path, shape: tuple[int, int, int]) -> Path:
    """A segmentation of Slicer that holds VOXEL alone."""
    mask = np.zeros(shape, bool)
    mask[VOXEL] = True
    return files.write_result(folder / files.stem(source), mask, source, "seg.nrrd")


def by_slicer(paths: list[Path]) -> list[Affine | None]:
    return [None if answer is None else np.reshape(answer, (4, 4)) for answer in asked_slicer(paths)]


def asked_slicer(paths: list[Path]) -> list[Any]:
    names = "".join(f"{path}\n" for path in paths)
    done = subprocess.run(  # a process of its own: two ITKs
        [sys.executable, str(HERE / "slicer_places.py")], input=names, capture_output=True, text=True, check=True
    )
    answers: list[Any] = json.loads(done.stdout.split("\nPLACES ")[1])
    return answers


def apart(image: Affine | None, mask: Affine | None, shape: tuple[int, ...]) -> float | None:
    """The furthest that a corner of the mask lies from the image's, in voxels; None where neither can be read."""
    if image is None or mask is None:
        assert image is None and mask is None, "one of the two can be read, the other not"
        return None
    corners = np.array([[*c, 1] for c in product(*((0, n - 1) for n in reversed(shape)))]).T
    return float(np.abs((np.linalg.inv(image) @ mask @ corners - corners)[:3]).max())


def check_places(folder: Path, count: int, seed: int) -> str:
    """Write, segment and compare ``count`` volumes; what was compared, in words."""
    rng = np.random.default_rng(seed)
    (folder / "in").mkdir()
    (folder / "t.auxol").write_bytes(b"a task")
    made = [random_volume(folder / "in", number, rng) for number in range(count)]
    sources = [path for path, _ in made]
    masks = segmented(sources, folder / "out", folder / "t.auxol")
    pairs = [(path, masks[path]) for path in sources]
    shapes = {path: files.volume_geometry(path).shape for path in sources}
    segments = [one_voxel(folder / "seg", path, shapes[path]) for path in sources]
    readers = {"nibabel": by_nibabel, "SimpleITK": by_simpleitk}
    if importlib.util.find_spec("slicer_core"):
        readers["Slicer"] = by_slicer
    told: Counter[str] = Counter()
    for name, reader in readers.items():
        images, laid = reader([a for a, _ in pairs]), reader([b for _, b in pairs])
        for (source, what), image, mask in zip(made, images, laid, strict=True):
            distance = apart(image, mask, shapes[source])
            assert distance is None or distance <= MOST_APART, f"{name}, {what}: {distance} voxels apart"
            told[name] += distance is not None
        if name == "Slicer":
            for (_, what), image, place in zip(made, images, asked_slicer(segments), strict=True):
                if image is not None:
                    distance = np.abs(np.linalg.inv(image) @ [*place, 1] - [*VOXEL[::-1], 1]).max()
                    assert distance <= MOST_APART, f"seg.nrrd, {what}: {distance} voxels apart"
                    told["Slicer, as seg.nrrd"] += 1
    for source, mask in pairs:
        voxels = files.read_volume_labels(mask, source)
        assert np.count_nonzero(voxels) == np.count_nonzero(voxels[5, 3:9, 4:12]) == 48
    kinds = Counter(what.split(":")[0] for _, what in made)
    return f"{count} volumes ({dict(kinds)}); pairs compared by {dict(told)}"


def test_a_mask_lies_over_its_image_for_every_reader(tmp_path, capsys):
    told = check_places(tmp_path, 24, seed=3)
    with capsys.disabled():
        sys.stdout.write(f"\nplaces of masks: {told}\n")


@pytest.mark.slow
def test_many_masks_lie_over_their_images_for_every_reader(tmp_path, capsys):
    told = check_places(tmp_path, 600, seed=4)
    with capsys.disabled():
        sys.stdout.write(f"\nplaces of masks: {told}\n")

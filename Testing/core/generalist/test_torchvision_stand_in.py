"""segment_anything imports with a working torchvision, with a broken one and without any."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from auxol_core.errors import CheckpointError
from auxol_core.generalist.torchvision_stand_in import import_segment_anything, torchvision_imports

WORKING = {
    "__init__.py": "",
    "ops/__init__.py": "",
    "ops/boxes.py": "def batched_nms(): return 'real'\ndef box_area(): return 'real'\n",
    "transforms/__init__.py": "",
    "transforms/functional.py": "def resize(): return 'real'\ndef to_pil_image(): return 'real'\n",
}
BROKEN = {
    "__init__.py": "import torchvision._operators\nraise RuntimeError('operator torchvision::nms does not exist')\n",
    "_operators.py": "",
}


def of_package(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def loaded(package: str) -> set[str]:
    return {name for name in sys.modules if of_package(name, package)}


@pytest.fixture
def fresh() -> Iterator[None]:
    """As if neither package had been imported; afterwards the modules are again those that other tests hold."""
    kept = {name: module for name, module in sys.modules.items() if of_package(name, "segment_anything")}
    kept |= {name: module for name, module in sys.modules.items() if of_package(name, "torchvision")}
    for name in kept:
        del sys.modules[name]
    yield
    for name in loaded("segment_anything") | loaded("torchvision"):
        del sys.modules[name]
    sys.modules.update(kept)


@pytest.fixture
def without_torchvision(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    """None in sys.modules makes Python's import raise ModuleNotFoundError."""
    monkeypatch.setitem(sys.modules, "torchvision", None)


@pytest.fixture
def stood_in(without_torchvision: None) -> ModuleType:
    return import_segment_anything()


def put_torchvision(folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in files.items():
        path = folder / "torchvision" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.syspath_prepend(folder)


@pytest.mark.usefixtures("fresh")
def test_a_torchvision_that_imports_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_torchvision(tmp_path, WORKING, monkeypatch)
    sam = import_segment_anything()
    assert sam.utils.transforms.resize() == "real"
    assert sam.automatic_mask_generator.batched_nms() == "real"
    assert "torchvision.ops.boxes" in sys.modules


@pytest.mark.usefixtures("fresh")
def test_a_torchvision_without_its_operators_is_stood_in_for_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_torchvision(tmp_path, BROKEN, monkeypatch)
    sam = import_segment_anything()
    assert "vit_b" in sam.sam_model_registry
    assert loaded("torchvision") == set()


def test_a_missing_torchvision_is_stood_in_for_and_is_missing_again_afterwards(stood_in: ModuleType) -> None:
    assert "vit_b" in stood_in.sam_model_registry
    assert loaded("torchvision") == {"torchvision"}
    assert not torchvision_imports()


@pytest.mark.usefixtures("without_torchvision")
def test_the_stand_in_goes_also_when_the_import_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segment_anything.build_sam", None)
    with pytest.raises(ImportError):
        import_segment_anything()
    assert loaded("torchvision") == {"torchvision"}


@pytest.mark.usefixtures("without_torchvision")
def test_a_second_import_gives_the_same_module() -> None:
    assert import_segment_anything() is import_segment_anything()


@pytest.mark.usefixtures("without_torchvision")
def test_what_a_failed_import_of_somebody_else_left_is_imported_anew() -> None:
    with pytest.raises(ImportError):
        importlib.import_module("segment_anything")
    assert "segment_anything.modeling" in sys.modules and "segment_anything" not in sys.modules
    sam = import_segment_anything()
    assert sam.modeling.Sam is not None and "vit_b" in sam.sam_model_registry
    assert import_segment_anything() is sam


@pytest.mark.usefixtures("without_torchvision")
def test_without_segment_anything_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    with pytest.raises(CheckpointError, match="Install it with pip, or choose the built-in generalist"):
        import_segment_anything()


@pytest.mark.parametrize("size", [(40, 64), (200, 320), (90, 100)])
def test_images_are_resized_as_pillow_does_it(stood_in: ModuleType, size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (90, 144, 3), dtype=np.uint8)
    transforms = stood_in.utils.transforms
    ours = transforms.resize(transforms.to_pil_image(image), size)
    pillows = np.asarray(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.BILINEAR))
    assert ours.dtype == np.uint8
    assert ours.shape == (*size, 3)
    assert np.abs(ours.astype(int) - pillows.astype(int)).max() <= 1


def test_sams_own_preprocessing_runs_on_the_stand_in(stood_in: ModuleType) -> None:
    image = np.full((30, 60, 3), 7, dtype=np.uint8)
    resized = stood_in.utils.transforms.ResizeLongestSide(128).apply_image(image)
    assert resized.shape == (64, 128, 3)
    assert (resized == 7).all()


def test_an_image_the_stand_in_does_not_know_is_refused(stood_in: ModuleType) -> None:
    with pytest.raises(TypeError, match=r"\(rows, columns, 3\) uint8 is needed here, got \(4, 4\) float64"):
        stood_in.utils.transforms.to_pil_image(np.zeros((4, 4)))


@pytest.mark.parametrize("name", ["batched_nms", "box_area"])
def test_box_operators_say_what_to_do_instead(stood_in: ModuleType, name: str) -> None:
    with pytest.raises(NotImplementedError, match=f"{name} is torchvision's.*Prompt SAM with a box or points"):
        getattr(stood_in.automatic_mask_generator, name)(1, 2, iou_threshold=0.5)

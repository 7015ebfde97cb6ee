"""Embeddings on disk: the same bits back, bounded, private, and never an error of the caller's."""

from __future__ import annotations

import errno
import hashlib
import logging
import multiprocessing
import os
import stat
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from test_sam import picture, tiny_sam
from tiny_network import tiny_generalist

from auxol_core.engine.slices import SliceStore
from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Embedding, encoded
from auxol_core.generalist.disk_cache import DiskCache, StoredEmbeddings, default_folder
from auxol_core.generalist.sam import SamGeneralist
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.options import Precision
from auxol_core.steps import finish
from auxol_core.types import Box, FloatArray, IntensityWindow, Prompt, SliceImage

ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([7], dtype=np.int64)}
KILOBYTE = {"a": np.zeros(1024, dtype=np.uint8)}
BOX = Prompt(box=Box(20, 10, 60, 90))


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "embeddings")


def files(cache: DiskCache) -> list[Path]:
    return sorted(cache.folder.iterdir()) if cache.folder.exists() else []


def assert_same(found: dict[str, NDArray[Any]] | None, expected: dict[str, NDArray[Any]]) -> None:
    assert found is not None
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_what_was_written_comes_back_also_to_another_process_and_only_by_its_own_key(cache: DiskCache) -> None:
    assert cache.read("slice 1") is None
    cache.write("slice 1", ARRAYS)
    assert_same(DiskCache(cache.folder).read("slice 1"), ARRAYS)
    assert cache.read("slice 2") is None


def test_nothing_is_made_on_disk_before_something_is_written(cache: DiskCache) -> None:
    cache.read("slice 1")
    assert cache.info().embeddings == 0
    assert not cache.folder.exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign", "of another key", "not arrays"])
def test_a_damaged_or_foreign_file_counts_as_absent_and_is_removed(cache: DiskCache, damage: str) -> None:
    cache.write("slice 1", ARRAYS)
    (path,) = files(cache)
    data = path.read_bytes()
    cache.write("slice 2", ARRAYS)
    (other,) = [each for each in files(cache) if each != path]
    payload = b"\xff" * 40
    magic = data[: data.index(b"\n") + 1]
    path.write_bytes(
        {
            "cut": data[:-1],
            "flipped": data[:-1] + bytes([data[-1] ^ 1]),
            "empty": b"",
            "foreign": b"\x80\x04cbuiltins\nprint\n",
            "of another key": other.read_bytes(),
            "not arrays": magic + hashlib.sha256(b"7 slice 1" + payload).digest() + payload,
        }[damage]
    )
    assert cache.read("slice 1") is None
    assert not path.exists()
    assert_same(cache.read("slice 2"), ARRAYS)
    cache.write("slice 1", ARRAYS)
    assert_same(cache.read("slice 1"), ARRAYS)


def test_it_stays_within_its_bound_and_what_was_not_read_for_longest_goes_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "embeddings", max_bytes=4000)
    for number, key in enumerate(("first", "second", "third")):
        before = set(files(cache))
        cache.write(key, KILOBYTE)
        (path,) = set(files(cache)) - before
        os.utime(path, (0, 1000 + number))
    cache.read("first")
    cache.write("fourth", KILOBYTE)
    assert [cache.read(key) is not None for key in ("first", "second", "third", "fourth")] == [True, False, True, True]
    assert cache.info().nbytes <= 4000


def test_what_alone_exceeds_the_bound_is_not_kept_and_drives_nothing_out(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "embeddings", max_bytes=2000)
    cache.write("small", KILOBYTE)
    cache.write("large", {"a": np.zeros(3000, dtype=np.uint8)})
    assert cache.read("large") is None
    assert_same(cache.read("small"), KILOBYTE)


def test_a_negative_bound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="0 or more"):
        DiskCache(tmp_path, max_bytes=-1)


@pytest.mark.skipif(os.name != "posix", reason="the profile's own rights protect it elsewhere")
def test_the_folder_is_the_users_alone_also_if_it_was_open_before(cache: DiskCache) -> None:
    cache.folder.mkdir(mode=0o755)
    cache.folder.chmod(0o755)
    cache.write("slice 1", ARRAYS)
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in files(cache)] == [0]


@pytest.mark.skipif(os.name != "posix", reason="owners are numbers on POSIX only")
def test_a_folder_of_somebody_elses_is_not_used(
    cache: DiskCache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write("slice 1", ARRAYS)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert cache.read("slice 1") is None
    cache.write("slice 2", ARRAYS)
    assert len(files(cache)) == 1
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_disk_or_a_read_only_folder_switches_it_off_with_one_line(
    cache: DiskCache, number: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("auxol_core.generalist.disk_cache.write_whole", refuse)
    cache.write("slice 1", ARRAYS)
    cache.write("slice 2", ARRAYS)
    assert cache.read("slice 1") is None
    (record,) = caplog.records
    assert os.strerror(number) in record.getMessage()
    assert str(cache.folder) in record.getMessage()


def test_a_file_in_the_folders_place_switches_it_off(cache: DiskCache, caplog: pytest.LogCaptureFixture) -> None:
    cache.folder.write_text("a file")
    cache.write("slice 1", ARRAYS)
    cache.write("slice 2", ARRAYS)
    assert len(caplog.records) == 1
    assert (cache.info().embeddings, cache.clear()) == (0, 0)
    assert cache.folder.read_text() == "a file"


def test_clear_removes_its_own_files_and_no_others(cache: DiskCache) -> None:
    cache.write("slice 1", ARRAYS)
    cache.write("slice 2", ARRAYS)
    (cache.folder / ".0123456789abcdef.partial").write_bytes(b"of a process that died")
    (cache.folder / "thesis.txt").write_text("mine")
    assert cache.clear() == 2
    assert [path.name for path in files(cache)] == ["thesis.txt"]
    (cache.folder / "thesis.txt").unlink()
    cache.clear()
    assert not cache.folder.exists()


def test_what_a_dead_process_left_unfinished_is_removed_and_what_a_living_one_writes_is_not(cache: DiskCache) -> None:
    cache.folder.mkdir()
    old, new = cache.folder / ".0123456789abcdef.partial", cache.folder / ".fedcba9876543210.partial"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, time.time() - 7200))
    cache.write("slice 1", ARRAYS)
    assert not old.exists()
    assert new.exists()


def _hammer(folder: Path, seed: int) -> None:
    switched_off = logging.Handler(logging.WARNING)
    switched_off.emit = lambda _: os._exit(4)  # type: ignore[method-assign]
    logging.getLogger("auxol_core").addHandler(switched_off)
    rng = np.random.default_rng(seed)
    cache = DiskCache(folder, max_bytes=12_000)
    for _ in range(100):
        key = int(rng.integers(6))
        found = cache.read(f"slice {key}")
        if found is None:
            cache.write(f"slice {key}", {"a": np.full(3000, key, dtype=np.uint8)})
        elif set(found["a"].tolist()) != {key}:
            os._exit(3)
        if rng.random() < 0.02:
            cache.clear()
    os._exit(0)


@pytest.mark.skipif(os.name != "posix", reason="forks, which is quick; the files behave the same elsewhere")
def test_processes_share_a_folder_without_a_wrong_answer_or_an_error(cache: DiskCache) -> None:
    context = multiprocessing.get_context("forkserver")
    processes = [context.Process(target=_hammer, args=(cache.folder, seed)) for seed in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert cache.info().nbytes <= 2 * 12_000


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AUXOL_CACHE_DIR", str(tmp_path))
    assert default_folder() == tmp_path / "embeddings"
    monkeypatch.delenv("AUXOL_CACHE_DIR")
    assert (default_folder().parent.name, default_folder().name) == ("auxol", "embeddings")


# With a generalist


class CountingSam(SamGeneralist):
    """A tiny SAM that counts how often its encoder ran."""

    def __init__(self, weights_hash: str = "00", precision: Precision = "float32") -> None:
        super().__init__(tiny_sam(import_segment_anything()), "tiny", weights_hash, "sam", precision=precision)
        self.encodings = 0

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        self.encodings += 1
        return super().encode(image)


@pytest.fixture(scope="module")
def sam() -> CountingSam:
    return CountingSam()


def store_of(sam: SamGeneralist, cache: DiskCache, precision: str = "float32") -> SliceStore:
    stored = StoredEmbeddings(cache, sam, precision)
    return SliceStore(sam, slice_bytes=2**24, embedding_bytes=2**24, stored=stored)


IMAGE = SliceImage((picture(96, 128) * 255).astype(np.uint8))
WINDOW = IntensityWindow(0.0, 255.0)


def test_a_restarted_engine_does_not_encode_again_and_answers_to_half_precision(
    sam: CountingSam, cache: DiskCache
) -> None:
    sam.encodings = 0
    answers = []
    for _ in range(2):
        slices = store_of(sam, cache)
        embedding = finish(slices.embedding(slices.put(IMAGE), WINDOW))
        assert (embedding.shape, embedding.nbytes) == ((96, 128), 32 * 8 * 8 * 4)
        answers.append(sam.decode(embedding, BOX))
    assert sam.encodings == 1
    assert np.ptp(answers[0].logits) > 0.1
    assert np.abs(answers[0].logits - answers[1].logits).max() < 5e-3 * np.ptp(answers[0].logits)
    assert answers[0].quality == pytest.approx(answers[1].quality, abs=1e-3)


def test_an_embedding_takes_half_its_size_on_disk_and_each_number_keeps_its_first_digits(
    sam: CountingSam, cache: DiskCache
) -> None:
    slices = store_of(sam, cache)
    embedding = finish(slices.embedding(slices.put(IMAGE), WINDOW))
    assert embedding.nbytes / 2 <= cache.info().nbytes < embedding.nbytes / 2 + 500
    slices = store_of(sam, cache)
    read = finish(slices.embedding(slices.put(IMAGE), WINDOW))
    before, after = sam.features(embedding).numpy(), sam.features(read).numpy()
    assert after.dtype == np.float32
    np.testing.assert_allclose(after, before, rtol=1 / 2048, atol=1e-7)


@pytest.mark.parametrize("value", [7e4, np.inf, np.nan])
def test_numbers_that_half_precision_cannot_hold_are_written_whole(
    sam: CountingSam, cache: DiskCache, value: float
) -> None:
    class Large(CountingSam):
        def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
            features = super().pack(embedding)["features"].copy()
            features[0, 0, 0, 0] = value
            return {"features": features}

    large = Large()
    stored = StoredEmbeddings(cache, large, "float32")
    slices = store_of(large, cache)
    stored.put("key", finish(slices.embedding(slices.put(IMAGE), WINDOW)))
    read = stored.get("key")
    assert read is not None
    np.testing.assert_equal(large.features(read).numpy()[0, 0, 0, 0], np.float32(value))


def test_another_window_precision_model_or_slice_is_another_embedding(sam: CountingSam, cache: DiskCache) -> None:
    other_sam = CountingSam("11")
    other_image = SliceImage(IMAGE.pixels[::-1])
    sam.encodings = 0
    for model, precision, image, window in (
        (sam, "float32", IMAGE, WINDOW),
        (sam, "float32", IMAGE, IntensityWindow(0.0, 254.0)),
        (sam, "bfloat16", IMAGE, WINDOW),
        (sam, "float32", other_image, WINDOW),
        (other_sam, "float32", IMAGE, WINDOW),
    ):
        slices = store_of(model, cache, precision)
        finish(slices.embedding(slices.put(image), window))
    assert (sam.encodings, other_sam.encodings, cache.info().embeddings) == (4, 1, 5)


def test_memory_is_asked_before_the_disk(sam: CountingSam, cache: DiskCache) -> None:
    slices = store_of(sam, cache)
    slice_id = slices.put(IMAGE)
    first = finish(slices.embedding(slice_id, WINDOW))
    cache.clear()
    assert finish(slices.embedding(slice_id, WINDOW)) is first


@pytest.mark.parametrize("arrays", [{}, {"features": np.zeros((1, 2), dtype=np.float32)}], ids=["none", "small"])
def test_arrays_that_are_not_the_models_are_made_anew(
    sam: CountingSam, cache: DiskCache, arrays: dict[str, NDArray[Any]]
) -> None:
    slices = store_of(sam, cache)
    slice_id = slices.put(IMAGE)
    cache.write(f"{slice_id} 0.0 255.0 00 float32", {"slice_shape": np.array([96, 128]), **arrays})
    cache_hit = cache.read(f"{slice_id} 0.0 255.0 00 float32")
    assert cache_hit is not None, "the key is written otherwise now: write it so in this test"
    sam.encodings = 0
    finish(slices.embedding(slice_id, WINDOW))
    assert sam.encodings == 1
    with pytest.raises(InvalidInputError, match="Encode the slice anew"):
        sam.unpack(arrays, (96, 128))


def test_the_built_in_generalist_packs_what_it_unpacks_and_stores_nothing(cache: DiskCache) -> None:
    builtin = tiny_generalist()
    embedding = encoded(builtin, picture(40, 50))
    again = builtin.unpack(builtin.pack(embedding), (40, 50))
    box = Prompt(box=Box(5, 5, 30, 40))
    assert builtin.decode(again, box).logits.tobytes() == builtin.decode(embedding, box).logits.tobytes()
    assert again.nbytes == embedding.nbytes
    with pytest.raises(InvalidInputError, match="Encode the slice anew"):
        builtin.unpack({}, (40, 50))
    stored = StoredEmbeddings(cache, builtin, "float32")
    stored.put("slice 1", embedding)
    assert stored.get("slice 1") is None
    assert not cache.folder.exists()

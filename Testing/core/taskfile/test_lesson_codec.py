from __future__ import annotations

import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError, TaskFileCorruptError
from auxol_core.taskfile.lesson_codec import DTYPES, decode, digest, encode

ANY_ARRAY = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda dtype: hnp.arrays(np.dtype(dtype), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
)
NAMES = st.one_of(
    st.sampled_from(["image", "image_2", "truth", "größe 肝", "a.b/c"]), st.text("aä肝 ./", min_size=1, max_size=5)
)


@settings(max_examples=30)
@given(st.dictionaries(NAMES, ANY_ARRAY, max_size=4))
def test_arrays_come_back_bit_for_bit(arrays: dict[str, NDArray[Any]]) -> None:
    back = decode(encode(arrays))
    assert sorted(back) == sorted(arrays)
    for name, array in arrays.items():
        assert (back[name].dtype, back[name].shape) == (array.dtype, array.shape)
        assert back[name].tobytes() == array.tobytes()
        assert back[name].flags.writeable


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 2, 3, 4, 5]))))
def test_an_image_of_any_number_of_channels_loses_nothing(image: NDArray[np.uint8]) -> None:
    assert np.array_equal(decode(encode({"image": image}))["image"], image)
    assert np.array_equal(decode(encode({"image": image[:, :, 0]}))["image"], image[:, :, 0])


def test_the_bytes_depend_on_the_arrays_alone() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    mask = values > 5
    one = encode({"b": values, "a": mask})
    assert encode({"a": np.asfortranarray(mask), "b": values.T.copy().T}) == one
    assert encode({"a": mask, "b": values.astype(">f4")}) == one
    assert digest({"a": mask, "b": values}) != digest({"a": mask, "b": values + 1})
    assert digest({"a": mask, "b": values}) != digest({"a": mask, "b": values.reshape(4, 3)})


def test_images_and_masks_take_little_room() -> None:
    smooth = np.add.outer(np.arange(128), np.arange(128)).astype(np.uint8)
    assert len(encode({"image": smooth})) < smooth.size / 4
    assert len(encode({"truth": smooth > 9})) < smooth.size / 7


@pytest.mark.parametrize(
    "array", [np.array([object()]), np.array(["text"]), np.array([1j]), np.zeros(2, "M8[s]"), np.zeros(2, "i4,f4")]
)
def test_what_is_no_plain_number_is_refused(array: NDArray[Any]) -> None:
    with pytest.raises(InvalidInputError, match="Convert it"):
        encode({"a": array})


@pytest.mark.parametrize("name", ["", "x" * 201, "__metadata__"])
def test_a_name_that_cannot_be_stored_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        encode({name: np.zeros(1)})


def test_more_than_the_limit_is_refused_both_ways() -> None:
    data = encode({"a": np.zeros(100)})
    with pytest.raises(InvalidInputError, match="800"):
        encode({"a": np.zeros(100)}, max_bytes=799)
    with pytest.raises(TaskFileCorruptError, match="799"):
        decode(data, max_bytes=799)


@given(st.binary(max_size=64))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(TaskFileCorruptError):
        decode(data)


@given(st.data())
def test_damaged_bytes_are_refused_or_still_decode_to_arrays(data: st.DataObject) -> None:
    whole = encode({"image": np.arange(48, dtype=np.uint8).reshape(4, 4, 3), "m": np.eye(3) > 0, "w": np.ones(3)})
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = damaged[: data.draw(st.integers(0, len(whole)))]
    try:
        back = decode(bytes(damaged))
    except TaskFileCorruptError:
        return
    assert all(array.nbytes < 10_000 for array in back.values())


def _container(table: object, **arrays: NDArray[Any]) -> bytes:
    return safetensors.numpy.save(arrays, {"auxol": json.dumps(table)})


def _png(rows: int, columns: int) -> NDArray[np.uint8]:
    """A PNG that claims a size and holds nothing."""
    body = b"IHDR" + struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return np.frombuffer(data, dtype=np.uint8).copy()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_container([["a", "raw", "float64", [2]]], a=np.zeros(3)), id="another shape"),
        pytest.param(_container([["a", "raw", "float32", [3]]], a=np.zeros(3)), id="another dtype"),
        pytest.param(_container([["a", "pickle", "float64", [3]]], a=np.zeros(3)), id="an unknown coding"),
        pytest.param(_container([["a", "raw", "object", [3]]], a=np.zeros(3)), id="an unknown dtype"),
        pytest.param(_container([["a", "bits", "bool", [2**60]]], a=np.zeros(1, np.uint8)), id="a huge mask"),
        pytest.param(_container([["a", "bits", "bool", [-8]]], a=np.zeros(1, np.uint8)), id="a negative size"),
        pytest.param(_container([["a", "bits", "bool", [9]]], a=np.zeros(1, np.uint8)), id="too few bits"),
        pytest.param(_container([["a", "raw", "float64", [3]]], a=np.zeros(3), b=np.zeros(1)), id="one too many"),
        pytest.param(_container([], a=np.zeros(3)), id="an empty table"),
        pytest.param(_container(7, a=np.zeros(3)), id="no table"),
        pytest.param(_container([["a", "png", "uint8", [9, 9]]], a=np.zeros(99, np.uint8)), id="no picture"),
        pytest.param(_container([["a", "png", "uint8", [9, 9]]], a=_png(30_000, 30_000)), id="a huge picture"),
        pytest.param(_container([["a", "png", "uint8", [9, 9]]], a=_png(9, 9)), id="a picture without pixels"),
        pytest.param(safetensors.numpy.save({"a": np.zeros(3)}), id="a container without a table"),
        pytest.param(struct.pack("<Q", 2**60) + b"{}", id="a header longer than the data"),
    ],
)
def test_a_container_that_was_made_to_mislead_is_refused(data: bytes) -> None:
    with pytest.raises(TaskFileCorruptError, match="Restore a copy"):
        decode(data)

"""float32 or bfloat16: measured once, remembered where it can be, and said why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.machine import precision
from auxol_core.machine.precision import choose_precision


class Stopwatch:
    """Stands in for the measurement: gives ``ratio`` and counts how often it was asked."""

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        return self.ratio


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    watch = Stopwatch(0.5)
    monkeypatch.setattr(precision, "_measure", watch)
    return watch


def test_a_real_measurement_is_remembered_in_the_file_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "new folder" / "precision.json"
    first = choose_precision(1, cache)
    (ratio,) = json.loads(cache.read_text()).values()
    assert first.precision == ("bfloat16" if ratio < 0.8 else "float32")
    assert f"{ratio:.2f}" in first.reason
    monkeypatch.setattr(precision, "_measure", Stopwatch(99.0))
    assert choose_precision(1, cache) == first


@pytest.mark.parametrize(
    ("ratio", "chosen"),
    [(0.45, "bfloat16"), (0.79, "bfloat16"), (0.8, "float32"), (6.0, "float32")],
)
def test_bfloat16_has_to_win_clearly(tmp_path: Path, stopwatch: Stopwatch, ratio: float, chosen: str) -> None:
    stopwatch.ratio = ratio
    choice = choose_precision(2, tmp_path / "p.json")
    assert choice.precision == chosen and f"{ratio:.2f}" in choice.reason


def test_it_is_measured_once_for_each_number_of_threads(tmp_path: Path, stopwatch: Stopwatch) -> None:
    cache = tmp_path / "p.json"
    assert [choose_precision(n, cache).precision for n in (1, 1, 2, 1, 2)] == ["bfloat16"] * 5
    assert stopwatch.asked == 2


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[1]", b'{"a": "b"}', b'{"a": null}', b"\xff\xfe\x00"])
def test_a_damaged_file_is_measured_again_and_mended(tmp_path: Path, stopwatch: Stopwatch, content: bytes) -> None:
    cache = tmp_path / "p.json"
    cache.write_bytes(content)
    assert choose_precision(1, cache).precision == "bfloat16"
    choose_precision(1, cache)
    assert stopwatch.asked == 1 and list(json.loads(cache.read_text()).values()) == [0.5]


def test_where_nothing_can_be_written_the_choice_is_made_all_the_same(tmp_path: Path, stopwatch: Stopwatch) -> None:
    (tmp_path / "file").write_text("no folder")
    assert choose_precision(1, tmp_path / "file" / "p.json").precision == "bfloat16"
    folder = tmp_path / "taken.json"
    folder.mkdir()
    assert choose_precision(1, folder).precision == "bfloat16"
    assert stopwatch.asked == 2 and folder.is_dir()


def test_without_a_file_it_is_remembered_in_the_user_s_cache(own_user_folders: Path, stopwatch: Stopwatch) -> None:
    choose_precision(901, None)
    choose_precision(901, None)
    assert stopwatch.asked == 1
    assert list(own_user_folders.rglob("precision.json")) != []

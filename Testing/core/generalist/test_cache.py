"""The embedding cache: least recently used first out, bounded in bytes."""

from __future__ import annotations

import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Embedding
from auxol_core.generalist.cache import EmbeddingCache


def embedding(nbytes: int) -> Embedding:
    return Embedding((2, 2), nbytes, None)


def test_what_was_put_comes_back() -> None:
    cache = EmbeddingCache(100)
    kept = embedding(10)
    cache.put("a", kept)
    assert cache.get("a") is kept
    assert cache.get("b") is None


def test_the_one_not_used_for_longest_goes_first() -> None:
    cache = EmbeddingCache(100)
    for key in ("a", "b"):
        cache.put(key, embedding(40))
    cache.get("a")
    cache.put("c", embedding(40))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    assert cache.get("c") is not None


def test_bytes_are_counted_and_bounded() -> None:
    cache = EmbeddingCache(100)
    for key in ("a", "b", "c"):
        cache.put(key, embedding(60))
    assert (cache.nbytes, len(cache)) == (60, 1)
    cache.put("d", embedding(40))
    assert (cache.nbytes, len(cache)) == (100, 2)


def test_a_key_put_again_is_counted_once() -> None:
    cache = EmbeddingCache(100)
    cache.put("a", embedding(60))
    cache.put("a", embedding(30))
    assert cache.nbytes == 30


def test_an_embedding_larger_than_the_cache_is_not_kept_and_drops_nothing_else() -> None:
    cache = EmbeddingCache(100)
    cache.put("a", embedding(60))
    cache.put("b", embedding(101))
    assert cache.get("b") is None
    assert cache.get("a") is not None


def test_an_embedding_that_became_too_large_takes_its_older_self_along() -> None:
    cache = EmbeddingCache(100)
    cache.put("a", embedding(60))
    cache.put("a", embedding(101))
    assert cache.get("a") is None


def test_a_cleared_cache_is_empty() -> None:
    cache = EmbeddingCache(100)
    cache.put("a", embedding(60))
    cache.clear()
    assert (cache.nbytes, cache.get("a")) == (0, None)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="0 or more bytes, got -1"):
        EmbeddingCache(-1)

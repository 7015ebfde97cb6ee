"""No input makes a 500 or a crash: requests drawn from the OpenAPI document (schemathesis), and messages gone wrong."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from hypothesis.extra import numpy as arrays
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from small_server import BareClient, SmallServer, picture, truth

from auxol_core import protocol

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
HONEST = (503, 507)


@schemathesis.serializer(protocol.MEDIA_TYPE)
def message_bytes(_: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else getattr(value, "data", repr(value).encode())


def answered_as_described(server: SmallServer, client: BareClient, examples: int) -> None:
    """``examples`` fitting and as many ill-fitting requests of each endpoint, half of them to a task that is open."""
    schema = schemathesis.openapi.from_dict(client("GET", "openapi.json").json())
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @given(operation.as_strategy(generation_mode=mode), st.booleans())
            @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
            def ask(case: Any, known: bool) -> None:
                if known and case.path_parameters and "task" in case.path_parameters:
                    case.path_parameters["task"] = "discs"
                response = case.call(base_url=server.url, headers=dict(client.session.headers), timeout=30)
                case.validate_response(response, checks=CHECKS)
                if response.status_code >= 400 and response.content:
                    assert set(response.json()) >= {"error", "message"}

            with suppress(Unsatisfiable):  # nothing of that endpoint can be ill-fitting
                ask()
        client("POST", "tasks", json={"name": "discs"})  # where it was deleted
        client("POST", "tasks", "discs", "open")


def test_requests_drawn_from_the_document_are_answered_as_it_says(server: SmallServer, client: BareClient) -> None:
    answered_as_described(server, client, examples=5)


@pytest.mark.slow  # 33 endpoints, hundreds of requests each
def test_many_requests_drawn_from_the_document_are_answered_as_it_says(
    server: SmallServer, client: BareClient
) -> None:
    answered_as_described(server, client, examples=300)


def assert_answered(answer: requests.Response, server: SmallServer) -> None:
    assert answer.status_code < 500 or answer.status_code in HONEST, answer.text
    if answer.status_code >= 400:
        assert set(answer.json()) >= {"error", "message"}
    assert server.household.worker._thread.is_alive()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([picture().slice_id, "0" * 64, "../../x", "discs", "\ud800", 1e308, [1, 1, 9, 9], [[5, 5, True]]])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FIELDS = st.dictionaries(
    st.sampled_from(["slice_id", "box", "points", "previous", "proposals", "slices", "seeds", "taken", "spacing_mm"]),
    VALUES,
    max_size=6,
)
SOUND = {"slice_id": picture().slice_id, "box": [18, 22, 42, 48]}
DTYPES = st.one_of(
    arrays.boolean_dtypes(), arrays.integer_dtypes(), arrays.unsigned_integer_dtypes(),
    arrays.floating_dtypes(sizes=(16, 32, 64)),
)  # fmt: skip
ARRAYS = st.dictionaries(
    st.sampled_from(["pixels", "mask", "prompt_mask", "seeds/0", "seeds/1", "x"]),
    st.just(truth()) | arrays.arrays(DTYPES, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6)),
    max_size=2,
)
PLACES = st.sampled_from(
    [
        ("PUT", "slices", picture().slice_id),
        ("POST", "tasks", "discs", "predict"),
        ("PUT", "tasks", "discs", "corrections", "one"),
        ("POST", "tasks", "discs", "propagate"),
        ("PUT", "tasks", "taken in", "file"),
    ]
)


@given(PLACES, FIELDS, st.booleans(), ARRAYS)
@settings(max_examples=150)
def test_messages_of_any_fields_and_arrays_are_answered(
    server: SmallServer, client: BareClient, place: Any, fields: Any, sound: bool, held: Any
) -> None:
    client.put(picture())
    message = protocol.Message({**fields, **(SOUND if sound else {})}, held)
    assert_answered(client.send(*place, message=message), server)


@given(PLACES, st.integers(0, 2**32), st.integers(1, 12))
@settings(max_examples=150)
def test_messages_with_changed_bytes_are_answered(
    server: SmallServer, client: BareClient, place: Any, seed: int, changes: int
) -> None:
    draw = random.Random(seed)
    client.put(picture())
    kinds = {"pixels": picture().pixels, "mask": truth(), "prompt_mask": np.ones((64, 64), np.float32)}
    name = draw.choice(sorted(kinds))
    data = bytearray(protocol.encode(protocol.Message(SOUND, {name: kinds[name]})))
    for _ in range(changes):
        data[draw.randrange(min(len(data), 400))] = draw.randrange(256)
    answer = client(*place, data=bytes(data[: draw.randrange(len(data))] if draw.random() < 0.2 else data))
    assert_answered(answer, server)


@given(PLACES, st.binary(max_size=300))
@settings(max_examples=60)
def test_random_bytes_are_answered(server: SmallServer, client: BareClient, place: Any, data: bytes) -> None:
    assert_answered(client(*place, data=data), server)

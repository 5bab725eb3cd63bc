"""Whatever is asked of any address, the back office answers below 500; what it refuses changes
nothing of what it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.events import KINDS
from app.domain.journal import Entry
from sync import describe, wire
from sync.endpoints import ENDPOINTS
from tests.sync.hall import SealedChain
from tests.sync.world import Answering, Nursery, free_port

_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
_ADMITS: dict[tuple[str, str], str] = {(one.method, one.path): one.admits for one in ENDPOINTS}
# Where something happens at a refusal on purpose: guesses are counted, faults remembered, contacts
# and connections seen.
_WATCHED = {
    "entries": "count(*), coalesce(sum(arrival), 0)",
    "cases": "count(*), coalesce(sum(changed), 0)",
    "bundles": "count(*)",
    "tickets": "count(*), sum(CASE WHEN device <> '' THEN 1 ELSE 0 END)",
    "number_blocks": "count(*), coalesce(sum(confirmed), 0)",
    "chains": "coalesce(sum(acknowledged), 0)",
    "devices": "count(*)",
    "blobs": "count(*)",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answering]:
    """One real process with a case, a line and a lease in it."""
    nursery = Nursery()
    try:
        with nursery.served(tmp_path_factory.mktemp("fuzz") / "data", free_port(), 6) as server:
            assert server.lease(numbers=True, tickets=2).ok
            yield server
    finally:
        nursery.close()


def held(server: Answering) -> dict[str, object]:
    """What must stay as it is, read beside the running process."""
    found: dict[str, object] = {}
    path = server.data / "backoffice.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as reader:
        tables = {row[0] for row in reader.execute("SELECT name FROM sqlite_master")}
        assert _WATCHED.keys() <= tables
        for table, what in _WATCHED.items():
            found[table] = reader.execute(f"SELECT {what} FROM {table}").fetchone()
    stored = server.data / "blobs"
    found["files"] = sorted(p.name for p in stored.rglob("*") if p.is_file() and len(p.name) == 64)
    return found


@schemathesis.serializer(wire.BATCH_TYPE)
def as_batch(_: schemathesis.SerializationContext, value: object) -> bytes:
    """Any JSON as a batch of one line or several."""
    lines = value if isinstance(value, list) else [value]
    return b"\n".join(_text(line).encode() for line in lines)


@schemathesis.serializer("application/partial-upload")
def as_part(_: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else _text(value).encode()


def headers_for(server: Answering, method: str, path: str) -> dict[str, str]:
    admits = _ADMITS[method, path]
    return server.headers("" if admits in {"hall", "password", "anyone"} else "W01")


api = schemathesis.openapi.from_dict(describe.openapi("test"))


@api.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=_QUIET)
def test_every_address_withstands_whatever_fits_and_does_not_fit(
    case: schemathesis.Case[Any], office: Answering
) -> None:
    former = held(office)
    path, method = case.operation.path, case.operation.method.upper()
    case.headers.update(headers_for(office, method, path))
    answer = case.call(base_url=office.url, timeout=20)
    assert answer.status_code < 500, (method, path, answer.status_code, answer.text[:300])
    if answer.status_code >= 400:
        assert held(office) == former, (method, path, answer.status_code)
    assert "Traceback" not in answer.text


@api.parametrize()
@settings(max_examples=3, deadline=None, suppress_health_check=_QUIET)
def test_nobody_gets_in_without_what_the_address_asks_for(
    case: schemathesis.Case[Any], office: Answering
) -> None:
    path, method = case.operation.path, case.operation.method.upper()
    if _ADMITS[method, path] == "anyone":
        return
    former = held(office)
    for bearer in ("", "Bearer wrong", "Basic eDp5"):
        case.headers.update({wire.PROTOCOL_HEADER: str(wire.PROTOCOL), "Authorization": bearer})
        answer = case.call(base_url=office.url, timeout=20, allow_redirects=False)
        assert 300 <= answer.status_code < 500, (method, path, bearer, answer.status_code)
    assert held(office) == former


_INSTALLS = count(1)


# -- batches --------------------------------------------------------------------------------------

_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_BODY = st.dictionaries(
    st.sampled_from(["number", "check", "item", "material", "first", "last", "window", "ticket"])
    | _TEXT, _JSON, max_size=5,
)  # fmt: skip
_KIND = st.sampled_from(sorted(KINDS)) | _TEXT.filter(wire.is_name)
_SUBJECT = st.sampled_from(
    ["case:c1", "case:c2", "bundle:b1", "ticket:t1", "job:j1", "device", "hall", "session", "x"]
)
_FACTS = st.lists(st.tuples(_KIND, _SUBJECT, _BODY, st.integers(1, 3)), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=_QUIET)
@given(facts=_FACTS)
def test_any_facts_in_a_sound_chain_are_decided(
    facts: list[tuple[str, str, dict[str, object], int]], office: Answering
) -> None:
    """Sealed as a window seals, with contents that no window would write."""
    chain = SealedChain(install=f"fuzz-{next(_INSTALLS)}")
    for kind, subject, body, version in facts:
        chain.add_raw(kind=kind, version=version, body=_text(body), subject=subject)
    answer = office.push(chain.entries)
    assert answer.status_code == 200, answer.text
    assert answer.json()["acknowledged"] == len(facts)
    again = office.push(chain.entries)
    assert again.json() == answer.json()


@settings(max_examples=60, deadline=None, suppress_health_check=_QUIET)
@given(lines=st.lists(st.binary(max_size=200) | _JSON.map(lambda v: _text(v).encode()), max_size=6))
def test_any_bytes_as_a_batch_change_nothing(lines: list[bytes], office: Answering) -> None:
    former = held(office)
    body = zstandard.ZstdCompressor().compress(b"\n".join(lines))
    answer = office.post(wire.PUSH_PATH, body, **{"Content-Encoding": "zstd"})
    assert 400 <= answer.status_code < 500
    assert held(office) == former


@settings(max_examples=60, deadline=None, suppress_health_check=_QUIET)
@given(st.data())
def test_an_altered_field_of_a_sealed_entry_is_never_stored(
    office: Answering, data: st.DataObject
) -> None:
    chain = SealedChain(
        install=f"alter-{next(_INSTALLS)}"
    )  # never a known one: nothing is new there
    chain.add_case("altered", 1)
    raw = [msgspec.json.decode(msgspec.json.encode(entry)) for entry in chain.entries]
    at = data.draw(st.integers(0, len(raw) - 1))
    field = data.draw(st.sampled_from(Entry.__struct_fields__))
    value = data.draw(_JSON)
    if raw[at][field] == value:
        return
    raw[at][field] = value
    former = held(office)
    body = zstandard.ZstdCompressor().compress(b"\n".join(_text(one).encode() for one in raw))
    answer = office.post(wire.PUSH_PATH, body, **{"Content-Encoding": "zstd"})
    assert 400 <= answer.status_code < 500
    assert held(office) == former


def _text(value: object) -> str:
    try:
        return msgspec.json.encode(value, order="sorted").decode()
    except (msgspec.MsgspecError, OverflowError, ValueError):
        return "null"


def test_the_office_still_works_after_all_that(office: Answering) -> None:
    assert requests.get(f"{office.url}/health", timeout=5).ok
    chain = SealedChain(install="after")
    chain.add_case("after-all", 3)
    assert office.push(chain.entries).status_code == 200

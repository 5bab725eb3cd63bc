"""Whatever bytes come, the decoder gives entries or a code; the document says what is built."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from app.domain.case import CaseState
from app.domain.journal import Entry, check_chain
from app.domain.ticket import TicketState
from app.texts import explain
from sync import describe, errors, people, published, wire
from sync.backoffice import pages
from sync.backoffice.app import create_app
from sync.backoffice.settings import Settings, read_token
from sync.client.round import Pace, Patience, TurnKind
from sync.endpoints import ENDPOINTS
from sync.errors import SyncError
from tests.sync.hall import HALL, SealedChain

_CHAIN = SealedChain()
for _n in range(1, 9):
    _CHAIN.add_case(f"c{_n}", _n)
_LINES = [msgspec.json.encode(entry) for entry in _CHAIN.entries]
_ZSTD = zstandard.ZstdCompressor()


def _decode(body: bytes, encoding: str = "zstd") -> list[Entry] | None:
    try:
        return wire.decode_batch(body, encoding)
    except (errors.BadBatch, errors.TooLarge):
        return None


def test_a_batch_survives_the_wire() -> None:
    sent, body = wire.encode_batch(_CHAIN.entries)
    got = wire.decode_batch(body)
    assert list(sent) == got == _CHAIN.entries
    assert check_chain(got) == (len(got), _CHAIN.head)


@settings(deadline=None)  # the machine may be busy
@given(st.integers(1, 20_000))
def test_a_batch_is_cut_to_the_limit_but_never_empty(limit: int) -> None:
    sent, body = wire.encode_batch(_CHAIN.entries, limit)
    size = sum(len(line) + 1 for line in _LINES[: len(sent)])
    assert len(sent) == 1 or size <= limit
    assert wire.decode_batch(body) == _CHAIN.entries[: len(sent)]


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=400))
def test_no_bytes_crash_the_decoder(body: bytes) -> None:
    _decode(body)
    _decode(body, "identity")
    _decode(_ZSTD.compress(body))


@settings(deadline=None)  # the machine may be busy
@given(st.data())
def test_no_damage_crashes_the_decoder(data: st.DataObject) -> None:
    _, whole = wire.encode_batch(_CHAIN.entries)
    body = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    _decode(bytes(body[: data.draw(st.integers(0, len(body)))]))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.tuples(st.sampled_from(sorted(Entry.__struct_fields__)), _JSON), max_size=3),
    st.sampled_from(_LINES),
)
def test_whatever_stands_in_a_field_is_plain_or_refused(
    changes: list[tuple[str, object]], line: bytes
) -> None:
    body = json.dumps(json.loads(line) | dict(changes)).encode()
    entries = _decode(body, "identity")
    if entries is not None:
        assert 1 <= entries[0].seq <= 2**53
        assert entries[0].at.utcoffset() is not None
        assert entries[0].subject.isprintable()


def test_a_lone_event_may_be_large_also_with_a_last_newline() -> None:
    line = _LINES[0][:-1] + b',"padding":"' + b"x" * wire.MAX_DECODED + b'"}'
    assert wire.decode_batch(_ZSTD.compress(line)) == _CHAIN.entries[:1]
    assert wire.decode_batch(_ZSTD.compress(line + b"\n")) == _CHAIN.entries[:1]
    with pytest.raises(errors.TooLarge):
        wire.decode_batch(_ZSTD.compress(line + b"\n" + _LINES[1]))


def test_the_pauses_stay_below_five_seconds() -> None:
    patience = Patience()
    for seed in range(50):
        pace = Pace(random.Random(seed), patience)
        waits = [pace.after(TurnKind.FAILED) for _ in range(40)]
        assert waits[0] <= patience.first
        assert max(waits) <= patience.longest
        assert min(waits[10:]) >= patience.longest / 2
        pace.after(TurnKind.MOVED)
        assert pace.after(TurnKind.FAILED) <= patience.first


# -- what is written down --------------------------------------------------------------------------


def _classes(kind: type[SyncError]) -> list[type[SyncError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _classes(child))]


def test_the_document_names_every_code_and_limit() -> None:
    text = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
    for kind in _classes(SyncError):
        assert f"`{kind.code}`" in text, kind.code
        if kind.status:
            assert f"| {kind.status} | `{kind.code}`" in text, kind.code
    for name, value in vars(wire).items():
        if name.startswith("MAX_") or name in {"PROTOCOL", "OLDEST_PROTOCOL"}:
            assert f"`{name}`" in text, name
            assert str(value) in text, name
    for limit in (
        people.MAX_LICENCES,
        people.MAX_WAITING,
        people.MAX_HISTORY,
        published.BARS.largest,
        published.CALENDAR.largest,
    ):
        assert str(limit) in text, limit
    for field_name in Entry.__struct_fields__:
        assert f"`{field_name}`" in text, field_name


@pytest.mark.parametrize("name", ["protocol.md", "events.md"])
def test_what_is_generated_in_the_documents_is_what_the_code_says(name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
    assert text == describe.filled_in(text), "run python -m sync.describe"
    assert f"### {'CaseAccepted' if name == 'events.md' else 'PushAnswer'}" in text


def test_every_address_is_described_and_no_other(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, hall=HALL))
    there = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {(one.method, one.path) for one in ENDPOINTS if one.method != "HEAD"}
    assert there == described
    listed = describe.openapi("1")["paths"]
    assert {(m.upper(), path) for path, acts in listed.items() for m in acts} >= there


def test_every_code_has_its_sentences() -> None:
    mine = json.loads(
        files("resources").joinpath("texts", "errors.sync.json").read_text(encoding="utf-8")
    )
    assert set(mine) == {kind.code for kind in _classes(SyncError)}
    for code in mine:
        for language in ("zh", "en"):
            holes: dict[str, str | int] = {
                "port": 1,
                "version": 2,
                "cause": "SYNC-OFFLINE",
                "fingerprint": "AB:CD",
                "file": "certificate.pem",
                "reason": "ValueError",
                "host": "0.0.0.0",
            }
            said = explain(code, holes, language)
            assert said.message
            assert said.next_step
            assert "—" not in said.message


def test_every_state_has_its_words() -> None:
    assert set(pages.STATES) == set(CaseState)
    assert set(pages._LINE) == set(TicketState)


def test_the_token_is_made_once_and_survives_a_death_at_birth(tmp_path: Path) -> None:
    (tmp_path / "token").touch(0o600)
    token = read_token(tmp_path)
    assert len(token) > 40
    assert read_token(tmp_path) == token

"""A batch taken at once is taken as line by line: the same entries, the same refusals."""

from __future__ import annotations

import json
from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.journal import Entry
from sync import errors, wire
from tests.sync.hall import SealedChain

_CHAIN = SealedChain()
for _n in range(1, 4):
    _CHAIN.add_case(f"c{_n}", _n)
_LINES = [msgspec.json.encode(entry) for entry in _CHAIN.entries]
_ONE = msgspec.json.Decoder(Entry)

_TEXTS = st.sampled_from(
    ["", "x", "x" * 128, "x" * 129, "窗口", "a\x00", "a\n", "\u2028", "f" * 64, "F" * 64, "0" * 63]
)
_NUMBERS = st.sampled_from([-1, 0, 1, 2, 2**53, 2**53 + 1, 10**6, 10**6 + 1])
_TIMES = st.sampled_from(
    ["2026-11-20T01:00:00Z", "2026-11-20T09:00:00+08:00", "2026-11-20T01:00:00", "soon"]
)
_VALUES = {"seq": _NUMBERS, "version": _NUMBERS, "at": _TIMES}
_CHANGES = st.sampled_from(sorted(Entry.__struct_fields__)).flatmap(
    lambda field: st.tuples(st.just(field), _VALUES.get(field, _TEXTS))
)


def _by_line(lines: list[bytes]) -> list[Entry] | None:
    """What the protocol's page says of each line, told again."""
    entries = []
    for line in lines:
        try:
            entry = _ONE.decode(line)
        except (msgspec.MsgspecError, ValueError):
            return None
        if not wire.is_plausible(entry):
            return None
        entries.append(entry)
    chains = {(entry.device, entry.install) for entry in entries}
    return entries if len(chains) == 1 else None


def _taken(data: bytes) -> list[Entry] | None:
    try:
        return wire.decode_batch(data, "identity")
    except errors.BadBatch:
        return None


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.tuples(st.integers(0, len(_LINES) - 1), st.lists(_CHANGES, max_size=2)), max_size=6)
)
def test_all_at_once_is_as_line_by_line(
    chosen: list[tuple[int, list[tuple[str, object]]]],
) -> None:
    lines = [json.dumps(json.loads(_LINES[n]) | dict(changes)).encode() for n, changes in chosen]
    assert _taken(b"\n".join(lines)) == (_by_line(lines) if lines else None)


@pytest.mark.parametrize("between", [b"", b"\n\n", b" ", b"\r\n", b",\n", b"\n \n"], ids=repr)
def test_lines_are_parted_by_one_newline(between: bytes) -> None:
    taken = _taken(_LINES[0] + between + _LINES[1])
    assert taken == (_CHAIN.entries[:2] if between == b"\r\n" else None)


def test_an_object_over_two_lines_beside_two_in_one_is_no_batch() -> None:
    broken = _LINES[0].replace(b",", b",\n", 1)
    assert _ONE.decode(broken)  # JSON it is
    with pytest.raises(errors.BadBatch):
        wire.decode_batch(broken + _LINES[1], "identity")


def test_the_first_bad_line_is_named() -> None:
    lines = [*_LINES[:3], b'{"id":1}', b"{"]
    with pytest.raises(errors.BadBatch) as refused:
        wire.decode_batch(b"\n".join(lines), "identity")
    assert refused.value.details["line"] == 4


def test_times_come_with_their_offset() -> None:
    for entry in wire.decode_batch(b"\n".join(_LINES), "identity"):
        assert isinstance(entry.at, datetime)
        assert entry.at.utcoffset() is not None

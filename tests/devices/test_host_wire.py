"""The messages between window and device host: there and back in any pieces, and any bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.devices.cards.family import FAMILY, ReadCard
from app.devices.host.wire import (
    LARGEST_FRAME,
    BadFrame,
    Cancel,
    Done,
    Failed,
    FromHost,
    Hello,
    Log,
    News,
    Ping,
    Pong,
    Quit,
    Start,
    ToHost,
    Unframer,
    frame,
    raw,
)
from app.domain.decoding import packed_decoder
from app.domain.person import CardRead, DocumentKind, Person
from app.ports import DeviceState, ReaderStep
from tests.devices.card_people import NAMES

ORDER = ReadCard(timeout=30, at=datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
TO_HOST = [
    Start(number=7, family="card", device="serial:/dev/ttyUSB0", order=raw(ORDER)),
    Cancel(number=7),
    Ping(),
    Quit(),
]
FROM_HOST = [
    Hello(number=4711),
    Pong(),
    News(number=7, state=DeviceState.WAITING, body=raw(ReaderStep.WAITING_FOR_CARD)),
    Done(number=7, result=raw((1, 2))),
    Failed(number=7, code="CARD-PULLED", details={"sw3": "41", "n": 3}, state=DeviceState.READY),
    Log(level=30, text="device x: y"),
]


@pytest.mark.parametrize(("kind", "messages"), [(ToHost, TO_HOST), (FromHost, FROM_HOST)])
@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_messages_come_whole_however_they_are_cut(
    kind: object, messages: list[msgspec.Struct], cuts: list[int]
) -> None:
    data = b"".join(frame(message) for message in messages)  # type: ignore[arg-type]
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    unframer = Unframer(kind)
    came = []
    for start, end in pairwise(edges):
        came += unframer.feed(data[start:end])
    assert [type(message) for message in came] == [type(message) for message in messages]
    assert [bytes(frame(message)) for message in came] == [
        bytes(frame(message))  # type: ignore[arg-type]
        for message in messages
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_messages_or_refused(data: bytes) -> None:
    for kind in (ToHost, FromHost):
        unframer = Unframer(kind)
        try:
            for message in unframer.feed(data):
                assert isinstance(message, msgspec.Struct)
        except BadFrame:
            continue


@given(st.binary(max_size=300))
def test_any_body_is_refused_or_a_message(body: bytes) -> None:
    """A right length with impossible content."""
    for kind in (ToHost, FromHost):
        try:
            came = Unframer(kind).feed(len(body).to_bytes(4, "big") + body)
        except BadFrame:
            continue
        assert len(came) == 1


@given(st.binary(max_size=200))
def test_what_a_family_says_is_decoded_or_refused(data: bytes) -> None:
    for kind in (FAMILY.order, FAMILY.news, FAMILY.result):
        try:
            packed_decoder(kind).decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue


def test_nothing_longer_than_a_megabyte_is_sent_or_heard() -> None:
    with pytest.raises(BadFrame):
        frame(Log(level=30, text="x" * LARGEST_FRAME))
    with pytest.raises(BadFrame):
        Unframer(FromHost).feed((LARGEST_FRAME + 1).to_bytes(4, "big"))


@pytest.mark.parametrize("name", NAMES)
def test_a_card_of_any_name_goes_over_the_wire(name: str) -> None:
    card = CardRead(
        document=DocumentKind.RESIDENT, person=Person(name=name, number="1"), reader="x",
        read_at=datetime(2026, 11, 22, 2, 0, tzinfo=UTC), text_block=bytes(range(256)),
    )  # fmt: skip
    (done,) = Unframer(FromHost).feed(frame(Done(number=1, result=raw(card))))
    assert packed_decoder(FAMILY.result).decode(done.result) == card


@settings(max_examples=15)
@given(st.binary(min_size=1, max_size=100))
def test_a_host_that_hears_nonsense_ends_and_never_hangs(data: bytes) -> None:
    """Also its window may be bad, or another program."""
    done = subprocess.run(
        [sys.executable, "-m", "app.devices.host"], input=data, capture_output=True, timeout=60,
        check=False, cwd=Path(__file__).parents[2], env=dict(os.environ),
    )  # fmt: skip
    (hello, *_) = Unframer(FromHost).feed(done.stdout)
    assert isinstance(hello, Hello)
    assert done.returncode == 0

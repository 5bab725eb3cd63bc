"""The lane: never blocks the caller, ends every request exactly once, survives a driver's bugs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import pytest

from app.devices.cards.errors import NoCard
from app.devices.cards.lane import ReaderLane
from app.domain.person import CardRead, DocumentKind, Person
from app.ports import ReadDone, ReaderMessage, ReaderStep, ReadFailed, ReadProgress
from tests.devices.card_people import CLOCK, RESIDENT, Ears, code_of, read

CARD = CardRead(
    document=DocumentKind.RESIDENT,
    person=Person(name=RESIDENT.name, number=RESIDENT.number),
    reader="script",
    read_at=CLOCK.now(),
)


class ScriptedDriver:
    """A real driver whose card is a function."""

    name = "script"

    def __init__(self, act: Callable[[threading.Event], CardRead]) -> None:
        self._act = act
        self.closed = 0

    def read(
        self, timeout: float, step: Callable[[ReaderStep], None], cancelled: threading.Event
    ) -> CardRead:
        step(ReaderStep.OPENING)
        return self._act(cancelled)

    def close(self) -> None:
        self.closed += 1


def wait_for_cancel(cancelled: threading.Event) -> CardRead:
    assert cancelled.wait(10)
    return CARD


def test_start_returns_at_once_and_a_second_one_is_busy() -> None:
    lane = ReaderLane(ScriptedDriver(wait_for_cancel))
    first, second = Ears(), Ears()
    began = time.monotonic()
    lane.start(1, 5, first.tell)
    lane.start(2, 5, second.tell)
    assert time.monotonic() - began < 0.1
    assert second.until_end() == [ReadFailed(request=2, code="CARD-BUSY")]
    assert threading.current_thread() not in second.threads
    lane.cancel(1)
    assert first.until_end()[-1] == ReadFailed(request=1, code="CARD-CANCELLED")
    lane.close()


def test_cancel_wins_also_over_a_card_that_was_read_meanwhile() -> None:
    lane = ReaderLane(ScriptedDriver(wait_for_cancel))
    ears = Ears()
    lane.start(1, 5, ears.tell)
    lane.cancel(1)
    assert ears.until_end()[-1] == ReadFailed(request=1, code="CARD-CANCELLED")
    lane.close()
    assert ears.messages.empty()


def test_bug_in_a_driver_is_a_coded_failure_without_personal_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def bug(_: threading.Event) -> CardRead:
        raise ValueError(f"{RESIDENT.name} {RESIDENT.number}")

    lane = ReaderLane(ScriptedDriver(bug))
    with caplog.at_level(logging.DEBUG):
        end = read(lane)
    assert end == ReadFailed(request=1, code="CARD-BUG", details={"kind": "ValueError"})
    assert "ValueError" in caplog.text
    assert RESIDENT.number not in caplog.text
    assert RESIDENT.name not in caplog.text
    assert code_of(read(lane)) == "CARD-BUG"  # and it goes on
    lane.close()


def test_bug_in_the_listener_does_not_end_the_lane() -> None:
    lane = ReaderLane(ScriptedDriver(lambda _: CARD))
    heard = threading.Event()

    def deaf(message: ReaderMessage) -> None:
        if isinstance(message, ReadDone):
            heard.set()
        raise RuntimeError

    lane.start(1, 5, deaf)
    assert heard.wait(5)
    assert read(lane) == ReadDone(request=1, card=CARD)
    lane.close()


def test_listener_may_start_the_next_read_and_close_from_its_message() -> None:
    driver = ScriptedDriver(lambda _: CARD)
    lane = ReaderLane(driver)
    ends: list[ReaderMessage] = []
    done = threading.Event()

    def tell(message: ReaderMessage) -> None:
        if isinstance(message, ReadDone | ReadFailed):
            ends.append(message)
            if len(ends) < 5:
                lane.start(len(ends) + 1, 5, tell)
            else:
                lane.close()
                done.set()

    lane.start(1, 5, tell)
    assert done.wait(5)
    lane.close()
    assert ends == [ReadDone(request=n, card=CARD) for n in range(1, 6)]
    assert driver.closed == 1


def test_close_stops_a_running_read_and_later_reads_are_refused() -> None:
    driver = ScriptedDriver(wait_for_cancel)
    lane = ReaderLane(driver)
    ears = Ears()
    lane.start(1, 60, ears.tell)
    lane.close()
    assert driver.closed == 1
    assert ears.until_end()[-1] == ReadFailed(request=1, code="CARD-CANCELLED")
    assert code_of(read(lane)) == "CARD-CLOSED"
    lane.close()


def test_cancel_storm_ends_every_request_exactly_once() -> None:
    def soon(cancelled: threading.Event) -> CardRead:
        if cancelled.wait(0.001):
            raise NoCard
        return CARD

    lane = ReaderLane(ScriptedDriver(soon))
    ears = Ears()
    for request in range(200):
        lane.start(request, 5, ears.tell)
        if request % 2:
            time.sleep(0.001)
        lane.cancel(request)
        end = ears.until_end()[-1]
        assert end.request == request
        assert not isinstance(end, ReadProgress)
        assert code_of(end) in {"", "CARD-CANCELLED"}
    lane.close()
    assert ears.messages.empty()

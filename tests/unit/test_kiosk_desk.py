"""Numbers at a kiosk, over its own store and the real line of a back office that comes and goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.domain.events import PaperKind, PaperQueued, SlipPrepared
from app.domain.journal import decode_event
from app.domain.queue_errors import (
    HallIsHalted,
    LineClosed,
    NoSuchBooking,
    NoSuchLine,
    NoSuchTicket,
)
from app.domain.queue_policy import LineRule, QueuePolicy
from app.domain.queue_view import HallView, NumberWish, TakenTicket
from app.domain.ticket_events import HallHalted, TicketCalled, TicketPassed
from app.services.kiosk_desk import Given, KioskDesk
from app.services.print_setup import PrintRoutes
from app.services.slip_content import slip_content
from app.storage.store import Store
from sync.errors import RecordsUnavailable
from tests.sync.queue_world import Device, Line

CARD = "990100199001010014"


class Office:
    """The line itself as a kiosk asks it; ``up`` False is a cut line, ``deaf`` loses answers."""

    def __init__(self, line: Line) -> None:
        self.line, self.up, self.deaf = line, True, False

    def _ask(self, work: Callable[[], TakenTicket]) -> TakenTicket:
        if not self.up:
            raise RecordsUnavailable(cause="SYNC-OFFLINE")
        answer = work()
        if self.deaf:
            raise RecordsUnavailable(cause="SYNC-OFFLINE")
        return answer

    def view(self, after: int = -1, wait: float = 0.0, *, tickets: bool = False) -> HallView:
        return self.line.view()

    def take(self, wish: NumberWish) -> TakenTicket:
        return self._ask(lambda: self.line.ask(wish))

    def bring_back(self, number: str) -> TakenTicket:
        return self._ask(lambda: self.line.bring_back(number))

    def reprint(self, number: str) -> TakenTicket:
        return self._ask(lambda: self.line.reprint(number))


class Clock:
    def __init__(self, line: Line) -> None:
        self._line = line

    def now(self) -> datetime:
        return self._line.now


class Kiosk:
    def __init__(self, folder: Path) -> None:
        self.line = Line(folder / "office.db")
        self.office = Office(self.line)
        self.store = Store.open(
            folder / "kiosk", bytes(32), device="K1", clock=Clock(self.line),
            random=Random(1).randbytes,
        )  # fmt: skip
        self.desk = self.opened()

    def opened(self) -> KioskDesk:
        return KioskDesk(
            self.store, self.line.hall, PrintRoutes.single("folder:x"), self.office,
            Random(2).randbytes,
        )  # fmt: skip

    def take(self, business: str = "general", **more: str) -> Given:
        wish = NumberWish(request=self.desk.new_request(), business=business, **more)  # type: ignore[arg-type]
        return self.desk.take(wish)

    def slips(self) -> list[tuple[str, int]]:
        """What is to be printed: number and reprint, in order."""
        queued = [
            decode_event(entry.kind, entry.version, entry.body)
            for entry in self.store.entries()
            if entry.kind == PaperQueued.__name__
        ]
        return [
            (slip_content(self.store, self.line.hall, one.about).number, one.reprint)
            for one in queued
            if isinstance(one, PaperQueued) and one.paper is PaperKind.TICKET_SLIP
        ]

    def kinds(self) -> Counter[str]:
        return Counter(entry.kind for entry in self.store.entries())


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path)
    yield made
    made.store.close()
    made.line.database.close()


def test_each_number_has_one_slip_that_says_what_was_told(kiosk: Kiosk) -> None:
    first, second = kiosk.take(), kiosk.take(priority="elderly")
    assert [(one.number, one.ahead, one.alone) for one in (first, second)] == [
        ("A001", 0, False), ("A002", 0, False),
    ]  # fmt: skip
    assert kiosk.slips() == [("A001", 0), ("A002", 0)]
    assert kiosk.kinds()[SlipPrepared.__name__] == 2
    about = [one.subject for one in kiosk.store.entries() if one.kind == SlipPrepared.__name__]
    slip = slip_content(kiosk.store, kiosk.line.hall, about[1])
    assert (slip.priority, slip.business, slip.booked) == ("老年人", "综合业务", False)
    assert "check=" in slip.follow_url


def test_one_person_has_one_number_in_a_business(kiosk: Kiosk) -> None:
    given = kiosk.take(id_number=CARD)
    again = kiosk.take(id_number=CARD)
    assert (again.number, again.already, again.job) == (given.number, True, "")
    assert kiosk.take("estate", id_number=CARD).already is False
    printed = kiosk.desk.reprint(given.number)
    assert printed.reprint == 1
    assert kiosk.slips() == [("A001", 0), ("B001", 0), ("A001", 1)]
    assert CARD not in str([entry.body for entry in kiosk.store.entries()])


def test_alone_it_gives_its_own_and_knows_whom_it_gave_one(kiosk: Kiosk) -> None:
    kiosk.office.up = False
    given = kiosk.take(id_number=CARD)
    assert (given.number, given.alone, given.ahead) == ("Z001", True, -1)
    again = kiosk.take(id_number=CARD.lower())
    assert (again.number, again.already) == ("Z001", True)
    assert kiosk.take().number == "Z002"
    assert kiosk.take("estate", id_number=CARD).number == "Z003"
    assert kiosk.desk.reprint("Z002").reprint == 1
    assert kiosk.desk.reprint("Z002").reprint == 2
    assert [number for number, _ in kiosk.slips()] == ["Z001", "Z002", "Z003", "Z002", "Z002"]
    with pytest.raises(RecordsUnavailable):
        kiosk.desk.reprint("A017")
    with pytest.raises(RecordsUnavailable):
        kiosk.take(booking="YY1")
    assert kiosk.kinds()["TicketTaken"] == kiosk.kinds()["TicketReleased"] == 3
    kiosk.line.later(minutes=60 * 24)
    assert kiosk.take(id_number=CARD).number == "Z001", "a new day begins anew"
    with pytest.raises(RecordsUnavailable):
        kiosk.desk.reprint("Z003")


def test_a_lost_answer_costs_nobody_a_number(kiosk: Kiosk) -> None:
    """The office's stays in line, where nobody comes for it: whoever stands here gets the other."""
    kiosk.office.deaf = True
    given = kiosk.take()
    assert (given.number, given.alone) == ("Z001", True)
    kiosk.office.deaf = False
    assert kiosk.take().number == "A002"
    assert [number for number, _ in kiosk.slips()] == ["Z001", "A002"]


def test_what_the_rules_refuse_is_given_to_nobody(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path)
    closed = LineRule(business="general", open=False)
    hall = replace(kiosk.line.hall, queue=QueuePolicy(lines=(closed,)))
    kiosk.line.hall = hall
    kiosk.desk = KioskDesk(
        kiosk.store, hall, PrintRoutes.single("folder:x"), kiosk.office, Random(2).randbytes
    )
    for up in (True, False):
        kiosk.office.up = up
        with pytest.raises(LineClosed):
            kiosk.take()
        with pytest.raises(NoSuchLine):
            kiosk.take("no-such")
    kiosk.office.up = True
    with pytest.raises(NoSuchBooking):
        kiosk.take(booking="NOSUCH")
    with pytest.raises(NoSuchTicket):
        kiosk.desk.bring_back("A999")
    assert kiosk.take("estate").number == "B001"
    assert kiosk.slips() == [("B001", 0)]
    kiosk.store.close()
    kiosk.line.database.close()


def test_a_halted_hall_gives_no_numbers(kiosk: Kiosk) -> None:
    boss = Device(kiosk.line, "S1", actor="9001")
    boss.record(HallHalted(act="h", reason="演练"), "hall")
    with pytest.raises(HallIsHalted):
        kiosk.take()


def test_who_was_passed_over_reports_back(kiosk: Kiosk) -> None:
    one = Device(kiosk.line, "W01")
    number = kiosk.take().number
    one.lease(1)
    one.act(number, TicketCalled(window="W01"))
    one.act(number, TicketPassed())
    kiosk.line.later(minutes=1)
    back = kiosk.desk.bring_back(number)
    assert back.number == number
    assert kiosk.line.state(number) == "waiting"


@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_each_number_is_given_once_and_printed(tmp_path: Path, seed: int) -> None:
    """Cuts, lost answers, restarts and days: no number twice on a day, each with its slip."""
    kiosk, chance = Kiosk(tmp_path), Random(seed)
    given: Counter[tuple[str, str]] = Counter()
    cards = [f"{CARD[:-1]}{n}" for n in range(4)]
    for _ in range(60):
        kiosk.office.up = chance.random() < 0.7
        kiosk.office.deaf = chance.random() < 0.15
        card = chance.choice([*cards, "", ""])
        one = kiosk.take(chance.choice(["general", "estate"]), id_number=card)
        assert one.number
        assert card or not one.already
        if not one.already:
            given[f"{kiosk.line.now:%d}", one.number] += 1
        kiosk.line.later(minutes=1)
        if chance.random() < 0.05:
            kiosk.desk = kiosk.opened()
        if chance.random() < 0.03:
            kiosk.line.now = (kiosk.line.now + timedelta(days=1)).replace(hour=1, minute=0)
    assert max(given.values()) == 1
    assert len(kiosk.slips()) == sum(given.values())
    kiosk.store.verify()
    kiosk.store.close()
    kiosk.line.database.close()

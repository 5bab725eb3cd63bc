"""A hall whose cases are given to the national platform, over a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from app.domain.case_events import (
    CaseAccepted,
    CaseDispatched,
    CaseFinished,
    CaseReviewed,
    ClockPaused,
    ClockResumed,
    ItemChosen,
    LimitExtended,
    MaterialReceived,
    ResultHanded,
)
from app.domain.catalogue import Item, list_hash
from app.domain.event import Event
from app.services.catalogue import load_lists
from app.services.clock_settings import Procedure
from sync.backoffice import intake, line, own
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database
from sync.backoffice.departments.lists import NoLists
from sync.backoffice.exchange.batches import Batch, Exchange
from sync.backoffice.exchange.dictionary import FILE, Dictionary, load_dictionary
from sync.wire import LeaseRequest, PushAnswer
from tests.sync.hall import HALL, START, SealedChain, accepted_case, number_of

_ITEMS = Path(__file__).parents[2] / "resources" / "demo_hall" / "items"
ITEM = next(one for one in load_lists(_ITEMS).items if one.code.endswith("W4370120002001"))
_CALLED_FOR = {
    one for asked in ITEM.questions for option in asked.options for one in option.materials
}
ALWAYS = tuple(one for one in ITEM.materials if one.id not in _CALLED_FOR)
DEPARTMENT = ITEM.department.name


class PublishedLists(NoLists):
    """Some published lists, and one special procedure."""

    def __init__(self) -> None:
        self.published = True
        self.items = [ITEM]

    def find_item(self, code: str, version: int) -> Item | None:
        found = (one for one in self.items if (one.code, one.version) == (code, version))
        return next(found, None) if self.published else None

    def procedures(self) -> tuple[Procedure, ...]:
        return (Procedure(code="hearing", name="听证", basis="第四十五条", exchange="2"),)


@dataclass
class ExchangeHall:
    database: Database
    data: Path
    now: datetime = START + timedelta(minutes=5)
    lists: PublishedLists = field(default_factory=PublishedLists)
    window: SealedChain = field(default_factory=SealedChain)
    pushed: int = 0

    def dictionary(self, **own_settings: object) -> Dictionary:
        told = {"data_source": "990"} | own_settings
        (self.data / FILE).write_text(json.dumps(told), encoding="utf-8")
        return load_dictionary(self.data)

    def exchange(self, *, most: int = 500, **own_settings: object) -> Exchange:
        """A run of its own."""
        return Exchange(
            self.database, self.dictionary(**own_settings), self.lists, HALL, lambda: self.now,
            most=most,
        )  # fmt: skip

    def accept(self, serial: int, *, name: str = "张示例", item: Item = ITEM) -> str:
        """A whole case of a published item, from opening to acceptance; its id."""
        case_id = f"c{serial}"
        opened, identified, *_ = accepted_case(serial, name=name)
        for event in (
            opened,
            identified,
            ItemChosen(
                item=item.code, name=item.name, department=item.department.name,
                version=item.version, list_hash=list_hash(item),
            ),
            *(
                MaterialReceived(material=one.id, originals=1, copies=1)
                for one in ALWAYS
            ),
            CaseAccepted(
                number=number_of(serial), check="ABC234", promise_due=date(2026, 12, 1)
            ),
        ):  # fmt: skip
            self.window.add(event, f"case:{case_id}")
        self.push()
        return case_id

    def push(self) -> None:
        """What the window has sealed meanwhile."""
        numbers = NumberPattern(HALL)
        with self.database.write() as writer:
            asked = LeaseRequest(
                request=f"r{self.pushed}", device="W01", install="i1", numbers=True
            )
            line.lease(writer, HALL, asked, START, 200)
            answer = intake.receive(writer, self.window.entries[self.pushed :], self.now, numbers)
        assert isinstance(answer, PushAnswer), answer
        assert answer.exceptions == ()
        self.pushed = len(self.window.entries)

    def record(self, case_id: str, event: Event) -> None:
        self.now += timedelta(minutes=1)
        with self.database.write() as writer:
            own.record(writer, event, subject=f"case:{case_id}", actor="R01", now=self.now)


def every_batch(exchange: Exchange) -> list[Batch]:
    made = []
    while (batch := exchange.make()) is not None:
        made.append(batch)
    return made


def dispatched() -> CaseDispatched:
    return CaseDispatched(department=DEPARTMENT, reviewer="R01")


def reviewed(opinion: str = "同意", *, granted: bool = True) -> CaseReviewed:
    return CaseReviewed(granted=granted, opinion=opinion, reviewer="R01")


def finished() -> CaseFinished:
    return CaseFinished(name="动物诊疗许可证", number="示例动诊〔2026〕1号", reviewer="R01")


def handed_out(at: datetime) -> ResultHanded:
    return ResultHanded(by="1001", to="张示例", way="直接", at=at, signed=True)


def paused() -> ClockPaused:
    return ClockPaused(
        code="hearing", name="听证", reason="利害关系人要求听证", approver="钱示例",
        on=date(2026, 11, 23),
    )  # fmt: skip


def resumed() -> ClockResumed:
    return ClockResumed(code="hearing", on=date(2026, 11, 25))


def extended() -> LimitExtended:
    return LimitExtended(days=5, reason="案情复杂", approver="钱示例", on=date(2026, 11, 26))


Make = Callable[[], Path | str]

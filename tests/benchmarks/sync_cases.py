"""Invent applicants and the facts of their cases, as many and as long as a window records them.

The region 990100 does not exist, so no number is a real person's; every check digit is right.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

from app.domain.case_events import (
    ApplicantChecked,
    ApplicantIdentified,
    CaseAccepted,
    CaseOpened,
    ItemChosen,
    MaterialReceived,
    QuestionAnswered,
)
from app.domain.catalogue import MaterialForm
from app.domain.clock import Hlc, tick, uuid7
from app.domain.event import Event
from app.domain.events import CaseNumbersLeased, PaperKind, PaperQueued
from app.domain.journal import GENESIS, Entry, seal
from app.domain.person import (
    Applicant,
    DocumentKind,
    Person,
    Sex,
    ValueSource,
    check_character,
)
from tests.sync.hall import number_of

Fact = tuple[str, Event]  # subject, event
MakeCase = Callable[[str, int, str, Random], list[Fact]]

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧建国玉兰"
_ITEMS = (
    ("食品经营许可新办（餐饮服务）", "示例市市场监督管理局"),
    ("居住证申领", "示例市公安局"),
    ("不动产转移登记（存量房买卖）", "示例市自然资源局"),
    ("社会保障卡补领、换领", "示例市人力资源和社会保障局"),
    ("公共场所卫生许可新办", "示例市卫生健康委员会"),
)
_MATERIALS = (
    "application-form", "id-card", "lease-contract", "floor-plan", "health-certificate",
    "business-licence", "authorisation", "household-book",
)  # fmt: skip


def applicant(rng: Random) -> Applicant:
    birth = date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))
    first = f"990100{birth:%Y%m%d}{rng.randrange(1000):03d}"
    person = Person(
        name=rng.choice(_SURNAMES) + "".join(rng.choices(_NAMES, k=2)),
        number=first + check_character(first),
        sex=rng.choice((Sex.MALE, Sex.FEMALE)),
        nation="01",
        birth=birth,
        address=f"示例省示例市样例路 {rng.randrange(1, 900)} 号 {rng.randrange(101, 2805)} 室",
    )
    return Applicant(
        document=DocumentKind.RESIDENT, person=person, source=ValueSource.CARD,
        issuer="示例县公安局", valid_from=date(2018, 5, 10), valid_to=date(2038, 5, 10),
    )  # fmt: skip


def lean_case(case_id: str, serial: int, window: str, rng: Random) -> list[Fact]:
    """Five facts: the fewest that make an accepted case with one material."""
    return [(f"case:{case_id}", event) for event in _lean(serial, window, rng)]


def _lean(serial: int, window: str, rng: Random) -> list[Event]:
    number, name = serial % len(_ITEMS), _ITEMS[serial % len(_ITEMS)]
    return [
        CaseOpened(window=window, ticket=""),
        ApplicantIdentified(applicant=applicant(rng)),
        _chosen(number, *name),
        MaterialReceived(material="id-card", originals=1, copies=1),
        _accepted(serial, rng),
    ]


def full_case(case_id: str, serial: int, window: str, rng: Random) -> list[Fact]:
    """What a desk writes for one applicant with eight materials, two questions and one paper:
    the kinds, and their order, of ``app.services`` when the demo hall's items are served."""
    number, name = serial % len(_ITEMS), _ITEMS[serial % len(_ITEMS)]
    facts: list[Event] = [
        CaseOpened(window=window, ticket=""),
        ApplicantIdentified(applicant=applicant(rng)),
        ApplicantChecked(published="2026-11-20"),
        _chosen(number, *name),
        QuestionAnswered(question="house", options=("new",)),
        QuestionAnswered(question="spouse", options=("no",)),
    ]
    for place, material in enumerate(_MATERIALS):
        facts.append(
            MaterialReceived(
                material=material, originals=1, copies=place % 2, form=MaterialForm.PAPER
            )
        )
    facts.append(_accepted(serial, rng))
    about = f"case:{case_id}"
    queued = PaperQueued(
        paper=PaperKind.ACCEPTANCE, about=about, printer="folder:/var/lib/onewindow/papers"
    )
    job = uuid7(datetime(2026, 11, 20, tzinfo=UTC), rng.randbytes(10))
    return [*((about, event) for event in facts), (f"job:{job}", queued)]


def _chosen(number: int, name: str, department: str) -> ItemChosen:
    return ItemChosen(
        item=f"11370199MB000100{number}Y4370131001001", name=name, department=department,
        version=1, list_hash=hashlib.sha256(name.encode()).hexdigest(),
    )  # fmt: skip


def _accepted(serial: int, rng: Random) -> CaseAccepted:
    check = "".join(rng.choices("23456789ABCDEFGHJKMNPQRSTUVWXYZ", k=6))
    return CaseAccepted(number=number_of(serial), check=check, promise_due=date(2026, 12, 1))


SHAPES: dict[str, MakeCase] = {"lean": lean_case, "full": full_case}


class Chain:
    """One device's chain, sealed as the store seals it, without a store."""

    def __init__(self, device: str, seed: int = 1) -> None:
        self.device = device
        self.install = os.urandom(8).hex()
        self.rng = Random(seed)
        self._seq, self._head, self._hlc = 0, GENESIS, Hlc()

    def add(self, subject: str, event: Event) -> Entry:
        at = datetime.now(UTC)
        self._hlc = tick(self._hlc, at)
        entry = seal(
            event, previous=self._head, id=uuid7(at, self.rng.randbytes(10)), device=self.device,
            install=self.install, seq=self._seq + 1, at=at, hlc=self._hlc.text(), actor="1001",
            subject=subject,
        )  # fmt: skip
        self._seq, self._head = entry.seq, entry.hash
        return entry

    def take_block(self, first: int, last: int) -> Entry:
        return self.add("device", CaseNumbersLeased(first=first, last=last))

    def case(self, serial: int, make: MakeCase) -> Iterator[Entry]:
        case_id = uuid7(datetime.now(UTC), self.rng.randbytes(10))
        for subject, event in make(case_id, serial, self.device, self.rng):
            yield self.add(subject, event)

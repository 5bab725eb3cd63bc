"""Invented people with every kind of card, for the card tests."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from app.devices.cards.pcsc_service import PcscContext
from app.devices.simulators.people import SimulatedCard, SocialSecurityData
from app.domain.person import DocumentKind, Sex, check_character
from app.ports import CardReader, ReadDone, ReaderMessage, ReadFailed, ReadProgress

TODAY = date(2026, 11, 22)


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


CLOCK = FixedClock()


def number(region: str, birth: date, sequence: int) -> str:
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first17 + check_character(first17)


_BIRTH = date(1990, 3, 7)

RESIDENT = SimulatedCard(
    document=DocumentKind.RESIDENT,
    name="张示例",
    sex=Sex.MALE,
    nation="01",
    birth=_BIRTH,
    address="示例省样例市测试路1号",
    number=number("110101", _BIRTH, 123),
    issuer="样例市公安局示例分局",
    valid_from=date(2018, 5, 1),
    valid_to=date(2038, 5, 1),
    social_security=SocialSecurityData(
        version="2.00",
        card_number="A12345678",
        issuer="110100",
        issued=date(2020, 1, 2),
        expires=date(2030, 1, 2),
    ),
)
HK_MO_TW = SimulatedCard(
    document=DocumentKind.HK_MO_TW,
    name="李样例",
    sex=Sex.FEMALE,
    birth=_BIRTH,
    address="示例省样例市测试路2号",
    number=number("810000", _BIRTH, 246),
    issuer="样例市公安局",
    valid_from=date(2022, 5, 1),
    valid_to=date(2027, 5, 1),
)
FOREIGNER_2017 = SimulatedCard(
    document=DocumentKind.FOREIGNER_2017,
    name="测试安娜",
    name_latin="SAMPLE, ANNA EXAMPLE",
    sex=Sex.FEMALE,
    nationality="CAN",
    birth=_BIRTH,
    number="CAN110090030701",
    issuer="1500",
    valid_from=date(2019, 5, 1),
    valid_to=date(2029, 5, 1),
)
FOREIGNER_2023 = SimulatedCard(
    document=DocumentKind.FOREIGNER_2023,
    name="样例约翰",
    name_latin="EXAMPLE, JOHN MAXIMILIAN BARTHOLOMEW TEST",  # past the first 35 characters
    sex=Sex.MALE,
    nationality="USA",
    birth=date(1981, 8, 5),
    number=number("911840", date(1981, 8, 5), 11),
    issuer="国家移民管理局",
    valid_from=date(2024, 5, 1),
    valid_to=date(2034, 5, 1),
)
ALL = {
    "resident": RESIDENT,
    "hk_mo_tw": HK_MO_TW,
    "foreigner_2017": FOREIGNER_2017,
    "foreigner_2023": FOREIGNER_2023,
}

NAMES = [
    "迪丽·测试",  # U+00B7
    "示例𠮷",  # supplementary plane
    "样例㛃䶮",
    "测试\ue863",  # private use
    "测试\uf900",  # compatibility: must not be normalised
    "阿卜杜热合曼·测试示例样例买买",  # 15 units, the whole field
]


class Ears:
    """Collects a reader's messages."""

    def __init__(self) -> None:
        self.messages: queue.Queue[ReaderMessage] = queue.Queue()
        self.threads: set[threading.Thread] = set()

    def tell(self, message: ReaderMessage) -> None:
        self.threads.add(threading.current_thread())
        self.messages.put(message)

    def end(self, wait: float = 10) -> ReadDone | ReadFailed:
        last = self.until_end(wait)[-1]
        assert not isinstance(last, ReadProgress)
        return last

    def until_end(self, wait: float = 10) -> list[ReaderMessage]:
        heard = []
        while True:
            message = self.messages.get(timeout=wait)
            heard.append(message)
            if not isinstance(message, ReadProgress):
                return heard


def read(reader: CardReader, *, timeout: float = 5) -> ReadDone | ReadFailed:
    ears = Ears()
    reader.start(1, timeout, ears.tell)
    end = ears.until_end(timeout + 10)[-1]
    assert not isinstance(end, ReadProgress)
    return end


def code_of(end: ReadDone | ReadFailed) -> str:
    return end.code if isinstance(end, ReadFailed) else ""


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def wait_until_empty() -> None:
    """Wait until no chip card reader holds a card (pcscd sees a removal a moment later)."""
    context = PcscContext()

    def empty() -> bool:
        states = context.states(dict.fromkeys(context.readers(), 0), 0)
        return not any(context.has_card(state) for state in states.values())

    try:
        eventually(empty)
    finally:
        context.close()


T = TypeVar("T")


def eventually(ask: Callable[[], T], wait: float = 5) -> T:
    """Ask until the answer is true."""
    deadline = time.monotonic() + wait
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return answer

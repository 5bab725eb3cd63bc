"""What a kiosk shows, and the sentences for it. Nothing of a person is ever in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.hall import Business
from app.domain.queue_policy import PriorityReason
from app.domain.queue_view import HallView, LineView
from app.domain.sheet_papers import GuideContent
from app.ports import CardReader, Clock, ReaderStep
from app.print_ports import PrinterStatus
from app.services.catalogue import Found
from app.services.kiosk_desk import Given, KioskDesk
from app.services.print_jobs import PrintJob
from app.texts import Explanation
from ui.kit.lane import Lane
from ui.kit.texts import in_english, say
from ui.viewmodels.viewmodel import Note


class Step(StrEnum):
    IDLE = "idle"  # 请触摸屏幕
    HOME = "home"
    LINES = "lines"
    CARD = "card"  # put a card down, or go on without
    SEARCH = "search"
    ITEM = "item"
    CODE = "code"  # typed or scanned: of a booking, or a number that was passed over
    DONE = "done"


class Purpose(StrEnum):
    """What a typed code is for."""

    BOOKING = "booking"
    BACK = "back"
    REPRINT = "reprint"


class Slip(StrEnum):
    """What became of the paper."""

    NONE = "none"
    COMING = "coming"
    OUT = "out"
    LOST = "lost"  # nothing came out, or nobody can say


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskState:
    """``text`` was typed here. ``slips`` and ``sheets``: why nothing can be printed, "" where it
    can. ``lost``: the back office cannot be reached."""

    step: Step = Step.IDLE
    view: HallView | None = None
    lost: bool = False
    english: bool = False
    large: bool = False
    spoken: bool = False
    business: str = ""
    item: str = ""
    priority: str = ""
    purpose: Purpose = Purpose.BOOKING
    text: str = ""
    found: tuple[Found, ...] = ()
    guide: GuideContent | None = None
    reading: ReaderStep | None = None
    working: bool = False
    note: Note | None = None
    given: Given | None = None
    slip: Slip = Slip.NONE
    slips: str = ""
    sheets: str = ""


class PrintLook(Protocol):
    """What of the print desk a kiosk looks at."""

    def status(self) -> dict[str, PrinterStatus]: ...

    def job(self, job_id: str) -> PrintJob: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskServices:
    """``translate(english)`` installs the language; ``speak`` says a sentence in it and returns at
    once. ``slip_printer`` and ``sheet_printer`` are specifications."""

    desk: KioskDesk
    businesses: tuple[Business, ...]
    find: Callable[[str, int], tuple[Found, ...]]
    guide: Callable[[str], GuideContent]
    prints: PrintLook
    reader: CardReader
    explain: Callable[[str, dict[str, str | int]], Explanation]
    clock: Clock
    lane: Lane
    view_lane: Lane
    printer_lane: Lane
    translate: Callable[[bool], None]
    speak: Callable[[str, bool], None]
    slip_printer: str
    sheet_printer: str
    priorities: tuple[PriorityReason, ...]
    greeter: bool = False
    card_timeout: float = 40.0
    rest_ms: int = 60_000  # nobody touched it for so long: everything is wiped
    done_ms: int = 15_000  # that a number stands on the screen


def line_name(business: Business) -> str:
    return business.name_en if in_english() and business.name_en else business.name


def priority_name(reason: PriorityReason) -> str:
    return reason.name_en if in_english() and reason.name_en else reason.name


def line_words(line: LineView | None) -> str:
    """How a line stands, for who may choose it."""
    if line is None:
        return ""
    if not line.open:
        return say("{time} 开始取号", time=line.opens) if line.opens else say("今日不再取号")
    if line.left == 0:
        return say("这一时段的号已取完")
    if line.wait is None:
        return say("{n} 人等候", n=line.waiting)
    return say(
        "{n} 人等候，约 {least}–{most} 分钟",
        n=line.waiting, least=line.wait.least, most=line.wait.most,
    )  # fmt: skip


def can_take(line: LineView | None) -> bool:
    """Where nothing is known of it the desk decides."""
    return line is None or (line.open and line.left != 0)


def ahead_words(given: Given) -> str:
    if given.alone and given.ahead < 0:
        return say("暂时连不上后台：恢复后按取号时间排队")
    if given.ahead == 0:
        return say("下一位就是您，请留意呼叫")
    if given.ahead < 0:
        return say("请留意呼叫和大屏")
    words = say("您前面还有 {n} 人", n=given.ahead)
    if given.wait is None:
        return words
    wait = say("约等 {least}–{most} 分钟", least=given.wait.least, most=given.wait.most)
    return f"{words} · {wait}"


def slip_words(slip: Slip, given: Given) -> str:
    if given.already:
        return say("您在这项业务已有号，还没有叫到。小票丢了可以补打。")
    return {
        Slip.NONE: say("请到休息区等候"),
        Slip.COMING: say("正在打印小票…"),
        Slip.OUT: say("请取走小票，到休息区等候"),
        Slip.LOST: say("小票没有打印出来：请记住号码，或请导办员补打"),
    }[slip]


def step_words(reading: ReaderStep | None) -> str:
    match reading:
        case None | ReaderStep.OPENING:
            return say("读卡器正在准备…")
        case ReaderStep.WAITING_FOR_CARD:
            return say("请把身份证放在读卡区")
        case _:
            return say("正在读取，请不要拿开")


def spoken_words(state: KioskState) -> str:
    """What the voice says when a page opens."""
    match state.step:
        case Step.HOME:
            return say("请选择要办的事")
        case Step.LINES:
            return say("请选择业务")
        case Step.CARD:
            return say("请把身份证放在读卡区，没有带的可以直接取号")
        case Step.SEARCH:
            return say("请输入事项名称的拼音首字母")
        case Step.CODE:
            return say("请输入号码")
        case Step.DONE if state.given is not None:
            said = say("您的号码是 {number}", number=" ".join(state.given.number))
            return f"{said}。{ahead_words(state.given)}"
        case _:
            return ""

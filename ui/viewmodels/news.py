"""Tell what came from elsewhere: conflicts, supplements, results, orders; and what is unread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.fact_words import fact_words
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel, note_for

if TYPE_CHECKING:
    from app.services.news import AnyNews, NewsDesk, Order

LOOK_EVERY = 3_000  # ms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsLine:
    id: str
    kind: str
    tone: Tone
    title: str
    meaning: str
    at: str
    unread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsState:
    """``orders`` hold now and stand above everything; ``badge`` is for the status line."""

    lines: tuple[NewsLine, ...] = ()
    orders: tuple[Note, ...] = ()
    badge: tuple[str, Tone] = ("", Tone.NEUTRAL)
    note: Note | None = None


class NewsModel(ViewModel[NewsState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, NewsState(), parent)
        self._timer = QTimer(self, interval=LOOK_EVERY)
        self._timer.timeout.connect(self.refresh)

    def start(self) -> None:
        if self._services.news is not None:
            self._timer.start()
            self.refresh()

    def stop(self) -> None:
        self._timer.stop()

    def refresh(self) -> None:
        if (desk := self._services.news) is not None:
            self._services.lane.submit(lambda: _look(desk), self._see, self._fail, self)

    def read_all(self) -> None:
        desk = self._services.news
        unread = [line.id for line in self.state.lines if line.unread]
        if desk is not None and unread:
            self._services.lane.submit(
                lambda: desk.mark_read(*unread), lambda _: self.refresh(), self._fail, self
            )

    def read(self, news_id: str) -> None:
        desk = self._services.news
        if desk is not None and news_id:
            self._services.lane.submit(
                lambda: desk.mark_read(news_id), lambda _: self.refresh(), self._fail, self
            )

    def _see(self, answer: tuple[tuple[AnyNews, ...], int, tuple[Order, ...]]) -> None:
        recent, unread, orders = answer
        badge = (say("消息 {n}：按 Ctrl+I", n=unread), Tone.ACT) if unread else ("", Tone.NEUTRAL)
        self._show(
            replace(
                self.state, lines=tuple(map(self._line, recent)), badge=badge, note=None,
                orders=tuple(
                    Note(tone=Tone.WARN, message=say("督导：{text}", text=one.text))
                    for one in orders
                ),
            )
        )  # fmt: skip

    def _line(self, one: AnyNews) -> NewsLine:
        kind, tone, title, meaning = self._words(one)
        at = one.at.astimezone(HALL_ZONE)
        today = self._services.clock.now().astimezone(HALL_ZONE).date()
        when = clock_text(one.at) if at.date() == today else f"{at:%m-%d} {clock_text(one.at)}"
        return NewsLine(
            id=one.id, kind=kind, tone=tone, title=title, meaning=meaning, at=when,
            unread=not one.read,
        )  # fmt: skip

    def _words(self, one: AnyNews) -> tuple[str, Tone, str, str]:
        """(chip, its tone, title, what it means for the clerk)."""
        # By name: what the classes come from is loaded with the first case, not with the screen.
        match type(one).__name__:
            case "Order":
                return say("督导"), Tone.WARN, _get(one, "text"), ""
            case "Conflict":
                return self._conflict(one)
            case "SupplementWanted":
                names = "、".join(line.name for line in getattr(one, "lines", ()))
                step = say("要补：{names}。申请人带来了，按 F10 输入编号接着办。", names=names)
                return say("要补齐"), Tone.WARN, _case_words(one), step
            case "ResultArrived":
                result = f"{_get(one, 'result')} {_get(one, 'result_number')}".strip()
                step = say("{result} 到了，等着领取：按 Ctrl+U 出件。", result=result)
                return say("办结"), Tone.GOOD, _case_words(one), step
            case "CaseFreed":
                step = say("督导放开了这件（{why}）：任何窗口可以接着办。", why=_get(one, "reason"))
                return say("已放开"), Tone.NEUTRAL, _case_words(one), step
            case _:
                note = note_for(self._services, _get(one, "code"))
                meaning = f"{note.message} {note.next_step}".strip()
                return say("看不全"), Tone.WARN, _case_words(one), meaning

    def _conflict(self, one: AnyNews) -> tuple[str, Tone, str, str]:
        kinds = "、".join(dict.fromkeys(map(fact_words, getattr(one, "kinds", ()))))
        if getattr(one, "ours", False):
            step = say(
                "{who} 窗口先办了这件，本窗口记的（{what}）没有采用：按 F11 补记或作废。",
                who=_get(one, "holder"), what=kinds,
            )  # fmt: skip
            return say("没有采用"), Tone.BAD, _case_words(one), step
        step = say(
            "{who} 窗口同时也办了这件，它记的（{what}）没有采用，以本窗口的为准。",
            who=_get(one, "window"), what=kinds,
        )  # fmt: skip
        return say("两窗同办"), Tone.WARN, _case_words(one), step

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error)))


def _look(desk: NewsDesk) -> tuple[tuple[AnyNews, ...], int, tuple[Order, ...]]:
    return desk.recent(), desk.unread(), desk.orders()


def _get(one: AnyNews, name: str) -> str:
    return str(getattr(one, name, ""))


def _case_words(one: AnyNews) -> str:
    return f"{_get(one, 'number')} {_get(one, 'item_name')}".strip() or say("未编号的办件")

"""Show what waits, what arrived and what the back office refused, with what a person can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.domain.errors import AppError
from app.ports import LinkState, SyncStatus
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.fact_words import fact_words
from ui.viewmodels.services import CounterServices, SetAsideEntry
from ui.viewmodels.viewmodel import Note, ViewModel, note_for


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    at: str
    about: str
    what: str
    why: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    waiting: int = 0
    sent: int = 0
    refused: int = 0
    link: Note | None = None
    rows: tuple[RefusedRow, ...] = ()


class OutboxModel(ViewModel[OutboxState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, OutboxState(), parent)

    def refresh(self) -> None:
        services = self._services
        services.lane.submit(self._ask_sync, self._see_sync, self._fail, self)
        services.lane.submit(self._ask_refused, self._see, self._fail, self)

    def _see_sync(self, sync: SyncStatus) -> None:
        self._show(
            replace(
                self.state, waiting=sync.waiting, sent=sync.acknowledged, refused=sync.refused,
                link=self._link(sync),
            )
        )  # fmt: skip

    def send_now(self) -> None:
        self._services.lane.submit(self._wake, lambda _: self.refresh(), self._fail, self)

    def _wake(self) -> None:
        self._services.back_office.wake()

    def _ask_sync(self) -> SyncStatus:
        return self._services.back_office.status()

    def _ask_refused(self) -> Sequence[SetAsideEntry]:
        return self._services.refused.refused()

    def _link(self, sync: SyncStatus) -> Note:
        since = clock_text(sync.since) if sync.since else ""
        match sync.link:
            case LinkState.CONNECTED:
                text = say("后台已连接，保存一条就送一条。")
                return Note(tone=Tone.GOOD, message=text)
            case LinkState.CONNECTING:
                return Note(tone=Tone.NEUTRAL, message=say("正在连接后台…"))
            case _:
                tone = Tone.BAD if sync.link is LinkState.BLOCKED else Tone.WARN
                if sync.code:
                    note = note_for(self._services, sync.code, tone=tone)
                else:
                    message = say("后台断开。照常办理，连上以后自动送出。")
                    note = Note(tone=tone, message=message)
                if since:
                    step = say("{step}（从 {since} 起）", step=note.next_step, since=since)
                    note = replace(note, next_step=step)
                return note

    def _see(self, entries: Sequence[SetAsideEntry]) -> None:
        self._show(replace(self.state, rows=tuple(self._row(entry) for entry in entries)))

    def _row(self, entry: SetAsideEntry) -> RefusedRow:
        sentence = self._services.explain(entry.code, {"detail": entry.detail})
        return RefusedRow(
            at=clock_text(entry.at), about=entry.number or say("未编号"),
            what=fact_words(entry.kind), why=sentence.message, next_step=sentence.next_step,
        )  # fmt: skip

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, link=self._note(error)))

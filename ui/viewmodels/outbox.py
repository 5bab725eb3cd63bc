"""Show what waits, what arrived and what was refused, and let a person answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError
from app.domain.journal import Entry
from app.ports import LinkState, SyncStatus, UploadProgress
from app.services.refused_pages import PagesAside
from app.services.set_aside import AsideMatter
from app.services.set_aside_answers import Recorded
from app.services.waiting_records import WaitingRecords
from ui.kit.amounts import size_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.outbox_rows import OutboxRow, RowAct, page_rows, rows_of, when_text
from ui.viewmodels.services import CounterServices, Sentence
from ui.viewmodels.viewmodel import Note, ViewModel, note_for

if TYPE_CHECKING:
    from app.services.sign_in import Session

T = TypeVar("T")


class OutboxTab(StrEnum):
    WAITING = "waiting"  # for a person
    PARKED = "parked"  # for the back office's upgrade
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropForm:
    """The note that every 记录作废 needs."""

    row: OutboxRow
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """``waiting`` and ``sent`` are facts, ``scans`` what waits of scans in words; ``oldest`` says
    since when the longest waiting one waits. ``rows`` are those of the chosen tab."""

    waiting: int = 0
    sent: int = 0
    refused: int = 0
    scans: str = ""
    oldest: str = ""
    link: Note | None = None
    tab: OutboxTab = OutboxTab.WAITING
    counts: tuple[int, int, int] = (0, 0, 0)  # facts in each tab, and pages in the first
    rows: tuple[OutboxRow, ...] = ()
    form: DropForm | None = None
    note: Note | None = None
    busy: bool = False
    loaded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One look at everything."""

    sync: SyncStatus
    scans: UploadProgress | None
    waits: WaitingRecords
    matters: dict[OutboxTab, tuple[AsideMatter, ...]] = field(default_factory=dict)
    pages: tuple[PagesAside, ...] = ()


class OutboxModel(ViewModel[OutboxState]):
    """``go_on`` carries (case id, whether it waits for its applicant): to the counter with it."""

    go_on = Signal(str, bool)

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, OutboxState(), parent)
        self._session: Session | None = None
        self._matters: dict[OutboxTab, tuple[AsideMatter, ...]] = {}
        self._pages: tuple[PagesAside, ...] = ()

    def take_session(self, session: Session | None) -> None:
        self._session = session
        self._show(replace(self.state, form=None, note=None))

    def refresh(self) -> None:
        self._services.lane.submit(self._look, self._see, self._fail, self)

    def choose_tab(self, tab: OutboxTab) -> None:
        self._show(replace(self.state, tab=tab, form=None, note=None, rows=self._rows(tab)))

    def send_now(self) -> None:
        self._services.lane.submit(
            self._services.back_office.wake, lambda _: self.refresh(), self._fail, self
        )

    # -- acts -----------------------------------------------------------------------------------

    def act(self, act: RowAct, row_id: str) -> None:
        row = next((one for one in self.state.rows if one.id == row_id), None)
        if row is None or self.state.busy or act not in {open_ for open_, _ in row.acts}:
            return
        match act:
            case RowAct.AGAIN:
                self._again(row)
            case RowAct.DROP:
                self._show(replace(self.state, form=DropForm(row=row), note=None))
            case RowAct.LOOK:
                self._fetch(row)
            case RowAct.GO_ON:
                self.go_on.emit(row.case_id, row.resume)

    def say_busy(self) -> None:
        told = Note(tone=Tone.WARN, message=say("窗口前还有人：先办完手上的这一件。"))
        self._show(replace(self.state, note=told))

    def close_form(self) -> None:
        self._show(replace(self.state, form=None))

    def drop(self, note: str) -> None:
        """What it was recorded for does not count; the note says why."""
        form, desk = self.state.form, self._services.answers
        if form is None or desk is None:
            return
        if not note.strip():
            told = Note(tone=Tone.WARN, message=say("写明为什么作废，例如“已在二号窗口补交”。"))
            self._show(replace(self.state, form=replace(form, note=told)))
            return

        def done(_: None) -> None:
            told = Note(tone=Tone.GOOD, message=say("已记为作废，记录仍在“处理过的”里。"))
            self._show(replace(self.state, form=None, note=told))

        self._answer(lambda session: desk.drop(session, form.row.keys, note), done)

    def _again(self, row: OutboxRow) -> None:
        desk = self._services.answers
        if desk is None:
            return

        def done(recorded: Recorded) -> None:
            text = say("已补记 {n} 条，等着送后台。", n=recorded.facts)
            if recorded.numbers:
                numbers = "、".join(recorded.numbers)
                text = say("新编号 {numbers}；替换的凭证已送打印，请交给申请人并收回旧的。",
                           numbers=numbers)  # fmt: skip
            self._show(replace(self.state, note=Note(tone=Tone.GOOD, message=text)))

        self._answer(lambda session: desk.again(session, row.keys), done)

    def _answer(self, work: Callable[[Session], T], done: Callable[[T], None]) -> None:
        session = self._session
        if session is None:
            return
        self._show(replace(self.state, busy=True, note=None))

        def finished(answer: T) -> None:
            self._show(replace(self.state, busy=False))
            done(answer)
            self.refresh()

        self._services.lane.submit(lambda: work(session), finished, self._refuse, self)

    def _fetch(self, row: OutboxRow) -> None:
        """The case as the back office has it; this window's facts that wait follow it."""
        people, desk = self._services.people, self._services.answers
        if desk is None:
            return
        self._show(replace(self.state, busy=True, note=None))

        def fetched(history: tuple[Entry, ...]) -> None:
            self._services.lane.submit(lambda: desk.take_in(history), taken, self._refuse, self)

        def taken(_: None) -> None:
            told = Note(tone=Tone.GOOD, message=say("已取回后台的记录，下面是这件办件的现状。"))
            self._show(replace(self.state, busy=False, note=told))
            self.refresh()

        self._services.people_lane.submit(
            lambda: people.history(row.number or row.case_id), fetched, self._refuse, self
        )

    def _refuse(self, error: AppError) -> None:
        note = self._note(error)
        form = replace(self.state.form, note=note) if self.state.form else None
        shown = None if form else note
        self._show(replace(self.state, busy=False, form=form, note=shown))
        self.refresh()

    # -- looking --------------------------------------------------------------------------------

    def _look(self) -> _Seen:
        services = self._services
        desk, waits, pages = services.refused, services.waiting, services.refused_pages
        return _Seen(
            sync=services.back_office.status(),
            scans=services.uploads.progress() if services.uploads else None,
            waits=waits.summary() if waits else WaitingRecords(),
            matters={
                OutboxTab.WAITING: desk.waiting(),
                OutboxTab.PARKED: desk.parked(),
                OutboxTab.ANSWERED: desk.history(),
            },
            pages=pages.waiting() if pages else (),
        )

    def _see(self, seen: _Seen) -> None:
        self._matters, self._pages = seen.matters, seen.pages
        counts = [sum(len(m.facts) for m in seen.matters[tab]) for tab in OutboxTab]
        counts[0] += sum(len(one.pages) for one in seen.pages)
        form = self.state.form
        rows = self._rows(self.state.tab)
        if form is not None and form.row.id not in {row.id for row in rows}:
            form = None  # answered meanwhile
        self._show(
            replace(
                self.state, waiting=seen.sync.waiting, sent=seen.sync.acknowledged,
                refused=counts[0], counts=(counts[0], counts[1], counts[2]),
                scans=_scans(seen.scans), oldest=_oldest(seen.waits), link=self._link(seen.sync),
                rows=rows, form=form, loaded=True,
            )
        )  # fmt: skip

    def _rows(self, tab: OutboxTab) -> tuple[OutboxRow, ...]:
        numbers = {window.id: window.number for window in self._services.sign_in.windows()}

        def place(window: str) -> str:
            return say("{number} 号窗口", number=numbers.get(window, window))

        rows = rows_of(self._matters.get(tab, ()), self._explain, place)
        if tab is not OutboxTab.WAITING:
            return rows
        return (*rows, *page_rows(self._pages, self._explain, place))

    def _explain(self, code: str, detail: str) -> Sentence:
        return self._services.explain(code, {"detail": detail})

    def _link(self, sync: SyncStatus) -> Note:
        since = when_text(sync.since) if sync.since else ""  # it may be weeks
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

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error), loaded=True))


def _oldest(waits: WaitingRecords) -> str:
    if waits.since is None:
        return ""
    about = " ".join(part for part in (waits.number, waits.applicant) if part)
    since = when_text(waits.since)
    size = size_text(waits.size)
    if not about:
        return say("最早的从 {since} 起等着，共约 {size}。", since=since, size=size)
    return say("最早的从 {since} 起等着（{about}），共约 {size}。", since=since, about=about,
               size=size)  # fmt: skip


def _scans(scans: UploadProgress | None) -> str:
    if scans is None or not scans.files_left:
        return ""
    size = size_text(max(0, scans.bytes_total - scans.bytes_sent))
    return say("{n} 个，{size}", n=scans.files_left, size=size)

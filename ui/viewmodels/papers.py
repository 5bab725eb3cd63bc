"""Show every paper of this window and let the clerk retry, answer 出来了吗 and print again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from ui.kit.clock import clock_text
from ui.kit.formats import paper_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices, PaperJob
from ui.viewmodels.viewmodel import Note, ViewModel, note_for

if TYPE_CHECKING:
    from app.services.print_jobs import PrintAct
    from app.services.sign_in import Session
    from ui.kit.lane import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """``state`` is queued, sent, printed, failed, doubted or cancelled; ``inside`` where its
    printer holds it; ``hint`` says where or what to do."""

    id: str
    at: str
    title: str
    number: str
    state: str
    chip: str
    tone: Tone
    hint: str
    inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersState:
    rows: tuple[PaperRow, ...] = ()
    reprinting: str = ""  # the job a reason is asked for
    moving: str = ""  # the job another printer is asked for
    choices: tuple[tuple[str, str], ...] = ()  # specification and name of the others
    history: tuple[str, ...] = ()  # of one paper: who did what with it, and when
    note: Note | None = None


class PapersModel(ViewModel[PapersState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, PapersState(), parent)
        self._session: Session | None = None
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.refresh)

    def take_session(self, session: Session | None) -> None:
        self._session = session
        if session is None:
            self._timer.stop()
            self._show(PapersState())
        else:
            self._timer.start()
            self.refresh()

    def refresh(self) -> None:
        self._services.lane.submit(self._ask_jobs, self._see, self._fail, self)

    def _ask_jobs(self) -> Sequence[PaperJob]:
        return self._services.papers.jobs()

    def retry(self, job_id: str) -> None:
        self._act(lambda s: self._services.papers.retry(s, job_id))

    def answer(self, job_id: str, printed: bool) -> None:
        self._act(lambda s: self._services.papers.answer(s, job_id, printed))

    def ask_reprint(self, job_id: str) -> None:
        self._show(replace(self.state, reprinting=job_id, moving="", note=None))

    def ask_move(self, job_id: str) -> None:
        """Which printer instead; "" to leave it where it is."""
        self._show(replace(self.state, moving=job_id, reprinting="", choices=(), note=None))
        if not job_id:
            return

        def work() -> tuple[tuple[str, str], ...]:
            here = next((j.printer for j in self._services.papers.jobs() if j.id == job_id), "")
            known = self._services.papers.choices().items()
            return tuple((spec, name) for spec, name in known if spec != here)

        def done(choices: tuple[tuple[str, str], ...]) -> None:
            note = None
            if not choices:
                note = Note(tone=Tone.WARN, message=say("没有别的打印机：按 Ctrl+F12 添加。"))
            self._show(replace(self.state, choices=choices, note=note))

        self._services.lane.submit(work, done, self._fail, self)

    def ask_history(self, job_id: str) -> None:
        """Who printed this paper, when and how often; "" to put it away."""
        if not job_id:
            self._show(replace(self.state, history=()))
            return

        def done(acts: Sequence[PrintAct]) -> None:
            staff = {one.id: one.name for one in self._services.sign_in.staff()}
            lines = tuple(_act_words(act, staff) for act in acts)
            self._show(replace(self.state, history=lines, reprinting="", moving=""))

        self._services.lane.submit(
            lambda: self._services.papers.audit(job_id), done, self._fail, self
        )

    def move(self, printer: str) -> None:
        job_id = self.state.moving
        self._act_slowly(lambda s: self._services.papers.move(s, job_id, printer))

    def cancel(self, job_id: str) -> None:
        self._act_slowly(lambda s: self._services.papers.cancel(s, job_id))

    def reprint(self, reason: str) -> None:
        """补打 needs a reason, because every copy counts."""
        if not reason.strip():
            note = Note(tone=Tone.WARN, message=say("写明为什么补打，例如“卡纸”。"))
            self._show(replace(self.state, note=note))
            return
        job_id = self.state.reprinting
        self._act(lambda s: self._services.papers.reprint(s, job_id, reason))

    def find(self, jobs: tuple[str, ...]) -> tuple[PaperRow, ...]:
        found = (row for row in self.state.rows if row.id in jobs)
        return tuple(sorted(found, key=lambda row: jobs.index(row.id)))

    def _act_slowly(self, act: Callable[[Session], object]) -> None:
        """A printer may have to be asked for the job: not on the database's lane."""
        self._act(act, self._services.printer_lane)

    def _act(self, act: Callable[[Session], object], lane: Lane | None = None) -> None:
        session = self._session
        if session is None:
            return

        def work() -> Sequence[PaperJob]:
            act(session)
            return self._services.papers.jobs()

        def done(jobs: Sequence[PaperJob]) -> None:
            self._show(replace(self.state, reprinting="", moving="", note=None))
            self._see(jobs)

        (lane or self._services.lane).submit(work, done, self._fail, self)

    def _see(self, jobs: Sequence[PaperJob]) -> None:
        self._show(replace(self.state, rows=tuple(self._row(job) for job in jobs)))

    def _row(self, job: PaperJob) -> PaperRow:
        title = paper_name(job.paper)
        if job.reprint:
            title = say("{title}（补打 {n}）", title=title, n=job.reprint)
        if job.copies > 1:
            title = say("{title} × {n}", title=title, n=job.copies)
        chip, tone = _chip(job.state)
        inside = job.state == "sent" and bool(job.place)
        hint = ""
        if job.state == "failed":
            note = note_for(self._services, job.code, {"printer": job.printer})
            hint = " ".join(part for part in (note.message, note.next_step) if part)
        elif job.state == "doubted":
            hint = say("程序或打印机中断过：这张纸出来了吗？")
        elif inside:
            hint = say("打印机已收下，还没有打完")
        elif job.state == "printed":
            hint = job.place
        return PaperRow(
            id=job.id, at=clock_text(job.at), title=title, number=job.number, state=job.state,
            chip=chip, tone=tone, hint=hint, inside=inside,
        )  # fmt: skip

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error)))


def _chip(state: str) -> tuple[str, Tone]:
    return {
        "queued": (say("排队"), Tone.NEUTRAL),
        "sent": (say("正在打印"), Tone.ACT),
        "printed": (say("已打出"), Tone.GOOD),
        "failed": (say("没有打出"), Tone.BAD),
        "doubted": (say("不确定"), Tone.WARN),
        "cancelled": (say("已取消"), Tone.NEUTRAL),
    }.get(state, (state, Tone.NEUTRAL))


def _act_words(act: PrintAct, staff: Mapping[str, str]) -> str:
    what = {
        "PaperQueued": say("补打 {n}", n=act.reprint) if act.reprint else say("打印"),
        "PaperSent": say("送出"),
        "PaperTaken": say("打印机收下"),
        "PaperPrinted": say("打出"),
        "PaperFailed": say("没有打出"),
        "PaperDoubted": say("不知是否打出"),
        "PaperAnswered": say("看过打印机，作了回答"),
        "PaperRequeued": say("再打一遍"),
        "PaperCancelled": say("取消"),
    }.get(act.kind, act.kind)
    if act.kind == "PaperQueued" and act.copies > 1:
        what = say("{what}，{n} 份", what=what, n=act.copies)
    who = say("本机") if act.actor == "system" else staff.get(act.actor, act.actor)
    at = f"{act.at.astimezone(HALL_ZONE):%m-%d %H:%M:%S}"
    return "　".join(part for part in (at, who, what, act.reason, act.printer) if part)

"""Show every running clock with its light and next step; let the clerk pause, resume, extend.

It also lets the clocks run: at start, at a new day and every few minutes, cases whose notice limit
has passed are recorded as accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel, note_for
from ui.viewmodels.worklist_words import WorklistLine, line_of

if TYPE_CHECKING:
    from app.services.clock_desk import Settled
    from app.services.sign_in import Session
    from app.services.worklist import Worklist, WorklistView

LOOK_EVERY = 30_000  # ms
SETTLE_EVERY = timedelta(minutes=3)
_SET_BACK = "CLK-07"


class ClockAct(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockForm:
    """What is asked about one case. ``procedures`` are (code, name) to choose from."""

    act: ClockAct
    case_id: str
    number: str
    item: str
    procedures: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    today: str = ""
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistState:
    """``badge`` is for the status line; ``remarks`` stand at the head of the page."""

    lines: tuple[WorklistLine, ...] = ()
    loaded: bool = False
    head: str = ""
    badge: tuple[str, Tone] = ("", Tone.NEUTRAL)
    remarks: tuple[Note, ...] = ()
    form: ClockForm | None = None
    note: Note | None = None


class WorklistModel(ViewModel[WorklistState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, WorklistState(), parent)
        self._session: Session | None = None
        self._view: WorklistView | None = None
        self._trouble: Note | None = None  # why nothing is settled now
        self._set_back = False
        self._deemed: tuple[date | None, int] = (None, 0)  # how many on which day
        self._settled_at: datetime | None = None
        self._timer = QTimer(self, interval=LOOK_EVERY)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        self._timer.start()
        self.settle()

    def stop(self) -> None:
        self._timer.stop()

    def take_session(self, session: Session | None) -> None:
        self._session = session
        self._show(replace(self.state, form=None, note=None))

    # -- by itself ------------------------------------------------------------------------------

    def look(self) -> None:
        """Often: settle where a new day has begun or some minutes have gone by."""
        now, last = self._services.clock.now(), self._settled_at
        if (
            last is None
            or abs(now - last) >= SETTLE_EVERY
            or now.astimezone(HALL_ZONE).date() != last.astimezone(HALL_ZONE).date()
        ):
            self.settle()

    def settle(self) -> None:
        self._settled_at = self._services.clock.now()
        if (desk := self._services.worklist) is not None:
            self._services.lane.submit(desk.settle, self._settled, self._unsettled, self)

    def _settled(self, settled: Settled) -> None:
        self._trouble = note_for(self._services, settled.failed[0]) if settled.failed else None
        self._set_back = False
        today = self._services.clock.now().astimezone(HALL_ZONE).date()
        former = self._deemed[1] if self._deemed[0] == today else 0
        self._deemed = (today, former + len(settled.numbers))
        if settled.more:  # what the clerk asked meanwhile comes first on the lane
            self.settle()
        else:
            self.refresh()

    def _unsettled(self, error: AppError) -> None:
        self._trouble = self._note(error)
        self._set_back = error.code == _SET_BACK
        self.refresh()

    # -- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        if (desk := self._services.worklist) is not None:
            self._services.lane.submit(desk.view, self._see, self._cannot_see, self)

    def _see(self, view: WorklistView) -> None:
        self._view = view
        head = say(
            "红 {red} · 黄 {yellow} · 共 {all} 件", red=view.red, yellow=view.yellow,
            all=len(view.rows),
        )  # fmt: skip
        if view.more:
            head = say("{head}（只列最急的）", head=head)
        if self._deemed[1]:
            head = say("{head} · 今天 {n} 件记为视为受理", head=head, n=self._deemed[1])
        self._show(
            replace(
                self.state, loaded=True, lines=tuple(map(line_of, view.rows)), head=head,
                badge=self._badge(view), remarks=self._remarks(view),
            )
        )  # fmt: skip

    def _badge(self, view: WorklistView) -> tuple[str, Tone]:
        if self._set_back:
            return say("时限不能计算：按 Ctrl+J"), Tone.BAD
        if not view.red and not view.yellow:
            return "", Tone.NEUTRAL
        text = say("时限 红 {red} 黄 {yellow}：按 Ctrl+J", red=view.red, yellow=view.yellow)
        return text, Tone.BAD if view.red else Tone.WARN

    def _remarks(self, view: WorklistView) -> tuple[Note, ...]:
        remarks = [self._trouble] if self._trouble is not None else []
        if view.unpublished:
            years = "、".join(map(str, view.unpublished))
            text = say(
                "{years} 年放假安排未发布，到期日先按周一至周五计算；公布以后请管理员导入"
                "（onewindow calendar import）。",
                years=years,
            )
            remarks.append(Note(tone=Tone.WARN, message=text))
        if view.settings.fault:
            remarks.append(self._fault("CLK-04", view.settings.fault))
        if view.calendar_faults:
            remarks.append(self._fault("CAT-03", view.calendar_faults[0]))
        return tuple(remarks)

    def _fault(self, code: str, place: str) -> Note:
        return note_for(self._services, code, {"place": place}, Tone.WARN)

    def _cannot_see(self, error: AppError) -> None:
        self._show(replace(self.state, loaded=True, remarks=(self._note(error),)))

    # -- what the clerk does --------------------------------------------------------------------

    def ask(self, act: ClockAct, case_id: str) -> None:
        """Open the form, or say why not."""
        view = self._view
        line = next((one for one in self.state.lines if one.id == case_id), None)
        if view is None or line is None:
            return
        why_not = {
            ClockAct.PAUSE: line.why_no_pause,
            ClockAct.RESUME: line.why_no_resume,
            ClockAct.EXTEND: line.why_no_extension,
        }[act]
        if why_not:
            self._show(replace(self.state, form=None, note=Note(tone=Tone.WARN, message=why_not)))
            return
        procedures: tuple[tuple[str, str], ...] = ()
        if act is ClockAct.RESUME:
            procedures = line.lasting
        elif act is ClockAct.PAUSE:
            lasting = {code for code, _ in line.lasting}
            procedures = tuple(
                (one.code, one.name) for one in view.settings.procedures if one.code not in lasting
            )
        form = ClockForm(
            act=act, case_id=case_id, number=line.number, item=line.item, procedures=procedures,
            chosen=procedures[0][0] if len(procedures) == 1 else "", today=view.today.isoformat(),
        )  # fmt: skip
        self._show(replace(self.state, form=form, note=None))

    def choose(self, code: str) -> None:
        if (form := self.state.form) is not None:
            self._show(replace(self.state, form=replace(form, chosen=code)))

    def close_form(self) -> None:
        self._show(replace(self.state, form=None))

    def submit(self, *, reason: str, approver: str, day: str) -> None:
        """``day`` is a date, or how many working days an extension has."""
        form, session, desk = self.state.form, self._session, self._services.worklist
        if form is None or session is None or desk is None:
            return
        missing = self._missing(form, reason, approver, day)
        if missing:
            self._tell_form(Note(tone=Tone.WARN, message=missing))
            return
        act = _act(desk, session, form, reason, approver, day)

        def done(_: object) -> None:
            text = {
                ClockAct.PAUSE: say("{number} 的时限已暂停。", number=form.number),
                ClockAct.RESUME: say("{number} 的时限已恢复。", number=form.number),
                ClockAct.EXTEND: say("{number} 的时限已延长。", number=form.number),
            }[form.act]
            note = Note(tone=Tone.GOOD, message=text)
            self._show(replace(self.state, form=None, note=note))
            self.refresh()

        self._services.lane.submit(
            act, done, lambda error: self._tell_form(self._note(error)), self
        )

    def _missing(self, form: ClockForm, reason: str, approver: str, day: str) -> str:
        if form.act is not ClockAct.EXTEND and not form.chosen:
            return say("先选是哪个特别程序：按数字键。")
        if form.act is not ClockAct.RESUME and not (reason.strip() and approver.strip()):
            return say("理由和批准人都要写。")
        if form.act is ClockAct.EXTEND:
            return "" if _number(day) else say("延长几个工作日？写 1 到 10。")
        return "" if _day(day) else say("日期写成 2026-01-31 这样。")

    def _tell_form(self, note: Note) -> None:
        if self.state.form is not None:
            self._show(replace(self.state, form=replace(self.state.form, note=note)))


def _act(
    desk: Worklist, session: Session, form: ClockForm, reason: str, approver: str, day: str
) -> Callable[[], object]:
    match form.act:
        case ClockAct.PAUSE:
            return lambda: desk.pause(
                session, form.case_id, form.chosen, reason, approver, _day(day)
            )
        case ClockAct.RESUME:
            return lambda: desk.resume(session, form.case_id, form.chosen, _day(day))
        case ClockAct.EXTEND:
            return lambda: desk.extend(session, form.case_id, _number(day), reason, approver)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _number(text: str) -> int:
    """0 where it is no number of days."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 4 else 0

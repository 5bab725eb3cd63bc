"""The left column: whom do I serve. Ticket, calling, the line."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.line_forms import (
    DropForm,
    HoldForm,
    LeaveForm,
    LineForm,
    MoveForm,
    PauseForm,
    TakeForm,
)
from ui.pages.widgets.buttons import ActButton
from ui.pages.widgets.lists import WaitingList
from ui.pages.widgets.look import Look, set_look
from ui.pages.widgets.marks import Elided, NoteBar, label, row
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form, Primary
from ui.viewmodels.line_state import LineAct, LineStage, LineState

_FORMS = frozenset({Form.TAKE, Form.LEAVE, Form.HOLD, Form.MOVE, Form.DROP, Form.PAUSE})


class LineColumn(QFrame):
    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setFixedWidth(236)
        self._model = model
        self.window_name = label("", "title")
        self.clerk = Elided("", "muted")
        self.stage = label("", "section", wrap=True)
        self.ticket = label("—", "ticket")
        self.times = Elided("", "muted")
        self.word = NoteBar()  # a supervisor's
        self.note = NoteBar()
        self.begin = ActButton(say("开始办理"), "Ctrl+Return")
        self.next = ActButton(say("叫下一位"), "F2")
        self.recall = _small(say("重呼"), "F3")
        self.undo = _small(say("撤销"), "Shift+F3")
        self.pass_over = _small(say("过号"), "F4")
        self.hold = _small(say("挂起…"), "Shift+F4")
        self.take = _small(say("取号…"), "F5")
        self.drop = _small(say("弃号…"), "Shift+F5")
        self.pause = _small(say("暂停…"), "Shift+F2")
        self.hand_over = _small(say("转移…"), "Shift+F6")
        self.walk_in = ActButton(say("无号接待"), "Ctrl+N")
        self.acts = self._laid_out()
        self.take_form = TakeForm(model)
        self.leave_form = LeaveForm(model)
        self.forms: tuple[LineForm, ...] = (
            self.take_form, self.leave_form, HoldForm(model), MoveForm(model), DropForm(model),
            PauseForm(model),
        )  # fmt: skip
        self.waiting_title = label("", "section")
        self.waiting = WaitingList(look)
        self.lease = Elided("", "muted")

        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 10)
        layout.setSpacing(6)
        layout.addLayout(row(self.window_name, 0, self.clerk))
        for part in (
            self.stage, self.ticket, self.times, self.word, self.note, self.acts, *self.forms,
            self.waiting_title,
        ):  # fmt: skip
            layout.addWidget(part)
        layout.addWidget(self.waiting, 1)
        layout.addWidget(self.lease)

        self._connect(model)
        model.line.state_changed.connect(self.show_line)
        model.state_changed.connect(self.show_counter)
        self.show_line(model.line.state)
        self.show_counter(model.state)

    def _laid_out(self) -> QWidget:
        """The next over the whole width; two in a row what is rarer, an act beside its opposite."""
        acts = QWidget()
        grid = QGridLayout(acts)
        grid.setContentsMargins(0, 2, 0, 0)
        grid.setSpacing(6)
        for at, wide in enumerate((self.begin, self.next)):
            grid.addWidget(wide, at, 0, 1, 2)
        pairs = (
            (self.recall, self.undo), (self.pass_over, self.hold), (self.take, self.drop),
            (self.pause, self.hand_over),
        )  # fmt: skip
        for at, pair in enumerate(pairs, 2):
            for side, button in enumerate(pair):
                grid.addWidget(button, at, side)
        grid.addWidget(self.walk_in, 6, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return acts

    def _connect(self, model: CounterModel) -> None:
        calling = model.calling
        self.begin.clicked.connect(model.begin)
        self.next.clicked.connect(model.next_applicant)
        self.recall.clicked.connect(calling.recall)
        self.undo.clicked.connect(calling.undo)
        self.pass_over.clicked.connect(model.pass_or_leave)
        self.hold.clicked.connect(calling.open_hold)
        self.take.clicked.connect(lambda: model.open_form(Form.TAKE))
        self.drop.clicked.connect(calling.open_drop)
        self.pause.clicked.connect(calling.pause_or_resume)
        self.hand_over.clicked.connect(calling.open_move)
        self.walk_in.clicked.connect(model.walk_in)
        self.waiting.chosen.connect(calling.choose)
        self.waiting.dropped.connect(model.about_ticket)

    def show_line(self, state: LineState) -> None:
        self.window_name.setText(state.window)
        self.clerk.setText(state.clerk)
        self.ticket.setText(state.ticket or "—")
        self.times.setText(state.times)
        self.word.tell(state.word)
        self.note.tell(state.note)
        waiting = say("等候 {n} 人", n=state.waiting) if state.waiting else say("没有人等候")
        self.waiting_title.setText(waiting)
        self.waiting.put(state.rows)
        self.lease.setText(state.lease)
        again = say("开放") if state.closed else say("恢复")
        self.pause.set_words(again if state.paused else say("暂停…"))
        for form in self.forms:
            form.offer(state)
        self._say_stage()

    def show_counter(self, state: CounterState) -> None:
        leaving = state.may_leave and not state.may_pass
        self.begin.setVisible(state.primary is Primary.BEGIN)
        self.begin.set_primary(state.primary is Primary.BEGIN)
        self.next.set_primary(state.primary is Primary.CALL_NEXT)
        self.pause.set_primary(state.primary is Primary.GO_ON)
        back = self._model.case.state.open and self._model.case.state.numbered
        words = say("放回") if back else say("离开…")
        self.pass_over.set_words(words if leaving else say("过号"))
        self.pass_over.setEnabled(state.may_pass or state.may_leave)
        self.walk_in.setEnabled(state.may_walk_in)
        for act, button in (
            (LineAct.NEXT, self.next), (LineAct.RECALL, self.recall), (LineAct.UNDO, self.undo),
            (LineAct.HOLD, self.hold), (LineAct.DROP, self.drop), (LineAct.MOVE, self.hand_over),
        ):  # fmt: skip
            reason = state.refused.get(act, "")
            button.setEnabled(not reason)
            button.setToolTip(reason)
            button.setAccessibleDescription(reason)
        self.acts.setVisible(state.form not in _FORMS)
        for form in self.forms:
            form.open(state)
        self._say_stage()

    def _say_stage(self) -> None:
        line, case = self._model.line.state, self._model.case.state
        if line.halted:
            text = say("全厅暂停叫号：{reason}", reason=line.halted)
        elif line.stage is LineStage.CALLED:
            text = say("已呼叫，等申请人到窗口")
        elif case.decided is not None:
            text = say("已办完")
        elif case.open and not line.ticket:
            text = say("无号接待")
        elif line.stage is LineStage.SERVING:
            text = say("正在办理 · {business}", business=line.business)
        elif line.closed and not line.pause:
            text = say("本窗口没有开放")
        elif line.paused:
            reason = line.pause
            text = say("暂停服务：{reason}", reason=reason) if reason else say("暂停服务")
        else:
            text = say("空闲")
        self.stage.setText(text)
        set_look(self.ticket, "look", "ticket")


def _small(words: str, key: str) -> ActButton:
    return ActButton(words, key, tight=True)

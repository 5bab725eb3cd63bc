"""Ctrl+Shift+S: the supervisor's pages. One head for all: how the hall stands, from when, and what
she is being asked."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.panel import Panel
from ui.pages.supervisor_acts import ActsView
from ui.pages.supervisor_form import ActFormBox
from ui.pages.supervisor_hall import HallView
from ui.pages.supervisor_tickets import TicketsView
from ui.pages.widgets.buttons import link, small
from ui.pages.widgets.look import Look, set_look
from ui.pages.widgets.marks import Chip, NoteBar, label, row
from ui.viewmodels.services import CounterServices
from ui.viewmodels.supervisor import SupervisorModel, SupervisorState
from ui.viewmodels.supervisor_form import Ask
from ui.viewmodels.viewmodel import Note

if TYPE_CHECKING:
    from ui.viewmodels.supervisor_figures import FiguresModel
    from ui.viewmodels.supervisor_policy import PolicyModel

_MOST_FIGURES = 6
_HALT_KEY = "Ctrl+Shift+H"


class Tab(StrEnum):
    HALL = "hall"
    TICKETS = "tickets"
    POLICY = "policy"
    FIGURES = "figures"
    WHAT_IF = "what_if"
    ACTS = "acts"


class _View(Protocol):
    """One page of the stack."""

    def show_state(self, state: SupervisorState) -> None: ...

    def take_focus(self) -> None: ...


class SupervisorPanel(Panel):
    """Only the page that is seen is built and drawn; another when it is first chosen."""

    def __init__(self, services: CounterServices, model: SupervisorModel, look: Look) -> None:
        super().__init__(say("督导"))
        self._services = services
        self._model = model
        self._look = look
        self._figures: FiguresModel | None = None
        self._policy: PolicyModel | None = None
        self.told = label("", "muted")
        self.figures = [Chip() for _ in range(_MOST_FIGURES)]
        self.halted, self.stale, self.note = NoteBar(), NoteBar(), NoteBar()
        self.form = ActFormBox(model, look)
        self.halt = small(say("全厅停止"), _HALT_KEY)
        self.halt.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.halt.clicked.connect(lambda: model.ask(Ask.HALT))
        self.hall = HallView(model, look)
        self.tickets = TicketsView(model, look)
        self.acts = ActsView(model, look)
        self._views: dict[Tab, QWidget] = {
            Tab.HALL: self.hall, Tab.TICKETS: self.tickets, Tab.ACTS: self.acts
        }  # fmt: skip
        self.tabs = {
            Tab.HALL: link(say("大厅"), "F2"),
            Tab.TICKETS: link(say("排队号"), "F3"),
            Tab.POLICY: link(say("规则"), "F4"),
            Tab.FIGURES: link(say("统计"), "F5"),
            Tab.WHAT_IF: link(say("试算"), "F6"),
            Tab.ACTS: link(say("我的指令"), "F7"),
        }
        self.stack = QStackedWidget()
        for view in self._views.values():
            self.stack.addWidget(view)
        for at, figure in enumerate((self.told, *self.figures), 1):
            self.top.insertWidget(at, figure)
        self.inside.setContentsMargins(16, 10, 16, 10)
        self.inside.setSpacing(8)
        self.inside.addLayout(row(*self.tabs.values(), 0, self.halt, spacing=4))
        for part in (self.halted, self.stale, self.note, self.form):
            self.inside.addWidget(part)
        self.inside.addWidget(self.stack, 1)
        for tab, button in self.tabs.items():
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, t=tab: self.choose(t))
            self._hear(button.key(), partial(self.choose, tab))
        self._hear(_HALT_KEY, lambda: model.ask(Ask.HALT))
        self.hall.tickets_wanted.connect(self._show_tickets)
        model.state_changed.connect(self.show_state)
        self.choose(Tab.HALL)
        self.show_state(model.state)

    def _hear(self, key: str, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(act)

    def view(self, tab: Tab) -> _View:
        """Built when it is first wanted."""
        if tab not in self._views:
            built = self._built(tab)
            self._views[tab] = built
            self.stack.addWidget(built)
        return cast("_View", self._views[tab])

    def _built(self, tab: Tab) -> QWidget:
        if tab is Tab.POLICY:
            from ui.pages.supervisor_policy import PolicyView
            from ui.viewmodels.supervisor_policy import PolicyModel

            self._policy = PolicyModel(self._services, self._model, self)
            self._policy.state_changed.connect(lambda _: self._fill_one())
            return PolicyView(self._policy, self._look)
        from ui.pages.supervisor_figures import FiguresView, WhatIfView
        from ui.viewmodels.supervisor_figures import FiguresModel

        if self._figures is None:
            self._figures = FiguresModel(self._services, self._model, self)
        made = FiguresView if tab is Tab.FIGURES else WhatIfView
        return made(self._figures, self._look)

    def choose(self, tab: Tab) -> None:
        for one, button in self.tabs.items():
            set_look(button, "role", "here" if one is tab else "link")
        view = self.view(tab)
        self.stack.setCurrentWidget(self._views[tab])
        self.show_state(self._model.state)
        if self._model.state.form is None:
            view.take_focus()

    @property
    def tab(self) -> Tab:
        here = self.stack.currentWidget()
        return next(tab for tab, view in self._views.items() if view is here)

    def show_state(self, state: SupervisorState) -> None:
        rows = state.rows
        self.told.setText(say("{time} 的情况", time=state.told) if state.told else "")
        figures = rows.head if rows else ()
        for at, chip in enumerate(self.figures):
            chip.say(*(figures[at] if at < len(figures) else ("", Tone.NEUTRAL)))
        halted = rows.view.halted if rows else ""
        self.halted.tell(_halted_note(halted) if halted else None)
        self.halt.set_words(say("全厅恢复") if halted else say("全厅停止"))
        self.stale.tell(state.stale)
        self.note.tell(state.note if state.form is None else None)
        had = not self.form.isHidden()
        self.form.show_form(state.form)
        self._fill_one()
        self.tabs[Tab.ACTS].set_words(_acts_words(state))
        view = self.view(self.tab)
        view.show_state(state)
        if had and state.form is None and self.isVisible():
            view.take_focus()

    def _fill_one(self) -> None:
        """Of the buttons one is filled."""
        lays = (
            self.tab is Tab.POLICY
            and self._policy is not None
            and self._policy.state.checked is not None
        )
        self.back.set_primary(self._model.state.form is None and not lays)

    def take_focus(self) -> None:
        self.show_state(self._model.state)
        self.view(self.tab).take_focus()

    def step_back(self) -> bool:
        """Esc: out of the form, then to the hall, then out of the page. True where used up."""
        if self._model.state.form is not None:
            self._model.close_form()
            return True
        if self.tab is not Tab.HALL:
            self.choose(Tab.HALL)
            return True
        return False

    def _show_tickets(self, text: str) -> None:
        self.tickets.show_those_of(text)
        self.choose(Tab.TICKETS)


def _halted_note(reason: str) -> Note:
    return Note(
        tone=Tone.BAD, message=say("全厅停止：{reason}", reason=reason),
        next_step=say("不取号，不叫号；所有人的位置都留着。恢复按 {key}。", key=_HALT_KEY),
    )  # fmt: skip


def _acts_words(state: SupervisorState) -> str:
    pending = state.pending
    if pending.refused:
        return say("我的指令 · {n} 条被拒", n=pending.refused)
    if pending.open:
        return say("我的指令 · {n} 条待办", n=pending.open)
    return say("我的指令")

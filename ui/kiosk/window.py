"""The kiosk's screen: one page at a time, with the way back, the language and the size below.

It cannot be left by whoever stands before it: it fills the screen, and closes for ``end`` alone.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.domain.hall import HALL_ZONE
from ui.kiosk.look import Look
from ui.kiosk.pages import (
    CardPage,
    CodePage,
    DonePage,
    HomePage,
    IdlePage,
    ItemPage,
    LinesPage,
    Page,
    SearchPage,
)
from ui.kiosk.parts import button, label, show_words
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import LIGHT, Theme, Tone
from ui.viewmodels.kiosk import KioskModel
from ui.viewmodels.kiosk_state import KioskServices, KioskState, Purpose, Step

_PAGES: dict[Step, type[Page]] = {
    Step.IDLE: IdlePage, Step.HOME: HomePage, Step.LINES: LinesPage, Step.CARD: CardPage,
    Step.SEARCH: SearchPage, Step.ITEM: ItemPage, Step.CODE: CodePage, Step.DONE: DonePage,
}  # fmt: skip
_TYPES = frozenset({Step.SEARCH, Step.CODE})
_TOUCHES = frozenset(
    {QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress}
)  # fmt: skip


class KioskWindow(QWidget):
    def __init__(self, model: KioskModel, services: KioskServices, theme: Theme = LIGHT) -> None:
        super().__init__()
        self.setObjectName("kiosk")
        self.setWindowTitle("OneWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model, self._services, self._theme = model, services, theme
        self._ends = services.greeter  # a greeter's is a window like others
        self.pages: dict[Step, Page] = {}
        self._made: tuple[bool, bool, int, bool] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        # The screen is as large as it is: a page never makes the window larger.
        self._column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self.body: QWidget | None = None
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(1000)
        model.changed.connect(self.render_state)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    # -- building -------------------------------------------------------------------------------

    def _build(self, state: KioskState) -> None:
        """Anew for another language, size or screen."""
        unit = min(self.width(), self.height()) / 100
        wide = self.width() > self.height()
        kind = (state.english, state.large, round(unit * 100), wide)
        if kind == self._made:
            return
        self._made = kind
        look = Look(self._theme, unit, state.large)
        self.setStyleSheet(look.sheet())
        old, self.body = self.body, QWidget()
        if old is not None:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._column.addWidget(self.body)
        column = QVBoxLayout(self.body)
        margin = look.px(4)
        column.setContentsMargins(margin, look.px(2.5), margin, look.px(2.5))
        column.setSpacing(look.px(2))
        head = QHBoxLayout()
        self._hall = label("hall", self._services.desk.hall.head.name)
        self._time = label("hall", "", Qt.AlignmentFlag.AlignRight)
        head.addWidget(self._hall, 1)
        head.addWidget(self._time)
        column.addLayout(head)
        self._banner, self._note = label("banner"), label("bad")
        column.addWidget(self._banner)
        self._stack_box = QWidget()
        self._stack = QStackedLayout(self._stack_box)
        self.pages = {
            step: page(self.model, self._services, look, wide) for step, page in _PAGES.items()
        }
        for page in self.pages.values():
            self._stack.addWidget(page)
        column.addWidget(self._stack_box, 1)
        column.addWidget(self._note)
        foot = QHBoxLayout()
        foot.setSpacing(look.px(2))
        self._back = button("foot", say("返回"), self.model.back)
        self._home = button("foot", say("首页"), self.model.home)
        self._language = button("foot", say("English"), self.model.switch_language)
        self._size = button("foot", say("大字"), self.model.switch_size)
        self._size.setCheckable(True)
        self._voice = button("foot", say("朗读"), self.model.switch_voice)
        self._voice.setCheckable(True)
        for one in (self._back, self._home):
            foot.addWidget(one)
        foot.addStretch()
        for one in (self._language, self._size, self._voice):
            foot.addWidget(one)
        column.addLayout(foot)
        self._tick()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.render_state(self.model.state)

    def render_state(self, state: KioskState) -> None:
        self._build(state)
        page = self.pages[state.step]
        page.render_state(state)
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
        first = state.step is (Step.LINES if self._services.greeter else Step.IDLE)
        self._back.setVisible(not first)
        self._home.setVisible(state.step not in {Step.IDLE, Step.HOME} and not first)
        self._size.setChecked(state.large)
        self._voice.setChecked(state.spoken)
        show_words(self._banner, banner_words(state))
        note = state.note
        kind = "good" if note and note.tone is Tone.GOOD else "bad"
        if self._note.property("kind") != kind:
            self._note.setProperty("kind", kind)
            self._note.style().polish(self._note)
        show_words(self._note, f"{note.message} {note.next_step}".strip() if note else "")

    def _tick(self) -> None:
        self._time.setText(clock_text(self._services.clock.now().astimezone(HALL_ZONE)))

    # -- keys, touches, the end -----------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self.model.touch()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A greeter's keyboard, or a scanner's: it types as fast as it likes."""
        state, text = self.model.state, event.text()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._entered(state)
        elif event.key() == Qt.Key.Key_Escape:
            self.model.back()
        elif state.step in _TYPES and event.key() == Qt.Key.Key_Backspace:
            self.model.erase()
        elif state.step in _TYPES and text.isprintable() and text.strip():
            self.model.type(text.upper())
        elif self._services.greeter:
            self._greet(event, state)

    def _entered(self, state: KioskState) -> None:
        if state.step is Step.CODE:
            self.model.enter()
        elif state.step is Step.CARD:
            self.model.take_without_card()
        elif state.step is Step.SEARCH and state.found:
            self.model.choose_item(state.found[0].code)
        elif state.step is Step.ITEM:
            self.model.take_for_item()
        elif state.step in {Step.IDLE, Step.DONE}:
            self.model.leave() if state.step is Step.DONE else self.model.begin()

    def _greet(self, event: QKeyEvent, state: KioskState) -> None:
        """导办: 1-9 choose a line or a reason, F3 searches, F4 checks a booking in, F6 brings back
        who was passed over, F7 prints a slip again."""
        place = event.key() - Qt.Key.Key_1
        if state.step is Step.LINES and 0 <= place < len(self._services.businesses):
            self.model.choose_line(self._services.businesses[place].id)
        elif state.step is Step.CARD and 0 <= place < len(self._services.priorities):
            self.model.choose_priority(self._services.priorities[place].id)
        elif event.key() == Qt.Key.Key_F3:
            self.model.choose_search()
        elif event.key() == Qt.Key.Key_F4:
            self.model.choose_code(Purpose.BOOKING)
        elif event.key() == Qt.Key.Key_F6:
            self.model.choose_code(Purpose.BACK)
        elif event.key() == Qt.Key.Key_F7:
            self.model.choose_code(Purpose.REPRINT)

    def end(self) -> None:
        """For the system alone: a signal, or the service that runs it."""
        self._ends = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._ends:
            event.ignore()
            return
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._clock.stop()
        super().closeEvent(event)


def banner_words(state: KioskState) -> str:
    if state.view is not None and state.view.halted:
        return say("本厅暂停取号：{reason}", reason=state.view.halted)
    if state.slips:
        return say("小票打不出来：{why} 取号后请记住号码，或到导办台。", why=state.slips)
    if state.lost:
        return say("暂时连不上后台：仍可取号，恢复后按取号时间排队。")
    return ""

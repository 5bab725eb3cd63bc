"""The line at the bottom that speaks: each part opens the page where it can be mended."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from ui.kit.texts import say
from ui.kit.theme import ThemeMode, Tone
from ui.pages.widgets.buttons import link
from ui.pages.widgets.look import set_look
from ui.pages.widgets.marks import label
from ui.viewmodels.services import ReaderFault, Trainer
from ui.viewmodels.status import StatusModel, StatusState


class StatusLine(QWidget):
    outbox_wanted = Signal()
    papers_wanted = Signal()
    clocks_wanted = Signal()
    news_wanted = Signal()
    help_wanted = Signal()
    theme_wanted = Signal()

    def __init__(self, model: StatusModel, trainer: Trainer | None) -> None:
        super().__init__()
        self.setFixedHeight(34)
        self.link = _part()
        self.sending = _part()
        self.reader = _part()
        self.printers = _part()
        self.clocks = _part()
        self.clocks.hide()
        self.news = _part()
        self.news.hide()
        self.theme = link("", "")
        self.help = link(say("帮助"), "F1")
        self.clock = label("", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(8)
        for part in (self.link, self.sending, self.reader, self.printers, self.clocks, self.news):
            layout.addWidget(part)
        self.trainer = _TrainerButton(trainer) if trainer is not None else None
        if self.trainer is not None:
            layout.addWidget(self.trainer)
        layout.addStretch(1)
        layout.addWidget(self.theme)
        layout.addWidget(self.help)
        layout.addWidget(self.clock)
        self.link.clicked.connect(self.outbox_wanted)
        self.sending.clicked.connect(self.outbox_wanted)
        self.printers.clicked.connect(self.papers_wanted)
        self.clocks.clicked.connect(self.clocks_wanted)
        self.news.clicked.connect(self.news_wanted)
        self.help.clicked.connect(self.help_wanted)
        self.theme.clicked.connect(self.theme_wanted)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def show_state(self, state: StatusState) -> None:
        for part, (text, tone) in (
            (self.link, state.link),
            (self.sending, state.sending),
            (self.reader, state.reader),
            (self.printers, state.printers),
        ):
            _tell(part, text, tone)
        self.clock.setText(state.clock)

    def show_clocks(self, text: str, tone: Tone) -> None:
        _tell(self.clocks, text, tone)

    def show_news(self, text: str, tone: Tone) -> None:
        _tell(self.news, text, tone)

    def show_theme(self, mode: ThemeMode) -> None:
        self.theme.set_words(
            {
                ThemeMode.SYSTEM: say("外观随系统"),
                ThemeMode.LIGHT: say("浅色"),
                ThemeMode.DARK: say("深色"),
            }[mode]
        )


def _part() -> QPushButton:
    part = QPushButton()
    part.setObjectName("chip")
    part.setProperty("tone", Tone.NEUTRAL.value)
    return part


def _tell(part: QPushButton, text: str, tone: Tone) -> None:
    part.setText(text)
    set_look(part, "tone", tone.value)
    part.setVisible(bool(text))


class _TrainerButton(QPushButton):
    """演示读卡器: put an invented person's card on the simulated reader."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(say("演示读卡器：放卡 ▾"))
        self.setObjectName("chip")
        self.setProperty("tone", Tone.ACT.value)
        self._trainer = trainer
        self.clicked.connect(self._open)

    def _open(self) -> None:
        menu = self.menu_of_people()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().topLeft()) - menu.rect().bottomLeft())

    def menu_of_people(self) -> QMenu:
        menu = QMenu(self)
        for person, words in self._trainer.people():
            action = QAction(words, menu)
            action.triggered.connect(lambda _=False, p=person: self._trainer.place(p))
            menu.addAction(action)
        menu.addSeparator()
        lift = QAction(say("拿走卡"), menu)
        lift.triggered.connect(self._trainer.lift)
        menu.addAction(lift)
        faults = menu.addMenu(say("让读卡器出故障"))
        for fault, words in _fault_words().items():
            action = QAction(words, faults)
            action.triggered.connect(lambda _=False, f=fault: self._trainer.cause(f))
            faults.addAction(action)
        menu.adjustSize()
        return menu


def _fault_words() -> dict[ReaderFault, str]:
    return {
        ReaderFault.UNPLUGGED: say("拔掉读卡器"),
        ReaderFault.SILENT: say("读卡器没有反应"),
        ReaderFault.CARD_PULLED: say("读到一半卡被拿开"),
        ReaderFault.SPOILT: say("线路不好，数据出错"),
        ReaderFault.NOT_GENUINE: say("卡不被读卡器承认"),
        ReaderFault.WRONG_CARD: say("放的是公交卡、银行卡"),
        ReaderFault.UNLICENSED: say("读卡器没有授权"),
        ReaderFault.NONE: say("恢复正常"),
    }

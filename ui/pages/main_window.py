"""The window client's one window: sign in, counter, and the pages behind the status line."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import AppError
from ui.kit.texts import say
from ui.kit.theme import ThemeMode, Tone, style_sheet
from ui.pages.applicant_place import ApplicantPlace
from ui.pages.sign_in_page import SignInPage
from ui.pages.status_line import StatusLine
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import NoteBar
from ui.viewmodels.services import CounterServices
from ui.viewmodels.sign_in import SignInModel
from ui.viewmodels.status import StatusModel
from ui.viewmodels.viewmodel import Note, note_for

if TYPE_CHECKING:
    from app.services.sign_in import Session
    from ui.pages.counter_page import CounterPage
    from ui.pages.panel import Panel
    from ui.pages.panel_shelf import PanelModels
    from ui.viewmodels.counter import CounterModel
    from ui.viewmodels.news import NewsModel
    from ui.viewmodels.outbox import OutboxModel
    from ui.viewmodels.papers import PapersModel
    from ui.viewmodels.results import ResultsModel
    from ui.viewmodels.supervisor import SupervisorModel
    from ui.viewmodels.worklist import WorklistModel

_NEXT_MODE = {
    ThemeMode.SYSTEM: ThemeMode.LIGHT,
    ThemeMode.LIGHT: ThemeMode.DARK,
    ThemeMode.DARK: ThemeMode.SYSTEM,
}


class MainWindow(QMainWindow):
    """``resources`` holds ``theme/`` and ``icons/``.

    Only the sign-in page is built at start; the counter when somebody signs in, the other pages
    when they are first asked for.
    """

    def __init__(
        self,
        services: CounterServices,
        resources: Path,
        *,
        theme: ThemeMode = ThemeMode.SYSTEM,
        window_id: str = "",
    ) -> None:
        super().__init__()
        self.setWindowTitle(say("一窗受理"))
        self.setWindowIcon(QIcon(str(resources / "icons" / "onewindow.png")))
        self.setMinimumSize(1180, 660)
        self._services = services
        self._resources = resources
        self._session: Session | None = None
        kept = services.preferences.get("theme")
        self.look = Look(ThemeMode(kept) if kept in set(ThemeMode) else theme, self)
        self.sign_in_model = SignInModel(services, window_id, self)
        self.status_model = StatusModel(services, self)
        self.counter_model: CounterModel | None = None
        self.papers_model: PapersModel | None = None
        self.outbox_model: OutboxModel | None = None
        self.worklist_model: WorklistModel | None = None
        self.news_model: NewsModel | None = None
        self.results_model: ResultsModel | None = None
        self.supervisor_model: SupervisorModel | None = None
        self.counter: CounterPage | None = None
        self._panels: dict[str, Panel] = {}
        self.applicant = ApplicantPlace(services, self.look, resources / "theme")

        self.bug = NoteBar()
        self.order = NoteBar()  # a supervisor's word that holds now
        self.stack = QStackedWidget()
        self.sign_in = SignInPage(self.sign_in_model, self.look, services.hall_name)
        self.stack.addWidget(self.sign_in)
        self.status = StatusLine(self.status_model, services.trainer)
        ground = QWidget()
        ground.setObjectName("page")
        layout = QVBoxLayout(ground)
        layout.setContentsMargins(12, 12, 12, 2)
        layout.setSpacing(6)
        layout.addWidget(self.bug)
        layout.addWidget(self.order)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(ground)
        self._restyle()

        self.look.changed.connect(self._restyle)
        self.sign_in_model.signed_in.connect(self._enter)
        for name in ("outbox", "papers", "clocks", "news", "help"):
            wanted = getattr(self.status, f"{name}_wanted")
            wanted.connect(partial(self.open_panel, name))
        self.status.theme_wanted.connect(self.next_theme)
        for lane in {
            services.lane, services.printer_lane, services.people_lane, services.file_lane,
            services.queue_lane, services.figures_lane,
            *((services.scans.scan_lane, services.scans.page_lane) if services.scans else ()),
        }:  # fmt: skip
            if lane is not None:
                lane.bug.connect(self.tell_bug)
        for key, name in (("F1", "help"), ("Ctrl+Shift+T", "theme")):
            shortcut = QShortcut(QKeySequence(key), self.sign_in)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda n=name: self._asked(n))

    def start(self) -> None:
        """Begin to ask the services; call it after ``show``, so that typing comes first."""
        # The status line asks after the sign-in has what it needs: what it asks loads the database.
        self.sign_in_model.loaded.connect(self.status_model.start)
        self.sign_in_model.loaded.connect(self._warm)
        self.sign_in_model.load()

    def _warm(self) -> None:
        """While the password is typed: load what the counter needs, away from the screen."""
        self._services.lane.submit(_load_counter, self._warmed, lambda _: None)

    def _warmed(self, _: None) -> None:
        self._run_clocks()

    def _run_clocks(self) -> WorklistModel:
        """From the start, also before anybody signs in: limits end by themselves."""
        if self.worklist_model is None:
            from ui.viewmodels.worklist import WorklistModel

            self.worklist_model = WorklistModel(self._services, self)
            self.worklist_model.state_changed.connect(lambda _: self._show_badge())
            self.worklist_model.start()
        return self.worklist_model

    def _hear_news(self) -> NewsModel:
        if self.news_model is None:
            from ui.viewmodels.news import NewsModel

            self.news_model = NewsModel(self._services, self)
            self.news_model.state_changed.connect(lambda _: self._show_badge())
            self.news_model.start()
        return self.news_model

    def _give_results(self) -> ResultsModel:
        if self.results_model is None:
            from ui.viewmodels.results import ResultsModel

            self.results_model = ResultsModel(self._services, self.applicant.give_signing(), self)
            self.results_model.take_session(self._session)
        return self.results_model

    def _supervise(self) -> SupervisorModel:
        if self.supervisor_model is None:
            from ui.viewmodels.supervisor import SupervisorModel

            self.supervisor_model = SupervisorModel(self._services, self)
        return self.supervisor_model

    def _show_badge(self) -> None:
        if self.news_model is not None:
            news = self.news_model.state
            self.status.show_news(*(news.badge if self._session else ("", Tone.NEUTRAL)))
            self.order.tell(news.orders[0] if self._session and news.orders else None)
        if self.worklist_model is not None:
            badge = self.worklist_model.state.badge if self._session else ("", Tone.NEUTRAL)
            self.status.show_clocks(*badge)

    # -- sessions -------------------------------------------------------------------------------

    def _enter(self, session: Session) -> None:
        self._session = session
        counter = self._build_counter()
        assert self.counter_model is not None  # noqa: S101  # built in the line above
        assert self.papers_model is not None  # noqa: S101  # built in the line above
        self.papers_model.take_session(session)
        self._run_clocks().take_session(session)
        self._hear_news().refresh()
        if self.results_model is not None:
            self.results_model.take_session(session)
        if self.outbox_model is not None:
            self.outbox_model.take_session(session)
        self._show_badge()
        self.counter_model.begin_session(session)
        self.applicant.enter(session, self.counter_model)
        self.stack.setCurrentWidget(counter)
        counter.setFocus()
        counter.materials.table.setFocus()
        if session.supervises and self._services.supervision is not None:
            self._supervise().take_session(session)
            self.open_panel("supervisor")

    def sign_out(self) -> None:
        """Only with nobody at the window; an open case stays open and is found again."""
        if self._session is None or self.counter_model is None or self.papers_model is None:
            return
        self.counter_model.end_session()
        self.applicant.leave()
        self.papers_model.take_session(None)
        self._run_clocks().take_session(None)
        for model in (self.supervisor_model, self.results_model):
            if model is not None:
                model.take_session(None)
        self.sign_in_model.sign_out(self._session)
        self._session = None
        self._show_badge()
        self.stack.setCurrentWidget(self.sign_in)

    def take_scanned(self, lines: tuple[str, ...]) -> None:
        """From the scanner at the keyboard; nobody's before somebody signed in."""
        if self._session is None or self.counter_model is None:
            return
        take = getattr(self.stack.currentWidget(), "take_scanned", None)
        (take or self.counter_model.scans.take)(lines)

    def _build_counter(self) -> CounterPage:
        if self.counter is None:
            from ui.pages.counter_page import CounterPage
            from ui.viewmodels.counter import CounterModel
            from ui.viewmodels.papers import PapersModel

            self.papers_model = PapersModel(self._services, self)
            self.counter_model = CounterModel(self._services, self)
            self.counter_model.card.state_changed.connect(self.status_model.follow_card)
            self.status_model.state_changed.connect(self.counter_model.follow_status)
            self.counter_model.case.decided.connect(self.papers_model.refresh)
            self.counter_model.case.decided.connect(self._run_clocks().refresh)
            self.counter = CounterPage(self.counter_model, self.papers_model, self.look)
            self.counter.asked.connect(self._asked)
            self.stack.addWidget(self.counter)
        return self.counter

    # -- pages behind the status line -----------------------------------------------------------

    def open_panel(self, name: str) -> None:
        if name == "help" and self.stack.currentWidget() is self._panels.get("supervisor"):
            name = "supervisor_help"
        if name != "help" and self._session is None:
            return
        if name == "supervisor" and self.supervisor_model is None:
            return  # only there for who supervises
        panel = self._panels.get(name)
        if panel is not None and self.stack.currentWidget() is panel:
            self.close_panel()
            return
        if panel is None:
            from ui.pages.panel_shelf import build_panel

            panel = self._panels[name] = build_panel(name, self._models(), self.look, self._asked)
            self.stack.addWidget(panel)
        if name == "outbox" and self.outbox_model is not None:
            self.outbox_model.refresh()
        if name == "clocks":
            self._run_clocks().refresh()
        if name == "news":
            self._hear_news().refresh()
        self.stack.setCurrentWidget(panel)
        panel.take_focus()

    def close_panel(self) -> None:
        panel = self.stack.currentWidget()
        step_back = getattr(panel, "step_back", None)
        if step_back is not None and step_back():
            return
        if panel is self._panels.get("supervisor_help"):
            self.open_panel("supervisor")
            return
        if self._session is not None and self.counter is not None:
            self.stack.setCurrentWidget(self.counter)
            self.counter.materials.table.setFocus()
        else:
            self.stack.setCurrentWidget(self.sign_in)

    def _models(self) -> PanelModels:
        from ui.pages.panel_shelf import PanelModels

        return PanelModels(
            services=self._services, papers=self._print, clocks=self._run_clocks,
            news=self._hear_news, supervisor=self._supervise, results=self._give_results,
            outbox=self._watch_outbox, counter=lambda: self.counter_model,
            signing=self.applicant.give_signing,
        )  # fmt: skip

    def _print(self) -> PapersModel:
        assert self.papers_model is not None  # noqa: S101  # only asked for when signed in
        return self.papers_model

    def _watch_outbox(self) -> OutboxModel:
        if self.outbox_model is None:
            from ui.viewmodels.outbox import OutboxModel

            self.outbox_model = OutboxModel(self._services, self)
            self.status_model.state_changed.connect(self._freshen_outbox)
            self.outbox_model.take_session(self._session)
            self.outbox_model.go_on.connect(self._go_on)
        return self.outbox_model

    def _go_on(self, case_id: str, resume: bool) -> None:
        """To the counter with a case of the outbox page, where nobody else is served."""
        if self.counter_model is None or self.outbox_model is None:
            return
        if self.counter_model.go_on(case_id, resume=resume):
            self.close_panel()
        else:
            self.outbox_model.say_busy()

    def _freshen_outbox(self) -> None:
        if self.outbox_model is not None and self.stack.currentWidget() is self._panels["outbox"]:
            self.outbox_model.refresh()

    def _asked(self, what: str) -> None:
        match what:
            case "theme":
                self.next_theme()
            case "sign_out":
                self.sign_out()
            case "hush":
                self.bug.tell(None)
            case "applicant":
                self.applicant.toggle()
            case "close":
                self.close_panel()
            case _:
                self.open_panel(what)

    # -- the rest -------------------------------------------------------------------------------

    def next_theme(self) -> None:
        mode = _NEXT_MODE[self.look.mode]
        self._services.preferences.set("theme", mode.value)
        self.look.set_mode(mode)
        self.status.show_theme(mode)

    def tell_bug(self, support_id: str) -> None:
        """The one place for errors of the program itself."""
        message = say("程序出了错（支持编号 {id}）。已经保存的都在。", id=support_id)
        step = say("可以接着办；请把编号告诉管理员。按 Esc 收起这条。")
        self.bug.tell(Note(tone=Tone.BAD, message=message, next_step=step))

    def tell_failure(self, error: AppError) -> None:
        """A failure that belongs to no page: the store cannot be opened, for example."""
        self.bug.tell(note_for(self._services, error.code, error.details))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.status_model.stop()
        for model in (self.worklist_model, self.news_model, self.supervisor_model):
            if model is not None:
                model.stop()
        if self.counter_model is not None:
            self.counter_model.card.cancel()
            self.counter_model.line.leave()
        self.applicant.close()
        super().closeEvent(event)

    def _restyle(self) -> None:
        self.setStyleSheet(style_sheet(self.look.theme, self._resources / "theme"))
        self.status.show_theme(self.look.mode)
        self.applicant.restyle()


def _load_counter() -> None:
    import_module("ui.pages.counter_page")
    import_module("ui.viewmodels.papers")
    import_module("ui.viewmodels.worklist")

"""Build the pages behind the status line, each when it is first asked for, with their keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from ui.pages.panel import Panel
from ui.pages.widgets.look import Look

if TYPE_CHECKING:
    from ui.viewmodels.counter import CounterModel
    from ui.viewmodels.news import NewsModel
    from ui.viewmodels.outbox import OutboxModel
    from ui.viewmodels.papers import PapersModel
    from ui.viewmodels.results import ResultsModel
    from ui.viewmodels.services import CounterServices
    from ui.viewmodels.signing import SigningModel
    from ui.viewmodels.supervisor import SupervisorModel
    from ui.viewmodels.worklist import WorklistModel

_KEYS = (
    ("Esc", "close"), ("F1", "help"), ("F11", "outbox"), ("F12", "papers"),
    ("Shift+F12", "sheets"), ("Shift+F8", "scan"), ("Ctrl+F12", "printers"),
    ("Ctrl+J", "clocks"), ("Ctrl+I", "news"), ("Ctrl+U", "results"),
    ("Ctrl+Shift+S", "supervisor"), ("Ctrl+Shift+Q", "sign_out"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelModels:
    """What each page shows, made when it is asked for."""

    services: CounterServices
    papers: Callable[[], PapersModel]
    clocks: Callable[[], WorklistModel]
    news: Callable[[], NewsModel]
    supervisor: Callable[[], SupervisorModel]
    results: Callable[[], ResultsModel]
    outbox: Callable[[], OutboxModel]
    counter: Callable[[], CounterModel | None]
    signing: Callable[[], SigningModel]


def build_panel(
    name: str, models: PanelModels, look: Look, asked: Callable[[str], None]
) -> Panel:  # fmt: skip
    """``asked`` hears of the keys that lead elsewhere."""
    panel = _built(name, models, look)
    panel.closed.connect(partial(asked, "close"))
    for key, act in _KEYS:
        shortcut = QShortcut(QKeySequence(key), panel)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(partial(asked, act))
    return panel


def _built(name: str, models: PanelModels, look: Look) -> Panel:
    match name:
        case "help":
            from ui.pages.help_panel import HelpPanel, counter_help

            return HelpPanel(*counter_help())
        case "supervisor_help":
            from ui.pages.help_panel import HelpPanel, supervisor_help

            return HelpPanel(*supervisor_help())
        case "papers":
            from ui.pages.papers_panel import PapersPanel

            return PapersPanel(models.papers())
        case "sheets" | "printers" | "scan":
            make = {"sheets": _sheets, "printers": _printers, "scan": _scan}[name]
            return make(models, look)
        case "clocks":
            from ui.pages.worklist_panel import WorklistPanel

            return WorklistPanel(models.clocks(), look)
        case "news":
            from ui.pages.news_panel import NewsPanel

            return NewsPanel(models.news(), look)
        case "supervisor":
            from ui.pages.supervisor_panel import SupervisorPanel

            return SupervisorPanel(models.services, models.supervisor(), look)
        case "results":
            from ui.pages.results_panel import ResultsPanel

            return ResultsPanel(models.results(), look)
        case _:
            from ui.pages.outbox_panel import OutboxPanel

            return OutboxPanel(models.outbox(), look)


def _sheets(models: PanelModels, look: Look) -> Panel:
    from ui.pages.sheets_panel import SheetsPanel
    from ui.viewmodels.sheets import SheetsModel

    counter = models.counter()
    model = SheetsModel(
        models.services,
        lambda: counter.case.matter if counter else None,
        lambda: counter.case.session if counter else None,
        models.signing(),
    )
    return SheetsPanel(model, look)


def _printers(models: PanelModels, look: Look) -> Panel:
    from ui.pages.printers_panel import PrintersPanel
    from ui.viewmodels.printers import PrintersModel

    counter = models.counter()
    model = PrintersModel(models.services, lambda: counter.case.session if counter else None)
    return PrintersPanel(model, look)


def _scan(models: PanelModels, look: Look) -> Panel:
    from ui.pages.scan_panel import ScanPanel
    from ui.viewmodels.tray import TrayModel

    counter = models.counter()
    model = TrayModel(models.services, lambda: counter.case if counter else None)
    return ScanPanel(model, lambda: counter.state.material if counter else "", look)

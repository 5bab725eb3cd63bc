"""Scan pages, put them in order, and file them with the materials of the case at the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.domain.errors import AppError
from app.scan_ports import ScanProgress, ScanWish
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.tray_pages import TrayPages
from ui.viewmodels.tray_state import TrayState, flawed
from ui.viewmodels.viewmodel import Note

if TYPE_CHECKING:
    from app.domain.scan_page import TrayPage
    from app.services.scan_intake import FolderLook, ScanIntake, Target
    from ui.viewmodels.case import CaseModel

_FOLDER_EVERY = 2000  # ms, only while the page is shown


class TrayModel(TrayPages):
    """``case`` is the one at the window, None where nobody ever was."""

    _told = Signal(object)  # from the scan lane: what to do in the screen's thread

    def __init__(
        self, services: CounterServices, case: Callable[[], CaseModel | None],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(services, parent)
        self._case = case
        self._cancelled = Event()
        self._collected = False
        self._folder_fault = ""
        self._told.connect(lambda act: act(), Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=_FOLDER_EVERY)
        self._timer.timeout.connect(self._look_in_folder)

    # -- opening --------------------------------------------------------------------------------

    def open(self, material: str) -> None:
        """The pages that wait for the case at the window; new ones go to ``material``."""
        case, parts = self._case(), self._services.scans
        state = case.state if case else None
        known = state.rows if state and state.open else ()
        rows = tuple(sorted((row.number, row.id, row.name) for row in known if row.open))
        ids = [row[1] for row in rows]
        wanted = material if material in ids else ids[0] if ids else ""
        case_id = state.case_id if state and rows else ""
        fresh = TrayState(case_id=case_id, materials=rows, target=wanted)
        same = case_id == self.state.case_id
        if same:
            fresh = replace(self.state, materials=rows, target=wanted, note=None)
        self._show(fresh)
        if parts is None:
            return
        self.refresh()
        if not self._collected:
            self._collected = True
            parts.scan_lane.submit(
                lambda: parts.intake.left_over(came=self._came), lambda _: self.refresh(),
                self._fail, self,
            )  # fmt: skip
        if parts.watches:
            self._timer.start()

    def close(self) -> None:
        """Nothing of the applicant stays in memory; what lies in the tray is found again."""
        self._timer.stop()
        if not self.state.scanning and not self.state.busy:
            self.forget()

    def refresh(self) -> None:
        self._work(self._listing())

    # -- pages come -----------------------------------------------------------------------------

    def scan(self) -> None:
        parts, state = self._services.scans, self.state
        if parts is None or state.scanning:
            return
        self._cancelled = cancelled = Event()
        one = bool(state.retake)
        wish = ScanWish(paper=state.paper, most=1 if one else 200)
        target = self._target()
        progress = say("正在扫第 {n} 页", n=1)
        self._show(replace(state, scanning=True, came=0, progress=progress, note=None))

        def tell(progress: ScanProgress) -> None:
            self._told.emit(partial(self._progress, progress))

        def work() -> int:
            return parts.intake.scan(target, wish, came=self._came, tell=tell, cancelled=cancelled)

        parts.scan_lane.submit(work, self._scanned, self._scan_failed, self)

    def stop(self) -> bool:
        """Esc: stop the scan. True where one ran."""
        self._cancelled.set()
        if self.state.retake:
            self._show(replace(self.state, retake=""))
            return True
        return self.state.scanning

    def add(self, files: Sequence[Path]) -> None:
        for file in files:
            self._bring(partial(_add_file, file), file.name)

    def paste(self, content: bytes) -> None:
        self._bring(partial(_add_content, content), say("粘贴的图片"))

    def shoot(self, content: bytes) -> None:
        """A page from the camera; one that is to be taken anew is replaced."""
        self._bring(partial(_add_shot, content), say("高拍仪的页"), anew=True)

    def tell(self, error: AppError) -> None:
        self._fail(error)

    def _bring(
        self, act: Callable[[ScanIntake, Target, Any], int], name: str, *, anew: bool = False
    ) -> None:
        parts = self._services.scans
        if parts is None:
            return
        target = self._target() if anew else replace(self._target(), instead_of="")
        self._show(replace(self.state, busy=self.state.busy + 1, note=None, retake=""))

        def done(_: int) -> None:
            self._show(replace(self.state, busy=max(0, self.state.busy - 1)))

        def failed(error: AppError) -> None:
            done(0)
            note = self._note(error)
            self._show(replace(self.state, note=replace(note, message=f"{name}：{note.message}")))

        parts.scan_lane.submit(lambda: act(parts.intake, target, self._came), done, failed, self)

    def _look_in_folder(self) -> None:
        parts = self._services.scans
        if parts is None or self.state.scanning or self.state.busy:
            return
        target = self._target()
        self._show(replace(self.state, busy=1))

        def done(look: FolderLook) -> None:
            self._show(replace(self.state, busy=max(0, self.state.busy - 1)))
            self._folder_fault = ""
            if look.refused:
                name, code = look.refused[0]
                said = self._services.explain(code, {})
                note = Note(tone=Tone.BAD, message=f"{name}：{said.message}")
                self._show(replace(self.state, note=note))

        def failed(error: AppError) -> None:
            self._show(replace(self.state, busy=max(0, self.state.busy - 1)))
            if error.code != self._folder_fault:  # said once, not every two seconds
                self._folder_fault = error.code
                self._fail(error)

        parts.scan_lane.submit(
            lambda: parts.intake.look_in_folder(target, came=self._came), done, failed, self
        )

    def _target(self) -> Target:
        from app.services.scan_intake import Target

        state = self.state
        return Target(case_id=state.case_id, material=state.target, instead_of=state.retake)

    def _came(self, page: TrayPage) -> None:
        """In the scan lane's thread: safe first, then looked at."""
        self._told.emit(partial(self._see_page, page))

    def _see_page(self, page: TrayPage) -> None:
        if page.case_id not in {self.state.case_id, ""}:
            self.refresh()
            return
        new = page.id not in {known.id for known in self.state.pages}
        state = self.state
        if new:
            self._show(replace(state, came=state.came + 1, retake="", asked=False))
            self._work(self._listing(), newest=page.id)
        else:
            pages = tuple(page if known.id == page.id else known for known in state.pages)
            self._put(pages)

    def _progress(self, progress: ScanProgress) -> None:
        if self.state.scanning:
            words = say("正在扫第 {n} 页", n=progress.number)
            if progress.percent:
                words = say("{words} {percent}%", words=words, percent=progress.percent)
            self._show(replace(self.state, progress=words))

    def _scanned(self, count: int) -> None:
        note = Note(tone=Tone.GOOD, message=say("收下 {n} 页。", n=count))
        self._show(replace(self.state, scanning=False, progress="", retake="", note=note))

    def _scan_failed(self, error: AppError) -> None:
        tone = Tone.NEUTRAL if error.code == "SCAN-CANCELLED" else Tone.BAD
        note = self._note(error, tone)
        self._show(replace(self.state, scanning=False, progress="", retake="", note=note))

    def retake(self) -> None:
        """The next page that is scanned takes this one's place; asked twice it stays."""
        page = self.state.page
        if page is None:
            return
        wanted = "" if self.state.retake == page.id else page.id
        self._show(replace(self.state, retake=wanted, note=None))
        if wanted:
            self.scan()

    # -- to the materials -----------------------------------------------------------------------

    def split(self) -> None:
        """By the separator sheets in the stack."""
        case_id, target = self.state.case_id, self.state.target
        if not case_id:
            return

        def done(sheets: int) -> None:
            if sheets:
                self._say(say("按 {n} 张分隔页分好了。", n=sheets), Tone.GOOD)
            else:
                self._say(say("没有找到分隔页。可以停在每份的第一页，按数字键分开。"))
            self.refresh()

        parts = self._services.scans
        if parts is not None:
            parts.page_lane.submit(
                lambda: parts.tray.split(case_id, target), done, self._fail, self
            )

    def file(self) -> None:
        """All pages, each with its material. Blank and blurred ones are asked about once."""
        state, case, parts = self.state, self._case(), self._services.scans
        session = case.session if case else None
        if parts is None or session is None or not state.pages or state.scanning:
            return
        if not state.case_id:
            self._say(say("先开始办件，页面才能归入材料；现在它们都留在待归页里。"), Tone.WARN)
            return
        doubts = flawed(state.lines, state.pages)
        if doubts and not state.asked:
            note = Note(
                tone=Tone.WARN, message=doubts + say("。"),
                next_step=say("再按一次就照样归入；要重扫按 N，不要的按 Delete。"),
            )  # fmt: skip
            self._show(replace(state, asked=True, note=note))
            return
        pages, count = [page.id for page in state.pages], len(state.pages)
        materials = len({line.material for line in state.lines if line.label})
        self._show(replace(state, busy=state.busy + 1, note=None))

        def done(_: object) -> None:
            words = say("{n} 页归入了 {m} 份材料。", n=count, m=materials)
            self._show(replace(self.state, busy=max(0, self.state.busy - 1), asked=False))
            self._say(words, Tone.GOOD)
            if case is not None:
                case.look_again(state.case_id)
            self.refresh()

        def failed(error: AppError) -> None:
            self._show(replace(self.state, busy=max(0, self.state.busy - 1)))
            self._fail(error)
            self.refresh()

        parts.page_lane.submit(
            lambda: parts.tray.file(session, state.case_id, pages, state.target), done, failed, self
        )


def _add_file(path: Path, intake: ScanIntake, target: Target, came: Any) -> int:
    return intake.add_file(target, path, came=came)


def _add_content(content: bytes, intake: ScanIntake, target: Target, came: Any) -> int:
    return intake.add_content(target, content, came=came)


def _add_shot(content: bytes, intake: ScanIntake, target: Target, came: Any) -> int:
    return intake.add_content(target, content, came=came, source="camera")

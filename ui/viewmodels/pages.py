"""Show the scanned pages of one material, add and remove them, and say how far each has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.ports import UploadProgress
from ui.kit.amounts import lasting_text, size_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.services.attachments import Attachments, Page
    from app.services.matter import Matter
    from app.services.sign_in import Session
    from ui.viewmodels.case import CaseModel

_LOOK_EVERY = 700  # ms, only while pages are shown that have not arrived
_KINDS = {
    "application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "image/tiff": "TIFF"
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLine:
    number: int
    sha: str
    what: str  # PDF 1.2 MB
    where: str
    tone: Tone
    next_step: str = ""
    fetchable: bool = False  # the back office has it


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesState:
    """``material`` is "" where no pages are shown. ``preview`` is a small PNG of the page
    ``current``, empty where there is none. ``left`` says how much of them has not arrived yet."""

    material: str = ""
    name: str = ""
    lines: tuple[PageLine, ...] = ()
    current: int = -1
    preview: bytes = b""
    adding: int = 0  # files under way into the store
    left: str = ""
    note: Note | None = None


class PagesModel(ViewModel[PagesState]):
    def __init__(
        self, services: CounterServices, case: CaseModel, parent: QObject | None = None
    ) -> None:
        super().__init__(services, PagesState(), parent)
        self._case = case
        self._lane = services.file_lane or services.lane
        self._timer = QTimer(self, interval=_LOOK_EVERY)
        self._timer.timeout.connect(self._look)

    def open(self, material_id: str) -> None:
        matter, desk = self._case.matter, self._services.attachments
        row = next((one for one in self._case.state.rows if one.id == material_id), None)
        if matter is None or desk is None or row is None:
            return
        self._show(PagesState(material=material_id, name=row.name))
        self._look()
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._show(PagesState())

    def choose(self, at: int) -> None:
        """The page under the cursor: its preview is fetched."""
        lines = self.state.lines
        if not 0 <= at < len(lines) or at == self.state.current:
            return
        self._show(replace(self.state, current=at, preview=b""))
        self._fetch_preview(lines[at].sha)

    # -- acts -----------------------------------------------------------------------------------

    def add(self, files: Sequence[Path]) -> None:
        """One page each, in this order; a file that cannot be taken is told, the others go on."""
        state = self.state
        if not state.material or not files or not self._case.state.open:
            return
        self._show(replace(state, adding=state.adding + len(files), note=None))
        for file in files:
            self._add(file)

    def _add(self, file: Path) -> None:
        self._act(lambda desk, session, case, m: desk.add(session, case, m, file), file.name)

    def remove(self, at: int) -> None:
        state = self.state
        if not 0 <= at < len(state.lines) or not self._case.state.open:
            return
        line = state.lines[at]
        self._act(lambda d, s, c, m: d.remove(s, c, m, line.number, line.sha))

    def _act(
        self, act: Callable[[Attachments, Session, str, str], Matter], adding: str = ""
    ) -> None:
        desk, session = self._services.attachments, self._case.session
        case_id, material = self._case.state.case_id, self.state.material
        if desk is None or session is None:
            return

        def done(_: Matter) -> None:
            self._added(adding)
            self._case.look_again(case_id)
            self._look()

        def failed(error: AppError) -> None:
            note = self._note(error)
            if adding:
                note = replace(note, message=f"{adding}：{note.message}")
            self._added(adding)
            if self.state.material == material:
                self._show(replace(self.state, note=note))

        self._lane.submit(lambda: act(desk, session, case_id, material), done, failed, self)

    def _added(self, adding: str) -> None:
        if adding and self.state.adding:
            self._show(replace(self.state, adding=self.state.adding - 1))

    # -- showing --------------------------------------------------------------------------------

    def _look(self) -> None:
        """What is shown, as it stands now; nothing once all of it has arrived."""
        matter, desk, material = self._case.matter, self._services.attachments, self.state.material
        if matter is None or desk is None or not material:
            self.close()
            return
        meant = matter.materials_meant(material)
        if not meant:
            return
        part, own = meant[0]
        uploads = self._services.uploads

        def work() -> tuple[tuple[Page, ...], str]:
            pages = tuple(page for page in desk.pages_of(part.case.id) if page.material == own)
            return pages, _left(pages, uploads.progress() if uploads else None)

        def done(seen: tuple[tuple[Page, ...], str]) -> None:
            if self.state.material == material:
                self._see(*seen)

        self._services.lane.submit(work, done, lambda _: None, self)

    def _see(self, pages: tuple[Page, ...], left: str) -> None:
        lines = tuple(self._line(page) for page in pages)
        former = [line.sha for line in self.state.lines]
        current = self.state.current
        if len(lines) > len(former):
            current = len(lines) - 1  # the page just added
        current = min(current, len(lines) - 1)
        if current < 0 <= len(lines) - 1:
            current = 0
        shown = former[self.state.current] if 0 <= self.state.current < len(former) else ""
        wanted = lines[current].sha if current >= 0 else ""
        preview = self.state.preview if wanted == shown else b""
        self._show(replace(self.state, lines=lines, current=current, preview=preview, left=left))
        if wanted and wanted != shown:
            self._fetch_preview(wanted)

    def _line(self, page: Page) -> PageLine:
        kind = _KINDS.get(page.media, "")
        size = size_text(page.size) if page.size else ""
        where, tone, step = self._where(page)
        return PageLine(
            number=page.number, sha=page.sha, what=f"{kind} {size}".strip() or say("别处扫描"),
            where=where, tone=tone, next_step=step, fetchable=page.state.value == "there",
        )  # fmt: skip

    def _where(self, page: Page) -> tuple[str, Tone, str]:
        match page.state.value:
            case "there":
                return say("后台已收"), Tone.GOOD, ""
            case "under_way":
                return say("正在送 {n}%", n=page.percent), Tone.ACT, ""
            case "refused":
                sentence = self._services.explain(page.code, {})
                return sentence.message, Tone.BAD, sentence.next_step
            case "elsewhere":
                return say("在别的窗口"), Tone.NEUTRAL, ""
            case _:
                return say("在本机，等着送"), Tone.NEUTRAL, ""

    def _fetch_preview(self, sha: str) -> None:
        desk = self._services.attachments
        if desk is None:
            return

        def done(picture: bytes) -> None:
            line = self._current()
            if line is not None and line.sha == sha:
                self._show(replace(self.state, preview=picture))

        def not_here(_: AppError) -> None:
            line = self._current()
            if line is not None and line.sha == sha and line.fetchable:
                far = self._services.people_lane  # it waits for the back office
                far.submit(lambda: desk.preview(sha, far=True), done, lambda _: None, self)

        self._lane.submit(lambda: desk.preview(sha), done, not_here, self)

    def _current(self) -> PageLine | None:
        lines, at = self.state.lines, self.state.current
        return lines[at] if 0 <= at < len(lines) else None


def _left(pages: Sequence[Page], progress: UploadProgress | None) -> str:
    """Of these pages alone; the time at the speed at which all of them go."""
    waiting = [page for page in pages if page.state.value in {"here", "under_way"}]
    if not waiting:
        return ""
    size = sum(page.size * (100 - page.percent) // 100 for page in waiting)
    words = say("还有 {n} 页 {size} 没送到后台", n=len(waiting), size=size_text(size))
    if progress is None or progress.seconds_left is None:
        return words
    everything = max(1, progress.bytes_total - progress.bytes_sent)
    time = lasting_text(progress.seconds_left * size / everything)
    return say("{words}，约 {time}", words=words, time=time)

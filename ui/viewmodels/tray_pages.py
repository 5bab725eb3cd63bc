"""Work on the pages in the tray one by one, and keep their pictures on the screen up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.errors import AppError
from app.domain.scan_page import GENUINE, Box, ScanMode
from app.scan_ports import PaperSource
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.tray_state import TrayState, mode_words, tray_lines
from ui.viewmodels.viewmodel import Note, ViewModel, note_for

if TYPE_CHECKING:
    from app.domain.scan_page import TrayPage
    from app.services.scan_tray import ScanTray

_THUMB = 150
_MODES = (None, ScanMode.COLOUR, ScanMode.GREY, ScanMode.BLACK)
_PAPERS = tuple(PaperSource)


class TrayPages(ViewModel[TrayState]):
    """Each act is done on the lane of the pages; what is shown is what was kept."""

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, TrayState(), parent)
        self._thumbs: dict[str, bytes] = {}  # by version
        self._broken: set[str] = set()  # versions that cannot be drawn small
        self._drawing_thumb = False
        self._drawing: object = None  # the page that is drawn large now, and how
        self._proof_size = 1100

    def choose(self, at: int) -> None:
        if 0 <= at < len(self.state.pages) and at != self.state.current:
            self._show(replace(self.state, current=at, proof=b""))
            self._draw()
            self._say_receipt()

    def _say_receipt(self) -> None:
        """Of a page that bears a signed receipt: whether it is genuine."""
        page = self.state.page
        if page is None or not page.seen.receipt:
            return
        note = Note(tone=Tone.GOOD, message=say("这一页上的凭证真实，没有改动。"))
        if page.seen.receipt != GENUINE:
            note = note_for(self._services, page.seen.receipt, {"key": "?"})
        self._show(replace(self.state, note=note))

    def turn(self, by: int) -> None:
        self._to_page(lambda tray, page: tray.turn(page.id, by))

    def straighten(self) -> None:
        page = self.state.page
        if page is not None and not page.seen.tilt and not page.edits.tilt:
            self._say(say("这一页看起来是正的。"))
            return
        self._to_page(lambda tray, page: tray.straighten(page.id))

    def tilt(self, by: float) -> None:
        self._to_page(lambda tray, page: tray.tilt(page.id, by))

    def crop(self) -> None:
        page = self.state.page
        if page is not None and page.seen.content is None and page.edits.crop is None:
            self._say(say("这一页没有可以裁掉的边。"))
            return
        self._to_page(lambda tray, page: tray.crop_to_content(page.id))

    def crop_to(self, frame: Box) -> None:
        """``frame`` of the page as it is shown, so perhaps cut already."""
        self._to_page(lambda tray, page: tray.crop(page.id, (page.edits.crop or Box()).part(frame)))

    def next_mode(self) -> None:
        page = self.state.page
        if page is None:
            return
        mode = _MODES[(_MODES.index(page.edits.mode) + 1) % len(_MODES)]
        self._to_page(lambda tray, page: tray.colour(page.id, mode))
        self._say(say("这一页：{mode}", mode=mode_words(mode)))

    def next_paper(self) -> None:
        paper = _PAPERS[(_PAPERS.index(self.state.paper) + 1) % len(_PAPERS)]
        self._show(replace(self.state, paper=paper))

    def move(self, by: int) -> None:
        page, at = self.state.page, self.state.current + by
        if page is None or not 0 <= at < len(self.state.pages):
            return
        self._show(replace(self.state, current=at))

        def work(tray: ScanTray) -> None:
            tray.move(page.case_id, page.id, at)

        self._do(work)

    def give(self) -> None:
        """To the case whose number the page states."""
        page = self.state.page
        if page is None or not page.seen.other_case:
            self._say(say("这一页上没有别的办件的条码。"))
            return
        self._do(lambda tray: tray.give([page.id], page.seen.other_case))
        self._say(say("这一页交给了条码上的办件，办那一件时会看到。"))

    def remove(self) -> None:
        page = self.state.page
        if page is not None:
            self._do(lambda tray: tray.remove([page.id]))

    def assign(self, number: int) -> None:
        """This page and all after it go to the material with this number in the list."""
        state = self.state
        material = next((known for at, known, _ in state.materials if at == number), "")
        if not material or state.page is None:
            return
        pages = [page.id for page in state.pages[state.current :]]
        self._do(lambda tray: tray.assign(pages, material))
        name = state.name_of(material)
        self._say(say("从第 {n} 页起归入：{name}", n=state.current + 1, name=name))

    def next_material(self) -> None:
        """The same with the one that follows this page's in the list; after the last, the first."""
        state = self.state
        if state.page is None or not state.materials:
            return
        numbers = [number for number, _, _ in state.materials]
        here = [at for at, row in enumerate(state.materials) if row[1] == self._material_here()]
        self.assign(numbers[(here[0] + 1) % len(numbers)] if here else numbers[0])

    def _material_here(self) -> str:
        return self.state.lines[self.state.current].material

    def forget(self) -> None:
        self._thumbs.clear()
        self._broken.clear()
        self._show(TrayState(paper=self.state.paper))

    # -- showing --------------------------------------------------------------------------------

    def set_size(self, longest: int) -> None:
        """Of the page on the screen, in pixels."""
        if abs(longest - self._proof_size) > 40:
            self._proof_size = max(300, min(2400, longest))
            self._draw()

    def _say(self, words: str, tone: Tone = Tone.NEUTRAL) -> None:
        self._show(replace(self.state, note=Note(tone=tone, message=words)))

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error)))

    def _to_page(self, act: Callable[[ScanTray, TrayPage], TrayPage]) -> None:
        page = self.state.page
        if page is not None:
            self._do(lambda tray: act(tray, page))

    def _do(self, act: Callable[[ScanTray], object]) -> None:
        listing = self._listing()

        def work(tray: ScanTray) -> tuple[TrayPage, ...]:
            act(tray)
            return listing(tray)

        self._show(replace(self.state, asked=False))
        self._work(work)

    def _listing(self) -> Callable[[ScanTray], tuple[TrayPage, ...]]:
        case_id = self.state.case_id
        return lambda tray: (*tray.pages(case_id), *(tray.pages("") if case_id else ()))

    def _work(self, work: Callable[[ScanTray], tuple[TrayPage, ...]], newest: str = "") -> None:
        parts, case_id = self._services.scans, self.state.case_id
        if parts is None:
            return

        def done(pages: tuple[TrayPage, ...]) -> None:
            if self.state.case_id == case_id:
                self._put(pages, newest)

        parts.page_lane.submit(lambda: work(parts.tray), done, self._fail, self)

    def _put(self, pages: tuple[TrayPage, ...], newest: str = "") -> None:
        state = self.state
        before = state.page
        ids = [page.id for page in pages]
        current = ids.index(newest) if newest in ids else min(max(state.current, 0), len(ids) - 1)
        lines = tray_lines(pages, state.materials, state.target)
        lines = tuple(replace(one, thumb=self._thumbs.get(one.version, b"")) for one in lines)
        now = pages[current] if ids else None
        same = before is not None and now is not None and _looks(before) == _looks(now)
        self._show(replace(
            state, pages=pages, lines=lines, current=current, loaded=True,
            proof=state.proof if same else b"",
        ))  # fmt: skip
        if not same or not state.proof:
            self._draw()
        self._draw_thumbs()

    def _draw(self) -> None:
        page, parts, size = self.state.page, self._services.scans, self._proof_size
        if page is None or parts is None or self._drawing == (_looks(page), size):
            return
        wanted = self._drawing = (_looks(page), size)

        def done(picture: bytes) -> None:
            now = self.state.page
            if self._drawing == wanted:
                self._drawing = None
            if now is not None and _looks(now) == wanted[0]:
                self._show(replace(self.state, proof=picture))

        def failed(_: AppError) -> None:
            if self._drawing == wanted:
                self._drawing = None

        parts.page_lane.submit(lambda: parts.tray.proof(page.id, longest=size), done, failed, self)

    def _draw_thumbs(self) -> None:
        """One after the other: the page that a clerk asks for goes between them."""
        parts = self._services.scans
        left = (
            line for line in self.state.lines if not line.thumb and line.version not in self._broken
        )
        line = next(left, None)
        if parts is None or line is None or self._drawing_thumb:
            return
        self._drawing_thumb = True
        version = line.version

        def done(picture: bytes) -> None:
            self._thumbs[version] = picture
            lines = tuple(
                replace(one, thumb=picture) if one.version == version else one
                for one in self.state.lines
            )
            self._show(replace(self.state, lines=lines))
            self._drawing_thumb = False
            self._draw_thumbs()

        def failed(_: AppError) -> None:
            self._broken.add(version)
            self._drawing_thumb = False
            self._draw_thumbs()

        parts.page_lane.submit(
            lambda: parts.tray.proof(line.id, longest=_THUMB), done, failed, self
        )


def _looks(page: TrayPage) -> tuple[str, object]:
    return page.sha + page.id, page.edits

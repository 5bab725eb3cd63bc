"""Show every paper that can be printed now as it will come out, and print it by one key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.errors import AppError, ReasonNeeded
from app.services.signed_papers import SIGNABLE
from ui.kit.formats import paper_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.sheet_page import SheetPage
from ui.viewmodels.signing import Outcome, SigningModel
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from pathlib import Path

    from app.services.matter import Matter
    from app.services.sheets import Offer, Pictures, Shown
    from app.services.sign_in import Session

_TRUE_INCH = 96.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetsState:
    """``chosen`` is the place in ``offers``; ``page`` of ``pages`` is drawn at ``dpi``, which is
    the screen's own where ``whole`` is off."""

    offers: tuple[Offer, ...] = ()
    chosen: int = 0
    apart: bool = False
    half: bool = False
    page: int = 0
    pages: int = 0
    picture: SheetPage | None = None
    loaded: bool = False
    asking: bool = False  # why it is printed again
    note: Note | None = None

    @property
    def offer(self) -> Offer | None:
        return self.offers[self.chosen] if self.chosen < len(self.offers) else None

    @property
    def signs(self) -> bool:
        """Whether it can be signed on the applicant's screen."""
        offer = self.offer
        return offer is not None and offer.about.startswith("case:") and offer.paper in SIGNABLE

    @property
    def saves(self) -> bool:
        """Whether it is a table that can be saved as one."""
        return self.offer is not None and self.offer.about.startswith("day:")


class SheetsModel(ViewModel[SheetsState]):
    """``matter`` is what the window works at now, None where nobody is there."""

    def __init__(
        self,
        services: CounterServices,
        matter: Callable[[], Matter | None],
        session: Callable[[], Session | None],
        signing: SigningModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(services, SheetsState(), parent)
        self.signing = signing
        signing.finished.connect(self._signed)
        self._matter = matter
        self._session = session
        self._pictures: Pictures | None = None
        self._wanted = 0  # the newest paper asked for; an older one is not shown any more
        self._dpi = _TRUE_INCH

    @property
    def page_millimetres(self) -> tuple[float, float]:
        if self._pictures is None or not self.state.pages:
            return 210.0, 297.0
        return self._pictures.size(self.state.page)

    def refresh(self) -> None:
        """The papers of what is at the window now."""
        sheets, matter = self._services.sheets, self._matter()
        if sheets is None:
            return
        cases = tuple(case.id for case in matter.cases) if matter else ()
        bundle = matter.cases[0].bundle if matter and matter.bundle is not None else ""

        def work() -> tuple[Offer, ...]:
            return sheets.offered(cases, bundle)

        self._services.lane.submit(work, self._see, self._fail, self)

    def choose(self, place: int) -> None:
        if place != self.state.chosen and 0 <= place < len(self.state.offers):
            self._show(replace(self.state, chosen=place, asking=False, note=None))
            self._lay_out()

    def set_apart(self, apart: bool) -> None:
        """Each copy under its own name (申请人联, 件袋联, 留档联), or one sheet."""
        self._show(replace(self.state, apart=apart))
        self._lay_out()

    def set_half(self, half: bool) -> None:
        """On A5, or A4."""
        self._show(replace(self.state, half=half))
        self._lay_out()

    def set_dpi(self, dpi: float) -> None:
        if dpi != self._dpi:
            self._dpi = dpi
            self._draw()

    def turn(self, pages: int) -> None:
        page = min(max(self.state.page + pages, 0), max(self.state.pages - 1, 0))
        if page != self.state.page:
            self._show(replace(self.state, page=page))
            self._draw()

    def print(self, reason: str = "") -> None:
        """Raises no question where it is the first; 补打 needs a reason."""
        offer, session = self.state.offer, self._session()
        if offer is None or session is None:
            return
        again = bool(offer.reprint) and offer.state != "failed"
        if again and not reason.strip():
            note = None
            if self.state.asking:
                note = Note(tone=Tone.WARN, message=say("写明为什么补打，例如“卡纸”。"))
            self._show(replace(self.state, asking=True, note=note))
            return
        apart, half = self.state.apart, self.state.half

        def work() -> object:
            return self._services.papers.order(
                session, offer.paper, offer.about, reason=reason, apart=apart, half=half
            )

        def done(_: object) -> None:
            said = say("{title} 已送去打印，F12 看结果。", title=paper_name(offer.paper))
            self._show(replace(self.state, asking=False, note=Note(tone=Tone.GOOD, message=said)))
            self.refresh()

        self._services.lane.submit(work, done, self._fail_to_print, self)

    def sign(self) -> None:
        """屏上签."""
        offer, session = self.state.offer, self._session()
        if offer is None or session is None or not self.state.signs:
            return
        self.signing.ask(session, offer.paper, offer.about)

    def _signed(self, outcome: str) -> None:
        if outcome == Outcome.SIGNED:
            note = Note(tone=Tone.GOOD, message=say("签名已记下，打印出来就带着签名。"))
            self._show(replace(self.state, note=note))
        self._lay_out()

    def save(self) -> None:
        """A day's report as an Excel workbook, where figures are saved."""
        sheets, offer, folder = self._services.sheets, self.state.offer, self._services.exports
        if sheets is None or offer is None or folder is None or not self.state.saves:
            return

        def done(file: Path) -> None:
            said = say("已存为 {file}", file=str(file))
            self._show(replace(self.state, note=Note(tone=Tone.GOOD, message=said)))

        lane = self._services.file_lane or self._services.lane
        lane.submit(lambda: sheets.save(offer.paper, offer.about, folder), done, self._fail, self)

    def stop_asking(self) -> None:
        self._show(replace(self.state, asking=False, note=None))

    def _see(self, offers: tuple[Offer, ...]) -> None:
        former = self.state.offer
        same = (
            at for at, one in enumerate(offers)
            if former and (one.paper, one.about) == (former.paper, former.about)
        )  # fmt: skip
        chosen = next(same, 0)
        self._show(replace(self.state, offers=offers, chosen=chosen, loaded=True))
        self._lay_out()

    def _lay_out(self) -> None:
        sheets, offer = self._services.sheets, self.state.offer
        if sheets is None or offer is None:
            return
        self._wanted += 1
        wanted, apart, half = self._wanted, self.state.apart, self.state.half

        def done(shown: Shown) -> None:
            if wanted == self._wanted:
                self._take(shown)

        lane = self._services.file_lane or self._services.lane
        lane.submit(
            lambda: sheets.show(
                offer.paper, offer.about, reprint=offer.reprint, apart=apart, half=half
            ),
            done, self._fail_to_show, self,
        )  # fmt: skip

    def _take(self, shown: Shown) -> None:
        self._pictures = shown.pictures
        note = self.state.note
        if shown.warning is not None:
            note = self._note(shown.warning, Tone.WARN)
        page = min(self.state.page, shown.pictures.count - 1)
        self._show(replace(self.state, pages=shown.pictures.count, page=page, note=note))
        self._draw()

    def _draw(self) -> None:
        """In the screen's own thread: a page takes about 10 ms."""
        if self._pictures is not None and self.state.pages:
            width, height, rows = self._pictures.draw(self.state.page, self._dpi)
            picture = SheetPage(width=width, height=height, rows=rows)
            self._show(replace(self.state, picture=picture))

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error)))

    def _fail_to_show(self, error: AppError) -> None:
        self._show(replace(self.state, picture=None, pages=0, note=self._note(error)))

    def _fail_to_print(self, error: AppError) -> None:
        """Somebody else printed it meanwhile: now it is 补打."""
        if isinstance(error, ReasonNeeded):
            self._show(replace(self.state, asking=True))
            self.refresh()
        else:
            self._fail(error)

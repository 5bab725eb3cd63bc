"""Follow one paper that is being signed on the applicant's screen, from both sides of the counter.

The applicant sees the paper and writes, or says that they will not; the clerk sees how far it is,
may take it back, and writes down why it was refused and who saw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError, ReasonNeeded
from app.domain.signature import Pen, Stroke, check_strokes
from ui.kit.formats import paper_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.sheet_page import SheetPage
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.domain.events import PaperKind
    from app.services.sheets import Pictures
    from app.services.sign_in import Session
    from app.services.signing import ToSign

_DPI = 96.0


class SigningStage(StrEnum):
    IDLE = "idle"
    SHOWN = "shown"  # the applicant reads and writes
    DECLINED = "declined"  # the applicant will not: the clerk writes down why
    SAVING = "saving"


class Outcome(StrEnum):
    SIGNED = "signed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningState:
    """``note`` is for the clerk, ``told`` for the applicant. ``again``: signed before, so that the
    clerk says why."""

    stage: SigningStage = SigningStage.IDLE
    title: str = ""
    signer: str = ""
    page: int = 0
    pages: int = 0
    picture: SheetPage | None = None
    again: bool = False
    told: str = ""
    note: Note | None = None

    @property
    def open(self) -> bool:
        return self.stage is not SigningStage.IDLE


class SigningModel(ViewModel[SigningState]):
    finished = Signal(str)  # Outcome
    asked = Signal()  # the applicant's screen is needed

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, SigningState(), parent)
        self._session: Session | None = None
        self._shown: ToSign | None = None
        self._pictures: Pictures | None = None
        self._wanted: tuple[PaperKind, str] | None = None
        self._reason = ""
        self._turn = 0  # an answer to what was taken back is not listened to

    # -- the clerk ------------------------------------------------------------------------------

    def ask(self, session: Session, paper: PaperKind, about: str, reason: str = "") -> None:
        """Show the paper to the applicant. ``reason``: why it is signed once more."""
        desk, sheets = self._services.signing, self._services.sheets
        if desk is None or sheets is None or self.state.open:
            return
        self._turn += 1
        turn, self._session, self._reason = self._turn, session, reason
        self._wanted = (paper, about)

        def work() -> tuple[ToSign, Pictures]:
            shown = desk.ask(paper, about)
            return shown, sheets.pictures(shown.data)

        def done(found: tuple[ToSign, Pictures]) -> None:
            if turn != self._turn:
                return
            shown, self._pictures = found
            if shown.again and not reason.strip():
                text = say("这份文书已经签过：写明为什么再签一次。")
                self._show(SigningState(again=True, note=Note(tone=Tone.WARN, message=text)))
                return
            self._shown = shown
            title = f"{paper_name(paper)} {shown.number}".strip()
            self._show(
                SigningState(
                    stage=SigningStage.SHOWN, title=title, signer=shown.signer,
                    pages=self._pictures.count, picture=self._drawn(0),
                )
            )  # fmt: skip
            self.asked.emit()

        lane = self._services.file_lane or self._services.lane
        lane.submit(work, done, self._failed, self)

    def ask_again(self, reason: str) -> None:
        """Why it is signed once more."""
        if self.state.again and self._session and self._wanted and reason.strip():
            self.ask(self._session, *self._wanted, reason)

    def cancel(self) -> None:
        if self.state.open or self.state.again:
            self._end(Outcome.CANCELLED)

    def refuse(self, reason: str, witness: str) -> None:
        """What the clerk writes down of a refusal."""
        desk, session, shown = self._services.signing, self._session, self._shown
        if self.state.stage is not SigningStage.DECLINED or not (desk and session and shown):
            return

        def failed(error: AppError) -> None:
            note = self._note(error)
            if isinstance(error, ReasonNeeded):
                note = Note(tone=Tone.WARN, message=say("写明不签的理由和见证人。"))
            self._show(replace(self.state, note=note))

        self._services.lane.submit(
            lambda: desk.refuse(session, shown, reason, witness),
            lambda _: self._end(Outcome.REFUSED), failed, self,
        )  # fmt: skip

    # -- the applicant --------------------------------------------------------------------------

    def turn(self, pages: int) -> None:
        page = min(max(self.state.page + pages, 0), max(self.state.pages - 1, 0))
        if page != self.state.page:
            self._show(replace(self.state, page=page, picture=self._drawn(page)))

    def hear_writing(self) -> None:
        """What was wrong with the last one is no longer of interest."""
        self._show(replace(self.state, told=""))

    def confirm(self, strokes: Sequence[Stroke], pen: Pen) -> None:
        desk, session, shown = self._services.signing, self._session, self._shown
        if self.state.stage is not SigningStage.SHOWN or not (desk and session and shown):
            return
        try:
            check_strokes(strokes)
        except AppError as error:
            self._show(replace(self.state, told=self._note(error).message))
            return
        turn, reason = self._turn, self._reason
        self._show(replace(self.state, stage=SigningStage.SAVING, told=""))

        def done(_: None) -> None:
            if turn == self._turn:
                self._end(Outcome.SIGNED)

        def failed(error: AppError) -> None:
            if turn == self._turn:
                note = self._note(error)
                stage = SigningStage.SHOWN
                self._show(replace(self.state, stage=stage, told=note.message, note=note))

        lane = self._services.file_lane or self._services.lane
        lane.submit(lambda: desk.sign(session, shown, strokes, pen, reason), done, failed, self)

    def decline(self) -> None:
        """我不签."""
        if self.state.stage is SigningStage.SHOWN:
            text = say("申请人表示不签：写明理由和见证人，或者取消后再请签。")
            note = Note(tone=Tone.WARN, message=text)
            self._show(replace(self.state, stage=SigningStage.DECLINED, note=note))

    def back(self) -> None:
        """The applicant signs after all."""
        if self.state.stage is SigningStage.DECLINED:
            self._show(replace(self.state, stage=SigningStage.SHOWN, note=None))

    # -- inside ---------------------------------------------------------------------------------

    def _end(self, outcome: Outcome) -> None:
        self._turn += 1
        self._shown = self._pictures = None
        self._show(SigningState())
        self.finished.emit(outcome.value)

    def _failed(self, error: AppError) -> None:
        self._show(SigningState(note=self._note(error)))
        self.finished.emit(Outcome.CANCELLED.value)

    def _drawn(self, page: int) -> SheetPage | None:
        if self._pictures is None:
            return None
        width, height, rows = self._pictures.draw(page, _DPI)
        return SheetPage(width=width, height=height, rows=rows)

"""What the applicant sees on the second screen: who was read, what is missing, what was decided,
and then how it was. The rating is taken here alone: the clerk's window has no way to give one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import AppError
from app.domain.masking import mask_name, mask_number
from app.domain.queue_errors import AlreadyRated
from app.domain.rating import Occasion, RatingLevel
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.line_state import LineStage
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.services.sign_in import Session

RATING_SECONDS = 60  # to begin with; nobody is held up by a question
REASON_SECONDS = 40
THANKS_SECONDS = 6


class ApplicantStage(StrEnum):
    WELCOME = "welcome"
    CALLED = "called"
    SERVING = "serving"
    RATING = "rating"  # beside what was decided
    REASONS = "reasons"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtView:
    """A material as its applicant reads it; ``open`` while it is still wanted."""

    name: str
    chip: str
    tone: Tone
    hint: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantState:
    """``levels`` are (score, Chinese, English), ``reasons`` (id, Chinese, English, chosen).
    ``seconds`` until the screen goes on by itself, 0 where it does not."""

    stage: ApplicantStage = ApplicantStage.WELCOME
    hall: str = ""
    window: str = ""
    ticket: str = ""
    name: str = ""
    document: str = ""
    number: str = ""
    item: str = ""
    brought: tuple[BroughtView, ...] = ()
    missing: int = 0
    headline: str = ""
    case_number: str = ""
    papers: tuple[str, ...] = ()
    levels: tuple[tuple[int, str, str], ...] = ()
    score: int = 0
    score_words: str = ""
    reasons: tuple[tuple[str, str, str, bool], ...] = ()
    seconds: int = 0
    note: Note | None = None


class ApplicantModel(ViewModel[ApplicantState]):
    def __init__(
        self, services: CounterServices, counter: CounterModel, parent: QObject | None = None
    ) -> None:
        super().__init__(services, ApplicantState(hall=services.hall_name), parent)
        self._counter = counter
        self._session: Session | None = None
        self._ticket = ""  # of the service that goes on
        self._cases: tuple[str, ...] = ()
        self._rated: set[str] = set()  # occasions answered, or let go by
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._second)
        for model in (counter.line, counter.case):
            model.state_changed.connect(self._follow)

    def begin_session(self, session: Session) -> None:
        self._session = session
        self._follow()

    def end_session(self) -> None:
        self._session = None
        self._ticket, self._cases = "", ()
        self._clock.stop()
        self._show(ApplicantState(hall=self._services.hall_name))

    # -- what the applicant does ----------------------------------------------------------------

    def choose(self, score: int) -> None:
        if self.state.stage not in {ApplicantStage.RATING, ApplicantStage.REASONS}:
            return
        level = self._level(score)
        if level is None:
            return
        self._show(
            replace(
                self.state, stage=ApplicantStage.REASONS, score=score,
                score_words=level.name,
                reasons=tuple(
                    (one.id, one.name, one.name_en, False) for one in level.reasons
                ),
                seconds=REASON_SECONDS,
            )
        )  # fmt: skip
        self._clock.start()

    def toggle(self, reason: str) -> None:
        reasons = tuple(
            (one, words, english, chosen is not (one == reason))
            for one, words, english, chosen in self.state.reasons
        )
        self._show(replace(self.state, reasons=reasons, seconds=REASON_SECONDS))

    def back(self) -> None:
        if self.state.stage is ApplicantStage.REASONS:
            self._show(
                replace(self.state, stage=ApplicantStage.RATING, score=0, seconds=RATING_SECONDS)
            )

    def submit(self) -> None:
        """Once: the next touch finds thanks."""
        desk, session, occasion = self._services.ratings, self._session, self._occasion()
        if self.state.stage is not ApplicantStage.REASONS or session is None or occasion is None:
            return
        if desk is None:
            return
        score = self.state.score
        chosen = tuple(one for one, _, _, chosen in self.state.reasons if chosen)
        self._rated.add(occasion.id)
        self._thank(say("感谢您的评价"))
        self._services.lane.submit(
            lambda: desk.rate(session, occasion, score, chosen), lambda _: None, self._fail, self
        )

    def _fail(self, error: AppError) -> None:
        if isinstance(error, AlreadyRated):
            self._thank(say("这次服务已经评价过了，谢谢"))
        else:
            self._show(replace(self.state, note=self._note(error)))

    def _thank(self, words: str) -> None:
        self._show(
            replace(self.state, stage=ApplicantStage.THANKS, headline=words, seconds=THANKS_SECONDS)
        )
        self._clock.start()

    # -- what goes on at the window -------------------------------------------------------------

    def _occasion(self) -> Occasion | None:
        if not self._ticket and not self._cases:
            return None
        return Occasion(ticket=self._ticket, cases=self._cases)

    def _follow(self, _: object = None) -> None:
        line, case = self._counter.line.state, self._counter.case.state
        if self._session is None:
            return
        serving = line.ticket_id if line.stage is LineStage.SERVING else ""
        another = serving and serving != self._ticket
        without = not serving and case.open and case.case_id not in self._cases
        if another or without:
            self._ticket, self._cases = serving, ()
        if case.decided is not None and case.case_id and case.case_id not in self._cases:
            self._cases = (*self._cases, case.case_id)
        asked = {ApplicantStage.RATING, ApplicantStage.REASONS, ApplicantStage.THANKS}
        busy = case.open or line.stage is LineStage.CALLED
        if self.state.stage in asked and not busy:
            return
        self._show(self._seen())

    def _seen(self) -> ApplicantState:
        line, case = self._counter.line.state, self._counter.case.state
        plain = ApplicantState(
            hall=self._services.hall_name, window=line.window, ticket=line.ticket,
            item=case.item.name if case.item else "",
        )  # fmt: skip
        if case.decided is not None:
            occasion = self._occasion()
            shown = replace(
                plain, headline=case.decided.headline, case_number=case.decided.number,
                papers=case.decided.jobs, item=case.decided.item,
            )  # fmt: skip
            if occasion is None or occasion.id in self._rated or self._services.ratings is None:
                return replace(shown, stage=ApplicantStage.SERVING)
            self._clock.start()
            return replace(
                shown, stage=ApplicantStage.RATING, seconds=RATING_SECONDS,
                levels=tuple(
                    (one.score, one.name, one.name_en)
                    for one in sorted(self._levels(), key=lambda level: -level.score)
                ),
            )  # fmt: skip
        self._clock.stop()
        if case.open:
            who = case.applicant
            brought = tuple(
                BroughtView(
                    name=row.name,
                    chip=row.chip,
                    tone=row.tone,
                    hint=row.hint,
                    open=row.required and row.tone in {Tone.BAD, Tone.WARN},
                )
                for row in case.rows
                if row.required
            )
            return replace(
                plain, stage=ApplicantStage.SERVING, brought=brought,
                missing=sum(one.open for one in brought),
                name=mask_name(who.name) if who else "",
                document=who.document if who else "",
                number=mask_number(who.number) if who else "",  # also while the clerk sees it whole
            )  # fmt: skip
        if line.stage is LineStage.CALLED:
            return replace(plain, stage=ApplicantStage.CALLED)
        return plain

    def _levels(self) -> tuple[RatingLevel, ...]:
        desk = self._services.ratings
        return desk.levels().levels if desk is not None else ()

    def _level(self, score: int) -> RatingLevel | None:
        return next((one for one in self._levels() if one.score == score), None)

    def _second(self) -> None:
        left = self.state.seconds - 1
        if left > 0:
            self._show(replace(self.state, seconds=left))
            return
        self._clock.stop()
        if self.state.stage in {ApplicantStage.RATING, ApplicantStage.REASONS}:
            occasion = self._occasion()
            if occasion is not None:
                self._rated.add(occasion.id)  # let go by: nothing is recorded in nobody's name
        self._show(
            ApplicantState(hall=self._services.hall_name, window=self._counter.line.state.window)
        )

"""Lead one person after another through a kiosk: choose, card or none, number, paper.

Everything of the last person is gone when the number has stood for a while, or when nobody has
touched the screen: what was typed, what was found, which language and size was chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import AppError
from app.domain.person import CardRead
from app.domain.queue_view import HallView, LineView, NumberWish
from app.domain.sheet_papers import GuideContent
from app.domain.ticket_events import TicketSource
from app.ports import ReaderStep
from app.services.catalogue import Found
from app.services.kiosk_desk import Given
from app.services.print_jobs import PrintJob
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.kiosk_card import CardWait
from ui.viewmodels.kiosk_state import (
    KioskServices,
    KioskState,
    Purpose,
    Slip,
    Step,
    can_take,
    spoken_words,
)
from ui.viewmodels.kiosk_watch import KioskWatch
from ui.viewmodels.viewmodel import Note

_T = TypeVar("_T")
_LOOK_MS = 700  # between looks at a slip under way
_SLIP_LOOKS = 20
_MOST_FOUND = 6
_LONGEST_TEXT = 40
_SLIP_STATES = {"printed": Slip.OUT, "failed": Slip.LOST, "doubted": Slip.LOST,
                "cancelled": Slip.LOST}  # fmt: skip


class KioskModel(QObject):
    changed = Signal(object)  # KioskState

    def __init__(self, services: KioskServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        first = Step.LINES if services.greeter else Step.IDLE
        self._first = first
        self.state = KioskState(step=first)
        self._card = CardWait(services.reader, services.lane, services.card_timeout, self)
        self._card.stepped.connect(self._stepped)
        self._card.read.connect(self._take_with)
        self._card.failed.connect(self._no_card)
        self._visit = 0  # answers to who has left are not shown to the next
        self._looks = 0
        self._rest = self._timer(self.leave)
        self._slip_again = self._timer(self._look_at_slip)
        self._watch = KioskWatch(services, self)
        self._watch.viewed.connect(self._viewed)
        self._watch.unseen.connect(self._unseen)
        self._watch.papers.connect(self._papers)
        services.lane.bug.connect(self._bug)

    def _timer(self, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(then)
        return timer

    def start(self) -> None:
        self._watch.start()

    def stop(self) -> None:
        self._watch.stop()
        self._rest.stop()
        self._slip_again.stop()
        self._card.end()

    # -- pages ----------------------------------------------------------------------------------

    def touch(self) -> None:
        """Somebody is there."""
        if self.state.step is not self._first:
            self._rest.start(
                self._services.done_ms if self.state.step is Step.DONE else self._services.rest_ms
            )

    def leave(self) -> None:
        """The next one finds nothing of this one."""
        self._visit += 1
        self._card.end()
        self._rest.stop()
        self._slip_again.stop()
        if self.state.english:
            self._services.translate(False)
        now = self.state
        self._show(
            KioskState(
                step=self._first, view=now.view, lost=now.lost, slips=now.slips, sheets=now.sheets
            )
        )

    def begin(self) -> None:
        self._open(Step.LINES if self._services.greeter else Step.HOME)

    def home(self) -> None:
        self._card.end()
        step = Step.LINES if self._services.greeter else Step.HOME
        self._open(step, business="", item="", priority="", text="", found=(), guide=None,
                   given=None, slip=Slip.NONE)  # fmt: skip

    def back(self) -> None:
        """One page back; from the first page, away."""
        self._card.end()
        match self.state.step:
            case Step.ITEM:
                self._open(Step.SEARCH, guide=None, item="")
            case Step.CARD if self.state.item:
                self._open(Step.ITEM)
            case Step.CARD:
                self._open(Step.LINES, business="", priority="")
            case Step.HOME | Step.DONE:
                self.leave()
            case _:
                self.home()

    def choose_lines(self) -> None:
        self._open(Step.LINES, item="")

    def choose_search(self) -> None:
        self._open(Step.SEARCH, text="", found=())

    def choose_code(self, purpose: Purpose) -> None:
        self._open(Step.CODE, text="", purpose=purpose)

    def line(self, business: str) -> LineView | None:
        lines = self.state.view.lines if self.state.view else ()
        return next((one for one in lines if one.business == business), None)

    def choose_line(self, business: str) -> None:
        if not can_take(self.line(business)):
            return
        self._open(Step.CARD, business=business)
        self._card.start()

    def choose_item(self, code: str) -> None:
        def told(guide: GuideContent) -> None:
            self._open(Step.ITEM, guide=guide, item=code, working=False)

        self._work(lambda: self._services.guide(code), told)

    def take_for_item(self) -> None:
        self._open(Step.CARD, business="")
        self._card.start()

    def choose_priority(self, reason: str) -> None:
        """The same once more takes it back."""
        chosen = "" if self.state.priority == reason else reason
        self._show(replace(self.state, priority=chosen))
        self.touch()

    # -- how it is shown ------------------------------------------------------------------------

    def switch_language(self) -> None:
        english = not self.state.english
        self._services.translate(english)
        self._show(replace(self.state, english=english, note=None))
        self._speak()
        self.touch()

    def switch_size(self) -> None:
        self._show(replace(self.state, large=not self.state.large))
        self.touch()

    def switch_voice(self) -> None:
        self._show(replace(self.state, spoken=not self.state.spoken))
        self._speak()
        self.touch()

    # -- typing ---------------------------------------------------------------------------------

    def type(self, letter: str) -> None:
        self._typed((self.state.text + letter)[:_LONGEST_TEXT])

    def erase(self) -> None:
        self._typed(self.state.text[:-1])

    def set_text(self, text: str) -> None:
        """From a real keyboard or a scanner."""
        self._typed(text[:_LONGEST_TEXT])

    def _typed(self, text: str) -> None:
        self._show(replace(self.state, text=text, note=None))
        self.touch()
        if self.state.step is Step.SEARCH:
            self._search(text)

    def _search(self, text: str) -> None:
        if not text.strip():
            self._show(replace(self.state, found=()))
            return
        visit = self._visit

        def told(found: tuple[Found, ...]) -> None:
            # What was typed since has been asked for itself.
            if visit == self._visit and self.state.text == text:
                self._show(replace(self.state, found=tuple(f for f in found if not f.bundle)))

        find = self._services.find
        self._services.lane.submit(lambda: find(text, _MOST_FOUND), told, self._failed, self)

    def enter(self) -> None:
        """What was typed is whole."""
        text = self.state.text.strip().upper()
        if self.state.step is not Step.CODE or not text:
            return
        desk = self._services.desk
        match self.state.purpose:
            case Purpose.BOOKING:
                self._take(booking=text)
            case Purpose.BACK:
                self._work(lambda: desk.bring_back(text), self._gave)
            case Purpose.REPRINT:
                self._work(lambda: desk.reprint(text), self._gave)

    # -- the card -------------------------------------------------------------------------------

    def read_again(self) -> None:
        if self.state.step is Step.CARD and self.state.reading is None:
            self._show(replace(self.state, note=None))
            self._card.start()
            self.touch()

    def _stepped(self, step: ReaderStep | None) -> None:
        self._show(replace(self.state, reading=step))

    def _no_card(self, code: str, details: dict[str, str | int]) -> None:
        self._show(replace(self.state, note=self._noted(code, details)))

    # -- the number -----------------------------------------------------------------------------

    def take_without_card(self) -> None:
        self._card.end()
        self._take()

    def _take_with(self, card: CardRead) -> None:
        self._take(id_number=card.person.number, name=card.person.name or card.person.name_latin)

    def _take(self, *, id_number: str = "", name: str = "", booking: str = "") -> None:
        if self.state.working:
            return
        desk, state = self._services.desk, self.state
        wish = NumberWish(
            request=desk.new_request(), business=state.business, item=state.item,
            priority=state.priority, id_number=id_number, booking=booking, name=name,
            source=TicketSource.GREETER if self._services.greeter else TicketSource.KIOSK,
        )  # fmt: skip
        self._work(lambda: desk.take(wish), self._gave)

    def _gave(self, given: Given) -> None:
        slip = Slip.COMING if given.job else Slip.NONE
        self._open(
            Step.DONE,
            given=given,
            slip=slip,
            working=False,
            business="",
            item="",
            priority="",
            text="",
            found=(),
            guide=None,
        )
        self._looks = 0
        if given.job:
            self._slip_again.start(_LOOK_MS)

    def print_again(self) -> None:
        given = self.state.given
        if given is not None and given.number:
            desk = self._services.desk
            self._work(lambda: desk.reprint(given.number), self._gave)

    def _look_at_slip(self) -> None:
        given, visit = self.state.given, self._visit
        if given is None or not given.job:
            return

        def told(job: PrintJob) -> None:
            if visit != self._visit or self.state.given != given:
                return
            self._looks += 1
            slip = _SLIP_STATES.get(job.state, Slip.COMING)
            if slip is Slip.COMING and self._looks < _SLIP_LOOKS:
                self._slip_again.start(_LOOK_MS)
                return
            self._show(replace(self.state, slip=Slip.LOST if slip is Slip.COMING else slip))

        prints = self._services.prints
        self._services.lane.submit(lambda: prints.job(given.job), told, self._failed, self)

    def print_guide(self) -> None:
        item, desk = self.state.item, self._services.desk
        if not item or self.state.sheets:
            return

        def told(_: str) -> None:
            note = Note(tone=Tone.GOOD, message=say("材料清单正在打印，请取走"))
            self._show(replace(self.state, working=False, note=note))

        self._work(lambda: desk.print_guide(item), told)

    # -- what it hears --------------------------------------------------------------------------

    def _viewed(self, view: HallView) -> None:
        self._show(replace(self.state, view=view, lost=False))

    def _unseen(self) -> None:
        self._show(replace(self.state, lost=True))

    def _papers(self, slips: str, sheets: str) -> None:
        self._show(replace(self.state, slips=slips, sheets=sheets))

    # -- the rest -------------------------------------------------------------------------------

    def _work(self, work: Callable[[], _T], done: Callable[[_T], None]) -> None:
        """Nothing else is begun meanwhile; who has left hears no answer."""
        if self.state.working:
            return
        visit = self._visit
        self._show(replace(self.state, working=True, note=None))

        def told(result: _T) -> None:
            if visit == self._visit:
                done(result)

        def failed(error: AppError) -> None:
            if visit == self._visit:
                self._failed(error)

        self._services.lane.submit(work, told, failed, self)

    def _failed(self, error: AppError) -> None:
        note = self._noted(error.code, error.details)
        self._show(replace(self.state, working=False, note=note))
        self.touch()

    def _bug(self, support_id: str) -> None:
        note = self._noted("APP-00", {"support": support_id})
        self._show(replace(self.state, working=False, note=note))

    def _noted(self, code: str, details: dict[str, str | int] | None = None) -> Note:
        told = self._services.explain(code, details or {})
        return Note(tone=Tone.BAD, message=told.message, next_step=told.next_step)

    def _open(self, step: Step, **changes: object) -> None:
        self._show(replace(self.state, step=step, **{"note": None, **changes}))  # type: ignore[arg-type]
        self.touch()
        self._speak()

    def _speak(self) -> None:
        if self.state.spoken and (words := spoken_words(self.state)):
            self._services.speak(words, self.state.english)

    def _show(self, state: KioskState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit(state)

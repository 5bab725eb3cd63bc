"""Hand results out (出件): what waits and where, who comes for it, what was handed out.

The reader and the scanner work here as at the counter: a card finds its holder's results, a code
of a receipt finds its case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.delivery import ReturnKind
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_name
from app.domain.mrz import MrzRead
from app.services.result_list import ResultQuery, ResultRow, ResultView, Show
from app.storage.result_table import Stands
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.card import CardModel, CardState, step_sentence
from ui.viewmodels.hand_over import Field, HandOverModel
from ui.viewmodels.result_words import (
    REPRINT,
    ResultLine,
    Story,
    line_of,
    show_words,
    story_of,
)
from ui.viewmodels.scanned import (
    Misread,
    ScannedCase,
    ScannedReceipt,
    Unknown,
    card_of,
    scanned,
)
from ui.viewmodels.services import CounterServices
from ui.viewmodels.signing import Outcome, SigningModel
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.domain.case import Case
    from app.domain.events import PaperKind
    from app.domain.person import CardRead
    from app.services.sign_in import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsState:
    """``person`` names whose card was read; ``reading`` what the reader waits for. ``shows`` are
    the filters with their counts."""

    text: str = ""
    show: Show = Show.WAITING
    person: str = ""
    reading: str = ""
    shows: tuple[tuple[str, str], ...] = ()
    lines: tuple[ResultLine, ...] = ()
    loaded: bool = False
    story: Story | None = None
    note: Note | None = None


class ResultsModel(ViewModel[ResultsState]):
    def __init__(
        self, services: CounterServices, signing: SigningModel, parent: QObject | None = None
    ) -> None:
        super().__init__(services, ResultsState(), parent)
        self.signing = signing
        self._to_print = ""  # the case whose slip is printed once it is signed, or is not
        signing.finished.connect(self._print_signed)
        self.session: Session | None = None
        self.card = CardModel(services, self)
        self.form = HandOverModel(services, self)
        self._rows: dict[str, ResultRow] = {}
        self._collector: CardRead | None = None  # who stands at the window
        self.card.card_read.connect(self.take_card)
        self.card.state_changed.connect(self._follow_reader)
        self.form.handed.connect(self._handed)

    def take_session(self, session: Session | None) -> None:
        self.session = session
        self.card.clear()
        self.form.close()
        self._collector, self._rows = None, {}
        self._show(ResultsState())

    # -- finding --------------------------------------------------------------------------------

    def find(self, text: str) -> None:
        """By a part of the number, the name, the item or the waybill."""
        self._show(replace(self.state, text=text))
        self.refresh()

    def choose(self, show: str) -> None:
        if show in set(Show):
            self._show(replace(self.state, show=Show(show)))
            self.refresh()

    def read_card(self) -> None:
        self.card.start()

    def take_card(self, card: CardRead) -> None:
        """Of who stands at the window: it stands on the open form, else finds what is theirs."""
        if self.form.state.open:
            self.form.take_card(card)
            return
        self._collector = card
        name = card.person.name or card.person.name_latin
        self._show(replace(self.state, person=mask_name(name), text="", story=None, note=None))
        self.refresh()

    def take_scanned(self, lines: tuple[str, ...]) -> None:
        """A receipt's code finds its case; machine-readable lines are somebody's document."""
        now = self._services.clock.now()
        match scanned(lines, now.astimezone(HALL_ZONE).date()):
            case MrzRead() as read:
                self.take_card(card_of(read, now))
            case ScannedCase(number=number):
                self._find_scanned(number)
            case ScannedReceipt(text=text, number=number) if number:
                self._find_scanned(number)
                self._prove(text)
            case Misread():
                self._tell(say("机读区没有读对：请再扫一次，或者手录。"), Tone.WARN)
            case Unknown(text=text) | ScannedReceipt(text=text):
                self._tell(say("扫到的不是办件编号：{text}", text=text[:20]), Tone.WARN)

    def _find_scanned(self, number: str) -> None:
        self.form.close()
        self._collector = None
        self._show(replace(self.state, person="", story=None, note=None))
        self.find(number)

    def _prove(self, text: str) -> None:
        """Said only where it is not: a forged receipt is no reason to hand anything out."""
        if (prove := self._services.prove_receipt) is not None:
            self._services.lane.submit(lambda: prove(text), lambda _: None, self._fail, self)

    def everybody(self) -> None:
        """Whoever stood at the window has left."""
        self.card.clear()
        self._collector = None
        self._show(replace(self.state, person="", text=""))
        self.refresh()

    def refresh(self) -> None:
        desk, state = self._services.results, self.state
        if desk is None:
            return
        number = self._collector.person.number if self._collector else ""
        query = ResultQuery(show=state.show, text=state.text.strip(), person=number)

        def done(found: ResultView) -> None:
            now = self.state
            if (now.text, now.show, now.person) == (state.text, state.show, state.person):
                self._see(found)

        self._services.lane.submit(lambda: desk.find(query), done, self._fail, self)

    def _see(self, found: ResultView) -> None:
        self._rows = {one.case_id: one for one in found.rows}
        note = self.state.note
        if found.elsewhere:
            text = say("这里没有，找到的在别处：看每行前面的字。")
            note = Note(tone=Tone.ACT, message=text)
        elif found.more:
            text = say("只列前 {n} 件：输入编号、姓名或读卡来找。", n=len(found.rows))
            note = Note(tone=Tone.ACT, message=text)
        shows = tuple((one.value, show_words(one, found.counts.get(one, 0))) for one in Show)
        lines = tuple(map(line_of, found.rows))
        self._show(replace(self.state, lines=lines, shows=shows, loaded=True, note=note))

    # -- one result -----------------------------------------------------------------------------

    def ask(self, case_id: str) -> None:
        """Open the form, or what was done with it."""
        row, desk = self._rows.get(case_id), self._services.results
        if row is None or desk is None:
            return
        about = f"{row.result_name} {row.result_number}".strip()

        def done(case: Case) -> None:
            self._show(replace(self.state, note=None))
            if row.stands is Stands.HANDED:
                staff = {one.id: one.name for one in self._services.sign_in.staff()}
                today = self._services.clock.now().astimezone(HALL_ZONE).date()
                story = story_of(case, about, staff, today)
                self._show(replace(self.state, story=story))
            else:
                self.form.begin(case, about, self._collector)

        self._services.lane.submit(lambda: desk.case(case_id), done, self._fail, self)

    def submit(self, document: str, written: Mapping[Field, str]) -> None:
        self.form.submit(self.session, document, written)

    def choose_act(self, act: str) -> None:
        story = self.state.story
        if story is not None and act in dict(story.acts):
            self._show(replace(self.state, story=replace(story, chosen=act, note=None)))

    def close_story(self) -> None:
        self._show(replace(self.state, story=None))

    def act(self, reason: str) -> None:
        """What was chosen, for a reason."""
        story, session, desk = self.state.story, self.session, self._services.results
        if story is None or session is None or desk is None or not story.chosen:
            return
        if not reason.strip():
            self._tell_story(Note(tone=Tone.WARN, message=say("写明理由。")))
            return
        case_id, chosen = story.case_id, story.chosen

        def work() -> None:
            if chosen == REPRINT:
                paper = desk.paper(case_id)
                self._services.papers.order(session, paper, f"case:{case_id}", reason=reason)
            else:
                desk.take_back(session, case_id, ReturnKind(chosen), reason)

        def done(_: None) -> None:
            words = {
                REPRINT: say("{about} 的凭证再打一份。", about=story.about),
                ReturnKind.UNDELIVERED.value: say("{about} 重新等候领取。", about=story.about),
                ReturnKind.MISTAKE.value: say("{about} 的出件已更正。", about=story.about),
            }
            note = Note(tone=Tone.GOOD, message=words[chosen])
            self._show(replace(self.state, story=None, note=note))
            self.refresh()

        def failed(error: AppError) -> None:
            self._tell_story(self._note(error))

        self._services.lane.submit(work, done, failed, self)

    def _tell_story(self, note: Note) -> None:
        if self.state.story is not None:
            self._show(replace(self.state, story=replace(self.state.story, note=note)))

    # -- the rest -------------------------------------------------------------------------------

    def _handed(self, about: str, case_id: str) -> None:
        """``case_id`` where its slip is signed on the screen before it is printed."""
        text = say("{about} 已出件，凭证正在打印。", about=about)
        desk, session = self._services.results, self.session
        if case_id and desk is not None and session is not None:
            text = say("{about} 已出件，请申请人在屏上签名。", about=about)
            self._to_print = case_id

            def ask(paper: PaperKind) -> None:
                self.signing.ask(session, paper, f"case:{case_id}")

            self._services.lane.submit(lambda: desk.paper(case_id), ask, self._fail, self)
        self._show(replace(self.state, note=Note(tone=Tone.GOOD, message=text)))
        self.refresh()

    def _print_signed(self, outcome: str) -> None:
        """Signed or not: the slip is printed, and says which."""
        desk, session, case_id = self._services.results, self.session, self._to_print
        if not case_id or desk is None or session is None:
            return
        self._to_print = ""
        words = {
            Outcome.SIGNED.value: say("已签名，凭证正在打印。"),
            Outcome.REFUSED.value: say("记为拒签，凭证正在打印。"),
        }.get(outcome, say("没有在屏上签名，凭证正在打印，请在纸上签收。"))

        def done(_: str) -> None:
            self._show(replace(self.state, note=Note(tone=Tone.GOOD, message=words)))

        self._services.lane.submit(
            lambda: desk.print_slip(session, case_id), done, self._fail, self
        )

    def _follow_reader(self, card: CardState) -> None:
        reading = step_sentence(card.step) if card.step is not None else ""
        note = card.note or (None if reading else self.state.note)
        self._show(replace(self.state, reading=reading, note=note))

    def _tell(self, text: str, tone: Tone) -> None:
        self._show(replace(self.state, note=Note(tone=tone, message=text)))

    def _fail(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error), loaded=True))

"""Carry out what a scanner at the keyboard read: it names the person, or finds the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.hall import HALL_ZONE
from app.domain.mrz import MrzRead
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.counter_state import Form
from ui.viewmodels.scanned import (
    Misread,
    ScannedCase,
    ScannedReceipt,
    Unknown,
    card_of,
    scanned,
)
from ui.viewmodels.viewmodel import Note, note_for

if TYPE_CHECKING:
    from app.domain.errors import AppError
    from app.domain.receipt_statement import ReceiptStatement
    from ui.viewmodels.counter import CounterModel
    from ui.viewmodels.services import CounterServices


class ScanDesk:
    def __init__(self, services: CounterServices, counter: CounterModel) -> None:
        self._services = services
        self._counter = counter

    def take(self, lines: tuple[str, ...]) -> None:
        counter = self._counter
        found = scanned(lines, self._services.clock.now().astimezone(HALL_ZONE).date())
        match found:
            case MrzRead():
                self._take_person(found, lines)
            case ScannedCase() if counter.case.state.open:
                counter.records.find(found.number)
                counter.close_form()
            case ScannedCase():
                self._tell(say("扫到办件 {number}：先开始办理，再扫一次。", number=found.number))
            case ScannedReceipt():
                self._prove(found)
            case Misread():
                self._tell(say("机读码没有读对（校验位不符）：擦净证件，再扫一次。"))
            case Unknown():
                self._tell(say("扫到“{text}”，这里用不上。", text=found.text))

    def _prove(self, receipt: ScannedReceipt) -> None:
        """Whether a signed receipt is genuine, with no network; then its case, where one is
        served."""
        prove, counter = self._services.prove_receipt, self._counter
        if prove is None:
            return

        def done(stated: ReceiptStatement) -> None:
            self._tell(genuine_words(stated), Tone.GOOD)
            if counter.case.state.open:
                counter.records.find(stated.number)

        def failed(error: AppError) -> None:
            self._say(note_for(self._services, error.code, error.details))

        self._services.lane.submit(lambda: prove(receipt.text), done, failed, counter)

    def _take_person(self, found: MrzRead, lines: tuple[str, ...]) -> None:
        counter = self._counter
        if not counter.ready_to_serve(lambda: self.take(lines)):
            return
        counter.people.for_agent = counter.state.form is Form.AGENT
        counter.card.clear()
        if found.person.name:
            counter.close_form()
            counter.people.card_read(card_of(found, self._services.clock.now()))
        else:  # those lines hold no name
            counter.open_form(Form.TYPING)
            counter.scanned_person.emit(found)
            self._tell(say("机读码里没有姓名：请照证件录入姓名。"))

    def _tell(self, text: str, tone: Tone = Tone.WARN) -> None:
        self._say(Note(tone=tone, message=text))

    def _say(self, note: Note) -> None:
        if self._counter.state.form is Form.NONE:
            self._counter.card.tell(note)
        else:
            self._counter.tell(note)


def genuine_words(stated: ReceiptStatement) -> str:
    at = stated.time.astimezone(HALL_ZONE)
    return say(
        "凭证真实，没有改动：{number}，{at} 在 {window} 出具，材料 {n} 项。",
        number=stated.number, at=f"{at:%Y-%m-%d %H:%M}", window=stated.window, n=stated.lines,
    )  # fmt: skip

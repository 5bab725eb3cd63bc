"""The form of one delivery: who takes the result and how that is proven, or where it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.delivery import Authority, DeliveryMode, Proof, Recipient, may_claim, who_is
from app.domain.errors import AppError, HandOverIncomplete, InvalidIdentity
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_number
from app.domain.person import DeliveryWay, DocumentKind, typed_person
from app.services.results import HandOver
from ui.kit.formats import document_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel

if TYPE_CHECKING:
    from app.domain.case import Case
    from app.domain.person import CardRead
    from app.services.sign_in import Session


class Field(StrEnum):
    """What is written into the form; the names are those of the fact."""

    TO = "to"
    NUMBER = "document_number"
    PROOF_REASON = "proof_reason"
    RELATION = "relation"
    ADDRESS = "address"
    CARRIER = "carrier"
    WAYBILL = "waybill"
    REASON = "reason"
    WITNESS = "witness"


class Sign(StrEnum):
    """How somebody who collects signs for it."""

    PAPER = "paper"
    SCREEN = "screen"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverState:
    """``fields`` are asked, in this order; ``filled`` is what they begin with, anew with each
    ``turn``. ``claims`` is offered where the collector's document is none of the case's."""

    case_id: str = ""
    about: str = ""
    addressee: str = ""
    mode: DeliveryMode = DeliveryMode.DIRECT
    card: str = ""
    typed: bool = True
    claims: tuple[Recipient, ...] = ()
    claim: Recipient = Recipient.UNSTATED
    sign: Sign = Sign.PAPER
    fields: tuple[Field, ...] = ()
    filled: Mapping[Field, str] = field(default_factory=dict)
    turn: int = 0
    note: Note | None = None
    wrong: Field | None = None  # where the cursor belongs

    @property
    def open(self) -> bool:
        return bool(self.case_id)


class HandOverModel(ViewModel[HandOverState]):
    handed = Signal(str, str)  # what was handed out, in words; the case that is signed on screen

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, HandOverState(), parent)
        self._case: Case | None = None
        self._card: CardRead | None = None
        self._carrier = ""  # of the last parcel: mostly of the next as well

    def begin(self, case: Case, about: str, card: CardRead | None) -> None:
        """``card``: of who stands at the window, where it was read already."""
        self._case, self._card = case, card
        posted = case.delivery is not None and case.delivery.way is DeliveryWay.POST
        mode = DeliveryMode.POST if posted and card is None else DeliveryMode.DIRECT
        first = HandOverState(case_id=case.id, about=about, addressee=_addressee(case), mode=mode)
        self._ask(first)

    def take_card(self, card: CardRead) -> None:
        """The collector's card."""
        if self.state.open:
            self._card = card
            self._ask(replace(self.state, mode=DeliveryMode.DIRECT, note=None))

    def choose_mode(self, mode: str) -> None:
        if self.state.open and mode in set(DeliveryMode):
            self._ask(replace(self.state, mode=DeliveryMode(mode), sign=Sign.PAPER, note=None))

    def claim(self, recipient: str) -> None:
        if recipient in set(self.state.claims):
            one = replace(self.state, claim=Recipient(recipient), note=None)
            self._show(replace(one, fields=_fields(one)))

    def choose_sign(self, sign: str) -> None:
        """On paper, on the applicant's screen, or 拒绝签收 with a reason and a witness."""
        if sign in set(Sign):
            one = replace(self.state, sign=Sign(sign), note=None)
            self._show(replace(one, fields=_fields(one)))

    def close(self) -> None:
        self._case, self._card = None, None
        self._show(HandOverState())

    def submit(self, session: Session | None, document: str, written: Mapping[Field, str]) -> None:
        """``document``: the kind of a document that was not read by the reader."""
        state, case, desk = self.state, self._case, self._services.results
        if case is None or session is None or desk is None:
            return
        empty = next((one for one in state.fields if not written.get(one, "").strip()), None)
        if empty is not None:
            text = say("还没有填“{field}”。", field=field_name(empty, state))
            self._tell(text, empty)
            return
        try:
            told = self._told(state, case, DocumentKind(document), written)
        except InvalidIdentity as error:
            number = "number" in str(error.details.get("field", ""))
            self._tell(self._note(error).message, Field.NUMBER if number else Field.TO)
            return
        if told is None:
            return

        def done(_: str) -> None:
            if told.mode is DeliveryMode.POST:
                self._carrier = told.carrier
            self.close()
            self.handed.emit(state.about, case.id if told.on_screen else "")

        self._services.lane.submit(
            lambda: desk.hand_over(session, case.id, told), done, self._failed, self
        )

    # -- inside ---------------------------------------------------------------------------------

    def _told(
        self, state: HandOverState, case: Case, document: DocumentKind, written: Mapping[Field, str]
    ) -> HandOver | None:
        """None where the form goes on asking. Raises InvalidIdentity."""
        said = {one.value: written.get(one, "") for one in state.fields}
        said.pop(Field.NUMBER.value, None)
        to = said.pop(Field.TO.value, "")
        if state.mode is not DeliveryMode.DIRECT:
            return HandOver(mode=state.mode, to=to, signed=False, **said)  # type: ignore[arg-type]  # all of these are texts
        card = self._card
        if card is not None:
            document, to = card.document, card.person.name or card.person.name_latin
            number, proof = card.person.number, Proof.CARD
        else:
            today = self._services.clock.now().astimezone(HALL_ZONE).date()
            person = typed_person(document, to, written[Field.NUMBER], today)
            to, number, proof = person.name, person.number, Proof.TYPED
        recipient, authority = who_is(case, to, number)
        if recipient is Recipient.UNSTATED:
            recipient = state.claim
            if recipient is Recipient.UNSTATED:
                self._ask_claim(case)
                return None
            if recipient is Recipient.AGENT:
                authority = Authority.SHOWN
        return HandOver(
            mode=state.mode, to=to, recipient=recipient, document=document, number=number,
            proof=proof, authority=authority, signed=state.sign is not Sign.REFUSED,
            on_screen=state.sign is Sign.SCREEN, **said,
        )  # fmt: skip

    def _ask(self, state: HandOverState) -> None:
        """Offer what this way of delivery needs, filled as far as the case knows it."""
        case, card = self._case, self._card
        if case is None:
            return
        direct = state.mode is DeliveryMode.DIRECT
        one = replace(
            state, card=_card_words(card) if card and direct else "", typed=card is None,
            claims=(), claim=Recipient.UNSTATED,
        )  # fmt: skip
        if direct and card is not None:
            name = card.person.name or card.person.name_latin
            if who_is(case, name, card.person.number)[0] is Recipient.UNSTATED:
                one = replace(one, claims=may_claim(case))
            today = self._services.clock.now().astimezone(HALL_ZONE).date()
            if card.valid_to is not None and card.valid_to < today:
                text = say("证件已于 {day} 过期：请核对本人。", day=card.valid_to.isoformat())
                one = replace(one, note=Note(tone=Tone.WARN, message=text))
        self._show(
            replace(
                one, fields=_fields(one), filled=self._filled(case, one.mode), turn=one.turn + 1,
                wrong=None,
            )
        )  # fmt: skip

    def _ask_claim(self, case: Case) -> None:
        text = say("这不是申请人或者代理人的证件：选领取人的身份。")
        note = Note(tone=Tone.WARN, message=text)
        self._show(replace(self.state, claims=may_claim(case), note=note, wrong=None))

    def _filled(self, case: Case, mode: DeliveryMode) -> dict[Field, str]:
        delivery = case.delivery
        home = case.applicant.person.address if case.applicant else ""
        if mode is DeliveryMode.DIRECT:
            return {}
        posted = delivery is not None and delivery.way is DeliveryWay.POST
        to = delivery.recipient if posted and delivery else _addressee(case)
        address = delivery.address if posted and delivery else home
        if mode is DeliveryMode.ELECTRONIC:
            address = case.applicant.phone if case.applicant else ""
        filled = {Field.TO: to, Field.ADDRESS: address}
        return {**filled, Field.CARRIER: self._carrier} if mode is DeliveryMode.POST else filled

    def _tell(self, text: str, wrong: Field | None) -> None:
        note = Note(tone=Tone.BAD, message=text)
        self._show(replace(self.state, note=note, wrong=wrong))

    def _failed(self, error: AppError) -> None:
        if isinstance(error, HandOverIncomplete):
            at = Field(str(error.details["field"]))
            text = say("“{field}”不对或者没有填。", field=field_name(at, self.state))
            if at is Field.WAYBILL:
                text = say("运单号应为 8 到 30 位字母和数字：请对照面单。")
            self._tell(text, at)
        else:
            self._show(replace(self.state, note=self._note(error), wrong=None))


def _fields(state: HandOverState) -> tuple[Field, ...]:
    match state.mode:
        case DeliveryMode.POST:
            return (Field.TO, Field.ADDRESS, Field.CARRIER, Field.WAYBILL)
        case DeliveryMode.LEFT:
            return (Field.TO, Field.ADDRESS, Field.REASON, Field.WITNESS)
        case DeliveryMode.ELECTRONIC:
            return (Field.TO, Field.ADDRESS)
        case DeliveryMode.DIRECT:
            asked = [Field.TO, Field.NUMBER, Field.PROOF_REASON] if state.typed else []
            if state.claim in {Recipient.HOUSEHOLD, Recipient.RECEIVER}:
                asked.append(Field.RELATION)
            return (*asked, *((Field.REASON, Field.WITNESS) if state.sign is Sign.REFUSED else ()))


_NAMES: dict[Field, Callable[[], str]] = {
    Field.TO: lambda: say("领取人姓名"),
    Field.NUMBER: lambda: say("证件号码"),
    Field.PROOF_REASON: lambda: say("为什么手录"),
    Field.RELATION: lambda: say("与申请人的关系"),
    Field.ADDRESS: lambda: say("地址"),
    Field.CARRIER: lambda: say("寄递企业"),
    Field.WAYBILL: lambda: say("运单号"),
    Field.REASON: lambda: say("拒绝签收的理由"),
    Field.WITNESS: lambda: say("见证人"),
}


def field_name(one: Field, state: HandOverState) -> str:
    special = {
        (Field.TO, DeliveryMode.POST): lambda: say("收件人"),
        (Field.TO, DeliveryMode.LEFT): lambda: say("受送达人"),
        (Field.TO, DeliveryMode.ELECTRONIC): lambda: say("受送达人"),
        (Field.ADDRESS, DeliveryMode.LEFT): lambda: say("留在哪里"),
        (Field.ADDRESS, DeliveryMode.ELECTRONIC): lambda: say("电子邮箱、手机或者账号"),
        (Field.REASON, DeliveryMode.LEFT): lambda: say("为什么留置"),
    }
    return special.get((one, state.mode), _NAMES[one])()


def claim_name(one: Recipient) -> str:
    return {
        Recipient.AGENT: say("代理人，出示了委托书"),
        Recipient.REPRESENTATIVE: say("法定代表人（负责人）"),
        Recipient.HOUSEHOLD: say("同住的成年家属"),
        Recipient.RECEIVER: say("单位负责收件的人"),
        Recipient.APPLICANT: say("申请人本人"),
        Recipient.UNSTATED: "",
    }[one]


def _addressee(case: Case) -> str:
    if case.organisation is not None:
        return case.organisation.name
    person = case.applicant.person if case.applicant else None
    return (person.name or person.name_latin) if person else ""


def _card_words(card: CardRead) -> str:
    name = card.person.name or card.person.name_latin
    return f"{name}　{document_name(card.document)} {mask_number(card.person.number)}"

"""The inline forms about people: say what does not hold before anything is recorded."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import InvalidIdentity
from app.domain.hall import HALL_ZONE
from app.domain.person import (
    CardRead,
    Delivery,
    DocumentKind,
    check_delivery,
    check_phone,
    typed_organisation,
    typed_person,
)
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.card_check import CardCheck
from ui.viewmodels.case import CaseModel
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, note_for

if TYPE_CHECKING:
    from ui.viewmodels.counter import CounterModel


class AgentWay(StrEnum):
    """How the agent gets on the case."""

    READ = "read"  # the next card is the agent's
    SAME = "same"  # who was read first came for another
    TYPE = "type"
    NONE = "none"  # the applicant came in person after all


class PeopleForms:
    """``for_agent`` is set while the card reader, or the form of 手录, is about the agent."""

    def __init__(self, services: CounterServices, counter: CounterModel, case: CaseModel) -> None:
        self._services = services
        self._counter = counter
        self._case = case
        self.check = CardCheck(counter, case)
        self.for_agent = False
        self.authority = ""

    def card_read(self, card: CardRead) -> None:
        authority = self.authority if self.for_agent else None
        self.for_agent = False
        self.check.take(card, authority)

    def check_typed(self, document: DocumentKind, name: str, number: str, reason: str) -> None:
        today = self._services.clock.now().astimezone(HALL_ZONE).date()
        if not self._holds(lambda: typed_person(document, name, number, today)):
            return
        if not reason.strip():
            text = say("写明为什么手录，例如“没有带证件”。")
            self._counter.tell(Note(tone=Tone.BAD, message=text))
        elif self.for_agent:
            self._case.parties.identify_agent_typed(document, name, number, reason, self.authority)
        else:
            self._case.parties.identify_typed(document, name, number, reason)

    def enter_phone(self, phone: str) -> None:
        if self._holds(lambda: check_phone(phone)):
            self._case.parties.enter_phone(phone)

    def name_organisation(self, name: str, credit_code: str, representative: str) -> None:
        if self._holds(lambda: typed_organisation(name, credit_code, representative, "")):
            self._case.parties.name_organisation(name, credit_code, representative)

    def choose_delivery(self, delivery: Delivery) -> None:
        if self._holds(lambda: check_delivery(delivery)):
            self._case.parties.choose_delivery(delivery)

    def pick_agent(self, way: AgentWay, authority: str) -> None:
        """``authority`` names the paper that the agent brings."""
        self.authority = authority.strip()
        if way is not AgentWay.NONE and not self.authority:
            text = say("写明凭什么代办，例如“授权委托书”。")
            self._counter.tell(Note(tone=Tone.BAD, message=text))
            return
        match way:
            case AgentWay.NONE:
                self._case.parties.withdraw_agent()
            case AgentWay.SAME:
                self._case.parties.came_for_another(self.authority)
            case AgentWay.READ:
                self._counter.read_agent()
            case AgentWay.TYPE:
                self._counter.type_agent()

    def _holds(self, check: Callable[[], object]) -> bool:
        try:
            check()
        except InvalidIdentity as error:
            self._counter.tell(self._mistyped(error))
            return False
        return True

    def _mistyped(self, error: InvalidIdentity) -> Note:
        """Which field, in words; the general sentence where there is no better one."""
        words = {
            "name": say("姓名或名称是空的，或者有不能用的字符。"),
            "number": say("号码的位数或字符不对。"),
            "number_check": say("号码最后一位对不上，多半输错了一位。"),
            "birth": say("号码里的出生日期不对。"),
            "date": say("号码里的出生日期不对。"),
            "phone": say("手机号码要 7 到 20 位数字。"),
            "credit_code": say("统一社会信用代码对不上，应为 18 位，多半输错了一位。"),
            "representative": say("法定代表人（负责人）的姓名是空的，或者有不能用的字符。"),
            "recipient": say("收件人是空的，或者有不能用的字符。"),
            "address": say("邮寄地址太短或太长，要写到门牌。"),
        }
        message = words.get(str(error.details.get("field", "")))
        if message is None:
            return note_for(self._services, error.code, error.details)
        return Note(tone=Tone.BAD, message=message, next_step=say("请对照证件核对后重新输入。"))

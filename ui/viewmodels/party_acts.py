"""What the clerk records of the people: who applies, for whom and by whom, how it is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.person import CardRead, Delivery, DocumentKind
from ui.viewmodels.services import CounterServices

if TYPE_CHECKING:
    from ui.viewmodels.case import CaseModel


class PartyActs:
    def __init__(self, services: CounterServices, case: CaseModel) -> None:
        self._services = services
        self._case = case

    def identify(self, card: CardRead, *, replacing: bool) -> None:
        desk, case = self._services.parties, self._case
        case.act(lambda s, c: desk.identify(s, c, card, replacing=replacing), case.identified)

    def identify_typed(self, document: DocumentKind, name: str, number: str, reason: str) -> None:
        desk, case = self._services.parties, self._case
        case.act(
            lambda s, c: desk.identify_typed(s, c, document, name, number, reason),
            case.identified, case.recorded,
        )  # fmt: skip

    def enter_phone(self, phone: str) -> None:
        desk, case = self._services.parties, self._case
        case.act(lambda s, c: desk.enter_phone(s, c, phone), case.recorded)

    def name_organisation(self, name: str, credit_code: str, representative: str) -> None:
        desk, case = self._services.parties, self._case
        case.act(
            lambda s, c: desk.name_organisation(s, c, name, credit_code, representative),
            case.identified, case.recorded,
        )  # fmt: skip

    def withdraw_organisation(self) -> None:
        desk, case = self._services.parties, self._case
        case.act(desk.withdraw_organisation, case.recorded)

    def identify_agent(self, card: CardRead, authority: str, *, replacing: bool) -> None:
        desk, case = self._services.parties, self._case
        case.act(
            lambda s, c: desk.identify_agent(s, c, card, authority, replacing=replacing),
            case.recorded,
        )

    def identify_agent_typed(
        self, document: DocumentKind, name: str, number: str, reason: str, authority: str
    ) -> None:
        desk, case = self._services.parties, self._case
        case.act(
            lambda s, c: desk.identify_agent_typed(s, c, document, name, number, reason, authority),
            case.recorded,
        )

    def came_for_another(self, authority: str) -> None:
        desk, case = self._services.parties, self._case
        case.act(lambda s, c: desk.came_for_another(s, c, authority), case.recorded)

    def withdraw_agent(self) -> None:
        desk, case = self._services.parties, self._case
        case.act(desk.withdraw_agent, case.recorded)

    def choose_delivery(self, delivery: Delivery) -> None:
        desk, case = self._services.parties, self._case
        case.act(lambda s, c: desk.choose_delivery(s, c, delivery), case.recorded)

    def fill_field(self, field: str, value: str) -> None:
        desk, case = self._services.reception, self._case
        case.act(lambda s, c: desk.fill_field(s, c, field, value))

"""Clerks who do what their window lets them, by a wrong clock or a right one, as a seed says."""

from __future__ import annotations

import random
from collections.abc import Iterator

from app.domain.case import Case, CaseState
from app.domain.case_events import (
    CaseAbandoned,
    CaseLeft,
    CasePutBack,
    CaseResumed,
    CaseSupplemented,
    MaterialReceived,
    NoticeIssued,
    ResultHanded,
)
from app.domain.event import Event
from app.domain.events import TicketCalled, TicketFinished, TicketPassed, TicketServed
from tests.simulation.program import Program
from tests.simulation.window import SimulatedWindow
from tests.sync.coming_back import accepted, noticed_case, wanting
from tests.sync.hall import START, number_of


class Clerk:
    """Of one window. Sees only what it shows, and remembers nothing but a count."""

    def __init__(self, window: SimulatedWindow, chance: random.Random) -> None:
        self.window = window
        self._chance = chance
        self._made = 0

    def act(self, program: Program) -> None:
        what = self._chance.random()
        if what < 0.25:
            self._begin(program)
        elif what < 0.4:
            self._call(program)
        else:
            self._go_on(program)

    def _call(self, program: Program) -> None:
        """The next in line, or an end with the one who is here."""
        rows = program.rows(
            "SELECT id, state FROM tickets WHERE state IN ('waiting', 'called', "
            "'serving') ORDER BY state, taken_at, id LIMIT 1"
        )
        if not rows:
            return
        ticket, state = rows[0]
        events: list[Event] = []
        match state:
            case "waiting":
                events = [TicketCalled(window=self.window.name)]
            case "called":
                here = self._chance.random() < 0.7
                events = [TicketServed() if here else TicketPassed()]
            case _:
                events = [TicketFinished()]
        program.save(f"ticket:{ticket}", *events)

    def _begin(self, program: Program) -> None:
        serial = program.serial()
        if serial is None:
            return
        self._made += 1
        name = self.window.name
        number = number_of(serial)
        if self._chance.random() < 0.05:
            number = number_of(800_000 + serial)  # that nobody was given: refused, and seen
        events = noticed_case(name, number)
        if self._chance.random() < 0.5:
            events[-1:] = self._chance.choice(
                [[], [CaseLeft(reason="下班")], [CaseAbandoned()], [accepted(number)]]
            )
        subject = f"case:{name}-{self._made}"
        if self._chance.random() < 0.3:
            for event in events:  # act by act, as the counter saves them
                program.save(subject, event)
        else:
            program.save(subject, *events)

    def _go_on(self, program: Program) -> None:
        rows = program.rows(
            "SELECT id, state, mine FROM cases WHERE state IN "
            "('open', 'noticed', 'received', 'left', 'supplement', 'finished') ORDER BY id"
        )
        if not rows:
            return
        case_id, state, mine = self._chance.choice(rows)
        case = program.store.find_case(case_id)
        if case is None or (state == "open" and mine != 2):
            return
        events = list(self._next(program, case))
        if events:
            program.save(f"case:{case_id}", *events)

    def _next(self, program: Program, case: Case) -> Iterator[Event]:
        chance = self._chance
        if case.state is CaseState.FINISHED:
            yield ResultHanded(by="1001", to="张示例", way="直接", at=START, signed=True)
            return
        if case.state is not CaseState.OPEN:
            yield CaseResumed(window=program.store.device, ticket="")
            if chance.random() < 0.5:
                return
        if not case.item:
            return
        yield MaterialReceived(material=f"M{chance.randrange(9)}", originals=1, copies=0)
        resumed = case.resumed if case.state is CaseState.OPEN else case.state
        end = chance.random()
        if end < 0.3:
            if resumed in {None, CaseState.LEFT}:
                yield CaseLeft(reason="下班")
            else:
                yield CasePutBack()
        elif resumed is CaseState.SUPPLEMENT:
            yield CaseSupplemented()
        elif end < 0.8:
            yield from self._decide(program, case, end < 0.55)

    def _decide(self, program: Program, case: Case, noticed: bool) -> Iterator[Event]:
        number = case.number
        if not number:
            serial = program.serial()
            if serial is None:
                return
            number = number_of(serial)
        if noticed:
            yield NoticeIssued(number=number, check="ABC234", lines=(wanting("M3"),))
        else:
            yield accepted(number)

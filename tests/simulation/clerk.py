"""The clerk of one window: calls people, begins cases, goes on with others', as a seed says."""

from __future__ import annotations

import random

from app.domain.event import Event
from app.domain.ticket_events import TicketCalled, TicketFinished, TicketPassed, TicketServed
from tests.simulation.program import Program
from tests.sync.clerk import Clerk
from tests.sync.coming_back import noticed_case
from tests.sync.hall import number_of


class CounterClerk:
    """Sees only what the window shows, whichever run of its program that is."""

    def __init__(self, name: str, chance: random.Random) -> None:
        self._name = name
        self._chance = chance
        self._made = 0

    def act(self, program: Program) -> None:
        what = self._chance.random()
        if what < 0.15:
            self._call(program)
        elif what < 0.30:
            program.look_up(self._chance)
        elif what < 0.33:
            self._misnumber(program)
        else:
            at_counter = Clerk(program, self._made)
            at_counter.act(self._chance)
            self._made = at_counter.made

    def _call(self, program: Program) -> None:
        """The next in line, or an end with the one who is here."""
        rows = program.rows(
            "SELECT id, state FROM tickets WHERE state IN ('waiting', 'called', 'serving')"
            " ORDER BY state, taken_at, id LIMIT 1"
        )
        if not rows:
            return
        ticket, state = rows[0]
        event: Event
        match state:
            case "waiting":
                event = TicketCalled(window=self._name)
            case "called":
                event = TicketServed() if self._chance.random() < 0.7 else TicketPassed()
            case _:
                event = TicketFinished()
        program.save(f"ticket:{ticket}", event)

    def _misnumber(self, program: Program) -> None:
        """With a number that nobody was given, act by act: refused, and to be seen."""
        if program.serial() is None:
            return
        self._made += 1
        number = number_of(800_000 + self._made)
        for event in noticed_case(self._name, number):
            program.save(f"case:{self._name}-{self._made}", event)

"""The clerk of one window: calls people, begins cases, goes on with others', as a seed says."""

from __future__ import annotations

import random

from tests.simulation.line_people import LineClerk
from tests.simulation.program import Program
from tests.sync.clerk import Clerk
from tests.sync.coming_back import noticed_case
from tests.sync.hall import number_of


class CounterClerk:
    """Sees only what the window shows, whichever run of its program that is."""

    def __init__(self, name: str, chance: random.Random, seats: list[str]) -> None:
        self._name = name
        self._line = LineClerk(name, chance, seats)
        self._chance = chance
        self._made = 0

    def act(self, program: Program) -> None:
        what = self._chance.random()
        if what < 0.35:
            self._line.act(program)
        elif what < 0.45:
            program.look_up(self._chance)
        elif what < 0.48:
            self._misnumber(program)
        else:
            at_counter = Clerk(program, self._made)
            at_counter.act(self._chance)
            self._made = at_counter.made

    def _misnumber(self, program: Program) -> None:
        """With a number that nobody was given, act by act: refused, and to be seen."""
        if program.serial() is None:
            return
        self._made += 1
        number = number_of(800_000 + self._made)
        for event in noticed_case(self._name, number):
            program.save(f"case:{self._name}-{self._made}", event)

"""Who works the hall's line: clerks with every key of theirs, people at a kiosk, a supervisor."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import msgspec

from app.domain.errors import AppError
from app.domain.event import Event
from app.domain.hall import Role
from app.domain.queue_policy import LineRule, Order, QueuePolicy, Skill
from app.domain.queue_view import NumberWish
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import (
    NO_PRIORITY,
    HallHalted,
    HallResumed,
    Hold,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReplaced,
    TicketTaken,
    WindowOrder,
    WindowOrdered,
)
from app.services.print_setup import PrintRoutes
from app.services.queue_desk import QueueDesk
from app.services.sign_in import Session
from sync.backoffice.queue.rows import TicketRow
from sync.client.round import Post
from sync.queue import RETURN_PATH, TAKE_PATH, TakeAsked, TicketAsked
from tests.simulation.program import Program
from tests.sync.hall import HALL

_LINES = [one.id for one in HALL.businesses]
_PRIORITIES = ["", "", "elderly", "soldier"]


class LineClerk:
    """Presses the keys of the window's line, as a seed says; sees only what the window shows."""

    def __init__(self, name: str, chance: random.Random, seats: list[str]) -> None:
        """``seats``: windows that somebody can be handed over to."""
        self._chance = chance
        self._seats = seats
        known = {one.id: one for one in HALL.windows}
        self._session = Session(
            staff_id="1001", name="李样例", role=Role.CLERK, window=known.get(name, HALL.windows[8])
        )

    def act(self, program: Program) -> None:
        desk = QueueDesk(
            program.store, HALL, PrintRoutes.single("slip"), draw=self._chance.randrange
        )
        session, chance = self._session, self._chance
        desk.follow(session)
        shown = desk.snapshot(session)
        what = chance.random()
        if shown.current is not None and what < 0.7:
            self._go_on(desk, shown.current)
        elif what < 0.78 and (shown.passed or shown.held):
            desk.back(session, chance.choice([*shown.passed, *shown.held]).id)
        elif what < 0.82 and shown.waiting:
            desk.call(session, chance.choice(shown.waiting).id)
        elif what < 0.85:
            desk.undo(session)
        elif what < 0.88:
            desk.take(session, chance.choice(_LINES), chance.choice(_PRIORITIES))
        elif what < 0.91:
            desk.pause(session, "用餐")
        elif what < 0.93:
            desk.close(session)
        else:
            desk.call_next(session, chance.choice([None, None, Hold.WITH_PAPERS]))

    def _go_on(self, desk: QueueDesk, ticket: Ticket) -> None:
        session, chance = self._session, self._chance
        called = ticket.state is TicketState.CALLED
        acts: list[Callable[[], object]] = [
            lambda: desk.serve(session, ticket.id) if called else desk.finish(session, ticket.id),
            lambda: desk.serve(session, ticket.id) if called else desk.finish(session, ticket.id),
            lambda: desk.call_next(session),
            lambda: desk.hold(session, ticket.id, chance.choice(list(Hold))),
            lambda: desk.hand_over(
                session, ticket.id, "转", business=chance.choice(_LINES),
                window=chance.choice(["", *self._seats]),
            ),
            lambda: desk.undo(session),
        ]  # fmt: skip
        if called:
            acts += [
                lambda: desk.pass_over(session, ticket.id),
                lambda: desk.recall(session, ticket.id),
                lambda: desk.drop(session, ticket.id, "走了"),
            ]
        chance.choice(acts)()


class KioskPeople:
    """Take numbers; where the back office cannot be reached, under the kiosk's own letter. A
    request without an answer is asked again, perhaps much later."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._asked: list[NumberWish] = []
        self._made = 0

    def act(self, program: Program) -> None:
        if self._chance.random() < 0.2:
            self._come_back(program)
            return
        self._made += 1
        wish = NumberWish(
            request=f"k{self._made}", business=self._chance.choice(_LINES),
            priority=self._chance.choice(_PRIORITIES),
            id_number=self._chance.choice(["", "990100199001010014", "990100199001010022"]),
        )  # fmt: skip
        if self._asked and self._chance.random() < 0.3:
            wish = self._chance.choice(self._asked)
        self._asked.append(wish)
        try:
            program.ask_line(TAKE_PATH, TakeAsked(wish=wish))
        except AppError:
            taken = TicketTaken(
                number=f"K{self._made:03d}", business=wish.business, priority=wish.priority
            )
            program.save(f"ticket:{program.store.new_id()}", taken)

    def _come_back(self, program: Program) -> None:
        """Somebody whom some window passed over, or who was sent for a paper."""
        number = f"{self._chance.choice('AB')}{self._chance.randrange(1, 8):03d}"
        program.ask_line(RETURN_PATH, TicketAsked(number=number))


class Supervisor:
    """Acts on what the back office shows her, which others may have changed meanwhile."""

    def __init__(self, chance: random.Random, seats: list[str]) -> None:
        self._chance = chance
        self._seats = seats
        self._acts = 0
        self._halted = False

    def act(self, program: Program, shown: list[TicketRow]) -> None:
        chance = self._chance
        self._acts += 1
        act, what = f"a{self._acts}", chance.random()
        moving = [one for one in shown if one.ticket.state in {"waiting", "passed", "held"}]
        if what < 0.5 and moving:
            some = chance.sample(moving, min(len(moving), chance.randrange(1, 4)))
            for one in some:
                program.save(f"ticket:{one.ticket.id}", self._move(act), actor="9001")
        elif what < 0.6 and moving:
            one = chance.choice(moving)
            replaced = TicketReplaced(
                act=act, reason="失联", by=program.store.new_id(), number=f"{one.ticket.number}B"
            )
            program.save(f"ticket:{one.ticket.id}", replaced, actor="9001")
        elif what < 0.75:
            order = WindowOrdered(act=act, order=chance.choice(list(WindowOrder)), text="请")
            program.save(f"window:{chance.choice(self._seats)}", order, actor="9001")
        elif what < 0.85:
            self._halted = not self._halted
            halt: Event = HallHalted(act=act, reason="演练")
            program.save("hall", halt if self._halted else self._resumed(act), actor="9001")
        elif what < 0.95:
            changed = QueuePolicyChanged(act=act, reason="试", policy=self._policy())
            program.save("hall", changed, actor="9001")
        elif moving:  # not hers to do
            program.save(f"ticket:{moving[0].ticket.id}", self._move(act), actor="1001")

    def calm(self, program: Program) -> None:
        """The hall goes on by its own rules."""
        program.save("hall", self._resumed("calm"), actor="9001")

    def _resumed(self, act: str) -> HallResumed:
        return HallResumed(act=act, reason="好了")

    def _move(self, act: str) -> TicketAssigned:
        chance = self._chance
        return TicketAssigned(
            act=act, reason="分流", window=chance.choice(["", *self._seats]),
            business=chance.choice(["", *_LINES]),
            priority=chance.choice(["", "", "elderly", NO_PRIORITY]),
        )  # fmt: skip

    def _policy(self) -> QueuePolicy:
        chance = self._chance
        policy = replace(
            HALL.queue, order=chance.choice(list(Order)), priority_share=chance.choice([0, 5, 10])
        )
        if chance.random() < 0.5:
            skill = Skill(window=self._seats[0], businesses=(chance.choice(_LINES),))
            policy = replace(policy, skills=(skill,))
        if chance.random() < 0.5:
            policy = replace(policy, lines=(LineRule(business=_LINES[1], green=True),))
        return policy


def post_of(path: str, asked: msgspec.Struct) -> Post:
    return Post(path=path, body=msgspec.json.encode(asked), content_type="application/json")

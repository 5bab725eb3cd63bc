"""Clerks who do what their window lets them, by a wrong clock or a right one, as a seed says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

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
    ResultReturned,
)
from app.domain.delivery import ReturnKind
from app.domain.event import Event
from app.storage.store import Store
from tests.sync.coming_back import accepted, noticed_case, save, wanting
from tests.sync.hall import START, number_of


class ClerksWindow(Protocol):
    """What a clerk needs of a window."""

    store: Store

    def rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]: ...

    def serial(self) -> int | None: ...


class WildClock:
    """Each window's own: ahead or behind, and now and then set anew."""

    def __init__(self, chance: random.Random, world: World) -> None:
        self._chance, self._world = chance, world
        self.off = timedelta()

    def set_anew(self) -> None:
        days = self._chance.choice([0, 0, 0, -400, -1, 1, 400])
        self.off = timedelta(days=days, seconds=self._chance.randrange(-300, 300))

    def now(self) -> datetime:
        return self._world.now() + self.off


class World:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=7)
        return self.at


_Window = TypeVar("_Window", bound=ClerksWindow)


@dataclass
class Clerk(Generic[_Window]):
    """What people at one window do; they see only what their window shows."""

    window: _Window
    made: int = 0

    def act(self, chance: random.Random) -> None:
        if chance.random() < 0.12:
            self._begin(chance)
            return
        rows = self.window.rows(
            "SELECT id, state, mine FROM cases WHERE state IN "
            "('open', 'noticed', 'received', 'left', 'supplement', 'finished', 'handed_out')"
        )
        if rows:
            case_id, state, mine = chance.choice(rows)
            if state != "open" or mine == 2:
                self._go_on(case_id, chance)

    def _begin(self, chance: random.Random) -> None:
        serial = self.window.serial()
        if serial is None:
            return
        self.made += 1
        name = self.window.store.device
        events = noticed_case(name, number_of(serial))
        if chance.random() < 0.5:
            events[-1:] = chance.choice(
                [[], [CaseLeft(reason="下班")], [CaseAbandoned()], [accepted(number_of(serial))]]
            )
        save(self.window.store, f"case:{name}-{self.made}", *events)

    def _go_on(self, case_id: str, chance: random.Random) -> None:
        case = self.window.store.find_case(case_id)
        assert case is not None
        events = list(self._next(case, chance))
        if events:
            save(self.window.store, f"case:{case_id}", *events)

    def _next(self, case: Case, chance: random.Random) -> Iterator[Event]:
        device = self.window.store.device
        if case.state is CaseState.FINISHED:
            way = chance.choice(["直接", "邮寄"])
            yield ResultHanded(by="1001", to="张示例", way=way, at=START, signed=way == "直接")
            return
        if case.handed_out is not None:
            if case.handed_out.way == "邮寄" and chance.random() < 0.3:
                undelivered = ReturnKind.UNDELIVERED
                yield ResultReturned(kind=undelivered, reason="查无此人", by="1001", at=START)
            return
        if case.state is not CaseState.OPEN:
            yield CaseResumed(window=device, ticket="")
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
            number = case.number
            if not number:
                serial = self.window.serial()
                if serial is None:
                    return
                number = number_of(serial)
            if end < 0.55:
                yield NoticeIssued(number=number, check="ABC234", lines=(wanting("M3"),))
            else:
                yield accepted(number)

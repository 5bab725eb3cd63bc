"""Ask what is known of the applicant: what waits for them, and what spares them papers.

The window's own database answers at once; the back office when it can be reached. Neither answer
is waited for, and an answer about somebody who has left is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QObject

from app.domain.case import CaseState
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE
from app.domain.journal import Entry
from app.domain.parties import holders
from app.ports import Licence, WaitingCase
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.case import CaseModel
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """``here`` says that this window has its facts; others are fetched first."""

    id: str
    number: str
    words: str
    here: bool

    @property
    def short_number(self) -> str:
        return f"…{self.number[-6:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsState:
    """``away`` says that the back office could not be asked: only this window's own cases."""

    waiting: tuple[WaitingView, ...] = ()
    away: bool = False


class RecordsModel(ViewModel[RecordsState]):
    def __init__(
        self, services: CounterServices, case: CaseModel, parent: QObject | None = None
    ) -> None:
        super().__init__(services, RecordsState(), parent)
        self._case = case
        self._holders: tuple[str, ...] = ()
        self._licences: tuple[Licence, ...] = ()
        case.identified.connect(self._ask)
        case.opened.connect(self._ask)
        case.item_chosen.connect(self._spare)
        case.answered.connect(self._spare)
        case.state_changed.connect(self._forget)

    def resume(self, case_id: str = "") -> None:
        """Go on with a waiting case, by default the newest."""
        waiting = self.state.waiting
        one = next((w for w in waiting if w.id == case_id or not case_id), None)
        if one is None or not self._case.state.open or self._case.state.numbered:
            return
        if one.here:
            self._case.resume(one.id)
        else:
            self._fetch(one)

    def find(self, number: str) -> None:
        """By the number on the notice: here, else at the back office."""
        desk = self._services.returning

        def done(found: WaitingCase | None) -> None:
            if found is not None:
                self._case.resume(found.id)
            else:
                self._fetch(WaitingView(id="", number=number, words="", here=False))

        self._services.lane.submit(lambda: desk.find(number), done, self._fail, self)

    def _fetch(self, one: WaitingView) -> None:
        people, desk = self._services.people, self._services.returning

        def fetched(history: tuple[Entry, ...]) -> None:
            def take_in() -> WaitingCase | None:
                desk.take_in(history)
                return desk.find(one.number or one.id)

            self._services.lane.submit(take_in, taken, self._fail, self)

        def taken(found: WaitingCase | None) -> None:
            if found is not None and self._case.state.open:
                self._case.resume(found.id)
            else:
                self._case.tell(_unknown())

        self._services.people_lane.submit(
            lambda: people.history(one.number or one.id), fetched, self._fail, self
        )

    # -- asking ---------------------------------------------------------------------------------

    def _ask(self) -> None:
        matter = self._case.matter
        asked = holders(matter.case) if matter else ()
        if not asked or asked == self._holders:
            return
        self._holders, self._licences = asked, ()
        self._show(RecordsState())
        desk, people = self._services.returning, self._services.people

        def here(found: Sequence[WaitingCase]) -> None:
            if self._holders == asked:
                self._add(found, here=True)

        def away(answer: tuple[tuple[Licence, ...], tuple[WaitingCase, ...]]) -> None:
            if self._holders == asked:
                self._licences = answer[0]
                self._add(answer[1], here=False)
                self._spare()

        def failed(_: AppError) -> None:
            if self._holders == asked:
                self._show(replace(self.state, away=True))

        def ask() -> tuple[tuple[Licence, ...], tuple[WaitingCase, ...]]:
            licences = tuple(one for holder in asked for one in people.licences(holder))
            return licences, tuple(one for holder in asked for one in people.waiting(holder))

        self._services.lane.submit(lambda: desk.waiting(*asked), here, self._fail, self)
        self._services.people_lane.submit(ask, away, failed, self)

    def _add(self, found: Sequence[WaitingCase], *, here: bool) -> None:
        known = {one.id for one in self.state.waiting}
        own = self._case.state.case_id
        more = tuple(
            WaitingView(id=one.id, number=one.number, words=_words(one), here=here)
            for one in found
            if one.id not in known and one.id != own
        )
        self._show(replace(self.state, waiting=(*self.state.waiting, *more)))

    def _spare(self) -> None:
        """An item was chosen, an answer given, or e-licences have come: what is kept is not asked
        for."""
        matter, licences, kept = self._case.matter, self._licences, self._services.kept
        if matter is not None and matter.parts and self._case.state.open:
            self._case.act(lambda s, c: kept.spare(s, c, licences))

    def _forget(self) -> None:
        if not self._case.state.case_id and self._holders:
            self._holders, self._licences = (), ()
            self._show(RecordsState())

    def _fail(self, error: AppError) -> None:
        self._case.tell(self._note(error))


def _unknown() -> Note:
    return Note(
        tone=Tone.WARN,
        message=say("没有找到等着补正的这个编号。"),
        next_step=say("请核对编号；已经受理的不用再来补。"),
    )


def _words(one: WaitingCase) -> str:
    at: datetime = one.decided_at.astimezone(HALL_ZONE)
    day = at.date().isoformat()
    match one.state:
        case CaseState.NOTICED:
            return say("{item}，{day} 告知补正", item=one.item_name, day=day)
        case CaseState.SUPPLEMENT:
            return say("{item}，部门要求补齐", item=one.item_name)
        case CaseState.LEFT:
            item = one.item_name or say("还没选事项")
            return say("{item}，{day} 留待续办", item=item, day=day)
        case _:
            return say("{item}，{day} 已收件", item=one.item_name, day=day)

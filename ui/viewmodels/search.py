"""Find an item while the clerk types; the answer to an older text never covers a newer one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.domain.errors import AppError
from ui.kit.texts import say
from ui.viewmodels.services import CounterServices, FoundItem
from ui.viewmodels.viewmodel import Note, ViewModel

LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    code: str
    name: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """``at`` is the hit under the cursor, -1 for none."""

    text: str = ""
    hits: tuple[Hit, ...] = ()
    at: int = -1
    answered: bool = False
    note: Note | None = None

    @property
    def chosen(self) -> Hit | None:
        return self.hits[self.at] if 0 <= self.at < len(self.hits) else None


def _whose(found: FoundItem) -> str:
    return (
        say("一件事 · {department}", department=found.department)
        if found.bundle
        else found.department
    )


class SearchModel(ViewModel[SearchState]):
    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, SearchState(), parent)

    def clear(self) -> None:
        self._show(SearchState())

    def type(self, text: str) -> None:
        text = text.strip()[:60]
        if not text:
            self.clear()
            return
        self._show(replace(self.state, text=text, note=None))
        self._services.lane.submit(
            lambda: (text, self._services.catalogue.find(text, LIMIT)), self._found, self._failed,
            self,
        )  # fmt: skip

    def move(self, by: int) -> None:
        if self.state.hits:
            at = min(max(self.state.at + by, 0), len(self.state.hits) - 1)
            self._show(replace(self.state, at=at))

    def point(self, at: int) -> None:
        if 0 <= at < len(self.state.hits):
            self._show(replace(self.state, at=at))

    def _found(self, answer: tuple[str, Sequence[FoundItem]]) -> None:
        text, found = answer
        if text != self.state.text:
            return
        hits = tuple(Hit(code=f.code, name=f.name, department=_whose(f)) for f in found)
        at = 0 if hits else -1
        self._show(SearchState(text=text, hits=hits, at=at, answered=True))

    def _failed(self, error: AppError) -> None:
        self._show(replace(self.state, note=self._note(error), answered=True))

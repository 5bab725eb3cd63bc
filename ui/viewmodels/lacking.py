"""Say of each row of the open case how many of its scanned pages the back office still lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from ui.kit.texts import say
from ui.viewmodels.case_view import RowView
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import ViewModel

if TYPE_CHECKING:
    from app.services.matter import Matter
    from ui.viewmodels.case import CaseModel

_LOOK_EVERY = 700  # ms, only while something lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class LackingState:
    """Pages that have not arrived, by row; rows without such pages are left out."""

    rows: Mapping[str, int] = field(default_factory=dict)


class LackingModel(ViewModel[LackingState]):
    def __init__(
        self, services: CounterServices, case: CaseModel, parent: QObject | None = None
    ) -> None:
        super().__init__(services, LackingState(), parent)
        self._case = case
        self._seen: Matter | None = None
        self._timer = QTimer(self, interval=_LOOK_EVERY, singleShot=True)
        self._timer.timeout.connect(self._look)
        case.state_changed.connect(self._follow)

    def mark(self, rows: tuple[RowView, ...]) -> tuple[RowView, ...]:
        """The rows of the list, each with what it lacks."""
        lacking = self.state.rows
        return tuple(
            replace(row, hint=" · ".join(filter(None, (_words(lacking[row.id]), row.hint))))
            if row.id in lacking
            else row
            for row in rows
        )

    def _follow(self) -> None:
        if self._case.matter is not self._seen:
            self._seen = self._case.matter
            self._look()

    def _look(self) -> None:
        desk, matter = self._services.attachments, self._seen
        if (
            desk is None
            or matter is None
            or not any(e.scans for e in matter.case.evidence.values())
        ):
            self._timer.stop()
            self._show(LackingState())
            return
        asked = {row.id: matter.materials_meant(row.id) for row in self._case.state.rows}

        def work() -> dict[str, int]:
            lacking: dict[tuple[str, str], set[str]] = {}
            for case in matter.cases:
                for page in desk.lacking(case.id):
                    lacking.setdefault((case.id, page.material), set()).add(page.sha)
            return {
                row: len(shas)
                for row, meant in asked.items()
                if (shas := set[str]().union(*(lacking.get((p.case.id, m), ()) for p, m in meant)))
            }

        def done(rows: dict[str, int]) -> None:
            if self._seen is matter:
                self._show(LackingState(rows=rows))
                if rows:
                    self._timer.start()

        self._services.lane.submit(work, done, lambda _: self._timer.start(), self)


def _words(pages: int) -> str:
    return say("{n} 页没送到后台", n=pages)

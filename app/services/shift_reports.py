"""Fill the reports of a day: hand-over of the shift, papers, spared materials, 进出对账.

They name cases by number and item, never a person: a report lies on desks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import StrEnum

from app.domain.case import Case, fold
from app.domain.case_events import MaterialSpared
from app.domain.catalogue import ReuseGrade
from app.domain.event import Event
from app.domain.events import PaperKind
from app.domain.hall import HALL_ZONE, Hall
from app.domain.sheet_papers import ReportContent, ReportTable
from app.services.day_export import Row
from app.services.paper_words import bundle_item_line
from app.services.reconciliation import Reconciliation
from app.storage.database import Statements
from app.storage.folding import facts_about
from app.storage.journal_table import day_span
from app.storage.store import Store

_JOB_STATES = {
    "queued": "待打印", "sent": "已发送", "printed": "已打印", "failed": "失败",
    "cancelled": "已取消",
    "doubted": "待核实",
}  # fmt: skip
_GRADES = {
    ReuseGrade.A: "电子证照",
    ReuseGrade.B: "曾经核验",
    ReuseGrade.C: "曾经提交",
    ReuseGrade.D: "曾经提交",
}


class Report(StrEnum):
    SHIFT = "shift"  # 交接班表
    PAPERS = "papers"  # 当日文书
    SPARED = "spared"  # 免交材料
    BALANCE = "balance"  # 进出对账


class ShiftReports:
    def __init__(
        self, store: Store, hall: Hall, window: str, titles: Callable[[PaperKind], str]
    ) -> None:
        self._store = store
        self._hall = hall
        self._window = window
        self._titles = titles

    def report(self, kind: Report, on: date) -> ReportContent:
        """Raises StoreError."""
        match kind:
            case Report.SHIFT:
                return self._shift(on)
            case Report.PAPERS:
                return self._papers(on)
            case Report.SPARED:
                return self._spared(on)
            case Report.BALANCE:
                return Reconciliation(self._store, self._hall, self._window).report(on)

    def _about(self, on: date, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        names = {window.id: window.name for window in self._hall.windows}
        day = f"{on.year}年{on.month}月{on.day}日"
        return (("日期", day), ("窗口", names.get(self._window, self._window)), *more)

    # -- the three ------------------------------------------------------------------------------

    def _shift(self, on: date) -> ReportContent:
        with self._store.read() as connection:
            decided = list(self._decided(connection, on))
            left = connection.exec_driver_sql(
                "SELECT id, number, item_name, opened_at FROM cases "
                "WHERE state = 'open' AND window = ? ORDER BY opened_at",
                (self._window,),
            ).all()
        outcomes: Counter[str] = Counter()
        rows = []
        for at, case, _ in decided:
            if case.decision is None:
                continue
            line = bundle_item_line(case.item_name, case.department, case.decision)
            outcomes[line.outcome] += 1
            due = line.due.isoformat() if line.due else ""
            rows.append((line.number, line.item, line.outcome, f"{at:%H:%M}", due))
        counted = "，".join(f"{name} {count}" for name, count in sorted(outcomes.items()))
        open_rows = tuple(
            (number or "未编号", name or "未选事项", f"{_local(opened):%m-%d %H:%M}")
            for _, number, name, opened in left
        )
        return ReportContent(
            hall=self._hall.head, title="交接班表",
            facts=self._about(
                on, ("办理", f"{len(rows)} 件" + (f"（{counted}）" if counted else "")),
                ("未办结", f"{len(open_rows)} 件"),
            ),
            tables=(
                ReportTable(
                    title="本班办理", columns=("编号", "事项", "结果", "时间", "期限"),
                    widths=(0.325, 0.285, 0.13, 0.1, 0.16), rows=tuple(rows),
                ),
                ReportTable(
                    title="移交下一班", columns=("编号", "事项", "开始"),
                    widths=(0.325, 0.475, 0.2), rows=open_rows,
                ),
            ),
            signers=("交班人", "接班人", "监交人"),
        )  # fmt: skip

    def _papers(self, on: date) -> ReportContent:
        with self._store.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT j.paper, coalesce(c.number, b.number, t.number, ''), j.reprint, j.state, "
                "j.code, j.at FROM jobs j LEFT JOIN cases c ON j.about = 'case:' || c.id "
                "LEFT JOIN bundles b ON j.about = 'bundle:' || b.id "
                "LEFT JOIN tickets t ON j.about = 'ticket:' || t.id "
                "WHERE j.at >= ? AND j.at < ? ORDER BY j.at, j.id",
                day_span(on),
            ).all()
        rows = tuple(
            (
                f"{_local(at):%H:%M:%S}", self._titles(PaperKind(paper)), number,
                f"补打 {reprint}" if reprint else "首次",
                _JOB_STATES[state] + (f" {code}" if code else ""),
            )
            for paper, number, reprint, state, code, at in found
        )  # fmt: skip
        printed = sum(state == "printed" for _, _, _, state, _, _ in found)
        again = sum(bool(reprint) for _, _, reprint, _, _, _ in found)
        counts = (("文书", f"{len(rows)} 份，已打印 {printed}，补打 {again}"),)
        return ReportContent(
            hall=self._hall.head, title="当日文书清单", facts=self._about(on, *counts),
            tables=(
                ReportTable(
                    title="文书", columns=("时间", "文书", "编号", "次数", "状态"),
                    widths=(0.135, 0.24, 0.325, 0.12, 0.18), rows=rows,
                ),
            ),
            signers=("制表人",),
        )  # fmt: skip

    def _spared(self, on: date) -> ReportContent:
        rows = []
        with self._store.read() as connection:
            for _, case, events in self._decided(connection, on):
                spared = {e.material: e.stored for e in events if isinstance(e, MaterialSpared)}
                rows += [
                    (case.number, case.item_name, stored.name, _GRADES[stored.grade],
                     stored.keeper)
                    for material, stored in spared.items()
                    if (held := case.evidence.get(material)) is not None
                    and held.stored is not None
                ]  # fmt: skip
        cases = len({number for number, *_ in rows})
        return ReportContent(
            hall=self._hall.head, title="免交材料清单",
            facts=self._about(on, ("免交", f"{cases} 件，共 {len(rows)} 项材料")),
            tables=(
                ReportTable(
                    title="免交材料", columns=("编号", "事项", "材料", "依据", "保存单位"),
                    widths=(0.325, 0.215, 0.18, 0.12, 0.16), rows=tuple(rows),
                ),
            ),
            signers=("制表人",),
        )  # fmt: skip

    def _decided(
        self, connection: Statements, on: date
    ) -> Iterator[tuple[datetime, Case, list[Event]]]:
        found = connection.exec_driver_sql(
            "SELECT id, decided_at FROM cases WHERE window = ? AND decided_at >= ? "
            "AND decided_at < ? ORDER BY decided_at, id",
            (self._window, *day_span(on)),
        ).all()
        for case_id, decided_at in found:
            events = [event for _, event in facts_about(connection, case_id)]
            case = fold(case_id, events)
            if case is not None:
                yield _local(decided_at), case, events


def sheets_of(report: ReportContent) -> list[tuple[str, list[Row]]]:
    """For a workbook: the head first, then a sheet for each table."""
    head: list[Row] = [(report.hall.name,), (report.title,), *report.facts]
    tables: list[tuple[str, list[Row]]] = [
        (table.title, [table.columns, *table.rows]) for table in report.tables
    ]
    return [(report.title, head), *tables]


def _local(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(HALL_ZONE)

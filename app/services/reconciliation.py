"""Make the daily report of what came in against what went out (进/出对账), with every difference by
its case's number.

It covers the hall as far as this window has heard, and says so. Only cases to which something
happened since the day began are folded; all others are counted where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from app.domain.case import ACCEPTED_STATES, CaseState
from app.domain.clock import Hlc, to_millis
from app.domain.delivery import DeliveryMode
from app.domain.errors import AppError
from app.domain.events import PaperKind
from app.domain.hall import HALL_ZONE, Hall
from app.domain.reconciliation import (
    AtHall,
    Balance,
    CaseDay,
    InHand,
    Place,
    balance,
    day_of,
    place_at,
)
from app.domain.sheet_papers import ReportContent, ReportTable
from app.storage.database import Statements
from app.storage.folding import facts_about
from app.storage.journal_table import IS_OWN, day_span
from app.storage.result_table import Stands
from app.storage.store import Store

MOST_NAMED = 200  # cases of one difference; the rest are counted
_RESTING = sorted(state.value for state in ACCEPTED_STATES | {
    CaseState.RECEIVED, CaseState.SUPPLEMENT, CaseState.FINISHED,
})  # fmt: skip
_SLIPS = (PaperKind.COLLECTION.value, PaperKind.DELIVERY_RETURN.value)
_Named = tuple[str, str, str]  # what differs, the case's number, what to do


class Reconciliation:
    def __init__(self, store: Store, hall: Hall, window: str) -> None:
        self._store = store
        self._hall = hall
        self._window = window

    def report(self, on: date) -> ReportContent:
        """Raises StoreError."""
        now = self._store.clock.now()
        with self._store.read() as connection:
            days: list[CaseDay] = []
            unread: list[str] = []
            touched = _touched(connection, on)
            for case_id in touched:
                facts = ((entry.at, event) for entry, event in facts_about(connection, case_id))
                try:
                    day = day_of(case_id, facts, on)
                except AppError:
                    unread.append(case_id)
                    continue
                if day.moves or day.twice or day.late_clock or day.after not in _GONE:
                    days.append(day)
            found = balance(days, _unmoved(connection, frozenset(touched)))
            named = [*self._named(connection, on, now, found, days, unread)]
            told = _told(connection)
        return self._content(on, found, days, named, told)

    # -- differences ----------------------------------------------------------------------------

    def _named(
        self, connection: Statements, on: date, now: datetime, found: Balance,
        days: list[CaseDay], unread: list[str],
    ) -> Iterator[_Named]:  # fmt: skip
        for item in found.unclosed():
            yield "账不平", item, "记录有误：请把本表交系统管理员"
        today = now.astimezone(HALL_ZONE).date() == on
        if today and found.total_at_hall().carried != _count_waiting(connection):
            yield "账与表不符", "", "退出后重新打开程序，再不符请交系统管理员"
        for day in days:
            if day.twice:
                yield "两个窗口都出件", day.number, "查哪一份交到了申请人手里"
            if day.late_clock:
                yield "时间倒退", day.number, "核对那台电脑的时钟；记在较晚的一天"
        for case_id in unread:
            yield "记录读不出", _number(connection, case_id), "升级程序后再看"
        yield from _numbers(
            connection, "出件未打凭证", "在“出件”里再打一份凭证", _WITHOUT_SLIP, *day_span(on)
        )
        yield from _numbers(
            connection, "文书没有打出", "在“打印的纸”里重试或者取消", _NOT_PRINTED, *day_span(on)
        )
        yield from _numbers(
            connection, "后台没有采用", "在“送后台的记录”里逐条处理", _SET_ASIDE, day_span(on)[1]
        )
        yield from _numbers(
            connection, "还没送到后台", "联网后自动送；别的窗口还看不到", _UNSENT, day_span(on)[1]
        )
        if today:
            before = (now - timedelta(days=self._hall.collect_days)).astimezone(UTC).isoformat()
            yield from _numbers(connection, "逾期未领", "联系申请人，或者改为邮寄", _LATE, before)

    # -- words ----------------------------------------------------------------------------------

    def _content(
        self, on: date, found: Balance, days: list[CaseDay], named: list[_Named], told: str
    ) -> ReportContent:
        names = {window.id: window.name for window in self._hall.windows}
        held, waits = found.total_in_hand(), found.total_at_hall()
        shown, out = _cut(named), waits.out.total()
        return ReportContent(
            hall=self._hall.head, title="进出对账表",
            facts=(
                ("日期", f"{on.year}年{on.month}月{on.day}日"),
                ("范围", f"全大厅，以{names.get(self._window, self._window)}所知为限；{told}"),
                ("进", f"收件 {held.taken_in} 件，在办 {held.carried} 件"),
                ("出", f"办结 {waits.finished} 件，出件 {out} 件，待领 {waits.carried} 件"),
                ("差异", f"{len(named)} 项" if named else "无"),
            ),
            tables=(
                ReportTable(
                    title="差异", columns=("差异", "编号", "怎么办"),
                    widths=(0.2, 0.36, 0.44), rows=shown,
                ),
                ReportTable(
                    title="进：收件和在办",
                    columns=("事项", "期初在办", "收件", "即办", "办结", "退出", "期末在办"),
                    widths=(0.4, 0.13, 0.085, 0.085, 0.085, 0.085, 0.13),
                    rows=(*(_in_hand(item, line) for item, line in found.in_hand.items()),
                          _in_hand("合计", held)),
                ),
                ReportTable(
                    title="出：办结的结果和出件",
                    columns=("事项", "期初待领", "办结", "退回", "直接", "邮寄", "留置", "电子",
                             "期末待领"),
                    widths=(0.26, 0.13, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.13),
                    rows=(*(_at_hall(item, line) for item, line in found.at_hall.items()),
                          _at_hall("合计", waits)),
                ),
                ReportTable(
                    title="当日出件", columns=("编号", "事项", "方式", "时间", "出件人", "签收"),
                    widths=(0.325, 0.265, 0.1, 0.1, 0.11, 0.1), rows=tuple(_handed(days)),
                ),
            ),
            signers=("制表人", "复核人"),
        )  # fmt: skip


_GONE = frozenset({Place.OUTSIDE, Place.DONE, Place.OUT})


def _in_hand(item: str, line: InHand) -> tuple[str, ...]:
    numbers = (
        line.brought, line.taken_in, line.instant, line.finished, line.left, line.carried
    )  # fmt: skip
    return (item, *map(str, numbers))


def _at_hall(item: str, line: AtHall) -> tuple[str, ...]:
    ways = [str(line.out[mode.value]) for mode in DeliveryMode]
    if line.out[""]:  # recorded in a way that this table has no column for
        ways[0] += f"+{line.out['']}"
    return (
        item, str(line.brought), str(line.finished), str(line.returned), *ways, str(line.carried),
    )  # fmt: skip


def _handed(days: list[CaseDay]) -> Iterator[tuple[str, ...]]:
    given = [(handed.at, day, handed) for day in days for handed in day.handed]
    for at, day, handed in sorted(given, key=lambda one: (one[0], one[1].number)):
        yield (
            day.number, day.item, handed.way, f"{at.astimezone(HALL_ZONE):%H:%M}", handed.by,
            "已签" if handed.signed else "未签",
        )  # fmt: skip


def _cut(named: list[_Named]) -> tuple[tuple[str, ...], ...]:
    """Of each difference so many cases by name that the table stays a table."""
    rows: list[tuple[str, ...]] = []
    for what in dict.fromkeys(one[0] for one in named):
        same = [one for one in named if one[0] == what]
        rows += same[:MOST_NAMED]
        if len(same) > MOST_NAMED:
            rows.append((what, f"另有 {len(same) - MOST_NAMED} 件", same[0][2]))
    return tuple(rows)


# -- what is asked of the store -------------------------------------------------------------------

_CASES = "substr(subject, 1, 5) = 'case:'"  # the terms of the partial index, word for word
_WITHOUT_SLIP = (
    "SELECT DISTINCT substr(subject, 6) FROM journal "  # noqa: S608 - constants
    f"WHERE {IS_OWN} AND kind = 'ResultHanded' AND at >= ? AND at < ? AND EXISTS (SELECT 1 "
    "FROM results r WHERE r.id = substr(journal.subject, 6) AND r.stands = 'handed') "
    "AND NOT EXISTS (SELECT 1 FROM jobs p WHERE p.about = journal.subject "
    f"AND p.paper IN {_SLIPS} AND p.state = 'printed')"
)
_NOT_PRINTED = (
    "SELECT DISTINCT substr(about, 6) FROM jobs WHERE at >= ? AND at < ? "
    "AND substr(about, 1, 5) = 'case:' AND state IN ('queued', 'failed', 'doubted')"
)
_SET_ASIDE = (
    "SELECT DISTINCT substr(j.subject, 6) FROM set_aside s JOIN journal j "
    "ON j.install = s.install AND j.seq = s.seq WHERE s.answer = '' AND j.at < ? "
    "AND substr(j.subject, 1, 5) = 'case:'"
)
_UNSENT = (
    "SELECT DISTINCT substr(subject, 6) FROM journal WHERE "  # noqa: S608 - constants
    f"{IS_OWN} AND seq > (SELECT acknowledged FROM chain) AND {_CASES} "
    "AND at < ?"
)
_LATE = "SELECT id FROM results WHERE stands <> 'handed' AND since < ? ORDER BY since"


def _touched(connection: Statements, on: date) -> list[str]:
    """Cases with a fact since the day began. A fact's order is never before its time."""
    first = datetime.combine(on, time(), HALL_ZONE)
    rows = connection.exec_driver_sql(
        f"SELECT DISTINCT substr(subject, 6) FROM journal WHERE {_CASES} AND hlc >= ?",  # noqa: S608 - constants
        (Hlc(to_millis(first), 0).text(),),
    )
    return [str(row[0]) for row in rows.all()]


def _unmoved(connection: Statements, touched: frozenset[str]) -> dict[tuple[str, Place], int]:
    holes = ", ".join("?" * len(_RESTING))
    counts: dict[tuple[str, Place], int] = {}
    for case_id, item, state, waiting, since, due in connection.exec_driver_sql(
        "SELECT id, item_name, state, waiting, since, due FROM cases "  # noqa: S608 - holes only
        f"WHERE state IN ({holes}) OR (state = 'open' AND waiting IN ({holes}))",
        (*_RESTING, *_RESTING),
    ):
        if case_id in touched:
            continue
        stood = CaseState(waiting if state == CaseState.OPEN and waiting else state)
        place = place_at(stood, instant=bool(due) and due <= since)
        counts[item, place] = counts.get((item, place), 0) + 1
    return counts


def _numbers(
    connection: Statements, what: str, to_do: str, query: str, *values: str
) -> Iterator[_Named]:
    for (case_id,) in connection.exec_driver_sql(query, values).all():
        yield what, _number(connection, case_id), to_do


def _number(connection: Statements, case_id: str) -> str:
    row = connection.exec_driver_sql(
        "SELECT number, item_name FROM cases WHERE id = ?", (case_id,)
    ).one_or_none()
    return (row[0] or row[1] or "未编号") if row else "未编号"


def _count_waiting(connection: Statements) -> int:
    return int(
        connection.exec_driver_sql(
            "SELECT count(*) FROM results WHERE stands <> ?", (Stands.HANDED.value,)
        ).scalar_one()
    )


def _told(connection: Statements) -> str:
    said = connection.exec_driver_sql("SELECT said FROM feed").scalar_one()
    if not said:
        return "没有听过别的窗口"
    at = datetime.fromisoformat(said).astimezone(HALL_ZONE)
    return f"别的窗口听到 {at:%m-%d %H:%M} 为止"

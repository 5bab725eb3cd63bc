"""Tell an applicant how their case or bundle stands, to nobody who does not know its check.

State, days and how many papers are awaited: no name, no paper's name, no opinion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from app.domain.case import ACCEPTED_STATES, CaseState
from app.domain.decoding import decode
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE, Hall
from app.domain.person import DeliveryWay
from sync.backoffice.database import Transaction
from sync.backoffice.departments.facts import DeskCase, find_desk_case
from sync.backoffice.departments.lists import FrozenLists, Lists
from sync.backoffice.departments.words import clock_words, day_words
from sync.backoffice.pages import draw_page, draw_state, draw_table, state_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a number answers to who knows its check: one state, or those of a bundle's items."""

    check: str
    at: datetime
    state: CaseState | None = None  # None for a bundle
    items: tuple[tuple[str, CaseState], ...] = ()
    case_id: str = ""


def find_progress(connection: Transaction, number: str) -> Progress | None:
    """Of a numbered case or bundle."""
    row = connection.execute(
        "SELECT check_code, state, updated_at, id FROM cases WHERE number = ?", (number,)
    ).fetchone()
    if row is not None:
        at = datetime.fromisoformat(row[2])
        return Progress(check=row[0], state=CaseState(row[1]), at=at, case_id=row[3])
    bundle = connection.execute(
        "SELECT check_code, updated_at, id, cases FROM bundles WHERE number = ?", (number,)
    ).fetchone()
    if bundle is None:
        return None
    members = {
        row[0]: row[1:]
        for row in connection.execute(
            # The second condition is the index's own: anybody may ask, nobody may cause a scan.
            "SELECT id, item_name, state, updated_at FROM cases WHERE bundle = ? AND bundle <> ''",
            (bundle[2],),
        )
    }
    order = [one for one in decode(bundle[3], list[str]) if one in members]
    times = [bundle[1], *(members[one][2] for one in order)]
    return Progress(
        check=bundle[0],
        at=max(datetime.fromisoformat(at) for at in times),
        items=tuple((members[one][0], CaseState(members[one][1])) for one in order),
    )


def find_at_department(
    connection: Transaction, found: Progress, frozen: FrozenLists
) -> DeskCase | None:
    """None for a bundle, for what no department has, and for what can no longer be read."""
    if not found.case_id:
        return None
    try:
        return find_desk_case(connection, found.case_id, frozen)
    except AppError:
        return None


def progress(
    hall: Hall, number: str, found: Progress, desk: DeskCase | None, lists: Lists, today: date
) -> str:
    """State in words and date; of a bundle each item's. ``desk`` is how its department sees it."""
    day = found.at.astimezone(HALL_ZONE)
    if found.state is not None:
        words, tone = state_words(found.state, number)
        if desk is not None and desk.case.state in ACCEPTED_STATES:
            words, tone = _at_department(desk)
        inner = f'<p class="state {tone}">{words}</p>'
        inner += "".join(f"<p>{escape(one)}</p>" for one in _told(hall, desk, lists, today))
    else:
        inner = draw_table(
            ("事项", "状态"),
            [(escape(name), draw_state(state, number)) for name, state in found.items],
            wide=0,
        )
    moved = f"最近进展：{day.year}年{day.month}月{day.day}日"
    return _slip(hall, f'{inner}<p class="note">{moved}</p>')


def _at_department(desk: DeskCase) -> tuple[str, str]:
    if any(pause.end is None for pause in desk.case.pauses):
        return "特别程序中", "plain"
    return ("审批中", "good") if desk.assignment.reviewer else ("已受理，待审批", "good")


def _told(hall: Hall, desk: DeskCase | None, lists: Lists, today: date) -> Iterator[str]:
    """What the applicant may rely on or has to do."""
    if desk is None:
        return
    case = desk.case
    if case.state is CaseState.SUPPLEMENT:
        yield f"还要补 {len(case.asked)} 份材料，请按告知的内容到大厅任一窗口补交。"
    elif case.state is CaseState.FINISHED:
        posted = case.delivery is not None and case.delivery.way is DeliveryWay.POST
        yield (
            "结果将寄到您登记的地址。"
            if posted
            else "请带身份证件和本回执，到大厅任一窗口领取结果。"
        )
    elif case.state in ACCEPTED_STATES:
        for pause in case.pauses:
            if pause.end is None:
                yield f"{day_words(pause.begin)}起{pause.name}，所需时间不计入办理时限。"
        if case.extension:
            yield f"办理时限已延长 {case.extension} 个工作日。"
        promise = desk.readings(lists, today)[0]
        yield f"办结期限：{clock_words(promise).removeprefix('承诺 ')}。"
        if promise.overdue and hall.head.complaint_phone:
            yield f"投诉电话：{hall.head.complaint_phone}"


def not_found(hall: Hall) -> str:
    return _slip(
        hall, '<p class="state mute">没有找到</p><p>请核对回执上的二维码，或到窗口咨询。</p>'
    )


def locked(hall: Hall) -> str:
    return _slip(
        hall, '<p class="state mute">需要口令</p><p>口令是后台数据目录 token 文件里的一行。</p>'
    )


def too_many(hall: Hall) -> str:
    return _slip(hall, '<p class="state mute">查询过于频繁</p><p>请一分钟后再试。</p>')


def _slip(hall: Hall, inner: str) -> str:
    name = escape(hall.head.name)
    return draw_page(
        hall.head.name,
        f'<main><section class="slip"><h1>{name}</h1><p class="note">办件进度</p>'
        f"{inner}</section></main>",
    )

"""Tell an applicant how their case or bundle stands, to nobody who does not know its check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from app.domain.case import CaseState
from app.domain.decoding import decode
from app.domain.hall import HALL_ZONE, Hall
from sync.backoffice.database import Transaction
from sync.backoffice.pages import draw_page, draw_state, draw_table, state_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a number answers to who knows its check: one state, or those of a bundle's items."""

    check: str
    at: datetime
    state: CaseState | None = None  # None for a bundle
    items: tuple[tuple[str, CaseState], ...] = ()


def find_progress(connection: Transaction, number: str) -> Progress | None:
    """Of a numbered case or bundle."""
    row = connection.execute(
        "SELECT check_code, state, updated_at FROM cases WHERE number = ?", (number,)
    ).fetchone()
    if row is not None:
        at = datetime.fromisoformat(row[2])
        return Progress(check=row[0], state=CaseState(row[1]), at=at)
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


def progress(hall: Hall, number: str, found: Progress) -> str:
    """State in words and date, nothing else; of a bundle each item's."""
    day = found.at.astimezone(HALL_ZONE)
    if found.state is not None:
        words, tone = state_words(found.state, number)
        inner = f'<p class="state {tone}">{words}</p>'
    else:
        inner = draw_table(
            ("事项", "状态"),
            [(escape(name), draw_state(state, number)) for name, state in found.items],
            wide=0,
        )
    return _slip(hall, f"{inner}<p>{day.year}年{day.month}月{day.day}日</p>")


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

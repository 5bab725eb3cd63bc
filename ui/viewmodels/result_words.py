"""What the page of results says of each, and of what was handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.domain.delivery import DeliveryMode, ReturnKind
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_name
from app.domain.person import DocumentKind
from app.services.result_list import ResultRow, Show
from app.storage.result_table import Stands
from ui.kit.formats import document_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.hand_over import claim_name
from ui.viewmodels.viewmodel import Note

if TYPE_CHECKING:
    from app.domain.case import Case

REPRINT = "reprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    id: str
    chip: str
    tone: Tone
    title: str
    under: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was handed out: to whom, when and how; and what may still be done about it."""

    case_id: str
    about: str
    lines: tuple[str, ...]
    acts: tuple[tuple[str, str], ...]
    chosen: str = ""
    note: Note | None = None


def story_of(case: Case, about: str, staff: Mapping[str, str], today: date) -> Story | None:
    """What was handed out of a case, and what may be done about it ``today``."""
    handed = case.handed_out
    if handed is None:
        return None
    at = f"{handed.at.astimezone(HALL_ZONE):%Y-%m-%d %H:%M}"
    first = say(
        "{at} {by} 以{way}方式交给 {to}", at=at, by=staff.get(handed.by, handed.by),
        way=handed.way, to=handed.to,
    )  # fmt: skip
    lines = [first]
    who = claim_name(handed.recipient)
    if handed.document:
        name = document_name(DocumentKind(handed.document))
        parts = (who, handed.relation, f"{name} {handed.document_number}")
        lines.append("　".join(one for one in parts if one))
    post = "　".join(one for one in (handed.carrier, handed.waybill, handed.address) if one)
    if post:
        lines.append(post)
    if handed.reason:
        lines.append(say("理由：{reason}　见证人：{who}", reason=handed.reason,
                         who=handed.witness))  # fmt: skip
    acts = [(REPRINT, say("再打一份凭证"))]
    if handed.way == DeliveryMode.POST:
        acts.append((ReturnKind.UNDELIVERED.value, say("邮件退回")))
    if handed.at.astimezone(HALL_ZONE).date() == today:
        acts.append((ReturnKind.MISTAKE.value, say("今天记错了，更正")))
    return Story(case_id=case.id, about=about, lines=tuple(lines), acts=tuple(acts), chosen=REPRINT)


def show_words(show: Show, count: int) -> str:
    words = {
        Show.WAITING: say("在等的"), Show.COLLECT: say("待领取"), Show.POST: say("待邮寄"),
        Show.LATE: say("逾期未领"), Show.BACK: say("退回的"), Show.HANDED: say("今天已出件"),
    }[show]  # fmt: skip
    return f"{words} {count}"


def line_of(one: ResultRow) -> ResultLine:
    under = [one.number, one.item_name, one.applicant]
    if one.stands is Stands.HANDED:
        under.append(say("{way}，{taker}", way=one.way, taker=mask_name(one.taker)))
        if one.waybill:
            under.append(one.waybill)
    elif one.address:
        under.append(say("邮寄 {address}", address=one.address))
    if not one.granted:
        under.append(say("不予许可"))
    chip, tone = {
        Stands.COLLECT: (say("待领取"), Tone.ACT),
        Stands.POST: (say("待邮寄"), Tone.ACT),
        Stands.BACK: (say("已退回"), Tone.WARN),
        Stands.HANDED: (say("已出件"), Tone.GOOD),
    }[one.stands]
    if one.late:
        chip, tone = say("逾期"), Tone.BAD
    return ResultLine(
        id=one.case_id, chip=chip, tone=tone,
        title=f"{one.result_name} {one.result_number}".strip(), under=" · ".join(under),
        day=f"{one.since.astimezone(HALL_ZONE):%m-%d}",
    )  # fmt: skip

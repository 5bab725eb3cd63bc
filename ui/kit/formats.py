"""Put domain values into the words of the screen: limits, dates, names of things."""

from __future__ import annotations

from datetime import date

from app.domain.catalogue import Item, ItemKind, Limit, LimitUnit
from app.domain.checklist import Outcome, RowState
from app.domain.events import PaperKind
from app.domain.person import DocumentKind, Sex
from ui.kit.texts import say
from ui.kit.theme import Tone


def limit_text(limit: Limit) -> str:
    match limit.unit:
        case LimitUnit.WORKING_DAY:
            return say("{n} 个工作日", n=limit.count)
        case LimitUnit.DAY:
            return say("{n} 天", n=limit.count)
        case LimitUnit.MONTH:
            return say("{n} 个月", n=limit.count)


def kind_text(item: Item) -> str:
    """``承诺件 5 个工作日``, ``即办件``."""
    name = {
        ItemKind.INSTANT: say("即办件"),
        ItemKind.PROMISED: say("承诺件"),
        ItemKind.OTHER: say("其他件"),
    }[item.kind]
    if item.promised_limit.count == 0:
        return name
    return f"{name} {limit_text(item.promised_limit)}"


def valid_text(valid_to: date | None, valid_from: date | None, on: date) -> tuple[str, Tone] | None:
    """The chip on a document's validity, None where the document states none."""
    if valid_to is None:
        return (say("长期有效"), Tone.GOOD) if valid_from else None
    if valid_to < on:
        return say("已于 {day} 过期", day=valid_to.isoformat()), Tone.BAD
    return say("有效至 {day}", day=valid_to.isoformat()), Tone.GOOD


def document_name(kind: DocumentKind) -> str:
    return {
        DocumentKind.RESIDENT: say("居民身份证"),
        DocumentKind.HK_MO_TW: say("港澳台居民居住证"),
        DocumentKind.FOREIGNER_2017: say("外国人永久居留身份证（2017 版）"),
        DocumentKind.FOREIGNER_2023: say("外国人永久居留身份证（2023 版）"),
        DocumentKind.SOCIAL_SECURITY: say("社会保障卡"),
        DocumentKind.PASSPORT: say("护照"),
        DocumentKind.RETURN_PERMIT: say("港澳居民来往内地通行证"),
        DocumentKind.TAIWAN_PERMIT: say("台湾居民来往大陆通行证"),
        DocumentKind.EXIT_HK_MO: say("往来港澳通行证"),
        DocumentKind.EXIT_TAIWAN: say("往来台湾通行证"),
        DocumentKind.OTHER: say("其他证件"),
    }[kind]


def sex_name(sex: Sex) -> str:
    return {Sex.MALE: say("男"), Sex.FEMALE: say("女"), Sex.UNKNOWN: ""}[sex]


def outcome_name(outcome: Outcome) -> str:
    return {
        Outcome.ACCEPT: say("受理"),
        Outcome.ACCEPT_DEFERRED: say("容缺受理"),
        Outcome.ACCEPT_ON_PROMISE: say("告知承诺受理"),
        Outcome.NOTICE: say("一次性告知补正"),
        Outcome.REJECT: say("不予受理"),
        Outcome.RECEIVE_ONLY: say("只收件"),
        Outcome.EACH: say("逐项按清单办"),
    }[outcome]


def paper_name(kind: PaperKind) -> str:
    return {
        PaperKind.RECEIPT: say("收件凭证"),
        PaperKind.ACCEPTANCE: say("受理通知书"),
        PaperKind.NOTICE: say("补正材料一次性告知书"),
        PaperKind.REJECTION: say("不予受理通知书"),
        PaperKind.TICKET_SLIP: say("排队号票"),
        PaperKind.BUNDLE_RECEIPT: say("一件事综合收件凭证"),
        PaperKind.APPLICATION_FORM: say("申请表"),
        PaperKind.PROMISE: say("告知承诺书"),
        PaperKind.DEFERRAL_PROMISE: say("容缺受理承诺书"),
        PaperKind.TRANSFER: say("材料转移单"),
        PaperKind.LIMIT_NOTICE: say("办理期限变更告知书"),
        PaperKind.DELIVERY_RETURN: say("送达回证"),
        PaperKind.COLLECTION: say("领取凭证"),
        PaperKind.GUIDE: say("办事指南"),
        PaperKind.SHIFT_REPORT: say("交接班表"),
        PaperKind.DAY_PAPERS: say("当日文书清单"),
        PaperKind.SPARED_REPORT: say("免交材料清单"),
        PaperKind.BALANCE_REPORT: say("进出对账表"),
        PaperKind.TEST_PAGE: say("测试页"),
        PaperKind.TEST_SLIP: say("测试小票"),
    }[kind]


def row_chip(state: RowState) -> tuple[str, Tone]:
    return {
        RowState.RECEIVED: (say("收到"), Tone.GOOD),
        RowState.SPARED: (say("免交"), Tone.GOOD),
        RowState.MISSING: (say("缺"), Tone.BAD),
        RowState.NOT_ACCEPTABLE: (say("不符"), Tone.BAD),
        RowState.DEFERRABLE: (say("可容缺"), Tone.WARN),
        RowState.PROMISED: (say("已承诺"), Tone.ACT),
        RowState.OPTIONAL: (say("可不交"), Tone.NEUTRAL),
        RowState.NOT_REQUIRED: (say("不需要"), Tone.NEUTRAL),
        RowState.UNDECIDED: (say("待回答"), Tone.NEUTRAL),
    }[state]

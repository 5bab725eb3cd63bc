"""Fill the 办事指南 of an item: what this applicant needs, by the answers. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.domain.catalogue import FieldFill, FieldKind, FormField, Item, Material, MaterialForm
from app.domain.checklist import RowState, asked_questions, check_answer, evaluate
from app.domain.hall import HallHead
from app.domain.sheet_papers import GuideContent, GuideMaterial
from app.services.catalogue_codes import national_codes
from app.services.paper_words import limit_words

Answers = Mapping[str, frozenset[str]]

_FORMS = {
    MaterialForm.PAPER: "纸质",
    MaterialForm.ELECTRONIC: "电子",
    MaterialForm.EITHER: "纸质或者电子",
}
_SOURCES = {"10": "申请人自备", "20": "政府部门核发", "99": "其他"}
_UNWANTED = frozenset({RowState.NOT_REQUIRED, RowState.UNDECIDED})
# 填写示例 with invented people and places.
_EXAMPLES = {
    FieldFill.NAME: "张示例",
    FieldFill.DOCUMENT: "居民身份证",
    FieldFill.NUMBER: "与证件一致，共 18 位",
    FieldFill.SEX: "女",
    FieldFill.BIRTH: "1990年1月1日",
    FieldFill.NATION: "汉族",
    FieldFill.ADDRESS: "示例市样例区测试路 1 号",
    FieldFill.PHONE: "13800000000",
    FieldFill.ORGANISATION: "示例商贸有限公司（与营业执照一致）",
    FieldFill.CREDIT_CODE: "与营业执照一致，共 18 位",
    FieldFill.REPRESENTATIVE: "王示例",
    FieldFill.AGENT_NAME: "李示例",
    FieldFill.AGENT_NUMBER: "与代理人证件一致",
    FieldFill.AGENT_PHONE: "13800000001",
    FieldFill.DELIVERY_ADDRESS: "示例市样例区测试路 1 号",
}
_BY_KIND = {
    FieldKind.NUMBER: "填写数字，如 80",
    FieldKind.DATE: "2026年1月1日",
    FieldKind.PHONE: "13800000000",
    FieldKind.CREDIT_CODE: "与营业执照一致，共 18 位",
}


def guide_of(item: Item, answers: Answers, *, hall: HallHead, on: date) -> GuideContent:
    """Raises UnknownAnswer."""
    for question, options in answers.items():
        check_answer(item, question, options)
    evaluation = evaluate(item, answers, {}, on=on)
    codes = national_codes()
    return GuideContent(
        hall=hall, item=item.name, item_code=item.code, list_version=item.version,
        department=item.department.name, department_phone=item.department.phone, as_of=on,
        kind=codes.name("item_kind", item.kind.value),
        served="、".join(codes.name("served", code) for code in item.served),
        channels="、".join(codes.name("channel", code) for code in item.channels),
        visits=item.visits,
        statutory_limit=limit_words(item.statutory_limit),
        promised_limit=limit_words(item.promised_limit),
        fees=tuple((fee.name, f"{fee.amount:.2f}", fee.basis) for fee in item.fees),
        basis=item.basis, conditions=item.conditions, result=item.result,
        delivery="、".join(item.delivery),
        situation=tuple(
            (question.text, "、".join(o.text for o in question.options if o.id in chosen))
            for question in asked_questions(item, answers)
            if (chosen := answers.get(question.id))
        ),
        unanswered=tuple(question.text for question in evaluation.unanswered),
        materials=tuple(
            _material(row.material, item)
            for row in evaluation.rows
            if row.state not in _UNWANTED
        ),
        fields=tuple((field.label, _example(field)) for field in item.fields),
        remark=item.guide,
    )  # fmt: skip


def _material(material: Material, item: Item) -> GuideMaterial:
    counts = (("原件", material.originals), ("复印件", material.copies))
    parts = [f"{name} {count} 份" for name, count in counts if count]
    necessity = {"required": "必要", "optional": "非必要", "deferrable": "必要，可容缺后补"}
    said = [necessity[material.necessity.value]]
    if material.promisable and item.promise_allowed:
        said.append("可告知承诺")
    if material.reuse_grades or material.licence:
        said.append("有电子证照或者曾经提交的免交")
    return GuideMaterial(
        name=material.name, wanted="，".join((_FORMS[material.form], *parts)),
        necessity="，".join(said), source=_SOURCES.get(material.source, material.source),
        standard="；".join(part for part in (material.standard, material.basis) if part),
    )  # fmt: skip


def _example(field: FormField) -> str:
    if field.choices:
        return "选填一项：" + "、".join(field.choices)
    if field.fill is not None:
        return _EXAMPLES[field.fill]
    return _BY_KIND.get(field.kind, "按实际情况填写" + ("" if field.required else "，没有的不填"))

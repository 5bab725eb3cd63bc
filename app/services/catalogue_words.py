"""Say in plain Chinese what changed between two versions of an item or bundle."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from app.domain.bundle import SameQuestion
from app.domain.catalogue import (
    FormField,
    Limit,
    LimitUnit,
    Material,
    Option,
    OptionRef,
    Question,
)
from app.domain.code_sets import CodeSets
from app.domain.item_diff import Change, ChangeKind, Part

FIELD_NAMES = {
    Part.ITEM: {
        "name": "事项名称",
        "aliases": "别名",
        "department.code": "部门编码",
        "department.name": "部门名称",
        "department.phone": "部门电话",
        "department.nature": "主体性质",
        "level": "行使层级",
        "type": "事项类型",
        "kind": "办件类型",
        "served": "服务对象",
        "statutory_limit": "法定时限",
        "promised_limit": "承诺时限",
        "basis": "设定依据",
        "conditions": "受理条件",
        "result": "办理结果",
        "delivery": "送达方式",
        "guide": "办事指南",
        "promise_allowed": "告知承诺",
        "power_source": "权力来源",
        "channels": "办理形式",
        "special_procedures": "特别程序",
        "visits": "到现场次数",
        "version": "版本",
        "effective_from": "生效日期",
        "effective_to": "停止日期",
    },
    Part.BUNDLE: {
        "name": "名称",
        "aliases": "别名",
        "department.code": "牵头部门编码",
        "department.name": "牵头部门名称",
        "department.phone": "牵头部门电话",
        "department.nature": "主体性质",
        "items": "事项",
        "same_questions": "合并成一问的问题",
        "joint_form": "综合申请表",
        "guide": "办事指南",
        "version": "版本",
        "effective_from": "生效日期",
        "effective_to": "停止日期",
    },
    Part.MATERIAL: {
        "name": "名称",
        "type": "材料类型",
        "form": "材料形式",
        "originals": "原件份数",
        "copies": "复印件份数",
        "necessity": "必要性",
        "defer_days": "容缺后补的工作日数",
        "promisable": "可以告知承诺",
        "source": "来源渠道",
        "standard": "受理标准",
        "basis": "设定依据",
        "faults": "常见问题",
        "reuse_grades": "复用等级",
        "reuse_months": "复用月数",
        "licence": "电子证照编码",
    },
    Part.QUESTION: {"text": "问法", "multiple": "可多选", "asked_when": "提问条件"},
    Part.OPTION: {"text": "说法", "materials": "所需材料", "fact": "说明的身份"},
    Part.FIELD: {
        "label": "名称",
        "kind": "类型",
        "fill": "自动填入",
        "required": "必填",
        "choices": "可选值",
    },
    Part.FEE: {"amount": "金额", "basis": "依据"},
}
_SETS = {
    (Part.ITEM, "level"): "level",
    (Part.ITEM, "type"): "item_type",
    (Part.ITEM, "kind"): "item_kind",
    (Part.ITEM, "served"): "served",
    (Part.MATERIAL, "type"): "material_type",
    (Part.MATERIAL, "form"): "material_form",
    (Part.MATERIAL, "necessity"): "necessity",
    (Part.MATERIAL, "source"): "material_source",
    (Part.ITEM, "department.nature"): "authority",
    (Part.BUNDLE, "department.nature"): "authority",
    (Part.ITEM, "power_source"): "power_source",
    (Part.ITEM, "channels"): "channel",
    (Part.ITEM, "special_procedures"): "special_procedure",
    (Part.MATERIAL, "reuse_grades"): "reuse_grade",
    (Part.OPTION, "fact"): "option_fact",
    (Part.FIELD, "kind"): "field_kind",
    (Part.FIELD, "fill"): "field_fill",
}
_PARTS = {
    Part.ITEM: "事项",
    Part.MATERIAL: "材料",
    Part.QUESTION: "问题",
    Part.OPTION: "选项",
    Part.FEE: "收费",
    Part.FIELD: "表单字段",
    Part.BUNDLE: "一件事",
}
_HEADS = {Part.ITEM, Part.BUNDLE}
UNITS = {LimitUnit.WORKING_DAY: "个工作日", LimitUnit.DAY: "日", LimitUnit.MONTH: "个月"}


def changes_in_words(changes: Iterable[Change], codes: CodeSets) -> list[str]:
    """A line for each item, then an indented line for each of its changes."""
    lines = []
    for (code, name), of_item in groupby(changes, key=lambda one: (one.item, one.item_name)):
        lines.append(f"{code}  {name}")
        lines += [f"  {in_words(change, codes)}" for change in of_item]
    return lines


def in_words(change: Change, codes: CodeSets) -> str:
    """One change as a line, e.g. 材料「营业执照」：复印件份数 1→2."""
    part = _PARTS[change.part]
    named = f"{part}「{change.name}」" if change.name else part
    match change.kind:
        case ChangeKind.ADDED:
            return f"新增{named}{_what_it_is(change.after, codes)}"
        case ChangeKind.REMOVED:
            return f"删去{named}"
        case ChangeKind.MOVED:
            return f"{named}的次序改变"
        case ChangeKind.CHANGED:
            said = _changed(change, codes)
            return said if change.part in _HEADS else f"{named}：{said}"


def _changed(change: Change, codes: CodeSets) -> str:
    field = FIELD_NAMES[change.part].get(change.field, change.field)
    before, after = change.before, change.after
    if isinstance(before, Limit) and isinstance(after, Limit):
        if before.unit is after.unit:
            return f"{field} {before.count}→{after.count} {UNITS[after.unit]}"
        return f"{field} {_limit(before)}→{_limit(after)}"
    if isinstance(before, tuple) and isinstance(after, tuple):
        gone = [_value(change, one, codes) for one in before if one not in after]
        new = [_value(change, one, codes) for one in after if one not in before]
        said = [f"去掉{'、'.join(gone)}"] if gone else []
        said += [f"增加{'、'.join(new)}"] if new else []
        return f"{field}{'，'.join(said) or '的次序改变'}"
    if isinstance(before, bool):
        return f"{field}由{'是' if before else '否'}改为{'是' if after else '否'}"
    if isinstance(before, int):
        return f"{field} {before}→{after}"
    said_before, said_after = _value(change, before, codes), _value(change, after, codes)
    if change.part is Part.MATERIAL and change.field == "necessity":
        return f"由{said_before}改为{said_after}"
    return f"{field}由“{said_before}”改为“{said_after}”"


def _value(change: Change, value: object, codes: CodeSets) -> str:
    if isinstance(value, OptionRef):
        return f"{value.question}={value.option}"
    if isinstance(value, SameQuestion):
        return "=".join(f"{ref.item}/{ref.question}" for ref in value.members)
    if value is None or value == "":
        return "（无）"
    named = _SETS.get((change.part, change.field))
    return codes.name(named, str(value)) if named else str(value)


def _limit(limit: Limit) -> str:
    return f"{limit.count} {UNITS[limit.unit]}"


def _what_it_is(part: object, codes: CodeSets) -> str:
    match part:
        case Material():
            counts = [f"原件 {part.originals} 份"] if part.originals else []
            counts += [f"复印件 {part.copies} 份"] if part.copies else []
            return f"（{'，'.join([codes.name('necessity', part.necessity), *counts])}）"
        case Question():
            return f"（{'、'.join(option.text for option in part.options)}）"
        case FormField():
            return f"（{codes.name('field_kind', part.kind)}）"
        case Option() if part.materials:
            return f"（所需材料 {'、'.join(part.materials)}）"
        case _:
            return ""

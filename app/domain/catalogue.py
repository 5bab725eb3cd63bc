"""Describe items (政务服务事项), their questions (情形) and their standard material lists. Pure.

Code sets follow GB/T 39046-2020 appendix A; codes are text, never numbers. A list is frozen: a
case keeps the version it was received under.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class LimitUnit(StrEnum):
    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit; ``count`` 0 with an instant item means on the spot."""

    count: int
    unit: LimitUnit = LimitUnit.WORKING_DAY


class Necessity(StrEnum):
    """材料必要性: 必要, 非必要, 容缺后补."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    DEFERRABLE = "deferrable"


class MaterialForm(StrEnum):
    """材料形式: 纸质, 电子, 两者均可."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    EITHER = "either"


class MaterialType(StrEnum):
    """材料类型: 1 证照证明, 2 申请表格, 3 其他."""

    CERTIFICATE = "1"
    APPLICATION_FORM = "2"
    OTHER = "3"


class ItemKind(StrEnum):
    """办件类型 (A.6): 1 即办件, 2 承诺件, 9 其他."""

    INSTANT = "1"
    PROMISED = "2"
    OTHER = "9"


class ReuseGrade(StrEnum):
    """How far a stored material may be used again (国办函〔2016〕108号): A issued by the agency,
    B verified at a window before, C uploaded (the original is still looked at), D made by the
    applicant (with a promise)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One row of the standard list. ``id`` is its identity across items (not its spelling)."""

    id: str
    name: str
    type: MaterialType = MaterialType.OTHER
    form: MaterialForm = MaterialForm.PAPER
    originals: int = 1
    copies: int = 0
    necessity: Necessity = Necessity.REQUIRED
    defer_days: int = 0  # working days a 容缺后补 material may lag, 0 = the item's promised limit
    promisable: bool = False  # may be replaced by a 告知承诺
    source: str = "10"  # 来源渠道: 10 申请人自备, 20 政府部门核发, 99 其他
    standard: str = ""  # 受理标准, and so how to mend
    basis: str = ""  # law basis, one citation
    faults: tuple[str, ...] = ()  # usual reasons why it is not acceptable
    reuse_grades: tuple[ReuseGrade, ...] = ()  # stored ones that spare it (免交)
    reuse_months: int = 0  # how long after it was seen B, C and D may be used, 0 = no own limit
    licence: str = ""  # code of the e-licence (电子证照) that spares it, with grade A


class OptionFact(StrEnum):
    """What choosing an option says about who is at the window, so that it is never asked twice."""

    SELF = "self"  # 本人办理
    AGENT = "agent"  # 代办
    NATURAL = "natural"  # 自然人
    LEGAL = "legal"  # 法人或者其他组织


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    id: str
    text: str
    materials: tuple[str, ...] = ()  # ids of the materials that this answer calls for
    fact: OptionFact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRef:
    question: str
    option: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """情形: ``multiple`` allows several options; ``asked_when`` empty means always asked."""

    id: str
    text: str
    options: tuple[Option, ...]
    multiple: bool = False
    asked_when: tuple[OptionRef, ...] = ()


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    CREDIT_CODE = "credit_code"
    CHOICE = "choice"


class FieldFill(StrEnum):
    """Where a form field's value comes from (一卡填表); none: the applicant says it."""

    NAME = "name"
    DOCUMENT = "document"
    NUMBER = "number"
    SEX = "sex"
    BIRTH = "birth"
    NATION = "nation"
    ADDRESS = "address"
    PHONE = "phone"
    ORGANISATION = "organisation"
    CREDIT_CODE = "credit_code"
    REPRESENTATIVE = "representative"
    AGENT_NAME = "agent_name"
    AGENT_NUMBER = "agent_number"
    AGENT_PHONE = "agent_phone"
    DELIVERY_ADDRESS = "delivery_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of an item's application form. ``id`` is its identity across items, so that a
    bundle asks it once."""

    id: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    fill: FieldFill | None = None
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    name: str
    amount: Decimal  # yuan
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    code: str  # unified social credit code, 18
    name: str
    phone: str = ""
    nature: str = ""  # 主体性质 A.3: 1 法定机关, 2 授权组织, 3 受委托组织, 9 其他


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item at the finest grain a person applies for, with its list."""

    code: str  # 实施编码, text
    name: str
    aliases: tuple[str, ...] = ()
    department: Department
    level: str  # 行使层级 A.2: 1-7
    type: str  # 事项类型 A.1: 00-21
    kind: ItemKind  # 办件类型 A.6
    served: tuple[str, ...]  # 服务对象 A.4
    statutory_limit: Limit
    promised_limit: Limit
    fees: tuple[Fee, ...] = ()
    basis: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    result: str = ""
    delivery: tuple[str, ...] = ("自取",)
    guide: str = ""
    promise_allowed: bool = False  # 告知承诺制
    power_source: str = ""  # 权力来源: 1 法定本级 … 6 同级委托
    channels: tuple[str, ...] = ("1",)  # 办理形式 A.5: 1 窗口 … 9 其他
    special_procedures: tuple[str, ...] = ()  # 特别程序 A.7: 1 延长审批, 2 其他
    visits: int = 1  # 到现场次数
    questions: tuple[Question, ...] = ()
    fields: tuple[FormField, ...] = ()
    materials: tuple[Material, ...] = ()
    version: int = 1
    effective_from: date
    effective_to: date | None = None  # the last day it may be applied for

    def get_material(self, material_id: str) -> Material:
        """Raises KeyError where the list names no such material."""
        for material in self.materials:
            if material.id == material_id:
                return material
        raise KeyError(material_id)

    def for_legal_persons(self) -> bool:
        return bool(set(self.served) - {"1"})


def list_hash(listed: object) -> str:
    """SHA-256 (hex) of an item or bundle as canonical JSON: what a case freezes beside the version.

    Fields that hold their default are left out, so that a program that knows more fields gives
    the same hash.
    """
    text = json.dumps(
        _stated(listed), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _stated(value: object) -> object:
    if is_dataclass(value):
        return {
            one.name: _stated(getattr(value, one.name))
            for one in fields(value)
            if one.default is MISSING or getattr(value, one.name) != one.default
        }
    if isinstance(value, tuple):
        return [_stated(one) for one in value]
    return value


def linked_materials(item: Item) -> frozenset[str]:
    """Ids of materials that some option calls for: these are conditional, all others are base."""
    return frozenset(
        material
        for question in item.questions
        for option in question.options
        for material in option.materials
    )

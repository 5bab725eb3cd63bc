"""Give a list as rows of the national platform's exchange tables, in one platform's own codes.

Columns are those of up_task_general_basic, its _extend, _material, _questions and _fee_project.
What the list does not know (row ids, batches, places) is left to the transport.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.domain.catalogue import Fee, Item, Limit, LimitUnit, Material
from app.domain.code_sets import CodeSets

Rows = dict[str, list[dict[str, str]]]

_UNIT_CODES = {LimitUnit.WORKING_DAY: "1", LimitUnit.DAY: "2", LimitUnit.MONTH: "3"}
_BASIC_CODE = 12  # the last digits of the 实施编码


def exchange_tables(items: Iterable[Item], platform: str, codes: CodeSets) -> Rows:
    """Raises UnknownCode where the platform has no counterpart for a code."""
    tables: Rows = {
        "up_task_general_basic": [],
        "up_task_general_extend": [],
        "up_task_general_material": [],
        "up_task_general_questions": [],
        "up_task_general_fee_project": [],
    }
    for item in items:
        tables["up_task_general_basic"].append(_basic(item, platform, codes))
        tables["up_task_general_extend"].append(_extend(item))
        tables["up_task_general_material"] += [
            _material(item, material, order, platform, codes)
            for order, material in enumerate(item.materials, start=1)
        ]
        tables["up_task_general_questions"] += _questions(item)
        tables["up_task_general_fee_project"] += [_fee(item, fee) for fee in item.fees]
    return tables


def _basic(item: Item, platform: str, codes: CodeSets) -> dict[str, str]:
    nature, power = item.department.nature, item.power_source
    row = {
        "catalog_code": item.code[-_BASIC_CODE:],
        "task_code": item.code,
        "task_name": item.name,
        "task_type": codes.map(platform, "item_type", item.type),
        "task_version": str(item.version),
        "project_type": codes.map(platform, "item_kind", item.kind),
        "server_type": codes.map_several(platform, "served", item.served),
        "use_level": codes.map(platform, "level", item.level),
        "power_source": codes.map(platform, "power_source", power) if power else "",
        "dept_name": item.department.name,
        "dept_code": item.department.code,
        "dept_type": codes.map(platform, "authority", nature) if nature else "",
        "handle_form": codes.map_several(platform, "channel", item.channels),
        "special_procedure": codes.map_several(
            platform, "special_procedure", item.special_procedures
        ),
        "accept_condition": "\n".join(item.conditions),
        "is_fee": "1" if item.fees else "0",
        "fee_basis": "\n".join(dict.fromkeys(fee.basis for fee in item.fees if fee.basis)),
        "limit_scene_num": str(item.visits),
        "link_way": item.department.phone,
        "by_law": "\n".join(item.basis),
        "plan_effective_date": item.effective_from.strftime("%Y%m%d"),
        "plan_cancel_date": item.effective_to.strftime("%Y%m%d") if item.effective_to else "",
    }
    return row | _limit("anticipate", item.statutory_limit) | _limit("promise", item.promised_limit)


def _limit(name: str, limit: Limit) -> dict[str, str]:
    return {f"{name}_day": str(limit.count), f"{name}_type": _UNIT_CODES[limit.unit]}


def _extend(item: Item) -> dict[str, str]:
    return {
        "task_code": item.code,
        "is_express": "1" if "4" in item.channels else "0",
        "is_online": "1" if {"2", "3"} & set(item.channels) else "0",
        "result_name": item.result,
    }


def _material(
    item: Item, material: Material, order: int, platform: str, codes: CodeSets
) -> dict[str, str]:
    return {
        "task_code": item.code,
        "material_code": material.id,
        "material_name": material.name,
        "material_type": codes.map(platform, "material_type", material.type),
        "material_format": codes.map(platform, "material_form", material.form),
        "is_need": codes.map(platform, "necessity", material.necessity),
        "original_num": str(material.originals),
        "copy_num": str(material.copies),
        "source_type": codes.map(platform, "material_source", material.source),
        "licence_code": material.licence,
        "accept_stand": material.standard,
        "by_law": material.basis,
        "order_num": str(order),
    }


def _questions(item: Item) -> list[dict[str, str]]:
    return [
        {
            "task_code": item.code,
            "question": question.text,
            "is_multiple": "1" if question.multiple else "0",
            "option": option.text,
            "material_codes": "^".join(option.materials),
        }
        for question in item.questions
        for option in question.options
    ]


def _fee(item: Item, fee: Fee) -> dict[str, str]:
    amount = fee.amount.quantize(Decimal("0.01"))
    return {
        "task_code": item.code, "fee_name": fee.name, "fee_stand": str(amount),
        "by_law": fee.basis,
    }  # fmt: skip

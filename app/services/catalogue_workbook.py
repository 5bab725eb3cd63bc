"""Turn a department's workbook into a list: whole, or refused with every wrong cell at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.domain.catalogue import Item
from app.domain.code_sets import CodeSets
from app.services.catalogue_fault_words import in_chinese
from app.services.catalogue_faults import item_faults
from app.services.catalogue_json import Listed, UnreadableItems, read_lists
from app.services.catalogue_rows import Faults, Row, read_rows
from app.services.catalogue_sheets import (
    BUNDLES,
    FEES,
    FIELDS,
    ITEMS,
    MATERIALS,
    QUESTIONS,
    Sheet,
    WorkbookFaults,
)
from app.services.catalogue_workbook_bundles import BundleRows, nested

Key = tuple[str, int]


def read_workbook(file: Path, codes: CodeSets) -> Listed:
    """Raises WorkbookFaults (every wrong cell), WorkbookRefused and TooManyRows."""
    faults = Faults()
    rows = read_rows(file, codes, faults)
    assembly = _Assembly(faults)
    for sheet in (ITEMS, MATERIALS, QUESTIONS, FEES, FIELDS):
        for row in rows.get(sheet.name, []):
            assembly.take(sheet, row)
    assembly.check_links()
    bundles = BundleRows(rows.get(BUNDLES.name, []), faults)
    if not assembly.items and not bundles and not faults.count:
        faults.add(ITEMS.name, "A", 2, "没有填写事项")
    listed = Listed()
    if not faults.count:
        items = assembly.finish()
        listed = Listed(items=items, bundles=bundles.finish(items))
    if faults.count:
        raise WorkbookFaults(tuple(faults.said), faults.count)
    return listed


class _Assembly:
    """Items as JSON would have them, with the cell that each part came from."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.items: dict[Key, dict[str, Any]] = {}
        self._versions: dict[str, list[int]] = {}
        self._rows: dict[tuple[Key, str], tuple[str, int]] = {}
        self._links: list[tuple[Key, Row, str, str, int]] = []
        self._questions: dict[tuple[Key, str], dict[str, Any]] = {}
        self._options: dict[Key, set[tuple[str, str]]] = {}

    def take(self, sheet: Sheet, row: Row) -> None:
        if sheet is ITEMS:
            self._item(row)
            return
        key = self._key(sheet, row)
        if key is None:
            return
        own = {name: value for name, value in row.values.items() if name not in {"code", "version"}}
        if sheet is MATERIALS:
            self._material(key, row, own)
        elif sheet is QUESTIONS:
            self._question(key, row, own)
        elif sheet is FIELDS:
            self._field(key, row, own)
        else:
            # An empty citation is a citation left empty, as in the files.
            self.items[key]["fees"].append({"basis": "", **own})

    def _fault(self, sheet: Sheet, row: Row, key: str, what: str) -> None:
        self._faults.add(sheet.name, row.letters.get(key, "A"), row.number, what)

    def _item(self, row: Row) -> None:
        code = row.values.get("code")
        if code is None:
            return  # said already
        version = row.values.setdefault("version", 1)
        if (code, version) in self.items:
            self._fault(ITEMS, row, "code", "同一事项、同一版本写了两次")
            return
        raw = nested(row.values)
        self.items[code, version] = raw | {
            "materials": [], "questions": [], "fees": [], "fields": [],
        }  # fmt: skip
        self._versions.setdefault(code, []).append(version)
        self._rows[(code, version), ""] = (ITEMS.name, row.number)

    def _key(self, sheet: Sheet, row: Row) -> Key | None:
        code, version = row.values.get("code"), row.values.get("version")
        if code is None:
            return None
        versions = self._versions.get(code, [])
        if not versions:
            self._fault(sheet, row, "code", "事项表里没有这个事项编码")
        elif version is None and len(versions) > 1:
            self._fault(sheet, row, "version", "这个事项有几个版本，要写明是哪一个")
        elif version is not None and version not in versions:
            self._fault(sheet, row, "version", "事项表里没有这个版本")
        else:
            return (code, versions[0] if version is None else version)
        return None

    def _material(self, key: Key, row: Row, own: dict[str, Any]) -> None:
        material = own.get("id")
        if material is None:
            return
        if (key, material) in self._rows:
            self._fault(MATERIALS, row, "id", "这个事项里同一材料编号写了两次")
            return
        self._rows[key, material] = (MATERIALS.name, row.number)
        self.items[key]["materials"].append(own)

    def _field(self, key: Key, row: Row, own: dict[str, Any]) -> None:
        if own.get("id") is None:
            return
        if (key, f"field {own['id']}") in self._rows:
            self._fault(FIELDS, row, "id", "这个事项里同一字段编号写了两次")
            return
        self._rows[key, f"field {own['id']}"] = (FIELDS.name, row.number)
        self.items[key]["fields"].append(own)

    def _question(self, key: Key, row: Row, own: dict[str, Any]) -> None:
        question_id, option_id = own.get("id"), own.get("option.id")
        if question_id is None or option_id is None:
            return
        shared = {name: own[name] for name in ("text", "multiple", "asked_when") if name in own}
        question = self._questions.get((key, question_id))
        if question is None:
            if "text" not in shared:
                self._fault(QUESTIONS, row, "text", "问题没有填")
            question = {"id": question_id, "options": []} | shared
            self._questions[key, question_id] = question
            self.items[key]["questions"].append(question)
            for ref in shared.get("asked_when", []):
                if (ref["question"], ref["option"]) not in self._options.get(key, set()):
                    what = f"前面没有 {ref['question']}={ref['option']}"
                    self._fault(QUESTIONS, row, "asked_when", what)
        else:
            for name, value in shared.items():
                if question.get(name) != value:
                    self._fault(QUESTIONS, row, name, "与该问题的第一行不一致")
        if any(option["id"] == option_id for option in question["options"]):
            self._fault(QUESTIONS, row, "option.id", "这个问题里同一选项编号写了两次")
        option = {"id": option_id}
        option |= {
            name: own[f"option.{name}"]
            for name in ("text", "materials", "fact")
            if f"option.{name}" in own
        }
        question["options"].append(option)
        self._options.setdefault(key, set()).add((question_id, option_id))
        for material in option.get("materials", ()):
            self._links.append((key, row, material, question_id, row.number))

    def check_links(self) -> None:
        """Options name materials of their own item; a question has something to choose from."""
        for key, row, material, _, _ in self._links:
            if (key, material) not in self._rows:
                self._fault(
                    QUESTIONS, row, "option.materials", f"材料表里这个事项没有 {material[:64]}"
                )
        for key in self.items:
            if not self.items[key]["materials"] and not self._faults.count:
                sheet, number = self._rows[key, ""]
                self._faults.add(sheet, "A", number, "材料表里没有这个事项的材料")

    def finish(self) -> tuple[Item, ...]:
        """The checks that every list passes, told by the row of the item or of the material."""
        found = []
        for key, raw in self.items.items():
            try:
                (item,) = read_lists([raw]).items
                said = list(item_faults(item))
            except UnreadableItems as unreadable:
                said = list(unreadable.faults)
            else:
                found.append(item)
            for fault in said:
                named = re.search(r"material ([^\s:]+)|(field [^\s:]+)", fault)
                part = (named.group(1) or named.group(2)) if named else ""
                sheet, number = self._rows.get((key, part), self._rows[key, ""])
                self._faults.add(sheet, "A", number, in_chinese(fault))
        return tuple(found)

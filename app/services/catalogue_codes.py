"""Load the code sets and say where a list uses a code that they do not name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

import resources
from app.domain.catalogue import Department, Item
from app.domain.code_sets import CodeSet, CodeSets, Platform
from app.domain.decoding import decode
from app.domain.errors import AppError, Blame


class BadCodeSets(AppError):
    """A file of code sets that cannot be used; ``place`` says where."""

    code = "CAT-11"
    blame = Blame.DATA


class _National(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sets: dict[str, CodeSet]


_Read = TypeVar("_Read", Platform, _National)


@cache
def national_codes() -> CodeSets:
    """The shipped sets and platforms; read once, they never change while the program runs."""
    return load_code_sets(resources.FOLDER / "code_sets")


def load_code_sets(folder: Path) -> CodeSets:
    """Read ``national.json`` and ``platforms/*.json``. Raises BadCodeSets."""
    platforms = {
        file.stem: _read(file, Platform) for file in sorted((folder / "platforms").glob("*.json"))
    }
    sets = _read(folder / "national.json", _National).sets
    found = CodeSets(sets=sets, platforms=platforms)
    for platform_id, platform in platforms.items():
        for name, mapping in platform.maps.items():
            for code, theirs in mapping.items():
                ours_fits = name in sets and code in sets[name]
                theirs_fits = name in platform.sets and theirs in platform.sets[name]
                if not (ours_fits and theirs_fits):
                    raise BadCodeSets(place=f"{platform_id}.json: maps.{name}.{code}")
    return found


def code_faults(item: Item, codes: CodeSets) -> Iterator[str]:
    """Codes that no set names, each with its place in the item."""
    named = [("level", "level", item.level), ("type", "item_type", item.type)]
    if item.power_source:
        named.append(("power_source", "power_source", item.power_source))
    for field, name, several in (
        ("served", "served", item.served),
        ("channels", "channel", item.channels),
        ("special_procedures", "special_procedure", item.special_procedures),
    ):
        named += [(f"{field}[{n}]", name, code) for n, code in enumerate(several)]
    named += [
        (f"material {material.id}: source", "material_source", material.source)
        for material in item.materials
    ]
    yield from _unknown(item.code, named, codes)
    yield from department_faults(item.code, item.department, codes)


def department_faults(of: str, department: Department, codes: CodeSets) -> Iterator[str]:
    if department.nature:
        yield from _unknown(of, [("department.nature", "authority", department.nature)], codes)


def _unknown(of: str, named: list[tuple[str, str, str]], codes: CodeSets) -> Iterator[str]:
    for place, name, code in named:
        known = codes.get(name)
        if code not in known:
            yield f"{of}: {place} {code[:8]!r} is no code of {known.name} ({known.source})"


def _read(file: Path, kind: type[_Read]) -> _Read:
    try:
        return decode(file.read_bytes(), kind)
    except OSError as error:
        raise BadCodeSets(place=f"{file.name}: {error.strerror}") from None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadCodeSets(place=f"{file.name}: {error}") from None

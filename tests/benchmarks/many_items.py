"""Make as many items as wanted, named as long and as alike as those of real counties.

A name is put together as real lists do it: matter + act + case in brackets. Counties share their
lists, so one name stands under several agencies, as it does in the catalogue of a province.
"""

from __future__ import annotations

import random
import tomllib
from datetime import date
from pathlib import Path

from app.domain.catalogue import Department, Item, ItemKind, Limit, Material

_WORDS = tomllib.loads(Path(__file__).with_name("item_words.toml").read_text(encoding="utf-8"))
_MATERIALS = (Material(id="id-card", name="身份证"),)
_COUNTY_FIRST = "东西南北新青安长平和兴龙"
_COUNTY_LAST = "山河江海阳陵城原泉"


def many_items(count: int, seed: int = 2026) -> list[Item]:
    """The same items for the same seed; the first of many are those of few."""
    rng = random.Random(seed)
    cases = _WORDS["cases"]
    matters = [
        (field, place, matter)
        for field, words in enumerate(_WORDS["fields"])
        for place, matter in enumerate(words["matters"])
    ]
    offices: dict[tuple[int, str], Department] = {}
    items: dict[str, Item] = {}
    while len(items) < count:
        field, place, matter = rng.choice(matters)
        agency = _WORDS["fields"][field]["agency"]
        acts = _WORDS["acts"][_WORDS["fields"][field]["acts"]]
        act, before = rng.randrange(len(acts)), rng.choice(_WORDS["before"])
        case = rng.randrange(len(cases)) if rng.random() < 0.7 else None
        name = before + matter + acts[act] + (f"（{cases[case]}）" if case is not None else "")
        aliases = (
            (rng.choice(_WORDS["said"]) + matter[: rng.randint(2, 5)],)
            if rng.random() < 0.3
            else ()
        )
        for county in _counties(rng):
            key = field, county
            if key not in offices:
                number = f"{len(offices):07d}"
                offices[key] = Department(
                    code=f"11370199MB{number}0", name=f"示例{county}县{agency}"
                )
            basic = f"{field:02d}{place:03d}{act:02d}{0 if case is None else case + 1:03d}00"
            code = f"{offices[key].code}4{basic}"
            items[code] = item_named(name, code, offices[key], aliases)
    return list(items.values())[:count]


def item_named(name: str, code: str, department: Department, aliases: tuple[str, ...] = ()) -> Item:
    """An item of which only what the search reads matters."""
    return Item(
        code=code,
        name=name,
        aliases=aliases,
        department=department,
        level="4",
        type="01",
        kind=ItemKind.PROMISED,
        served=("1",),
        statutory_limit=Limit(count=20),
        promised_limit=Limit(count=5),
        materials=_MATERIALS,
        effective_from=date(2026, 1, 1),
    )


def _counties(rng: random.Random) -> list[str]:
    """The counties that have an item: often only one, seldom many."""
    many = rng.choice((1, 1, 1, 2, 3, 6))
    return [rng.choice(_COUNTY_FIRST) + rng.choice(_COUNTY_LAST) for _ in range(many)]

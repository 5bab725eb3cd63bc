"""Decide what the fictitious department answers, when, and what it gets wrong. Pure: the same seed
and case give the same answers.

Each case gets one right answer in the end, and around it, by the seed: the same once more, one that
contradicts it, one about another case or in words nobody knows, one before the case is accepted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

_OPINIONS = ("材料齐全，符合法定条件", "经现场核查符合要求", "予以许可")
_RULES = ("《示例管理办法》第八条", "《示例条例》第十二条第二款")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moods:
    """``late`` is the longest time to the right answer in seconds; ``faults`` how likely each kind
    of fault is, 0 for a department that works as agreed."""

    seed: int = 1
    late: float = 30.0
    faults: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """``body`` as it goes out, ``after`` so many seconds; ``right`` is the one that counts."""

    after: float
    body: str
    right: bool = False


def ticket_of(key: str) -> str:
    """The same for the same key, however often it is told."""
    return "SL" + hashlib.sha256(key.encode()).hexdigest()[:10].upper()


def sayings(case: dict[str, Any], moods: Moods) -> Iterator[Saying]:
    """Everything that is ever said about one case in one round, in no order."""
    chance = Random(f"{moods.seed} {case['key']}")
    right = right_answer(case, chance)
    when = chance.uniform(0.1, 1.0) * moods.late
    yield Saying(after=when, body=_text(right), right=True)

    def happens() -> bool:
        return chance.random() < moods.faults

    if happens():  # twice, in other words of JSON
        again = dict(reversed(right.items())) | {"sent_at": chance.randrange(10**9)}
        yield Saying(after=when * chance.uniform(1.0, 2.0), body=_text(again))
    if happens():  # contradicts itself
        other = _refused(right, chance) if right["verdict"] != "refused" else _granted(right)
        yield Saying(after=when * 2.0 + 0.001, body=_text(other))
    if happens():  # about another case
        yield Saying(after=when / 2, body=_text(right | {"number": f"X{case['number']}"}))
    if happens():
        yield Saying(after=when / 2, body=_text(right | {"key": f"{case['key']}0"}))
    if happens():
        yield Saying(after=when / 3, body=_text(right | {"department": "别的局"}))
    if happens():  # a state that nobody agreed on
        yield Saying(after=when / 4, body=_text(right | {"verdict": "pending"}))
    if happens():  # no answer at all
        yield Saying(after=when / 5, body=json.dumps("处理中，请稍候"))
    if happens() and right["result"]:  # a decision without a result
        yield Saying(after=when / 6, body=_text(right | {"result": None}))
    if happens():  # the result of a round that nobody has asked for yet
        rounds = case["key"].rpartition(":")[0]
        early = right | {"key": f"{rounds}:{case['round'] + 1}"}
        yield Saying(after=0.0, body=_text(early))


def right_answer(case: dict[str, Any], chance: Random) -> dict[str, Any]:
    base = {
        "key": case["key"], "ticket": ticket_of(case["key"]), "number": case["number"],
        "department": case["department"], "verdict": "", "opinion": chance.choice(_OPINIONS),
        "basis": "", "result": None, "wanted": [],
    }  # fmt: skip
    drawn = chance.random()
    materials = [one for one in case["materials"] if one["originals"] + one["copies"]]
    if drawn < 0.2 and case["round"] == 1 and materials:
        wanted = chance.choice(materials)
        return base | {
            "verdict": "supplement",
            "opinion": "",
            "wanted": [{"material": wanted["id"], "problem": "看不清，请重新提供"}],
        }
    return _refused(base, chance) if drawn > 0.8 else _granted(base)


def _granted(base: dict[str, Any]) -> dict[str, Any]:
    number = f"示例许字〔2026〕{base['ticket'][2:8]}号"
    return base | {
        "verdict": "granted",
        "opinion": base["opinion"] or _OPINIONS[0],
        "wanted": [],
        "result": {"name": "示例许可证", "number": number},
    }


def _refused(base: dict[str, Any], chance: Random) -> dict[str, Any]:
    number = f"示例不许字〔2026〕{base['ticket'][2:8]}号"
    return base | {
        "verdict": "refused",
        "opinion": "不符合法定条件",
        "basis": chance.choice(_RULES),
        "result": {"name": "不予许可决定书", "number": number},
        "wanted": [],
    }


def _text(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)

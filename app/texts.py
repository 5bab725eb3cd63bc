"""Find the sentences for error codes: what happened and what to do next, in Chinese and English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    code: str
    message: str
    next_step: str


@cache
def sentences() -> dict[str, dict[str, dict[str, str]]]:
    """All of ``resources/texts/errors.*.json``: code -> language -> message, next_step."""
    merged: dict[str, dict[str, dict[str, str]]] = {}
    for file in sorted((resources.FOLDER / "texts").glob("errors.*.json")):
        merged.update(json.loads(file.read_text(encoding="utf-8")))
    return merged


class _Holes(dict[str, str | int]):
    """A hole that nobody filled shows as a dash, never as a crash in the middle of a failure."""

    def __missing__(self, key: str) -> str:
        return "—"


def explain(code: str, details: Mapping[str, str | int], language: str = "zh") -> Explanation:
    """The sentence for a code; an unknown code falls back to the general one and keeps its name."""
    table = sentences()
    texts = table.get(code) or table["APP-00"]
    chosen = texts.get(language) or texts["zh"]
    holes = _Holes(details)
    return Explanation(
        code=code,
        message=chosen["message"].format_map(holes),
        next_step=chosen["next_step"].format_map(holes),
    )

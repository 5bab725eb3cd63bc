"""Notice fields of a JSON file that the decoded value has no room for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any


def unknown_fields(raw: Any, value: Any, place: str) -> Iterator[str]:
    """Fields of the JSON that the decoded value has no room for: slips that would be silent."""
    if is_dataclass(value) and isinstance(raw, dict):
        known = {field.name for field in fields(value)}
        yield from (f"{place}.{name[:64]}" for name in raw if name not in known)
        for name in raw.keys() & known:
            yield from unknown_fields(raw[name], getattr(value, name), f"{place}.{name}")
    elif isinstance(raw, list) and isinstance(value, tuple):
        for number, (raw_one, one) in enumerate(zip(raw, value, strict=True)):
            yield from unknown_fields(raw_one, one, f"{place}[{number}]")

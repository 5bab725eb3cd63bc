"""Read lists from JSON: every place that does not fit is named, nothing is silently ignored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from app.domain.bundle import Bundle
from app.domain.catalogue import Item
from app.domain.decoding import convert
from app.services.strict_json import unknown_fields

_Named = tuple[str, Any, type[Item] | type[Bundle]]
_LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a list holds, in its own order."""

    items: tuple[Item, ...] = ()
    bundles: tuple[Bundle, ...] = ()


class UnreadableItems(Exception):
    """Says what is wrong with one file, and where in it: ``faults``."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.faults = faults


def read_file(file: Path) -> Listed:
    """Raises UnreadableItems."""
    return read_lists(decode_json(read_bytes(file)))


def read_bytes(file: Path) -> bytes:
    """A file of a size that a list can have. Raises UnreadableItems."""
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise UnreadableItems("too large")
        return file.read_bytes()
    except OSError as error:
        raise UnreadableItems(error.strerror or "cannot be read") from None


def decode_json(data: bytes) -> Any:
    """JSON in UTF-8 in which no field stands twice. Raises UnreadableItems."""
    try:
        raw = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_no_repeats, parse_constant=_no_constant
        )
        if b"\\ud" in data.lower():  # half a character is something nothing can print or store
            json.dumps(raw, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise UnreadableItems("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnreadableItems(f"line {error.lineno}: {error.msg}") from None
    except UnicodeEncodeError:
        raise UnreadableItems("half of a surrogate pair") from None
    except (RecursionError, ValueError):
        raise UnreadableItems("not a list of items") from None
    return raw


def read_lists(raw: Any) -> Listed:
    """An item, a bundle, an array of them, or ``{"items": [...], "bundles": [...]}``.

    Raises UnreadableItems with every place that does not fit.
    """
    if isinstance(raw, dict) and raw and raw.keys() <= {"items", "bundles"}:
        parts = {name: raw.get(name, []) for name in ("items", "bundles")}
        wrong = [f"$.{n}: not an array" for n, part in parts.items() if type(part) is not list]
        if wrong:
            raise UnreadableItems(*wrong)
        named: list[_Named] = [(f"$.items[{n}]", one, Item) for n, one in enumerate(parts["items"])]
        named += [(f"$.bundles[{n}]", one, Bundle) for n, one in enumerate(parts["bundles"])]
    else:
        alone = not isinstance(raw, list)
        named = [
            ("$" if alone else f"$[{n}]", one, Bundle if _is_bundle(one) else Item)
            for n, one in enumerate([raw] if alone else raw)
        ]
    faults: list[str] = []
    items: list[Item] = []
    bundles: list[Bundle] = []
    for place, one, kind in named:
        try:
            value: Item | Bundle = convert(one, kind)
        except (msgspec.ValidationError, ArithmeticError, ValueError) as error:
            faults += list(misfits(one, kind, place)) or [f"{place}: {error}"]
            continue
        faults += [f"unknown field {where}" for where in unknown_fields(one, value, place)]
        if isinstance(value, Item):
            items.append(value)
        else:
            bundles.append(value)
    if faults:
        raise UnreadableItems(*faults)
    return Listed(items=tuple(items), bundles=tuple(bundles))


def _is_bundle(raw: Any) -> bool:
    """A bundle names items; an item has none inside."""
    return isinstance(raw, dict) and "items" in raw and "materials" not in raw


def misfits(raw: Any, kind: Any, place: str) -> Iterator[str]:
    """Every place where decoded JSON does not fit a dataclass; the decoder stops at the first."""
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(raw, dict):
        hints = get_type_hints(kind)
        for field in fields(kind):
            if field.name in raw:
                yield from misfits(raw[field.name], hints[field.name], f"{place}.{field.name}")
            elif field.default is MISSING and field.default_factory is MISSING:
                yield f"{place}: field {field.name} is missing"
    elif get_origin(kind) is tuple and isinstance(raw, list):
        for number, one in enumerate(raw):
            yield from misfits(one, get_args(kind)[0], f"{place}[{number}]")
    else:
        try:
            convert(raw, kind)
        except (msgspec.ValidationError, ArithmeticError, ValueError) as error:
            yield f"{place}: {error}"


def _no_constant(name: str) -> Any:
    raise UnreadableItems(f"{name} is no number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise UnreadableItems(f"field {repeated[:64]} stands twice in one object")
    return found

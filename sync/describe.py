"""Describe the protocol from the code: OpenAPI for machines, tables for ``docs``.

``python -m sync.describe`` writes the generated parts of ``docs/protocol.md`` and
``docs/events.md``; a test fails where they are not what the code says.
"""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from app.domain.event import Event
from app.domain.events import KINDS
from sync import wire
from sync.endpoints import ENDPOINTS, JSON, SPOKEN, Endpoint, Parameter

_SCHEMAS = "#/components/schemas/{name}"
_ADMITS = {
    "device": "device",
    "hall": "hall",
    "password": "password",
    "staff": "sign-in",
    "anyone": "—",
}


# -- OpenAPI --------------------------------------------------------------------------------------


def openapi(version: str) -> dict[str, Any]:
    """OpenAPI 3.1 of every endpoint."""
    messages = _messages(ENDPOINTS)
    references, schemas = msgspec.json.schema_components(messages, ref_template=_SCHEMAS)
    known = dict(zip(messages, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, known)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OneWindow back office",
            "version": version,
            "description": f"Protocol version {wire.PROTOCOL}; see docs/protocol.md.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer"},
                "hall": {"type": "http", "scheme": "bearer"},
                "password": {"type": "http", "scheme": "basic"},
                "staff": {"type": "apiKey", "in": "cookie", "name": "desk"},
            },
        },
    }


def _messages(endpoints: Iterable[Endpoint]) -> list[type[msgspec.Struct]]:
    found: dict[type[msgspec.Struct], None] = {wire.ErrorAnswer: None}
    for one in endpoints:
        for message in (one.takes, one.gives):
            if isinstance(message, type):
                found[message] = None
    return list(found)


def _operation(one: Endpoint, known: dict[type[msgspec.Struct], Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(one.status): {"description": "done", **_content(one.gives, known)}
    }
    for status, codes in _refusals(one).items():
        answers[str(status)] = {
            "description": ", ".join(codes),
            **_content(wire.ErrorAnswer, known),
        }
    operation: dict[str, Any] = {
        "operationId": _name(one),
        "summary": one.says,
        "responses": answers,
        "parameters": [_parameter(parameter) for parameter in _parameters(one)],
    }
    if one.takes is not None:
        operation["requestBody"] = {"required": True, **_content(one.takes, known)}
    if one.admits != "anyone":
        operation["security"] = [{one.admits: []}]
    return operation


def _name(one: Endpoint) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", one.path.lower()).strip("_") or "overview"
    return f"{one.method.lower()}_{words}"


def _content(what: Any, known: dict[type[msgspec.Struct], Any]) -> dict[str, Any]:
    if what is None:
        return {}
    if isinstance(what, str):
        return {"content": {what: {}}}
    return {"content": {JSON: {"schema": known[what]}}}


def _parameters(one: Endpoint) -> tuple[Parameter, ...]:
    if one.admits != "device":
        return one.parameters
    return (SPOKEN, *one.parameters)


def _parameter(one: Parameter) -> dict[str, Any]:
    schema = {"type": "string"} | ({"pattern": one.pattern} if one.pattern else {})
    return {
        "name": one.name, "in": one.place, "description": one.says, "required": one.required,
        "schema": schema,
    }  # fmt: skip


def _refusals(one: Endpoint) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for kind in one.refuses:
        found.setdefault(kind.status, []).append(kind.code)
    return dict(sorted(found.items()))


# -- tables ---------------------------------------------------------------------------------------


def endpoint_table() -> str:
    lines = ["| address | token | takes | gives | refuses |", "|---|---|---|---|---|"]
    for one in ENDPOINTS:
        refused = " ".join(f"`{kind.code}`" for kind in one.refuses) or "—"
        lines.append(
            f"| `{one.method} {one.path}` {one.says} | {_ADMITS[one.admits]} | {_said(one.takes)}"
            f" | {_said(one.gives)} | {refused} |"
        )
    return "\n".join(lines)


def _said(what: type[msgspec.Struct] | str | None) -> str:
    if what is None:
        return "—"
    return f"`{what}`" if isinstance(what, str) else f"`{what.__name__}`"


def message_tables() -> str:
    """Every message with its fields, and the parts that they hold."""
    told: dict[type, None] = {}
    for message in _messages(ENDPOINTS):
        _collect(message, told)
    return "\n\n".join(_fields_table(kind) for kind in told if kind.__name__ != "Entry")


def event_tables() -> str:
    """Every kind of fact with its fields, and the parts that they hold."""
    told: dict[type, None] = {}
    for kind in KINDS.values():
        _collect(kind, told)
    events = [kind for kind in told if issubclass(kind, Event)]
    parts = [kind for kind in told if not issubclass(kind, Event)]
    return "\n\n".join(
        ("## Facts", *map(_fields_table, events), "## Parts", *map(_fields_table, parts))
    )


def _collect(kind: type, told: dict[type, None]) -> None:
    if kind in told:
        return
    told[kind] = None
    for hint in typing.get_type_hints(kind).values():
        for part in _parts(hint):
            if is_dataclass(part) or issubclass(part, msgspec.Struct | Enum):
                _collect(part, told)


def _parts(hint: Any) -> Iterator[type]:
    if typing.get_origin(hint) in {typing.ClassVar, typing.Literal}:
        return
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias):
        yield hint
    for argument in typing.get_args(hint):
        yield from _parts(argument)


def _fields_table(kind: type) -> str:
    title = f"### {kind.__name__}"
    if issubclass(kind, Event) and kind.VERSION > 1:
        title += f" (version {kind.VERSION})"
    says = " ".join(line.strip() for line in _said_of(kind).splitlines()).strip()
    head = f"{title}\n\n{says}\n" if says else f"{title}\n"
    if issubclass(kind, Enum):
        return head + "\n" + ", ".join(f"`{one.value}`" for one in kind)
    rows = [
        f"| `{name}` | {type_} | {'optional' if optional else ''} |"
        for name, type_, optional in _fields_of(kind)
    ]
    if not rows:
        return head.rstrip()
    return "\n".join((head, "| field | type | |", "|---|---|---|", *rows))


def _said_of(kind: type) -> str:
    own: str | None = kind.__dict__.get("__doc__")  # never that of a base class
    written = inspect.cleandoc(own or "")
    return "" if written.startswith(f"{kind.__name__}(") else written.replace("``", "`")


def _fields_of(kind: type) -> Iterator[tuple[str, str, bool]]:
    hints = typing.get_type_hints(kind, include_extras=False)
    if issubclass(kind, msgspec.Struct):
        for one in msgspec.structs.fields(kind):
            yield one.name, _type_words(hints[one.name]), not one.required
        return
    declared: Any = kind
    for field in fields(declared):
        optional = field.default is not MISSING or field.default_factory is not MISSING
        yield field.name, _type_words(hints[field.name]), optional


_WORDS: dict[Any, str] = {
    str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null",
    datetime: "time (ISO 8601 with offset)", date: "date (ISO 8601)", bytes: "base64",
    Any: "anything", msgspec.Raw: "object",
}  # fmt: skip


def _type_words(hint: Any) -> str:
    if hint in _WORDS:
        return _WORDS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return " or ".join(f'`"{one}"`' for one in arguments)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(map(_type_words, arguments))
    if origin in {tuple, list, frozenset}:
        inside = [one for one in arguments if one is not Ellipsis]
        return "list of " + ", ".join(map(_type_words, inside))
    if origin is dict or (origin is not None and len(arguments) == 2):
        return f"object, {_type_words(arguments[1])} by {_type_words(arguments[0])}"
    return f"`{getattr(hint, '__name__', str(hint))}`"


# -- the generated parts of the documents ---------------------------------------------------------


def filled_in(text: str) -> str:
    """The document with each part between ``<!-- name -->`` and ``<!-- end name -->`` anew."""
    for name, made in (
        ("endpoints", endpoint_table), ("messages", message_tables), ("events", event_tables)
    ):  # fmt: skip
        begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->"
        if begin in text:
            before, _, rest = text.partition(begin)
            text = f"{before}{begin}{made()}\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    for name in ("protocol.md", "events.md"):
        path = Path(__file__).parents[1] / "docs" / name
        path.write_text(filled_in(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

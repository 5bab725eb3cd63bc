"""Publish what an item file may hold as a JSON Schema, made from the types that read it."""

from __future__ import annotations

from typing import Any

import msgspec

from app.domain.catalogue import Item
from app.domain.code_sets import CodeSets
from app.services.catalogue import ID_PATTERN


def item_schema(codes: CodeSets) -> dict[str, Any]:
    """One item or an array of items; JSON Schema 2020-12."""
    (item,), parts = msgspec.json.schema_components((Item,), ref_template="#/$defs/{name}")
    for part in parts.values():
        if part.get("type") == "object":
            part["additionalProperties"] = False
            part.pop("description", None)
    for name in ("Material", "Question", "Option"):
        parts[name]["properties"]["id"]["pattern"] = f"^{ID_PATTERN}$"
    of_item = parts["Item"]["properties"]
    of_item["level"]["enum"] = list(codes.get("level").codes)
    of_item["served"]["items"]["enum"] = list(codes.get("served").codes)
    types = codes.get("item_type")
    of_item["type"]["pattern"] = f"^({'|'.join(types.codes)}|{types.extensible})$"
    sources = codes.get("material_source")
    parts["Material"]["properties"]["source"]["enum"] = list(sources.codes)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OneWindow item list",
        "anyOf": [item, {"type": "array", "items": item}],
        "$defs": parts,
    }
    found: dict[str, Any] = msgspec.to_builtins(schema)
    return found

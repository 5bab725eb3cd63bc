"""Publish what an item file may hold as a JSON Schema, made from the types that read it."""

from __future__ import annotations

from typing import Any

import msgspec

from app.domain.bundle import Bundle
from app.domain.catalogue import Item
from app.domain.code_sets import CodeSets
from app.services.catalogue_faults import ID_PATTERN


def item_schema(codes: CodeSets) -> dict[str, Any]:
    """An item, a bundle, an array of them, or an object of both arrays; JSON Schema 2020-12."""
    (item, bundle), parts = msgspec.json.schema_components(
        (Item, Bundle), ref_template="#/$defs/{name}"
    )
    for part in parts.values():
        if part.get("type") == "object":
            part["additionalProperties"] = False
            part.pop("description", None)
    for name in ("Material", "Question", "Option", "FormField"):
        parts[name]["properties"]["id"]["pattern"] = f"^{ID_PATTERN}$"
    of_item, of_material = parts["Item"]["properties"], parts["Material"]["properties"]
    of_item["level"]["enum"] = list(codes.get("level").codes)
    for field, name in (
        ("served", "served"),
        ("channels", "channel"),
        ("special_procedures", "special_procedure"),
    ):
        of_item[field]["items"]["enum"] = list(codes.get(name).codes)
    of_item["power_source"]["enum"] = ["", *codes.get("power_source").codes]
    parts["Department"]["properties"]["nature"]["enum"] = ["", *codes.get("authority").codes]
    types = codes.get("item_type")
    of_item["type"]["pattern"] = f"^({'|'.join(types.codes)}|{types.extensible})$"
    of_material["source"]["enum"] = list(codes.get("material_source").codes)
    of_material["licence"]["pattern"] = f"^({ID_PATTERN})?$"
    both = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "bundles": {"type": "array", "items": bundle},
        },
        "additionalProperties": False,
        "minProperties": 1,
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OneWindow item list",
        "anyOf": [item, bundle, {"type": "array", "items": {"anyOf": [item, bundle]}}, both],
        "$defs": parts,
    }
    found: dict[str, Any] = msgspec.to_builtins(schema)
    return found

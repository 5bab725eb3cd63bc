"""What a model of slip printer can do, by its name in ``resources/slip_printers.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import IntEnum
from importlib.resources import files


class SlipWidth(IntEnum):
    """Paper width in mm; the value is what such heads print across, in dots at 203 dpi."""

    MM_58 = 384
    MM_80 = 576


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipProfile:
    """``raster`` for a printer without Chinese characters; without ``cut`` paper is torn off.
    ``page``: drawn as a PDF, for a queue that knows its printer itself, or a folder."""

    width: SlipWidth = SlipWidth.MM_80
    raster: bool = False
    cut: bool = True
    drawer: bool = False
    buzzer: bool = False
    page: bool = False


def find_profile(model: str) -> SlipProfile | None:
    """None for a model that the file does not name."""
    text = files("resources").joinpath("slip_printers.json").read_text(encoding="utf-8")
    found = json.loads(text).get(model)
    if found is None:
        return None
    flags = {f.name: bool(found[f.name]) for f in fields(SlipProfile)[1:] if f.name in found}
    return SlipProfile(width=SlipWidth(found["width"]), **flags)

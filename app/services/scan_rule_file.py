"""Read the hall's scanning rules (``scanning.json`` beside its other data), checked or not at all.

``{"default": {"mode": "grey", "dpi": 200, "output": "pdf", "megabytes": 5},
"types": {"1": {…}}, "materials": {"the material's id": {…}}}``; what is left out is as shipped.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.domain.decoding import decode
from app.domain.errors import AppError, Blame
from app.domain.scan_rules import ScanRules

NAME = "scanning.json"
_LARGEST = 1024 * 1024


class ScanRulesUnreadable(AppError):
    """The hall's scanning rules are no rules."""

    code = "SCAN-RULES"
    blame = Blame.DATA


def load_scan_rules(hall_folder: Path) -> ScanRules:
    """Raises ScanRulesUnreadable; a hall without the file has the rules as shipped."""
    path = hall_folder / NAME
    try:
        with path.open("rb") as file:
            rules = decode(file.read(_LARGEST), ScanRules)
    except FileNotFoundError:
        return ScanRules()
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError):
        raise ScanRulesUnreadable(file=NAME) from None
    if not rules.sound():
        raise ScanRulesUnreadable(file=NAME)
    return rules

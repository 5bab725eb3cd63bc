"""What every fact is: a frozen dataclass in the past tense.

An event's class name is its ``kind`` in the journal; ``VERSION`` rises when a field changes its
meaning. Fields may be added with a default, never removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    VERSION: ClassVar[int] = 1

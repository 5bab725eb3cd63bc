"""One page of a paper as a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPage:
    """``rows`` are RGB bytes."""

    width: int
    height: int
    rows: bytes

"""Read one card without a screen, and show a read as plain fields for commands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

from app.devices.cards.driver import Driver
from app.domain.person import CardRead
from app.ports import ReaderStep


def read_once(driver: Driver, timeout: float, tell: Callable[[ReaderStep], None]) -> CardRead:
    """Wait for one card and read it, in the caller's thread. Raises CardError."""
    try:
        return driver.read(timeout, tell, threading.Event())
    finally:
        driver.close()


def card_fields(card: CardRead) -> dict[str, Any]:
    """Name to value, dates as ISO 8601; ``valid_to`` None is 长期."""

    def shown(day: date | None) -> str | None:
        return day.isoformat() if day else None

    person = card.person
    return {
        "document": card.document.value,
        "name": person.name,
        "name_latin": person.name_latin,
        "sex": person.sex.value,
        "nation": person.nation,
        "nationality": person.nationality,
        "birth": shown(person.birth),
        "address": person.address,
        "number": person.number,
        "issuer": card.issuer,
        "valid_from": shown(card.valid_from),
        "valid_to": shown(card.valid_to),
        "reader": card.reader,
    }

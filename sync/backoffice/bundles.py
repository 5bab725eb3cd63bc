"""Take in what was chosen and decided of a bundle (一件事): its cases stand by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from app.domain.errors import BadEntry, BundleFixed, NotReady
from app.domain.event import Event
from app.domain.events import BundleChosen, BundleDecided
from app.domain.journal import Entry
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Transaction
from sync.backoffice.lineage import former_devices
from sync.backoffice.numbers import NumberBook
from sync.errors import CaseElsewhere
from sync.wire import is_name

_MOST = 50  # items of one bundle


@dataclass(slots=True)
class _Held:
    device: str  # where it was chosen, and is decided
    decided: bool
    chosen: tuple[str, str, str] | None = None  # name, cases, time: its row is to be made
    number: tuple[str, str, str] | None = None  # number, check, time: to be written


class BundleBook:
    """The bundles that one batch touches: followed in memory, written once."""

    def __init__(
        self, connection: Transaction, pattern: NumberPattern | None, numbers: NumberBook
    ) -> None:
        self._connection = connection
        self._pattern = pattern
        self._numbers = numbers
        self._held: dict[str, _Held] = {}  # by subject

    def look_up(self, subjects: Iterable[str]) -> None:
        rows = self._connection.among(
            "SELECT id, device, number FROM bundles WHERE id IN ({})",
            [subject.removeprefix("bundle:") for subject in subjects],
        )
        for bundle, device, number in rows:
            self._held[f"bundle:{bundle}"] = _Held(device=device, decided=number is not None)

    def apply(self, entry: Entry, event: Event, at: str) -> None:
        """Decide one event. Raises AppError with the reason; then it is as before."""
        if entry.subject.removeprefix("bundle:") in {"", entry.subject}:
            raise BadEntry(kind=entry.kind, version=entry.version)
        one = self._held.get(entry.subject)
        match event:
            case BundleChosen():
                if one is not None:
                    raise BundleFixed
                members = event.cases
                many = not 2 <= len(set(members)) == len(members) <= _MOST
                if many or not all(map(is_name, members)):
                    raise BadEntry(kind=entry.kind, version=entry.version)
                chosen = (event.name, msgspec.json.encode(members).decode(), at)
                self._held[entry.subject] = _Held(entry.device, decided=False, chosen=chosen)
            case BundleDecided():
                if one is None:
                    raise NotReady(need="bundle")
                if one.device != entry.device and one.device not in former_devices(
                    self._connection, entry
                ):
                    raise CaseElsewhere(window=one.device)
                if one.decided:
                    raise BundleFixed
                pattern = self._pattern
                serial = pattern.get_bundle_serial(event.number) if pattern else None
                self._numbers.check(entry, event.number, serial)
                self._numbers.give(event.number, entry.subject.removeprefix("bundle:"))
                one.decided, one.number = True, (event.number, event.check, at)
            case _:
                raise BadEntry(kind=entry.kind, version=entry.version)

    def keep(self) -> None:
        """Write the rows of the bundles that changed."""
        for subject, one in self._held.items():
            bundle = subject.removeprefix("bundle:")
            if one.chosen:
                name, members, at = one.chosen
                self._connection.execute(
                    "INSERT INTO bundles (id, name, cases, device, updated_at) VALUES (?,?,?,?,?)",
                    (bundle, name, members, one.device, at),
                )
            if one.number:
                self._connection.execute(
                    "UPDATE bundles SET number = ?, check_code = ?, updated_at = ? WHERE id = ?",
                    (*one.number, bundle),
                )

"""Take in what was chosen and decided of a bundle (一件事): its cases stand by themselves."""

from __future__ import annotations

import msgspec

from app.domain.errors import BadEntry, BundleFixed, NotReady
from app.domain.event import Event
from app.domain.events import BundleChosen, BundleDecided
from app.domain.journal import Entry
from sync.backoffice.cases import NumberPattern, check_number
from sync.backoffice.database import Transaction
from sync.errors import CaseElsewhere
from sync.wire import is_name

_MOST = 50  # items of one bundle


def take(connection: Transaction, entry: Entry, event: Event, numbers: NumberPattern) -> None:
    """Decide and keep one event. Raises AppError with the reason; then nothing was written."""
    bundle = entry.subject.removeprefix("bundle:")
    row = connection.execute(
        "SELECT device, number FROM bundles WHERE id = ?", (bundle,)
    ).fetchone()
    match event:
        case BundleChosen():
            if row is not None:
                raise BundleFixed
            _choose(connection, bundle, entry, event)
        case BundleDecided():
            if row is None:
                raise NotReady(need="bundle")
            if row[0] != entry.device:
                raise CaseElsewhere(window=row[0])
            if row[1] is not None:
                raise BundleFixed
            check_number(connection, entry, event.number, numbers.get_bundle_serial(event.number))
            connection.execute(
                "UPDATE bundles SET number = ?, check_code = ?, updated_at = ? WHERE id = ?",
                (event.number, event.check, entry.at.isoformat(), bundle),
            )
        case _:
            raise BadEntry(kind=entry.kind, version=entry.version)


def _choose(connection: Transaction, bundle: str, entry: Entry, event: BundleChosen) -> None:
    members = event.cases
    if not 2 <= len(set(members)) == len(members) <= _MOST or not all(map(is_name, members)):
        raise BadEntry(kind=entry.kind, version=entry.version)
    connection.execute(
        "INSERT INTO bundles (id, name, cases, device, updated_at) VALUES (?,?,?,?,?)",
        (
            bundle, event.name, msgspec.json.encode(members).decode(), entry.device,
            entry.at.isoformat(),
        ),
    )  # fmt: skip

"""Know that one person has one open ticket in a business, without knowing who anybody is.

A name is kept only where the hall's rules show names on the board: masked, and for the day.

An identity number is kept nowhere. Its digest under a key of the day says that it came before; the
key is thrown away with the day, and then nobody can tell whose digest it was.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from app.domain.masking import mask_name
from app.domain.ticket import OPEN_STATES
from sync.backoffice.database import Transaction
from sync.backoffice.queue.rows import TicketRow, find_row
from sync.people import tidy


def digest_of(
    connection: Transaction, day: str, id_number: str, business: str,
    random: Callable[[int], bytes],
) -> str:  # fmt: skip
    row = connection.execute("SELECT secret FROM queue_day_keys WHERE day = ?", (day,)).fetchone()
    if row is None:
        forget_other_days(connection, day)
        row = (random(32).hex(),)
        connection.execute("INSERT INTO queue_day_keys (day, secret) VALUES (?,?)", (day, *row))
    said = f"{tidy(id_number)}\n{business}".encode()
    return hmac.new(bytes.fromhex(row[0]), said, hashlib.sha256).hexdigest()


def find_open(connection: Transaction, digest: str) -> TicketRow | None:
    row = connection.execute(
        "SELECT ticket FROM queue_persons WHERE digest = ?", (digest,)
    ).fetchone()
    found = find_row(connection, row[0]) if row else None
    return found if found is not None and found.ticket.state in OPEN_STATES else None


def remember(connection: Transaction, digest: str, day: str, ticket_id: str) -> None:
    connection.execute(
        "INSERT INTO queue_persons (digest, day, ticket) VALUES (?,?,?)"
        " ON CONFLICT (digest) DO UPDATE SET ticket = excluded.ticket",
        (digest, day, ticket_id),
    )


def remember_name(connection: Transaction, ticket_id: str, day: str, name: str) -> None:
    connection.execute(
        "INSERT INTO queue_names (ticket, day, name) VALUES (?,?,?)"
        " ON CONFLICT (ticket) DO NOTHING",
        (ticket_id, day, mask_name(name)),
    )


def forget_other_days(connection: Transaction, day: str) -> None:
    connection.execute("DELETE FROM queue_day_keys WHERE day <> ?", (day,))
    connection.execute("DELETE FROM queue_persons WHERE day <> ?", (day,))
    connection.execute("DELETE FROM queue_names WHERE day <> ?", (day,))

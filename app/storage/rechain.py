"""Go on under a new install, where the former chain cannot: a restored or copied disk, or another
name for this device.

What the back office had decided stays in the former chain, which still verifies. What it had not is
sealed anew behind a ``DeviceReenrolled``, keeping ids, times and order: so a fact that it has from
elsewhere is known by its id. Numbers and tickets that were leased to the former chain may be in
use by a copy of it, and are not used any more. All of it is one transaction.
"""

from __future__ import annotations

from app.domain.clock import Hlc, tick
from app.domain.events import DeviceReenrolled
from app.domain.journal import GENESIS, Entry, entry_hash, seal
from app.storage.database import Statements, writing
from app.storage.journal_table import INSERT, SELECT, entry_of, row_of
from app.storage.projections import project
from app.storage.set_aside_table import close_block
from app.storage.store import Store

ACTOR = "system"


def rechain(store: Store, *, device: str, install: str) -> int:
    """Returns how many facts were sealed anew. Where ``install`` is the chain already, nothing is
    done: this was finished before. Raises StoreError; then nothing is changed."""
    with writing(store.engine) as connection:
        former = connection.exec_driver_sql("SELECT device, install, acknowledged FROM chain").one()
        if former[1] == install:
            store.adopt(former[0], install)
            return 0
        opening = _open_chain(store, connection, former[1], former[2], device, install)
        count = _seal_anew(connection, former[1], former[2], opening)
        _leave_leases(connection)
        project(connection, opening, _reenrolled(former[1], former[2]), own=True)
        connection.exec_driver_sql(
            "INSERT INTO former_chains (install, device, acknowledged, ended_at) "
            "VALUES (?, ?, ?, ?)",
            (former[1], former[0], former[2], opening.at.isoformat()),
        )
        connection.exec_driver_sql(
            "UPDATE chain SET device = ?, install = ?, acknowledged = 0, heard = max(heard, ?)",
            (device, install, opening.hlc),
        )
        # The feed is taken from its beginning: what it told of the former chain as this window's
        # own may be a fact of the copy that is not here.
        connection.exec_driver_sql("UPDATE feed SET cursor = ''")
    store.adopt(device, install)
    return count


def _reenrolled(former: str, acknowledged: int) -> DeviceReenrolled:
    return DeviceReenrolled(former=former, acknowledged=acknowledged)


def _open_chain(
    store: Store, connection: Statements, former: str, acknowledged: int, device: str, install: str
) -> Entry:
    """The first fact of the new chain; it happens after all that is known here."""
    heard, last = connection.exec_driver_sql(
        "SELECT heard, (SELECT max(hlc) FROM journal WHERE install = ?) FROM chain", (former,)
    ).one()
    latest = max((Hlc.parse(text) for text in (heard, last) if text), default=Hlc())
    at = store.clock.now()
    opening = seal(
        _reenrolled(former, acknowledged), previous=GENESIS, id=store.new_id(), device=device,
        install=install, seq=1, at=at, hlc=tick(latest, at).text(), actor=ACTOR, subject="device",
    )  # fmt: skip
    connection.exec_driver_sql(INSERT, row_of(opening))
    return opening


def _seal_anew(connection: Statements, former: str, acknowledged: int, opening: Entry) -> int:
    previous, place = opening.hash, opening.seq
    while True:
        rows = connection.exec_driver_sql(
            f"{SELECT} WHERE install = ? AND seq > ? ORDER BY seq LIMIT 500",
            (former, acknowledged),
        ).all()
        if not rows:
            return place - opening.seq
        for entry in map(entry_of, rows):
            place += 1
            again = _moved(entry, opening, place, previous)
            previous = again.hash
            connection.exec_driver_sql(INSERT, row_of(again))
            connection.exec_driver_sql(
                "DELETE FROM journal WHERE install = ? AND seq = ?", (former, entry.seq)
            )
            for table in ("set_aside", "parked"):  # as the back office said before it was restored
                connection.exec_driver_sql(
                    f"UPDATE {table} SET install = ?, seq = ? WHERE install = ? AND seq = ?",  # noqa: S608 - constants
                    (again.install, again.seq, former, entry.seq),
                )


def _moved(entry: Entry, opening: Entry, seq: int, previous: str) -> Entry:
    digest = entry_hash(
        previous, id=entry.id, device=opening.device, install=opening.install, seq=seq,
        at=entry.at, hlc=entry.hlc, actor=entry.actor, subject=entry.subject, kind=entry.kind,
        version=entry.version, body_hash=entry.body_hash,
    )  # fmt: skip
    return Entry(
        id=entry.id, device=opening.device, install=opening.install, seq=seq, at=entry.at,
        hlc=entry.hlc, actor=entry.actor, subject=entry.subject, kind=entry.kind,
        version=entry.version, body=entry.body, body_hash=entry.body_hash, hash=digest,
    )  # fmt: skip


def _leave_leases(connection: Statements) -> None:
    """Blocks are closed as they are; the tickets go with the fact itself, also when all is folded
    again."""
    for (first,) in connection.exec_driver_sql("SELECT first FROM number_blocks").all():
        close_block(connection, first)

"""Know whose unsent facts a chain goes on with, and let it hold what its forerunner held.

A succession is recorded when a supervisor's code is spent (``enrolment.grant``); it takes effect
with the new chain's own ``DeviceReenrolled``. Of several copies of one disk the first has the
tickets; a number belongs to whoever brings it first.
"""

from __future__ import annotations

from datetime import datetime

from app.domain.events import DeviceReenrolled
from app.domain.journal import Entry
from sync.backoffice.database import Transaction

Chain = tuple[str, str]  # (device, install)

_DEEPEST = 20  # enrolments one after the other


def may_succeed(connection: Transaction, device: str, former: Chain) -> bool:
    """The device itself, or another where the former chain or its device speaks no more."""
    if former[0] == device:
        return True
    found = connection.execute(
        "SELECT 1 FROM chains WHERE device = ? AND install = ? AND set_aside <> ''"
        " UNION ALL SELECT 1 FROM devices WHERE device = ? AND revoked_at <> '' LIMIT 1",
        (*former, former[0]),
    )
    return found.fetchone() is not None


def note_succession(connection: Transaction, chain: Chain, former: Chain, now: datetime) -> None:
    connection.execute(
        "INSERT INTO successions (device, install, former_device, former_install, at)"
        " VALUES (?,?,?,?,?)"
        " ON CONFLICT (device, install, former_device, former_install) DO NOTHING",
        (*chain, *former, now.isoformat()),
    )


def forerunners(connection: Transaction, device: str, install: str) -> list[Chain]:
    """The chains that this one goes on with, the nearest first."""
    found: list[Chain] = []
    left = [(device, install)]
    while left and len(found) < _DEEPEST:
        rows = connection.execute(
            "SELECT former_device, former_install FROM successions"
            " WHERE device = ? AND install = ? ORDER BY former_device, former_install",
            left.pop(0),
        ).fetchall()
        for row in rows:
            former = (str(row[0]), str(row[1]))
            if former not in found and former != (device, install):
                found.append(former)
                left.append(former)
    return found


def former_devices(connection: Transaction, entry: Entry) -> set[str]:
    """The other names of the device that sealed this entry."""
    formers = forerunners(connection, entry.device, entry.install)
    return {device for device, _ in formers} - {entry.device}


def succeed(connection: Transaction, entry: Entry, event: DeviceReenrolled) -> None:
    """The tickets that the former chain holds go to this one. Those that wait left the window with
    the former chain: they are given again.
    """
    for former in forerunners(connection, entry.device, entry.install):
        if former[1] == event.former:
            connection.execute(
                "UPDATE tickets SET device = ?, install = ?,"
                " confirmed = CASE WHEN state = 'waiting' THEN 0 ELSE confirmed END"
                " WHERE device = ? AND install = ?",
                (entry.device, entry.install, *former),
            )


def opened_at(connection: Transaction, chain: Chain) -> str:
    """The hybrid time of the fact by which it went on with another; "" where it did not."""
    row = connection.execute(
        "SELECT e.hlc FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE c.device = ? AND c.install = ? AND e.seq = 1 AND e.kind = ?",
        (*chain, DeviceReenrolled.__name__),
    ).fetchone()
    return "" if row is None else str(row[0])

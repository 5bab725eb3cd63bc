"""Hold one table of entries against one cut by hall, in a real PostgreSQL, for docs/scaling.md.

``python -m tests.benchmarks.bench_sync_partitions [--rows N] [--halls N]``

The product's own ``entries`` against the same columns and indexes in a table that is cut into a
partition for each hall: batches of 500 by COPY, each its own durable commit, turn and turn about;
then the look-ups that intake makes; then bytes a row. No server process: this is what the database
alone can do.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import psycopg

from sync.backoffice.database import Database
from tests.benchmarks.sync_cases import SHAPES, Chain
from tests.benchmarks.sync_light import Times
from tests.benchmarks.sync_office import some_postgres

_TOGETHER = 500
_COLUMNS = (
    "arrival", "chain", "seq", "id", "first", "at", "hlc", "actor", "subject", "kind", "version",
    "body", "body_hash", "hash", "outcome", "code", "detail", "received_at",
)  # fmt: skip
_CUT = """
CREATE TABLE entries_cut (hall TEXT COLLATE "C" NOT NULL, LIKE entries INCLUDING DEFAULTS)
    PARTITION BY LIST (hall);
ALTER TABLE entries_cut ADD PRIMARY KEY (hall, arrival);
CREATE UNIQUE INDEX ON entries_cut (hall, chain, seq);
CREATE UNIQUE INDEX ON entries_cut (hall, id) WHERE first = 1;
CREATE INDEX ON entries_cut (hall, subject, arrival);
CREATE INDEX ON entries_cut (hall, arrival) WHERE outcome IN ('refused', 'parked');
CREATE INDEX ON entries_cut (hall, arrival) WHERE kind = 'DemandRefused';
"""
Row = Sequence[str | int]


def _batches(rows: int) -> Iterator[list[Row]]:
    """Facts of full cases, with their arrivals."""
    chain, serial, arrival = Chain("W01"), 0, 0
    batch: list[Row] = []
    while arrival < rows:
        serial += 1
        for e in chain.case(serial, SHAPES["full"]):
            arrival += 1
            at = e.at.isoformat()
            batch.append(
                (arrival, 1, e.seq, e.id, 1, at, e.hlc, e.actor, e.subject, e.kind, e.version,
                 e.body, e.body_hash, e.hash, "applied", "", "", at)
            )  # fmt: skip
            if len(batch) == _TOGETHER:
                yield batch
                batch = []


def _copy(connection: psycopg.Connection, table: str, first: Row, batch: list[Row]) -> float:
    columns = ("hall", *_COLUMNS) if first else _COLUMNS
    began = time.perf_counter()
    with connection.transaction(), connection.cursor() as cursor:
        into = f"COPY {table} ({','.join(columns)}) FROM STDIN"
        with cursor.copy(into.encode()) as copy:
            for row in batch:
                copy.write_row((*first, *row))
    return time.perf_counter() - began


def _look_up(connection: psycopg.Connection, table: str, hall: str, ids: Sequence[str]) -> Times:
    """The question of intake: which of these 500 ids are there already."""
    times = Times()
    which = b" AND hall = %s" if hall else b""
    for start in range(0, len(ids), _TOGETHER):
        some = list(ids[start : start + _TOGETHER])
        began = time.perf_counter()
        asked = b"SELECT id, subject FROM " + table.encode() + b" WHERE first = 1 AND id = ANY(%s)"
        connection.execute(asked + which, (some, hall) if hall else (some,)).fetchall()
        times.since(began)
    return times


def _size(connection: psycopg.Connection, table: str) -> tuple[int, int]:
    """(bytes of rows, bytes of indexes), over all partitions."""
    found = connection.execute(
        "SELECT sum(pg_table_size(relid)), sum(pg_indexes_size(relid))"
        " FROM (SELECT relid FROM pg_partition_tree(%s) UNION SELECT %s::regclass) parts",
        (table, table),
    ).fetchone()
    assert found
    return int(found[0]), int(found[1])


def _compare(address: str, rows: int, halls: int) -> None:
    Database.open(address, datetime.now(UTC)).close()
    rng = random.Random(1)
    names = [f"hall-{number:04d}" for number in range(halls)]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO chains (id, device, install, head, seen_at) VALUES (1, 'W01', 'i', '', '')"
        )
        connection.execute(_CUT.encode())
        for name in names:
            part = f"CREATE TABLE \"{name}\" PARTITION OF entries_cut FOR VALUES IN ('{name}')"
            connection.execute(part.encode())
        whole, cut, ids = 0.0, 0.0, []
        for batch in _batches(rows):
            ids += [str(row[3]) for row in batch[::10]]
            whole += _copy(connection, "entries", (), batch)
            cut += _copy(connection, "entries_cut", (rng.choice(names),), batch)
        looked = _look_up(connection, "entries", "", ids)
        looked_cut = _look_up(connection, "entries_cut", names[0], ids)
        table, indexes = _size(connection, "entries")
        table_cut, indexes_cut = _size(connection, "entries_cut")
    print(
        f"PostgreSQL alone, {rows:,} entries by COPY, {_TOGETHER} a durable commit: one table "
        f"{rows / whole:,.0f} rows/s, {halls} partitions by hall {rows / cut:,.0f} rows/s, ratio "
        f"{whole / cut:.2f}; are these {_TOGETHER} ids known: {looked.at(0.5):.1f} and "
        f"{looked_cut.at(0.5):.1f} ms; bytes a row {table / rows:,.0f} + {indexes / rows:,.0f} of "
        f"indexes, cut {table_cut / rows:,.0f} + {indexes_cut / rows:,.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--halls", type=int, default=200)
    asked = parser.parse_args()
    with some_postgres() as postgres:
        _compare(postgres.new_database(), asked.rows, asked.halls)


if __name__ == "__main__":
    main()

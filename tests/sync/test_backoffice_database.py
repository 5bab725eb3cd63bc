"""Both databases behind one door: the same statements, the same answers, the same failures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from sync.backoffice import database as module
from sync.backoffice.database import Database, IntegrityBroken
from sync.backoffice.postgres import in_dialect, in_types
from sync.errors import ServerTrouble, StoreTooNew, StoreUnreachable
from tests.postgres import PostgresServer

NOW = datetime(2026, 11, 20, tzinfo=UTC)
_CHAIN = "INSERT INTO chains (id, device, install, head, seen_at) VALUES (?,?,'i','','')"


@pytest.fixture
def database(new_database: Callable[[], Path | str]) -> Iterator[Database]:
    opened = Database.open(new_database(), NOW)
    yield opened
    opened.close()


def devices(database: Database) -> list[str]:
    with database.read() as reader:
        return [row[0] for row in reader.execute("SELECT device FROM chains ORDER BY id")]


def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as writer:
        writer.execute(_CHAIN, (1, "W01"))
        raise ZeroDivisionError
    assert devices(database) == []
    with database.write() as writer:
        writer.execute(_CHAIN, (1, "W01"))
        with pytest.raises(ZeroDivisionError), writer.savepoint():
            writer.execute(_CHAIN, (2, "W02"))
            raise ZeroDivisionError
        with writer.savepoint():
            writer.execute(_CHAIN, (3, "W03"))
    assert devices(database) == ["W01", "W03"]


@pytest.mark.parametrize(
    "values", [(1, "W09"), (5, "W01"), (2**63, "W08"), (6, "half \ud800"), (7, None)]
)
def test_what_the_tables_refuse_is_one_error(database: Database, values: tuple[int, str]) -> None:
    with database.write() as writer:
        writer.execute(_CHAIN, (1, "W01"))
        with pytest.raises(IntegrityBroken), writer.savepoint():
            writer.execute(_CHAIN, values)
        with pytest.raises(IntegrityBroken), writer.savepoint():
            writer.executemany(_CHAIN, [(8, "W05"), values])
        with pytest.raises(IntegrityBroken), writer.savepoint():
            rows = [(device, chain, "i", "", "") for chain, device in ((8, "W05"), values)]
            writer.insert("chains", ("device", "id", "install", "head", "seen_at"), rows)
        writer.execute(_CHAIN, (2, "W02"))
    assert devices(database) == ["W01", "W02"]


def test_many_rows_and_many_values(database: Database) -> None:
    columns = ("id", "device", "install", "head", "seen_at")
    rows = [(n, f"W{n}", "i", "\\ \t\n\"' 镇", "") for n in range(1, 1301)]
    asked = "SELECT device, head, id FROM chains WHERE device IN ({}) AND set_aside = ''"
    with database.write() as writer:
        writer.insert("chains", columns, rows)
        wanted = [f"W{n}" for n in range(1, 1301, 2)]
        found = writer.among(asked, [*wanted, *wanted, "nobody"])
        assert writer.among(asked, []) == []
    assert sorted(row[2] for row in found) == list(range(1, 1301, 2))
    assert {row[1] for row in found} == {"\\ \t\n\"' 镇"}


def test_marks_types_and_words(database: Database) -> None:
    with database.write() as writer:
        writer.execute("CREATE TABLE odd (window TEXT PRIMARY KEY, n BIGINT NOT NULL)")
        writer.execute("INSERT INTO odd (window, n) VALUES (?, ?)", ("a?b%", True))
        writer.execute("INSERT INTO odd (window, n) VALUES (?, ?)", ("Z", 2**62))
        found = writer.execute(
            "SELECT window, n FROM odd WHERE window <> '?%' AND n <> ? ORDER BY window", (7,)
        )
        assert [column[0] for column in found.description or ()] == ["window", "n"]
        assert found.fetchall() == [("Z", 2**62), ("a?b%", 1)]  # byte by byte


def test_writers_come_one_after_another(database: Database) -> None:
    """Two threads, as two processes: what is read stays true until the end of the transaction."""

    def add(device: str) -> None:
        for _ in range(20):
            with database.write() as writer:
                last = writer.execute("SELECT coalesce(max(id), 0) FROM chains").fetchone()[0]
                writer.execute(_CHAIN, (last + 1, f"{device}{last}"))

    threads = [threading.Thread(target=add, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(devices(database)) == 60


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as reader:
        count = "SELECT count(*) FROM chains"
        assert reader.execute(count).fetchone() == (0,)
        with database.write() as writer:
            writer.execute(_CHAIN, (1, "W01"))
        assert reader.execute(count).fetchone() == (0,)
    assert devices(database) == ["W01"]


def test_steps_come_once_in_order_also_where_one_came_late(
    new_database: Callable[[], Path | str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = new_database()
    steps = [(1, "CREATE TABLE a (n INTEGER); -- ;"), (4, "CREATE TABLE d (n INTEGER)")]
    monkeypatch.setattr(module, "steps", lambda: steps)
    Database.open(place, NOW).close()
    Database.open(place, NOW).close()
    steps.insert(1, (3, "CREATE TABLE c (n INTEGER)"))
    opened = Database.open(place, NOW)
    with opened.read() as reader:
        reader.execute("SELECT a.n, c.n, d.n FROM a, c, d")
        done = [row[0] for row in reader.execute("SELECT number FROM schema_steps ORDER BY number")]
    opened.close()
    assert done == [1, 3, 4]
    monkeypatch.setattr(module, "steps", lambda: steps[:2])
    with pytest.raises(StoreTooNew):
        Database.open(place, NOW)


def test_several_may_start_at_once(new_database: Callable[[], Path | str]) -> None:
    place = new_database()
    with ThreadPoolExecutor(4) as pool:
        for started in [pool.submit(Database.open, place, NOW) for _ in range(4)]:
            started.result().close()
    opened = Database.open(place, NOW)
    assert devices(opened) == []
    opened.close()


# -- PostgreSQL alone ------------------------------------------------------------------------------


def test_a_server_that_restarts_costs_one_answer_at_most(postgres: PostgresServer) -> None:
    opened = Database.open(postgres.new_database(), NOW)
    with pytest.raises(ServerTrouble), opened.write() as writer:
        writer.execute(_CHAIN, (1, "W01"))
        postgres.stop("immediate")
        writer.execute(_CHAIN, (2, "W02"))
    with pytest.raises(ServerTrouble), opened.read():
        pass
    postgres.start()
    assert devices(opened) == []
    opened.close()


def test_a_hanging_writer_does_not_hold_the_others_for_ever(postgres: PostgresServer) -> None:
    address = postgres.new_database()
    opened, other = Database.open(address, NOW), Database.open(address, NOW)
    with opened.write(), pytest.raises(ServerTrouble) as failed, other.write():
        pass
    assert "55P03" in str(failed.value.details)
    assert devices(other) == []
    opened.close()
    other.close()


def test_what_is_acknowledged_is_on_the_disk(postgres: PostgresServer) -> None:
    address = postgres.new_database()
    with psycopg.connect(address, autocommit=True) as maker:
        maker.execute("ALTER DATABASE " + maker.info.dbname + " SET synchronous_commit = off")
    opened = Database.open(address, NOW)
    with opened.write() as writer:
        assert writer.execute("SHOW synchronous_commit").fetchone() == ("on",)
    opened.close()


def test_an_address_without_a_server_says_so_and_tells_no_password() -> None:
    with pytest.raises(StoreUnreachable) as failed:
        Database.open("postgresql://clerk:s3cret@127.0.0.1:1/hall", NOW)
    assert "s3cret" not in str(failed.value)
    assert "s3cret" not in str(failed.value.details)
    assert failed.value.__cause__ is None


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable):
        Database.open(tmp_path / "nowhere" / "backoffice.db", NOW)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreUnreachable):
        Database.open(broken, NOW)


def test_statements_are_translated() -> None:
    assert in_dialect("SELECT '?', window FROM c WHERE a LIKE 'x%' AND b = ?") == (
        b"SELECT '?', \"window\" FROM c WHERE a LIKE 'x%%' AND b = %s"
    )
    assert in_types("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE) STRICT") == (
        'CREATE TABLE t (a BIGINT PRIMARY KEY, b TEXT COLLATE "C" UNIQUE)'
    )

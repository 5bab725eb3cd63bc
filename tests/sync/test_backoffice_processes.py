"""Several real server processes over one real PostgreSQL: one order, one truth, news for all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import requests

from app.domain.events import CaseNumbersLeased
from app.domain.journal import GENESIS, Entry
from sync.feed import FEED_PATH
from sync.wire import PUSH_PATH, encode_batch
from tests.postgres import PostgresServer
from tests.sync.hall import SealedChain
from tests.sync.world import Answering, Served, enrol, enrolled, free_port, wait_until

_ROOT = Path(__file__).parents[2]


@contextmanager
def served(data: Path, database: str, processes: int = 1) -> Iterator[Served]:
    data.parent.mkdir(parents=True, exist_ok=True)
    server = Served(data, free_port(), database=database, processes=processes)
    try:
        wait_until(lambda: answers(server), what="the back office answers")
        yield server
    finally:
        if server.process.poll() is None:
            assert server.stop() == 0


def answers(server: Answering) -> bool:
    try:
        return requests.get(server.url + "/health", timeout=10).ok
    except requests.RequestException:
        return False


def workers_of(server: Served) -> list[int]:
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(child) for child in children]


def rows(database: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as reader:
        return reader.execute(sql.encode()).fetchall()


def leased(server: Answering, device: str) -> SealedChain:
    answer = server.lease(request=f"lease-{device}", device=device, numbers=True)
    assert answer.status_code == 200, answer.text
    block = answer.json()["block"]
    chain = SealedChain(device)
    chain.add(CaseNumbersLeased(first=block["first"], last=block["last"]), "device")
    return chain


def add_cases(chain: SealedChain, first: int, count: int) -> list[list[Entry]]:
    serials = range(first, first + count)
    return [chain.add_case(f"{chain.device.lower()}-{serial}", serial) for serial in serials]


def first_of(chain: SealedChain) -> int:
    return int(chain.entries[0].body.split('"first":')[1].split(",")[0].split("}")[0])


def assert_chains_hold(database: str) -> None:
    """Each chain without a gap, in its order, from its first entry to its head."""
    found = rows(
        database,
        "SELECT c.device, e.seq, e.arrival, e.hash, c.head, c.acknowledged FROM entries e"
        " JOIN chains c ON c.id = e.chain WHERE c.device LIKE 'W%' ORDER BY c.device, e.seq",
    )
    by_device: dict[str, list[tuple[Any, ...]]] = {}
    for row in found:
        by_device.setdefault(row[0], []).append(row)
    for told in by_device.values():
        assert [row[1] for row in told] == list(range(1, len(told) + 1))
        arrivals = [row[2] for row in told]
        assert arrivals == sorted(arrivals)
        assert told[-1][3] == told[-1][4] != GENESIS
        assert told[-1][5] == len(told)
    arrivals = [row[0] for row in rows(database, "SELECT arrival FROM entries ORDER BY arrival")]
    assert arrivals == list(range(1, len(arrivals) + 1))


def test_windows_on_two_servers_are_in_one_order(tmp_path: Path, postgres: PostgresServer) -> None:
    """Two machines, as it were: each with its own folder, one database."""
    database = postgres.new_database()
    with (
        served(tmp_path / "a" / "data", database) as one,
        served(tmp_path / "b" / "data", database) as two,
    ):
        # Enrolled at one, known at both: what a token stands for is in the database.
        tokens = {device: enrolled(one, device) for device in ("W01", "W02", "W03", "W04")}
        chains = {device: leased(one, device) for device in tokens}
        cases = {device: add_cases(c, first_of(c), 12) for device, c in chains.items()}

        def bring(device: str) -> None:
            headers = one.headers(device)
            with requests.Session() as session:
                batches = [chains[device].entries[:1], *cases[device]]
                for count, batch in enumerate(batches):
                    there = (one, two)[(count + int(device[-1])) % 2]  # now here, now there
                    _, body = encode_batch(batch)
                    answer = session.post(
                        there.url + PUSH_PATH, data=body, timeout=30,
                        headers=headers | {"Content-Encoding": "zstd"},
                    )  # fmt: skip
                    assert answer.status_code == 200, answer.text
                    assert answer.json()["exceptions"] == []

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(bring, tokens))
        assert len(rows(database, "SELECT 1 FROM cases WHERE state = 'accepted'")) == 48
        assert_chains_hold(database)


def test_what_comes_in_at_one_server_is_heard_at_the_other(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.new_database()
    with (
        served(tmp_path / "a" / "data", database) as one,
        served(tmp_path / "b" / "data", database) as two,
    ):
        chain = leased(one, "W01")
        headers = one.headers("W02")
        ask = f"{two.url}{FEED_PATH}?install=i2"
        begun = requests.get(f"{ask}&wait=0", headers=headers, timeout=10).json()
        cursor = requests.get(
            f"{ask}&wait=0&cursor={begun['cursor']}", headers=headers, timeout=10
        ).json()["cursor"]
        for serial in range(first_of(chain), first_of(chain) + 5):
            brought = chain.entries[:1] if len(chain.entries) == 1 else []
            case = [*brought, *chain.add_case(f"heard-{serial}", serial)]
            heard: list[requests.Response] = []
            took: list[float] = []

            def listen(at: str, heard: list[requests.Response], took: list[float]) -> None:
                since = time.monotonic()
                heard.append(requests.get(at, headers=headers, timeout=40))
                took.append(time.monotonic() - since)

            listening = threading.Thread(
                target=listen, args=(f"{ask}&wait=25&cursor={cursor}", heard, took)
            )
            listening.start()
            assert one.push(case).ok
            listening.join()
            told = heard[0].json()
            assert {entry["entry"]["subject"] for entry in told["entries"]} == {
                f"case:heard-{serial}"
            }
            assert took[0] < 4, "woken, and not by looking every five seconds"
            cursor = told["cursor"]


def test_a_withdrawn_device_is_soon_refused_by_every_server(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.new_database()
    with (
        served(tmp_path / "a" / "data", database) as one,
        served(tmp_path / "b" / "data", database) as two,
    ):
        former = one.headers("W01")
        ask = f"{two.url}{FEED_PATH}?install=i1&wait=0"
        assert requests.get(ask, headers=former, timeout=10).status_code == 200
        new = enrol(one, "W01", "i9")
        # Its former token ended with that; the other server believes it for two seconds at most.
        until = time.monotonic() + 10
        while requests.get(ask, headers=former, timeout=10).status_code != 403:
            assert time.monotonic() < until
            time.sleep(0.1)
        now = {**former, "Authorization": f"Bearer {new}"}
        assert requests.get(ask, headers=now, timeout=10).status_code == 200


def test_several_that_start_at_the_same_moment_agree_on_an_empty_database(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.new_database()
    data = tmp_path / "data"
    starter = (
        "import sys; from pathlib import Path; from sync.backoffice.app import create_app\n"
        "from sync.backoffice.settings import Settings; from tests.sync.hall import HALL\n"
        "print(flush=True); sys.stdin.readline()\n"  # all of them have come as far as this
        "create_app(Settings(data=Path(sys.argv[1]), hall=HALL, database=sys.argv[2]))\n"
    )
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", starter, str(data), database], cwd=_ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(6)
    ]  # fmt: skip
    for one in starting:
        assert one.stdout
        assert one.stdout.readline() == "\n"
    for one in starting:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[1] for one in starting]
    assert [one.returncode for one in starting] == [0] * 6, said
    steps = rows(database, "SELECT number, count(*) FROM schema_steps GROUP BY number")
    assert steps
    assert {count for _, count in steps} == {1}
    assert len((data / "token").read_text("ascii").strip()) == 43
    assert list(data.glob("token.*")) == []
    with served(data, database, processes=2) as server:
        assert server.get("/health").json()["schema"] == max(number for number, _ in steps)


# -- one back office of several processes ---------------------------------------------------------


def test_a_killed_worker_loses_nothing_and_is_replaced(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.new_database()
    with served(tmp_path / "data", database, processes=2) as server:
        wait_until(lambda: len(workers_of(server)) == 2)
        chains = {device: leased(server, device) for device in ("W01", "W02", "W03")}
        cases = {device: add_cases(c, first_of(c), 30) for device, c in chains.items()}
        acknowledged: dict[str, int] = {}
        ended = threading.Event()

        def bring(device: str) -> None:
            """As a client does: again until there is an answer."""
            headers = server.headers(device) | {"Content-Encoding": "zstd"}
            for batch in [chains[device].entries[:1], *cases[device]]:
                _, body = encode_batch(batch)
                until = time.monotonic() + 60
                while True:
                    try:
                        answer = requests.post(
                            server.url + PUSH_PATH, data=body, headers=headers, timeout=20
                        )
                    except requests.RequestException:
                        answer = None
                    if answer is not None and answer.status_code == 200:
                        break
                    assert time.monotonic() < until, answer and answer.text
                    time.sleep(0.02)
                acknowledged[device] = answer.json()["acknowledged"]
                time.sleep(0.02)

        killed: set[int] = set()

        def kill() -> None:
            while not ended.is_set() and len(killed) < 6:
                there = [pid for pid in workers_of(server) if pid not in killed]
                if len(there) == 2:
                    os.kill(there[0], signal.SIGKILL)
                    killed.add(there[0])
                ended.wait(0.15)

        killing = threading.Thread(target=kill)
        with ThreadPoolExecutor(3) as pool:
            killing.start()
            try:
                list(pool.map(bring, chains))
            finally:
                ended.set()
                killing.join()
        assert killed
        assert acknowledged == dict.fromkeys(chains, 151)
        assert len(rows(database, "SELECT 1 FROM cases WHERE state = 'accepted'")) == 90
        assert_chains_hold(database)
        wait_until(lambda: len(set(workers_of(server)) - killed) == 2, 60, "both are there again")


def test_workers_end_with_their_parent(tmp_path: Path, postgres: PostgresServer) -> None:
    with served(tmp_path / "data", postgres.new_database(), processes=2) as server:
        wait_until(lambda: len(workers_of(server)) == 2)
        workers = workers_of(server)
        server.process.kill()
        server.process.wait(10)
        wait_until(
            lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 30, "they leave"
        )
        assert server.process.stdout
        server.process.stdout.close()


def test_a_file_is_served_by_one_process_only(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "backoffice", "--home", str(tmp_path), "--data",
         str(tmp_path / "data"), "--port", "0", "--processes", "2"],
        cwd=_ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "SYNC-PROCESSES" in done.stdout
    assert "PostgreSQL" in done.stdout

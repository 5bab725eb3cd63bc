"""What an operator sees: health, figures and a log, and nobody's name or number in any of it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import uvicorn

from app.domain.events import CaseNumbersLeased
from sync.backoffice.app import create_app
from sync.backoffice.database import newest_step
from sync.backoffice.settings import Settings
from sync.feed import FEED_PATH
from tests.postgres import PostgresServer
from tests.sync.hall import HALL, SealedChain, number_of
from tests.sync.world import Answering, Served, enrolled, free_port, wait_until

_NAME = "欧阳示例"
_NUMBER = "990100199001010014"


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """Of one process over a file, or of two over PostgreSQL."""
    database, processes = "", 1
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        database, processes = server.new_database(), 2
    served = Served(tmp_path / "data", free_port(), database=database, processes=processes)
    yield served
    assert served.stop() == 0


def leased(server: Answering, device: str) -> SealedChain:
    answer = server.lease(request=f"lease-{device}", device=device, numbers=True)
    assert answer.status_code == 200, answer.text
    block = answer.json()["block"]
    chain = SealedChain(device)
    chain.add(CaseNumbersLeased(first=block["first"], last=block["last"]), "device")
    return chain


def metrics(server: Answering) -> dict[str, float]:
    answer = server.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    found = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            assert name not in found
            found[name] = float(value)
    return found


def log_of(server: Served) -> list[dict[str, Any]]:
    text = (server.data.parent / "backoffice.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def bring_cases(office: Served, count: int) -> SealedChain:
    chain = leased(office, "W01")
    serial = json.loads(chain.entries[0].body)["first"]
    for place in range(count):
        chain.add_case(f"watched-{place}", serial + place, _NAME)
    assert office.push(chain.entries).json()["exceptions"] == []
    return chain


def test_figures_say_what_was_done(office: Served) -> None:
    chain = bring_cases(office, 3)
    parked = [
        chain.add_raw(kind="NotYetKnown", version=1, body="{}", subject="case:watched-0"),
        chain.add_raw(kind="CaseOpened", version=99, body="{}", subject="case:later"),
    ]
    assert len(office.push(parked).json()["exceptions"]) == 2
    assert office.get("/progress/none?check=ABC234").status_code == 404
    assert office.get("/nowhere/at/all").status_code == 404
    cursor = office.get(f"{FEED_PATH}?install=i2&wait=0", "W02").json()["cursor"]
    cursor = office.get(f"{FEED_PATH}?install=i2&wait=0&cursor={cursor}", "W02").json()["cursor"]
    at = f"{FEED_PATH}?install=i2&wait=25&cursor={cursor}"
    waiting = [threading.Thread(target=office.get, args=(at, "W02")) for _ in range(3)]
    for one in waiting:
        one.start()
    wait_until(lambda: metrics(office)["onewindow_feed_listeners"] == 3, what="three listen")

    # Asked of several processes in turn, all of them tell the same.
    told = [metrics(office) for _ in range(6)]
    assert len({found['onewindow_events_total{outcome="applied"}'] for found in told}) == 1
    found = told[0]
    assert found['onewindow_events_total{outcome="applied"}'] == 16
    assert found['onewindow_events_total{outcome="parked"}'] == 2
    assert found["onewindow_entries_parked"] == 2
    assert found["onewindow_chains_set_aside"] == 0
    assert found["onewindow_pages_missing"] == 0
    assert found["onewindow_writes_waiting"] == 0
    assert found["onewindow_disk_free_bytes"] > 0
    assert found["onewindow_schema"] == newest_step()
    wait_until(lambda: metrics(office)["onewindow_workers"] in {1, 2})
    pushes = 'onewindow_requests_total{method="POST",route="/sync/push",status="200"}'
    assert found[pushes] == 2
    assert found['onewindow_request_seconds_count{route="/sync/push"}'] == 2
    assert found["onewindow_write_seconds_count"] >= 4
    none = 'onewindow_requests_total{method="GET",route="none",status="404"}'
    assert found[none] == 1
    progress = 'onewindow_requests_total{method="GET",route="/progress/{number}",status="404"}'
    assert found[progress] == 1
    assert f'onewindow_request_seconds_count{{route="{FEED_PATH}"}}' not in found

    next_serial = json.loads(chain.entries[0].body)["first"] + 10
    assert office.push(chain.add_case("wakes", next_serial)).ok
    for one in waiting:
        one.join(30)
    wait_until(lambda: metrics(office)["onewindow_feed_listeners"] == 0, what="all were answered")


def test_figures_are_for_the_administrator(office: Served) -> None:
    assert requests.get(office.url + "/metrics", timeout=10).status_code == 401
    assert requests.get(
        office.url + "/metrics", headers=office.headers("W01"), timeout=10
    ).status_code == 401  # fmt: skip


def test_neither_log_nor_figures_tell_of_people_and_cases(office: Served) -> None:
    chain = bring_cases(office, 4)
    number = number_of(json.loads(chain.entries[0].body)["first"])
    spoilt = chain.add_raw(
        kind="CaseOpened", version=1, subject="case:x",
        body=json.dumps({"window": _NAME, "number": _NUMBER, "odd": [_NAME]}),
    )  # fmt: skip
    office.push([spoilt])
    office.get(f"/progress/{number}?check=ABC234")
    office.get(f"/progress/{_NAME}?check={_NUMBER}")
    office.get(f"/{_NAME}/{_NUMBER}?q={_NAME}")
    office.post("/v1/people/waiting", json.dumps({"number": _NUMBER, "name": _NAME}).encode())
    office.post("/v1/cases/history", json.dumps({"case": f"watched-0-{_NAME}"}).encode())
    office.post("/sync/push", f'{{"{_NAME}": "{_NUMBER}"}}'.encode())
    office.post("/v1/devices/enrol", json.dumps({"code": _NUMBER, "install": _NAME}).encode())
    office.get("/", **{"User-Agent": _NUMBER, "X-Request-Id": _NUMBER})
    requests.post(office.url + "/sync/lease", data=b"\xff" + _NUMBER.encode(), timeout=10)
    figures = office.get("/metrics").text
    wait_until(lambda: any(line.get("route") == "/sync/lease" for line in log_of(office)))
    written = (office.data.parent / "backoffice.log").read_text(encoding="utf-8")
    tokens = [office.token, enrolled(office, "W01")]
    secrets = [_NAME, "示例", _NUMBER, _NUMBER[6:14], "ABC234", number, "watched-", *tokens]
    for text in (written, figures, json.dumps(log_of(office), ensure_ascii=False)):
        for secret in secrets:
            assert secret not in text, secret
    assert "postgresql://" not in written


def test_each_request_has_one_line_and_an_id(office: Served) -> None:
    chain = leased(office, "W01")
    answer = office.push(chain.entries)
    id_ = answer.headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{6}-[0-9]{6}", id_)
    wait_until(
        lambda: any(
            line["event"] == "request" and line["request"] == id_ for line in log_of(office)
        )
    )
    about = [line for line in log_of(office) if line.get("request") == id_]
    assert [line["event"] for line in about] == ["push", "request"]
    assert about[1]["route"] == "/sync/push"
    assert about[1]["method"] == "POST"
    assert about[1]["status"] == 200
    assert 0 <= about[1]["ms"] < 60_000
    assert about[0]["device"] == "W01"


def test_health_says_why_it_cannot_work(tmp_path: Path, postgres: PostgresServer) -> None:
    database = postgres.new_database()
    served = Served(tmp_path / "data", free_port(), database=database, processes=2)
    try:
        told = served.get("/health")
        assert told.status_code == 200
        assert told.json()["schema"] == newest_step()
        with psycopg.connect(database, autocommit=True) as newer:
            newer.execute("INSERT INTO schema_steps (number, at) VALUES (9999, '')")
            told = served.get("/health")
            newer.execute("DELETE FROM schema_steps WHERE number = 9999")
        assert (told.status_code, told.json()["code"]) == (503, "SYNC-STORE-NEWER")
        postgres.stop()
        try:
            told = served.get("/health")
            assert (told.status_code, told.json()["code"]) == (503, "SYNC-SERVER")
            assert told.json()["ok"] is False
            assert served.get("/health/live").status_code == 200
        finally:
            postgres.start()
        wait_until(lambda: served.get("/health").ok, what="ready again by itself")
    finally:
        assert served.stop() == 0


def test_health_says_that_the_disk_is_full(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", hall=HALL, disk_floor=2**60)
    port = free_port()
    config = uvicorn.Config(create_app(settings), port=port, log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run)
    serving.start()
    try:
        wait_until(lambda: server.started)
        url = f"http://127.0.0.1:{port}"
        told = requests.get(url + "/health", timeout=10)
        assert (told.status_code, told.json()["code"]) == (503, "SYNC-DISK")
        assert told.json()["schema"] == newest_step()
        assert requests.get(url + "/health/live", timeout=10).json()["ok"] is True
    finally:
        server.should_exit = True
        serving.join(20)


def test_a_stop_answers_what_is_running_and_ends_in_time(office: Served) -> None:
    """A slow body, an idle connection and long polls: the body's request is finished."""
    chain = leased(office, "W01")
    headers = office.headers("W01")
    assert office.push(chain.entries).ok
    cursor = office.get(f"{FEED_PATH}?install=i2&wait=0", "W02").json()["cursor"]
    cursor = office.get(f"{FEED_PATH}?install=i2&wait=0&cursor={cursor}", "W02").json()["cursor"]
    polled: list[int] = []
    polls = [
        threading.Thread(
            target=lambda: polled.append(
                office.get(f"{FEED_PATH}?install=i2&wait=25&cursor={cursor}", "W02").status_code
            )
        )
        for _ in range(4)
    ]
    for poll in polls:
        poll.start()
    wait_until(lambda: metrics(office)["onewindow_feed_listeners"] == 4)
    idle = requests.Session()
    idle.get(office.url + "/health", timeout=10)
    begun, stopping = threading.Event(), threading.Event()
    case = chain.add_case("last", json.loads(chain.entries[0].body)["first"])
    from sync.wire import PUSH_PATH, encode_batch

    _, body = encode_batch(case)

    def dripping() -> Iterator[bytes]:
        yield body[:100]
        begun.set()
        stopping.wait(20)
        time.sleep(0.5)
        yield body[100:]

    answered: list[requests.Response] = []
    pushing = threading.Thread(
        target=lambda: answered.append(
            requests.post(
                office.url + PUSH_PATH, data=dripping(), timeout=30,
                headers=headers | {"Content-Encoding": "zstd"},
            )
        )
    )  # fmt: skip
    pushing.start()
    assert begun.wait(10)
    wait_until(lambda: metrics(office)["onewindow_feed_listeners"] == 4)
    since = time.monotonic()
    office.process.terminate()
    stopping.set()
    office.process.wait(30)
    assert time.monotonic() - since < 15
    pushing.join(30)
    for poll in polls:
        poll.join(30)
    idle.close()
    assert polled == [200] * 4
    assert answered[0].status_code == 200
    assert answered[0].json()["acknowledged"] == len(chain.entries)
    assert not (office.data / "port").exists()

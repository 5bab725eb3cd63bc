"""The fictitious department keeps the contract where it should, and survives what is sent to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from sync.line_example.moods import Moods, sayings, ticket_of
from sync.line_example.server import LineExample

TOKEN = "a-token-that-both-sides-know"


def a_case(key: str = "c1:1") -> dict[str, Any]:
    material = {"id": "M1", "name": "申请表", "originals": 1, "copies": 0}
    return {
        "key": key, "round": 1, "number": "99010020261120000001", "department": "示例局",
        "materials": [material],
    }  # fmt: skip


@contextmanager
def line(folder: Path, moods: Moods) -> Iterator[LineExample]:
    server = LineExample(0, TOKEN, folder / "line.db", moods)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def submit(server: LineExample, body: bytes, **headers: str) -> requests.Response:
    told = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "c1:1"} | headers
    return requests.post(
        f"http://127.0.0.1:{server.port}/cases", data=body, headers=told, timeout=10
    )


def test_the_same_seed_says_the_same_and_one_of_it_is_right() -> None:
    for seed in range(50):
        moods = Moods(seed=seed, faults=1.0)
        said = list(sayings(a_case(), moods))
        assert said == list(sayings(a_case(), moods))
        (right,) = [json.loads(one.body) for one in said if one.right]
        assert (right["key"], right["ticket"]) == ("c1:1", ticket_of("c1:1"))
        assert len(said) >= 8
        assert len(list(sayings(a_case(), Moods(seed=seed, faults=0.0)))) == 1
    assert list(sayings(a_case(), Moods(seed=1))) != list(sayings(a_case(), Moods(seed=2)))


def test_it_works_on_a_key_once_over_its_own_restarts(tmp_path: Path) -> None:
    body = json.dumps(a_case()).encode()
    calm = Moods(faults=0.0, late=0.0)
    with line(tmp_path, calm) as server:
        first = submit(server, body).json()
    with line(tmp_path, calm) as server:
        assert submit(server, body).json() == first == {"ticket": ticket_of("c1:1")}
        page = requests.get(
            f"http://127.0.0.1:{server.port}/answers", params={"after": ""}, timeout=10,
            headers={"Authorization": f"Bearer {TOKEN}"},
        ).json()  # fmt: skip
        assert [one["key"] for one in page["answers"]] == ["c1:1"]
        assert [one["times"] for one in server.ledger.told()] == [2]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"Authorization": "Bearer no"}, 401),
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b"{}", {}, 400),
        (b"\xff", {}, 400),
        (json.dumps(a_case("c2:1")).encode(), {}, 400),
    ],
)
def test_what_it_cannot_read_it_refuses_and_lives_on(
    tmp_path: Path, body: bytes, headers: dict[str, str], status: int
) -> None:
    with line(tmp_path, Moods(faults=0.0)) as server:
        assert submit(server, body, **headers).status_code == status
        assert submit(server, json.dumps(a_case()).encode()).status_code == 200

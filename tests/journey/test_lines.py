"""A department's own system decides real windows' cases, with every process its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from app.bootstrap import Client
from app.demo.back_office import EmbeddedBackOffice, own_command
from app.domain.case import Case, CaseState
from app.services.sign_in import Session
from sync.backoffice.database import Database
from tests.desk_browser import Browser
from tests.journey.hall import sign_in, wait_until
from tests.journey.test_departments import accepted, window
from tests.postgres import PostgresServer, postgres_server
from tests.sync.world import free_port

TOKEN = "a-token-that-both-sides-know"
PAGE = "/desk/office/lines"
DEPARTMENT = "示例县公安局"  # of the item that `accepted` serves


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


class Hall:
    """A back office whose plan names one line. With PostgreSQL it has two processes."""

    def __init__(self, folder: Path, place: Path | str) -> None:
        self.folder = folder
        self.place = place
        self.port = free_port()
        data = folder / "office"
        data.mkdir()
        (data / "line.token").write_text(TOKEN, encoding="ascii")
        line = {
            "name": "police", "department": DEPARTMENT, "token_file": "line.token",
            "url": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip
        (data / "departments.json").write_text(json.dumps({"lines": [line]}), encoding="utf-8")
        self.office = EmbeddedBackOffice(data)
        self.office.start()

    @contextmanager
    def line(self, *options: str) -> Iterator[None]:
        told = ("--data", str(self.folder / "line"), "--port", str(self.port))
        token = ("--token-file", str(self.folder / "office" / "line.token"))
        process = subprocess.Popen(
            own_command("line-example", *told, *token, *options), stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout
            assert json.loads(process.stdout.readline()) == {"port": self.port}
            yield
        finally:
            process.terminate()
            assert process.wait(20) == 0
            assert process.stdout
            process.stdout.close()

    def told(self) -> list[dict[str, Any]]:
        answer = requests.get(
            f"http://127.0.0.1:{self.port}/told", timeout=10,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )  # fmt: skip
        return list(answer.json()["told"])

    def kill(self) -> None:
        """Every process of the back office, at once, without a word."""
        assert self.office._process is not None
        parent = self.office._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for pid in (parent, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        self.office.kill()

    def jobs(self) -> list[tuple[str, str]]:
        """State and ticket."""
        database = Database.open(self.place, datetime.now(UTC))
        with database.read() as reader:
            rows = reader.execute("SELECT state, ticket FROM line_jobs ORDER BY key").fetchall()
        database.close()
        return [(row[0], row[1]) for row in rows]

    def let_claims_run_out(self) -> None:
        database = Database.open(self.place, datetime.now(UTC))
        with database.write() as writer:
            writer.execute("UPDATE line_jobs SET claimed_until = ''")
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hall]:
    place: Path | str = tmp_path / "office" / "backoffice.db"
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("server")
        place = postgres.new_database()
        monkeypatch.setenv("ONEWINDOW_DATABASE", place)
        monkeypatch.setenv("ONEWINDOW_PROCESSES", "2")
    there = Hall(tmp_path, place)
    yield there
    there.office.kill()


def state_of(client: Client, case: Case) -> Case:
    found = client.store.find_case(case.id)
    assert found is not None
    return found


def decided(client: Client, session: Session, case: Case) -> Case:
    """Once the result is at the window; what is asked for meanwhile is brought."""

    def is_finished() -> bool:
        now = state_of(client, case)
        if now.state is CaseState.SUPPLEMENT:
            client.returning.resume(session, case.id)
            for one in now.asked:
                row = next(r for r in client.matters.item(now).materials if r.id == one.material)
                client.reception.receive(
                    session, case.id, row.id, max(1, row.originals), row.copies, row.form
                )
            client.results.supplemented(session, case.id)
        return now.state is CaseState.FINISHED

    wait_until(is_finished, 90, "the line has decided")
    return state_of(client, case)


def test_a_department_at_its_worst_still_decides_and_its_errors_wait_in_sight(
    tmp_path: Path, hall: Hall
) -> None:
    with hall.line("--faults", "1", "--late", "2"), window(tmp_path, hall.office) as client:
        session = sign_in(client)
        case = decided(client, session, accepted(client, session))
        told = hall.told()
        last = max(told, key=lambda one: int(one["key"].rpartition(":")[2]))
        assert case.result is not None
        assert case.result.number == last["answer"]["result"]["number"]
        assert case.review is not None
        assert case.review.reviewer == "line:police"

        chief = Browser(hall.office, "9001")
        chief.open("/desk/office")
        assert f'href="{PAGE}"' in chief.page.text

        def sees(*codes: str) -> bool:
            text = chief.open(PAGE).text
            return all(code in text for code in codes)

        wait_until(
            lambda: sees("LINE-03", "LINE-04", "LINE-05", "LINE-06"), 60, "wrong answers in sight"
        )
        count = len([1 for _, hidden in chief.forms() if hidden.get("act") == "dismiss"])
        assert "仍然不能采用" in chief.send(PAGE, "again").text
        assert "已记为不采用" in chief.send(PAGE, "dismiss").text
        left = len([1 for _, hidden in chief.forms() if hidden.get("act") == "dismiss"])
        assert left == count - 1
        assert state_of(client, case).state is CaseState.FINISHED
        # Reviewers have no such page, and another site's form does nothing.
        assert Browser(hall.office, "7001").open(PAGE).url.endswith("/desk")
        forged = chief.session.post(hall.office.url + PAGE, data={"act": "dismiss"}, timeout=10)
        assert (forged.status_code, "DEP-07" in forged.text) == (400, True)


def test_killed_between_sending_and_writing_down_it_sends_the_same_key_again(
    tmp_path: Path, hall: Hall
) -> None:
    options = ("--faults", "0", "--late", "1", "--slow", "3")
    with hall.line(*options), window(tmp_path, hall.office) as client:
        session = sign_in(client)
        case = accepted(client, session)
        wait_until(lambda: len(hall.told()) == 1, 30, "the line has it")
        hall.kill()  # the line has not said so yet
        (former,) = hall.told()
        assert hall.jobs() == [("waiting", "")]
        hall.let_claims_run_out()
        hall.office.start()
        case = decided(client, session, case)
        first = next(one for one in hall.told() if one["key"] == former["key"])
        assert (first["times"], first["ticket"]) == (2, former["ticket"])
        assert {one["key"] for one in hall.told()} <= {f"{case.id}:1", f"{case.id}:2"}
        assert {state for state, _ in hall.jobs()} == {"answered"}


def test_a_line_that_is_down_is_seen_and_gets_everything_when_it_is_back(
    tmp_path: Path, hall: Hall
) -> None:
    with window(tmp_path, hall.office) as client:
        session = sign_in(client)
        served = [accepted(client, session) for _ in range(3)]
        chief = Browser(hall.office, "9001")
        wait_until(lambda: "不通" in chief.open(PAGE).text, 30, "seen to be down")
        wait_until(
            lambda: all(one.number in chief.open(PAGE).text for one in served), 30, "in sight"
        )
        with hall.line("--faults", "0", "--late", "0.5"):
            assert "马上再试" in chief.send(PAGE, "now").text
            for one in served:
                assert decided(client, session, one).state is CaseState.FINISHED
            assert {one["times"] for one in hall.told()} == {1}
            wait_until(lambda: "不通" not in chief.open(PAGE).text, 30, "seen to be back")

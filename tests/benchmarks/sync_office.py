"""Run a real back office in its own process and see what it costs, for the sync benchmarks.

``python -m tests.benchmarks.sync_office DATA PORT`` serves as the product does, with the
hall of the sync tests.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import requests

from sync.devices import CODES_PATH, ENROL_PATH
from sync.wire import PROTOCOL, PROTOCOL_HEADER
from tests.benchmarks.sync_watched import Watched
from tests.postgres import PostgresServer, postgres_server

_ROOT = Path(__file__).parents[2]


class Postgres(Watched):
    """A real PostgreSQL server, every commit of which reaches the disk."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        pid_file = server.folder / "data" / "postmaster.pid"
        super().__init__(int(pid_file.read_text(encoding="ascii").split()[0]))

    def new_database(self) -> str:
        return self._server.new_database()


@contextmanager
def some_postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield Postgres(server)


class Office(Watched):
    """One back office process. ``database`` is "" for SQLite, else PostgreSQL's address."""

    def __init__(
        self, data: Path, *, database: str = "", processes: int = 1,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.data = data
        data.mkdir(parents=True, exist_ok=True)
        with (data / "backoffice.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __spec__.name, str(data), "0", database,
                 str(processes)],
                stdout=subprocess.PIPE, stderr=log, cwd=_ROOT,
                env=os.environ | (environment or {}),
            )  # fmt: skip
        super().__init__(self._process.pid)
        assert self._process.stdout
        if not self._process.stdout.readline():
            raise RuntimeError((data / "backoffice.log").read_text(encoding="utf-8")[-2000:])
        self.port = int((data / "port").read_text(encoding="ascii"))
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """The administrator's."""
        return (self.data / "token").read_text(encoding="ascii").strip()

    def token_for(self, device: str) -> str:
        """What the device shows the back office; enrolled when first asked for."""
        kept = self.data / "tokens.json"
        tokens: dict[str, str] = json.loads(kept.read_bytes()) if kept.exists() else {}
        if device not in tokens:
            tokens[device] = self._enrol(device)
            kept.write_text(json.dumps(tokens), encoding="ascii")
        return tokens[device]

    def _enrol(self, device: str) -> str:
        made = requests.post(
            self.url + CODES_PATH, json={"device": device}, headers=self.headers(), timeout=30
        )
        asked = {"code": made.json()["code"], "install": f"bench-{device}"}
        spoken = {PROTOCOL_HEADER: str(PROTOCOL)}
        got = requests.post(self.url + ENROL_PATH, json=asked, headers=spoken, timeout=30)
        return str(got.json()["token"])

    def headers(self, device: str = "") -> dict[str, str]:
        token = self.token_for(device) if device else self.token
        return {"Authorization": f"Bearer {token}", PROTOCOL_HEADER: str(PROTOCOL)}

    def acknowledged(self) -> int:
        """Entries taken, over all chains."""
        answer = requests.get(self.url + "/api/chains", headers=self.headers(), timeout=60)
        return sum(chain["acknowledged"] for chain in answer.json()["chains"])

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)
        assert self._process.stdout
        self._process.stdout.close()


@contextmanager
def office_at(
    data: Path, *, database: str = "", processes: int = 1,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Office]:  # fmt: skip
    office = Office(data, database=database, processes=processes, environment=environment)
    try:
        yield office
    finally:
        office.stop()


def wait_for_quiet(office: Office, seconds: float = 0.5) -> None:
    """Until the process uses no processor: what came before must not be counted to what follows."""
    before = -1.0
    while (now := office.cpu()) != before:
        before = now
        time.sleep(seconds)


def _serve(data: str, port: str, database: str, processes: str) -> None:
    from app.domain.hall import Window
    from sync.backoffice.server import serve
    from tests.sync.hall import HALL

    windows = tuple(  # tickets are leased to windows of the hall alone
        Window(id=f"W{n:03d}", number=str(n), name="综合窗口", ticket_prefix=f"X{n}")
        for n in range(1, 401)
    )
    hall = replace(HALL, windows=windows)
    serve(Path(data), int(port), hall=hall, database=database, processes=int(processes))


if __name__ == "__main__":
    _serve(*sys.argv[1:5])

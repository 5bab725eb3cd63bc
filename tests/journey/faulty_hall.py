"""Real windows, a real line before each, one real back office: and what may befall each of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import IO

import requests

from app.bootstrap import Client
from app.config import Settings
from app.demo.back_office import own_command
from tests.journey.hall import wait_until
from tests.postgres import PostgresServer
from tests.proxy import GOOD, Line, Proxy
from tests.sync.world import Answering, free_port

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 60.0


class DiedAlone(AssertionError):
    """A process ended that nobody had killed."""


class Child:
    """A process of this project that is killed, frozen and started again."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                cwd=_ROOT, env=os.environ | self.environment(),
            )  # fmt: skip

    def check_alive(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            ended = self.process.returncode
            raise DiedAlone(f"{self._log.stem} ended with {ended}\n{self.said()[-4000:]}")

    def said(self) -> str:
        """Everything that its lives wrote to standard error."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        self.check_alive()
        assert self.process
        self.process.send_signal(number)

    def line(self) -> bytes:
        """The next one that it says, b"" where it ends instead."""
        assert self.process
        assert self.process.stdout
        return self.process.stdout.readline()

    def check_stopped(self) -> None:
        """It has ended its output: say what it said before."""
        assert self.process
        self.process.wait(10)
        self.check_alive()

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is None:
            return
        self.check_alive()
        self.process.send_signal(how)
        self.process.wait(_START_SECONDS)
        self._drop()

    def close(self) -> None:
        """Whatever state it is in."""
        self._drop()

    def _drop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            pipes: tuple[IO[bytes] | None, ...] = (self.process.stdin, self.process.stdout)
            for pipe in pipes:
                if pipe is not None:
                    pipe.close()
            self.process = None


class Office(Child, Answering):
    """The product's own command, over a file or over PostgreSQL, on one port for ever."""

    def __init__(self, folder: Path, postgres: PostgresServer | None = None) -> None:
        folder.mkdir(parents=True)
        super().__init__(folder / "office.log")
        self.data, self.port = folder / "data", free_port()
        self.postgres = postgres
        self.database = postgres.new_database() if postgres else ""

    def command(self) -> list[str]:
        return own_command("backoffice", "--data", str(self.data), "--port", str(self.port))

    def environment(self) -> dict[str, str]:
        return {"ONEWINDOW_DATABASE": self.database}

    def start(self) -> None:
        super().start()
        if not self.line():
            self.check_stopped()

    def answers(self) -> bool:
        try:
            return self.get("/health").ok
        except requests.RequestException:
            return False


class Window(Child):
    """One window behind its own line."""

    def __init__(self, folder: Path, device: str, office: Office, seed: int) -> None:
        super().__init__(folder / f"{device}.log")
        self.device, self.home = device, folder / device
        self.line_to = Proxy(office.port)
        self._lives = Random(seed)
        self._serves = False
        client = Client(self.home, Settings(window=device))
        client.enrolment.enrol(self.line_to.url, _code(office, device))
        client.store.close()

    def command(self) -> list[str]:
        seed = str(self._lives.getrandbits(32))
        return [
            sys.executable, "-m", "tests.journey.faulty_window", str(self.home), self.device, seed,
        ]  # fmt: skip

    def start(self) -> None:
        self._serves = False
        super().start()

    def wait_until_it_serves(self) -> None:
        if not self._serves:
            if self.line() != b"serving\n":
                self.check_stopped()
            self._serves = True

    def close(self) -> None:
        super().close()
        self.line_to.close()


def _code(office: Office, device: str) -> str:
    answer = requests.post(
        f"{office.url}/api/devices/codes", json={"device": device}, headers=office.headers(),
        timeout=20,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return str(answer.json()["code"])


# -- what may befall a window or its line ----------------------------------------------------------

Fault = Callable[[], bool]  # whether it bit


class WindowFaults:
    """Each returns True once it has bitten, and leaves everything well again."""

    KINDS = (
        "cut_up", "cut_down", "half_up", "half_down", "delay", "trickle", "hole", "late", "refuse",
        "reset", "kill", "freeze",
    )  # fmt: skip

    def __init__(self, window: Window, chance: Random) -> None:
        self._window, self._chance = window, chance

    def befall(self, kind: str) -> bool:
        self._window.check_alive()
        found: Fault = getattr(self, kind)
        return found()

    def cut_up(self) -> bool:
        return self._until_done(Line(cut_up=self._bytes()), "cut_up")

    def cut_down(self) -> bool:
        return self._until_done(
            Line(cut_down=self._chance.choice([0, 1, 100, 250, 400])), "cut_down"
        )

    def half_up(self) -> bool:
        return self._until_done(Line(half_up=self._bytes()), "half_up")

    def half_down(self) -> bool:
        return self._until_done(Line(half_down=self._chance.choice([0, 50, 300])), "half_down")

    def delay(self) -> bool:
        return self._during(Line(delay=self._chance.uniform(0.05, 0.4)), "delayed")

    def trickle(self) -> bool:
        piece = self._chance.choice([1, 7, 40, 400])
        return self._during(Line(delay=self._chance.uniform(0.005, 0.03), piece=piece), "delayed")

    def hole(self) -> bool:
        """Then the line has forgotten what it held."""
        bit = self._during(Line(hole=True), "held", longest=7.0, heal=False)
        self._window.line_to.be(Line(refuse=True))
        self._window.line_to.be(GOOD)
        return bit

    def late(self) -> bool:
        """What was held arrives after the window has long given it up and asked again."""
        return self._during(Line(hole=True), "held", longest=7.0)

    def refuse(self) -> bool:
        return self._during(Line(refuse=True), "reset")

    def reset(self) -> bool:
        line = self._window.line_to
        until = time.monotonic() + 5.0
        while not line.open and time.monotonic() < until:
            time.sleep(0.02)
        before = line.done["reset"]
        line.reset()
        return line.done["reset"] > before

    def kill(self) -> bool:
        self._window.kill()
        time.sleep(self._chance.choice([0.0, 0.0, 1.0]))
        self._window.start()
        if self._chance.random() < 0.7:  # else the next fault may meet it while it starts
            self._window.wait_until_it_serves()
        return True

    def freeze(self) -> bool:
        self._window.send(signal.SIGSTOP)
        time.sleep(self._chance.uniform(0.5, 4.5))
        self._window.send(signal.SIGCONT)
        return True

    # -- how long ---------------------------------------------------------------------------------

    def _bytes(self) -> int:
        return self._chance.choice([0, 1, 150, 400, 900, 2_000, 10_000, 100_000])

    def _until_done(self, line: Line, what: str) -> bool:
        """The fault stays a moment after it first bit."""
        done, before = self._window.line_to.done, self._window.line_to.done[what]
        self._window.line_to.be(line)
        until = time.monotonic() + 5.0
        while done[what] == before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(self._chance.uniform(0.0, 1.0))
        self._window.line_to.be(GOOD)
        return done[what] > before

    def _during(
        self, line: Line, what: str, *, longest: float = 3.0, heal: bool = True
    ) -> bool:  # fmt: skip
        before = self._window.line_to.done[what]
        self._window.line_to.be(line)
        time.sleep(self._chance.uniform(0.3, longest))
        if heal:
            self._window.line_to.be(GOOD)
        return self._window.line_to.done[what] > before


class OfficeFaults:
    """The same for the back office and its database."""

    def __init__(self, office: Office, chance: Random) -> None:
        self._office, self._chance = office, chance

    @property
    def kinds(self) -> tuple[str, ...]:
        own = ("office_kill", "office_freeze", "office_stop")
        return (*own, "postgres_kill", "both_kill") if self._office.postgres else own

    def befall(self, kind: str) -> bool:
        self._office.check_alive()
        found: Fault = getattr(self, kind)
        bit = found()
        wait_until(self._office.answers, 60, f"the back office answers after {kind}")
        return bit

    def office_kill(self) -> bool:
        self._office.kill()
        time.sleep(self._chance.choice([0.0, 0.5, 2.0]))
        self._office.start()
        return True

    def office_freeze(self) -> bool:
        self._office.send(signal.SIGSTOP)
        time.sleep(self._chance.uniform(0.5, 6.0))
        self._office.send(signal.SIGCONT)
        return True

    def office_stop(self) -> bool:
        """As a service manager does it."""
        self._office.end(signal.SIGTERM)
        self._office.start()
        return True

    def postgres_kill(self) -> bool:
        postgres = self._office.postgres
        assert postgres
        postgres.stop("immediate")
        time.sleep(self._chance.uniform(0.0, 3.0))
        postgres.start()
        return True

    def both_kill(self) -> bool:
        postgres = self._office.postgres
        assert postgres
        postgres.stop("immediate")
        self._office.kill()
        postgres.start()
        self._office.start()
        return True

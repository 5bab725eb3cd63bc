"""Run a back office as a child process, for the demo hall and for trying out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import requests

from app.domain.errors import AppError, Blame

_PATIENCE = 15.0


class BackOfficeDead(AppError):
    """The embedded back office did not start."""

    code = "DEMO-01"
    blame = Blame.MACHINE


def own_command(*arguments: str) -> list[str]:
    """The command line that runs this program with ``arguments``, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "app.cli", *arguments]


class EmbeddedBackOffice:
    """``start`` and ``stop`` as often as wanted over one data folder; the port stays the same."""

    def __init__(self, data: Path, *, demo_line: int = 0, port: int = 0) -> None:
        self._data = data
        self._demo_line = demo_line
        self._port = port
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        return (self._data / "token").read_text(encoding="ascii").strip()

    def new_code(self, device: str) -> str:
        """A one-time code that enrols ``device``, as an administrator makes it."""
        answer = requests.post(
            f"{self.url}/api/devices/codes", json={"device": device}, timeout=_PATIENCE,
            headers={"Authorization": f"Bearer {self.token}"},
        )  # fmt: skip
        if answer.status_code != 200:
            raise BackOfficeDead
        return str(answer.json()["code"])

    def start(self) -> None:
        """Returns when it takes requests. Raises BackOfficeDead."""
        self._data.mkdir(parents=True, exist_ok=True)
        with (self._data / "backoffice.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                own_command(
                    "backoffice", "--data", str(self._data), "--port", str(self._port),
                    "--demo-line", str(self._demo_line), "--embedded",
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        if self._process.stdout is None:
            raise BackOfficeDead
        line = self._process.stdout.readline()
        try:
            self._port = int(json.loads(line)["port"])
        except (ValueError, KeyError):
            self.kill()
            raise BackOfficeDead from None

    def stop(self) -> None:
        """As a service manager would: ask, wait, then insist."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._end()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

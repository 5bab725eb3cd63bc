"""A smart card service of this test process alone: pcscd on a socket, with readers of its own.

pcscd takes its socket as a service of systemd does, so that any number of test runs, and the
machine's own service, stand beside each other. It can be stopped, started, and come back with other
readers.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from app.devices.cards.errors import CardError
from app.devices.cards.pcsc_service import pcsc_reader_names

INSTALL: Final = "install the virtual chip card reader: apt-get install pcscd vsmartcard-vpcd"
_DRIVER: Final = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
_SOCKET: Final = "PCSCLITE_CSOCK_NAME"
_HAND_OVER: Final = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # it ends with the tests, also with killed ones
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.argv[2], sys.argv[2:])
"""  # as systemd hands a socket over


def stand_alone() -> None:
    """Before anything loads the PC/SC library, which reads this once: no test ever reaches the
    machine's own service."""
    folder = tempfile.mkdtemp(prefix="onewindow-pcscd-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ[_SOCKET] = str(Path(folder) / "comm")


class SmartCardService:
    """Two virtual readers on one device, at ``port`` and the next one."""

    def __init__(self) -> None:
        self.path = Path(os.environ[_SOCKET])
        self.port = _two_free_ports()
        self._process: subprocess.Popen[bytes] | None = None
        self._conf = self.path.with_name("readers")
        self._conf.mkdir(exist_ok=True)
        self._device = self._conf / "virtual"
        self._write_device()

    def _write_device(self) -> None:
        self._device.write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{self.port:04X}\n'
            f"LIBPATH {_DRIVER}\nCHANNELID 0x{self.port:04X}\n",
            encoding="ascii",
        )

    def plug_in(self) -> None:
        """The service is started anew: it looks for readers that are not on USB at no other time,
        and the virtual driver knows one device."""
        self._write_device()
        self.stop()
        self.start()

    def unplug(self) -> None:
        self._device.unlink()
        self.stop()
        self.start()

    def start(self) -> None:
        program = shutil.which("pcscd") or shutil.which("pcscd", path="/usr/sbin:/sbin")
        if program is None or not Path(_DRIVER).exists():
            pytest.fail(INSTALL)
        self.path.unlink(missing_ok=True)
        with (
            socket.socket(socket.AF_UNIX) as listener,  # then the service's alone
            self.path.with_name("log").open("ab") as log,
        ):
            listener.bind(str(self.path))
            listener.listen(64)
            arguments = [str(listener.fileno()), program, "--foreground", "--config"]
            self._process = subprocess.Popen(
                [sys.executable, "-c", _HAND_OVER, *arguments, str(self._conf)],
                stdout=log, stderr=log, pass_fds=[listener.fileno()],
            )  # fmt: skip
        self._until(self._ready)

    def hang(self, *, again: bool = False) -> None:
        """It answers nobody; ``again`` it does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT if again else signal.SIGSTOP)

    def kill(self) -> None:
        """As a crash: what it was asked stays unanswered."""
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None:
        self.path.unlink(missing_ok=True)
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _ready(self) -> bool:
        if self._device.exists():
            return bool(names()) and listens(self.port)
        return names() == []

    def _until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not done():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                said = self.path.with_name("log").read_text(errors="replace")[-500:]
                pytest.fail(f"pcscd shows not the virtual readers wanted; {INSTALL}\n{said}")
            time.sleep(0.02)


def names() -> list[str] | None:
    try:
        return pcsc_reader_names()
    except CardError:
        return None


def listens(port: int) -> bool:
    """Asked without connecting, because connecting inserts a card."""
    local = f"0100007F:{port:04X}", f"00000000:{port:04X}"
    lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    return any(line.split()[1] in local and line.split()[3] == "0A" for line in lines)


def _two_free_ports() -> int:
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port

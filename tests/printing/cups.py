"""Run real printing programs on loopback: cupsd with its own root, ippeveprinter, a listener."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

INSTALL = (
    "install the printing programs: apt-get install "
    "cups cups-daemon cups-client cups-filters cups-ipp-utils cups-core-drivers dbus"
)
SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])

CUPSD_CONF = """\
LogLevel warn
Listen 127.0.0.1:{port}
Browsing No
WebInterface No
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  <Limit All>
    Order deny,allow
    Allow all
  </Limit>
</Policy>
"""

CUPS_FILES_CONF = """\
ServerRoot {root}
RequestRoot {root}/spool
CacheDir {root}/cache
StateDir {root}/state
TempDir {root}/temp
ErrorLog {root}/error.log
AccessLog {root}/access.log
PageLog {root}/page.log
{user}
"""


def program(name: str) -> str:
    found = shutil.which(name, path=SBIN)
    if found is None:
        pytest.fail(f"{name} is missing; {INSTALL}")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(true: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)


class Bus:
    """ippeveprinter asks for a system bus even when nothing is announced on it."""

    def __init__(self, folder: Path) -> None:
        self.address = f"unix:path={folder / 'bus.sock'}"
        self._process = subprocess.Popen(
            [
                program("dbus-daemon"), "--config-file=/usr/share/dbus-1/session.conf",
                "--nofork", "--nopidfile", f"--address={self.address}",
            ],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until((folder / "bus.sock").exists, "the message bus")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


class DriverlessPrinter:
    """A real IPP Everywhere printer program that keeps what it prints in ``spool``."""

    def __init__(self, folder: Path, bus: Bus) -> None:
        self.port = free_port()
        self.spool = folder / "printed"
        self.spool.mkdir()
        self._says = folder / "says"
        self._says.write_text("")
        self._hook = folder / "hook.sh"
        self._hook.write_text(f"#!/bin/sh\ncat '{self._says}' >&2\nexit 0\n")
        self._hook.chmod(0o755)
        self._bus = bus
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"ipp://localhost:{self.port}/ipp/print"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                program("ippeveprinter"), "-r", "off", "-p", str(self.port), "-n", "localhost",
                "-f", "application/pdf", "-d", str(self.spool), "-k", "-c", str(self._hook),
                "Desk",
            ],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self._bus.address},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(lambda: answers(self.port), "ippeveprinter")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
            # A hook that still runs has inherited the listening socket.
            wait_until(lambda: not answers(self.port), "the port to close")

    def report(self, line: str) -> None:
        """What the next job makes the printer say, e.g. ``STATE: +media-empty-report``."""
        self._says.write_text(f"{line}\n")

    def load_paper(self, sheets: int) -> None:
        """By the printer's own page, as a person does at its panel."""
        answer = requests.get(
            f"http://localhost:{self.port}/media",
            params={
                "size1": "iso_a4_210x297mm", "type1": "stationery", "level1": str(sheets),
                "size3": "", "type3": "", "level3": "-2",
            },
            timeout=5,
        )  # fmt: skip
        answer.raise_for_status()

    def printed(self) -> list[bytes]:
        """Whole documents; beside each lies what the hook wrote, which is nothing."""
        return [
            data
            for file in sorted(self.spool.glob("*.pdf"))
            if (data := file.read_bytes()).rstrip().endswith(b"%%EOF")
        ]


class RawListener:
    """What listens on TCP port 9100 of a slip printer."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.jobs: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            with peer:
                data = b""
                while part := peer.recv(65536):
                    data += part
                if data:
                    self.jobs.append(data)


class PrintServer:
    """cupsd with everything in its own folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.port = free_port()
        user = ""
        for name in ("spool", "spool/tmp", "cache", "state", "state/certs", "temp", "ppd"):
            (root / name).mkdir(parents=True)
        if os.getuid() == 0:  # the filters give up root, and then need these folders
            user = "User lp\nGroup lp\nSystemGroup root"
            for name in ("spool", "spool/tmp", "cache", "state", "temp"):
                shutil.chown(root / name, "root", "lp")
                (root / name).chmod(0o1770 if name.endswith(("tmp", "temp")) else 0o770)
        (root / "cupsd.conf").write_text(CUPSD_CONF.format(port=self.port))
        (root / "cups-files.conf").write_text(CUPS_FILES_CONF.format(root=root, user=user))
        self._process = subprocess.Popen(
            [
                program("cupsd"), "-f",
                "-c", str(root / "cupsd.conf"), "-s", str(root / "cups-files.conf"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 15
        while not answers(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"cupsd does not start; {INSTALL}\n{self.log()}")
            time.sleep(0.05)

    def uri(self, queue: str) -> str:
        return f"ipp://127.0.0.1:{self.port}/printers/{queue}"

    def add_queue(self, name: str, device: str, model: str) -> None:
        answer = subprocess.run(
            [
                program("lpadmin"), "-h", f"127.0.0.1:{self.port}", "-p", name, "-E",
                "-v", device, "-m", model,
            ],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        if answer.returncode:
            pytest.fail(f"lpadmin {name}: {answer.stderr}; {INSTALL}\n{self.log()}")

    def cancel(self, queue: str, number: int) -> None:
        subprocess.run(
            [program("cancel"), "-h", f"127.0.0.1:{self.port}", f"{queue}-{number}"],
            capture_output=True, check=True, timeout=30,
        )  # fmt: skip

    def log(self) -> str:
        log = self._root / "error.log"
        return log.read_text(errors="replace")[-1500:] if log.exists() else ""

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

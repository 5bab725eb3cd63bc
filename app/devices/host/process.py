"""One device host process as the window holds it: start, send, hear, end.

Nothing here waits for the process: a thread writes, a thread reads, and what is read comes to the
listeners with the budget of a device that behaves. One that says more is a flood.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from app.devices.host.wire import BadFrame, FromHost, Message, Unframer, frame

_CHUNK: Final = 65536
_MOST_UNSENT: Final = 256
_BURST: Final = 10_000.0  # messages that may come at once,
_PER_SECOND: Final = 4000.0  # and then: more than simulated readers that need no time
_BURST_BYTES: Final = 8.0 * 2**20
_BYTES_PER_SECOND: Final = 4.0 * 2**20


def host_command() -> list[str]:
    """The command line of the device host, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "device-host"]
    return [sys.executable, "-m", "app.devices.host"]


def _environment() -> dict[str, str]:
    """So that the host runs this source and no other that is installed."""
    if getattr(sys, "frozen", False):
        return dict(os.environ)
    here = str(Path(__file__).resolve().parents[3])
    given = os.environ.get("PYTHONPATH", "")
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (here, given)))}


class HostProcess:
    """``heard`` and ``gone`` are called from its reading thread: a message, and once at the end
    with how it ended ("flood", "garbled", "signal 11", "exit 1")."""

    def __init__(
        self,
        command: list[str],
        heard: Callable[[HostProcess, Any], None],
        gone: Callable[[HostProcess, str], None],
    ) -> None:
        """Raises OSError."""
        self._heard = heard
        self._gone = gone
        self._unsent: queue.Queue[bytes | None] = queue.Queue(_MOST_UNSENT)
        self.heard_at = self.started_at = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            bufsize=0, env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, name="device host in", daemon=True)
        self._writer = threading.Thread(target=self._write, name="device host out", daemon=True)
        self._writer.start()  # before the reader, which waits for its end
        self._reader.start()

    def send(self, message: Message) -> bool:
        """False where the process has not taken what was sent before: it hangs."""
        try:
            self._unsent.put_nowait(frame(message))
        except queue.Full:
            return False
        return True

    def kill(self) -> None:
        self._process.kill()
        with contextlib.suppress(queue.Full):
            self._unsent.put_nowait(None)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended and everything about it is cleared away."""
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def _write(self) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise TypeError
        with contextlib.suppress(OSError), pipe:
            while (data := self._unsent.get()) is not None:
                while data:
                    data = data[pipe.write(data) or 0 :]

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            raise TypeError
        how = ""
        with pipe:
            try:
                self._listen(pipe.fileno())
            except _Flood:
                how = "flood"
            except BadFrame:
                how = "garbled"
            except OSError:
                how = "pipe"
            self.kill()
        code = self._process.wait()
        self._gone(self, how or (f"signal {-code}" if code < 0 else f"exit {code}"))
        self._writer.join(1.0)

    def _listen(self, pipe: int) -> None:
        unframer = Unframer(FromHost)
        messages, size = _BURST, _BURST_BYTES
        while data := os.read(pipe, _CHUNK):
            passed = -self.heard_at
            self.heard_at = time.monotonic()
            passed += self.heard_at
            size = min(_BURST_BYTES, size + passed * _BYTES_PER_SECOND) - len(data)
            messages = min(_BURST, messages + passed * _PER_SECOND)
            found = unframer.feed(data)
            messages -= len(found)
            if messages < 0 or size < 0:
                raise _Flood
            for message in found:
                self._heard(self, message)


class _Flood(Exception):
    """More than anybody can have asked for."""

"""A slip printer without paper, on TCP or on a pseudo-terminal: for the demo hall and the tests.

``python -m printers.backends.simulated [PORT]`` listens on loopback.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

_QUESTION = re.compile(rb"\x10\x04([\x01-\x04])|\x1dr(\x01)", re.DOTALL)


@dataclass(slots=True)
class PrinterMood:
    """What is wrong with it; may be changed while it runs."""

    paper_out: bool = False
    paper_low: bool = False
    cover_open: bool = False
    offline: bool = False
    broken: bool = False
    mute: bool = False  # takes everything, answers nothing
    dies_after: int | None = None  # bytes of the slip, then the wire is cut
    runs_out_after: int | None = None  # bytes of the slip, then the paper is out
    printed: bytearray = field(default_factory=bytearray)

    def answer(self, which: int) -> int:
        stopped = self.paper_out or self.cover_open or self.offline or self.broken
        match which:
            case 1:
                return 0x12 | 0x08 * stopped
            case 2:
                return 0x12 | 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.broken
            case 3:
                return 0x12 | 0x20 * self.broken
            case _:
                return 0x12 | 0x0C * self.paper_low | 0x60 * self.paper_out


class SimulatedSlipPrinter:
    """Serves one wire after another until ``stop``. ``mood.printed`` is what it got to print."""

    def __init__(self, mood: PrinterMood | None = None) -> None:
        self.mood = mood or PrinterMood()
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self._close: list[Callable[[], None]] = []

    def listen(self, port: int = 0) -> int:
        """Listens on loopback; returns the port."""
        listener = socket.create_server(("127.0.0.1", port))
        listener.settimeout(0.1)
        self._close.append(listener.close)
        self._start(lambda: self._accept(listener))
        return int(listener.getsockname()[1])

    def open_pty(self) -> str:
        """Returns the device that a client opens. POSIX only."""
        import tty

        ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._close += [lambda: os.close(ours), lambda: os.close(theirs)]
        self._start(
            lambda: self._serve(
                ours, lambda: os.read(ours, 4096), lambda answer: os.write(ours, answer)
            )
        )
        return os.ttyname(theirs)

    def stop_serving(self) -> None:
        """Hangs from here on: the wires stay open and nothing is read."""
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        self.stop_serving()
        for close in self._close:
            close()

    def _start(self, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work, name="simulated-slip-printer", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._ending.is_set():
            try:
                wire, _ = listener.accept()
            except TimeoutError:
                continue
            with wire, contextlib.suppress(OSError):
                self._serve(wire.fileno(), partial(wire.recv, 4096), wire.sendall)

    def _serve(
        self, file: int, read: Callable[[], bytes], write: Callable[[bytes], object]
    ) -> None:
        """Ends with the wire. Questions are taken out of the stream; the rest is printed."""
        kept = b""
        while not self._ending.is_set():
            if not select.select([file], [], [], 0.1)[0]:
                continue
            data = read()
            if not data:
                return
            kept += data
            while asked := _QUESTION.search(kept):
                if not self._print(kept[: asked.start()]):
                    return
                kept = kept[asked.end() :]
                if not self.mood.mute and not (asked[2] and self.mood.paper_out):
                    code = self.mood.answer(asked[1][0]) if asked[1] else 0
                    write(bytes((code,)))
            whole = len(kept) - 2  # a question may be under way in the last two bytes
            if whole > 0:
                if not self._print(kept[:whole]):
                    return
                kept = kept[whole:]

    def _print(self, data: bytes) -> bool:
        """False where the printer dies of it."""
        mood = self.mood
        room = len(mood.printed) + len(data)
        if mood.dies_after is not None and room > mood.dies_after:
            mood.printed += data[: max(mood.dies_after - len(mood.printed), 0)]
            return False
        if mood.runs_out_after is not None and room > mood.runs_out_after:
            data = data[: max(mood.runs_out_after - len(mood.printed), 0)]
            mood.paper_out = True
        mood.printed += data
        return True


if __name__ == "__main__":
    printer = SimulatedSlipPrinter()
    print(f"tcp://127.0.0.1:{printer.listen(int(sys.argv[1]) if len(sys.argv) > 1 else 9100)}")
    threading.Event().wait()

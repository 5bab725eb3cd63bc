"""A line that can vanish without a word, as when a cable is pulled behind the next switch."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class VanishingLine:
    """A TCP proxy. While it is gone nobody is refused and nothing is closed: connecting gets no
    answer, and what was connected stays silent, also after the return."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = int(self._listener.getsockname()[1])
        self._age = 0  # connections of a former age carry nothing any more
        self._there = threading.Event()
        self._there.set()
        self._fillers: list[socket.socket] = []
        self._open: list[socket.socket] = []
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def vanish(self) -> None:
        self._there.clear()
        self._age += 1
        # The one accept under way takes a filler; more fill the queue, then nobody gets through.
        self._listener.listen(0)
        for _ in range(8):
            filler = socket.socket()
            filler.settimeout(0.2)
            self._fillers.append(filler)
            if filler.connect_ex(("127.0.0.1", self.port)):
                return
        raise AssertionError("the queue is never full")

    def come_back(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        self._listener.listen(16)
        self._there.set()

    def close(self) -> None:
        self._closed = True
        self._there.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._there.wait()
            try:
                far = socket.create_connection(("127.0.0.1", self._target), 5)
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(
                    target=self._carry, args=(source, sink, self._age), daemon=True
                ).start()

    def _carry(self, source: socket.socket, sink: socket.socket, age: int) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if age == self._age:
                    sink.sendall(data)
            if age == self._age:
                sink.shutdown(socket.SHUT_WR)

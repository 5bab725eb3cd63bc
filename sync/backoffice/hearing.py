"""Hear from PostgreSQL that another server process may have committed something.

Every writing transaction ends with a NOTIFY, which PostgreSQL delivers once it is committed. Who
hears of one asks for the last arrival himself: a notice says nothing but that there is news. While
the connection is lost nothing is heard, so the first thing a new one does is to ask; and it asks
every few seconds in any case, where a connection has died without a word.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg

from sync.errors import ServerTrouble

CHANNEL = "onewindow_arrivals"
_LAST = b"SELECT coalesce(max(arrival), 0) FROM entries"
_LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 1.0

Connection = psycopg.Connection[tuple[Any, ...]]


class Hearing:
    """A thread with a connection of its own. ``tell`` is called in that thread."""

    def __init__(
        self, connect: Callable[[], Connection], tell: Callable[[int], None],
        look: float = _LOOK_SECONDS,
    ) -> None:  # fmt: skip
        self._connect = connect
        self._tell = tell
        self._look = look
        self._ended = threading.Event()
        self._awake, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._wake.send(b"!")
        self._thread.join()
        self._wake.close()
        self._awake.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._connect() as driver:
                    self._listen(driver)
            except (psycopg.Error, ServerTrouble):
                self._ended.wait(_AGAIN_SECONDS)

    def _listen(self, driver: Connection) -> None:
        driver.execute(f"LISTEN {CHANNEL}".encode())
        with selectors.DefaultSelector() as selector:
            selector.register(driver, selectors.EVENT_READ)
            selector.register(self._awake, selectors.EVENT_READ)
            while not self._ended.is_set():
                row = driver.execute(_LAST).fetchone()
                self._tell(int(row[0]) if row else 0)
                # What came while the question was answered is not on the wire any more: ask first.
                if not _heard(driver):
                    selector.select(self._look)
                    _heard(driver)


def _heard(driver: Connection) -> bool:
    """Whether there were notices; takes all that have come."""
    return bool(list(driver.notifies(timeout=0)))

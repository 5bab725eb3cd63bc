"""Keep one device host process alive: start it, ping it, end it, start it again ever later.

Everything is called in the supervisor's thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from app.devices.host import wire
from app.devices.host.errors import (
    DeviceHostError,
    DeviceHung,
    HostCrashed,
    HostFlooded,
    HostGarbled,
    HostNotStarted,
)
from app.devices.host.process import HostProcess

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Seconds. A host that says nothing for ``silence`` is ended; ``start`` is what it may take to
    say its first word; a cancelled order has ``cancel`` to end."""

    ping: float = 1.0
    silence: float = 5.0
    start: float = 20.0
    cancel: float = 3.0
    backoff: float = 0.25  # before the second start in a row, doubled each time
    longest_backoff: float = 30.0
    healthy: float = 60.0  # a host that lived so long starts the count anew
    bearable: float = 3.0  # an order waits so long for a start; longer is told


class Slot:
    """``post`` brings an act to the supervisor's thread. There ``heard`` is told what a process
    says, ``started`` that a fresh one takes orders, ``lost`` that one has ended against our will
    (None: it could not even be started)."""

    def __init__(
        self,
        command: list[str],
        watch: Watch,
        random: Random,
        *,
        post: Callable[[Callable[[], None]], None],
        heard: Callable[[HostProcess, Any], None],
        started: Callable[[Slot], None],
        lost: Callable[[Slot, HostProcess | None, DeviceHostError], None],
    ) -> None:
        self._command = command
        self._watch = watch
        self._random = random
        self._post = post
        self._heard = heard
        self._started = started
        self._lost = lost
        self._pinged = 0.0
        self._failures = 0
        self._start_at = 0.0  # not before
        self._greeted: HostProcess | None = None
        self.process: HostProcess | None = None

    @property
    def greeted(self) -> bool:
        """Whether the process has said its first word."""
        return self.process is not None and self.process is self._greeted

    def wait(self) -> float:
        """Seconds until a process may be started."""
        return max(0.0, self._start_at - time.monotonic())

    def want(self) -> None:
        if self.process is None and not self.wait():
            self._start()

    def retire(self) -> HostProcess | None:
        """Give the process away, hung as one of its lanes is; the next look starts another."""
        process, self.process = self.process, None
        return process

    def look(self, now: float, suspect: Callable[[HostProcess], str]) -> None:
        """Is it alive?"""
        process = self.process
        if process is None:
            self.want()
            return
        limit = self._watch.silence if self.greeted else self._watch.start
        silent = now - process.heard_at > limit
        if not silent and now - self._pinged >= self._watch.ping:
            self._pinged = now
            silent = not process.send(wire.Ping())
        if silent:
            self.fail(process, DeviceHung(device=suspect(process)))

    def fail(self, process: HostProcess, failure: DeviceHostError) -> None:
        process.kill()
        if process is self.process:
            self.process = None
            if time.monotonic() - process.started_at > self._watch.healthy:
                self._failures = 0
            self._count_failure()
            log.error("device host: %s", failure)
        self._lost(self, process, failure)

    def forgive(self, now: float) -> None:
        """It was this machine that stood still."""
        if self.process is not None:
            self.process.heard_at = now

    def _start(self) -> None:
        try:
            self.process = HostProcess(
                self._command,
                lambda process, message: self._post(partial(self._hear, process, message)),
                lambda process, how: self._post(partial(self._gone, process, how)),
            )
        except OSError as error:
            log.warning("device host: cannot start: %s", type(error).__name__)
            self._count_failure()
            self._lost(self, None, HostNotStarted(how=type(error).__name__))
            return
        self._pinged = time.monotonic()
        self._started(self)

    def _hear(self, process: HostProcess, message: Any) -> None:
        if isinstance(message, wire.Hello) and process is self.process:
            self._greeted = process
        self._heard(process, message)

    def _gone(self, process: HostProcess, how: str) -> None:
        """It has ended without being told to, or long after we have given it up."""
        failure = {"flood": HostFlooded(), "garbled": HostGarbled()}.get(how)
        if failure is None:
            greeted = process is self._greeted or process is not self.process
            failure = HostCrashed(how=how) if greeted else HostNotStarted(how=how)
        self.fail(process, failure)

    def _count_failure(self) -> None:
        """The first restart is at once; then ever later, and not all windows in step."""
        wait = 0.0
        if self._failures:
            wait = min(
                self._watch.longest_backoff, self._watch.backoff * 2.0 ** (self._failures - 1)
            )
        self._failures = min(self._failures + 1, 30)
        self._start_at = time.monotonic() + wait * self._random.uniform(0.5, 1.0)

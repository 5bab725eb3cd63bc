"""Carry two requests at once, each on a thread and a connection of its own.

Not more than two: what is under way is held in memory, and is sent again after a cut.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from sync.client.round import Post, Reply
from sync.client.transport import ANSWER_SECONDS, HttpTransport

LANES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errand:
    post: Post
    after: threading.Event  # the request before it has left
    left: threading.Event = field(default_factory=threading.Event)
    reply: Future[Reply] = field(default_factory=Future)


class Lanes:
    """A ``Begin``. Called from one thread; the lanes start when first needed."""

    def __init__(self, open_transport: Callable[[], HttpTransport]) -> None:
        self._open = open_transport
        self._lanes: list[_Lane] = []
        self._left = threading.Event()
        self._left.set()

    def __call__(self, post: Post) -> Callable[[], Reply] | None:
        """Begin a request once the one begun before it has left this machine, so that they come in
        order. Returns what waits for its reply and raises as ``Send`` does; None where both lanes
        still wait for an answer, perhaps one that nobody wants any more."""
        lane = self._free_lane()
        if lane is None:
            return None
        errand = _Errand(post=post, after=self._left)
        self._left = errand.left
        lane.take(errand)
        return errand.reply.result

    def close(self) -> None:
        """The lanes end by themselves, each after its present answer."""
        for lane in self._lanes:
            lane.end()

    def _free_lane(self) -> _Lane | None:
        for lane in self._lanes:
            if lane.free:
                return lane
        if len(self._lanes) == LANES:
            return None
        lane = _Lane(self._open, len(self._lanes))
        self._lanes.append(lane)
        return lane


class _Lane:
    """One thread and its connection; one errand at a time."""

    def __init__(self, open_transport: Callable[[], HttpTransport], number: int) -> None:
        self._open = open_transport
        self._errands: queue.SimpleQueue[_Errand | None] = queue.SimpleQueue()
        self._last: _Errand | None = None
        threading.Thread(target=self._run, name=f"sync-{number}", daemon=True).start()

    @property
    def free(self) -> bool:
        return self._last is None or self._last.reply.done()

    def take(self, errand: _Errand) -> None:
        self._last = errand
        self._errands.put(errand)

    def end(self) -> None:
        self._errands.put(None)

    def _run(self) -> None:
        transport = self._open()
        while (errand := self._errands.get()) is not None:
            errand.after.wait(ANSWER_SECONDS)
            try:
                reply = transport(errand.post, errand.left)
            except BaseException as error:  # noqa: BLE001 - whoever waits for the reply gets it
                errand.left.set()
                errand.reply.set_exception(error)
            else:
                errand.left.set()  # an answer may come before the body was read to its end
                errand.reply.set_result(reply)
        transport.close()

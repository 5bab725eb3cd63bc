"""A real TCP proxy between a window and a back office, whose line may be bad in many ways.

One thread with its own event loop carries all connections. What the line is like is one frozen
``Line``, replaced as a whole by ``be``; it holds at once, also for connections that are open. What
it did to them is counted in ``done``, so that a test can tell a fault that bit from one that fell
into silence; ``carried`` counts the bytes that got through, by direction.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a reset instead of an orderly end


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``up`` is from the window to the back office, ``down`` the other way.

    - ``cut_up``, ``cut_down``: bytes that each connection carries from now on until it is reset.
    - ``half_up``, ``half_down``: bytes until this direction is ended in order; the other goes on.
    - ``delay``: seconds before each piece; ``piece``: its most bytes. Together a trickle.
    - ``hole``: nothing is carried and nobody is told. What was under way arrives when it is over.
    - ``refuse``: open connections are reset and new ones refused.
    """

    cut_up: int | None = None
    cut_down: int | None = None
    half_up: int | None = None
    half_down: int | None = None
    delay: float = 0.0
    piece: int = 65536
    hole: bool = False
    refuse: bool = False


GOOD = Line()


@dataclass(eq=False)
class _Connection:
    near: socket.socket
    far: socket.socket
    passed: Counter[str] = field(default_factory=Counter)  # bytes since the line became so

    def reset(self) -> None:
        for end in (self.near, self.far):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                # Wakes whoever waits at it; the end that is closed later is the reset.
                end.shutdown(socket.SHUT_RD)


class Proxy:
    """Between ``port`` and ``target``, both on this machine. ``target`` may be set again when the
    back office has moved. ``close`` ends the thread."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.done: Counter[str] = Counter()  # connections, and what befell them, by name
        self.carried: Counter[str] = Counter()
        self._line = GOOD
        self._open: set[_Connection] = set()
        self._better = asyncio.Event()  # what is in the hole waits for it
        self._accepting = False
        self._accepted: set[socket.socket] = set()  # those that are not closed yet
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._listener = _bound()
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        self._ask(self._become(GOOD))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def line(self) -> Line:
        return self._line

    @property
    def open(self) -> int:
        """How many connections are carried now."""
        return len(self._open)

    def be(self, line: Line) -> None:
        """Returns when the line is so."""
        self._ask(self._become(line))

    def reset(self) -> None:
        """Reset what is open now; new connections are carried."""
        self._ask(self._reset())

    def close(self) -> None:
        if self._thread.is_alive():
            self._ask(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        where: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    # -- in the proxy's own thread --------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _ask(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _become(self, line: Line) -> None:
        self._line = line
        self._better.set()  # those that wait look again
        self._better = asyncio.Event()
        for one in self._open:
            one.passed.clear()
        if line.refuse:
            self._refuse()
            await self._reset()
        elif not self._accepting:
            # Bound all the while: nobody else on this machine can take the port meanwhile.
            self._listener.listen(128)
            self._loop.add_reader(self._listener, self._accept)
            self._accepting = True

    def _refuse(self) -> None:
        if self._accepting:
            self._loop.remove_reader(self._listener)
            self._listener.shutdown(socket.SHUT_RDWR)
            self._accepting = False

    async def _reset(self) -> None:
        for one in tuple(self._open):
            self.done["reset"] += 1
            one.reset()

    async def _end(self) -> None:
        self._refuse()
        for one in tuple(self._open):
            one.reset()
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for near in self._accepted:  # by tasks that never began
            near.close()
        self._listener.close()

    def _accept(self) -> None:
        try:
            near, _ = self._listener.accept()
        except OSError:  # it has gone again
            return
        near.setblocking(False)
        self._accepted.add(near)
        self.done["connections"] += 1
        self._spawn(self._carry(near))

    async def _carry(self, near: socket.socket) -> None:
        with _closing(near, self._accepted), socket.socket() as far:
            far.setblocking(False)
            try:
                await self._loop.sock_connect(far, ("127.0.0.1", self.target))
            except OSError:
                self.done["nobody"] += 1
                return
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one = _Connection(near, far)
            self._open.add(one)
            ways = [self._spawn(self._pump(one, way)) for way in ("up", "down")]
            try:
                await asyncio.wait(ways)
            finally:
                self._open.discard(one)
                for way in ways:
                    way.cancel()

    async def _pump(self, one: _Connection, way: str) -> None:
        source, sink = (one.near, one.far) if way == "up" else (one.far, one.near)
        try:
            while data := await self._loop.sock_recv(source, self._line.piece):
                if not await self._pass_on(one, way, sink, data):
                    return
            while self._line.hole:  # nor is the end told
                await self._better.wait()
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            one.reset()

    async def _pass_on(
        self, one: _Connection, way: str, sink: socket.socket, data: bytes
    ) -> bool:  # fmt: skip
        """False where this direction has ended."""
        if self._line.delay:
            self.done["delayed"] += 1
            await asyncio.sleep(self._line.delay)
        while self._line.hole:
            self.done["held"] += 1
            await self._better.wait()
        line = self._line
        cut, half = (
            (line.cut_up, line.half_up) if way == "up" else (line.cut_down, line.half_down)
        )  # fmt: skip
        left = min((n for n in (cut, half) if n is not None), default=None)
        if left is None or one.passed[way] + len(data) <= left:
            one.passed[way] += len(data)
            await self._loop.sock_sendall(sink, data)
            self.carried[way] += len(data)
            return True
        data = data[: max(0, left - one.passed[way])]
        await self._loop.sock_sendall(sink, data)
        self.carried[way] += len(data)
        if left == cut:
            self.done[f"cut_{way}"] += 1
            one.reset()
        else:
            self.done[f"half_{way}"] += 1
            sink.shutdown(socket.SHUT_WR)
        return False


@contextmanager
def _closing(end: socket.socket, known: set[socket.socket]) -> Iterator[None]:
    try:
        yield
    finally:
        end.close()
        known.discard(end)


def _bound() -> socket.socket:
    """A free port by its number, because one that the kernel chose is lost with each refusal."""
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind(("127.0.0.1", 0))
        named = socket.socket()
        named.setblocking(False)
        named.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        named.bind(first.getsockname())
        return named

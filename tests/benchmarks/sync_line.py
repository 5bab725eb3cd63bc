"""Put a long, narrow line before a back office: a TCP proxy that delays and holds back.

``python -m tests.benchmarks.sync_line TARGET ROUND_TRIP_MS MBIT`` prints its port and carries.
Bytes of one direction share the rate, whatever connection they are of, as on one office line; each
byte arrives half a round trip after it has left. Nothing is lost and nothing overtakes.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PIECE = 4096
_QUEUED = 0.25  # seconds of sending that the near end of the line holds, then it makes wait


class _Direction:
    """When the next byte may leave."""

    def __init__(self, delay: float, rate: float) -> None:
        self._delay, self._rate = delay, rate
        self._free = 0.0

    async def send(self, size: int, now: float) -> float:
        """Takes ``size`` bytes; returns when they arrive."""
        self._free = max(now, self._free) + size / self._rate
        if self._free - now > _QUEUED:
            await asyncio.sleep(self._free - now - _QUEUED)
        return self._free + self._delay


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: _Direction
) -> None:
    clock = asyncio.get_running_loop()
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        while True:
            at, piece = await under_way.get()
            await asyncio.sleep(max(0.0, at - clock.time()))
            if not piece:
                writer.close()
                return
            writer.write(piece)
            await writer.drain()

    arriving = asyncio.create_task(arrive())
    try:
        while piece := await reader.read(_PIECE):
            under_way.put_nowait((await line.send(len(piece), clock.time()), piece))
        under_way.put_nowait((await line.send(0, clock.time()), b""))
        await arriving
    except OSError:
        arriving.cancel()
        writer.close()


async def _serve(target: int, delay: float, rate: float) -> None:
    there, back = _Direction(delay, rate), _Direction(delay, rate)

    async def connected(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far_in, far_out = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(_carry(near_in, far_out, there), _carry(far_in, near_out, back))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


@contextmanager
def far_from(port: int, round_trip_ms: float, mbit: float) -> Iterator[str]:
    """The address of the far end of such a line to ``port``."""
    line = subprocess.Popen(
        [sys.executable, "-m", __spec__.name, str(port), str(round_trip_ms), str(mbit)],
        stdout=subprocess.PIPE, cwd=_ROOT, text=True,
    )  # fmt: skip
    assert line.stdout
    try:
        yield f"http://127.0.0.1:{int(line.stdout.readline())}"
    finally:
        line.kill()
        line.wait()
        line.stdout.close()


if __name__ == "__main__":
    _target, _round_trip, _mbit = sys.argv[1:]
    asyncio.run(_serve(int(_target), float(_round_trip) / 2000, float(_mbit) * 1e6 / 8))

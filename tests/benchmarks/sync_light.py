"""Be hundreds of windows in one process: the wire protocol alone, on bare connections.

Their chains are sealed and packed beforehand, so that what is measured is the back office.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.journal import Entry
from sync.wire import LEASE_PATH, MAX_EVENTS, PUSH_PATH, encode_batch
from tests.benchmarks.sync_cases import SHAPES, Chain
from tests.benchmarks.sync_office import Office

CONNECT_SECONDS = 2.0
SILENCE_SECONDS = 5.0  # as long as the real window waits without a byte


class NoAnswer(Exception):
    """Nothing came in time, or the line broke."""


class Connection:
    """One kept-alive connection to the back office, speaking for one device."""

    def __init__(self, office: Office, device: str = "") -> None:
        self._port = office.port
        told = office.headers(device).items()
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in told)
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: str = "",
        silence: float = SILENCE_SECONDS,
    ) -> tuple[int, bytes]:  # fmt: skip
        """(status, body). Raises NoAnswer; the next one opens a new connection."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self._headers}{headers}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            if self._ends is None:
                async with asyncio.timeout(CONNECT_SECONDS):
                    self._ends = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._ends
            writer.write(head.encode() + body)
            async with asyncio.timeout(silence):
                return await _answer(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.close()
            raise NoAnswer from None

    async def push(self, body: bytes) -> tuple[int, bytes]:
        kind = "Content-Type: application/x-ndjson\r\nContent-Encoding: zstd\r\n"
        return await self.ask("POST", PUSH_PATH, body, kind)

    async def post(self, path: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        return await self.ask(
            "POST", path, json.dumps(asked).encode(), "Content-Type: application/json\r\n"
        )

    def close(self) -> None:
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0])
    return int(head.split(" ", 2)[1]), await reader.readexactly(length)


@dataclass
class LightWindow:
    """A device with its numbers leased and its batches packed."""

    device: str
    connection: Connection
    chain: Chain
    batches: list[bytes] = field(default_factory=list)
    entries: int = 0

    async def lease(self, count: int) -> list[int]:
        """So many serials, block by block, each confirmed as the protocol says."""
        serials: list[int] = []
        while len(serials) < count:
            asked = {
                "request": f"{self.device}-{len(serials)}", "device": self.device,
                "install": self.chain.install, "numbers": True,
            }  # fmt: skip
            status, body = await self.connection.post(LEASE_PATH, asked)
            assert status == 200, body
            block = json.loads(body)["block"]
            taken = self.chain.take_block(block["first"], block["last"])
            status, body = await self.connection.push(encode_batch([taken])[1])
            assert status == 200, body
            serials += range(block["first"], block["last"] + 1)
        return serials[:count]

    def pack(self, serials: Sequence[int], shape: str, *, each_alone: bool) -> None:
        """Seal the cases; a batch for each, or as large as the protocol allows."""
        cases = [list(self.chain.case(serial, SHAPES[shape])) for serial in serials]
        if not each_alone:
            cases = [[entry for case in cases for entry in case]]
        for entries in cases:
            self.pack_batch(entries)

    def pack_batch(self, entries: list[Entry]) -> None:
        for start in range(0, len(entries), MAX_EVENTS):
            sent, body = encode_batch(entries[start : start + MAX_EVENTS])
            assert len(sent) == len(entries[start : start + MAX_EVENTS])
            self.batches.append(body)
            self.entries += len(sent)


async def light_windows(
    office: Office, devices: int, cases: int, shape: str, *, each_alone: bool
) -> list[LightWindow]:
    """So many enrolled devices, each with so many cases to send."""
    windows = []
    for number in range(devices):
        device = f"W{number + 1:03d}"
        await asyncio.to_thread(office.token_for, device)
        window = LightWindow(
            device=device, connection=Connection(office, device), chain=Chain(device, number)
        )
        window.pack(await window.lease(cases), shape, each_alone=each_alone)
        window.connection.close()
        windows.append(window)
    return windows


@dataclass
class Times:
    """How long each of many took, in seconds."""

    seconds: list[float] = field(default_factory=list)

    def since(self, began: float) -> None:
        self.seconds.append(time.perf_counter() - began)

    def at(self, share: float) -> float:
        """Milliseconds."""
        if not self.seconds:
            return float("nan")
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

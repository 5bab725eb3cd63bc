"""Run the back office as a process: bind, say where, serve until SIGTERM, stop without haste."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn

from app.domain.hall import Hall
from sync.backoffice.app import create_app
from sync.backoffice.logs import log_to_stderr
from sync.backoffice.settings import Settings
from sync.errors import PortTaken

_STOP_SECONDS = 5


def serve(
    data: Path, port: int, host: str = "127.0.0.1", *, hall: Hall, demo_line: int = 0,
    version: str = "0.1.0", database: str = "",
) -> None:  # fmt: skip
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one.

    The port goes to ``data/port`` and, as one JSON line, to stdout once requests are taken. Raises
    PortTaken, StoreTooNew, StoreUnreachable.
    """
    os.umask(0o077)  # the database holds what people brought to the window
    log_to_stderr()
    settings = Settings(
        data=data, hall=hall, demo_line=demo_line, version=version, database=database
    )
    app = create_app(settings)
    listener = _listen(host, port)
    taken = int(listener.getsockname()[1])
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_keep_alive=75,
        timeout_graceful_shutdown=_STOP_SECONDS, lifespan="on", ws="none",
    )  # fmt: skip
    server = _Server(config, app.state.end_waiting)

    def leave(*_: object) -> None:
        server.should_exit = True

    # uvicorn takes signals only once it runs, and raises them again after its own shutdown: before,
    # a stop must not be lost, and afterwards a stop as asked is not a failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    _write_port(data / "port", taken)
    print(json.dumps({"listening": f"http://{host}:{taken}", "port": taken}), flush=True)
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
        (data / "port").unlink(missing_ok=True)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, end_waiting: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_waiting = end_waiting

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Long polls are answered at once, instead of holding the stop up."""
        self._end_waiting()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle off; without, every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise PortTaken(port=port) from None
    return listener


def _write_port(path: Path, port: int) -> None:
    part = path.with_suffix(".part")
    part.write_text(f"{port}\n", encoding="ascii")
    part.replace(path)

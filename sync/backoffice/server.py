"""Run the back office: bind, say where, serve until SIGTERM, stop without haste but in time.

Stopping: no more connections are taken, long polls are answered at once, running requests get
their answers, the database is closed. What has not ended after ``_STOP_SECONDS`` is cut off, and a
process that hangs even so (a database that does not answer) ends by itself after ``_END_SECONDS``:
what was not acknowledged comes again.
"""

from __future__ import annotations

import gc
import ipaddress
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from app.domain.hall import Hall
from sync.backoffice.app import create_app
from sync.backoffice.certificate import Certificate
from sync.backoffice.database import Database, is_address
from sync.backoffice.departments.lists import Lists, NoLists
from sync.backoffice.logs import log_to_stderr, note
from sync.backoffice.settings import Settings, read_token
from sync.errors import ManyProcesses, PlainAddress, PortTaken

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_STOP_SECONDS = 5
_END_SECONDS = 20.0
_COLLECT_AFTER = 10_000  # objects made and not given back
_INSIST_SECONDS = 25.0  # until the parent of several ends what is left of them


def serve(
    data: Path, port: int, host: str = "127.0.0.1", *, hall: Hall, demo_line: int = 0,
    version: str = "0.1.0", database: str = "", processes: int = 1,
    certificate: Certificate | None = None, lists: Lists | None = None,
) -> None:  # fmt: skip
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one.

    The port goes to ``data/port`` and, as one JSON line, to stdout once requests are taken. Raises
    PortTaken, StoreTooNew, StoreUnreachable, ManyProcesses, CertificateUnusable, and PlainAddress
    where other machines would reach it without a certificate.
    """
    if certificate is None and not _is_loopback(host):
        raise PlainAddress(host=host)
    os.umask(0o077)  # the database holds what people brought to the window
    log_to_stderr()
    settings = Settings(
        data=data, hall=hall, demo_line=demo_line, version=version, database=database,
        processes=processes, certificate=certificate, lists=lists or NoLists(),
        fingerprint=certificate.fingerprint() if certificate else "",
    )  # fmt: skip
    if processes > 1:
        _serve_by_many(settings, host, port)
    else:
        server = _Server(settings)
        with _Listening(settings, host, port) as listener:
            server.run(sockets=[listener])


def _serve_by_many(settings: Settings, host: str, port: int) -> None:
    if not is_address(settings.database) or sys.platform == "win32":
        raise ManyProcesses
    from sync.backoffice import meters
    from sync.backoffice.processes import Processes

    meters.share(settings.data / "metrics")
    read_token(settings.data)
    # What is wrong with the database is said here and once; the workers find it at its newest.
    Database.open(settings.database, settings.now()).close()
    with _Listening(settings, host, port) as listener:

        def work() -> None:
            _Server(settings).run(sockets=[listener])

        processes = Processes(
            settings.processes, work, patience=_INSIST_SECONDS, died=meters.forget_process
        )
        processes.run()


class _Server(uvicorn.Server):
    """Opens the database at once, so that what is wrong with it is raised before any request."""

    def __init__(self, settings: Settings) -> None:
        app = create_app(settings)
        self._end_waiting: Callable[[], None] = app.state.end_waiting
        files = settings.certificate
        super().__init__(
            uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, timeout_keep_alive=75,
                timeout_graceful_shutdown=_STOP_SECONDS, lifespan="on", ws="none",
                ssl_certfile=files.chain if files else None,
                ssl_keyfile=files.key if files else None,
            )
        )  # fmt: skip
        self._ending = threading.Timer(_END_SECONDS, _end_now)
        self._ending.daemon = True
        # uvicorn takes signals only once it runs, and raises them again after its own shutdown:
        # before, a stop must not be lost, and afterwards a stop as asked is not a failure.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._leave)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        # What was loaded stays for good: looking through it again and again for what nobody needs
        # took a fifth of each request.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER, 20, 50)
        try:
            super().run(sockets)
        finally:
            self._ending.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._leave()

    def _leave(self, *_: object) -> None:
        self.should_exit = True
        if self._ending.ident is None:
            self._ending.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Long polls are answered at once, instead of holding the stop up."""
        self._end_waiting()
        await super().shutdown(sockets)
        note("stopped")


def _end_now() -> None:
    note("stop_forced")
    os._exit(1)


class _Listening:
    """The listening socket; where it is stands on stdout and in ``data/port`` meanwhile: the port,
    and with TLS the address and the certificate's fingerprint on lines of their own."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self._said = settings.data / "port"
        shown = f"[{host}]" if ":" in host else host
        self._url = f"{'https' if settings.certificate else 'http'}://{shown}"
        self._here = f"https://{'127.0.0.1' if host in _EVERYWHERE else shown}"
        self._fingerprint = settings.fingerprint
        self._listener = _listen(host, port)

    def __enter__(self) -> socket.socket:
        port = int(self._listener.getsockname()[1])
        part = self._said.with_suffix(".part")
        tls = f"{self._here}:{port}\n{self._fingerprint}\n" if self._fingerprint else ""
        part.write_text(f"{port}\n{tls}", encoding="ascii")
        part.replace(self._said)
        said: dict[str, object] = {"listening": f"{self._url}:{port}", "port": port}
        if self._fingerprint:
            said["fingerprint"] = self._fingerprint
        print(json.dumps(said), flush=True)
        return self._listener

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._said.unlink(missing_ok=True)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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

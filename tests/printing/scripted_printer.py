"""An IPP printer that says of its jobs what a test tells it to; over real HTTP on loopback."""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PRINT, _CANCEL, _ATTRIBUTES, _JOBS, _STATUS = 0x02, 0x08, 0x09, 0x0A, 0x0B
PENDING, HELD, PROCESSING, STOPPED, CANCELLED, ABORTED, COMPLETED = 3, 4, 5, 6, 7, 8, 9


@dataclass(slots=True)
class ScriptedJob:
    """``started`` is its time-at-processing; None where it never began."""

    name: str
    data: bytes
    state: int = PENDING
    reasons: str = "none"
    impressions: int | None = 0
    started: int | None = None
    after_cancel: int = CANCELLED


@dataclass(slots=True)
class Script:
    """``born`` is what the next job is like when it is taken."""

    jobs: dict[int, ScriptedJob] = field(default_factory=dict)
    born: dict[str, object] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    number: int = 0


class ScriptedPrinter:
    def __init__(self) -> None:
        self.script = Script()
        script = self.script

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                script.asked.append(body)
                said = _answer(script, body)
                self.send_response(200)
                self.send_header("Content-Type", "application/ipp")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"ipp://127.0.0.1:{self._server.server_port}/ipp/print"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _value(tag: int, name: bytes, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


def _number(tag: int, name: bytes, value: int) -> bytes:
    return _value(tag, name, struct.pack(">i", value))


def _answer(script: Script, body: bytes) -> bytes:
    operation = struct.unpack(">H", body[2:4])[0]
    attributes = _attributes(body)
    if operation == _PRINT:
        script.number += 1
        job = ScriptedJob(name=attributes[b"job-name"].decode(), data=body)
        for key, value in script.born.items():
            setattr(job, key, value)
        script.jobs[script.number] = job
        return _said(_job(script.number, job))
    if operation == _STATUS:
        return _said(_number(0x23, b"printer-state", 3), group=0x04)
    if operation == _JOBS:
        return _said(b"")
    number = struct.unpack(">i", attributes[b"job-id"])[0]
    found = script.jobs.get(number)
    if found is None:
        return b"\x01\x01\x04\x06" + body[4:8] + b"\x03"  # client-error-not-found
    if operation == _CANCEL:
        found.state = found.after_cancel
        return _said(b"")
    assert operation == _ATTRIBUTES, hex(operation)
    return _said(_job(number, found))


def _job(number: int, job: ScriptedJob) -> bytes:
    said = _number(0x21, b"job-id", number) + _number(0x23, b"job-state", job.state)
    said += _value(0x42, b"job-name", job.name.encode())
    said += _value(0x44, b"job-state-reasons", job.reasons.encode())
    if job.impressions is not None:
        said += _number(0x21, b"job-impressions-completed", job.impressions)
    if job.started is None:
        return said + _value(0x13, b"time-at-processing", b"")  # no-value
    return said + _number(0x21, b"time-at-processing", job.started)


def _said(attributes: bytes, group: int = 0x02) -> bytes:
    head = b"\x01\x01\x00\x00\x00\x00\x00\x01\x01" + _value(0x47, b"attributes-charset", b"utf-8")
    return head + (bytes((group,)) + attributes if attributes else b"") + b"\x03"


def _attributes(body: bytes) -> dict[bytes, bytes]:
    at, found = 8, {}
    while body[at] != 0x03:
        if body[at] < 0x10:
            at += 1
            continue
        (length,) = struct.unpack(">H", body[at + 1 : at + 3])
        name = body[at + 3 : at + 3 + length]
        at += 3 + length
        (size,) = struct.unpack(">H", body[at : at + 2])
        if name:
            found[name] = body[at + 2 : at + 2 + size]
        at += 2 + size
    return found

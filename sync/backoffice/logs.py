"""Write the back office's log as JSON lines: what happened to which device, never to whom."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime

_log = logging.getLogger("onewindow.backoffice")
_request = ContextVar("request", default="")


@contextmanager
def bound_to(request: str) -> Iterator[None]:
    """What is noted within belongs to this request."""
    before = _request.set(request)
    try:
        yield
    finally:
        _request.reset(before)


def note(event: str, **facts: str | int) -> None:
    """Log one happening. ``facts`` are ids, counts and codes."""
    if request := _request.get():
        facts["request"] = request
    if _lines is not None:
        _lines.add(_line(time.time(), "info", {"event": event, **facts}))
    else:
        _log.info(event, extra={"facts": facts})


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _line(seconds: float, level: str, told: dict[str, str | int]) -> str:
    at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return _encode({"at": at, "level": level, **told}) + "\n"


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[0]:
            # Only the kind: an exception's text may quote what was being stored.
            told: dict[str, str | int] = {"event": "failed", "error": record.exc_info[0].__name__}
        else:
            told = {"event": "server", "text": record.getMessage()[:200]}
        return _line(record.created, record.levelname.lower(), told)


class _Lines(logging.Handler):
    """Writes at once what was noted in one turn of the event loop: each write lets other threads
    go first. What other threads note is written as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.add(self.format(record))

    def add(self, line: str) -> None:
        with self.lock or nullcontext():
            self._kept.append(line)
            first = len(self._kept) == 1
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        if first:
            loop.call_soon(self.flush)

    def flush(self) -> None:
        with self.lock or nullcontext():
            text = "".join(self._kept)
            self._kept.clear()
            sys.stderr.write(text)
            sys.stderr.flush()


_lines: _Lines | None = None  # where notes go directly: the library takes longer than all else


def log_to_stderr() -> None:
    """Send this program's and uvicorn's log to stderr as JSON lines."""
    global _lines  # noqa: PLW0603 - a process has one log
    handler = _lines = _Lines()
    handler.setFormatter(_JsonLines())
    for name, level in (("onewindow", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False

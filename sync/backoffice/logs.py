"""Write the back office's log as JSON lines: what happened to which device, never to whom."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
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
    if _log.isEnabledFor(logging.INFO):
        # Made here: the library would look through the stack for the caller each time.
        record = logging.LogRecord(_log.name, logging.INFO, "", 0, event, None, None)
        record.facts = facts
        _log.handle(record)


_encode = json.JSONEncoder(ensure_ascii=False).encode


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, str | int] = {"at": at, "level": record.levelname.lower()}
        facts = getattr(record, "facts", None)
        if isinstance(facts, dict):
            line |= {"event": record.getMessage(), **facts}
        elif record.exc_info and record.exc_info[0]:
            # Only the kind: an exception's text may quote what was being stored.
            line |= {"event": "failed", "error": record.exc_info[0].__name__}
        else:
            line |= {"event": "server", "text": record.getMessage()[:200]}
        return _encode(line)


class _Lines(logging.Handler):
    """Writes at once what was noted in one turn of the event loop: each write lets other threads
    go first. What other threads note is written as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._kept.append(self.format(record) + "\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
            return
        if len(self._kept) == 1:
            loop.call_soon(self.flush)

    def flush(self) -> None:
        with self.lock or nullcontext():
            text = "".join(self._kept)
            self._kept.clear()
            sys.stderr.write(text)
            sys.stderr.flush()


def log_to_stderr() -> None:
    """Send this program's and uvicorn's log to stderr as JSON lines."""
    handler = _Lines()
    handler.setFormatter(_JsonLines())
    for name, level in (("onewindow", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False

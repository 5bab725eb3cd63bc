"""Keep the published list of bad credit beside the window's data, fresh while the line stands."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from sync.client.transport import HttpTransport
from sync.errors import BadAnswer, NotPublished, SyncError
from sync.people import BARS_PATH, MAX_BARS_BYTES, PublishedBars, version_tag

_log = logging.getLogger("onewindow.sync")

EVERY_SECONDS = 600.0


class BarsKeeper:
    """Belongs to the sync thread. A broken or missing answer leaves the last good file."""

    def __init__(
        self, file: Path, transport: HttpTransport, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._file = file
        self._transport = transport
        self._monotonic = monotonic
        self._due = monotonic()

    def look(self) -> None:
        """Fetch the list where the last look is long enough ago. Called after a good round.

        Raises nothing: the journal must flow whatever becomes of this list.
        """
        if self._monotonic() < self._due:
            return
        self._due = self._monotonic() + EVERY_SECONDS
        try:
            self._fetch()
        except SyncError as error:
            _log.info("bars not taken %s", error.code)
        except OSError as error:
            _log.warning("bars not kept: %s", type(error).__name__)

    def _fetch(self) -> None:
        reply = self._transport.get(BARS_PATH, MAX_BARS_BYTES, known=self._tag())
        if reply.status == 304:
            return
        if reply.status == 404:
            raise NotPublished
        if reply.status != 200:
            raise BadAnswer
        try:
            published = msgspec.json.decode(reply.body, type=PublishedBars)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise BadAnswer from None
        self._write(reply.body)
        _log.info("bars of %s: %d", published.published.isoformat(), len(published.bars))

    def _tag(self) -> str:
        try:
            return version_tag(self._file.read_bytes())
        except OSError:
            return ""

    def _write(self, content: bytes) -> None:
        """Whole or not at all, also when the power goes."""
        part = self._file.with_suffix(".part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise

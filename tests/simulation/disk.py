"""What is left of a machine's disk when its program is killed, or its power goes.

A kill leaves all that was written. A power cut leaves of a database what the last fsync had seen:
a commit of a connection with ``synchronous=FULL`` is one, any other is none.
"""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path
from random import Random

FULL = 2  # of PRAGMA synchronous
ROOM = 1073741823  # of PRAGMA max_page_count: SQLite's most

_LOG_HEAD, _FRAME_HEAD = 32, 24


def committed_frames(database: Path) -> tuple[int, int]:
    """(frames of the write-ahead log that are committed, bytes of a frame), as SQLite itself
    notes it beside the log."""
    index = database.with_name(database.name + "-shm")
    head = index.read_bytes()[:20] if index.exists() else b""
    if len(head) < 20:
        return 0, 0
    page, frames = struct.unpack_from("=HI", head, 14)
    return frames, _FRAME_HEAD + (65536 if page == 1 else page)


def copy_disk(home: Path, to: Path) -> None:
    """All files as they lie there; the index beside a log is memory, not disk."""
    os.makedirs(to)  # noqa: PTH103 - this and the next lines are what most worlds do most
    for folder, _, files in os.walk(home):  # without the hundreds of empty folders for scans
        target = str(to) + folder[len(str(home)) :]
        for name in files:
            if not name.endswith("-shm"):
                os.makedirs(target, exist_ok=True)  # noqa: PTH103
                shutil.copyfile(f"{folder}/{name}", f"{target}/{name}")


def cut_power(home: Path, to: Path, database: str, durable: int, chance: Random) -> None:
    """The disk as it is found afterwards: of the log only ``durable`` frames, and perhaps rubbish
    where a write was under way."""
    _, frame = committed_frames(home / database)
    copy_disk(home, to)
    log = to / f"{database}-wal"
    if not log.exists():
        return
    content = log.read_bytes()[: _LOG_HEAD + durable * frame if durable else 0]
    if durable and chance.random() < 0.5:
        content += chance.randbytes(chance.randrange(1, 2 * frame))
    log.write_bytes(content)

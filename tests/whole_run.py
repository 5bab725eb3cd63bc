"""Run a command; whatever its processes leave behind when they crash ends with it.

    python -m tests.whole_run COMMAND...

A crashed test process cannot stop the servers, printers and readers it had started; they would hold
the run's output open, and whoever reads it would wait for ever.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def run(command: Sequence[str]) -> int:
    """The exit code of ``command``, a shell's for one that a signal ended."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)  # orphans become children of this process
    process = subprocess.Popen(command)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda sent, _: process.send_signal(sent))
    ended, status = os.wait()
    while ended != process.pid:
        ended, status = os.wait()
    process.returncode = os.waitstatus_to_exitcode(status)
    _end_orphans()
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _end_orphans() -> None:
    while orphans := list(_children(os.getpid())):
        for orphan in orphans:
            os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)


def _children(parent: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text("utf-8", "replace").rpartition(")")[2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(after_name.split()[1]) == parent:
            yield int(stat.parent.name)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

"""Run real back offices for the tests, each in its own process that may be killed.

With DATA, PORT, the length of the demo line, the database's address ("" for a file) and how many
processes, it serves as the product does.
With ``--nursery`` it imports everything once and forks a server for each such line on stdin,
answering its process id, so that fifty kills do not pay for fifty imports.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sync.backoffice.server import serve
from tests.sync.hall import HALL


def _nursery() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        data, port, demo_line = line.rstrip("\n").rsplit(" ", 2)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            log = Path(data).parent / "backoffice.log"
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
            try:
                serve(Path(data), int(port), hall=HALL, demo_line=int(demo_line))
            finally:
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--nursery":
        _nursery()
    else:
        data, port, demo_line, database, processes = sys.argv[1:]
        serve(
            Path(data), int(port), hall=HALL, demo_line=int(demo_line), database=database,
            processes=int(processes),
        )  # fmt: skip

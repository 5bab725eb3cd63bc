"""Run the fictitious department: ``python -m sync.line_example --data DIR --token-file FILE``.

It says its port as one JSON line, and serves until it is stopped. What it was told and what it will
say stays in DIR.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from sync.line_example.moods import Moods
from sync.line_example.server import LineExample


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m sync.line_example", description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="its folder")
    options.add_argument("--token-file", type=Path, required=True, help="as the hall's plan names")
    options.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--late", type=float, default=30.0, help="seconds, at most, to an answer")
    options.add_argument("--faults", type=float, default=0.3, help="0 works as agreed, 1 is worst")
    options.add_argument("--slow", type=float, default=0.0, help="seconds to take a case")
    asked = options.parse_args()
    asked.data.mkdir(parents=True, exist_ok=True)
    server = LineExample(
        asked.port, asked.token_file.read_text(encoding="ascii").strip(),
        asked.data / "line.db",
        Moods(seed=asked.seed, late=asked.late, faults=asked.faults), slow=asked.slow,
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(json.dumps({"port": server.port}), flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    main()

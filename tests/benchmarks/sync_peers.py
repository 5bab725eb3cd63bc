"""Run what others built in the same session, where somebody has set it up: an option, never needed.

The folder holds the peers' scripts, each of which prints lines of a name and one JSON object.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def peer_lines(folder: Path, script: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """What ``script`` reports; its processes are ended by itself."""
    ended = subprocess.run(
        [str(folder / "venv/bin/python"), script, *arguments],
        stdout=subprocess.PIPE, check=True, cwd=folder, text=True,
    )  # fmt: skip
    for line in ended.stdout.splitlines():
        _, brace, rest = line.partition("{")
        if brace:
            yield json.loads(brace + rest)


def peers_in_bulk(folder: Path) -> dict[str, float]:
    """20,000 documents of 2.4 KB until all are acknowledged: documents a second by peer."""
    lines = [
        *peer_lines(folder, "bench_bulk_pouch.py", "1", "bs500"),
        *peer_lines(folder, "bench_bulk_anki.py", "1"),
        *peer_lines(folder, "bench_full.py", "1"),
    ]
    return {line["peer"]: float(line["docs_s"]) for line in lines if line["ok"]}


def peers_with_scans(folder: Path) -> dict[str, float]:
    """200 attachments of 500 KB until all are acknowledged: MB a second by peer."""
    wanted = "a.pouch,c.put,c.missing,e.anki"
    lines = peer_lines(folder, "bench_attach.py", "1", wanted)
    return {line["peer"]: float(line["mb_s"]) for line in lines if line.get("stored") == 200}

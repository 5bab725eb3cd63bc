"""Send 200 scans of 500 KB to a real back office on this machine, beside a bare loop.

``python -m tests.benchmarks.bench_attachments [--runs N] [--peers DIR]``; with ``--peers`` what
others built sends as much in the same run.

The bare loop reads plain files and sends them through one socket to a process that writes, syncs
and renames them: no encryption, no HTTP, no hashes, no database. Everything else is what the
client and the back office do: decrypt, PUT, check, sync, rename, note it on both sides.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import socket
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from app.domain.case_events import CaseOpened, ItemChosen, MaterialReceived
from app.ports import Access
from app.storage.attachments import AttachmentShelf
from app.storage.blob_files import BlobFiles, attachment_key
from app.storage.store import Store
from sync.client.blob_worker import BlobSettings, BlobWorker
from tests.benchmarks.sync_peers import peers_with_scans
from tests.sync.world import Served, enrolled

FILES = 200
SIZE = 500_000
LIMITS = {1: 90.0, 3: 115.0}  # MB/s over loopback


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def _scan(chance: random.Random) -> bytes:
    return b"\xff\xd8\xff\xe0" + chance.randbytes(SIZE - 8) + b"\xff\xda\xff\xd9"


def _shelf(home: Path, scans: list[bytes]) -> tuple[Store, AttachmentShelf]:
    key = b"k" * 32
    store = Store.open(home, key, device="W01", clock=_Clock(), random=os.urandom)
    shelf = AttachmentShelf(store, BlobFiles(home / "attachments", attachment_key(key), os.urandom))
    names = tuple(shelf.keep(scan) for scan in scans)
    chosen = ItemChosen(item="I", name="I", department="D", version=1, list_hash="0" * 64)
    received = MaterialReceived(material="M", originals=1, copies=0, scans=names)
    with store.begin() as unit:
        for event in (CaseOpened(window="W01", ticket=""), chosen, received):
            unit.append(event, subject="case:c", actor="C01")
        for name in names:
            shelf.name(unit.connection, name, SIZE, "image/jpeg")
    return store, shelf


def _upload(folder: Path, scans: list[bytes], lanes: int) -> tuple[float, int, int]:
    """(seconds, peak memory of this process and of the back office in MB)"""
    server = Served(folder / "data", 0)
    access = Access(url=server.url, token=enrolled(server, "W01"))
    store, shelf = _shelf(folder / "home", scans)
    worker = BlobWorker(
        shelf=shelf,
        settings=BlobSettings(access=access, lanes=lanes),
        clock=_Clock(), random=random.Random(1),
    )  # fmt: skip
    begun = time.perf_counter()
    worker.start()
    while shelf.backlog()[0]:
        time.sleep(0.005)
    seconds = time.perf_counter() - begun
    peaks = _peak(os.getpid()), _peak(server.process.pid)
    worker.stop()
    store.close()
    server.stop()
    return seconds, *peaks


def _peak(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def _bare_server(folder: str, ready: Connection) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    ready.send(listener.getsockname()[1])
    near, _ = listener.accept()
    with near, near.makefile("rb") as stream:
        for number in range(FILES):
            content = stream.read(SIZE)
            part = Path(folder) / "part"
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(Path(folder) / str(number))
            near.sendall(b"1")


def _bare(folder: Path, scans: list[bytes]) -> float:
    for number, scan in enumerate(scans):
        (folder / f"source{number}").write_bytes(scan)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=_bare_server, args=(str(folder), there)
    )
    server.start()
    with socket.create_connection(("127.0.0.1", here.recv())) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        for number in range(FILES):
            line.sendall((folder / f"source{number}").read_bytes())
            line.recv(1)
        seconds = time.perf_counter() - begun
    server.join(10)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", type=Path)
    asked = parser.parse_args()
    chance = random.Random(5)
    scans = [_scan(chance) for _ in range(FILES)]
    megabytes = FILES * SIZE / 1e6
    speeds: dict[str, list[float]] = {"bare": [], "1": [], "3": []}
    others: dict[str, list[float]] = {}
    peaks = (0, 0)
    for _ in range(asked.runs):
        for peer, speed in (peers_with_scans(asked.peers) if asked.peers else {}).items():
            others.setdefault(peer, []).append(speed)
        with tempfile.TemporaryDirectory() as folder:
            speeds["bare"].append(megabytes / _bare(Path(folder), scans))
        for lanes in (1, 3):
            with tempfile.TemporaryDirectory() as folder:
                seconds, *found = _upload(Path(folder), scans, lanes)
                speeds[str(lanes)].append(megabytes / seconds)
                peaks = max(peaks[0], found[0]), max(peaks[1], found[1])
    median = {name: sorted(found)[len(found) // 2] for name, found in speeds.items()}
    for lanes, limit in LIMITS.items():
        speed = median[str(lanes)]
        print(
            f"scans on {lanes} lane(s): median {speed:.0f} MB/s (limit {limit:.0f}), "
            f"{speed / median['bare']:.2f} of a bare socket loop at {median['bare']:.0f} MB/s"
        )
    for peer, rates in others.items():
        print(f"{peer}: median {sorted(rates)[len(rates) // 2]:.0f} MB/s")
    print(
        f"peak memory: this process {peaks[0]} MB (with {megabytes:.0f} MB of scans to begin "
        f"with), back office {peaks[1]} MB"
    )


if __name__ == "__main__":
    main()

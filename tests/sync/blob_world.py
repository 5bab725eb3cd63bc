"""Make scans, and windows that scan: the real store, shelf, push worker and lanes."""

from __future__ import annotations

import hashlib
import os
import random
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

from app.domain.case_events import CaseOpened, ItemChosen, MaterialReceived
from app.ports import Access, UploadProgress
from app.storage.attachments import AttachmentShelf
from app.storage.blob_files import BlobFiles, attachment_key
from app.storage.scan_kinds import check_scan
from sync import blobs
from sync.client.blob_worker import BlobSettings, BlobWorker
from sync.client.round import LeaseAims, Patience
from tests.sync.hall import TestClock
from tests.sync.world import Answering, ClientWindow

KEY = b"k" * 32


def sha_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# -- scans ----------------------------------------------------------------------------------------


def jpeg(size: int = 2000, seed: int = 0) -> bytes:
    filling = random.Random(f"{size} {seed}").randbytes(size - 8).replace(b"\xff", b"\xfe")
    return b"\xff\xd8\xff\xe0" + filling + b"\xff\xda\xff\xd9"


def png(seed: int = 0) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    pixels = b"\0" + bytes([seed % 256, seed // 256 % 256, 7])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    )  # fmt: skip


def pdf(pages: int = 1) -> bytes:
    kids = b"".join(
        b"%d 0 obj<</Type /Page/Parent 2 0 R>>endobj\n" % n for n in range(3, 3 + pages)
    )
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + kids + b"trailer<<>>\n%%EOF\n"
    )


def tiff(pages: int = 1, order: str = "<") -> bytes:
    made = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    for page in range(pages):
        follows = 0 if page == pages - 1 else len(made) + 6
        made += struct.pack(f"{order}HI", 0, follows)
    return made


# -- windows --------------------------------------------------------------------------------------


class PageWindow(ClientWindow):
    """A window with its shelf and lanes."""

    def __init__(
        self, home: Path, url: str, token: str, *, device: str = "W01", lanes: int = 3
    ) -> None:
        super().__init__(home, url, token, device=device, aims=LeaseAims(numbers_low=0, tickets=0))
        files = BlobFiles(home / "attachments", attachment_key(KEY), os.urandom)
        self.shelf = AttachmentShelf(self.store, files)
        self.lanes = BlobWorker(
            shelf=self.shelf,
            settings=BlobSettings(
                access=Access(url=url, token=token), lanes=lanes,
                patience=Patience(first=0.05, longest=0.5, blocked=0.5, poll=0.5),
            ),
            clock=TestClock(), random=random.Random(7),
        )  # fmt: skip
        self.progress: list[UploadProgress] = []
        self.lanes.add_listener(self.progress.append)

    def scan(self, case_id: str, scans: Sequence[bytes], material: str = "M1") -> list[str]:
        """A case with these pages, saved as the window saves it. Returns their names."""
        names = [self.shelf.keep(scan) for scan in scans]
        events = [
            CaseOpened(window=self.store.device, ticket=""),
            ItemChosen(
                item="SL-0001", name="示例事项", department="示例局", version=1, list_hash="0" * 64
            ),
            MaterialReceived(material=material, originals=1, copies=0, scans=tuple(names)),
        ]
        with self.store.begin() as unit:
            for name, scan in zip(names, scans, strict=True):
                self.shelf.name(unit.connection, name, len(scan), check_scan(scan))
            for event in events:
                unit.append(event, subject=f"case:{case_id}", actor="C01")
        self.lanes.wake()
        return names

    def start(self) -> None:
        self.worker.add_listener(self.lanes.line_changed)
        self.worker.start()
        self.lanes.start()

    def states(self) -> dict[str, tuple[str, str]]:
        """(state, code) of every scan."""
        with self.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT sha, state, code FROM blobs").all()
        return {row[0]: (row[1], row[2]) for row in rows}

    def all_there(self) -> bool:
        return all(state == "there" for state, _ in self.states().values())

    def close(self) -> None:
        assert self.lanes.stop(35)
        super().close()


@contextmanager
def page_window(home: Path, url: str, token: str, **named: object) -> Iterator[PageWindow]:
    window = PageWindow(home, url, token, **named)  # type: ignore[arg-type]
    try:
        yield window
    finally:
        if window.lanes._threads[0].ident is None:  # never started
            window.lanes._threads.clear()
        window.close()


# -- the back office ------------------------------------------------------------------------------


def put(
    office: Answering, content: bytes, *, sha: str = "", media: str = "image/jpeg",
    device: str = "W01", **headers: str,
) -> requests.Response:  # fmt: skip
    return requests.put(
        office.url + blobs.blob_path(sha or sha_of(content)), data=content, timeout=20,
        headers=office.headers(device) | {"Content-Type": media} | headers,
    )  # fmt: skip


def patch(
    office: Answering, sha: str, content: bytes, offset: int, length: int, *, last: bool,
    device: str = "W01", **headers: str,
) -> requests.Response:  # fmt: skip
    told = {
        "Content-Type": blobs.PART_TYPE, blobs.OFFSET_HEADER: str(offset),
        blobs.LENGTH_HEADER: str(length), blobs.COMPLETE_HEADER: blobs.YES if last else blobs.NO,
    }  # fmt: skip
    return requests.patch(
        office.url + blobs.blob_path(sha), data=content, timeout=20,
        headers=office.headers(device) | told | headers,
    )  # fmt: skip


def missing(office: Answering, scans: Sequence[bytes], device: str = "W01") -> dict[str, int]:
    claims = [{"sha": sha_of(s), "size": len(s), "media": check_scan(s)} for s in scans]
    answer = requests.post(
        office.url + blobs.MISSING_PATH, json={"blobs": claims}, headers=office.headers(device),
        timeout=20,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return {one["sha"]: one["offset"] for one in answer.json()["missing"]}


def lacking(office: Answering, *cases: str, device: str = "W01") -> dict[str, list[str]]:
    """Names of the scans that each case lacks."""
    answer = requests.post(
        office.url + blobs.LACKING_PATH, json={"cases": cases}, headers=office.headers(device),
        timeout=20,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return {one["id"]: [p["sha"] for p in one["pages"]] for one in answer.json()["cases"]}


def stored(office: Answering) -> dict[str, bytes]:
    """The finished scans in the back office's folder."""
    return {
        path.name: path.read_bytes() for path in office.data.glob("blobs/??/*") if path.is_file()
    }

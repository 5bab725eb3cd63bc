"""Scans on the window's disk: whole, encrypted, and any change to them is noticed."""

from __future__ import annotations

import os
import random
import resource
import signal
import stat
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.storage.blob_files import PIECE, BlobFiles, PageDamaged, attachment_key
from app.storage.errors import DiskFull, StoreError
from app.storage.scan_kinds import (
    MAX_FILE_PAGES,
    MAX_SCAN,
    ScanCut,
    ScanKindUnknown,
    ScanSizeWrong,
    TooManyPages,
    check_scan,
)
from tests.sync.blob_world import jpeg, pdf, png, sha_of, tiff

KEY = attachment_key(b"k" * 32)
_HEADER, _TAG = 28, 16


@pytest.fixture
def files(tmp_path: Path) -> BlobFiles:
    return BlobFiles(tmp_path / "attachments", KEY, os.urandom)


def on_disk(tmp_path: Path) -> list[Path]:
    return sorted(path for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "size", [1, 2, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7, MAX_SCAN]
)
def test_what_is_kept_is_read_again(files: BlobFiles, tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    sha = files.keep(content)
    assert sha == sha_of(content)
    assert files.read(sha) == content
    assert files.holds(sha)
    (path,) = on_disk(tmp_path)
    assert path == tmp_path / "attachments" / sha[:2] / f"{sha}.enc"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@settings(max_examples=60, deadline=None)
@given(
    offset=st.integers(0, 3 * PIECE), length=st.integers(0, 2 * PIECE),
    again=st.integers(0, 3 * PIECE),
)  # fmt: skip
def test_any_part_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, offset: int, length: int, again: int
) -> None:
    content = random.Random(1).randbytes(2 * PIECE + 1234)
    files = BlobFiles(tmp_path_factory.mktemp("files"), KEY, os.urandom)
    with closing(files.open(files.keep(content))) as reader:
        assert b"".join(reader.read(offset, length)) == content[offset : offset + length]
        assert b"".join(reader.read(again, 10)) == content[again : again + 10]


def test_the_same_bytes_are_one_file_and_two_windows_files_differ(
    files: BlobFiles, tmp_path: Path
) -> None:
    content = jpeg(5000)
    assert files.keep(content) == files.keep(content)
    (path,) = on_disk(tmp_path)
    other = BlobFiles(tmp_path / "other", KEY, os.urandom)
    other.keep(content)
    assert path.read_bytes() != (tmp_path / "other" / path.parent.name / path.name).read_bytes()


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_change_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("files")
    files = BlobFiles(folder, KEY, os.urandom)
    content = random.Random(2).randbytes(PIECE + 500)
    sha = files.keep(content)
    (path,) = on_disk(folder)
    sealed = bytearray(path.read_bytes())
    match data.draw(st.sampled_from(["flip", "cut", "add", "drop"])):
        case "flip":
            sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del sealed[data.draw(st.integers(0, len(sealed) - 1)) :]
        case "add":
            sealed += data.draw(st.binary(min_size=1, max_size=PIECE + 100))
        case "drop":
            start = data.draw(st.integers(0, len(sealed) - 1))
            del sealed[start : start + data.draw(st.integers(1, 600))]
    path.write_bytes(sealed)
    with pytest.raises(PageDamaged):
        files.read(sha)


def test_pieces_and_files_cannot_change_places(files: BlobFiles, tmp_path: Path) -> None:
    chance = random.Random(3)
    shas = [files.keep(chance.randbytes(2 * PIECE)) for _ in range(2)]
    first, second = (tmp_path / "attachments" / sha[:2] / f"{sha}.enc" for sha in shas)
    whole, other = first.read_bytes(), second.read_bytes()
    sealed = PIECE + _TAG
    head, one, two = whole[:_HEADER], whole[_HEADER : _HEADER + sealed], whole[_HEADER + sealed :]
    swaps = (
        head + two + one,  # pieces change places
        head + one + one,
        other[:_HEADER] + one + two,  # another file's header
        head + other[_HEADER:],
        other,  # another file under this name
    )
    for content in swaps:
        first.write_bytes(content)
        with pytest.raises(PageDamaged):
            files.read(shas[0])
    first.write_bytes(whole)
    files.read(shas[0])
    with pytest.raises(PageDamaged):
        BlobFiles(tmp_path / "attachments", attachment_key(b"x" * 32), os.urandom).read(shas[0])


def test_a_damaged_copy_is_mended_by_adding_the_page_again(
    files: BlobFiles, tmp_path: Path
) -> None:
    content = jpeg(5000)
    sha = files.keep(content)
    (path,) = on_disk(tmp_path)
    path.write_bytes(b"broken")
    assert files.keep(content) == sha
    assert files.read(sha) == content


@pytest.mark.parametrize("name", ["../../x", "", "a" * 63, "A" * 64, "a" * 64])
def test_names_that_are_none_or_not_here(files: BlobFiles, name: str) -> None:
    assert not files.holds(name)
    with pytest.raises(PageDamaged):
        files.read(name)


def test_a_full_disk_leaves_nothing_half(files: BlobFiles, tmp_path: Path) -> None:
    kept = files.keep(jpeg(1000))
    before = on_disk(tmp_path)
    # A file size limit is the one full disk that a test may make: the same refusal by the system.
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, former[1]))
    try:
        for size in (299_990, 600_000):
            with pytest.raises(DiskFull):
                files.keep(jpeg(size))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)
    assert on_disk(tmp_path) == before
    assert files.read(kept) == jpeg(1000)
    files.keep(jpeg(600_000))


def test_a_folder_that_cannot_be_written_is_a_coded_failure(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_bytes(b"a file stands there")
    with pytest.raises(StoreError):
        BlobFiles(tmp_path / "attachments", KEY, os.urandom).keep(jpeg())


KEEPER = """
import os, sys
from pathlib import Path
from app.storage.blob_files import BlobFiles, attachment_key
from tests.sync.blob_world import jpeg
files = BlobFiles(Path(sys.argv[1]), attachment_key(b"k" * 32), os.urandom)
n = int(sys.argv[2])
print("up", flush=True)
while True:
    print(n, files.keep(jpeg(400_000, seed=n)), flush=True)
    n += 1
"""


def test_what_was_said_kept_survives_a_kill_and_leftovers_are_swept(tmp_path: Path) -> None:
    said: dict[str, int] = {}
    first = 0
    for turn in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(tmp_path / "attachments"), str(first)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        heard = [process.stdout.readline() for _ in range(2)]
        time.sleep(0.003 * turn)  # anywhere within the next one
        process.kill()
        for line in (*heard, *process.stdout.read().split("\n")[:-1]):
            number, sha = line.split()
            said[sha] = int(number)
        first = max([*said.values(), first]) + 1
        process.wait()
        process.stdout.close()
    files = BlobFiles(tmp_path / "attachments", KEY, os.urandom)
    assert len(said) > 5
    for sha, made in said.items():
        assert files.read(sha) == jpeg(400_000, seed=made)
    assert files.sweep(time.time() - 3600) == 0  # somebody may just be writing them
    files.sweep(time.time() + 1)
    assert all(path.suffix == ".enc" for path in on_disk(tmp_path))
    assert {sha for sha, _ in files.names()} >= set(said)


# -- what is taken at all -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (jpeg(), "image/jpeg"), (png(), "image/png"), (pdf(), "application/pdf"),
        (pdf(MAX_FILE_PAGES), "application/pdf"), (tiff(), "image/tiff"),
        (tiff(3, ">"), "image/tiff"), (jpeg() + b"trailing metadata", "image/jpeg"),
        (b"%PDF-2.0 encrypted, pages hidden\n%%EOF\r\n", "application/pdf"),
    ],
)  # fmt: skip
def test_kinds_are_told_by_their_bytes(content: bytes, media: str) -> None:
    assert check_scan(content) == media


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"", ScanSizeWrong), (jpeg(MAX_SCAN + 1), ScanSizeWrong),
        (b"GIF89a", ScanKindUnknown), (b"<html>", ScanKindUnknown), (b"\xff\xd8", ScanKindUnknown),
        (b" %PDF-1.4\n%%EOF", ScanKindUnknown),
        (jpeg()[:-2], ScanCut), (png()[:-8], ScanCut), (pdf()[:-8], ScanCut),
        (tiff(2)[:-5], ScanCut), (b"II*\0\x08", ScanCut), (b"II*\0\0\0\0\0", ScanCut),
        (pdf(MAX_FILE_PAGES + 1), TooManyPages), (tiff(MAX_FILE_PAGES + 1), TooManyPages),
        (b"II*\0\x08\0\0\0" + b"\0\0\x08\0\0\0", TooManyPages),  # its chain bites its tail
    ],
)  # fmt: skip
def test_what_cannot_be_a_page_is_refused(content: bytes, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        check_scan(content)


def test_pages_in_packed_objects_are_counted_too() -> None:
    import zlib

    many = zlib.compress(b"<</Type /Page>>" * (MAX_FILE_PAGES + 1))
    packed = b"%PDF-1.5\n1 0 obj<</Type/ObjStm/Length 9>>stream\n" + many + b"\nendstream\n%%EOF"
    with pytest.raises(TooManyPages):
        check_scan(packed)


def test_a_packed_bomb_costs_little() -> None:
    import zlib

    bomb = zlib.compress(b"\0" * 400_000_000, 9)
    one = b"1 0 obj<</Type/ObjStm>>stream\n" + bomb + b"\nendstream\n"
    begun = time.perf_counter()
    assert check_scan(b"%PDF-1.5\n" + one * 20 + b"%%EOF") == "application/pdf"
    assert time.perf_counter() - begun < 3


@settings(max_examples=300, deadline=None)
@given(
    start=st.sampled_from(
        [b"", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*"]
    ),
    rest=st.binary(max_size=300),
    end=st.sampled_from([b"", b"%%EOF", b"\xff\xd9", b"IEND"]),
)  # fmt: skip
def test_no_bytes_crash_the_check(start: bytes, rest: bytes, end: bytes) -> None:
    with suppress(ScanCut, ScanKindUnknown, ScanSizeWrong, TooManyPages):
        assert check_scan(start + rest + end)

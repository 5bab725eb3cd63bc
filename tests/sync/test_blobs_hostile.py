"""Whatever a device sends as a scan: it is kept whole and right, or refused without a trace."""

from __future__ import annotations

import concurrent.futures
import gzip
import http.client
import multiprocessing
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.case_events import CaseOpened, ItemChosen, MaterialReceived
from app.storage.scan_kinds import MAX_SCAN, MAX_SCANS
from sync import blobs, errors
from sync.backoffice.blob_store import MAX_PARTS, BlobStore
from tests.sync.blob_world import jpeg, lacking, missing, patch, png, put, sha_of, stored
from tests.sync.hall import SealedChain
from tests.sync.world import Forked, Nursery


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path_factory.mktemp("hostile") / "data") as served:
        yield served


def trace(office: Forked) -> dict[str, int]:
    """Every file of a scan or a part of one."""
    return {
        str(path.relative_to(office.data)): path.stat().st_size
        for path in office.data.glob("blobs/**/*")
        if path.is_file()
    }


def named(office: Forked, case_id: str, *names: str, seed: int = 1) -> requests.Response:
    """A case whose material names these scans."""
    chain = SealedChain(install=case_id, seed=seed)
    chain.add(CaseOpened(window="W01", ticket=""), f"case:{case_id}")
    chosen = ItemChosen(item="I", name="事项", department="局", version=1, list_hash="0" * 64)
    chain.add(chosen, f"case:{case_id}")
    received = MaterialReceived(material="M1", originals=1, copies=0, scans=names)
    chain.add(received, f"case:{case_id}")
    return office.push(chain.entries)


# -- bytes that are not what they are said to be --------------------------------------------------


def test_bytes_that_do_not_fit_their_name_are_refused_and_shown(office: Forked) -> None:
    right, wrong = jpeg(seed=11), jpeg(seed=12)
    assert named(office, "wrong-hash", sha_of(right)).json()["exceptions"] == []
    before = trace(office)
    answer = put(office, wrong, sha=sha_of(right))
    assert (answer.status_code, answer.json()["code"]) == (422, "SYNC-BLOB-HASH")
    assert trace(office) == before
    shown = office.post(blobs.LACKING_PATH, b'{"cases":["wrong-hash"]}').json()["cases"][0]
    assert shown["pages"] == [
        {"material": "M1", "page": 1, "sha": sha_of(right), "code": "SYNC-BLOB-HASH"}
    ]
    assert "其中 1 页被退回" in office.get("/").text
    assert put(office, right).status_code == 201
    assert lacking(office, "wrong-hash") == {"wrong-hash": []}
    assert "其中 1 页被退回" not in office.get("/").text


def test_a_part_that_ends_wrong_is_thrown_away(office: Forked) -> None:
    right, wrong = jpeg(100_000, seed=13), jpeg(100_000, seed=14)
    before = trace(office)
    half = patch(office, sha_of(right), wrong[:50_000], 0, 100_000, last=False)
    assert (half.status_code, half.headers[blobs.OFFSET_HEADER]) == (204, "50000")
    rest = patch(office, sha_of(right), right[50_000:], 50_000, 100_000, last=True)
    assert (rest.status_code, rest.json()["code"]) == (422, "SYNC-BLOB-HASH")
    assert trace(office) == before
    assert missing(office, [right]) == {sha_of(right): 0}


LIES = [
    (b"<html><script>alert(1)</script></html>", "application/pdf"),
    (b"MZ" + b"\0" * 100, "image/jpeg"),
    (b"GIF89a" + b"\0" * 100, "image/png"),
    (b"", "image/png"),
    (b"%PDF", "application/pdf"),
    (png(), "image/jpeg"),
    (png(), "text/html"),
    (png(), ""),
    (png(), "image/png; charset=utf-8"),
]


@pytest.mark.parametrize(("content", "media"), LIES)
def test_types_that_lie_are_refused(office: Forked, content: bytes, media: str) -> None:
    before = trace(office)
    answer = put(office, content, media=media)
    assert (answer.status_code, answer.json()["code"]) == (415, "SYNC-BLOB-KIND")
    if content and content != png():
        whole = patch(office, sha_of(content), content, 0, len(content), last=True)
        assert (whole.status_code, whole.json()["code"]) == (415, "SYNC-BLOB-KIND")
    assert trace(office) == before


def test_a_part_of_the_wrong_type_is_refused_at_its_first_bytes(office: Forked) -> None:
    before = trace(office)
    answer = patch(office, sha_of(b"x"), b"#!/bin/sh\nrm -rf /", 0, MAX_SCAN, last=False)
    assert (answer.status_code, answer.json()["code"]) == (415, "SYNC-BLOB-KIND")
    slow = patch(office, sha_of(b"y"), b"#!/b", 0, MAX_SCAN, last=False)
    assert slow.status_code == 204
    slow = patch(office, sha_of(b"y"), b"in/sh\nrm -rf /", 4, MAX_SCAN, last=False)
    assert slow.status_code == 415
    assert trace(office) == before


# -- too much, in the wrong place, in the wrong shape ---------------------------------------------


def test_too_much_is_refused_unread(office: Forked) -> None:
    before = trace(office)
    assert put(office, jpeg(blobs.MAX_WHOLE + 1)).status_code == 413
    big = patch(office, sha_of(b"a"), jpeg(blobs.MAX_PART + 1), 0, MAX_SCAN, last=False)
    assert big.status_code == 413
    over = patch(office, sha_of(b"a"), jpeg(100), 0, MAX_SCAN + 1, last=False)
    assert (over.status_code, over.json()["code"]) == (413, "SYNC-BLOB-SIZE")
    assert trace(office) == before


def test_a_body_of_no_told_length_stops_at_the_limit(office: Forked) -> None:
    def endless() -> Iterator[bytes]:
        yield jpeg(1000)[:-4]
        for _ in range(40):
            yield b"\0" * 100_000

    before = trace(office)
    try:
        answer = requests.put(
            office.url + blobs.blob_path(sha_of(b"e")), data=endless(), timeout=20,
            headers=office.headers("W01") | {"Content-Type": "image/jpeg"},
        )  # fmt: skip
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # it hung up on us while we went on talking
    assert trace(office) == before


def test_a_wrong_offset_is_told_the_right_one(office: Forked) -> None:
    scan = jpeg(90_000, seed=20)
    for offset in (1, 50_000, 89_999):
        answer = patch(office, sha_of(scan), scan[offset:], offset, 90_000, last=True)
        assert (answer.status_code, answer.headers[blobs.OFFSET_HEADER]) == (409, "0")
    assert patch(office, sha_of(scan), scan[:30_000], 0, 90_000, last=False).status_code == 204
    for offset in (0, 29_999, 30_001):
        answer = patch(office, sha_of(scan), scan[offset:], offset, 90_000, last=True)
        assert (answer.status_code, answer.json()["code"]) == (409, "SYNC-BLOB-OFFSET")
        assert answer.headers[blobs.OFFSET_HEADER] == "30000"
    assert patch(office, sha_of(scan), scan[30_000:], 30_000, 90_000, last=True).status_code == 204
    assert stored(office)[sha_of(scan)] == scan
    again = patch(office, sha_of(scan), scan[:30_000], 0, 90_000, last=False)
    assert (again.status_code, again.headers[blobs.COMPLETE_HEADER]) == (204, "?1")


@pytest.mark.parametrize(
    "headers",
    [
        {blobs.OFFSET_HEADER: "-1"}, {blobs.OFFSET_HEADER: "1e3"}, {blobs.OFFSET_HEADER: ""},
        {blobs.OFFSET_HEADER: "9" * 16}, {blobs.LENGTH_HEADER: "x"}, {blobs.LENGTH_HEADER: ""},
        {blobs.COMPLETE_HEADER: "true"}, {blobs.COMPLETE_HEADER: "?1"},
        {"Content-Type": "application/octet-stream"}, {blobs.OFFSET_HEADER: "0, 5"},
        {blobs.LENGTH_HEADER: "500"}, {"Content-Encoding": "gzip"},
    ],
)  # fmt: skip
def test_headers_that_make_no_sense_change_nothing(office: Forked, headers: dict[str, str]) -> None:
    before = trace(office)
    answer = patch(office, sha_of(b"h"), jpeg(1000), 0, 5000, last=False, **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "SYNC-BAD-REQUEST")
    assert trace(office) == before


def test_nothing_is_unpacked(office: Forked) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    before = trace(office)
    answer = put(office, bomb, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (400, "SYNC-BAD-REQUEST")
    assert put(office, bomb).status_code == 415  # a name as good as any, and no type we take
    asked = requests.post(
        office.url + blobs.MISSING_PATH, data=gzip.compress(b'{"blobs":[]}'),
        headers=office.headers("W01") | {"Content-Encoding": "gzip"}, timeout=10,
    )  # fmt: skip
    assert asked.status_code == 400
    assert trace(office) == before


TRICKS = [
    "../../../../etc/passwd", "..%2f..%2ftoken", "%2e%2e/token", "a" * 63, "a" * 65,
    "A" * 64, "g" * 64, "parts", "a" * 32 + "%00" + "a" * 31, "%ef%bd%81" * 64, "0" * 62 + "/.",
    "a" * 63 + "%0a", ".", "%", "d-" + "a" * 62,
]  # fmt: skip


@pytest.mark.parametrize("name", TRICKS)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "GET", "HEAD"])
def test_names_that_are_none_never_become_paths(office: Forked, name: str, method: str) -> None:
    before = {path for path in office.data.parent.rglob("*") if "-wal" not in path.name}
    line = http.client.HTTPConnection("127.0.0.1", office.port, timeout=10)
    told = office.headers("W01") | {
        "Content-Type": blobs.PART_TYPE if method == "PATCH" else "image/png",
        blobs.OFFSET_HEADER: "0", blobs.LENGTH_HEADER: str(len(png())),
        blobs.COMPLETE_HEADER: "?1",
    }  # fmt: skip
    body = png() if method in {"PUT", "PATCH"} else None
    line.request(method, f"/blobs/{name}", body=body, headers=told)
    answer = line.getresponse()
    assert answer.status in {400, 404, 405}, answer.status
    assert b"root:" not in answer.read()
    line.close()
    after = {path for path in office.data.parent.rglob("*") if "-wal" not in path.name}
    assert after == before


# -- who may --------------------------------------------------------------------------------------


def test_only_admitted_devices_bring_and_get_scans(office: Forked) -> None:
    scan = jpeg(seed=30)
    assert put(office, scan).status_code == 201
    path = office.url + blobs.blob_path(sha_of(scan))
    hall = office.headers()  # the administrator's token is no device's
    for headers in ({}, hall | {"Authorization": "Bearer nobody"}, hall):
        for ask in (requests.get, requests.head, requests.put, requests.patch):
            assert ask(path, headers=headers, timeout=10).status_code == 401
        for where in (blobs.MISSING_PATH, blobs.LACKING_PATH):
            asked = requests.post(office.url + where, data=b"{}", headers=headers, timeout=10)
            assert asked.status_code == 401


def test_a_device_cannot_spoil_anothers_upload(office: Forked) -> None:
    scan = jpeg(60_000, seed=31)
    assert patch(office, sha_of(scan), scan[:20_000], 0, 60_000, last=False).status_code == 204
    wrong = jpeg(60_000, seed=32)
    for start in (0, 20_000):
        part = wrong[start : start + 20_000]
        spoilt = patch(office, sha_of(scan), part, start, 60_000, last=False, device="W02")
        assert spoilt.status_code == 204
    assert missing(office, [scan]) == {sha_of(scan): 20_000}
    assert missing(office, [scan], "W02") == {sha_of(scan): 40_000}
    assert patch(office, sha_of(scan), scan[20_000:], 20_000, 60_000, last=True).ok
    assert stored(office)[sha_of(scan)] == scan
    assert missing(office, [scan], "W02") == {}


def test_a_device_that_begins_and_begins_keeps_only_its_newest_parts(office: Forked) -> None:
    scans = [jpeg(5000, seed=n) for n in range(MAX_PARTS + 6)]
    for scan in scans:
        begun = patch(office, sha_of(scan), scan[:100], 0, 5000, last=False, device="W09")
        assert begun.status_code == 204
    found = missing(office, scans, "W09")
    assert sum(offset > 0 for offset in found.values()) == MAX_PARTS
    assert found[sha_of(scans[-1])] == 100


def test_one_device_does_not_take_all_the_room(office: Forked) -> None:
    told = office.headers("W08")
    assert put(office, png(0), media="image/png").ok  # the other device is known, too

    def slowly(number: int) -> int:
        """Holds its place without finishing."""
        line = http.client.HTTPConnection("127.0.0.1", office.port, timeout=10)
        line.putrequest("PUT", blobs.blob_path(f"{number:064x}"))
        for name, value in told.items():
            line.putheader(name, value)
        line.putheader("Content-Type", "image/png")
        line.putheader("Content-Length", "1000")
        line.endheaders(b"\x89PNG")
        time.sleep(1.0)
        line.close()
        return number

    with concurrent.futures.ThreadPoolExecutor(8) as lanes:
        held = [lanes.submit(slowly, number) for number in range(4)]
        time.sleep(0.5)
        assert put(office, png(1), device="W08", media="image/png").status_code == 503
        assert put(office, png(2), media="image/png").status_code == 201
        for one in held:
            one.result()
    time.sleep(0.3)
    assert put(office, png(1), device="W08", media="image/png").status_code == 201


# -- asking ---------------------------------------------------------------------------------------


def test_what_can_never_be_taken_is_said_at_once(office: Forked) -> None:
    scan = jpeg(seed=40)
    assert put(office, scan).status_code == 201
    claims: list[dict[str, Any]] = [
        {"sha": "1" * 64, "size": MAX_SCAN + 1, "media": "image/jpeg"},
        {"sha": "2" * 64, "size": 10, "media": "text/html"},
        {"sha": "3" * 64, "size": 0, "media": "image/png"},
        {"sha": sha_of(scan), "size": len(scan) + 1, "media": "image/jpeg"},
        {"sha": "4" * 64, "size": 10, "media": "image/png"},
    ]
    answer = requests.post(
        office.url + blobs.MISSING_PATH, json={"blobs": claims}, headers=office.headers("W01"),
        timeout=10,
    ).json()  # fmt: skip
    assert answer["missing"] == [{"sha": "4" * 64, "offset": 0}]
    assert {one["sha"]: one["code"] for one in answer["refused"]} == {
        "1" * 64: "SYNC-BLOB-SIZE", "2" * 64: "SYNC-BLOB-KIND", "3" * 64: "SYNC-BLOB-SIZE",
        sha_of(scan): "SYNC-BLOB-SIZE",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"blobs": 3}', b'{"blobs": [{"sha": "../x", "size": 1, "media": ""}]}',
        b'{"blobs": [{"sha": "' + b"a" * 64 + b'", "size": -1, "media": ""}]}',
        b'{"blobs": [{"sha": "' + b"a" * 64 + b'", "size": 1e99, "media": ""}]}',
        b"[" * 5000, b"\xff\xfe",
    ],
)  # fmt: skip
def test_questions_that_cannot_be_read(office: Forked, body: bytes) -> None:
    answer = office.post(blobs.MISSING_PATH, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "SYNC-BAD-REQUEST")


def test_too_many_questions_at_once(office: Forked) -> None:
    claim = '{"sha":"%064x","size":1,"media":""}'
    claims = ",".join(claim % n for n in range(blobs.MAX_BLOBS_ASKED + 1))
    assert office.post(blobs.MISSING_PATH, f'{{"blobs":[{claims}]}}'.encode()).status_code == 413
    cases = ",".join(f'"{n}"' for n in range(blobs.MAX_CASES_ASKED + 1))
    assert office.post(blobs.LACKING_PATH, f'{{"cases":[{cases}]}}'.encode()).status_code == 413
    assert office.post(blobs.MISSING_PATH, b" " * 70_000).status_code == 413


def test_a_scan_comes_back_in_ranges_and_never_as_a_page(office: Forked) -> None:
    scan = jpeg(10_000, seed=50)
    put(office, scan)

    def get(wanted: str = "") -> requests.Response:
        headers = {"Range": wanted} if wanted else {}
        return office.get(blobs.blob_path(sha_of(scan)), **headers)

    whole = get()
    assert (whole.status_code, whole.content) == (200, scan)
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert whole.headers["ETag"] == f'"{sha_of(scan)}"'
    for wanted, part in (
        ("bytes=0-0", scan[:1]), ("bytes=100-199", scan[100:200]), ("bytes=9990-", scan[9990:]),
        ("bytes=-10", scan[-10:]), ("bytes=5000-999999", scan[5000:]), ("bytes=-99999", scan),
    ):  # fmt: skip
        answer = get(wanted)
        assert (answer.status_code, answer.content) == (206, part), wanted
    for wanted in ("bytes=10000-", "bytes=5-4", "bytes=-", "bytes=0-1,3-4", "pages=1", "bytes=-0"):
        assert get(wanted).status_code == 416, wanted
    assert office.get(blobs.blob_path("0" * 64)).status_code == 404


def test_head_says_how_much_is_there(office: Forked) -> None:
    scan = jpeg(5000, seed=51)
    path = office.url + blobs.blob_path(sha_of(scan))

    def head() -> tuple[int, str, str]:
        answer = requests.head(path, headers=office.headers("W01"), timeout=10)
        told = answer.headers
        return answer.status_code, told[blobs.OFFSET_HEADER], told[blobs.COMPLETE_HEADER]

    assert head() == (204, "0", "?0")
    patch(office, sha_of(scan), scan[:700], 0, 5000, last=False)
    assert head() == (204, "700", "?0")
    patch(office, sha_of(scan), scan[700:], 700, 5000, last=True)
    assert head() == (204, "5000", "?1")


# -- names in facts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", [("../../x",), ("A" * 64,), ("",), ("a" * 64, "b"), ("c" * 64,) * (MAX_SCANS + 1)]
)
def test_facts_that_name_no_scan_are_refused(office: Forked, names: tuple[str, ...]) -> None:
    case_id = f"bad-{abs(hash(names))}"
    exceptions = named(office, case_id, *names).json()["exceptions"]
    assert [one["code"] for one in exceptions] == ["JRN-01"]
    assert lacking(office, case_id) == {case_id: []}


# -- the folder itself ----------------------------------------------------------------------------


def test_a_full_disk_keeps_what_was_and_takes_no_more(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs", 0)
    scan = jpeg(600_000)
    store.append("W01", sha_of(scan), 0, [scan[:200_000]], 600_000)
    # A file size limit is the one full disk that a test may make: the same refusal by the system.
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, former[1]))
    try:
        with pytest.raises(errors.ServerTrouble):
            store.append("W01", sha_of(scan), 200_000, [scan[200_000:]], 600_000)
        with pytest.raises(errors.ServerTrouble):
            store.put(sha_of(scan), [scan], "image/jpeg")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)
    assert store.offset("W01", sha_of(scan)) == 200_000
    assert store.size(sha_of(scan)) is None
    assert [path for path in (tmp_path / "blobs" / "parts").iterdir() if path.is_file()] == []
    rest = store.append("W01", sha_of(scan), 200_000, [scan[200_000:]], 600_000)
    assert rest == (600_000, "image/jpeg")
    assert store.path(sha_of(scan)).read_bytes() == scan


def test_the_journals_reserve_is_left_alone(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs", 2**60)
    scan = jpeg()
    with pytest.raises(errors.ServerTrouble):
        store.put(sha_of(scan), [scan], "image/jpeg")
    with pytest.raises(errors.ServerTrouble):
        store.append("W01", sha_of(scan), 0, [scan], len(scan))
    assert store.offset("W01", sha_of(scan)) == 0


def test_a_file_that_a_crash_left_is_believed_only_after_a_look(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs", 0)
    scan = jpeg(50_000)
    store.path(sha_of(scan)).write_bytes(scan[:30_000])  # its name was there before its end
    assert store.check(sha_of(scan)) is None
    assert store.size(sha_of(scan)) is None
    store.path(sha_of(scan)).write_bytes(scan[:30_000])
    assert store.put(sha_of(scan), [scan], "image/jpeg") == "image/jpeg"
    assert store.path(sha_of(scan)).read_bytes() == scan
    assert store.check(sha_of(scan)) == (50_000, "image/jpeg")


def test_parts_untouched_for_a_week_are_swept(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs", 0)
    scan = jpeg(5000)
    store.append("W01", sha_of(scan), 0, [scan[:1000]], 5000)
    assert store.sweep(time.time() + 6 * 86400) == 0
    assert store.offset("W01", sha_of(scan)) == 1000
    assert store.sweep(time.time() + 8 * 86400) == 1
    assert store.offset("W01", sha_of(scan)) == 0
    store.sweep(time.time())  # the empty folder goes, and comes again when it is needed
    store.append("W01", sha_of(scan), 0, [scan], 5000)
    assert store.path(sha_of(scan)).read_bytes() == scan


def _bring(folder: str, scan: bytes) -> int:
    """All of it, in pieces, beside others who do the same. Returns how often it had to yield."""
    store, yielded, offset = BlobStore(Path(folder), 0), 0, 0
    while True:
        try:
            piece = scan[offset : offset + 7000]
            offset, media = store.append("W01", sha_of(scan), offset, [piece], len(scan))
        except errors.BlobOffset as error:
            yielded += 1
            offset = int(error.details["offset"])
            continue
        if media:
            return yielded


def test_several_processes_may_bring_one_scan(tmp_path: Path) -> None:
    scan = jpeg(900_000)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.starmap(_bring, [(str(tmp_path / "blobs"), scan)] * 3)
    store = BlobStore(tmp_path / "blobs", 0)
    assert store.path(sha_of(scan)).read_bytes() == scan
    assert [p for p in (tmp_path / "blobs" / "parts").rglob("*") if p.is_file()] == []


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_order_of_pieces_ends_with_the_scan_or_with_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    store = BlobStore(tmp_path_factory.mktemp("store") / "blobs", 0)
    scan, other = jpeg(300, seed=1), jpeg(300, seed=2)
    for _ in range(data.draw(st.integers(1, 12))):
        source = data.draw(st.sampled_from([scan, scan, other]))
        start = data.draw(st.integers(0, 300))
        end = data.draw(st.integers(start, 300))
        device = data.draw(st.sampled_from(["W01", "W02"]))
        before = store.offset(device, sha_of(scan))
        try:
            reached, media = store.append(device, sha_of(scan), start, [source[start:end]], 300)
        except errors.BlobOffset:
            assert start != before == store.offset(device, sha_of(scan))
        except (errors.BlobHash, errors.BlobKind):
            assert store.offset(device, sha_of(scan)) == 0
        else:
            assert media or reached == store.offset(device, sha_of(scan)) == end
    if store.size(sha_of(scan)) is not None:
        assert store.path(sha_of(scan)).read_bytes() == scan

"""What a disk spoils or cannot hold, and who brings the same at once: seen, said, and mended."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from app.storage.blob_files import PIECE
from sync import blobs
from tests.proxy import Line, Proxy
from tests.sync.blob_world import (
    PageWindow,
    jpeg,
    lacking,
    missing,
    page_window,
    patch,
    png,
    put,
    sha_of,
    stored,
)
from tests.sync.supervising import act
from tests.sync.world import Nursery, enrol, enrolled, wait_until


def damage(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def a_day_later(window: PageWindow) -> None:
    with window.store.begin() as unit:
        unit.connection.exec_driver_sql("UPDATE blobs SET asked_at = '2026-01-01'")
    window.lanes.wake()


# -- the window's disk ----------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["header", "first piece", "last piece", "cut", "gone"])
def test_a_page_spoilt_at_the_window_is_said_and_holds_up_no_other(
    tmp_path: Path, nursery: Nursery, where: str
) -> None:
    scans = [jpeg(700_000, seed=n) for n in range(4)]
    with (
        nursery.served(tmp_path / "data") as office,
        page_window(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        names = window.scan("c1", scans)
        spoilt = tmp_path / "w" / "attachments" / names[1][:2] / f"{names[1]}.enc"
        match where:
            case "header":
                damage(spoilt, 2)
            case "first piece":
                damage(spoilt, 100)
            case "last piece":
                damage(spoilt, spoilt.stat().st_size - 1)
            case "cut":
                spoilt.write_bytes(spoilt.read_bytes()[: PIECE + 100])
            case _:
                spoilt.unlink()
        window.start()
        wait_until(lambda: window.states()[names[1]] == ("refused", "ATT-DAMAGED"))
        wait_until(lambda: len(stored(office)) == 3)
        wait_until(lambda: window.lanes.progress().files_left == 0)
        assert window.lanes.progress().refused == 1
        assert lacking(office, "c1") == {"c1": [names[1]]}
        assert sha_of(scans[1]) not in stored(office)
        # The paper is laid on the scanner's glass again, or its file added again.
        with window.store.begin() as unit:
            window.shelf.keep(scans[1])
            window.shelf.name(unit.connection, names[1], len(scans[1]), "image/jpeg")
        window.lanes.wake()
        wait_until(window.all_there)
        wait_until(lambda: window.lanes.progress().refused == 0)
        assert lacking(office, "c1") == {"c1": []}


# -- the back office's disk -----------------------------------------------------------------------


def test_a_scan_spoilt_at_the_back_office_is_not_given_out_and_comes_again(
    tmp_path: Path, nursery: Nursery
) -> None:
    scans = [jpeg(400_000, seed=n) for n in range(3)]
    with (
        nursery.served(tmp_path / "data") as office,
        page_window(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        names = window.scan("c1", scans)
        window.start()
        wait_until(lambda: window.all_there() and window.settled())
        path = office.data / "blobs" / names[1][:2] / names[1]
        damage(path, 200_000)
        for ask in ("", "bytes=0-99"):
            headers = {"Range": ask} if ask else {}
            assert office.get(blobs.blob_path(names[1]), **headers).status_code == 404
        assert office.get(blobs.blob_path(names[0])).content == scans[0]
        assert lacking(office, "c1") == {"c1": [names[1]]}
        assert "缺 1 页" in office.get("/").text
        # What is left of it may be the only copy.
        assert (office.data / "blobs" / "spoilt" / names[1]).stat().st_size == 400_000
        a_day_later(window)
        wait_until(lambda: stored(office).get(names[1]) == scans[1])
        wait_until(window.all_there)
        assert lacking(office, "c1") == {"c1": []}
        assert "缺 1 页" not in office.get("/").text
        assert office.get(blobs.blob_path(names[1])).content == scans[1]


def _bytes_of(path: Path) -> bytes:
    """Nothing where it is gone: it is moved away and comes anew while this looks."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def test_a_scan_cut_at_the_back_office_is_missed_and_blamed_on_no_page(
    tmp_path: Path, nursery: Nursery
) -> None:
    scan = jpeg(400_000)
    with (
        nursery.served(tmp_path / "data") as office,
        page_window(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        (name,) = window.scan("c1", [scan])
        window.start()
        wait_until(lambda: window.all_there() and window.settled())
        path = office.data / "blobs" / name[:2] / name
        path.write_bytes(scan[:123_456])
        a_day_later(window)
        wait_until(lambda: _bytes_of(path) == scan)
        wait_until(window.all_there)
        assert window.states() == {name: ("there", "")}
        assert lacking(office, "c1") == {"c1": []}


def test_a_full_disk_at_the_back_office_holds_up_what_does_not_fit_and_no_more(
    tmp_path: Path, nursery: Nursery
) -> None:
    large, small = jpeg(12_000_000), [jpeg(300_000, seed=n) for n in range(5)]
    with nursery.served(tmp_path / "data") as office:
        token = enrolled(office, "W01")
        # A limit on its files: the same refusal by the system as a full disk, for the large one.
        former = resource.prlimit(office.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(office.pid, resource.RLIMIT_FSIZE, (5_000_000, former[1]))
        with page_window(tmp_path / "w", office.url, token) as window:
            window.scan("c1", [large, *small])
            window.start()
            wait_until(lambda: len(stored(office)) == 5)
            wait_until(lambda: window.lanes.progress().code == "SYNC-SERVER")
            assert window.states()[sha_of(large)][0] == "waiting"
            assert lacking(office, "c1") == {"c1": [sha_of(large)]}
            assert office.answers()
            resource.prlimit(office.pid, resource.RLIMIT_FSIZE, former)
            wait_until(window.all_there, 30)
            assert stored(office)[sha_of(large)] == large
            assert lacking(office, "c1") == {"c1": []}


# -- many of the same -----------------------------------------------------------------------------


def test_two_devices_bring_the_same_scans_at_once(tmp_path: Path, nursery: Nursery) -> None:
    scans = [jpeg(size, seed=n) for n, size in enumerate((90_000, 1_000_000, 2_500_000) * 3)]
    with nursery.served(tmp_path / "data") as office, Proxy(office.port) as proxy:
        proxy.be(Line(piece=32768, delay=0.001))
        first, second = (
            PageWindow(tmp_path / device, proxy.url, enrolled(office, device), device=device)
            for device in ("W01", "W02")
        )
        try:
            for window in (first, second):
                window.scan(f"of {window.store.device}", scans)
                window.start()
            for window in (first, second):
                wait_until(lambda w=window: w.all_there() and w.settled(), 60)  # type: ignore[misc]
            assert stored(office) == {sha_of(scan): scan for scan in scans}
            assert lacking(office, "of W01", "of W02") == {"of W01": [], "of W02": []}
            assert not any(code for _, code in first.states().values())
            assert missing(office, scans) == missing(office, scans, "W02") == {}
        finally:
            first.close()
            second.close()


def test_the_same_scan_in_other_cases_and_at_other_windows_is_sent_once(
    tmp_path: Path, nursery: Nursery
) -> None:
    scan = jpeg(3_000_000)
    with nursery.served(tmp_path / "data") as office:
        with page_window(tmp_path / "w1", office.url, enrolled(office, "W01")) as window:
            for case in ("c1", "c2", "c3"):
                window.scan(case, [scan])
            window.start()
            wait_until(lambda: window.all_there() and window.settled())
            assert len(list((tmp_path / "w1" / "attachments").rglob("*.enc"))) == 1
        with (
            Proxy(office.port) as proxy,
            page_window(
                tmp_path / "w2", proxy.url, enrolled(office, "W02"), device="W02"
            ) as window,
        ):
            window.scan("c4", [scan])
            window.start()
            wait_until(lambda: window.all_there() and window.settled())
            assert proxy.carried["up"] < 50_000
        assert stored(office) == {sha_of(scan): scan}
        assert lacking(office, "c1", "c2", "c3", "c4") == {f"c{n}": [] for n in range(1, 5)}


def test_a_hundred_pages_in_a_case(tmp_path: Path, nursery: Nursery) -> None:
    scans = [jpeg(200_000 + n, seed=n) for n in range(100)]
    with (
        nursery.served(tmp_path / "data") as office,
        page_window(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        names = window.scan("c1", scans)
        window.worker.start()
        wait_until(window.settled)
        assert lacking(office, "c1") == {"c1": names}
        assert "缺 100 页" in office.get("/").text
        window.lanes.start()
        wait_until(window.all_there, 40)
        assert [row.state for row in window.shelf.pages("c1")] == ["there"] * 100
        assert [row.sha for row in window.shelf.pages("c1")] == names
        assert lacking(office, "c1") == {"c1": []}
        assert max(one.bytes_total for one in window.progress) == sum(map(len, scans))


# -- who may --------------------------------------------------------------------------------------


def test_a_revoked_device_brings_nothing_and_goes_on_once_it_is_enrolled_anew(
    tmp_path: Path, nursery: Nursery
) -> None:
    scans = [jpeg(400_000, seed=n) for n in range(3)]
    with nursery.served(tmp_path / "data") as office:
        assert put(office, png(), media="image/png", device="W02").ok
        token = enrolled(office, "W02")
        assert "已停用" in act(office, act="revoke", device="W02").text
        refused = put(office, scans[0], device="W02")
        assert (refused.status_code, refused.json()["code"]) == (403, "SYNC-REVOKED")
        part = patch(office, sha_of(b"x"), scans[0][:50], 0, 400_000, last=False, device="W02")
        assert part.status_code == 403
        assert office.get(blobs.blob_path(sha_of(png())), device="W02").status_code == 403
        with page_window(tmp_path / "w", office.url, token, device="W02") as window:
            window.scan("c1", scans)
            window.start()
            wait_until(lambda: window.lanes.progress().code == "SYNC-REVOKED")
            assert window.lanes.progress().files_left == 3
            assert {state for state, _ in window.states().values()} == {"waiting"}
        assert [path for path in office.data.glob("blobs/parts/**/*") if path.is_file()] == []
        assert stored(office) == {sha_of(png()): png()}
        again = enrol(office, "W02", install="")
        with page_window(tmp_path / "w", office.url, again, device="W02") as window:
            window.lanes.start()
            wait_until(window.all_there)
        assert len(stored(office)) == 4

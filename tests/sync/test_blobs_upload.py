"""Scans reach the back office whole, once each, whatever line, kill or disk is in between."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from app.ports import Access
from sync import blobs
from sync.client.blob_transport import RemotePages
from tests.sync.blob_world import (
    PageWindow,
    jpeg,
    lacking,
    page_window,
    patch,
    pdf,
    png,
    put,
    sha_of,
    stored,
    tiff,
)
from tests.sync.world import BadLine, Forked, Nursery, enrolled, free_port, wait_until


def whole(office: Forked, scans: list[bytes]) -> bool:
    return stored(office) == {sha_of(scan): scan for scan in scans}


def test_every_kind_and_size_arrives_whole(tmp_path: Path, nursery: Nursery) -> None:
    scans = [
        jpeg(200_000), jpeg(1024 * 1024), jpeg(1024 * 1024 + 1), jpeg(3_000_000),
        jpeg(20 * 1024 * 1024), png(), pdf(3), tiff(2), tiff(1, ">"),
    ]  # fmt: skip
    with nursery.served(tmp_path / "data") as office:
        token = enrolled(office, "W01")
        with page_window(tmp_path / "w", office.url, token) as window:
            names = window.scan("c1", scans)
            window.start()
            wait_until(window.all_there, 30)
            wait_until(window.settled)
            wait_until(lambda: window.lanes.progress().files_left == 0)
            assert whole(office, scans)
            assert lacking(office, "c1") == {"c1": []}
            told = window.progress[-1]
            assert (told.files_left, told.code, told.refused) == (0, "", 0)
            assert [row.state for row in window.shelf.pages("c1")] == ["there"] * len(names)


def test_the_same_scan_twice_is_one_and_counts_for_every_page(
    tmp_path: Path, nursery: Nursery
) -> None:
    with nursery.served(tmp_path / "data") as office:
        token = enrolled(office, "W01")
        with page_window(tmp_path / "w", office.url, token) as window:
            window.scan("c1", [jpeg(), jpeg(), png()])
            window.scan("c2", [jpeg()])
            window.start()
            wait_until(lambda: window.all_there() and window.settled())
            assert whole(office, [jpeg(), png()])
            assert lacking(office, "c1", "c2") == {"c1": [], "c2": []}


def test_what_another_window_brought_is_not_sent_again(tmp_path: Path, nursery: Nursery) -> None:
    scan = jpeg(3_000_000)
    with nursery.served(tmp_path / "data") as office:
        for number in range(0, len(scan), 1024 * 1024):
            assert _part(office, scan, number, "W02").status_code == 204
        line = BadLine(office.port)
        line.up()
        line.cut_request_after = 20_000  # nothing large passes
        with page_window(tmp_path / "w", line.url, enrolled(office, "W01")) as window:
            window.scan("c1", [scan])
            window.lanes.start()
            wait_until(window.all_there, 10)
        line.down()


def _part(office: Forked, scan: bytes, start: int, device: str) -> requests.Response:
    part = scan[start : start + 1024 * 1024]
    last = start + len(part) == len(scan)
    return patch(office, sha_of(scan), part, start, len(scan), last=last, device=device)


def test_lacking_pages_are_known_on_both_sides(tmp_path: Path, nursery: Nursery) -> None:
    scans = [jpeg(seed=1), jpeg(seed=2)]
    with (
        nursery.served(tmp_path / "data") as office,
        page_window(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        names = window.scan("c1", scans)
        window.worker.start()
        wait_until(window.settled)
        assert lacking(office, "c1", "unknown") == {"c1": names}
        assert [row.state for row in window.shelf.pages("c1")] == ["waiting"] * 2
        assert put(office, scans[1]).status_code == 201
        assert lacking(office, "c1") == {"c1": names[:1]}
        assert "缺 1 页" in office.get("/").text
        window.lanes.start()
        wait_until(window.all_there)
        assert lacking(office, "c1") == {"c1": []}
        assert "缺 1 页" not in office.get("/").text


# -- bad lines ------------------------------------------------------------------------------------


def test_what_is_refused_leaves_no_part_behind(tmp_path: Path, nursery: Nursery) -> None:
    scan = jpeg(700_000)

    def bring(office: Forked, offset: int) -> tuple[int, str]:
        piece = scan[offset : offset + 4000]
        answer = patch(office, sha_of(scan), piece, offset, len(scan), last=False)
        return answer.status_code, answer.headers[blobs.OFFSET_HEADER]

    with nursery.served(tmp_path / "data") as office:
        assert bring(office, 5000) == (409, "0")
        assert [file for file in (office.data / "blobs").rglob("*") if file.is_file()] == []
        assert bring(office, 0) == (204, "4000")
        assert bring(office, 5000) == (409, "4000")


@pytest.mark.parametrize("cut_after", [40_000, 150_000, 700_000])
def test_a_line_that_always_breaks_still_moves(
    tmp_path: Path, nursery: Nursery, cut_after: int
) -> None:
    scans = [jpeg(1_500_000, seed=n) for n in range(3)]
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.cut_request_after = cut_after  # each connection, for ever
        line.up()
        with page_window(tmp_path / "w", line.url, enrolled(office, "W01")) as window:
            window.scan("c1", scans)
            window.start()
            wait_until(window.all_there, 60)
            assert whole(office, scans)
        line.down()


def test_answers_that_are_lost_double_nothing(tmp_path: Path, nursery: Nursery) -> None:
    scans = [jpeg(300_000, seed=n) for n in range(8)] + [jpeg(2_000_000)]
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.up()
        with page_window(tmp_path / "w", line.url, enrolled(office, "W01"), lanes=1) as window:
            window.scan("c1", scans)
            line.cut_answer_after = 1400  # what is missing passes, and few answers more
            window.start()
            wait_until(lambda: len(stored(office)) > 0)
            wait_until(lambda: any(one.code == "SYNC-OFFLINE" for one in window.progress))
            wait_until(lambda: whole(office, scans), 30)
            line.cut_answer_after = None
            wait_until(window.all_there)
            assert whole(office, scans)
        line.down()


def test_it_goes_on_by_itself_within_five_seconds(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        with page_window(tmp_path / "w", line.url, enrolled(office, "W01")) as window:
            window.scan("c1", [jpeg()])
            window.start()
            wait_until(lambda: window.lanes.progress().code == "SYNC-OFFLINE")
            assert window.lanes.progress().files_left == 1
            time.sleep(2)
            line.up()
            wait_until(window.all_there, 5)
        line.down()


def test_a_cut_in_the_middle_goes_on_where_it_broke(tmp_path: Path, nursery: Nursery) -> None:
    scan = jpeg(8_000_000)
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.piece, line.pause = 32768, 0.004
        line.up()
        with page_window(tmp_path / "w", line.url, enrolled(office, "W01"), lanes=1) as window:
            window.scan("c1", [scan])
            window.start()
            wait_until(lambda: _under_way(window) > 1_500_000)
            line.down()
            wait_until(lambda: window.lanes.progress().code != "")
            reached = max(_part_sizes(office))
            assert reached >= 1_500_000
            assert window.shelf.pages("c1")[0].sent <= reached
            told = len(window.progress)
            line.up()
            wait_until(window.all_there)
            assert whole(office, [scan])
            later = [one.under_way.get(sha_of(scan)) for one in window.progress[told:]]
            assert all(at >= reached for at in later if at is not None)
            assert any(later)
        line.down()


def _under_way(window: PageWindow) -> int:
    return sum(window.lanes.progress().under_way.values())


def _part_sizes(office: Forked) -> list[int]:
    return [path.stat().st_size for path in office.data.glob("blobs/parts/d-*/*")] or [0]


def test_progress_counts_up_and_foretells_the_end(tmp_path: Path, nursery: Nursery) -> None:
    scans = [jpeg(1_000_000, seed=n) for n in range(6)]
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.piece, line.pause = 65536, 0.015  # about 4 MB/s in all
        line.up()
        with page_window(tmp_path / "w", line.url, enrolled(office, "W01")) as window:
            window.scan("c1", scans)
            window.start()
            wait_until(window.all_there, 30)
            told = [one for one in window.progress if one.files_left]
            sent = [one.bytes_sent for one in told]
            assert sent == sorted(sent)
            assert max(one.bytes_total for one in told) == 6_000_000
            guesses = [one for one in told if one.seconds_left is not None]
            assert guesses
            assert all(0 <= one.seconds_left < 60 for one in guesses if one.seconds_left)
        line.down()


# -- kills ----------------------------------------------------------------------------------------


def test_killed_back_offices_lose_nothing_they_acknowledged(
    tmp_path: Path, nursery: Nursery
) -> None:
    chance = random.Random()
    seed = chance.randrange(2**32)
    chance.seed(seed)
    scans = [jpeg(chance.choice((30_000, 400_000, 1_200_000)), seed=n) for n in range(60)]
    office = Forked(nursery, tmp_path / "data", free_port(), 0)
    office.start()
    wait_until(office.answers)
    try:
        token = enrolled(office, "W01")
        with page_window(tmp_path / "w", office.url, token) as window:
            window.scan("c1", scans)
            window.start()
            for _ in range(12):
                time.sleep(chance.uniform(0.02, 0.3))
                there = {sha for sha, (state, _) in window.states().items() if state == "there"}
                office.kill()
                kept = stored(office)
                assert there <= kept.keys(), f"seed {seed}"
                assert all(sha_of(kept[sha]) == sha for sha in there), f"seed {seed}"
                office.start()
                if chance.random() < 0.7:
                    wait_until(office.answers, what=f"start, seed {seed}")
            wait_until(office.answers)
            wait_until(window.all_there, 40, f"seed {seed}")
            assert whole(office, scans), f"seed {seed}"
            wait_until(window.settled)
            assert lacking(office, "c1") == {"c1": []}
    finally:
        office.kill()


SCANNER = """
import sys
from pathlib import Path
from tests.sync.blob_world import PageWindow, jpeg
home, url, token, first = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
window = PageWindow(home, url, token)
window.start()
print("up", flush=True)
for n in range(first, first + 1000):
    window.scan(f"c{n}", [jpeg(300_000 + 1000 * n, seed=n), jpeg(1_300_000, seed=n)])
    print(n, flush=True)
"""


def test_a_killed_client_keeps_every_page_it_saved_and_sends_it(
    tmp_path: Path, nursery: Nursery
) -> None:
    chance = random.Random(5)
    with nursery.served(tmp_path / "data") as office:
        token, said = enrolled(office, "W01"), -1
        for _ in range(4):
            process = subprocess.Popen(
                [sys.executable, "-c", SCANNER, str(tmp_path / "w"), office.url, token,
                 str(said + 1)],
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            time.sleep(chance.uniform(0.2, 0.8))
            process.send_signal(signal.SIGKILL)
            lines = process.stdout.read().split("\n")[:-1]
            process.wait()
            process.stdout.close()
            said = max([said, *(int(line) for line in lines)])
        assert said > 3
        with page_window(tmp_path / "w", office.url, token) as window:
            with window.store.read() as connection:
                rows = connection.exec_driver_sql("SELECT DISTINCT case_id FROM case_materials")
                cases = {row[0] for row in rows}
            assert cases >= {f"c{n}" for n in range(said + 1)}
            window.start()
            wait_until(lambda: window.all_there() and window.settled(), 60)
            wanted = {row.sha for case in cases for row in window.shelf.pages(case)}
            kept = stored(office)
            assert wanted <= kept.keys()
            assert all(sha_of(content) == sha for sha, content in kept.items())
            asked = sorted(cases)[:100]
            assert lacking(office, *asked) == {case: [] for case in asked}


# -- getting them back ----------------------------------------------------------------------------


def test_a_scan_comes_back_also_over_a_line_that_breaks(tmp_path: Path, nursery: Nursery) -> None:
    scan = jpeg(2_000_000)
    with nursery.served(tmp_path / "data") as office:
        for start in range(0, len(scan), 1024 * 1024):
            assert _part(office, scan, start, "W01").status_code == 204
        line = BadLine(office.port)
        line.cut_answer_after = 300_000
        line.up()
        pages = RemotePages(Access(url=line.url, token=enrolled(office, "W02")))
        assert pages.fetch(sha_of(scan)) == scan
        line.down()


def test_another_window_learns_where_the_pages_are(tmp_path: Path, nursery: Nursery) -> None:
    scans = [jpeg(seed=1), jpeg(seed=2)]
    with (
        nursery.served(tmp_path / "data") as office,
        page_window(tmp_path / "w1", office.url, enrolled(office, "W01")) as first,
    ):
        first.scan("c1", scans)
        first.worker.start()
        wait_until(first.settled)
        assert put(office, scans[0]).status_code == 201
        facts = first.store.entries()
        second = PageWindow(tmp_path / "w2", office.url, enrolled(office, "W02"), device="W02")
        second.store.take_in(facts)
        second.lanes.start()
        wait_until(lambda: len(second.states()) == 2)
        wait_until(
            lambda: [row.state for row in second.shelf.pages("c1")] == ["there", "elsewhere"]
        )
        second.close()


def test_a_restored_back_office_gets_its_scans_again(tmp_path: Path, nursery: Nursery) -> None:
    scans = [jpeg(seed=n) for n in range(3)]
    with (
        nursery.served(tmp_path / "data") as office,
        page_window(tmp_path / "w", office.url, enrolled(office, "W01")) as window,
    ):
        names = window.scan("c1", scans)
        window.start()
        wait_until(lambda: window.all_there() and window.settled())
        (office.data / "blobs" / names[1][:2] / names[1]).unlink()
        with window.store.begin() as unit:  # as if it were a day later
            unit.connection.exec_driver_sql("UPDATE blobs SET asked_at = '2026-01-01'")
        wait_until(lambda: whole(office, scans), 10)
        wait_until(window.all_there)
        assert lacking(office, "c1") == {"c1": []}


def test_lanes_stop_in_the_middle_of_an_upload(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.piece, line.pause = 16384, 0.02
        line.up()
        window = PageWindow(tmp_path / "w", line.url, enrolled(office, "W01"))
        window.scan("c1", [jpeg(5_000_000, seed=n) for n in range(3)])
        window.lanes.start()
        wait_until(lambda: _under_way(window) > 0)
        begun = time.monotonic()
        assert window.lanes.stop(10)
        assert time.monotonic() - begun < 8
        window.lanes._threads.clear()
        window.close()
        line.down()


def test_nothing_of_a_scan_is_readable_on_the_windows_disk(
    tmp_path: Path, nursery: Nursery
) -> None:
    marked = jpeg(300_000)[:-8] + b"plainly-visible" + b"\xff\xda\xff\xd9"
    with nursery.served(tmp_path / "data") as office:
        with page_window(tmp_path / "w", office.url, enrolled(office, "W01")) as window:
            window.scan("c1", [marked])
            window.start()
            wait_until(window.all_there)
        for path in (tmp_path / "w").rglob("*"):
            if path.is_file():
                assert b"plainly-visible" not in path.read_bytes(), path
                assert marked[:64] not in path.read_bytes(), path
                assert path.stat().st_mode & 0o077 == 0 or path.parent == tmp_path / "w"


def _state(window: PageWindow, scan: bytes) -> str:
    return window.states()[sha_of(scan)][0]


def test_a_page_added_later_waits_for_no_large_one(tmp_path: Path, nursery: Nursery) -> None:
    large, small = jpeg(6_000_000), [jpeg(20_000, seed=n) for n in range(3)]
    with nursery.served(tmp_path / "data") as office:
        line = BadLine(office.port)
        line.piece, line.pause = 16384, 0.01
        line.up()
        with page_window(tmp_path / "w", line.url, enrolled(office, "W01")) as window:
            window.scan("c1", [large])
            window.start()
            wait_until(lambda: _under_way(window) > 300_000)
            for number, scan in enumerate(small):
                window.scan(f"later {number}", [scan])
                wait_until(lambda one=scan: _state(window, one) == "there")  # type: ignore[misc]
                assert _state(window, large) == "waiting"
                wait_until(lambda: window.lanes.progress().files_left == 1)
            window.scan("while all are busy", [jpeg(3_000_000, seed=n) for n in range(4)])
            wait_until(lambda: window.lanes.progress().files_left == 5)
            line.pause = 0.0
            wait_until(window.all_there, 60)
            wait_until(lambda: window.lanes.progress().files_left == 0)
        line.down()

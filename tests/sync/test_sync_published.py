"""What the back office publishes reaches the window whole, seldom, and never half."""

from __future__ import annotations

import hashlib
import json
import stat
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from app.bootstrap import resources_folder
from app.domain.checklist import Bar
from app.ports import Access
from app.services.calendar import open_calendar
from app.services.catalogue_published import take_up_published
from app.services.catalogue_signing import public_of
from app.services.catalogue_store import installed_files, open_catalogue, trust_key
from app.services.standing import Standing
from sync.client.feed_worker import Kept
from sync.client.published import EVERY_SECONDS, PublishedKeeper
from sync.client.transport import HttpTransport
from sync.published import BARS, CALENDAR, CATALOGUE
from tests.sync.feeding import fed_window
from tests.sync.test_sync_lies import lying
from tests.sync.world import BadLine, Forked, Nursery, enrolled, wait_until
from tests.unit.test_catalogue_publish import DAY, ITEMS, KEY, NEXT, UNIT, signed

SALT = "ab" * 16
SHIPPED = resources_folder() / "calendar" / "workdays.json"
PERSON = "379901197605060137"


def published(day: str = "2026-11-20", *holders: str) -> bytes:
    bars: list[dict[str, Any]] = [
        {
            "holder": hashlib.sha256((SALT + holder).encode()).hexdigest(),
            "bar": bar, "reason": "示例：失信未修复", "until": None,
        }
        for holder in holders
        for bar in ("deferral", "promise")
    ]  # fmt: skip
    return json.dumps({"published": day, "salt": SALT, "bars": bars}).encode()


def ask(office: Forked, **headers: str) -> requests.Response:
    return office.get(BARS.path, **headers)


class Steps:
    """Time that only the test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def keeper(file: Path, url: str, token: str = "t") -> tuple[PublishedKeeper, Steps]:
    time_ = Steps()
    transport = HttpTransport(Access(url=url, token=token))
    return PublishedKeeper(BARS, file, transport, time_), time_


def test_the_list_is_served_with_its_version(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        missing = ask(office)
        assert (missing.status_code, missing.json()["code"]) == (404, "SYNC-NOT-PUBLISHED")
        file = office.data / "bars.json"
        file.write_bytes(published("2026-11-20", PERSON))
        first = ask(office)
        assert first.status_code == 200
        assert first.json()["published"] == "2026-11-20"
        assert len(first.json()["bars"]) == 2
        tag = first.headers["ETag"]
        assert tag == f'"{hashlib.sha256(first.content).hexdigest()}"'
        same = ask(office, **{"If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
        file.write_bytes(published("2026-11-22"))
        assert ask(office, **{"If-None-Match": tag}).json()["published"] == "2026-11-22"
        file.write_bytes(b'{"published": "2026-11-22", "salt": "' + PERSON.encode())
        assert ask(office).status_code == 503
        log = (office.data.parent / "backoffice.log").read_text(encoding="utf-8")
        assert "file_broken" in log
        assert PERSON not in log


def test_the_feed_brings_it_and_the_window_knows(tmp_path: Path, nursery: Nursery) -> None:
    file = tmp_path / "w" / "bars.json"
    with nursery.served(tmp_path / "data") as office:
        (office.data / "bars.json").write_bytes(published("2026-11-20", PERSON))
        kept = [Kept(kind=BARS, file=file)]
        with fed_window(tmp_path / "w", office.url, enrolled(office, "W01"), lists=kept) as window:
            standing = Standing([file], lambda: date(2026, 11, 23))
            assert standing.check(["379901198803040115"]).published == ""
            window.start()
            wait_until(file.exists)
            assert {one.bar for one in standing.check([PERSON]).bars} == {Bar.DEFERRAL, Bar.PROMISE}
            assert standing.check(["379901198803040115"]).bars == ()
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert not file.with_suffix(".part").exists()
            # A new one is heard of at once, not after ten minutes.
            (office.data / "bars.json").write_bytes(published("2026-11-22"))
            wait_until(lambda: standing.check([PERSON]).bars == ())


def test_signed_lists_are_taken_up_also_after_a_kill(tmp_path: Path, nursery: Nursery) -> None:
    home = tmp_path / "home"
    trust_key(home, msgspec.structs.replace(public_of(KEY), unit=UNIT))
    file = home / "published" / "catalogue.json"
    taken: list[int] = []

    def take_up(kept: Path) -> None:
        taken.append(take_up_published(kept, home, ITEMS))

    with nursery.served(tmp_path / "data") as office:
        (office.data / CATALOGUE.file).write_bytes(signed(NEXT))
        token = enrolled(office, "W01")
        # Killed between the file and the list: it is there, and nobody has taken it up.
        before = [Kept(kind=CATALOGUE, file=file)]
        with fed_window(tmp_path / "a", office.url, token, lists=before) as window:
            window.start()
            wait_until(file.exists)
        assert installed_files(home) == []
        after = [Kept(kind=CATALOGUE, file=file, on_kept=take_up)]
        with fed_window(tmp_path / "b", office.url, token, lists=after) as window:
            window.start()
            wait_until(lambda: taken == [1])
            assert open_catalogue(ITEMS, home, on=DAY).get(NEXT.code) == NEXT
            third = replace(NEXT, version=3)
            (office.data / CATALOGUE.file).write_bytes(signed(third, at=5))
            wait_until(lambda: taken == [1, 1])
            assert open_catalogue(ITEMS, home, on=DAY).get(NEXT.code).version == 3


def test_it_is_asked_for_every_ten_minutes_at_most(tmp_path: Path) -> None:
    asked: list[float] = []
    file = tmp_path / "bars.json"

    def say(_path: str, _body: bytes) -> tuple[int, bytes]:
        asked.append(clock.at)
        return 200, published()

    with lying(say) as url:
        keep, clock = keeper(file, url)
        for _ in range(2000):
            keep.look()
            clock.at += 1
    assert EVERY_SECONDS == 600
    assert asked == [1000, 1600, 2200, 2800]


def test_the_same_list_is_not_sent_or_written_again(tmp_path: Path, nursery: Nursery) -> None:
    with nursery.served(tmp_path / "data") as office:
        (office.data / "bars.json").write_bytes(published("2026-11-20", PERSON))
        line = BadLine(office.port)
        line.up()
        file = tmp_path / "bars.json"
        keep, clock = keeper(file, line.url, enrolled(office, "W01"))
        keep.look()
        first = file.stat()
        clock.at += 601
        keep.look()
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
        again, _ = keeper(
            file, line.url, enrolled(office, "W01")
        )  # after a restart: known by its content
        again.look()
        assert file.stat().st_ino == first.st_ino
        (office.data / "bars.json").write_bytes(published("2026-11-22"))
        clock.at += 601
        keep.look()
        assert json.loads(file.read_bytes())["published"] == "2026-11-22"
        line.down()


BROKEN: dict[str, tuple[int, bytes]] = {
    "empty": (200, b""),
    "page": (200, b"<html>"),
    "cut": (200, published("2026-11-22", PERSON)[:-9]),
    "no salt": (200, b'{"published": "2026-11-22", "salt": "", "bars": []}'),
    "numbers": (
        200,
        published("2026-11-22", PERSON).replace(
            hashlib.sha256((SALT + PERSON).encode()).hexdigest().encode(), PERSON.encode()
        ),
    ),
    "deep": (200, b"[" * 90_000),
    "huge": (200, b" " * (BARS.largest + 1)),
    "missing": (404, b"{}"),
    "failing": (500, b""),
    "redirect": (302, b""),
    "locked": (401, b""),
    "unchanged": (304, b""),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_answer_leaves_the_last_good_list(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "bars.json"
    file.write_bytes(published("2026-11-20", PERSON))
    before = file.read_bytes()
    with lying(lambda _path, _body: BROKEN[kind]) as url:
        keep, _ = keeper(file, url)
        keep.look()
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    standing = Standing([file], lambda: date(2026, 11, 23))
    assert standing.check([PERSON]).bars


def test_a_full_disk_or_a_missing_folder_stops_nothing(tmp_path: Path) -> None:
    with lying(lambda _path, _body: (200, published())) as url:
        keep, _ = keeper(tmp_path / "gone" / "bars.json", url)
        keep.look()
        (tmp_path / "bars.json").mkdir()  # cannot be replaced
        keep, _ = keeper(tmp_path / "bars.json", url)
        keep.look()
    assert not (tmp_path / "bars.part").exists()


def test_it_comes_as_soon_as_the_line_stands(tmp_path: Path, nursery: Nursery) -> None:
    file = tmp_path / "w" / "bars.json"
    with nursery.served(tmp_path / "data") as office:
        (office.data / "bars.json").write_bytes(published("2026-11-20", PERSON))
        line = BadLine(office.port)
        kept = [Kept(kind=BARS, file=file)]
        with fed_window(tmp_path / "w", line.url, enrolled(office, "W01"), lists=kept) as window:
            window.start()
            time.sleep(1)
            assert not file.exists()
            line.up()
            wait_until(file.exists, 6)
            line.down()


ARRANGEMENT = {
    "source": "示例安排", "holidays": ["2027-01-01", "2027-02-08"], "workdays": ["2027-02-06"],
}  # fmt: skip


def test_a_calendar_of_the_back_office_counts_at_every_window(
    tmp_path: Path, nursery: Nursery
) -> None:
    home = tmp_path / "w"
    file = home / "calendar" / "published.json"
    time_ = Steps()
    with nursery.served(tmp_path / "data") as office:
        transport = HttpTransport(Access(url=office.url, token=enrolled(office, "W01")))
        keeper = PublishedKeeper(CALENDAR, file, transport, time_)
        keeper.look()
        assert not file.exists(), "nothing is published yet"
        source = office.data / "calendar.json"
        source.write_text(json.dumps({"years": {"2027": ARRANGEMENT}}), encoding="utf-8")
        time_.at += EVERY_SECONDS
        keeper.look()
        work = open_calendar(SHIPPED, home / "calendar").work
        assert 2027 in work.published_years
        assert not work.works(date(2027, 2, 8))
        assert work.works(date(2027, 2, 6))
        # What cannot be an arrangement is not even served, and the last good one stays.
        kept = file.read_bytes()
        wrong = ARRANGEMENT | {"workdays": ["2027-02-08"]}
        source.write_text(json.dumps({"years": {"2027": wrong}}), encoding="utf-8")
        time_.at += EVERY_SECONDS
        keeper.look()
        assert file.read_bytes() == kept


def test_a_calendar_that_is_none_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "published.json"
    for body in (
        b"{}", b'{"years": {}}', b'{"years": {"1999": {}}}', b"[]", b"\xff",
        json.dumps({"years": {"2027": ARRANGEMENT | {"holidays": ["2027-02-07"]}}}).encode(),
    ):  # fmt: skip
        with lying(lambda _path, _body, answer=body: (200, answer)) as url:  # type: ignore[misc]  # a default
            transport = HttpTransport(Access(url=url, token="t"))
            PublishedKeeper(CALENDAR, file, transport, Steps()).look()
        assert not file.exists(), body

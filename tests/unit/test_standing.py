"""Who is barred may neither defer nor promise; while nobody knows, neither may anybody."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.case_events import ApplicantChecked, BarFact
from app.domain.checklist import Bar
from app.services.standing import UNKNOWN, Standing, holder_hash

HALL = Path(__file__).parents[2] / "resources" / "demo_hall"
TODAY = date(2026, 11, 23)
SALT = "00ff" * 8
PERSON, OTHER, FIRM = "379901199001010014", "379901198803040115", "91379901MA3YLCY07M"

CLOSED = ApplicantChecked(
    bars=(
        BarFact(bar=Bar.DEFERRAL, reason=UNKNOWN),
        BarFact(bar=Bar.PROMISE, reason=UNKNOWN),
    ),
    published="",
)


def barred(holder: str, bar: str, reason: str, until: str | None = None) -> dict[str, Any]:
    digest = hashlib.sha256((SALT + holder).encode()).hexdigest()
    return {"holder": digest, "bar": bar, "reason": reason, "until": until}


def publish(file: Path, *bars: dict[str, Any], published: str = "2026-11-20") -> None:
    """As the sync worker does it: a new file under the same name."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"published": published, "salt": SALT, "bars": bars}))
    part.replace(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bars.json"


@pytest.fixture
def standing(file: Path) -> Standing:
    return Standing([file], lambda: TODAY)


def test_without_a_list_both_are_closed_to_everybody(file: Path, standing: Standing) -> None:
    assert standing.check([PERSON]) == CLOSED
    assert standing.check([]) == CLOSED
    publish(file)
    assert standing.check([PERSON]) == ApplicantChecked(published="2026-11-20")
    file.unlink()
    assert standing.check([PERSON]) == CLOSED


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "cut": b'{"published": "2026-11-20", "sal',
    "list": b"[]",
    "deep": b"[" * 100_000,
    "no day": b'{"published": "", "salt": "00ff00ff00ff00ff", "bars": []}',
    "no salt": b'{"published": "2026-11-20", "salt": "", "bars": []}',
    "odd salt": b'{"published": "2026-11-20", "salt": "00ff00ff00ff00ff0", "bars": []}',
    "unknown bar": (
        b'{"published": "2026-11-20", "salt": "00ff00ff00ff00ff", "bars":'
        b' [{"holder": "' + b"0" * 64 + b'", "bar": "everything", "reason": "r", "until": null}]}'
    ),
    "plain number": (
        b'{"published": "2026-11-20", "salt": "00ff00ff00ff00ff", "bars":'
        b' [{"holder": "379901199001010014", "bar": "promise", "reason": "r", "until": null}]}'
    ),
    "not text": b"\xff\xfe\x00\x01",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_list_closes_both(file: Path, standing: Standing, kind: str) -> None:
    publish(file)
    assert standing.check([PERSON]).bars == ()
    file.write_bytes(BROKEN[kind])
    assert standing.check([PERSON]) == CLOSED
    publish(file)
    assert standing.check([PERSON]).bars == ()


def test_a_folder_in_its_place_closes_both(file: Path, standing: Standing) -> None:
    file.mkdir()
    assert standing.check([PERSON]) == CLOSED


def test_who_is_barred_from_what_and_why(file: Path, standing: Standing) -> None:
    publish(file, barred(PERSON, "promise", "核查不实"), barred(OTHER, "deferral", "逾期未补"))
    found = standing.check([PERSON])
    assert found.bars == (BarFact(bar=Bar.PROMISE, reason="核查不实"),)
    assert found.published == "2026-11-20"
    assert standing.check([OTHER]).bars == (BarFact(bar=Bar.DEFERRAL, reason="逾期未补"),)
    assert standing.check([FIRM]).bars == ()
    assert standing.check([]).bars == ()


def test_the_person_and_the_organisation_count_together(file: Path, standing: Standing) -> None:
    publish(
        file,
        barred(PERSON, "promise", "甲"), barred(FIRM, "promise", "乙"),
        barred(FIRM, "promise", "甲"), barred(FIRM, "deferral", "丙"),
    )  # fmt: skip
    assert standing.check([PERSON, FIRM]).bars == (
        BarFact(bar=Bar.DEFERRAL, reason="丙"),
        BarFact(bar=Bar.PROMISE, reason="甲；乙"),
    )


@pytest.mark.parametrize(
    ("until", "counts"), [(None, True), ("2026-11-23", True), ("2026-11-22", False)]
)
def test_a_bar_counts_to_its_last_day(
    file: Path, standing: Standing, until: str | None, counts: bool
) -> None:
    publish(file, barred(PERSON, "deferral", "逾期", until))
    assert bool(standing.check([PERSON]).bars) is counts


def test_midnight_ends_a_bar_without_a_new_list(file: Path) -> None:
    days = [date(2026, 11, 23)]
    standing = Standing([file], lambda: days[0])
    publish(file, barred(PERSON, "deferral", "逾期", "2026-11-23"))
    assert standing.check([PERSON]).bars
    days[0] = date(2026, 11, 24)
    assert not standing.check([PERSON]).bars


def test_a_number_is_found_however_it_was_typed(file: Path, standing: Standing) -> None:
    publish(file, barred("37990119900101001X", "promise", "核查不实"))
    for typed in ("37990119900101001X", "37990119900101001x", " 37990119900101001x "):
        assert standing.check([typed]).bars, typed


def test_a_new_list_is_read_also_within_the_same_moment(file: Path, standing: Standing) -> None:
    publish(file, barred(PERSON, "promise", "甲"))
    state = file.stat()
    assert standing.check([PERSON]).bars
    publish(file, barred(PERSON, "promise", "乙"))
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))  # a coarse clock
    assert standing.check([PERSON]).bars[0].reason == "乙"


def test_what_was_fetched_counts_before_what_came_with_the_hall(tmp_path: Path) -> None:
    fetched, shipped = tmp_path / "fetched.json", tmp_path / "shipped.json"
    standing = Standing([fetched, shipped], lambda: TODAY)
    publish(shipped, barred(PERSON, "promise", "旧"), published="2026-01-01")
    assert standing.check([PERSON]).published == "2026-01-01"
    publish(fetched, published="2026-11-20")
    assert standing.check([PERSON]) == ApplicantChecked(published="2026-11-20")
    fetched.write_bytes(b"{")  # damaged: the older list does not answer in its place
    assert standing.check([PERSON]) == CLOSED


def test_a_long_list_is_read_once_and_asked_quickly(file: Path, standing: Standing) -> None:
    import time

    publish(file, *(barred(f"{n:018d}", "promise", "核查不实") for n in range(50_000)))
    assert standing.check([f"{7:018d}"]).bars
    started = time.perf_counter()
    for _ in range(200):
        standing.check([PERSON, FIRM])
    assert time.perf_counter() - started < 1  # reading the list again would take far longer


def test_the_demo_halls_list() -> None:
    """One invented person is barred from both; another's bar has run out."""
    people = {
        person["id"]: (person["card"] or person["typed"])["number"]
        for person in json.loads((HALL / "people.json").read_bytes())["people"]
    }
    text = (HALL / "bars.json").read_text(encoding="utf-8")
    standing = Standing([HALL / "bars.json"], lambda: TODAY)
    found = {id_: standing.check([number]) for id_, number in people.items()}
    assert {one.bar for one in found["sun-shixin"].bars} == {Bar.DEFERRAL, Bar.PROMISE}
    assert [id_ for id_, checked in found.items() if checked.bars] == ["sun-shixin"]
    earlier = Standing([HALL / "bars.json"], lambda: date(2026, 6, 30))
    assert earlier.check([people["wang-rare"]]).bars
    assert not [number for number in people.values() if number in text]
    salt = json.loads(text)["salt"]
    assert holder_hash(salt, people["sun-shixin"]) in text

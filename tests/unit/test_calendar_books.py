"""Calendars by year: the shipped ones, what is laid over them, and files that make no sense."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import main
from app.domain.catalogue import Limit
from app.domain.deadline import due_after
from app.services.calendar import (
    BadCalendar,
    YearNotPublished,
    import_calendar,
    load_calendar,
    open_calendar,
)

SHIPPED = Path(__file__).parents[2] / "resources" / "calendar" / "workdays.json"
YEAR = {
    "source": "测试安排",
    "holidays": ["2027-01-01", "2027-02-08", "2027-02-05"],
    "workdays": ["2027-01-30"],
}


def written(folder: Path, value: Any, name: str = "new.json") -> Path:
    file = folder / name
    file.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return file


def places(file: Path) -> str:
    with pytest.raises(BadCalendar) as raised:
        import_calendar(file, file.parent / "calendar")
    assert not (file.parent / "calendar").exists()
    return str(raised.value.details["place"])


def test_an_imported_year_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    folder = tmp_path / "calendar"
    before = open_calendar(SHIPPED, folder)
    assert before.work == load_calendar(SHIPPED)
    with pytest.raises(YearNotPublished):
        before.get(2027)
    assert import_calendar(written(tmp_path, {"years": {"2027": YEAR}}), folder) == (2027,)
    assert [file.name for file in folder.iterdir()] == ["2027.json"]
    after = open_calendar(SHIPPED, folder)
    assert after.work.published_years == before.work.published_years | {2027}
    assert (after.get(2027).imported, after.get(2026).imported) == (True, False)
    assert after.get(2027).holidays == (date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8))
    due = due_after(date(2026, 12, 31), Limit(count=1), after.work)
    assert (due.day, due.provisional) == (date(2027, 1, 4), False)
    # The whole year is replaced, not mixed.
    again = {**YEAR, "holidays": ["2027-01-04"], "workdays": []}
    import_calendar(written(tmp_path, {"years": {"2027": again}}), folder)
    newest = open_calendar(SHIPPED, folder).get(2027)
    assert (newest.holidays, newest.workdays) == ((date(2027, 1, 4),), ())


def test_a_shipped_year_can_be_corrected(tmp_path: Path) -> None:
    corrected = {"source": "测试更正", "holidays": ["2026-01-01"], "workdays": []}
    import_calendar(written(tmp_path, {"years": {"2026": corrected}}), tmp_path / "calendar")
    book = open_calendar(SHIPPED, tmp_path / "calendar")
    assert book.work.works(date(2026, 10, 1))
    assert not book.work.works(date(2025, 10, 1))


def test_every_fault_is_told_by_its_place_in_one_go(tmp_path: Path) -> None:
    bad = {
        "source": " ",
        "holidays": ["2027-01-01", "2027-01-02", "2026-10-01", "2027-01-01"],
        "workdays": ["2027-01-04"],
    }
    found = places(written(tmp_path, {"years": {"2027": bad, "27": YEAR}}))
    for place in (
        "2027.source", "2027.holidays[1] 2027-01-02", "2027.holidays[2] 2026-10-01",
        "2027.holidays[3] 2027-01-01: twice", "2027.workdays[0] 2027-01-04", "year '27'",
    ):  # fmt: skip
        assert place in found


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "Expecting value"),
        ("[]", "object"),
        ('{"years": {}}', "no year"),
        (
            '{"years": {"2027": {"source": "x", "holidays": ["2027-02-30"], "workdays": []}}}',
            "2027",
        ),
        ('{"years": {"2027": {"source": "x", "holidays": [], "workdays": []}}}', "0 days"),
        ('{"years": {"2027": {"source": "x", "holiday": [], "workdays": []}}}', "holiday"),
        ('{"years": {"2027": 1, "2027": 2}}', "stands twice"),
        ("[" * 100_000, "recursion"),
        ("9" * 2_000_000, "more than 1 MB"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(tmp_path: Path, content: str, place: str) -> None:
    assert place in places(written(tmp_path, content))


def test_what_is_not_a_plain_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in places(tmp_path / "nothing.json")
    (tmp_path / "folder.json").mkdir()
    assert "no such file" in places(tmp_path / "folder.json")
    (tmp_path / "raw.json").write_bytes(b"\xff\xfe\x00")
    assert "raw.json" in places(tmp_path / "raw.json")


def test_a_broken_file_in_the_folder_is_left_out_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "calendar"
    import_calendar(written(tmp_path, {"years": {"2027": YEAR}}), folder)
    written(folder, "{", "2028.json")
    book = open_calendar(SHIPPED, folder)
    assert 2027 in book.years
    assert [fault.partition(":")[0] for fault in book.faults] == ["2028.json"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8)
        | st.dates().map(str) | st.sampled_from(["2027-01-01", "2027-01-02"]),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["years", "2027", "source", "holidays", "workdays", "x"]), inner,
            max_size=4,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_json_is_taken_whole_or_refused_with_its_code(tmp_path: Path, raw: Any) -> None:
    file = written(tmp_path, {"years": {"2027": raw}})
    try:
        import_calendar(file, tmp_path / "calendar")
    except BadCalendar:
        return
    assert not open_calendar(SHIPPED, tmp_path / "calendar").faults


def test_commands_show_and_import(tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, Any]:
        ended = CliRunner().invoke(main, ["calendar", *words, "--home", str(tmp_path), "--json"])
        return ended.exit_code, json.loads(ended.output)

    code, value = run("show", "2027")
    assert (code, value["error"]["code"]) == (1, "CLK-06")
    file = written(tmp_path, {"years": {"2027": YEAR}})
    assert run("import", str(file)) == (0, {"ok": True, "years": [2027]})
    code, value = run("show", "2027")
    assert (code, value["source"], value["imported"]) == (0, "测试安排", True)
    assert value["workdays"] == ["2027-01-30"]
    code, value = run("import", str(written(tmp_path, "{}")))
    assert (code, value["error"]["code"]) == (1, "CAT-03")
    plain = CliRunner().invoke(main, ["calendar", "show", "2026", "--home", str(tmp_path)])
    assert "10-05—10-07" in plain.output

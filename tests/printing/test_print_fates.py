"""What becomes of a job inside a printer: believed only where it surely did or did not come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.events import PaperKind
from app.services.print_jobs import JobMoved, NotWithdrawn, PrintJob
from app.services.print_setup import Route
from app.services.printing import PrintDesk
from tests.printing.scripted_printer import (
    ABORTED,
    CANCELLED,
    COMPLETED,
    PENDING,
    PROCESSING,
    STOPPED,
    ScriptedPrinter,
)
from tests.printing.test_print_jobs import ABOUT, SESSION, case, desk_of, only, order, sheets
from tests.unit.test_papers import Counter, counter

__all__ = ["case", "counter"]  # the fixtures


@pytest.fixture
def printer() -> Iterator[ScriptedPrinter]:
    running = ScriptedPrinter()
    yield running
    running.stop()


def printed_at(
    case: Counter, printer: ScriptedPrinter, **born: object
) -> tuple[PrintDesk, PrintJob]:
    printer.script.born = born
    desk = desk_of(case, printer.uri)
    order(desk)
    desk.run_pending()
    return desk, only(desk)


@pytest.mark.parametrize(
    ("born", "state", "code"),
    [
        ({"state": COMPLETED, "started": 5, "impressions": 9}, "printed", ""),
        ({"state": COMPLETED, "started": 5, "impressions": 0}, "printed", ""),  # counts nothing
        ({"state": COMPLETED, "started": 5, "impressions": None}, "printed", ""),
        # It says done, and what it counted says otherwise.
        (
            {"state": COMPLETED, "started": 5, "reasons": "job-completed-with-errors"},
            "doubted", "PRN-HALF",
        ),
        ({"state": PROCESSING, "started": 5}, "sent", ""),
        ({"state": PENDING}, "sent", ""),
        ({"state": CANCELLED, "impressions": None}, "doubted", "PRN-DOUBT"),
        ({"state": ABORTED, "started": 5}, "failed", "PRN-ABORTED"),
    ],
)  # fmt: skip
def test_what_a_printer_says_at_once(
    case: Counter, printer: ScriptedPrinter, born: dict[str, object], state: str, code: str
) -> None:
    _, job = printed_at(case, printer, **born)
    assert (job.state, job.code) == (state, code)


@pytest.mark.parametrize(
    ("later", "state", "code"),
    [
        ({"state": COMPLETED, "started": 5}, "printed", ""),
        ({"state": CANCELLED}, "failed", "PRN-GIVEN-UP"),  # never began
        ({"state": ABORTED, "started": 0}, "doubted", "PRN-HALF"),  # began in its first second
        ({"state": CANCELLED, "started": 5, "impressions": 1}, "doubted", "PRN-HALF"),
        ({"name": "somebody else's"}, "doubted", "PRN-HALF"),  # switched off, and counted anew
    ],
)
def test_what_a_printer_says_later(
    case: Counter, printer: ScriptedPrinter, later: dict[str, object], state: str, code: str
) -> None:
    desk, _ = printed_at(case, printer)
    (inside,) = printer.script.jobs.values()
    for key, value in later.items():
        setattr(inside, key, value)
    assert not desk.run.follow(printer.uri)
    assert (only(desk).state, only(desk).code) == (state, code)


def test_a_printer_that_lies_about_the_pages_is_caught_by_its_own_count(
    case: Counter, printer: ScriptedPrinter
) -> None:
    printer.script.born = {"state": COMPLETED, "started": 5, "impressions": 1}
    desk = desk_of(case, printer.uri, acceptance=Route(printer=printer.uri, apart=True))
    order(desk)
    desk.run_pending()
    job = only(desk)
    assert job.pages > 1
    assert (job.state, job.code) == ("doubted", "PRN-HALF")
    desk.answer(SESSION, job.id, printed=False)  # somebody looked
    assert only(desk).state == "failed"


def test_copies_and_tray_are_asked_of_the_printer(case: Counter, printer: ScriptedPrinter) -> None:
    route = Route(printer=printer.uri, copies=3, tray="tray-2")
    desk = desk_of(case, printer.uri, acceptance=route)
    order(desk)
    desk.run_pending()
    sent = printer.script.asked[0]
    assert b"\x21\x00\x06copies\x00\x04\x00\x00\x00\x03" in sent
    assert b"\x34\x00\x09media-col\x00\x00\x4a\x00\x00\x00\x0cmedia-source" in sent
    assert b"\x44\x00\x00\x00\x06tray-2\x37\x00\x00\x00\x00\x03%PDF" in sent


def test_half_sheets_are_asked_of_the_printer(case: Counter, printer: ScriptedPrinter) -> None:
    desk = desk_of(case, printer.uri, acceptance=Route(printer=printer.uri, half=True))
    order(desk)
    desk.run_pending()
    sent = printer.script.asked[0]
    assert b"\x02\x34\x00\x09media-col\x00\x00\x4a\x00\x00\x00\x0amedia-size" in sent
    assert b"x-dimension\x21\x00\x00\x00\x04" + (14800).to_bytes(4) in sent
    assert only(desk).half


# -- taken back -------------------------------------------------------------------------------


def test_a_job_that_never_began_is_taken_back_and_printed_elsewhere(
    case: Counter, printer: ScriptedPrinter, tmp_path: Path
) -> None:
    other = f"folder:{tmp_path / 'other'}"
    desk = desk_of(case, printer.uri, other)
    job = order(desk)
    desk.run_pending()
    desk.move(SESSION, job, other)
    desk.run_pending()
    assert (only(desk).state, only(desk).printer) == ("printed", other)
    assert len(sheets(tmp_path / "other")) == 1
    (inside,) = printer.script.jobs.values()
    assert inside.state == CANCELLED


def test_a_job_that_waits_for_paper_with_no_sheet_out_is_cancelled(
    case: Counter, printer: ScriptedPrinter
) -> None:
    desk, job = printed_at(case, printer, state=STOPPED, started=5)
    desk.cancel(SESSION, job.id, "不要了")
    assert only(desk).state == "cancelled"


@pytest.mark.parametrize(
    ("inside", "state"),
    [
        ({"state": PROCESSING, "started": 5, "impressions": 1}, "doubted"),
        ({"state": STOPPED, "started": 5, "impressions": 2}, "doubted"),
        ({"state": PROCESSING, "started": 5, "after_cancel": COMPLETED}, "printed"),
        ({"state": COMPLETED, "started": 5}, "printed"),
    ],
)
def test_a_job_that_may_be_out_is_neither_moved_nor_cancelled(
    case: Counter, printer: ScriptedPrinter, inside: dict[str, object], state: str
) -> None:
    desk, job = printed_at(case, printer)
    (held,) = printer.script.jobs.values()
    for key, value in inside.items():
        setattr(held, key, value)
    with pytest.raises(NotWithdrawn):
        desk.cancel(SESSION, job.id)
    assert only(desk).state == state
    with pytest.raises(JobMoved):
        desk.cancel(SESSION, job.id)


def test_the_same_paper_is_never_on_its_way_twice(case: Counter, printer: ScriptedPrinter) -> None:
    desk, job = printed_at(case, printer)
    desk.cancel(SESSION, job.id)
    order(desk)
    desk.run_pending()
    inside = [one for one in printer.script.jobs.values() if one.state == PENDING]
    assert len(inside) == 1
    assert {one.reprint for one in desk.jobs()} == {0}
    with pytest.raises(JobMoved):  # the first may still come out: it is not printed again
        desk.reprint(SESSION, next(j.id for j in desk.jobs() if j.state == "sent"), "急")
    assert PaperKind.ACCEPTANCE is only_sent(desk).paper
    assert only_sent(desk).about == ABOUT


def only_sent(desk: PrintDesk) -> PrintJob:
    (job,) = (one for one in desk.jobs() if one.state == "sent")
    return job

"""Print jobs of several printers: held up, moved, cancelled, printed again; never two at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import ReasonNeeded
from app.domain.events import PaperDoubted, PaperKind, PaperSent
from app.domain.hall import Role
from app.domain.ticket_events import TicketTaken
from app.print_ports import PrinterState
from app.services.print_jobs import JobMoved, NotWithdrawn, PrintJob
from app.services.print_setup import PrinterSetup, PrintRoutes, Route
from app.services.printing import PrintDesk
from app.services.sign_in import Session
from printers.backends import open_printer
from printers.documents.fonts import FontBook
from printers.maker import PaperPress
from printers.wording import Wording
from tests.printing.cups import DriverlessPrinter, PrintServer, RawListener, wait_until
from tests.unit.test_papers import ACCEPTED, CLERK, FORM, HALL, WINDOW, Counter, counter, got

__all__ = ["counter"]  # the fixture

SESSION = Session(staff_id=CLERK.id, name=CLERK.name, role=Role.CLERK, window=WINDOW)
ABOUT = "case:c1"


class Silent:
    """A printer that takes the connection and never says a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._peers: list[socket.socket] = []
        self.asked = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            self._peers.append(peer)
            self.asked.set()

    def stop(self) -> None:
        self._socket.close()
        for peer in self._peers:
            peer.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    printer = Silent()
    yield printer
    printer.stop()


@pytest.fixture
def case(counter: Counter) -> Counter:
    counter.open("c1")
    counter.happen(ABOUT, got(FORM), ACCEPTED)
    return counter


def desk_of(case: Counter, documents: str, *others: str, **papers: Route) -> PrintDesk:
    setup = PrinterSetup(
        documents=documents, slips=documents, printers={name: name for name in others},
        papers={PaperKind(kind): route for kind, route in papers.items()},
    )  # fmt: skip
    printers = {spec: open_printer(spec) for spec in setup.specifications()}
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    return PrintDesk(case.store, case.contents, press, printers, PrintRoutes(setup))


def only(desk: PrintDesk) -> PrintJob:
    (job,) = desk.jobs()
    return job


def sheets(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.pdf"))


def order(desk: PrintDesk, paper: PaperKind = PaperKind.ACCEPTANCE, reason: str = "") -> str:
    return desk.order(SESSION, paper, ABOUT, reason=reason)


def test_each_paper_goes_to_its_own_printer_as_often_as_it_should(
    case: Counter, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    transfer = Route(printer=f"folder:{there}", copies=2, apart=True)
    desk = desk_of(case, f"folder:{here}", transfer=transfer)
    order(desk)
    order(desk, PaperKind.TRANSFER)
    assert desk.run_pending() == 2
    assert len(sheets(here)) == len(sheets(there)) == 1
    job = next(job for job in desk.jobs() if job.paper is PaperKind.TRANSFER)
    assert (job.state, job.copies, job.apart, job.printer) == (
        "printed", 2, True, f"folder:{there}",
    )  # fmt: skip
    assert job.pages >= 2  # 申请人联 and the rest, each by its own name


def test_printing_again_needs_a_reason_and_is_counted(case: Counter, tmp_path: Path) -> None:
    desk = desk_of(case, f"folder:{tmp_path}")
    first = order(desk)
    desk.run_pending()
    with pytest.raises(ReasonNeeded):
        order(desk)
    with pytest.raises(ReasonNeeded):
        desk.reprint(SESSION, first, "  ")
    second = order(desk, reason="申请人遗失")
    desk.run_pending()
    desk.reprint(SESSION, second, "卡纸")
    desk.run_pending()
    assert {job.reprint for job in desk.jobs()} == {2, 1, 0}
    assert len(sheets(tmp_path)) == 3
    acts = desk.audit(first)
    asked = [(a.actor, a.reprint, a.reason) for a in acts if a.kind == "PaperQueued"]
    assert asked == [(CLERK.id, 0, ""), (CLERK.id, 1, "申请人遗失"), (CLERK.id, 2, "卡纸")]
    assert [a.actor for a in acts if a.kind == "PaperPrinted"] == ["system"] * 3
    assert all(a.at for a in acts)


def test_a_form_before_any_decision_and_a_guide_are_sheets_like_any(
    case: Counter, tmp_path: Path
) -> None:
    desk = desk_of(case, f"folder:{tmp_path}")
    for _ in range(3):  # a guide bears no number: anybody may have any number of them
        desk.order(SESSION, PaperKind.GUIDE, ABOUT)
    desk.run_pending()
    assert [job.reprint for job in desk.jobs()] == [0, 0, 0]


def test_a_failed_paper_is_tried_again_not_printed_twice(case: Counter, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    desk = desk_of(case, f"folder:{blocked}", f"folder:{tmp_path / 'other'}")
    job = order(desk)
    desk.run_pending()
    assert (only(desk).state, only(desk).code) == ("failed", "PRN-FOLDER")
    assert order(desk) == job  # the same job again, not a second paper with the same number
    desk.run_pending()
    assert only(desk).state == "failed"
    desk.move(SESSION, job, f"folder:{tmp_path / 'other'}")
    desk.run_pending()
    assert only(desk).state == "printed"
    assert len(sheets(tmp_path / "other")) == 1


def test_a_cancelled_paper_does_not_come_out(case: Counter, tmp_path: Path) -> None:
    desk = desk_of(case, f"folder:{tmp_path}")
    job = order(desk)
    desk.cancel(SESSION, job, "不要了")
    assert desk.run_pending() == 0
    assert only(desk).state == "cancelled"
    with pytest.raises(JobMoved):
        desk.retry(SESSION, job)
    with pytest.raises(JobMoved):
        desk.cancel(SESSION, job)
    with pytest.raises(JobMoved):
        desk.reprint(SESSION, job, "x")
    with pytest.raises(JobMoved):
        desk.answer(SESSION, job, True)
    assert order(desk) != job  # nothing of it came out: the next one is the first sheet
    assert [one.reprint for one in desk.jobs()] == [0, 0]


@pytest.mark.parametrize("printed", [True, False])
def test_a_doubted_paper_is_asked_never_repeated(
    case: Counter, tmp_path: Path, printed: bool
) -> None:
    desk = desk_of(case, f"folder:{tmp_path}")
    job = order(desk)
    case.happen(f"job:{job}", PaperSent(pages=1), PaperDoubted())
    desk.recover()
    assert desk.run_pending() == 0
    with pytest.raises(JobMoved):
        desk.retry(SESSION, job)
    with pytest.raises(JobMoved):
        desk.cancel(SESSION, job)
    with pytest.raises(JobMoved):
        desk.move(SESSION, job, f"folder:{tmp_path}")
    with pytest.raises(ReasonNeeded):  # 补打, because the first may lie in the tray
        order(desk)
    desk.answer(SESSION, job, printed)
    assert only(desk).state == ("printed" if printed else "failed")


def test_a_job_that_has_left_is_not_moved_behind_its_back(case: Counter, tmp_path: Path) -> None:
    desk = desk_of(case, f"folder:{tmp_path}")
    job = order(desk)
    case.happen(f"job:{job}", PaperSent(pages=1))
    with pytest.raises(JobMoved):
        desk.move(SESSION, job, f"folder:{tmp_path}")
    with pytest.raises(JobMoved):
        desk.cancel(SESSION, job)


def test_a_printer_that_hangs_holds_up_no_other(
    case: Counter, tmp_path: Path, silent: Silent
) -> None:
    hung = f"ipp://127.0.0.1:{silent.port}/ipp/print"
    desk = desk_of(case, hung, acceptance=Route(printer=f"folder:{tmp_path}"))
    lane = desk.lane(lambda: None)
    lane.start()
    stuck = desk.order(SESSION, PaperKind.APPLICATION_FORM, ABOUT)
    assert silent.asked.wait(20)
    quick = order(desk)
    wait_until(lambda: desk.job(quick).state == "printed", "the other printer")
    assert desk.job(stuck).state == "sent"
    lane.stop(0.1)


def test_an_unusable_printer_is_named_and_the_others_are_still_seen(
    case: Counter, tmp_path: Path
) -> None:
    desk = desk_of(case, f"folder:{tmp_path}", "ipp://127.0.0.1:9/ipp/print")
    status = desk.status()
    assert status[f"folder:{tmp_path}"].state is PrinterState.READY
    assert status["ipp://127.0.0.1:9/ipp/print"].code == "PRN-UNREACHABLE"


def test_printers_are_asked_at_the_same_time(case: Counter, tmp_path: Path, silent: Silent) -> None:
    """Five that hang take as long as one."""
    hung = [f"ipp://127.0.0.1:{silent.port}/ipp/{n}" for n in range(5)]
    desk = desk_of(case, f"folder:{tmp_path}", *hung)
    before = time.monotonic()
    status = desk.status()
    assert time.monotonic() - before < 4 * 3  # each is given three seconds
    assert status[f"folder:{tmp_path}"].state is PrinterState.READY
    assert {status[one].code for one in hung} == {"PRN-UNREACHABLE"}


# -- inside a printer -------------------------------------------------------------------------


def test_a_paper_is_printed_when_the_printer_says_so(
    case: Counter, driverless: DriverlessPrinter
) -> None:
    driverless.load_paper(0)
    desk = desk_of(case, driverless.uri)
    wait_until(lambda: desk.status()[driverless.uri].code == "PRN-PAPER-OUT", "an empty tray")
    lane = desk.lane(lambda: None)
    lane.start()
    job = order(desk)
    wait_until(lambda: bool(desk.job(job).place), "the printer to take it")
    assert desk.job(job).state == "sent"  # taken is not printed
    driverless.load_paper(250)
    wait_until(lambda: desk.job(job).state == "printed", "the sheet", 60)
    assert len(driverless.printed()) == 1
    lane.stop()


def test_a_paper_that_the_printer_keeps_is_not_printed_elsewhere(
    case: Counter, driverless: DriverlessPrinter, tmp_path: Path
) -> None:
    """This printer takes the cancelling and holds the job until there is paper: it may come out."""
    driverless.load_paper(0)
    other = f"folder:{tmp_path / 'other'}"
    desk = desk_of(case, driverless.uri, other)
    job = order(desk)
    desk.run_pending()
    wait_until(lambda: desk.run.follow(driverless.uri), "the printer to hold it")
    with pytest.raises(NotWithdrawn):
        desk.move(SESSION, job, other)
    assert (desk.job(job).state, desk.job(job).printer) == ("sent", driverless.uri)
    driverless.load_paper(250)
    wait_until(lambda: not desk.run.follow(driverless.uri), "its word", 60)
    assert desk.job(job).state in {"printed", "doubted"}  # a person looks, if it does not know
    assert sheets(tmp_path / "other") == []


def test_a_job_that_its_printer_forgot_is_doubted(
    case: Counter, driverless: DriverlessPrinter
) -> None:
    driverless.load_paper(0)
    desk = desk_of(case, driverless.uri)
    job = order(desk)
    desk.run_pending()
    driverless.kill()
    assert desk.run.follow(driverless.uri)  # gone for now: it is asked again later
    driverless.start()
    wait_until(lambda: not desk.run.follow(driverless.uri), "its word")
    assert (desk.job(job).state, desk.job(job).code) == ("doubted", "PRN-HALF")


# -- through CUPS -----------------------------------------------------------------------------


def test_a_paper_waits_in_its_queue_until_the_printer_is_back_and_comes_out_once(
    case: Counter, print_server: PrintServer, driverless: DriverlessPrinter
) -> None:
    print_server.add_queue("revived", driverless.uri, "everywhere")
    queue = print_server.uri("revived")
    desk = desk_of(case, queue)
    driverless.kill()
    lane = desk.lane(lambda: None)
    lane.start()
    job = order(desk)
    wait_until(lambda: bool(desk.job(job).place), "the queue to take it")
    with pytest.raises(JobMoved):
        desk.retry(SESSION, job)
    lane.stop()  # the window is closed meanwhile, and opened again
    again = desk_of(case, queue)
    again.recover()
    assert again.job(job).state == "sent"
    driverless.start()
    lane = again.lane(lambda: None)
    lane.start()
    wait_until(lambda: again.job(job).state != "sent", "the queue's word", 90)
    lane.stop()
    assert (again.job(job).state, again.job(job).code) == ("printed", "")
    assert len(driverless.printed()) == 1


def test_slips_of_a_raw_queue_arrive_each_once(
    case: Counter, print_server: PrintServer, listener: RawListener
) -> None:
    print_server.add_queue("slips-once", f"socket://127.0.0.1:{listener.port}", "raw")
    desk = desk_of(case, "folder:/nowhere", ticket_slip=Route(
        printer=print_server.uri("slips-once"), copies=2
    ))  # fmt: skip
    case.happen("ticket:t1", TicketTaken(number="A707", business=HALL.businesses[0].id))
    job = desk.order(SESSION, PaperKind.TICKET_SLIP, "ticket:t1")
    desk.run_pending()
    wait_until(lambda: not desk.run.follow(desk.job(job).printer), "the queue's word", 60)
    assert desk.job(job).state == "printed"
    wait_until(lambda: bool(listener.jobs), "the slip")
    assert b"".join(listener.jobs).count(b"A707") == 2  # as many as the route says

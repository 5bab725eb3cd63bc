"""A window that does nothing but print, to be killed at any moment.

``python -m tests.printing.printing_window HOME DOCUMENTS SLIPS`` reads a word a line: ``work SEED``
orders paper after paper until it is killed, ``finish`` brings out what is left. Each word forks a
process that opens the store as a started program does; its id and then its end are said.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from random import Random

from app.domain.case_events import CaseAccepted
from app.domain.events import PaperKind
from app.domain.hall import Role
from app.domain.ticket_events import TicketTaken
from app.services.papers import PaperContents
from app.services.print_setup import PrinterSetup, PrintRoutes
from app.services.printing import PrintDesk
from app.services.sign_in import Session
from app.storage.store import Store
from printers.backends import open_printer
from printers.documents.fonts import FontBook
from printers.maker import PaperPress
from printers.wording import Wording
from tests.unit.test_papers import (
    ACCEPTED,
    CATALOGUE,
    CLERK,
    FORM,
    HALL,
    WINDOW,
    Counter,
    StandingClock,
    got,
)  # fmt: skip

SESSION = Session(staff_id=CLERK.id, name=CLERK.name, role=Role.CLERK, window=WINDOW)


def make_press() -> PaperPress:
    return PaperPress(Wording.packaged(), FontBook.from_folders())


def open_desk(
    press: PaperPress, home: Path, documents: str, slips: str
) -> tuple[Counter, PrintDesk]:
    clock = StandingClock()
    store = Store.open(home, bytes(32), device="W01", clock=clock, random=os.urandom)
    counter = Counter(store, clock)
    counter.contents = PaperContents(store, HALL, lambda: CATALOGUE)
    setup = PrinterSetup(documents=documents, slips=slips)
    printers = {spec: open_printer(spec) for spec in (documents, slips)}
    return counter, PrintDesk(store, counter.contents, press, printers, PrintRoutes(setup))


def work(counter: Counter, desk: PrintDesk, chance: Random) -> None:
    lane = desk.lane(lambda: None)
    lane.start()
    while True:
        name = counter.store.new_id()
        if chance.random() < 0.5:
            counter.open(name)
            accepted = CaseAccepted(
                number=f"N{name[-12:]}", check="CHECK2", promise_due=ACCEPTED.promise_due
            )
            counter.happen(f"case:{name}", got(FORM), accepted)
            desk.order(SESSION, PaperKind.ACCEPTANCE, f"case:{name}")
        else:
            taken = TicketTaken(number=f"A{name[-8:]}", business=HALL.businesses[0].id)
            counter.happen(f"ticket:{name}", taken)
            desk.order(SESSION, PaperKind.TICKET_SLIP, f"ticket:{name}")
        time.sleep(chance.uniform(0, 0.05))


def finish(desk: PrintDesk) -> None:
    """As long as it takes: what failed stays failed, what is doubted stays doubted."""
    desk.recover()
    desk.run_pending()
    end = time.monotonic() + 60
    while any(desk.run.follow(name) for name in desk.run.wanted()):
        if time.monotonic() > end:
            raise SystemExit(1)
        time.sleep(0.1)
    os._exit(0)


if __name__ == "__main__":
    own_press = make_press()
    place, to_documents, to_slips = sys.argv[1:]
    for line in sys.stdin:
        word, _, seed = line.strip().partition(" ")
        child = os.fork()
        if not child:
            here, at = open_desk(own_press, Path(place), to_documents, to_slips)
            if word == "work":
                work(here, at, Random(seed))
            finish(at)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)

"""A day's worth of papers in one go: 500 receipts, one report of 500 pages, and their previews.

Memory is that of this process before and after; its growth must not follow the number of pages.
"""

from __future__ import annotations

import gc
import resource
import time
from dataclasses import replace
from pathlib import Path

from app.domain.sheet_papers import ReportTable
from printers.documents.fonts import FontBook
from printers.maker import PDF, PaperPress
from printers.pictures import open_pictures
from printers.wording import Wording
from tests.printing.documents import shift_report
from tests.printing.samples import HEAD, receipt, some_materials

PAPERS = 500
ROWS = 500 * 20
GROWTH = 40.0  # MB that a batch may take for good
DPI = 96


def _resident() -> float:
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def _highest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _receipts(press: PaperPress) -> float:
    """Seconds for all; each with its own number, name and materials."""
    start = time.perf_counter()
    for number in range(PAPERS):
        head = replace(
            HEAD, number=f"37019920261120{number:06d}", applicant=f"样例{chr(0x4E00 + number)}",
            materials=some_materials(4 + number % 12),
        )  # fmt: skip
        press.make(receipt(head))
    return time.perf_counter() - start


def main() -> None:
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    press.make(receipt())
    _receipts(press)  # every font and glyph has been met
    gc.collect()
    before = _resident()
    seconds = _receipts(press)
    gc.collect()
    print(
        f"{PAPERS} receipts: {seconds / PAPERS * 1000:.1f} ms each, memory {before:.0f} MB and "
        f"{_resident() - before:+.1f} MB after (limit {GROWTH:.0f})"
    )
    report = shift_report()
    table = report.tables[0]
    rows = tuple(table.rows[at % len(table.rows)] for at in range(ROWS))
    long = replace(
        report,
        tables=(
            ReportTable(
                title=table.title, columns=table.columns, widths=table.widths, rows=rows
            ),
        ),
    )  # fmt: skip
    start = time.perf_counter()
    data = press.make(long)[1]
    made = time.perf_counter() - start
    pictures = open_pictures(PDF, data)
    start = time.perf_counter()
    for page in range(0, pictures.count, 10):
        pictures.draw(page, DPI)
    drawn = (time.perf_counter() - start) / len(range(0, pictures.count, 10)) * 1000
    print(
        f"one report of {pictures.count} pages: {made:.1f} s, {len(data) / 1e6:.1f} MB; "
        f"a page on the screen {drawn:.1f} ms; memory at its highest {_highest():.0f} MB"
    )


if __name__ == "__main__":
    main()

"""Time from content to the receipt's PDF, warm, against a bare reportlab page in the same fonts."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from printers.documents.fonts import FontBook
from printers.maker import PaperPress
from printers.wording import Wording
from tests.printing.samples import HEAD, receipt, some_materials

ROUNDS = 200
LINES = 40
LIMIT = 25.0
HANZI = "根据中华人民共和国行政许可法第三十二条的规定现将需要补正的全部内容一次告知如下"


def _bare_page(fonts: tuple[str, str]) -> None:
    """Forty lines of text on one page in the receipt's two fonts: what reportlab alone costs."""
    canvas = Canvas(BytesIO(), pagesize=A4, invariant=1, pageCompression=1)
    for line in range(LINES):
        canvas.setFont(fonts[line % 2], 12)
        canvas.drawString(60, 780 - 18 * line, HANZI[line % 8 :])
    canvas.showPage()
    canvas.save()


def _milliseconds(make: Callable[[], object]) -> list[float]:
    make()  # load the fonts
    gc.collect()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        make()
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def main() -> None:
    book = FontBook.from_folders()
    press = PaperPress(Wording.packaged(), book)
    content = receipt(replace(HEAD, materials=some_materials(12)))
    start = time.perf_counter()
    press.make(content)
    first = (time.perf_counter() - start) * 1000
    plain, bold = book.glyph("受", bold=False), book.glyph("受", bold=True)
    assert plain is not None
    assert bold is not None
    names = (plain[0].name, bold[0].name)
    bare = _milliseconds(lambda: _bare_page(names))
    ours = _milliseconds(lambda: press.make(content))
    middle, base = statistics.median(ours), statistics.median(bare)
    print(
        f"receipt, 12 materials: {middle:.1f} ms median, {ours[ROUNDS * 99 // 100]:.1f} ms p99 "
        f"(limit {LIMIT:.0f}), first {first:.0f} ms; bare page {base:.1f} ms; "
        f"ratio {middle / base:.2f}"
    )


if __name__ == "__main__":
    main()

"""What must hold for every document: codes, fonts, margins, archive, looks."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter

from printers.maker import PaperPress
from printers.pictures import open_pictures
from tests.printing.documents import GOLDEN, GOLDEN_DPI, every_document, made
from tests.printing.pdf import POINTS_PER_MM, ReadBack

NAMES = sorted(every_document())
_JARS = (
    "preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "commons-io",
    "javax.activation", "jaxb-api",
)  # fmt: skip
_PACKAGES = "default-jre-headless libpdfbox2-java libactivation-java libjaxb-api-java"


@pytest.fixture
def document(request: pytest.FixtureRequest, press: PaperPress, tmp_path: Path) -> ReadBack:
    return ReadBack(made(press, every_document()[request.param]), tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_scanner_reads_its_codes(name: str, press: PaperPress, tmp_path: Path) -> None:
    one = every_document()[name]
    pdf = ReadBack(made(press, one), tmp_path)
    wanted = {("Code128", one.number), ("QRCode", one.address)} if one.number else set()
    for dpi in (300, 150):
        assert pdf.codes(dpi=dpi) >= wanted, dpi
        assert bool(pdf.codes(dpi=dpi)) == bool(wanted)


@pytest.mark.parametrize("document", NAMES, indirect=True)
def test_its_fonts_are_embedded_and_nothing_leaves_the_page(document: ReadBack) -> None:
    fonts = document.fonts()
    assert fonts
    assert all(embedded and subset for _, embedded, subset in fonts), fonts
    left, right, top, foot = (mm * POINTS_PER_MM for mm in (21.5, 188.5, 9, 288))
    for x0, y0, x1, y1 in document.words():
        assert left <= x0 <= x1 <= right
        assert top <= y0 <= y1 <= foot
    for page in range(1, document.pages() + 1):
        picture = document.picture(page, dpi=50)
        edge = int(20 / 25.4 * 50)
        for x in (0, picture.width - edge):
            strip = picture.crop((x, 0, x + edge, picture.height))
            assert strip.getextrema() == (255, 255)


@pytest.mark.parametrize("name", NAMES)
def test_on_half_sheets_it_says_the_same_and_nothing_leaves_them(
    name: str, press: PaperPress, tmp_path: Path
) -> None:
    one = every_document()[name]
    whole = ReadBack(made(press, one), tmp_path)
    text, pages = whole.text(), whole.pages()
    half = ReadBack(made(press, replace(one, half=True)), tmp_path)
    assert half.info()["Page size"].endswith("pts (A5)")
    assert half.pages() == pages
    assert half.text() == text
    left, right, top, foot = (mm * POINTS_PER_MM for mm in (15.2, 133.2, 6, 204))
    for x0, y0, x1, y1 in half.words():
        assert left <= x0 <= x1 <= right
        assert top <= y0 <= y1 <= foot
    wanted = {("Code128", one.number), ("QRCode", one.address)} if one.number else set()
    for dpi in (300, 150):
        assert half.codes(dpi=dpi) >= wanted, dpi


@pytest.mark.parametrize("name", NAMES)
def test_it_looks_as_it_was_looked_at(name: str, press: PaperPress, tmp_path: Path) -> None:
    """Both a little out of focus: a hair's breadth is no change, a missing line is."""
    pdf = ReadBack(made(press, every_document()[name]), tmp_path)
    now, then = pdf.picture(dpi=GOLDEN_DPI), Image.open(GOLDEN / f"{name}.png").convert("L")
    assert now.size == then.size
    assert difference(now, then) < TOLERANCE, "python -m tests.printing.documents, and look"


TOLERANCE = 48  # of 255, at the worst place


def difference(one: Image.Image, other: Image.Image) -> int:
    blur = ImageFilter.GaussianBlur(2)
    worst = ImageChops.difference(one.filter(blur), other.filter(blur)).getextrema()[1]
    assert isinstance(worst, int)
    return worst


def test_a_missing_line_would_be_seen() -> None:
    """The measure itself: a word gone, or a table's line moved, is more than the tolerance."""
    whole = Image.open(GOLDEN / "receipt.png").convert("L")
    without = whole.copy()
    dark = whole.point(lambda value: 255 if value < 128 else 0)
    left, top, _, _ = dark.getbbox() or (0, 0, 0, 0)
    without.paste(255, (left, top, left + 60, top + 20))
    assert difference(whole, without) > TOLERANCE
    assert difference(whole, whole) == 0


def test_every_document_is_fit_for_an_archive(press: PaperPress, tmp_path: Path) -> None:
    """No free checker of PDF/A-2b is to be had here. What it asks of these documents beyond the
    mark itself PDF/A-1b asks as well: so they are checked by PDFBox as if they said 1."""
    if shutil.which("java") is None or not Path("/usr/share/java/preflight.jar").exists():
        pytest.fail(f"apt-get install {_PACKAGES}")
    for name, one in every_document().items():
        data = made(press, one)
        assert data.count(b"<pdfaid:part>2</pdfaid:part>") == 1
        assert data.count(b"<pdfaid:conformance>B</pdfaid:conformance>") == 1
        as_one = data.replace(b"<pdfaid:part>2<", b"<pdfaid:part>1<")
        (tmp_path / f"{name}.pdf").write_bytes(as_one)
    (tmp_path / "wrong.pdf").write_bytes(data)  # says 2: the checker must object
    jars = ":".join(f"/usr/share/java/{jar}.jar" for jar in _JARS)
    subprocess.run(
        ["java", "-cp", jars, "org.apache.pdfbox.preflight.Validator_A1b", "xml", "batch",
         str(tmp_path)],
        check=False, capture_output=True, timeout=100,
    )  # fmt: skip
    for name in NAMES:
        said = (tmp_path / f"{name}.pdf.preflight.xml").read_text(encoding="utf-8")
        assert ">true</isValid>" in said, f"{name}: {re.findall('<details>(.*)</details>', said)}"
    assert ">false</isValid>" in (tmp_path / "wrong.pdf.preflight.xml").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_screen_shows_what_the_paper_will(name: str, press: PaperPress, tmp_path: Path) -> None:
    data = made(press, every_document()[name])
    pictures, pdf = open_pictures("application/pdf", data), ReadBack(data, tmp_path)
    assert pictures.count == pdf.pages()
    width, height = pictures.size(0)
    assert (round(width), round(height)) == (210, 297)
    drawn = pictures.draw(0, GOLDEN_DPI)
    shown = Image.frombytes("RGB", drawn[:2], drawn[2]).convert("L")
    paper = pdf.picture(dpi=GOLDEN_DPI).resize(shown.size)
    assert difference(shown, paper) < 96  # another program's idea of edges

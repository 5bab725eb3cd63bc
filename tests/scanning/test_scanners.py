"""Scanners in the device host: SANE's test backends, an eSCL server, PDFs; each fault a code."""

from __future__ import annotations

import io
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.bootstrap import Client
from app.bootstrap_scan import open_scanner
from app.devices.scanners import escl
from app.devices.scanners.errors import ScannerGarbled
from app.devices.scanners.hosted import find_scanners
from app.devices.simulators.escl_server import EsclSimulator
from app.domain.errors import AppError
from app.domain.scan_page import ScanMode
from app.scan_ports import PaperSource, ScanProgress, ScanWish
from tests.scanning.conftest import Desk
from tests.scanning.sheets import jpeg, sheet


class Scanned:
    """One scan into the tray of the desk's case."""

    def __init__(self, desk: Desk, spec: str) -> None:
        self.desk = desk
        self.scanner = open_scanner(desk.client, spec)
        self.told: list[ScanProgress] = []
        self.cancelled = threading.Event()

    def run(self, **wish: object) -> list[Image.Image]:
        self.scanner.scan(
            ScanWish(**wish), self.desk.case, keep=self.keep, tell=self.told.append,  # type: ignore[arg-type]
            cancelled=self.cancelled,
        )  # fmt: skip
        return self.pages

    def keep(self, content: bytes) -> None:
        list(self.desk.client.tray.take(self.desk.case, content, source="test"))

    @property
    def pages(self) -> list[Image.Image]:
        tray = self.desk.client.tray
        return [Image.open(io.BytesIO(tray.proof(page.id))) for page in tray.pages(self.desk.case)]


def spooled(desk: Desk) -> list[Path]:
    return [path for path in (desk.client.home / "scan-spool").rglob("*") if path.is_file()]


@pytest.fixture
def hosted(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The host sees SANE's test backends only."""
    (tmp_path / "sane").mkdir()
    (tmp_path / "sane" / "dll.conf").write_text("test\npnm\n", encoding="ascii")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path / "sane"))
    yield desk
    desk.client.close_devices()


@pytest.fixture
def office(hosted: Desk) -> Iterator[tuple[Desk, EsclSimulator, str]]:
    simulator = EsclSimulator()
    spec = simulator.start()
    yield hosted, simulator, spec
    simulator.stop()


# -- SANE -----------------------------------------------------------------------------------------


def test_sane_scanners_are_found(hosted: Desk) -> None:
    found = {info.spec: info.name for info in find_scanners(hosted.client.devices)}
    assert found["sane:test:0"] == "Noname frontend-tester"


def test_a_feeder_is_scanned_until_it_is_empty_though_its_pages_are_alike(hosted: Desk) -> None:
    scan = Scanned(hosted, "sane:test:0")
    pages = scan.run(dpi=50, mode=ScanMode.GREY)
    assert len(pages) == 10  # the test backend's stack
    assert {progress.number for progress in scan.told} >= set(range(1, 11))
    assert spooled(hosted) == []


def test_the_glass_gives_one_page(hosted: Desk) -> None:
    assert len(Scanned(hosted, "sane:test:0").run(dpi=50, paper=PaperSource.GLASS)) == 1


def test_a_page_on_the_glass_is_read_as_it_lies(hosted: Desk, tmp_path: Path) -> None:
    path = tmp_path / "page.ppm"
    sheet(100, code="OW-SEP-4").save(path)
    Scanned(hosted, f"sane:pnm:0;filename={path}").run(dpi=100)
    (page,) = hosted.client.tray.pages(hosted.case)
    assert hosted.client.tray.look(page.id).seen.codes == ("OW-SEP-4",)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("JAMMED", "SCAN-JAM"), ("NO_DOCS", "SCAN-NO-PAPER"), ("COVER_OPEN", "SCAN-COVER"),
        ("DEVICE_BUSY", "SCAN-BUSY"), ("IO_ERROR", "SCAN-SILENT"), ("NO_MEM", "SCAN-FAILED"),
        ("ACCESS_DENIED", "SCAN-DENIED"), ("UNSUPPORTED", "SCAN-FAILED"),
    ],
)  # fmt: skip
def test_each_failure_of_sane_has_its_code(hosted: Desk, said: str, code: str) -> None:
    scan = Scanned(hosted, f"sane:test:0;read-return-value=SANE_STATUS_{said}")
    with pytest.raises(AppError) as failed:
        scan.run(dpi=50)
    assert failed.value.code == code
    assert scan.pages == []


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("sane:epson2:none", "SCAN-MISSING"), ("sane:", "SCAN-SPECIFICATION"),
        ("sane:test:0;no-such=1", "SCAN-SPECIFICATION"), ("twain:x", "SCAN-SPECIFICATION"),
        ("", "SCAN-NONE"), ("escl:http://user@127.0.0.1/", "SCAN-SPECIFICATION"),
        ("escl:http://127.0.0.1:9/eSCL", "SCAN-MISSING"), ("escl:http://[", "SCAN-SPECIFICATION"),
    ],
)  # fmt: skip
def test_what_is_no_scanner_says_so(hosted: Desk, spec: str, code: str) -> None:
    with pytest.raises(AppError) as failed:
        Scanned(hosted, spec).run(dpi=50)
    assert failed.value.code == code


def test_a_scan_that_is_stopped_ends_soon_and_keeps_what_came(hosted: Desk) -> None:
    slow = "sane:test:0;read-delay=1;read-delay-duration=100000;read-limit=1;read-limit-size=4000"
    scan = Scanned(hosted, slow)
    threading.Timer(1.5, scan.cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(AppError) as failed:
        scan.run(dpi=100)
    assert failed.value.code == "SCAN-CANCELLED"
    assert time.monotonic() - began < 8
    assert len(Scanned(hosted, "sane:test:0").run(dpi=50)) >= 10  # and the host goes on


# -- eSCL -----------------------------------------------------------------------------------------


def papers(count: int) -> list[bytes]:
    return [jpeg(sheet(60, lines=3 + n), 60) for n in range(count)]


def test_a_network_scanner_gives_its_stack_and_its_glass(
    office: tuple[Desk, EsclSimulator, str],
) -> None:
    desk, simulator, spec = office
    simulator.lay(papers(3))
    simulator.glass = papers(1)[0]
    assert len(Scanned(desk, spec).run(dpi=240, mode=ScanMode.GREY)) == 3
    assert "<scan:XResolution>200<" in simulator.asked[0]
    assert "Grayscale8" in simulator.asked[0]
    assert "<pwg:InputSource>Feeder<" in simulator.asked[0]
    assert len(Scanned(desk, spec).run()) == 4  # the feeder is empty: from the glass
    assert "<pwg:InputSource>Platen<" in simulator.asked[1]
    assert spooled(desk) == []


def test_what_other_programs_call_a_scanner_is_one(office: tuple[Desk, EsclSimulator, str]) -> None:
    """The simulator, seen by sane-airscan: what is proven against it holds for others too."""
    desk, simulator, spec = office
    simulator.lay(papers(1))
    folder = Path(os.environ["SANE_CONFIG_DIR"])
    (folder / "dll.conf").write_text("airscan\n", encoding="ascii")
    url = spec.removeprefix("escl:")
    (folder / "airscan.conf").write_text(
        f'[devices]\n"Hall" = {url}, eSCL\n[options]\ndiscovery = disable\n', encoding="ascii"
    )
    listed = subprocess.run(["scanimage", "-L"], capture_output=True, text=True, check=True)
    assert "Hall" in listed.stdout
    assert len(Scanned(desk, "sane:airscan:e0:Hall").run(dpi=100)) == 1


FAULTS = {
    "jam": ("SCAN-JAM", 1), "empty": ("SCAN-NO-PAPER", 0), "cover": ("SCAN-COVER", 0),
    "cut": ("SCAN-SILENT", 0), "rubbish": ("SCAN-GARBLED", 0), "pdf": ("SCAN-GARBLED", 0),
    "words": ("SCAN-GARBLED", 0), "entities": ("SCAN-GARBLED", 0), "endless": ("SCAN-GARBLED", 0),
    "elsewhere": ("SCAN-GARBLED", 0), "denied": ("SCAN-DENIED", 0), "error": ("SCAN-FAILED", 0),
    "redirect": ("SCAN-FAILED", 0), "bomb": ("SCAN-BROKEN", 0),
}  # fmt: skip
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize("fault", list(FAULTS))
def test_each_fault_of_a_network_scanner_has_its_code(
    office: tuple[Desk, EsclSimulator, str], fault: str
) -> None:
    desk, simulator, spec = office
    simulator.lay(papers(2))
    match fault:
        case "jam":
            simulator.jam_after = 1
        case "empty":
            simulator.feeder.clear()
        case "cover":
            simulator.fault = "ScannerAdfHatchOpen"
        case "cut":
            simulator.cut_after = 900
        case "rubbish":
            simulator.instead = b"<html>login</html>"
        case "pdf":
            simulator.instead = b"%PDF-1.4\n%%EOF"
        case "words":
            simulator.words = b"not xml"
        case "entities":
            simulator.words = ENTITIES
        case "endless":
            simulator.endless = True
        case "elsewhere":
            simulator.location = "http://192.0.2.1/collect?x=1"
        case "denied":
            simulator.status = 403
        case "error":
            simulator.status = 500
        case "redirect":
            simulator.status = 302
        case "bomb":
            simulator.instead = b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 100 + b"\xff\xda\xff\xd9"
    code, pages = FAULTS[fault]
    scan = Scanned(desk, spec)
    with pytest.raises(AppError) as failed:
        scan.run(paper=PaperSource.FEEDER)
    assert failed.value.code == code
    assert len(scan.pages) == pages
    assert failed.value.details.get("pages", pages) == pages


def test_a_scanner_that_is_asked_twice_has_two_jobs_and_ends_each(
    office: tuple[Desk, EsclSimulator, str],
) -> None:
    desk, simulator, spec = office
    for count in (1, 2):
        simulator.lay(papers(1))
        simulator.seconds = 0.5
        assert len(Scanned(desk, spec).run()) == count
    assert simulator.cancelled == ["job1", "job2"]


def test_a_busy_scanner_is_waited_for(office: tuple[Desk, EsclSimulator, str]) -> None:
    desk, simulator, spec = office
    simulator.lay(papers(1))
    simulator.busy_jobs = 2
    assert len(Scanned(desk, spec).run()) == 1
    assert simulator.busy_jobs == 0


def test_a_network_scan_is_stopped_in_the_middle_of_a_page(
    office: tuple[Desk, EsclSimulator, str],
) -> None:
    desk, simulator, spec = office
    simulator.lay(papers(5))
    simulator.seconds = 30.0
    scan = Scanned(desk, spec)
    threading.Timer(1.5, scan.cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(AppError) as failed:
        scan.run()
    assert failed.value.code == "SCAN-CANCELLED"
    assert time.monotonic() - began < 8


# -- PDFs and kills -------------------------------------------------------------------------------


def test_a_pdf_is_taken_apart(hosted: Desk, tmp_path: Path) -> None:
    path = tmp_path / "stack.pdf"
    pages = [sheet(100, code=code) for code in ("OW-SEP-1", "OW-SEP-2")]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=100)
    scan = Scanned(hosted, "")
    assert scan.scanner.take_apart(str(path), hosted.case, keep=scan.keep) == 2
    tray = hosted.client.tray
    codes = [tray.look(page.id).seen.codes for page in tray.pages(hosted.case)]
    assert codes == [("OW-SEP-1",), ("OW-SEP-2",)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.4\n%%EOF", "SCAN-PDF-BROKEN"), (b"%PDF-1.7", "ATT-CUT"), (b"", "ATT-SIZE"),
        (b"PK\3\4 not a pdf", "ATT-KIND"),
    ],
)  # fmt: skip
def test_a_pdf_that_is_none_says_so(
    hosted: Desk, tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "stack.pdf"
    path.write_bytes(content)
    scan = Scanned(hosted, "")
    with pytest.raises(AppError) as failed:
        scan.scanner.take_apart(str(path), hosted.case, keep=scan.keep)
    assert failed.value.code == code


class Killed(Exception):
    """Stands for the end of the window in the middle of a stack."""


def test_pages_scanned_before_a_kill_come_back_to_their_case(hosted: Desk) -> None:
    client, scan = hosted.client, Scanned(hosted, "sane:test:0")

    def die(_: bytes) -> None:
        time.sleep(1.0)  # the scanner goes on meanwhile
        raise Killed

    with pytest.raises(Killed):
        scan.scanner.scan(
            ScanWish(dpi=50), hosted.case, keep=die, tell=lambda _: None, cancelled=scan.cancelled
        )
    client.close_devices()
    assert spooled(hosted)
    place = client.home / "scan-spool" / hosted.case / "ab"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{'ab' * 32}.enc").write_bytes(b"spoilt")
    for path in spooled(hosted):
        assert b"JFIF" not in path.read_bytes()
    again = Client(client.home, client.settings)
    found = open_scanner(again, "").left_over(
        lambda case, page: list(again.tray.take(case, page, source="test"))
    )
    assert found >= 1
    assert len(again.tray.pages(hosted.case)) == found
    assert spooled(hosted) == []
    again.close_devices()
    again.store.close()


_WORDS = st.one_of(
    st.binary(max_size=300),
    st.text(alphabet='<>/="&;!?[]DOCTYPEstaeAdfSn \n', max_size=200).map(
        lambda t: f"<s>{t}</s>".encode()
    ),
)


@given(_WORDS)
def test_any_words_of_a_scanner_are_read_or_refused(words: bytes) -> None:
    try:
        root = escl._xml(words)
    except ScannerGarbled:
        return
    for name in ("AdfState", "State", "XResolution"):
        assert all(len(text) <= 64 for text in escl._texts(root, name))


@given(st.binary(max_size=2000))
def test_anything_in_place_of_a_page_is_a_picture_or_refused(body: bytes) -> None:
    for content in (body, b"\xff\xd8\xff" + body, b"\x89PNG\r\n\x1a\n" + body, b"%PDF-" + body):
        with suppress(ScannerGarbled):
            assert escl._picture(content).startswith((b"\xff\xd8\xff", b"\x89PNG"))

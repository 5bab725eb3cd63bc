"""Scans on their way, as the clerk sees them: bytes and time left, what lacks, what is to mend.

The real window, the real back office in its own process, and a line between them that is slow, cut
and good again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.bootstrap import Client
from app.config import Settings
from app.demo.back_office import EmbeddedBackOffice
from app.demo.hall import ReaderTrainer
from app.demo.play import Hands
from app.devices.simulators.sam import SimulatedSamReader
from app.screen import Screen, start_screen
from tests.proxy import GOOD, Line, Proxy
from ui.pages.outbox_panel import OutboxPanel
from ui.viewmodels.outbox_rows import RowAct

Key = Qt.Key
SLOW = Line(piece=16384, delay=0.03)  # half a megabyte in a second, each connection


@pytest.fixture
def proxy(office: EmbeddedBackOffice) -> Iterator[Proxy]:
    with Proxy(int(office.url.rpartition(":")[2])) as line:
        yield line


@pytest.fixture
def hands(
    qapp: QApplication, tmp_path: Path, office: EmbeddedBackOffice, proxy: Proxy
) -> Iterator[Hands]:
    sam = SimulatedSamReader()
    settings = Settings(backoffice_url=proxy.url, reader=f"serial:{sam.start()}")
    client = Client(tmp_path / "window", settings)
    client.enrolment.enrol(proxy.url, office.new_code(client.store.device))
    screen = start_screen(client)
    screen.window.resize(1366, 768)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    yield Hands(screen, ReaderTrainer(sam, dict(client.people)), pictures)
    _close(screen)
    sam.stop()
    qapp.processEvents()


def _close(screen: Screen) -> None:
    screen.stop()
    screen.client.reader.close()
    screen.client.store.close()
    screen.window.deleteLater()


def scan(folder: Path, number: int) -> Path:
    """A sheet with noise, so that it weighs what a scan weighs: two megabytes."""
    page = Image.frombytes("L", (1400, 2000), random.Random(number).randbytes(2_800_000))
    file = folder / f"{number}.jpg"
    page.save(file, quality=85)
    return file


def at_the_pages(hands: Hands) -> None:
    """A case with its list, and the pages of its first material open."""
    client = hands.screen.client
    hands.sign_in()
    hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
    hands.wait(lambda: hands.model.line.state.waiting > 0, "line")
    hands.call_next()
    hands.read_card("zhang-shili")
    hands.find_item("yangquan")
    hands.answer_first_options()
    hands.page.materials.table.setFocus()
    hands.press(Key.Key_S)


def add(hands: Hands, files: list[Path]) -> None:
    pages = hands.model.pages
    there = len(pages.state.lines)
    pages.add(files)
    hands.wait(lambda: len(pages.state.lines) == there + len(files), "pages added")


def moved(where: str) -> bool:
    return where.startswith("正在送") and not where.endswith(" 0%")


def sending(hands: Hands) -> str:
    return hands.screen.window.status_model.state.sending[0]


def hints(hands: Hands) -> str:
    rows = hands.model.lacking.mark(hands.case.rows)
    return "\n".join(row.hint for row in rows)


def test_scans_say_bytes_and_time_and_clear_by_themselves(
    tmp_path: Path, hands: Hands, proxy: Proxy
) -> None:
    at_the_pages(hands)
    proxy.be(SLOW)
    files = [scan(tmp_path, number) for number in range(3)]
    add(hands, files)
    pages = hands.model.pages
    assert "还有 3 页" in pages.state.left
    hands.wait(lambda: "页没送到后台" in hints(hands), "the row says that pages lack")
    hands.wait(lambda: any(moved(line.where) for line in pages.state.lines), "a page moves")
    hands.wait(lambda: "约" in sending(hands) and "MB" in sending(hands), "bytes and time left")
    hands.wait(lambda: "，约" in pages.state.left, "the form's own time")
    assert pages.state.left in hands.page.materials.pages.title.text()
    hands.picture("sending")
    proxy.be(Line(refuse=True))
    hands.wait(lambda: "约" not in sending(hands) and "扫描件" in sending(hands), "nothing moves")
    hands.picture("cut")
    proxy.be(GOOD)
    hands.wait(lambda: [x.where for x in pages.state.lines] == ["后台已收"] * 3, "all arrived")
    hands.wait(lambda: pages.state.left == "" and "没送到" not in hints(hands), "cleared")
    hands.wait(lambda: sending(hands) == "已全部送达", "the status line")
    hands.picture("arrived")
    # Nothing of them can be read on the disk: neither the pages nor their small pictures.
    samples = [file.read_bytes()[at : at + 64] for file in files for at in (0, 300, 5000, 200_000)]
    samples = [one for one in samples if len(set(one)) > 20] + [pages.state.preview[:64]]
    assert len(samples) > 8
    for path in hands.screen.client.home.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert not any(sample in kept for sample in samples), path


def test_a_spoilt_page_is_named_on_f11_and_gone_once_it_is_scanned_anew(
    tmp_path: Path, hands: Hands, proxy: Proxy
) -> None:
    at_the_pages(hands)
    proxy.be(Line(refuse=True))
    add(hands, [scan(tmp_path, 1), scan(tmp_path, 2)])
    pages = hands.model.pages
    spoilt = pages.state.lines[1].sha
    file = hands.screen.client.home / "attachments" / spoilt[:2] / f"{spoilt}.enc"
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)
    proxy.be(GOOD)
    hands.wait(lambda: "重新扫描" in sending(hands), "the status line says so")
    hands.press(Key.Key_Escape)
    hands.press(Key.Key_F11)
    window = hands.screen.window
    model = window.outbox_model
    assert model is not None
    hands.wait(lambda: len(model.state.rows) == 1, "a row for the case")
    row = model.state.rows[0]
    assert row.recorded[0].endswith("第 2 页")
    assert "打不开" in row.why
    assert "重新扫描" in row.next_step
    assert model.state.refused == 1
    assert isinstance(window.stack.currentWidget(), OutboxPanel)
    hands.picture("spoilt")
    model.act(RowAct.GO_ON, row.id)
    hands.wait(lambda: window.stack.currentWidget() is window.counter, "back at the counter")
    hands.page.materials.table.setFocus()
    hands.press(Key.Key_S)
    hands.wait(lambda: len(pages.state.lines) == 2, "its pages")
    assert "打不开" in pages.state.lines[1].where
    pages.remove(1)
    hands.wait(lambda: len(pages.state.lines) == 1, "taken away")
    add(hands, [scan(tmp_path, 3)])
    hands.wait(lambda: [x.where for x in pages.state.lines] == ["后台已收"] * 2, "all arrived")
    hands.wait(lambda: sending(hands) == "已全部送达", "the status line")
    model.refresh()
    hands.wait(lambda: model.state.rows == () and model.state.refused == 0, "the row is gone")


def test_a_page_that_is_spoilt_here_is_shown_from_the_back_office(
    tmp_path: Path, hands: Hands
) -> None:
    at_the_pages(hands)
    add(hands, [scan(tmp_path, 1)])
    pages = hands.model.pages
    hands.wait(lambda: pages.state.lines[0].where == "后台已收", "arrived")
    hands.wait(lambda: bool(pages.state.preview), "a picture")
    name, picture = pages.state.lines[0].sha, pages.state.preview
    file = hands.screen.client.home / "attachments" / name[:2] / f"{name}.enc"
    file.write_bytes(b"spoilt")
    hands.press(Key.Key_Escape)
    hands.page.materials.table.setFocus()
    hands.press(Key.Key_S)
    hands.wait(lambda: pages.state.preview == picture, "the picture again")
    assert hands.screen.client.shelf.read(name) == (tmp_path / "1.jpg").read_bytes()

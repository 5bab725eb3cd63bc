"""From sign-in to receipt through the real window, by keyboard, with real readers and printers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.bootstrap import Client
from app.demo.back_office import EmbeddedBackOffice
from app.demo.hall import ReaderTrainer
from app.demo.play import Hands
from app.devices.simulators.chip_card import ChipCard
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.checklist import Outcome
from app.domain.person import DocumentKind, ValueSource
from app.screen import Screen, start_screen
from tests.journey.hall import evaluation, office_cases, open_client, wait_until
from tests.printing.cups import DriverlessPrinter, PrintServer
from tests.smart_cards import SmartCardService

FOOD = "食品经营许可新办（餐饮服务）"


@pytest.fixture
def sam() -> Iterator[SimulatedSamReader]:
    reader = SimulatedSamReader()
    yield reader
    reader.stop()


def read_back(pdf: Path) -> tuple[str, list[str]]:
    """(text of all pages, barcodes of the first page rasterised at 150 dpi)."""
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout
    subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "-f", "1", "-l", "1", str(pdf), str(pdf.with_suffix(""))],
        check=True,
    )
    picture = next(pdf.parent.glob(f"{pdf.stem}-*.png"))
    with Image.open(picture) as page:
        codes = [found.text for found in zxingcpp.read_barcodes(page)]
    return unicodedata.normalize("NFKC", text), codes


def check_receipt(pdf: Path, client: Client, case_id: str, words: list[str]) -> None:
    case = client.store.find_case(case_id)
    assert case is not None
    assert case.decision is not None
    text, codes = read_back(pdf)
    progress = client.hall.progress_url.format(number=case.number, check=case.decision.check)
    assert case.number in codes
    assert progress in codes
    for word in words:
        assert unicodedata.normalize("NFKC", word) in text, word


@pytest.fixture
def screen_of(qapp: QApplication) -> Iterator[Callable[[Client], Screen]]:
    opened: list[Screen] = []

    def open_(client: Client) -> Screen:
        screen = start_screen(client)
        screen.window.resize(1366, 768)
        opened.append(screen)
        return screen

    yield open_
    for screen in opened:
        screen.stop()
        screen.client.reader.close()
        screen.client.store.close()
        screen.window.deleteLater()
    qapp.processEvents()


def paper(client: Client, job: int = 0) -> Path:
    printed = client.papers.jobs()[job]
    assert printed.state == "printed", printed
    return client.home / "papers" / printed.place


def test_a_serial_reader_from_sign_in_to_acceptance(
    tmp_path: Path,
    office: EmbeddedBackOffice,
    sam: SimulatedSamReader,
    screen_of: Callable[[Client], Screen],
) -> None:
    client = open_client(tmp_path / "window", office, reader=f"serial:{sam.start()}")
    hands = Hands(screen_of(client), ReaderTrainer(sam, dict(client.people)))
    hands.sign_in()
    hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
    hands.wait(lambda: hands.model.line.state.waiting > 0, "line")
    hands.call_next()
    hands.read_card("ayiguli-ceshi")
    hands.find_item("spjyxk")
    hands.answer_first_options()
    hands.bring(leave_out=1)
    assert Outcome.ACCEPT not in hands.case.conclusion.open  # type: ignore[union-attr]  # shown
    hands.bring()
    number = hands.decide(Outcome.ACCEPT)
    case_id = hands.case.case_id
    hands.wait(lambda: client.papers.jobs()[0].state == "printed", "printed")
    check_receipt(
        paper(client), client, case_id, ["受理通知书", "阿依古丽·测试", FOOD, "营业执照", number]
    )
    wait_until(lambda: client.outbox.counts() == (0, 0), 10, "all sent")
    assert [(c["number"], c["state"]) for c in office_cases(office)] == [(number, "accepted")]
    # The next applicant: nothing of the last one remains.
    hands.press(Qt.Key.Key_F2)
    hands.wait(lambda: hands.case.decided is None, "cleared")
    assert hands.case.applicant is None
    assert hands.case.rows == ()


def test_a_chip_card_from_sign_in_to_a_receipt_from_a_printer(
    tmp_path: Path,
    office: EmbeddedBackOffice,
    empty_reader: SmartCardService,
    sam: SimulatedSamReader,
    print_server: PrintServer,
    driverless: DriverlessPrinter,
    screen_of: Callable[[Client], Screen],
) -> None:
    print_server.add_queue("counter", driverless.uri, "everywhere")
    client = open_client(
        tmp_path / "window",
        office,
        reader="pcsc:Virtual PCD 00 00",
        document_printer=print_server.uri("counter"),
    )
    card = ChipCard(client.people["zhang-shili"], port=empty_reader.port)
    hands = Hands(screen_of(client), ReaderTrainer(sam, {}))
    hands.sign_in()
    hands.wait(lambda: client.outbox.numbers_left() > 0, "numbers")
    hands.ctrl(Qt.Key.Key_N)
    hands.wait(lambda: hands.case.open, "open")
    hands.press(Qt.Key.Key_F8)
    card.insert()
    try:
        hands.wait(lambda: hands.case.applicant is not None, "card read")
    finally:
        card.remove()
    case = client.store.find_case(hands.case.case_id)
    assert case is not None
    assert case.applicant is not None
    assert case.applicant.document is DocumentKind.SOCIAL_SECURITY
    assert case.applicant.source is ValueSource.CARD
    assert case.applicant.person.number == "379901198803040115"
    hands.find_item("养犬登记")
    hands.answer_first_options()
    hands.bring()
    number = hands.decide(Outcome.RECEIVE_ONLY)
    hands.wait(lambda: client.papers.jobs()[0].state == "printed", "printed")
    wait_until(lambda: len(driverless.printed()) == 1, 20, "the sheet at the printer")
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(driverless.printed()[0])
    check_receipt(sheet, client, case.id, ["收件凭证", "张示例", "养犬登记", number])


# -- real keys on a real display -----------------------------------------------------------------


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of one's own; its number is the one that it finds free."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[writing], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, "Xvfb did not start: apt-get install xvfb"
    yield f":{number}"
    server.terminate()
    server.wait(10)


class Keys:
    """xdotool: key presses as the X server sends them."""

    def __init__(self, display: str) -> None:
        self._environment = {**os.environ, "DISPLAY": display}

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            ["xdotool", *arguments], env=self._environment, check=True, capture_output=True,
            text=True, timeout=30,
        ).stdout  # fmt: skip

    def focus(self, name: str) -> None:
        window = self._run("search", "--sync", "--onlyvisible", "--name", name).split()[0]
        self._run("windowfocus", "--sync", window)

    def press(self, *keys: str) -> None:
        self._run("key", "--delay", "60", *keys)

    def write(self, text: str) -> None:
        self._run("type", "--delay", "70", text)  # as fast as a person, no scanner


def test_real_key_presses_under_an_x_server(
    tmp_path: Path, office: EmbeddedBackOffice, sam: SimulatedSamReader, display: str
) -> None:
    home = tmp_path / "window"
    home.mkdir()
    (home / "settings.toml").write_text(
        f'reader = "serial:{sam.start()}"\nbackoffice_url = "{office.url}"\n', encoding="utf-8"
    )
    open_client(home, office).store.close()  # enrolled
    log = (tmp_path / "window.log").open("w")
    window = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--home", str(home)], stderr=log,
        env={**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"},
    )  # fmt: skip
    try:
        keys = Keys(display)
        keys.focus("一窗受理")
        watcher = open_client(home, office)

        def sign_in() -> bool:
            """A busy machine shows the window long before it hears the keys."""
            keys.press("ctrl+a")
            keys.write("demo-1001")
            keys.press("Return")
            with suppress(AssertionError):
                wait_until(lambda: kinds(watcher, "ClerkSignedIn") == 1, 4, "signed in")
            return kinds(watcher, "ClerkSignedIn") == 1

        wait_until(sign_in, 40, "signed in")
        wait_until(lambda: watcher.outbox.tickets_left() > 0, 20, "tickets")
        wait_until(lambda: watcher.outbox.numbers_left() > 0, 20, "numbers")
        time.sleep(1.2)  # the line is shown anew every second
        keys.press("F2")
        wait_until(lambda: kinds(watcher, "TicketCalled") == 1, 10, "called")
        time.sleep(0.3)
        keys.press("ctrl+Return")
        wait_until(lambda: kinds(watcher, "CaseOpened") == 1, 10, "opened")
        time.sleep(0.3)
        keys.press("F8")
        sam.place(watcher.people["zhang-shili"])
        wait_until(lambda: kinds(watcher, "ApplicantIdentified") == 1, 10, "card read")
        time.sleep(0.3)
        keys.press("F10")
        keys.write("yqdj")
        time.sleep(0.8)
        keys.press("Return")
        wait_until(lambda: kinds(watcher, "ItemChosen") == 1, 10, "item")
        item = watcher.catalogue.find("yqdj")[0]
        for asked in range(len(watcher.catalogue.get(item.code).questions)):
            time.sleep(0.4)
            keys.press("1")
            wait_until(lambda n=asked: kinds(watcher, "QuestionAnswered") == n + 1, 10, "answer")  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        wanted = required(watcher)
        time.sleep(0.4)
        for received in range(wanted):
            keys.press("space")
            wait_until(lambda n=received: kinds(watcher, "MaterialReceived") == n + 1, 10, "tick")  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            time.sleep(0.15)
        keys.press("ctrl+Return")
        wait_until(lambda: kinds(watcher, "CaseAccepted") == 1, 10, "accepted")
        wait_until(lambda: kinds(watcher, "PaperPrinted") == 1, 20, "printed")
        wait_until(lambda: watcher.outbox.counts() == (0, 0), 10, "sent")
        number = office_cases(office)[0]["number"]
        text, codes = read_back(paper(watcher))
        assert number in codes
        assert "养犬登记" in text
        # The clerk closes the window in the ordinary way.
        window.terminate()
        assert window.wait(15) == 0
        watcher.store.verify()
        watcher.store.close()
    finally:
        window.kill()
        window.wait()
        log.close()


def kinds(client: Client, kind: str) -> int:
    with client.store.read() as connection:
        return int(
            connection.exec_driver_sql(
                "SELECT count(*) FROM journal WHERE kind = ?", (kind,)
            ).scalar_one()
        )


def required(client: Client) -> int:
    with client.store.read() as connection:
        case_id = connection.exec_driver_sql("SELECT id FROM cases").scalar_one()
    case = client.store.find_case(case_id)
    assert case is not None
    return sum(row.required for row in evaluation(client, case).rows)

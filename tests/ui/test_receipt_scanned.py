"""A signed receipt that is scanned is proven at once, with no network: true, altered, unknown."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from app.domain.case_events import CaseAccepted
from app.domain.events import PaperKind
from app.domain.papers import AcceptanceContent
from app.domain.scan_page import GENUINE
from app.services.receipt_signing import receipt_key, sign_receipt
from printers.pictures import open_pictures
from tests.scanning.sheets import jpeg, sheet
from tests.ui.hall import Hall
from tests.ui.test_news import accepted
from tests.ui.test_results import finished, opened
from tests.ui.test_scan_panel import looked, open_scan
from ui.kit.theme import Tone


def signed_text(hall: Hall, case_id: str) -> str:
    page = hall.client.contents.content(PaperKind.ACCEPTANCE, f"case:{case_id}")
    assert isinstance(page, AcceptanceContent)
    return page.signed


def altered(text: str) -> str:
    """One letter in the middle is another."""
    at = len(text) // 2
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def stranger(hall: Hall, text: str) -> str:
    """The same statement, signed by a window that nobody entered here."""
    return sign_receipt(hall.client.prove_receipt(text), receipt_key(b"s" * 32))


def told(hall: Hall, text: str) -> tuple[Tone, str]:
    hall.model.card.clear()
    hall.window.take_scanned((text,))
    hall.wait(lambda: hall.model.card.state.note is not None, "a verdict")
    note = hall.model.card.state.note
    assert note is not None
    return note.tone, note.message


def test_at_the_counter_it_is_true_altered_or_of_a_stranger(hall: Hall) -> None:
    hall.sign_in()
    case_id, _ = accepted(hall)
    text = signed_text(hall, case_id)
    tone, words = told(hall, text)
    case = hall.client.store.find_case(case_id)
    assert case is not None
    assert isinstance(case.decision, CaseAccepted)
    assert (tone, case.number in words, "没有改动" in words) == (Tone.GOOD, True, True)
    assert told(hall, altered(text))[0] is Tone.BAD
    assert "没有登记的密钥" in told(hall, stranger(hall, text))[1]
    assert "没有可以核验" in told(hall, "OW1:" + "A" * 30)[1]


def test_an_altered_one_finds_its_case_and_says_so(hall: Hall) -> None:
    case_id = finished(hall)
    _, model = opened(hall)
    number = hall.client.results.case(case_id).number
    text = signed_text(hall, case_id)
    # Another window's statement of the same case: found, and not believed.
    hall.window.take_scanned((stranger(hall, text),))
    hall.wait(lambda: model.state.note is not None, "a verdict")
    assert "没有登记的密钥" in str(model.state.note)
    assert model.state.text == number


def test_on_the_scan_page_each_page_says_whether_its_receipt_is_true(
    hall: Hall, tmp_path: Path
) -> None:
    hall.sign_in()
    case_id, _ = accepted(hall)
    content = hall.client.contents.content(PaperKind.ACCEPTANCE, f"case:{case_id}")
    pictures = open_pictures("application/pdf", hall.client.press.make(content)[1])
    width, height, rows = pictures.draw(pictures.count - 1, 200)
    path = tmp_path / "receipt.jpg"
    path.write_bytes(jpeg(Image.frombytes("RGB", (width, height), rows), 200))
    _, model = open_scan(hall)
    forged = tmp_path / "forged.jpg"
    forged.write_bytes(jpeg(sheet(200, lines=4, code=altered(signed_text(hall, case_id))), 200))
    model.add([path, forged])
    hall.wait(lambda: looked(model, 2), "two pages", 20)
    assert [page.seen.receipt for page in model.state.pages] == [GENUINE, "RCT-02"]
    assert model.state.lines[0].chip == "凭证真实"
    assert (model.state.lines[1].chip, model.state.lines[1].tone) == ("凭证有假", Tone.BAD)
    model.choose(1)
    model.choose(0)
    assert "没有改动" in str(model.state.note)
    model.choose(1)
    assert "被改动或者伪造" in str(model.state.note)

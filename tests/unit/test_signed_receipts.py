"""A signed receipt is believed as it is, and not with one letter changed."""

from __future__ import annotations

import json
from base64 import b32decode, b32encode
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.cli import main
from app.domain.case_events import CaseReceived
from app.domain.events import PaperKind
from app.domain.papers import MaterialLine, ReceiptContent
from app.domain.receipt_statement import ReceiptStatement, digest_of, statement_of
from app.services.catalogue_signing import BadKeyFile, public_of
from app.services.papers import PaperContents
from app.services.receipt_signing import (
    PREFIX,
    ReceiptAltered,
    ReceiptKeyUnknown,
    ReceiptUnreadable,
    read_receipt,
    receipt_key,
    sign_receipt,
    trust_key,
    trusted_keys,
    verify_receipt,
)
from printers.documents.fonts import FontBook
from printers.maker import PaperPress
from printers.wording import Wording
from tests.printing.pdf import ReadBack
from tests.unit.test_papers import CATALOGUE, FOOD, FORM, HALL, WINDOW, Counter, counter, got

__all__ = ["counter"]  # the fixture

KEY, OTHER = receipt_key(bytes(range(32))), receipt_key(bytes(32))
TRUSTED = (public_of(OTHER), public_of(KEY))
LINES = (
    MaterialLine(name="身份证", originals=1, copies=2, state="收到"),
    MaterialLine(name="申请书", originals=1, copies=0, state="收到"),
)


def a_statement(lines: tuple[MaterialLine, ...] = LINES) -> ReceiptStatement:
    return statement_of(
        number="44010020261120000125", paper="receipt", item="000131014000", list_version=3,
        list_hash="ab" * 32, materials=lines, at=datetime(2026, 11, 20, 2, 12, tzinfo=UTC),
        window="W01", device="W01",
    )  # fmt: skip


TEXT = sign_receipt(a_statement(), KEY)


def test_what_was_signed_is_read_back() -> None:
    statement, key = verify_receipt(TEXT, TRUSTED)
    assert statement == a_statement()
    assert key == public_of(KEY)
    assert statement.counts == bytes((1, 2, 1, 0))
    assert statement.time == datetime(2026, 11, 20, 2, 12, tzinfo=UTC)
    assert sign_receipt(a_statement(), KEY) == TEXT
    assert verify_receipt(TEXT[:40] + "\n " + TEXT[40:].lower(), TRUSTED)[0] == statement
    assert len(TEXT) < 340


def test_every_changed_letter_is_told() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    for at in range(len(PREFIX), len(TEXT)):
        other = letters[(letters.index(TEXT[at]) + 1) % 32]
        with pytest.raises((ReceiptAltered, ReceiptKeyUnknown)):
            verify_receipt(TEXT[:at] + other + TEXT[at + 1 :], TRUSTED)


def test_another_number_under_the_same_signature_is_told() -> None:
    coded = TEXT.removeprefix(PREFIX)
    signed = b32decode(coded + "=" * (-len(coded) % 8))
    forged = signed.replace(b"000125", b"000126")
    assert forged != signed
    with pytest.raises(ReceiptAltered):
        verify_receipt(PREFIX + b32encode(forged).decode().rstrip("="), TRUSTED)
    with pytest.raises(ReceiptKeyUnknown, match=public_of(KEY).key_id):
        verify_receipt(TEXT, (public_of(OTHER),))


@given(st.text() | st.text("ABC234567").map(lambda text: PREFIX + text * 40))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises((ReceiptUnreadable, ReceiptAltered, ReceiptKeyUnknown)):
        verify_receipt(text, TRUSTED)


def test_a_signed_statement_of_no_known_shape_is_not_read() -> None:
    for at in (2**62, -(2**62)):
        odd = ReceiptStatement(
            format=1, number="", paper="", item="", list_version=1, list_hash=b"", lines=0,
            counts=b"", materials=b"", at=at, window="", device="",
        )  # fmt: skip
        with pytest.raises(ReceiptUnreadable):
            verify_receipt(sign_receipt(odd, KEY), TRUSTED)


def test_many_materials_stand_as_a_digest() -> None:
    many = tuple(
        MaterialLine(name=f"材料{n}", originals=300, copies=-1, state="收到") for n in range(300)
    )
    statement = a_statement(many)
    assert (statement.lines, statement.counts) == (300, b"")
    assert statement.materials != a_statement(many[:-1]).materials
    assert digest_of(many) == statement.materials
    few = a_statement(many[:48])
    assert few.counts == bytes((255, 0)) * 48
    assert len(sign_receipt(few, KEY)) < 500  # still a code of 77 modules


@pytest.fixture
def signing(counter: Counter) -> Counter:
    sign = partial(sign_receipt, key=KEY)
    counter.contents = PaperContents(counter.store, HALL, lambda: CATALOGUE, sign)
    return counter


def test_the_receipt_of_a_case_is_signed_and_scans(signing: Counter, tmp_path: Path) -> None:
    signing.open("c", FOOD, got(FORM))
    received = CaseReceived(number="N1", check="CHECK2", notice_due=date(2026, 11, 30))
    at = signing.at
    signing.happen("case:c", received)
    paper = signing.paper(PaperKind.RECEIPT, "case:c")
    assert isinstance(paper, ReceiptContent)
    statement, _ = verify_receipt(paper.signed, TRUSTED)
    assert (statement.number, statement.item, statement.list_version) == ("N1", "food", 2)
    assert (statement.window, statement.device, statement.time) == (WINDOW.id, "W01", at)
    assert statement.materials == digest_of(paper.head.materials)
    assert "张示例".encode() not in b32decode(paper.signed[4:] + "=" * (-len(paper.signed[4:]) % 8))

    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    _, data = press.make(paper)
    assert press.make(paper)[1] == data
    pdf = ReadBack(data, tmp_path)
    assert pdf.pages() == 1
    for dpi in (300, 150):
        assert ("QRCode", paper.signed) in pdf.codes(dpi=dpi), dpi
    assert "数字签名" in pdf.text()
    assert pdf.info()["Keywords"] == paper.signed
    file = tmp_path / "receipt.pdf"
    file.write_bytes(data)
    assert read_receipt(str(file)) == paper.signed
    pdf.picture(dpi=200).save(tmp_path / "receipt.png")
    assert read_receipt(str(tmp_path / "receipt.png")) == paper.signed


@pytest.mark.parametrize("content", [b"", b"\x89PNG broken", b"%PDF-1.4 OW1:", b"\xff" * 1000])
def test_a_file_that_is_no_receipt(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    for source in (str(file), str(tmp_path), str(tmp_path / "none"), "\0", "x" * 5000):
        with pytest.raises(ReceiptUnreadable):
            read_receipt(source)


def test_keys_are_entered_and_broken_ones_named(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text("{}")
    with pytest.raises(BadKeyFile, match=r"key\.json"):
        trust_key(tmp_path, file)
    assert trusted_keys(tmp_path) == ()


def test_the_commands_verify_without_a_network(tmp_path: Path) -> None:
    """One window's receipts at another that was given its key."""
    one, two = str(tmp_path / "one"), str(tmp_path / "two")

    def run(*arguments: str, fine: bool = True) -> str:
        result = CliRunner().invoke(main, list(arguments))
        assert (result.exit_code == 0) is fine, result.output
        return result.output

    from app.bootstrap import Client

    client = Client(tmp_path / "one")
    text = sign_receipt(a_statement(), client.receipt_key)
    client.store.close()
    said = run("receipt", "verify", text, "--home", one)
    assert "凭证真实" in said
    assert "44010020261120000125" in said
    assert "RCT-03" in run("receipt", "verify", text, "--home", two, fine=False)
    key = str(tmp_path / "key.json")
    run("receipt", "key", key, "--home", one)
    run("receipt", "trust", key, "--home", two)
    value = json.loads(run("receipt", "verify", text, "--home", two, "--json"))
    assert value["counts"] == [[1, 2], [1, 0]]
    assert value["at"] == "2026-11-20T10:12:00+08:00"
    changed = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]
    assert "RCT-02" in run("receipt", "verify", changed, "--home", two, fine=False)
    assert "RCT-01" in run("receipt", "verify", "nothing", "--home", two, fine=False)

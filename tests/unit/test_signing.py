"""A signature on the screen is bound to the paper that was shown, and what is changed is told."""

from __future__ import annotations

import hashlib
import json
import math
from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.bootstrap import Client
from app.cli import main
from app.domain.case_events import DocumentSigned
from app.domain.errors import NotReady, PaperChanged, ReasonNeeded, SignatureUnusable
from app.domain.events import PaperKind
from app.domain.papers import CasePaper
from app.domain.signature import (
    HEIGHT,
    MOST_IMAGE,
    MOST_POINTS,
    WIDTH,
    Pen,
    Point,
    Stroke,
    check_strokes,
    dots,
)
from app.services.sign_in import Session
from app.services.signed_papers import SIGNABLE
from app.services.signing import ToSign, picture
from app.storage.store import Store
from printers.errors import FieldMissing
from tests.printing.pdf import ReadBack
from tests.unit.test_results import (
    MovableClock,
    client,
    clock,
    hand,
    office,
    ready,
    refused,
    session,
)

__all__ = ["client", "clock", "office", "session"]  # the fixtures


def wave(count: int = 60, *, start: float = 0.1, end: float = 0.8) -> tuple[Stroke, ...]:
    """Like a name written in one line."""
    points = tuple(
        Point(
            x=start + (end - start) * at / count, y=0.5 + 0.35 * math.sin(at / 4), at=at * 12,
            pressure=0.3 + 0.4 * (at % 7) / 7,
        )
        for at in range(count)
    )  # fmt: skip
    return (points[: count // 2], points[count // 2 :])


_SHARE = st.floats(min_value=0, max_value=1)
_STROKES = st.lists(
    st.lists(st.builds(Point, x=_SHARE, y=_SHARE, at=st.just(0), pressure=_SHARE), min_size=1,
             max_size=30),
    max_size=8,
)  # fmt: skip


@given(_STROKES)
def test_whatever_is_written_inside_the_field_stays_inside_the_picture(
    strokes: list[list[Point]],
) -> None:
    for x, y, radius in dots(strokes):
        assert -HEIGHT / 2 <= y <= HEIGHT * 1.5
        assert -WIDTH / 2 <= x <= WIDTH * 1.5
        assert 0 < radius < 10
    points = [one for stroke in strokes for one in stroke]
    marked = {(round(x), round(y)) for x, y, _ in dots(strokes)}
    for point in points:
        assert (round(point.x * WIDTH), round(point.y * HEIGHT)) in marked


@pytest.mark.parametrize(
    ("strokes", "why"),
    [
        ((), "empty"),
        (((),), "empty"),
        (((Point(x=0.5, y=0.5, at=0),),), "short"),
        (((Point(x=0.5, y=0.5, at=at) for at in range(1)),), "short"),
        ((tuple(Point(x=0.5, y=0.5, at=at) for at in range(90)),), "short"),
        ((tuple(Point(x=0.5, y=0.5, at=0) for _ in range(MOST_POINTS + 1)),), "long"),
        ((tuple(Point(x=float("nan"), y=0.5, at=at) for at in range(20)),), "broken"),
        ((tuple(Point(x=1.5, y=0.5, at=at) for at in range(20)),), "broken"),
        ((tuple(Point(x=at / 20, y=at / 20, at=-at) for at in range(20)),), "broken"),
        ((tuple(Point(x=at / 20, y=at / 20, at=at * 10**6) for at in range(20)),), "long"),
    ],
)
def test_a_dot_nothing_or_nonsense_is_no_signature(strokes: tuple[Stroke, ...], why: str) -> None:
    with pytest.raises(SignatureUnusable) as told:
        check_strokes([tuple(stroke) for stroke in strokes])
    assert told.value.details["why"] == why


def test_the_picture_is_small_black_and_the_same_each_time() -> None:
    assert check_strokes(wave()) == 59 * 12
    data = picture(wave())
    assert data == picture(wave())
    assert len(data) < MOST_IMAGE / 4
    with Image.open(BytesIO(data)) as image:
        shown = image.convert("RGBA")
    assert shown.size == (WIDTH, HEIGHT)
    alpha = shown.getchannel("A").histogram()
    inked = alpha[255]
    assert alpha[0] + inked == WIDTH * HEIGHT
    assert 1000 < inked < WIDTH * HEIGHT / 4
    assert shown.convert("L").histogram()[0] >= inked


def shown(client: Client, paper: PaperKind, case_id: str) -> ToSign:
    return client.signing.ask(paper, f"case:{case_id}")


def pdf_of(client: Client, paper: PaperKind, case_id: str) -> bytes:
    return client.press.make(client.contents.content(paper, f"case:{case_id}"))[1]


def test_the_signed_paper_bears_the_signature_and_the_unsigned_is_as_before(
    client: Client, session: Session, office: Store, clock: MovableClock, tmp_path: Path
) -> None:
    case = ready(client, session, office, clock)
    hand(client, session, case)
    asked = shown(client, PaperKind.COLLECTION, case.id)
    assert asked.data == pdf_of(client, PaperKind.COLLECTION, case.id)
    assert asked.document == hashlib.sha256(asked.data).hexdigest()
    assert asked.signer == "张示例"
    client.signing.sign(session, asked, wave(), Pen.TOUCH)
    signed = pdf_of(client, PaperKind.COLLECTION, case.id)
    assert signed != asked.data
    assert signed == pdf_of(client, PaperKind.COLLECTION, case.id)
    text = ReadBack(signed, tmp_path).text()
    assert asked.document[:16] in text
    assert asked.document[:16] not in ReadBack(asked.data, tmp_path).text()
    again = shown(client, PaperKind.COLLECTION, case.id)
    assert (again.data, again.again) == (asked.data, True)
    (fact,) = client.signing.signatures(case.id)
    assert (fact.pen, fact.strokes, fact.lasted, fact.by) == (Pen.TOUCH, 2, 59 * 12, "1001")
    assert b64decode(fact.image) == picture(wave())


@pytest.mark.parametrize("paper", SIGNABLE)
def test_every_paper_that_is_signed_bears_the_ink_at_its_end(
    paper: PaperKind, tmp_path: Path
) -> None:
    """On the last page, where the paper is signed."""
    import subprocess

    from app.domain.papers import ScreenSignature
    from printers.documents.fonts import FontBook
    from printers.maker import PaperPress
    from printers.wording import Wording
    from tests.printing import samples

    made = {
        PaperKind.RECEIPT: samples.receipt, PaperKind.ACCEPTANCE: samples.acceptance,
        PaperKind.NOTICE: samples.notice, PaperKind.REJECTION: samples.rejection,
        PaperKind.DEFERRAL_PROMISE: samples.deferral_promise,
        PaperKind.DELIVERY_RETURN: samples.delivery_return,
        PaperKind.COLLECTION: samples.collection,
    }[paper]()  # fmt: skip
    assert isinstance(made, CasePaper)
    signature = ScreenSignature(
        image=picture(wave()), document="0123456789abcdef" * 4, at=made.head.issued_at
    )
    signed = replace(made, head=replace(made.head, signature=signature))
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    pages = []
    for name, one in (("bare", made), ("signed", signed)):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(press.make(one)[1])
        subprocess.run(
            ["pdftoppm", "-r", "72", "-png", str(file), str(tmp_path / name)], check=True
        )
        pages.append(sorted(tmp_path.glob(f"{name}-*.png")))
    assert len(pages[0]) <= len(pages[1]) <= len(pages[0]) + 1  # one line more at its foot
    text = ReadBack(press.make(signed)[1], tmp_path).text()
    assert "0123456789abcdef" in text
    with Image.open(pages[1][-1]) as last:
        grey = last.convert("L")
    assert sum(1 for value in grey.tobytes() if value < 60) > 400


def test_a_paper_that_changed_after_it_was_shown_is_not_signed(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    before = shown(client, PaperKind.COLLECTION, case.id)
    hand(client, session, case)
    facts = len(client.store.entries())
    refused(PaperChanged, lambda: client.signing.sign(session, before, wave(), Pen.MOUSE))
    asked = shown(client, PaperKind.COLLECTION, case.id)
    refused(SignatureUnusable, lambda: client.signing.sign(session, asked, (), Pen.MOUSE))
    assert len(client.store.entries()) == facts
    client.signing.sign(session, asked, wave(), Pen.MOUSE)
    again = wave(40)
    refused(ReasonNeeded, lambda: client.signing.sign(session, asked, again, Pen.MOUSE))
    client.signing.sign(session, asked, again, Pen.MOUSE, "写错了字")
    assert [one.reason for one in client.signing.signatures(case.id)] == ["", "写错了字"]
    refused(NotReady, lambda: shown(client, PaperKind.TRANSFER, case.id))


def test_who_will_not_sign_is_on_record_with_a_witness(
    client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    hand(client, session, case)
    asked = shown(client, PaperKind.COLLECTION, case.id)
    refused(ReasonNeeded, lambda: client.signing.refuse(session, asked, "不认可", " "))
    client.signing.refuse(session, asked, "不认可", "样例见证人")
    assert client.store.entries()[-1].kind == "SignatureRefused"
    assert client.signing.signatures(case.id) == ()


def test_what_was_changed_since_is_told(
    client: Client, session: Session, office: Store, clock: MovableClock, tmp_path: Path
) -> None:
    case = ready(client, session, office, clock)
    hand(client, session, case)
    asked = shown(client, PaperKind.COLLECTION, case.id)
    client.signing.sign(session, asked, wave(), Pen.PEN)
    (fact,) = client.signing.signatures(case.id)
    held = client.signing.verify(case.id, fact, pdf=asked.data, image=picture(wave()))
    assert [one.holds for one in held] == [True, True, True, True]
    changed = asked.data.replace(b"/Title", b"/Titel", 1)
    assert changed != asked.data
    found = client.signing.verify(case.id, fact, pdf=changed, image=picture(wave(40)))
    assert [one.holds for one in found] == [True, False, True, False]
    spoilt = client.signing.verify(case.id, replace(fact, image="AAAA", document="0" * 64))
    assert [one.holds for one in spoilt] == [False, False]
    other = client.signing.verify(case.id, replace(fact, document="0" * 64, wording="collection 1"))
    assert "--pdf" in other[0].said


def test_the_command_proves_and_takes_out(
    client: Client, session: Session, office: Store, clock: MovableClock, tmp_path: Path
) -> None:
    case = ready(client, session, office, clock)
    hand(client, session, case)
    home = str(tmp_path / "window")
    run = CliRunner()
    none = run.invoke(main, ["signature", "verify", case.number, "--home", home])
    assert (none.exit_code, "没有屏上签名" in none.output) == (1, True)
    asked = shown(client, PaperKind.COLLECTION, case.id)
    client.signing.sign(session, asked, wave(), Pen.TOUCH)
    out = tmp_path / "out"
    done = run.invoke(main, ["signature", "export", case.number, str(out), "--home", home])
    assert done.exit_code == 0, done.output
    (image,), (paper,) = out.glob("*.png"), out.glob("*.pdf")
    arguments = ["signature", "verify", case.number, "--home", home, "--json"]
    given_both = ["--pdf", str(paper), "--image", str(image)]
    held = run.invoke(main, [*arguments, *given_both])
    assert held.exit_code == 0, held.output
    assert json.loads(held.output)["signatures"][0]["holds"] is True
    paper.write_bytes(paper.read_bytes() + b"\n")
    told = run.invoke(main, [*arguments, *given_both])
    assert told.exit_code == 1
    assert "有改动" in told.output
    nobody = run.invoke(main, ["signature", "verify", "X", "--home", home])
    assert nobody.exit_code == 1


@pytest.mark.parametrize("image", ["", "AAAA", "###", "iVBORw0KGgo="])
def test_a_record_without_a_picture_prints_no_paper_as_if_it_were_signed(
    image: str, client: Client, session: Session, office: Store, clock: MovableClock
) -> None:
    case = ready(client, session, office, clock)
    hand(client, session, case)
    asked = shown(client, PaperKind.COLLECTION, case.id)
    spoilt = DocumentSigned(
        paper="collection", number=case.number, document=asked.document, wording="collection 1",
        signer="张示例", image=image, strokes=1, lasted=1, pen=Pen.PEN, by="1001", at=clock.at,
    )  # fmt: skip
    with client.store.begin() as unit:
        unit.append(spoilt, subject=f"case:{case.id}", actor="1001")
    refused(FieldMissing, lambda: pdf_of(client, PaperKind.COLLECTION, case.id))
    found = client.signing.verify(case.id, spoilt)
    assert [one.holds for one in found] == [True, False]

"""A paper is signed on the applicant's screen by mouse and finger; the clerk's window follows."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.domain.case_events import DocumentSigned, SignatureRefused
from app.domain.delivery import Recipient
from app.domain.events import PaperKind
from app.domain.papers import AcceptanceContent
from app.domain.signature import Pen
from app.services.set_aside import event_of
from tests.ui.hall import Hall
from tests.ui.test_news import accepted
from tests.ui.test_results import case_of, finished, opened, read
from ui.pages.applicant_screen import ApplicantScreen
from ui.pages.sheets_panel import SheetsPanel
from ui.pages.signature_pad import SignaturePad
from ui.viewmodels.signing import SigningModel, SigningStage

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
Key = Qt.Key
SHOTS = os.environ.get("ONEWINDOW_SHOTS", "")


def shoot(widget: QWidget, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        widget.grab().save(f"{SHOTS}/{name}.png")


def path(pad: SignaturePad, count: int = 40) -> list[QPoint]:
    """Like a name, over most of the field."""
    width, height = pad.width(), pad.height()
    return [
        QPoint(
            int(width * (0.1 + 0.7 * at / count)), int(height * (0.5 + 0.3 * math.sin(at / 3)))
        )
        for at in range(count)
    ]  # fmt: skip


def write(pad: SignaturePad) -> None:
    points = path(pad)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(pad, left, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(pad, point)
        # The offscreen platform moves without the button that is down.
        _drag(pad, point)
    QTest.mouseRelease(pad, left, pos=points[-1])


def _drag(pad: SignaturePad, at: QPoint) -> None:
    left = Qt.MouseButton.LeftButton
    moved = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), pad.mapToGlobal(QPointF(at)), left, left,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QCoreApplication.sendEvent(pad, moved)


def touch(pad: SignaturePad, device: QPointingDevice) -> None:
    points = path(pad)
    QTest.touchEvent(pad, device).press(1, points[0], pad).commit()
    for point in points[1:]:
        QTest.touchEvent(pad, device).move(1, point, pad).commit()
    QTest.touchEvent(pad, device).release(1, points[-1], pad).commit()


def signing(hall: Hall) -> SigningModel:
    model = hall.window.applicant.signing
    assert model is not None
    return model


def screen(hall: Hall) -> ApplicantScreen:
    hall.wait(lambda: signing(hall).state.stage is SigningStage.SHOWN, "the paper on the screen")
    shown = hall.window.applicant.screen
    assert shown is not None
    hall.wait(shown.isVisible, "the applicant's screen")
    hall.window.activateWindow()  # the offscreen platform gives any new window the keys
    hall.wait(hall.window.isActiveWindow, "the clerk's window")
    assert shown.pages.currentWidget() is shown.sign
    return shown


def sheets(hall: Hall, paper: PaperKind) -> SheetsPanel:
    hall.key(Key.Key_F12, Qt.KeyboardModifier.ShiftModifier)
    panel = hall.window._panels["sheets"]
    assert isinstance(panel, SheetsPanel)
    model = panel._model
    hall.wait(lambda: model.state.loaded and model.state.pages > 0, "papers")
    while model.state.offer is None or model.state.offer.paper is not paper:
        hall.key(Key.Key_Down)
    return panel


def facts(hall: Hall, case_id: str) -> list[object]:
    about = f"case:{case_id}"
    return [event_of(entry) for entry in hall.client.store.entries() if entry.subject == about]


def test_a_slip_is_signed_on_the_screen_before_it_is_printed(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    read(hall, model, "zhang-shili")
    hall.key(Key.Key_Return)
    hall.wait(panel.form.isVisible, "the form")
    hall.key(Key.Key_2)
    hall.ctrl(Key.Key_Return)
    other = screen(hall)
    assert "领取凭证" in other.sign.title.text()
    assert panel.signing.isVisible()
    assert not [j for j in hall.client.papers.jobs() if j.paper is PaperKind.COLLECTION]
    other.sign.confirm.click()  # nothing is written yet
    hall.settle()
    assert "太短" in other.sign.told.text()
    write(other.sign.pad)
    shoot(other, "sign_applicant")
    shoot(hall.window, "sign_clerk")
    other.sign.confirm.click()
    hall.wait(lambda: not signing(hall).state.open, "signed")
    hall.wait(lambda: "已签名" in str(model.state.note), "the slip on its way")
    (signed,) = hall.client.signing.signatures(case_id)
    assert (signed.paper, signed.signer, signed.pen) == ("collection", "张示例", Pen.MOUSE)
    job = hall.client.papers.jobs()[0]
    assert (job.paper, job.about) == (PaperKind.COLLECTION, f"case:{case_id}")
    assert other.pages.currentWidget() is not other.sign
    handed = case_of(hall, case_id).handed_out
    assert handed is not None
    assert (handed.recipient, handed.signed) == (Recipient.APPLICANT, True)


def test_a_finger_signs_and_once_more_needs_a_reason(hall: Hall) -> None:
    device = QTest.createTouchDevice()
    hall.sign_in()
    case_id, _ = accepted(hall)
    panel = sheets(hall, PaperKind.ACCEPTANCE)
    hall.key(Key.Key_G)
    other = screen(hall)
    touch(other.sign.pad, device)
    assert other.sign.pad.pen is Pen.TOUCH
    other.sign.clear_button.click()
    assert other.sign.pad.strokes == []
    touch(other.sign.pad, device)
    other.sign.confirm.click()
    hall.wait(lambda: not signing(hall).state.open, "signed")
    hall.wait(lambda: "签名已记下" in str(panel._model.state.note), "word of it")
    paper = hall.client.contents.content(PaperKind.ACCEPTANCE, f"case:{case_id}")
    assert isinstance(paper, AcceptanceContent)
    assert paper.head.signature is not None
    assert [one.pen for one in hall.client.signing.signatures(case_id)] == [Pen.TOUCH]
    hall.key(Key.Key_G)
    hall.wait(lambda: signing(hall).state.again, "why again")
    assert panel.signing.why.isVisible()
    hall.write("写错了字")
    hall.key(Key.Key_Return)
    other = screen(hall)
    assert other.sign.pad.strokes == []
    touch(other.sign.pad, device)
    other.sign.confirm.click()
    hall.wait(lambda: not signing(hall).state.open, "signed again")
    assert [one.reason for one in hall.client.signing.signatures(case_id)] == ["", "写错了字"]


def test_who_will_not_sign_touches_so_and_the_clerk_writes_why(hall: Hall) -> None:
    hall.sign_in()
    case_id, _ = accepted(hall)
    panel = sheets(hall, PaperKind.ACCEPTANCE)
    hall.key(Key.Key_G)
    other = screen(hall)
    other.sign.decline.click()
    hall.settle()
    assert panel.signing.refusal.isVisible()
    shoot(hall.window, "sign_declined")
    hall.write("不认可")
    hall.key(Key.Key_Return)
    assert signing(hall).state.open  # nobody saw it
    hall.write("样例见证人")
    hall.key(Key.Key_Return)
    hall.wait(lambda: not signing(hall).state.open, "on record")
    last = facts(hall, case_id)[-1]
    assert isinstance(last, SignatureRefused)
    assert (last.paper, last.reason, last.witness) == ("acceptance", "不认可", "样例见证人")


def test_the_clerk_takes_the_paper_back_and_nothing_is_recorded(hall: Hall) -> None:
    hall.sign_in()
    case_id, _ = accepted(hall)
    panel = sheets(hall, PaperKind.ACCEPTANCE)
    hall.key(Key.Key_G)
    other = screen(hall)
    write(other.sign.pad)
    hall.key(Key.Key_Escape)
    hall.wait(lambda: not signing(hall).state.open, "taken back")
    assert hall.window.stack.currentWidget() is panel
    other.sign.confirm.click()  # too late
    hall.settle()
    assert not [one for one in facts(hall, case_id) if isinstance(one, DocumentSigned)]
    hall.window.sign_out()

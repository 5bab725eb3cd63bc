"""Results are handed out by keys, card and scanner; what is told wrongly stays in the form."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.domain.case import Case, CaseState
from app.domain.case_events import CaseFinished, CaseReviewed
from app.domain.delivery import Authority, DeliveryMode, Proof, Recipient
from app.domain.events import PaperKind
from app.domain.masking import mask_number
from tests.ui.hall import Hall
from tests.ui.test_news import Elsewhere, accepted
from ui.pages.results_panel import ResultsPanel
from ui.viewmodels.hand_over import Field
from ui.viewmodels.results import ResultsModel

Key = Qt.Key
RESULT = "养犬登记证 示犬〔2026〕12号"


def finished(hall: Hall) -> str:
    """The id of a case of 张示例 whose result came back."""
    hall.sign_in()
    case_id, _ = accepted(hall)
    about = f"case:{case_id}"
    Elsewhere(hall).tells(
        (CaseReviewed(granted=True, opinion="符合", reviewer="7001"), about),
        (CaseFinished(name="养犬登记证", number="示犬〔2026〕12号", reviewer="7001"), about),
    )
    return case_id


def opened(hall: Hall) -> tuple[ResultsPanel, ResultsModel]:
    hall.ctrl(Key.Key_U)
    panel = hall.window._panels["results"]
    assert isinstance(panel, ResultsPanel)
    model = hall.window.results_model
    assert model is not None
    hall.wait(lambda: model.state.loaded, "the list")
    return panel, model


def read(hall: Hall, model: ResultsModel, person: str) -> None:
    hall.place(person)
    hall.key(Key.Key_F8)
    hall.wait(lambda: bool(model.state.person) and not model.state.reading, "a card")
    hall.settle()


def case_of(hall: Hall, case_id: str) -> Case:
    case = hall.client.store.find_case(case_id)
    assert case is not None
    return case


def test_a_card_and_three_keys_hand_a_result_to_its_applicant(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    assert "在等的 1" in dict(model.state.shows).values()
    read(hall, model, "zhang-shili")
    assert model.state.person == "张**"
    hall.key(Key.Key_Return)  # the only one found
    hall.wait(panel.form.isVisible, "the form")
    assert "张示例" in panel.form.card.text()
    assert panel.form.fields[Field.NUMBER].isHidden()
    hall.key(Key.Key_Return)
    hall.wait(lambda: not panel.form.isVisible(), "handed out")
    hall.wait(lambda: model.state.lines == (), "nothing waits")
    handed = case_of(hall, case_id).handed_out
    assert handed is not None
    assert (handed.to, handed.way, handed.signed, handed.by) == ("张示例", "直接", True, "1001")
    assert (handed.recipient, handed.proof) == (Recipient.APPLICANT, Proof.CARD)
    job = hall.client.papers.jobs()[0]
    assert (job.paper, job.about) == (PaperKind.COLLECTION, f"case:{case_id}")
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page


def test_who_comes_for_another_shows_the_authority(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    read(hall, model, "ayiguli-ceshi")
    assert model.state.lines == ()
    assert "这位没有" in panel.list.empty_text
    hall.key(Key.Key_F2)  # everybody's again
    hall.wait(lambda: len(model.state.lines) == 1, "the result")
    hall.key(Key.Key_Return)
    hall.wait(panel.form.isVisible, "the form")
    hall.place("ayiguli-ceshi")
    hall.key(Key.Key_F8)
    hall.wait(panel.form.claims.isVisible, "whose card it is")
    assert len(model.state.lines) == 1  # the list stays as it was
    hall.ctrl(Key.Key_Return)  # nobody said who this is
    assert model.form.state.open
    assert "选领取人的身份" in str(model.form.state.note)
    hall.key(Key.Key_1)
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: not model.form.state.open, "handed out")
    handed = case_of(hall, case_id).handed_out
    assert handed is not None
    assert (handed.recipient, handed.authority) == (Recipient.AGENT, Authority.SHOWN)
    assert handed.to == "阿依古丽·测试"


def test_a_document_that_was_not_read_is_typed_with_its_reason(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    hall.write("养犬")
    hall.wait(lambda: len(panel.list.rows) == 1, "the result")
    hall.key(Key.Key_Return)
    hall.wait(panel.form.isVisible, "the form")
    hall.key(Key.Key_1)
    hall.key(Key.Key_Return)
    hall.write("张示例")
    hall.key(Key.Key_Return)
    hall.write("379901198803040116")  # one digit is wrong
    hall.key(Key.Key_Return)
    hall.write("没有带证件")
    hall.key(Key.Key_Return)
    assert model.form.state.open
    assert model.form.state.wrong is Field.NUMBER
    assert panel.form.fields[Field.NUMBER].hasFocus()
    assert panel.form.fields[Field.PROOF_REASON].text() == "没有带证件"
    hall.write("379901198803040115")
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: not model.form.state.open, "handed out")
    handed = case_of(hall, case_id).handed_out
    assert handed is not None
    assert (handed.proof, handed.proof_reason) == (Proof.TYPED, "没有带证件")
    assert handed.document_number == mask_number("379901198803040115")
    assert panel.form.fields[Field.NUMBER].text() == ""  # nothing of a person stays in the form


def test_a_parcel_goes_out_comes_back_and_is_told_at_its_case(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    hall.key(Key.Key_Return)
    hall.wait(panel.form.isVisible, "the form")
    hall.key(Key.Key_2)
    assert model.form.state.mode is DeliveryMode.POST
    assert panel.form.fields[Field.TO].text() == "张示例"
    panel.form.fields[Field.CARRIER].setFocus()
    hall.write("示例速递")
    hall.key(Key.Key_Return)
    hall.write("12")
    hall.key(Key.Key_Return)
    hall.wait(lambda: model.form.state.note is not None, "an answer")
    assert "8 到 30 位" in str(model.form.state.note)
    hall.write("sf123456789012")
    hall.key(Key.Key_Return)
    hall.wait(lambda: not model.form.state.open, "posted")
    hall.write("SF123456789012")
    hall.wait(lambda: len(model.state.lines) == 1, "the parcel")
    hall.key(Key.Key_Return)
    hall.wait(lambda: model.state.story is not None, "its story")
    assert "SF123456789012" in panel.story.lines.text()
    assert "张示例" in panel.story.lines.text()
    hall.key(Key.Key_2)
    hall.key(Key.Key_Return)
    hall.key(Key.Key_Return)  # no reason
    assert model.state.story is not None
    hall.write("查无此人")
    hall.key(Key.Key_Return)
    hall.wait(lambda: model.state.story is None, "it came back")
    case = case_of(hall, case_id)
    assert (case.state, case.handed_out) == (CaseState.FINISHED, None)
    hall.wait(lambda: model.state.lines[0].chip == "已退回", "it waits again")


def test_a_scanned_receipt_finds_its_result_and_a_stranger_code_is_told(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    case = case_of(hall, case_id)
    assert case.decision is not None
    page = hall.client.contents.content(PaperKind.ACCEPTANCE, f"case:{case_id}")
    for code in (case.number, page.head.progress_url, page.signed):  # type: ignore[union-attr]
        hall.window.take_scanned((code,))
        hall.settle()
        assert model.state.text == case.number
        assert panel.search.text() == case.number
        assert [line.id for line in model.state.lines] == [case_id]
    hall.window.take_scanned(("？？？",))
    assert "不是办件编号" in str(model.state.note)
    hall.window.take_scanned(("OW1:" + "A" * 200,))
    assert "不是办件编号" in str(model.state.note)


def test_who_will_not_sign_needs_a_reason_and_a_witness(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    read(hall, model, "zhang-shili")
    hall.key(Key.Key_Return)
    hall.wait(panel.form.isVisible, "the form")
    hall.key(Key.Key_3)
    hall.key(Key.Key_Return)
    hall.write("不认可结果")
    hall.key(Key.Key_Return)
    hall.write("样例见证人")
    hall.key(Key.Key_Return)
    hall.wait(lambda: not model.form.state.open, "handed out")
    handed = case_of(hall, case_id).handed_out
    assert handed is not None
    assert (handed.signed, handed.reason, handed.witness) == (False, "不认可结果", "样例见证人")
    assert hall.client.papers.jobs()[0].paper is PaperKind.DELIVERY_RETURN


def test_what_another_window_handed_out_meanwhile_is_told(hall: Hall) -> None:
    case_id = finished(hall)
    panel, model = opened(hall)
    read(hall, model, "zhang-shili")
    hall.key(Key.Key_Return)
    hall.wait(panel.form.isVisible, "the form")
    session, case = model.session, case_of(hall, case_id)
    assert session is not None
    from tests.unit.test_results import hand

    hand(hall.client, session, case)
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: model.form.state.note is not None, "the refusal")
    assert model.form.state.open
    assert len([j for j in hall.client.papers.jobs() if j.paper is PaperKind.COLLECTION]) == 1

"""Papers read back as a scanner, a reader and an archive see them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.case_events import Deferral, NoticeLine
from app.domain.hall import HallHead
from app.domain.papers import (
    AcceptanceContent,
    ApplicationFormContent,
    BundleItemLine,
    BundleMaterialLine,
    CaseHead,
    CasePaper,
    DeliveryLine,
    FormLine,
    HandedOver,
    MaterialLine,
    NoticeContent,
)
from app.texts import explain
from printers.documents.fonts import FontBook
from printers.errors import (
    BadCaseNumber,
    BadProgressAddress,
    FieldMissing,
    FontsMissing,
    PaperError,
)
from printers.maker import PDF, PaperPress
from printers.wording import Wording
from tests.printing.pdf import POINTS_PER_MM, ReadBack
from tests.printing.samples import (
    FOR_ANOTHER,
    HEAD,
    ISSUED,
    MATERIALS,
    NUMBER,
    PROGRESS,
    RARE,
    acceptance,
    bundle_receipt,
    deferred,
    deferred_on_promise,
    every_case_paper,
    form_before,
    form_of_bundle,
    notice,
    promised,
    receipt,
    rejection,
    second_notice,
    some_materials,
)

KINDS = sorted(every_case_paper())


def read_back(press: PaperPress, paper: CasePaper, folder: Path, reprint: int = 0) -> ReadBack:
    kind, data = press.make(paper, reprint)
    assert kind == PDF
    return ReadBack(data, folder)


def test_the_longest_number_and_address_still_scan(press: PaperPress, tmp_path: Path) -> None:
    number, address = "WD01-" + "7" * 28, "https://hall.example.cn/p/" + "x7" * 90
    head = replace(HEAD, number=number, progress_url=address)
    pdf = read_back(press, receipt(head), tmp_path)
    assert pdf.codes(dpi=200) == {("Code128", number), ("QRCode", address)}


@pytest.mark.parametrize(
    ("paper", "sentences"),
    [
        (receipt(), ["收件凭证", "自收到申请材料之日起即为受理", "2026年11月27日", "居民身份证"]),
        (
            acceptance(),
            ["受理通知书", "法定时限", "20个工作日", "承诺时限", "2026年12月2日", "不收费",
             "食品安全法", "□自行取件", "■物流寄送", "食品经营许可证"],
        ),
        (
            deferred(),
            ["容缺受理通知书", "食品安全规章制度", "2026年12月4日前", "容缺承诺", "暂定",
             "证照工本费10.00元"],
        ),
        (promised(), ["告知承诺办理", "经营场所使用权证明", "承担不实承诺的法律责任"]),
        (
            notice(),
            ["补正材料一次性告知书", "共3项", "证件已过有效期", "授权委托书",
             "窗口不再要求补正其他材料"],
        ),
        (
            rejection(),
            ["不予受理通知书", "不属于本行政机关职权范围", "向示例市交通运输局提出申请",
             "60日内依法申请行政复议", "6个月内"],
        ),
    ],
    ids=["receipt", "acceptance", "deferred", "promised", "notice", "rejection"],
)  # fmt: skip
def test_a_paper_says_what_it_must(
    paper: CasePaper, sentences: list[str], press: PaperPress, tmp_path: Path
) -> None:
    text = read_back(press, paper, tmp_path).text()
    shared = ["样例小明", "110101********0015", NUMBER, "示例市政务服务中心", "签收", "专用章",
              "投诉监督电话:0000-12346", "第1页/共"]  # fmt: skip
    for sentence in [*shared, *sentences]:
        assert sentence in text, sentence
    assert "补打" not in text
    assert "{" not in text


def test_both_identities_and_the_organisation_stand_on_the_paper(
    press: PaperPress, tmp_path: Path
) -> None:
    for paper in (receipt(FOR_ANOTHER), deferred_on_promise(), second_notice(), bundle_receipt()):
        text = read_back(press, paper, tmp_path).text()
        for said in (
            "申请单位", "测试餐饮管理有限公司", "法定代表人", "测试大山", "91110000MA00000000",
            "经办人样例小明", "110101********0015", "代理人样例小红", "110101********0023",
            "授权委托书(2026年11月18日,期限一年)",
        ):  # fmt: skip
            assert said in text, said
        assert "测试餐饮管理有限公司(样例小吃店连锁经营):" in text  # whom it speaks to


def test_delivery_is_ticked_as_chosen(press: PaperPress, tmp_path: Path) -> None:
    text = read_back(press, receipt(), tmp_path).text()
    for said in ("□自行取件■物流寄送:样例小明,13800000000,", "示例市样例区测试路2号3"):
        assert said in text
    ways = (DeliveryLine(way="自行取件", chosen=True), DeliveryLine(way="物流寄送"))
    text = read_back(press, receipt(replace(HEAD, delivery=ways)), tmp_path).text()
    assert "■自行取件□物流寄送" in text


def test_papers_to_follow_and_promises_stand_in_one_acceptance(
    press: PaperPress, tmp_path: Path
) -> None:
    text = read_back(press, deferred_on_promise(), tmp_path).text()
    for said in ("容缺受理通知书", "告知承诺办理", "食品安全规章制度", "经营场所使用权证明",
                 "容缺承诺:", "告知承诺:", "部分材料由申请人书面承诺代替提交"):  # fmt: skip
        assert said in text, said


def test_a_second_notice_says_what_was_told_before(press: PaperPress, tmp_path: Path) -> None:
    text = read_back(press, second_notice(), tmp_path).text()
    assert text.count("【首次已告知,仍缺】") == 1
    assert "的1项,前次告知书已经列明" in text
    assert "首次已告知" not in read_back(press, notice(), tmp_path).text()


@pytest.mark.parametrize("signed", [True, False])
def test_a_notice_says_how_it_was_handed_over(
    signed: bool, press: PaperPress, tmp_path: Path
) -> None:
    text = read_back(press, second_notice(signed=signed), tmp_path).text()
    said = ("□直接", "□邮寄", "□留置", "□电子", "送达人:示例员(W01)", "2026年11月20日10:21")
    ticked = "■直接" if signed else "■留置"
    for one in said:
        assert one.replace("□" + ticked[1:], ticked) in text, one
    assert ("样例小红(已签收)" if signed else "样例小红(未签收)") in text


def test_a_notice_not_handed_over_yet_leaves_room_to_write(
    press: PaperPress, tmp_path: Path
) -> None:
    text = read_back(press, notice(), tmp_path).text()
    for said in ("送达方式:□直接□邮寄□留置□电子", "送达人:", "签收人:", "一式三份"):
        assert said in text, said
    assert "■" not in text.partition("本次已提交的材料")[2]


def test_the_receipt_of_a_bundle(press: PaperPress, tmp_path: Path) -> None:
    paper = bundle_receipt()
    pdf = read_back(press, paper, tmp_path)
    text = pdf.text()
    assert text.count("申请单位") == 1
    for item in paper.items:
        assert item.number in text
        assert item.outcome[:4] in text
    for said in (
        "开办餐饮店一件事", "涉及5个事项",
        "2026年12月2日", "(暂定)", "见补正告知书", "前决定是否受理", "全部",
        "申请材料由21项减为9项,申请表格由5张减为1张,表格填写内容由62项减为24项。",
        "容缺承诺:", "告知承诺:", "收件专用章",
    ):  # fmt: skip
        assert said in text, said
    assert pdf.pages() == 2
    plain = replace(
        paper, deferred=False, promised=False, items=paper.items[:2],
        saving=replace(paper.saving, materials_together=21, forms_together=5, fields_together=62),
    )  # fmt: skip
    text = read_back(press, plain, tmp_path).text()
    for unsaid in ("容缺承诺:", "告知承诺:", "减为"):
        assert unsaid not in text
    with pytest.raises(FieldMissing, match="items"):
        press.make(replace(paper, items=()))


def test_a_form_before_any_decision_bears_no_codes(press: PaperPress, tmp_path: Path) -> None:
    pdf = read_back(press, form_before(), tmp_path)
    assert pdf.codes() == set()
    text = pdf.text()
    for said in (
        "食品经营许可申请书", "尚未编号", "11010119900101001X", "汉族", "1990年1月1日",
        "□食品销售经营者■餐饮服务经营者□单位食堂□中央厨房", "□集体用餐配送单位", "□是□否",
        "申请人声明:", "签名或者盖章",
    ):  # fmt: skip
        assert said in text, said
    assert "代理人" not in text
    assert "收件专用章" not in text
    assert pdf.info()["Title"] == "食品经营许可申请书"


def test_the_form_of_a_bundle_names_every_item(press: PaperPress, tmp_path: Path) -> None:
    paper = form_of_bundle()
    pdf = read_back(press, paper, tmp_path)
    text = pdf.text()
    for at, (item, _) in enumerate(paper.items, start=1):
        assert f"申请事项{at}" in text
        assert item[:6] in text
    assert "尚未编号" not in text
    assert "代理人(签名)" in text
    assert "样例栏目12" in pdf.text(pdf.pages())  # the declaration never stands alone


def test_a_form_has_a_title_and_fields(press: PaperPress) -> None:
    for field, value in (("title", " "), ("lines", ())):
        with pytest.raises(FieldMissing, match=field):
            press.make(replace(form_before(), **{field: value}))  # type: ignore[arg-type]  # varies
    with pytest.raises(FieldMissing, match="progress_url"):  # a number without its page
        press.make(replace(form_before(), head=replace(HEAD, progress_url="")))


def test_a_blank_field_is_a_line_to_write_on(press: PaperPress, tmp_path: Path) -> None:
    form = replace(form_before(), lines=(FormLine(label="栏目", value=""),))
    drawn = read_back(press, form, tmp_path).picture()
    full = replace(form, lines=(FormLine(label="栏目", value="内"),))
    other = read_back(press, full, tmp_path).picture()

    def ruled(picture: Image.Image) -> int:
        mm = 150 / 25.4
        cell = picture.crop((int(69 * mm), int(60 * mm), int(187 * mm), int(100 * mm)))
        grey, wide = cell.tobytes(), cell.width
        rows = [grey[at : at + wide] for at in range(0, len(grey), wide)]
        # A rule of the table runs through the whole strip; the line to write on ends before it.
        dark = [sum(one < 128 for one in row) for row in rows]
        return sum(0.9 * wide < count < wide for count in dark)

    assert ruled(drawn) > 0
    assert ruled(other) == 0


def test_a_reprint_is_marked(press: PaperPress, tmp_path: Path) -> None:
    assert "补打第2次" in read_back(press, receipt(), tmp_path, reprint=2).text()


def test_a_common_receipt_is_one_page(press: PaperPress, tmp_path: Path) -> None:
    assert read_back(press, receipt(), tmp_path).pages() == 1


@pytest.mark.parametrize("count", range(1, 13))
def test_no_page_is_left_half_empty_before_the_last(
    count: int, press: PaperPress, tmp_path: Path
) -> None:
    for whose in (HEAD, FOR_ANOTHER):
        head = replace(whose, materials=some_materials(count))
        for paper in (receipt(head), rejection(head), notice(head)):
            pdf = read_back(press, paper, tmp_path)
            if pdf.pages() > 1:
                picture = pdf.picture(dpi=50)
                footer = picture.height * 93 // 100
                lower = picture.crop((0, picture.height * 56 // 100, picture.width, footer))
                assert min(lower.tobytes()) < 128, paper.paper


@pytest.mark.parametrize("count", range(1, 13))
def test_a_seal_never_stands_on_a_page_alone(count: int, press: PaperPress, tmp_path: Path) -> None:
    head = replace(HEAD, materials=some_materials(count))
    for paper in (receipt(head), notice(head)):
        pdf = read_back(press, paper, tmp_path)
        last = pdf.text(pdf.pages())
        assert "专用章" in last
        assert f"样例{count:03d}" in last


def test_three_hundred_materials(press: PaperPress, tmp_path: Path) -> None:
    pdf = read_back(press, receipt(replace(HEAD, materials=some_materials(300))), tmp_path)
    pages = pdf.pages()
    assert pages > 5
    for page in range(1, pages + 1):
        text = pdf.text(page)
        assert f"第{page}页/共{pages}页" in text
        assert "序号申请材料原件复印件状态" in text
        assert NUMBER in text
    whole = pdf.text()
    for at in range(1, 301):
        assert f"样例{at:03d}" in whole
    assert whole.count("专用章") == 1


HOSTILE = (
    "长" * 100, "A" * 100, RARE * 12, "\u202e反\u2066转\x00\x07\x1b[31m",
    "<b>粗</b>&amp;<para>{item}%s", "مرحبا שלום", "🀄👨‍👩‍👧", "\ue000\ud800",
    "a\nb\r\nc\td\u2028e",
    "e\u0301" * 50, "\ufdfa" * 40, "，" * 90, "https://example.cn/" + "a" * 300,
)  # fmt: skip


def hostile_head(text: str) -> CaseHead:
    return replace(
        HEAD,
        applicant=text, applicant_number=text, phone=text, item=text, item_code=text,
        department=text, department_phone=text, window=text, clerk=text,
        hall=HallHead(name=text, address=text, phone=text, complaint_phone=text),
        situation=((text, text),),
        materials=(
            MaterialLine(name=text, originals=10**12, copies=-1, state=text), *MATERIALS,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_leaves_the_page(text: str, press: PaperPress, tmp_path: Path) -> None:
    pdf = read_back(press, notice(hostile_head(text)), tmp_path)
    left, right, top, foot = (mm * POINTS_PER_MM for mm in (21.5, 188.5, 9, 288))
    for x0, y0, x1, y1 in pdf.words():
        assert left <= x0 <= x1 <= right
        assert top <= y0 <= y1 <= foot
    for page in range(1, pdf.pages() + 1):
        picture = pdf.picture(page, dpi=50)
        edge = int(20 / 25.4 * 50)
        for x in (0, picture.width - edge):
            strip = picture.crop((x, 0, x + edge, picture.height))
            assert strip.getextrema() == (255, 255)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_leaves_the_other_papers(text: str, press: PaperPress, tmp_path: Path) -> None:
    head = replace(
        hostile_head(text),
        organisation=text, credit_code=text, representative=text, agent=text,
        agent_document=text, agent_number=text, authority=text,
        delivery=(DeliveryLine(way=text, chosen=True, to=text),),
    )  # fmt: skip
    bundle = replace(
        bundle_receipt(), head=head,
        items=(BundleItemLine(item=text, department=text, number=text, outcome=text, remark=text),),
        materials=(
            BundleMaterialLine(
                name=text, used_by=tuple(range(1, 40)), originals=10**12, copies=0, state=text
            ),
        ),
    )  # fmt: skip
    form = replace(
        form_before(), head=head, title=text, items=((text, text),) * 3,
        lines=(
            FormLine(label=text, value=text),
            FormLine(label=text, value=text, choices=(text, text)),
        ),
    )  # fmt: skip
    handed = replace(second_notice().handed or HandedOver(
        by="", to="", way="", at=ISSUED, signed=True), by=text, to=text, way=text)  # fmt: skip
    left, right, top, foot = (mm * POINTS_PER_MM for mm in (21.5, 188.5, 9, 288))
    for paper in (bundle, form, replace(second_notice(), head=head, handed=handed)):
        try:
            pdf = read_back(press, paper, tmp_path)
        except FieldMissing:
            assert not text.isprintable() or paper is form
            continue
        for x0, y0, x1, y1 in pdf.words():
            assert left <= x0 <= x1 <= right
            assert top <= y0 <= y1 <= foot


def test_rare_characters_are_drawn_and_unknown_ones_are_marked(
    press: PaperPress, fonts: FontBook, tmp_path: Path
) -> None:
    assert fonts.missing_glyphs(RARE) == ""
    assert press.warning(RARE) is None
    pdf = read_back(press, receipt(replace(HEAD, applicant=RARE + "𪜀𪚥")), tmp_path)
    assert any("HanaMinB" in name for name, _, _ in pdf.fonts())
    assert "〓" not in pdf.text()
    assert unicodedata.normalize("NFKC", RARE + "𪜀𪚥") in pdf.text(), "found by a search"
    warning = press.warning("样\ue000例")
    assert warning is not None
    assert warning.details == {"count": 1, "points": "U+E000"}
    pdf = read_back(press, receipt(replace(HEAD, applicant="样\ue000例")), tmp_path)
    assert "样〓[U+E000]例" in pdf.text()


def test_each_rare_character_has_its_own_picture(press: PaperPress, tmp_path: Path) -> None:
    pictures = set()
    for char in RARE:
        pdf = read_back(press, receipt(replace(HEAD, applicant=char)), tmp_path)
        mm = 150 / 25.4
        cell = pdf.picture().crop((int(45 * mm), int(50 * mm), int(62 * mm), int(62 * mm)))
        assert cell.getextrema()[0] == 0
        pictures.add(cell.tobytes())
    assert len(pictures) == len(RARE)


def test_the_same_content_is_the_same_bytes(press: PaperPress) -> None:
    for paper in every_case_paper().values():
        assert press.make(paper) == press.make(paper)
    assert press.make(receipt()) != press.make(receipt(), 1)


def test_another_start_makes_the_same_bytes(press: PaperPress) -> None:
    program = (
        "import hashlib; from printers.documents.fonts import FontBook;"
        "from printers.maker import PaperPress; from printers.wording import Wording;"
        "from tests.printing.samples import deferred;"
        "press = PaperPress(Wording.packaged(), FontBook.from_folders());"
        "print(hashlib.sha256(press.make(deferred())[1]).hexdigest())"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "UTC"}, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == hashlib.sha256(press.make(deferred())[1]).hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_names_the_paper_and_nobody(kind: str, press: PaperPress, tmp_path: Path) -> None:
    paper = every_case_paper()[kind]
    info = ReadBack(press.make(paper)[1], tmp_path).info()
    assert info["Title"].endswith(paper.head.number)
    assert info["Author"] == "示例市政务服务中心"
    assert info["Creator"] == "OneWindow"
    everything = "".join(info.values())
    for personal in ("小明", "小红", "大山", "餐饮管理", "110101", "138", "示例员"):
        assert personal not in everything
    assert info["Page size"].endswith("(A4)")


# -- what cannot be laid out ------------------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["number", "progress_url", "window", "clerk", "applicant", "item", "department"]
)
@pytest.mark.parametrize("value", ["", "  ", "\u200b\x00"])
def test_a_required_field_is_named(field: str, value: str, press: PaperPress) -> None:
    head = replace(HEAD, **{field: value})  # type: ignore[arg-type]  # the field's name varies
    with pytest.raises(FieldMissing) as caught:
        press.make(receipt(head))
    assert caught.value.details == {"field": field, "paper": "receipt"}
    assert field in explain(caught.value.code, caught.value.details).message


def test_a_notice_without_lines_and_a_rejection_without_grounds(press: PaperPress) -> None:
    with pytest.raises(FieldMissing, match="lines"):
        press.make(replace(notice(), lines=()))
    with pytest.raises(FieldMissing, match="reason"):
        press.make(replace(rejection(), reason=" "))
    with pytest.raises(FieldMissing, match="basis"):
        press.make(replace(rejection(), basis=""))


@pytest.mark.parametrize("number", ["办件1", "A B", "x" * 49, "WD\x00", "W" * 40])
def test_a_number_that_is_no_barcode(number: str, press: PaperPress) -> None:
    with pytest.raises(BadCaseNumber):
        press.make(receipt(replace(HEAD, number=number)))


@pytest.mark.parametrize("address", ["x" * 5000, "长" * 400])
def test_an_address_that_is_no_qr_code(address: str, press: PaperPress) -> None:
    with pytest.raises(BadProgressAddress):
        press.make(receipt(replace(HEAD, progress_url=address)))


def test_without_fonts_the_package_is_named(wording: Wording) -> None:
    with pytest.raises(FontsMissing) as caught:
        PaperPress(wording, FontBook(())).make(receipt())
    assert "fonts-lxgw-wenkai" in explain(caught.value.code, caught.value.details).next_step


# -- anything at all --------------------------------------------------------------------------

ANYTHING = st.text(
    st.characters(codec=None, exclude_categories=()) | st.sampled_from("长，A1 \u202e\ud800𠮷"),
    max_size=120,
)
ANY_DAY = st.dates(min_value=date.min, max_value=date.max)


@st.composite
def any_paper(draw: st.DrawFn) -> CasePaper:
    text = ANYTHING
    some = st.lists(text, max_size=3).map(tuple)
    head = replace(
        HEAD,
        hall=draw(st.builds(HallHead, name=text, address=text, phone=text, complaint_phone=text)),
        number=draw(st.just(NUMBER) | text),
        progress_url=draw(st.just(PROGRESS) | text),
        applicant=draw(text), applicant_document=draw(text), applicant_number=draw(text),
        phone=draw(text), item=draw(text), item_code=draw(text), window=draw(text),
        clerk=draw(text), department=draw(text), department_phone=draw(text),
        list_version=draw(st.integers()),
        situation=draw(st.lists(st.tuples(text, text), max_size=3).map(tuple)),
        materials=draw(
            st.lists(
                st.builds(
                    MaterialLine,
                    name=text, originals=st.integers(), copies=st.integers(), state=text,
                ),
                max_size=4,
            ).map(tuple)
        ),
    )  # fmt: skip
    head = replace(
        head, organisation=draw(text), agent=draw(text), authority=draw(text),
        delivery=draw(
            st.lists(
                st.builds(DeliveryLine, way=text, chosen=st.booleans(), to=text), max_size=2
            ).map(tuple)
        ),
    )  # fmt: skip
    which = draw(st.integers(0, 5))
    if which == 0:
        return replace(receipt(head), notice_due=draw(ANY_DAY), due_provisional=draw(st.booleans()))
    if which == 1:
        line = st.builds(NoticeLine, material=text, name=text, problem=text, because=text)
        handed = st.none() | st.builds(
            HandedOver, by=text, to=text, way=text, at=st.just(ISSUED), signed=st.booleans()
        )
        lines = draw(st.lists(line, max_size=3).map(tuple))
        return NoticeContent(head=head, lines=lines, handed=draw(handed))
    if which == 4:
        field = st.builds(FormLine, label=text, value=text, choices=some)
        return ApplicationFormContent(
            head=head, title=draw(text), lines=draw(st.lists(field, max_size=3).map(tuple)),
            items=draw(st.lists(st.tuples(text, text), max_size=3).map(tuple)),
        )  # fmt: skip
    if which == 5:
        one = st.builds(
            BundleItemLine, item=text, department=text, number=text, outcome=text,
            due=st.none() | ANY_DAY, due_provisional=st.booleans(), remark=text,
        )  # fmt: skip
        material = st.builds(
            BundleMaterialLine, name=text, originals=st.integers(), copies=st.integers(),
            used_by=st.lists(st.integers(), max_size=4).map(tuple), state=text,
        )  # fmt: skip
        return replace(
            bundle_receipt(),
            head=head,
            items=draw(st.lists(one, max_size=3).map(tuple)),
            materials=draw(st.lists(material, max_size=3).map(tuple)),
            deferred=draw(st.booleans()),
        )
    if which == 2:
        return replace(
            rejection(head), reason=draw(text), basis=draw(text), proper_agency=draw(text)
        )
    deferral = st.builds(Deferral, material=text, name=text, until=ANY_DAY)
    return AcceptanceContent(
        head=head, statutory_limit=draw(text), promised_limit=draw(text),
        promise_due=draw(ANY_DAY), due_provisional=draw(st.booleans()), basis=draw(some),
        fees=draw(st.lists(st.tuples(text, text, text), max_size=3).map(tuple)),
        result=draw(text),
        deferrals=draw(st.lists(deferral, max_size=3).map(tuple)), promised=draw(some),
    )  # fmt: skip


@given(paper=any_paper(), reprint=st.integers(0, 10**9))
@settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_content_is_a_paper_or_a_coded_refusal(
    paper: CasePaper, reprint: int, press: PaperPress
) -> None:
    try:
        kind, data = press.make(paper, reprint)
    except PaperError as refusal:
        assert "—" not in explain(refusal.code, refusal.details).message  # noqa: PT017 - either
    else:
        assert kind == PDF
        assert data.startswith(b"%PDF-")
        assert data.rstrip().endswith(b"%%EOF")

"""The guide of an item: by the answers of whoever asks, and about nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.domain.catalogue import (
    Department,
    Fee,
    FieldFill,
    FieldKind,
    FormField,
    Item,
    ItemKind,
    Limit,
    Material,
    Necessity,
    Option,
    Question,
)
from app.domain.errors import UnknownAnswer
from app.domain.events import PaperKind
from app.domain.sheet_papers import GuideContent
from app.services.guides import guide_of
from printers.errors import FieldMissing
from printers.maker import PDF, PaperPress
from tests.printing.pdf import POINTS_PER_MM, ReadBack
from tests.printing.samples import HALL
from tests.printing.test_print_papers import HOSTILE
from tests.unit.test_papers import FOOD, FORM, Counter, counter, got

__all__ = ["counter"]  # the fixture

DAY = date(2026, 11, 23)
ITEM = Item(
    code="000131014000", name="样例经营许可", level="4", type="01", kind=ItemKind.PROMISED,
    department=Department(code="1", name="示例局", phone="0000-1"), served=("1", "2"),
    statutory_limit=Limit(count=20), promised_limit=Limit(count=5), promise_allowed=True,
    fees=(Fee(name="工本费", amount=Decimal(10), basis="示例文件"),), basis=("《示例法》第一条",),
    conditions=("有场所",), result="样例许可证", guide="请先电话预约。",
    questions=(
        Question(
            id="premises", text="场所从哪里来？",
            options=(
                Option(id="owned", text="自有", materials=("deed",)),
                Option(id="rented", text="租赁", materials=("lease",)),
            ),
        ),
    ),
    fields=(
        FormField(id="name", label="姓名", fill=FieldFill.NAME),
        FormField(id="day", label="开业日期", kind=FieldKind.DATE),
        FormField(id="trade", label="业态", kind=FieldKind.CHOICE, choices=("零售", "餐饮")),
    ),
    materials=(
        Material(id="form", name="申请书"),
        Material(id="deed", name="不动产权证", source="20", copies=1),
        Material(id="lease", name="租赁合同", promisable=True, standard="期限不少于一年"),
        Material(id="rules", name="规章制度", necessity=Necessity.DEFERRABLE),
    ),
    effective_from=date(2026, 1, 1),
)  # fmt: skip


def guide(**answers: str) -> GuideContent:
    chosen = {question: frozenset({option}) for question, option in answers.items()}
    return guide_of(ITEM, chosen, hall=HALL, on=DAY)


def read_back(press: PaperPress, paper: GuideContent, folder: Path) -> ReadBack:
    kind, data = press.make(paper)
    assert kind == PDF
    assert press.make(paper)[1] == data
    return ReadBack(data, folder)


def test_it_names_what_these_answers_call_for(press: PaperPress, tmp_path: Path) -> None:
    assert [one.name for one in guide(premises="rented").materials] == [
        "申请书", "租赁合同", "规章制度",
    ]  # fmt: skip
    assert [one.necessity for one in guide(premises="rented").materials] == [
        "必要", "必要，可告知承诺", "必要，可容缺后补",
    ]  # fmt: skip
    text = read_back(press, guide(premises="rented"), tmp_path).text()
    for said in (
        "样例经营许可办事指南", "示例市样例区测试路1号", "法定20个工作日;承诺5个工作日",
        "工本费10.00元(示例文件)", "租赁合同", "期限不少于一年",
        "场所从哪里来:租赁", "办理流程", "窗口收件", "张示例", "选填一项:零售、餐饮",
        "请先电话预约", "0000-12346", "共3项", "材料清单第1版", "按2026年11月23日",
    ):  # fmt: skip
        assert said in text, said
    assert "不动产权证" not in text
    assert "{" not in text


def test_what_is_left_open_is_named(press: PaperPress, tmp_path: Path) -> None:
    text = read_back(press, guide(), tmp_path).text()
    assert "请在咨询台或者窗口回答:场所从哪里来。" in text
    assert text.count("您的情形") == 1  # of the note below
    for unsaid in ("租赁合同", "不动产权证"):
        assert unsaid not in text
    with pytest.raises(UnknownAnswer):
        guide(premises="stolen")


def test_it_bears_no_codes_and_its_fonts(press: PaperPress, tmp_path: Path) -> None:
    pdf = read_back(press, guide(), tmp_path)
    assert pdf.codes() == set()
    assert all(embedded and subset for _, embedded, subset in pdf.fonts())
    assert pdf.info()["Title"] == "办事指南 样例经营许可"


def test_empty_and_endless_lists(press: PaperPress, tmp_path: Path) -> None:
    bare = guide_of(
        Item(
            code="", name="空", level="4", type="01", kind=ItemKind.INSTANT, served=(),
            department=Department(code="1", name="局"), statutory_limit=Limit(count=0),
            promised_limit=Limit(count=0), effective_from=DAY,
        ),
        {}, hall=HALL, on=DAY,
    )  # fmt: skip
    text = read_back(press, bare, tmp_path).text()
    assert "不需要提交材料" in text
    assert "当场办结" in text
    many = replace(bare, materials=tuple(
        replace(guide().materials[0], name=f"样例{at:03d}") for at in range(300)
    ))  # fmt: skip
    pdf = read_back(press, many, tmp_path)
    text = pdf.text()
    assert all(f"样例{at:03d}" in text for at in range(300))
    assert text.count("受理标准和依据") >= pdf.pages() - 1
    for page in range(1, pdf.pages() + 1):
        assert f"第{page}页/共{pdf.pages()}页" in pdf.text(page)


@pytest.mark.parametrize("field", ["item", "department"])
def test_a_missing_field_stops_it_with_its_name(field: str, press: PaperPress) -> None:
    with pytest.raises(FieldMissing, match=field):
        press.make(replace(guide(), **{field: "\u200b"}))  # type: ignore[arg-type]  # varies


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_leaves_the_page(text: str, press: PaperPress, tmp_path: Path) -> None:
    one = replace(
        guide().materials[0], name=text, wanted=text, necessity=text, source=text, standard=text
    )
    paper = replace(
        guide(), item=f"项{text}", item_code=text, department=f"局{text}", kind=text, served=text,
        fees=((text, text, text),), conditions=(text,), unanswered=(text,), materials=(one,),
        fields=((text, text),), remark=text, situation=((text, text),), delivery=text,
    )  # fmt: skip
    left, right, top, foot = (mm * POINTS_PER_MM for mm in (21.5, 188.5, 9, 288))
    for x0, y0, x1, y1 in read_back(press, paper, tmp_path).words():
        assert left <= x0 <= x1 <= right
        assert top <= y0 <= y1 <= foot


def test_of_a_case_by_its_own_answers_and_nothing_of_the_person(
    counter: Counter, press: PaperPress, tmp_path: Path
) -> None:
    counter.open("c", FOOD, got(FORM))
    paper = counter.paper(PaperKind.GUIDE, "case:c")
    assert isinstance(paper, GuideContent)
    assert paper.situation == (("谁来办", "本人"),)
    text = read_back(press, paper, tmp_path).text()
    assert "食品许可" in text
    for private in ("19491231", "110105", "1949年"):
        assert private not in text
    today = counter.paper(PaperKind.GUIDE, "item:food")
    assert isinstance(today, GuideContent)
    assert today.situation == ()


def test_the_command_writes_it(tmp_path: Path) -> None:
    home, file = str(tmp_path / "home"), tmp_path / "guide.pdf"
    found = CliRunner().invoke(main, ["catalogue", "find", "食品", "--home", home])
    code = found.output.split()[0]
    arguments = ["catalogue", "guide", code, str(file), "--home", home]
    done = CliRunner().invoke(main, [*arguments, "--answer", "premises=rented"])
    assert done.exit_code == 0, done.output
    assert "租赁" in ReadBack(file.read_bytes(), tmp_path).text()
    file.unlink()
    refused = CliRunner().invoke(main, [*arguments, "--answer", "premises=none"])
    assert refused.exit_code == 1
    assert not file.exists()

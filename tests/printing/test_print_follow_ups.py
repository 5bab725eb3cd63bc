"""Promises, transfers, changed limits and deliveries as a reader sees them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.papers import CasePaper, DeferredMaterial, LimitChange, PromisedMaterial
from printers.errors import FieldMissing
from printers.maker import PaperPress
from tests.printing.pdf import POINTS_PER_MM
from tests.printing.samples import (
    FOR_ANOTHER,
    HEAD,
    collection,
    deferral_promise,
    delivery_return,
    limit_notice,
    promise,
    some_materials,
    transfer,
)
from tests.printing.test_print_papers import HOSTILE, hostile_head, read_back


@pytest.mark.parametrize(
    ("paper", "sentences"),
    [
        (
            promise(),
            ["告知承诺书", "国办发〔2020〕42号", "经营场所使用权证明", "经营场所合法使用",
             "由申请人自愿选择", "承担不实承诺、违反承诺的法律责任", "签名或者盖章"],
        ),
        (
            deferral_promise(),
            ["容缺受理承诺书", "示例市市场监督管理局:", "尚缺次要材料2项", "纸质,原件1份",
             "2026年12月4日前", "同意终止办理本次申请"],
        ),
        (
            transfer(),
            ["材料转移单", "(受理)", "请于2026年12月2日前", "移交人:示例员", "接收人:"],
        ),
        (
            limit_notice(),
            ["特别程序告知书", "第四十五条", "专家评审", "2026年11月23日至", "2026年11月30日",
             "样例科长"],
        ),
        (
            limit_notice(days=10),
            ["延长办理期限告知书", "第四十五条", "第四十二条", "延长10个工作日", "样例局长"],
        ),
        (
            delivery_return(),
            ["送达回证", "食品经营许可证", "JY20000000000000", "■直接□邮寄□留置□电子",
             "2026年11月29日10:12", "见证人", "与受送达人关系", "拒绝接收"],
        ),
        (
            collection(),
            ["领取凭证", "JY20000000000000", "居民身份证110101********0015", "■申请人本人□代领",
             "出件人员:示例员(W01)"],
        ),
    ],
    ids=["promise", "deferral", "transfer", "special", "extension", "return", "collection"],
)  # fmt: skip
def test_a_paper_says_what_it_must(
    paper: CasePaper, sentences: list[str], press: PaperPress, tmp_path: Path
) -> None:
    text = read_back(press, paper, tmp_path).text()
    for sentence in [*sentences, "样例小明", "专用章", "第1页/共"]:
        assert sentence in text, sentence
    assert "{" not in text


def test_what_is_not_on_record_is_left_to_be_written(press: PaperPress, tmp_path: Path) -> None:
    text = read_back(press, delivery_return(handed=False), tmp_path).text()
    assert "□直接□邮寄□留置□电子" in text
    text = read_back(press, collection(handed=False), tmp_path).text()
    assert "□申请人本人□代领" in text
    agent = replace(collection(FOR_ANOTHER), for_another=True, collector="样例小红")
    assert "□申请人本人■代领" in read_back(press, agent, tmp_path).text()
    unsigned = delivery_return()
    assert unsigned.handed is not None
    unsigned = replace(unsigned, handed=replace(unsigned.handed, way="留置", signed=False))
    text = read_back(press, unsigned, tmp_path).text()
    assert "■留置" in text
    assert "样例小明(未签收)" in text


def test_a_promise_before_the_decision_bears_no_codes(press: PaperPress, tmp_path: Path) -> None:
    pdf = read_back(press, promise(replace(HEAD, number="", progress_url="")), tmp_path)
    assert pdf.codes() == set()
    assert "尚未编号" in pdf.text()
    assert "尚未编号" not in read_back(press, promise(), tmp_path).text()


@pytest.mark.parametrize(
    ("paper", "field"),
    [
        (replace(promise(), materials=()), "materials"),
        (replace(deferral_promise(), materials=()), "materials"),
        (replace(transfer(), outcome=" "), "outcome"),
        (replace(limit_notice(), changes=()), "changes"),
        (replace(limit_notice(), changes=(replace(limit_notice().changes[0], approver="\u200b"),)),
         "approver"),
        (replace(limit_notice(), changes=(replace(limit_notice().changes[0], reason=""),)),
         "reason"),
        (replace(delivery_return(), document=""), "document"),
        (replace(collection(), result="\t"), "result"),
        (transfer(replace(HEAD, number="")), "number"),
    ],
)  # fmt: skip
def test_a_missing_field_stops_the_paper_with_its_name(
    paper: CasePaper, field: str, press: PaperPress
) -> None:
    with pytest.raises(FieldMissing, match=field):
        press.make(paper)


@pytest.mark.parametrize("count", [1, 4, 5, 6, 7, 9, 30])
def test_who_signs_never_stands_on_a_page_alone(
    count: int, press: PaperPress, tmp_path: Path
) -> None:
    pdf = read_back(press, transfer(replace(HEAD, materials=some_materials(count))), tmp_path)
    last = pdf.text(pdf.pages())
    assert "接收人" in last
    assert f"样例{count:03d}" in last
    many = deferral_promise()
    until = many.materials[0].until
    lacking = tuple(
        DeferredMaterial(name=line.name, form="纸质", until=until) for line in some_materials(count)
    )
    pdf = read_back(press, replace(many, materials=lacking), tmp_path)
    last = pdf.text(pdf.pages())
    assert "承诺按期补齐" in last
    assert "承诺人" in last


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_leaves_the_page(text: str, press: PaperPress, tmp_path: Path) -> None:
    head = replace(hostile_head(text), agent=text, organisation=text, authority=text)
    day = deferral_promise().materials[0].until
    change = LimitChange(name=text, reason=text, approver=text, since=day, days=10**9)
    handed = delivery_return().handed
    assert handed is not None
    handed = replace(handed, by=text, to=text, way=text)
    left, right, top, foot = (mm * POINTS_PER_MM for mm in (21.5, 188.5, 9, 288))
    papers: list[CasePaper] = [
        replace(promise(head), materials=(PromisedMaterial(name=text, proves=text, basis=text),)),
        replace(deferral_promise(head),
                materials=(DeferredMaterial(name=text, form=text, until=day),)),
        replace(transfer(head), outcome=text),
        replace(limit_notice(head), changes=(change, replace(change, days=0))),
        replace(delivery_return(head), document=text, document_number=text, handed=handed),
        replace(collection(head), result=text, result_number=text, collector=text, handed=handed,
                collector_document=text, collector_number=text),
    ]  # fmt: skip
    for paper in papers:
        pdf = read_back(press, paper, tmp_path)
        for x0, y0, x1, y1 in pdf.words():
            assert left <= x0 <= x1 <= right
            assert top <= y0 <= y1 <= foot

"""Copies made apart: each whole, and each says whose it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from printers.maker import PaperPress
from tests.printing.pdf import ReadBack
from tests.printing.samples import HEAD, every_case_paper, receipt, some_materials, transfer

WITHOUT = {"form_of_bundle"}  # one sheet, which goes with the materials


def test_each_copy_is_whole_and_named(press: PaperPress, tmp_path: Path) -> None:
    paper = receipt(replace(HEAD, materials=some_materials(30)))
    once = ReadBack(press.make(paper)[1], tmp_path)
    pages, plain = once.pages(), once.text()
    assert pages > 1
    for name in ("申请人联", "件袋联", "留档联"):
        assert name not in plain
    _, data = press.make(paper, apart=True)
    assert press.make(paper, apart=True)[1] == data
    apart = ReadBack(data, tmp_path)
    assert apart.pages() == 3 * pages
    for place, name in enumerate(("申请人联", "件袋联(随申请材料)", "留档联")):
        for page in range(1, pages + 1):
            text = apart.text(place * pages + page)
            assert name in text
            assert f"第{page}页/共{pages}页" in text
    assert ReadBack(press.make(paper)[1], tmp_path).text() == plain  # nothing is left behind


@pytest.mark.parametrize("kind", sorted(every_case_paper().keys() - WITHOUT))
def test_every_paper_names_its_copies(kind: str, press: PaperPress, tmp_path: Path) -> None:
    paper = every_case_paper()[kind]
    pages = ReadBack(press.make(paper)[1], tmp_path).pages()
    apart = ReadBack(press.make(paper, apart=True)[1], tmp_path)
    assert apart.pages() % pages == 0
    assert "联" in apart.text(1)
    assert apart.codes(1) == {("Code128", paper.head.number), ("QRCode", paper.head.progress_url)}


def test_what_goes_with_the_materials_is_no_copy_of_the_applicant(
    press: PaperPress, tmp_path: Path
) -> None:
    assert "申请人联" not in ReadBack(press.make(transfer(), apart=True)[1], tmp_path).text()

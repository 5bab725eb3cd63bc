"""Reports of the day: what happened here that day, and nobody's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from app.cli import main
from app.domain.case_events import MaterialSpared
from app.domain.catalogue import ReuseGrade
from app.domain.checklist import Stored
from app.domain.events import PaperKind, PaperQueued
from app.services.day_export import write_workbook
from app.services.print_jobs import TITLES
from app.services.shift_reports import Report, ShiftReports, sheets_of
from printers.documents.fonts import FontBook
from printers.maker import PaperPress
from printers.wording import Wording
from tests.printing.pdf import ReadBack
from tests.unit.test_papers import (
    ACCEPTED,
    FOOD,
    FORM,
    HALL,
    IDENTITY,
    PLAN,
    RULES,
    WINDOW,
    Counter,
    counter,
    got,
)

__all__ = ["counter"]  # the fixture

DAY = date(2026, 11, 23)
LICENCE = Stored(
    grade=ReuseGrade.A, name="身份证", reference="X1", keeper="=示例库", seen=date(2026, 1, 1),
    licence="id-card",
)  # fmt: skip


@pytest.fixture
def reports(counter: Counter) -> ShiftReports:
    counter.open(
        "c1", FOOD, got(FORM), MaterialSpared(material=IDENTITY.id, stored=LICENCE), got(PLAN),
        got(RULES),
    )  # fmt: skip
    counter.happen("case:c1", ACCEPTED)
    counter.open("c2", FOOD, got(FORM))
    queued = PaperQueued(paper=PaperKind.ACCEPTANCE, about="case:c1", printer="folder:x")
    counter.happen("job:j1", queued)
    return ShiftReports(counter.store, HALL, WINDOW.id, TITLES.__getitem__)


def test_a_shift_hands_over_what_is_open(reports: ShiftReports) -> None:
    report = reports.report(Report.SHIFT, DAY)
    done, left = report.tables
    assert [row[:3] for row in done.rows] == [("N1", "食品许可", "受理")]
    assert [row[:2] for row in left.rows] == [("未编号", "食品许可")]
    assert ("办理", "1 件（受理 1）") in report.facts
    for other in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        assert reports.report(Report.SHIFT, other).tables[0].rows == ()


def test_papers_and_spared_materials_of_the_day(reports: ShiftReports, counter: Counter) -> None:
    (papers,) = reports.report(Report.PAPERS, DAY).tables
    assert [row[1:] for row in papers.rows] == [("受理通知书", "N1", "首次", "待打印")]
    (spared,) = reports.report(Report.SPARED, DAY).tables
    assert spared.rows == (("N1", "食品许可", "身份证", "电子证照", "=示例库"),)
    assert reports.report(Report.SPARED, DAY - timedelta(days=1)).tables[0].rows == ()


@pytest.mark.parametrize("kind", list(Report))
@pytest.mark.parametrize("on", [DAY, DAY - timedelta(days=9)])
def test_each_as_pdf_and_workbook_names_nobody(
    kind: Report, on: date, reports: ShiftReports, tmp_path: Path
) -> None:
    report = reports.report(kind, on)
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    _, data = press.make(report)
    assert press.make(report)[1] == data
    pdf = ReadBack(data, tmp_path)
    text = pdf.text()
    assert report.title in text
    assert ("N1" in text) is (on == DAY)
    assert on == DAY or "无。" in text
    assert all(embedded and subset for _, embedded, subset in pdf.fonts())
    file = tmp_path / "report.xlsx"
    write_workbook(file, sheets_of(report))
    book = load_workbook(file)
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value]
    assert report.title in cells
    assert not any(cell.startswith("=") for cell in cells)
    for private in ("张示例", "13800000000", "110105"):
        assert private not in text
        assert not any(private in cell for cell in cells)


def test_a_long_report_breaks_with_its_header(reports: ShiftReports, tmp_path: Path) -> None:
    report = reports.report(Report.PAPERS, DAY)
    (table,) = report.tables
    rows = tuple((f"{n:05d}", "受理通知书", "长" * 40, "首次", "") for n in range(400))
    report = replace(report, tables=(replace(table, rows=rows),))
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    pdf = ReadBack(press.make(report)[1], tmp_path)
    text = pdf.text()
    assert all(f"{n:05d}" in text for n in range(400))
    for page in range(1, pdf.pages() + 1):
        assert f"第{page}页/共{pdf.pages()}页" in pdf.text(page)
    assert "制表人" in pdf.text(pdf.pages())
    assert "00399" in pdf.text(pdf.pages())


def test_the_command_writes_both(tmp_path: Path) -> None:
    for kind, name in (("shift", "r.pdf"), ("shift", "r.xlsx"), ("balance", "r.csv")):
        file = tmp_path / name
        arguments = ["report", kind, str(file), "--home", str(tmp_path / "home")]
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        assert file.stat().st_size > 400
    assert (tmp_path / "r.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "期末待领" in (tmp_path / "r.csv").read_text("utf-8-sig")
    arguments = ["report", "shift", str(tmp_path / "r.doc"), "--home", str(tmp_path / "home")]
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_a_number_of_twenty_digits_stands_on_one_line(
    reports: ShiftReports, tmp_path: Path
) -> None:
    press = PaperPress(Wording.packaged(), FontBook.from_folders())
    number = "44010020261120000125"
    for kind in Report:
        report = reports.report(kind, DAY)
        for table in (one for one in report.tables if "编号" in one.columns):
            at = table.columns.index("编号")
            row = ["短"] * len(table.columns)
            row[at] = number
            alone = replace(report, tables=(replace(table, rows=(tuple(row),)),))
            assert number in ReadBack(press.make(alone)[1], tmp_path).text(), (kind, table.title)

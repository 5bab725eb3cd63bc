"""``onewindow scan`` and the doctor's rows, over SANE's test backends and real folders."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from app.bootstrap import Client
from app.cli import main
from app.config import Settings
from app.devices.simulators.escl_server import EsclSimulator
from app.doctor_scan import scanning_findings
from app.domain.scan_rules import ScanRules
from app.services.scan_rule_file import ScanRulesUnreadable, load_scan_rules
from tests.scanning.sheets import jpeg, sheet


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """SANE knows its test backends only."""
    (tmp_path / "sane").mkdir()
    (tmp_path / "sane" / "dll.conf").write_text("test\npnm\n", encoding="ascii")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path / "sane"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return tmp_path / "home"


def run(home: Path, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(main, [*words, "--home", str(home), "--json"])
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_scanners_are_listed(home: Path) -> None:
    scanners = run(home, "scan", "list")["scanners"]
    assert {"spec": "sane:test:0", "name": "Noname frontend-tester"} in scanners


def test_pages_are_scanned_into_a_folder_and_into_the_tray(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.ppm"
    sheet(100, code="OW-SEP-4").save(page)
    spec = f"sane:pnm:0;filename={page}"
    out = tmp_path / "out"
    assert run(home, "scan", "page", "--scanner", spec, "--out", str(out))["files"] == ["001.jpg"]
    with Image.open(out / "001.jpg") as written:
        assert written.width == 827
    again = run(home, "scan", "page", "--scanner", spec, "--out", str(out))
    assert again["files"] == ["002.jpg"]  # nothing is written over
    (told,) = run(home, "scan", "page", "--scanner", spec)["pages"]
    assert told["codes"] == ["OW-SEP-4"]
    client = Client(home)
    assert [seen.id for seen in client.tray.pages("")] == [told["id"]]
    client.store.close()


def test_a_scanner_that_is_not_there_ends_with_its_code(home: Path) -> None:
    words = ["scan", "page", "--scanner", "sane:epson2:none", "--home", str(home), "--json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code != 0
    assert "SCAN-MISSING" in done.output


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("L")


def test_separator_sheets_are_read_back_at_the_resolution_of_a_scan(tmp_path: Path) -> None:
    file = tmp_path / "sheets.pdf"
    run(tmp_path / "home", "scan", "separators", str(file), "--count", "3")
    subprocess.run(["qpdf", "--check", file], check=True, capture_output=True)
    subprocess.run(["pdftoppm", "-r", "100", "-png", file, tmp_path / "sheet"], check=True)
    found = [
        {code.text for code in zxingcpp.read_barcodes(opened(path))}
        for path in sorted(tmp_path.glob("sheet*.png"))
    ]
    assert found == [{"OW-SEP"}, {"OW-SEP-1"}, {"OW-SEP-2"}, {"OW-SEP-3"}]


def rows(home: Path, **settings: str) -> dict[str, tuple[bool, str, str]]:
    client = Client(home, Settings(**settings))  # type: ignore[arg-type]  # words only
    found = {
        one.component: (one.found, one.state.value, one.detail)
        for one in scanning_findings(client)
        if one.component != "other scanner"
    }
    client.store.close()
    return found


def test_the_doctor_tells_a_good_scanner_a_dead_one_and_none(home: Path, tmp_path: Path) -> None:
    simulator = EsclSimulator()
    spec = simulator.start()
    simulator.lay([jpeg(sheet(50), 50)])
    assert rows(home, scanner=spec)["scanner"] == (True, "ok", spec)
    assert len(simulator.feeder) == 1  # no paper moved
    simulator.stop()
    assert rows(home, scanner=spec)["scanner"][:2] == (False, "warn")
    told = rows(home, scan_folder=str(tmp_path / "nowhere"))
    assert told["scanner"][:2] == (False, "ok")
    assert "SCAN-NONE" in told["scanner"][2]
    assert told["scan folder"][:2] == (False, "warn")
    assert told["scan rules"][0]
    assert told["scan tray"][2] == "0 pages of 0 cases"
    assert rows(home, scanner="sane:test:0")["scanner"][0]


@pytest.mark.parametrize(
    "words",
    ["{", "[]", '{"default": {"dpi": 9}}', '{"default": {"mode": "pink"}}', b"\xed\xa0\x80",
     '{"materials": {"x": {"megabytes": 900}}}', "[" * 9000],
)  # fmt: skip
def test_scanning_rules_that_are_none_are_refused(tmp_path: Path, words: str | bytes) -> None:
    (tmp_path / "scanning.json").write_bytes(words if isinstance(words, bytes) else words.encode())
    with pytest.raises(ScanRulesUnreadable):
        load_scan_rules(tmp_path)


def test_scanning_rules_are_taken_where_a_hall_has_some(tmp_path: Path) -> None:
    assert load_scan_rules(tmp_path) == ScanRules()
    (tmp_path / "scanning.json").write_text(
        '{"default": {"dpi": 150}, "materials": {"id-card": {"output": "jpeg", "megabytes": 0.5}}}',
        encoding="utf-8",
    )
    rules = load_scan_rules(tmp_path)
    assert rules.default.dpi == 150
    assert rules.materials["id-card"].output.value == "jpeg"

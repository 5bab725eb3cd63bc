"""The file of printers: read, written whole, refused where it is wrong; found by a real CUPS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap_print import PrinterShelf
from app.domain.events import PaperKind
from app.services.print_setup import (
    BadPrinterSetup,
    PrinterSetup,
    PrintRoutes,
    Route,
    setup_of,
)
from app.services.printer_desk import LockedByPolicy, PrinterDesk, StillNeeded
from printers.backends.finding import find_printers
from printers.errors import BadPrinterSpecification
from tests.printing.cups import DriverlessPrinter, PrintServer

DEFAULT = PrinterSetup(documents="folder:/a", slips="folder:/b")
OFFICE = "ipp://192.0.2.10/ipp/print"


def desk_at(file: Path, default: PrinterSetup = DEFAULT) -> tuple[PrinterDesk, PrintRoutes]:
    routes = PrintRoutes(default, file)
    return PrinterDesk(routes, PrinterShelf(routes), tuple), routes


def test_what_is_saved_is_read_again_at_once(tmp_path: Path) -> None:
    desk, routes = desk_at(tmp_path / "printers.json")
    desk.add("二楼激光机", OFFICE)
    desk.add("二楼激光机", "tcp://192.0.2.11")
    desk.use_for_documents(OFFICE)
    desk.send(PaperKind.NOTICE, Route(printer="tcp://192.0.2.11", tray="tray-2", copies=3))
    again = PrintRoutes(DEFAULT, tmp_path / "printers.json")
    setup = again.setup()
    assert setup == routes.setup()
    assert setup.label("tcp://192.0.2.11") == "二楼激光机 2"
    assert setup.route(PaperKind.RECEIPT).printer == OFFICE
    assert setup.route(PaperKind.TICKET_SLIP).printer == "folder:/b"
    assert again.queued(PaperKind.NOTICE, "case:1").copies == 3
    assert again.tray(PaperKind.NOTICE, "tcp://192.0.2.11") == "tray-2"
    assert again.tray(PaperKind.NOTICE, OFFICE) == ""  # moved: trays are a printer's own
    assert "folder:/a" in setup.specifications()  # the former default is still to be had
    with pytest.raises(StillNeeded):
        desk.remove(OFFICE)
    desk.send(PaperKind.NOTICE, None)
    desk.remove("tcp://192.0.2.11")
    assert "tcp://192.0.2.11" not in routes.setup().specifications()
    assert list(tmp_path.iterdir()) == [tmp_path / "printers.json"]


def test_what_is_no_printer_is_not_added(tmp_path: Path) -> None:
    desk, routes = desk_at(tmp_path / "printers.json")
    for spec in ("", "lpr", "ipp://", "tcp://h/x", "file:/etc/passwd"):
        with pytest.raises(BadPrinterSpecification):
            desk.add("x", spec)
    assert not routes.setup().printers


def test_what_the_policy_has_decided_stays(tmp_path: Path) -> None:
    locked = PrinterSetup(documents="folder:/a", slips="folder:/b", locked=frozenset({"documents"}))
    desk, routes = desk_at(tmp_path / "printers.json", locked)
    desk.add("x", OFFICE)
    with pytest.raises(LockedByPolicy):
        desk.use_for_documents(OFFICE)
    body = json.loads((tmp_path / "printers.json").read_text(encoding="utf-8"))
    (tmp_path / "printers.json").write_text(json.dumps({**body, "documents": OFFICE}))
    assert routes.setup().documents == "folder:/a"
    desk.use_for_slips(OFFICE)
    assert routes.setup().slips == OFFICE


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", "\x00", '{"printers": []}', '{"printers": {"a": 1}}',
        '{"papers": {"receipt": {}}}', '{"papers": {"no_such": {"printer": "folder:/a"}}}',
        '{"papers": {"receipt": {"printer": "folder:/a", "copies": 0}}}',
        '{"papers": {"receipt": {"printer": "folder:/a", "copies": true}}}',
        '{"papers": {"receipt": {"printer": "folder:/a", "apart": 1}}}',
        '{"documents": "a\\u202eb"}', '{"documents": ["x"]}', "[" * 100000,
    ],
)  # fmt: skip
def test_a_broken_file_is_named_and_stops_no_decision(tmp_path: Path, text: str) -> None:
    file = tmp_path / "printers.json"
    file.write_text(text)
    routes = PrintRoutes(DEFAULT, file)
    with pytest.raises(BadPrinterSetup):
        routes.setup()
    assert routes.queued(PaperKind.RECEIPT, "case:1").printer == "folder:/a"
    assert routes.tray(PaperKind.RECEIPT, "folder:/a") == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_a_setup_or_refused(body: object) -> None:
    try:
        setup = setup_of(body, DEFAULT)
    except BadPrinterSetup:
        return
    assert setup.documents
    assert setup.slips


def test_queues_of_a_real_print_server_are_found(
    print_server: PrintServer, driverless: DriverlessPrinter, tmp_path: Path
) -> None:
    print_server.add_queue("found-office", driverless.uri, "everywhere")
    print_server.add_queue("found-slips", "socket://127.0.0.1:9", "raw")
    (tmp_path / "lp0").write_text("")
    found = find_printers(f"127.0.0.1:{print_server.port}", tmp_path)
    by_name = {one.name: one for one in found}
    assert by_name["found-office"].specification == print_server.uri("found-office")
    assert not by_name["found-office"].slips
    assert by_name["found-slips"].slips
    assert by_name["lp0"].specification == f"usb:{tmp_path}/lp0"


def test_no_print_server_is_no_error(tmp_path: Path) -> None:
    assert not [one for one in find_printers("127.0.0.1:9", tmp_path) if "ipp" in one.specification]

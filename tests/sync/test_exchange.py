"""Cases reach the national exchange tables whole, once per change, valid, and as they were."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.case_events import CaseOpened
from app.services.catalogue_codes import national_codes
from sync.backoffice.database import Database
from sync.backoffice.exchange.batches import TRANSPORT, Batch
from sync.backoffice.exchange.dictionary import FILE, load_dictionary
from sync.backoffice.exchange.errors import BadExchange, ExchangeUnset, NoSuchBatch
from sync.backoffice.exchange.files import (
    MANIFEST,
    batch_files,
    guarded,
    told_rows,
    unguarded,
)
from sync.backoffice.exchange.rows import ACCEPT, MATERIAL, PROCESS, RESULT, SPECIAL, legal_form
from tests.sync.exchange_world import (
    ALWAYS,
    ITEM,
    ExchangeHall,
    Make,
    dispatched,
    every_batch,
    extended,
    finished,
    handed_out,
    paused,
    resumed,
    reviewed,
)
from tests.sync.hall import START, accepted_case, number_of


@pytest.fixture
def hall(new_database: Make, tmp_path: Path) -> Iterator[ExchangeHall]:
    database = Database.open(new_database(), START)
    data = tmp_path / "data"
    data.mkdir()
    yield ExchangeHall(database=database, data=data)
    database.close()


def whole_life(hall: ExchangeHall, case_id: str) -> None:
    for event in (dispatched(), paused(), resumed(), extended(), reviewed(), finished()):
        hall.record(case_id, event)
    hall.record(case_id, handed_out(hall.now))


def rows_of(batch: Batch, table: str) -> list[dict[str, str]]:
    return [dict(row.values) for row in batch.rows if row.table == table]


def test_a_whole_case_stands_in_all_five_tables(hall: ExchangeHall) -> None:
    case_id = hall.accept(1)
    whole_life(hall, case_id)
    exchange, dictionary = hall.exchange(), hall.dictionary()
    (batch,) = every_batch(exchange)
    assert exchange.lacking() == []
    for row in batch.rows:
        assert row.operation == "insert"
        faults = dictionary.faults(row.table, row.values)
        assert {fault.column for fault in faults} == TRANSPORT  # the files add these
    (accept,) = rows_of(batch, ACCEPT)
    assert accept["project_no"] == number_of(1)
    assert (accept["task_code"], accept["catalog_code"]) == (ITEM.code, ITEM.code[-12:])
    assert (accept["project_type"], accept["applyer_type"]) == ("2", "1")
    assert (accept["applyer_page_type"], accept["apply_type"]) == ("111", "1")
    assert accept["apply_date"].startswith("20261120T09")  # hall time
    assert accept["promise_date"] == "20261201T000000"
    assert accept["org_code"] == ITEM.department.code
    materials = rows_of(batch, MATERIAL)
    assert {one["material_name"] for one in materials} == {one.name for one in ALWAYS}
    assert {(one["get_type"], one["get_name"]) for one in materials} == {("1", "2")}
    steps = [(one["process_name"], one["event_name"]) for one in rows_of(batch, PROCESS)]
    assert steps == [("受理", "1"), ("转办", "3"), ("审批", "1"), ("办结", "1"), ("出件", "3")]
    (result,) = rows_of(batch, RESULT)
    assert (result["result_type"], result["is_delivery_results"]) == ("0", "0")
    special = [(one["special_type"], one["special_name"]) for one in rows_of(batch, SPECIAL)]
    assert special == [("2", "听证"), ("1", "延长审批")]


def test_personal_columns_are_empty_unless_they_are_demanded(hall: ExchangeHall) -> None:
    hall.accept(1)
    asked = hall.dictionary(personal=["contact_name"])
    (batch,) = every_batch(hall.exchange())
    for row in batch.rows:
        for column in asked.tables[row.table].columns:
            if column.personal and not column.required:
                assert row.values[column.name] == "", column.name
    hall.accept(2)
    (batch,) = every_batch(hall.exchange(personal=["contact_name"]))
    (accept,) = rows_of(batch, ACCEPT)
    assert (accept["contact_name"], accept["contact_code"]) == ("张示例", "")


def test_only_what_changed_is_given_and_open_cases_wait(hall: ExchangeHall) -> None:
    first = hall.accept(1)
    hall.window.add(accepted_case(2)[0], "case:c2")
    hall.push()
    exchange = hall.exchange()
    (one,) = every_batch(exchange)
    assert {row["project_no"] for row in rows_of(one, ACCEPT)} == {number_of(1)}
    assert every_batch(exchange) == []
    hall.record(first, dispatched())
    (two,) = every_batch(exchange)
    assert [(row.table, row.operation) for row in two.rows] == [(PROCESS, "insert")]
    assert (two.number, two.after) == (one.number + 1, one.through)
    assert two.through > two.after


def test_a_batch_is_given_again_with_the_same_bytes(hall: ExchangeHall) -> None:
    case_id = hall.accept(1)
    exchange, dictionary = hall.exchange(), hall.dictionary()
    (batch,) = every_batch(exchange)
    files = batch_files(batch, dictionary)
    hall.record(case_id, dispatched())
    hall.lists.published = False  # what the hall looks up has changed meanwhile
    every_batch(exchange)
    assert batch_files(exchange.get(batch.number), dictionary) == files
    manifest = json.loads(files[MANIFEST])
    for name, table in manifest["tables"].items():
        content = files[table["file"]]
        assert hashlib.sha256(content).hexdigest() == table["sha256"]
        assert len(told_rows(content)) == table["rows"]
        for row in told_rows(content):
            assert dictionary.faults(name, row) == []
    assert list(files)[-1] == MANIFEST
    with pytest.raises(NoSuchBatch):
        exchange.get(99)


def test_what_lacks_something_is_listed_and_goes_once_it_is_there(hall: ExchangeHall) -> None:
    hall.lists.published = False
    hall.accept(1)
    exchange = hall.exchange()
    assert every_batch(exchange) == []
    (lacking,) = exchange.lacking()
    assert lacking.number == number_of(1)
    assert {fault.column for fault in lacking.faults} == {"project_type", "org_code"}
    assert {fault.why for fault in lacking.faults} == {"lacks"}
    hall.accept(2)
    assert every_batch(exchange) == []
    assert len(exchange.lacking()) == 2
    hall.lists.published = True
    (batch,) = every_batch(hall.exchange())
    given_numbers = {row["project_no"] for row in rows_of(batch, ACCEPT)}
    assert given_numbers == {number_of(1), number_of(2)}
    assert exchange.lacking() == []


def test_what_was_passed_over_goes_later(hall: ExchangeHall) -> None:
    other = replace(ITEM, code=f"{ITEM.code[:-3]}999")
    hall.accept(1, item=other)
    hall.accept(2)
    (first,) = every_batch(hall.exchange())
    assert [row["project_no"] for row in rows_of(first, ACCEPT)] == [number_of(2)]
    assert every_batch(hall.exchange()) == []
    hall.lists.items.append(other)
    (second,) = every_batch(hall.exchange())
    assert [row["project_no"] for row in rows_of(second, ACCEPT)] == [number_of(1)]
    assert hall.exchange().lacking() == []


def test_runs_at_the_same_time_give_everything_once(hall: ExchangeHall) -> None:
    ids = [hall.accept(serial) for serial in range(1, 13)]
    runs = [hall.exchange(most=2) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        made = [batch for batches in threads.map(every_batch, runs) for batch in batches]
    assert sorted(batch.number for batch in made) == list(range(1, len(made) + 1))
    accepted = [row["project_no"] for batch in made for row in rows_of(batch, ACCEPT)]
    assert sorted(accepted) == [number_of(int(case_id[1:])) for case_id in ids]
    edges = sorted((batch.after, batch.through) for batch in made)
    assert all(one[1] == next_[0] for one, next_ in pairwise(edges))


def test_settings_are_told_where_they_cannot_be(hall: ExchangeHall) -> None:
    (hall.data / FILE).unlink(missing_ok=True)
    with pytest.raises(ExchangeUnset):
        load_dictionary(hall.data)
    wrongs: tuple[dict[str, object], ...] = (
        {"data_source": ""},
        {"data_source": "9900"},
        {"personal": ["task_name"]},
        {"codes": {"unknown": {}}},
        {"codes": {"document": {"other": "九"}}},
        {"unknown": 1},
    )
    for wrong in wrongs:
        with pytest.raises(BadExchange):
            hall.dictionary(**wrong)
    changed = hall.dictionary(codes={"document": {"hk_mo_tw": "132"}})
    assert changed.code("document", "hk_mo_tw") == "132"
    assert changed.code("document", "resident") == "111"


def test_the_codes_are_those_of_the_standard(hall: ExchangeHall) -> None:
    codes, national = hall.dictionary().codes, national_codes()
    for name, standard in (
        ("project_type", "item_kind"),
        ("applyer_type", "served"),
        ("apply_type", "channel"),
        ("special_type", "special_procedure"),
        ("satisfaction", "satisfaction"),
    ):
        assert dict(codes[name].codes) == dict(national.get(standard).codes)
    for one in codes.values():
        assert set(one.own.values()) <= set(one.codes)


def run(hall: ExchangeHall, out: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """The command as an administrator runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "exchange", "--home", str(hall.data / "home"),
         "--data", str(hall.data), "--out", str(out), "--json", *more],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_the_command_writes_batches_whole_and_tells_what_lacks(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    hall = ExchangeHall(database=Database.open(data / "backoffice.db", START), data=data)
    code, told = run(hall, out)
    assert (code, told["error"]["code"]) == (1, "EXC-01")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / FILE).write_text('{"data_source": "990"}', encoding="ascii")
    code, told = run(replace(hall, data=elsewhere), out)
    assert (code, told["error"]["code"]) == (1, "EXC-04")
    assert not (elsewhere / "backoffice.db").exists()
    hall.dictionary()
    assert run(hall, out) == (0, {"ok": True, "batches": [], "lacking": []})
    hall.accept(1)
    # An earlier run made the batch and died before its files were written.
    left = hall.exchange().make()
    assert left is not None
    hall.accept(2)
    hall.accept(3, item=replace(ITEM, code="SL-0001"))
    code, told = run(hall, out)
    assert code == 1
    assert [one["batch"] for one in told["batches"]] == [1, 2]
    assert [one["number"] for one in told["lacking"]] == [number_of(3)]
    assert told["lacking"][0]["faults"] == [
        "办件受理信息的办件类型没有填", "办件受理信息的受理部门编码没有填"
    ]  # fmt: skip
    assert "张示例" not in json.dumps(told, ensure_ascii=False)
    before = {file.name: file.read_bytes() for file in (out / "00000001").iterdir()}
    assert set(before) == {*(f"{name}.csv" for name in hall.dictionary().tables), MANIFEST}
    (out / "00000001" / f"{ACCEPT}.csv").write_bytes(b"spoilt")
    code, told = run(hall, out, "--batch", "1")
    assert (code, told["batches"][0]["batch"]) == (0, 1)
    assert {file.name: file.read_bytes() for file in (out / "00000001").iterdir()} == before
    assert run(hall, out, "--batch", "9")[1]["error"]["code"] == "EXC-03"
    hall.database.close()


@pytest.mark.parametrize(
    ("head", "form"),
    [("91", "enterprise"), ("92", "other"), ("93", "enterprise"), ("11", "agency"),
     ("12", "institution"), ("52", "society"), ("", "other")],
)  # fmt: skip
def test_the_form_of_an_organisation_is_read_from_its_code(head: str, form: str) -> None:
    assert legal_form(head) == form


_HOSTILE = st.text(
    st.sampled_from("=+-@＝＋－＠'\"\r\n\t,;|张䶮𠮷 \x00\x1b\u202e\ufeff0A"),
    min_size=1,
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(_HOSTILE)
def test_a_guarded_text_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[0] not in "=+-@＝＋－＠"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(opinion=_HOSTILE)
def test_hostile_text_breaks_no_file(
    opinion: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    database = Database.open(folder / "b.db", START)
    hall = ExchangeHall(database=database, data=folder)
    case_id = hall.accept(1)
    hall.record(case_id, dispatched())
    said = f"{opinion}意见"
    hall.record(case_id, reviewed(said))
    dictionary = hall.dictionary()
    (batch,) = every_batch(hall.exchange())
    files = batch_files(batch, dictionary)
    for name, table in dictionary.tables.items():
        rows = told_rows(files[f"{name}.csv"])
        kept = [dict(row.values) for row in batch.rows if row.table == name]
        for row, was in zip(rows, kept, strict=True):
            assert list(row) == [column.name for column in table.columns]
            assert {k: v for k, v in row.items() if k not in TRANSPORT} == {
                k: v for k, v in was.items() if k not in TRANSPORT
            }
    lines = said.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    readable = "".join(one for one in lines if one.isprintable() or one == "\n").strip()
    (step,) = [one for one in rows_of(batch, PROCESS) if one["process_name"] == "审批"]
    assert step["handle_explain"] == readable
    database.close()


_ACTS = st.lists(
    st.sampled_from(
        ["accept", "accept other", "open", "go on", "go on", "give", "forget", "find"]
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(acts=_ACTS)
def test_every_change_is_given_once_whenever_batches_are_made(
    acts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("once")
    database = Database.open(folder / "b.db", START)
    hall = ExchangeHall(database=database, data=folder)
    mirror: dict[str, dict[str, str]] = {}
    steps: dict[str, int] = {}
    serial = 0

    def give() -> None:
        for batch in every_batch(hall.exchange(most=2)):
            for row in batch.rows:
                values = dict(row.values)
                if row.operation == "insert":
                    assert row.guid not in mirror
                else:
                    assert mirror[row.guid] != values or row.operation == "delete"
                mirror[row.guid] = values
                if row.operation == "delete":
                    del mirror[row.guid]

    other = replace(ITEM, code=f"{ITEM.code[:-3]}999")
    for act in [*acts, "find", "give"]:
        if act.startswith("accept"):
            serial += 1
            steps[hall.accept(serial, item=ITEM if act == "accept" else other)] = 0
        elif act == "open":
            serial += 1
            hall.window.add(CaseOpened(window="W01", ticket=""), f"case:o{serial}")
            hall.push()
        elif act == "go on" and steps:
            case_id = min(steps, key=lambda one: (steps[one], one))
            events = (dispatched(), paused(), resumed(), reviewed(), finished())
            if steps[case_id] < len(events):
                hall.record(case_id, events[steps[case_id]])
                steps[case_id] += 1
        elif act == "give":
            give()
        elif act in {"forget", "find"}:  # the other item's list
            hall.lists.items = [ITEM, other] if act == "find" else [ITEM]
    # What the platform has now is what one batch over everything would have given.
    with database.write() as writer:
        for table in ("exchange_batches", "exchange_rows", "exchange_lacking"):
            writer.execute(f"DELETE FROM {table}")
    whole = {
        row.guid: dict(row.values) for batch in every_batch(hall.exchange()) for row in batch.rows
    }
    assert mirror == whole
    assert {row["project_no"] for row in whole.values()} == {
        number_of(int(case_id[1:])) for case_id in steps
    }
    database.close()

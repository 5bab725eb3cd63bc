"""Item files are refused with file and place where anything does not fit; versions stay apart."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import list_hash
from app.domain.errors import BadCatalogue, ItemNotFound
from app.services.catalogue import Catalogue, load_catalogue
from app.services.catalogue_faults import CatalogueFaults

ITEMS = Path(__file__).parents[2] / "resources" / "demo_hall" / "items"
SAMPLE = ITEMS / "residence-permit.json"


def sample() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return loaded


def load_text(folder: Path, text: str | bytes) -> Catalogue:
    file = folder / "list.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_catalogue(folder)


def load_changed(folder: Path, path: tuple[str | int, ...], value: object) -> Catalogue:
    data: Any = sample()
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return load_text(folder, json.dumps(data))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("surprise",), 1, "$.surprise"),
        (("materials", 0, "orignals"), 1, "$.materials[0].orignals"),
        (("department", "fax"), "1", "$.department.fax"),
        (("questions", 0, "options", 0, "note"), "1", "options[0].note"),
        (("name",), 7, "$.name"),
        (("name",), " ", "no name"),
        (("name",), "长" * 301, "300"),
        (("name",), "\ud800", "surrogate"),
        (("code",), "", "code"),
        (("code",), "示例", "code"),
        (("level",), "8", "level"),
        (("type",), "1", "type"),
        (("kind",), "7", "$.kind"),
        (("served",), [], "serves nobody"),
        (("served",), ["9"], "served"),
        (("version",), 0, "version"),
        (("effective_from",), "2026-02-30", "effective_from"),
        (("promised_limit", "unit"), "week", "promised_limit"),
        (("promised_limit", "count"), -1, "limit"),
        (("fees",), [{"name": "费", "amount": "1.2.3", "basis": ""}], "fees"),
        (("fees",), [{"name": "费", "amount": "NaN", "basis": ""}], "fee"),
        (("fees",), [{"name": "费", "amount": "-1", "basis": ""}], "fee"),
        (("materials",), [], "no materials"),
        (("materials", 0, "id"), "id-card", "twice"),
        (("materials", 0, "id"), "a:b", "a-z"),
        (("materials", 0, "originals"), -1, "negative"),
        (("materials", 0, "originals"), 10**6, "count"),
        (("materials", 0, "originals"), 0, "neither"),
        (("materials", 0, "promisable"), True, "promis"),
        (("materials", 0, "defer_days"), -1, "defer_days"),
        (("questions", 0, "options", 0, "materials"), ["nothing"], "nothing"),
        (("questions", 0, "asked_when"), [{"question": "who", "option": "self"}], "asked before"),
    ],
)
def test_a_fault_is_named_with_file_and_place(
    tmp_path: Path, path: tuple[str | int, ...], value: object, said: str
) -> None:
    with pytest.raises(CatalogueFaults) as caught:
        load_changed(tmp_path, path, value)
    assert all(fault.startswith("list.json: ") for fault in caught.value.faults)
    assert any(said in fault for fault in caught.value.faults), caught.value.faults
    assert caught.value.code == "CAT-01"
    assert_chinese(caught.value)


def assert_chinese(faults: CatalogueFaults) -> None:
    for fault in faults.said:
        # what stands in quotes is the list's own text
        sentence = re.sub(r"'[^']*'|“[^”]*”", "", fault.removeprefix("list.json: "))
        assert re.search("[一-鿿]", sentence), fault
    assert faults.details["place"] == "；".join(faults.said[:5])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"7",
        b'"x"',
        b"[[]]",
        b"[" * 100_000,
        b"1" * 10_000,
        b'{"name": NaN}',
        b'{"name": "a", "name": "b"}',
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(CatalogueFaults) as caught:
        load_text(tmp_path, text)
    assert caught.value.faults[0].startswith("list.json: ")
    assert_chinese(caught.value)


@settings(max_examples=60)
@given(st.data())
def test_no_damage_to_a_file_crashes(tmp_path_factory: Any, data: st.DataObject) -> None:
    good = SAMPLE.read_bytes()
    place = data.draw(st.integers(0, len(good) - 1))
    damage = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, 30))
    folder = tmp_path_factory.mktemp("damaged")
    try:
        load_text(folder, good[:place] + damage + good[place + cut :])
    except CatalogueFaults as faults:
        assert faults.faults  # noqa: PT017 - refusing and accepting are both right answers


def test_every_fault_of_every_file_is_counted(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.json").write_text("{", encoding="utf-8")
    (tmp_path / "good.json").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "same.json").write_bytes(SAMPLE.read_bytes())
    with pytest.raises(CatalogueFaults) as caught:
        load_catalogue(tmp_path)
    assert len(caught.value.faults) == 8
    assert caught.value.details["count"] == 8
    assert "same.json" in caught.value.faults[-1]
    assert "good.json" in caught.value.faults[-1]


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(CatalogueFaults):
            load_catalogue(folder)


def test_a_file_may_hold_one_item_or_several(tmp_path: Path) -> None:
    one, two = sample(), sample() | {"code": "other"}
    # A byte order mark is what some editors leave at the beginning.
    catalogue = load_text(tmp_path, b"\xef\xbb\xbf" + json.dumps([one, two]).encode())
    assert len(catalogue) == 2
    assert catalogue.get("other").name == one["name"]


def test_a_case_finds_the_version_that_it_froze() -> None:
    first = load_catalogue(ITEMS).get(sample()["code"])
    later = type(first)(
        **{name: getattr(first, name) for name in first.__slots__}
        | {"version": 2, "name": "居住证申领（新）", "effective_from": date(2027, 1, 1)}
    )
    catalogue = Catalogue([later, first])
    assert catalogue.get(first.code) is later
    assert catalogue.get_version(first.code, 1) is first
    assert list_hash(later) != list_hash(first)
    assert len(catalogue) == 1
    assert [found.name for found in catalogue.find("居住证")] == ["居住证申领（新）"]
    before = Catalogue([later, first], on=date(2026, 12, 31))
    assert before.get(first.code) is first
    assert before.get_version(first.code, 2) is later
    assert Catalogue([later, first], on=date(2027, 1, 1)).get(first.code) is later
    with pytest.raises(BadCatalogue):
        Catalogue([first, first])


def test_an_unknown_code_or_version_is_refused() -> None:
    catalogue = load_catalogue(ITEMS)
    code = catalogue.items()[0].code
    for strange in ("", "x" * 10_000, code.lower()[:-1]):
        with pytest.raises(ItemNotFound):
            catalogue.get(strange)
    with pytest.raises(ItemNotFound):
        catalogue.get_version(code, 99)


def test_contradictory_necessity_is_a_fault(tmp_path: Path) -> None:
    lagging, promised = sample(), sample()
    lagging["materials"][0] |= {"necessity": "required", "defer_days": 3}
    promised["promise_allowed"] = True
    promised["materials"][0] |= {"necessity": "optional", "promisable": True}
    for broken, said in ((lagging, "may not lag"), (promised, "nobody has to bring it")):
        with pytest.raises(CatalogueFaults) as caught:
            load_text(tmp_path, json.dumps(broken))
        assert any(said in fault for fault in caught.value.faults)

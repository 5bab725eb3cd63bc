"""What the back office publishes is taken up by its signature alone, each list for itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from app.cli import main
from app.domain.errors import AppError
from app.services.catalogue_faults import CatalogueFaults
from app.services.catalogue_published import take_up_published
from app.services.catalogue_signing import KeyUnknown, ListAltered, ListUnsigned, public_of
from app.services.catalogue_store import ListOlder, installed_files, open_catalogue, trust_key
from app.services.catalogue_watch import CatalogueWatch
from sync.published import CATALOGUE
from tests.unit.test_catalogue_publish import DAY, DEMO, ITEMS, KEY, NEXT, OTHER, UNIT, signed

SECOND = replace(DEMO[1], version=2, name=DEMO[1].name + "（新）", effective_from=DAY)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    trust_key(home, msgspec.structs.replace(public_of(KEY), unit=UNIT))
    return home


def publish(home: Path, *lists: bytes) -> Path:
    """As the feed's thread keeps it: what the back office made of a file drop."""
    file = home / "published" / "catalogue.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    parts = b",".join(lists)
    file.write_bytes(CATALOGUE.tidied(b'{"lists":[' + parts + b"]}"))
    return file


def test_a_published_list_counts_from_the_next_look(home: Path) -> None:
    watch = CatalogueWatch(ITEMS, home, lambda: DAY)
    assert watch.current().get(NEXT.code) == DEMO[0]
    file = publish(home, signed(NEXT))
    assert take_up_published(file, home, ITEMS) == 1
    assert watch.current().get(NEXT.code) == DEMO[0]  # not in the middle of a case
    assert watch.refresh()
    assert watch.current().get(NEXT.code) == NEXT
    assert take_up_published(file, home, ITEMS) == 0  # again is nothing
    assert not watch.refresh()


def test_one_list_as_it_was_signed_may_be_dropped_there(home: Path) -> None:
    file = home / "published" / "catalogue.json"
    file.parent.mkdir()
    file.write_bytes(CATALOGUE.tidied(signed(NEXT)))
    assert take_up_published(file, home, ITEMS) == 1
    (installed,) = installed_files(home)
    assert installed.read_bytes() == signed(NEXT)  # byte by byte what was signed


def test_each_list_is_judged_for_itself(home: Path) -> None:
    bad = json.loads(signed(SECOND, at=2))
    bad["list"]["items"][0]["name"] = "偷换"
    file = publish(home, json.dumps(bad).encode(), signed(NEXT), signed(SECOND, key=OTHER))
    with pytest.raises((ListAltered, KeyUnknown)):
        take_up_published(file, home, ITEMS)
    catalogue = open_catalogue(ITEMS, home, on=DAY)
    assert catalogue.get(NEXT.code) == NEXT
    assert catalogue.get(SECOND.code) == DEMO[1]


def test_a_units_lists_are_taken_up_in_the_order_of_their_signing(home: Path) -> None:
    later = signed(replace(NEXT, version=3), at=5)
    assert take_up_published(publish(home, later, signed(NEXT, at=4)), home, ITEMS) == 2
    assert open_catalogue(ITEMS, home, on=DAY).get(NEXT.code).version == 3
    with pytest.raises(ListOlder):
        take_up_published(publish(home, signed(SECOND, at=3)), home, ITEMS)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"{", CatalogueFaults), (b"[]", ListUnsigned), (b'{"lists": 5}', ListUnsigned),
        (b'{"lists": [5]}', ListUnsigned), (b'{"lists": [{"list": [], "signature": ""}]}',
                                            ListUnsigned),
    ],
)  # fmt: skip
def test_what_is_no_publication_changes_nothing(
    home: Path, content: bytes, error: type[AppError]
) -> None:
    file = home / "published.json"
    file.write_bytes(content)
    with pytest.raises(error):
        take_up_published(file, home, ITEMS)
    assert installed_files(home) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"lists": []}', b'{"lists": [{}]}', b'{"list": {}}',
     b'{"list": {}, "signature": "x", "more": 1}', b'{"list": {, "signature": "x"}', b"\xff"],
)  # fmt: skip
def test_the_back_office_serves_nothing_else(content: bytes) -> None:
    with pytest.raises((ValueError, msgspec.MsgspecError)):
        CATALOGUE.tidied(content)


def test_the_command_publishes_signed_lists_alone(tmp_path: Path, home: Path) -> None:
    def run(*files: Path) -> int:
        named = ["--home", str(home), "--data", str(tmp_path), *map(str, files)]
        return CliRunner().invoke(main, ["catalogue", "publish", *named]).exit_code

    good, plain = tmp_path / "one.signed.json", tmp_path / "plain.json"
    good.write_bytes(signed(NEXT, effective=date(2026, 11, 1)))
    plain.write_bytes(msgspec.json.encode([NEXT]))
    assert run(plain) == run(good, plain) == 1
    assert not (tmp_path / CATALOGUE.file).exists()
    assert run(good) == 0
    assert take_up_published(tmp_path / CATALOGUE.file, home, ITEMS) == 1

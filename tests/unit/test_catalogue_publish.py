"""Signed lists: installed whole or not at all; altered, unknown or older ones change nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import resources
from app.cli import main
from app.domain.catalogue import Fee, Item, ItemKind, Limit, Necessity
from app.domain.errors import AppError
from app.domain.item_diff import diff_item, diff_lists
from app.services.catalogue import load_items
from app.services.catalogue_codes import national_codes
from app.services.catalogue_faults import CatalogueFaults
from app.services.catalogue_json import Listed
from app.services.catalogue_schema import item_schema
from app.services.catalogue_signing import (
    BadKeyFile,
    KeyUnknown,
    ListAltered,
    ListUnsigned,
    PublicKey,
    SigningKey,
    public_of,
    read_key,
    sign_list,
)
from app.services.catalogue_store import ListOlder, install_list, open_catalogue, trust_key
from app.services.catalogue_words import in_words

ITEMS = resources.FOLDER / "demo_hall" / "items"
DEMO = tuple(sorted(load_items(ITEMS), key=lambda item: item.code))
KEY = SigningKey(scheme="ed25519", private=bytes(range(32)))
UNIT = "示例县政务服务局"
DAY = date(2026, 11, 22)
NEXT = replace(DEMO[0], version=2, name="食品经营许可（新）", effective_from=DAY)


def signed(
    *items: Item, at: int = 1, unit: str = UNIT, key: SigningKey = KEY, effective: date = DAY
) -> bytes:
    moment = datetime(2026, 11, at, 8, tzinfo=UTC)
    return sign_list(Listed(items=items), key=key, unit=unit, effective_from=effective, at=moment)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    trust_key(home, msgspec.structs.replace(public_of(KEY), unit=UNIT))
    return home


def install(home: Path, data: bytes) -> tuple[Item, ...]:
    file = home / "received.json"
    file.write_bytes(data)
    return install_list(file, home, ITEMS).items


def test_an_installed_list_is_current_and_older_versions_stay(home: Path) -> None:
    assert install(home, signed(NEXT)) == (NEXT,)
    catalogue = open_catalogue(ITEMS, home, on=DAY)
    assert catalogue.get(NEXT.code) == NEXT
    assert catalogue.get_version(NEXT.code, 1) == DEMO[0]
    assert len(catalogue) == len(DEMO)
    assert catalogue.warnings == ()
    assert install(home, signed(NEXT)) == (NEXT,)  # once more is no harm
    later = replace(NEXT, version=3)
    install(home, signed(later, at=2))
    catalogue = open_catalogue(ITEMS, home, on=DAY)
    assert catalogue.get(NEXT.code) == later
    assert catalogue.get_version(NEXT.code, 2) == NEXT


def test_a_list_waits_for_its_day(home: Path) -> None:
    install(home, signed(NEXT, effective=date(2026, 12, 1)))
    assert open_catalogue(ITEMS, home, on=DAY).get(NEXT.code) == DEMO[0]
    assert open_catalogue(ITEMS, home, on=date(2026, 12, 1)).get(NEXT.code) == NEXT


def altered(data: bytes, **changes: Any) -> bytes:
    raw = json.loads(data)
    raw["list"] |= changes
    return json.dumps(raw).encode()


OTHER = SigningKey(scheme="ed25519", private=bytes(32))
REFUSED: list[tuple[bytes, type[AppError]]] = [
    (msgspec.json.encode([NEXT]), ListUnsigned),
    (b"[]", ListUnsigned),
    (b'{"list": [], "signature": ""}', ListUnsigned),
    (altered(signed(NEXT), effective_from="2020-01-01"), ListAltered),
    (altered(signed(NEXT), items=[]), ListAltered),
    (signed(NEXT).replace("（新）".encode(), "（旧）".encode()), ListAltered),
    (json.dumps(json.loads(signed(NEXT)) | {"signature": "AAAA"}).encode(), ListAltered),
    (json.dumps(json.loads(signed(NEXT)) | {"signature": 7}).encode(), ListAltered),
    (signed(NEXT, key=OTHER), KeyUnknown),
    (signed(NEXT, unit="另一个单位"), KeyUnknown),
    (altered(signed(NEXT), scheme="none"), KeyUnknown),
    (signed(replace(NEXT, level="9")), CatalogueFaults),
    (signed(NEXT, NEXT), CatalogueFaults),
    (signed(replace(DEMO[0], name="偷换")), CatalogueFaults),
    (b"{", CatalogueFaults),
]


@pytest.mark.parametrize(("data", "refusal"), REFUSED)
def test_what_is_not_to_be_believed_changes_nothing(
    home: Path, data: bytes, refusal: type[AppError]
) -> None:
    install(home, signed(replace(NEXT, version=3), at=1))
    before = sorted(home.rglob("*"))
    with pytest.raises(refusal):
        install(home, data)
    assert [file for file in sorted(home.rglob("*")) if file.name != "received.json"] == [
        file for file in before if file.name != "received.json"
    ]
    assert open_catalogue(ITEMS, home, on=DAY).get(NEXT.code).version == 3


def test_every_altered_byte_of_a_signature_is_seen(home: Path) -> None:
    data = signed(NEXT)
    place = data.index(b'"signature":"') + len(b'"signature":"')
    for offset in range(86):
        byte = b"A" if data[place + offset : place + offset + 1] != b"A" else b"B"
        changed = data[: place + offset] + byte + data[place + offset + 1 :]
        # the last character carries four bits that base64 leaves unused
        if offset < 85:
            with pytest.raises(ListAltered):
                install(home, changed)


def test_the_same_content_written_differently_is_still_genuine(home: Path) -> None:
    pretty = json.dumps(json.loads(signed(NEXT)), indent=4).encode()
    assert install(home, pretty) == (NEXT,)


def test_nothing_goes_back(home: Path) -> None:
    install(home, signed(replace(NEXT, version=3), at=9))
    with pytest.raises(ListOlder):
        install(home, signed(replace(NEXT, version=4), at=8))
    with pytest.raises(ListOlder):
        install(home, signed(NEXT, at=10))


def test_a_damaged_list_leaves_the_one_before_it_and_a_warning(home: Path) -> None:
    install(home, signed(NEXT, at=1))
    install(home, signed(replace(NEXT, version=3), at=2))
    newest = max((home / "catalogue").iterdir())
    for damage in (b"", b"{", newest.read_bytes()[:-300], signed(NEXT, key=OTHER)):
        newest.write_bytes(damage)
        catalogue = open_catalogue(ITEMS, home, on=DAY)
        assert catalogue.get(NEXT.code) == NEXT
        assert [warning.code for warning in catalogue.warnings] == ["CAT-25"]
    (home / "trusted_keys.json").write_text("{", encoding="utf-8")
    catalogue = open_catalogue(ITEMS, home, on=DAY)
    assert catalogue.get(NEXT.code) == DEMO[0]
    assert [warning.code for warning in catalogue.warnings] == ["CAT-24", "CAT-25", "CAT-25"]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 100_000), st.binary(max_size=6))
def test_no_damage_to_a_signed_list_is_installed(home: Path, place: int, damage: bytes) -> None:
    data = signed(NEXT)
    place %= len(data)
    changed = data[:place] + damage + data[place + len(damage) :]
    try:
        assert install(home, changed) == (NEXT,)  # blanks between the parts mean nothing
    except AppError as refused:
        assert refused.code.startswith("CAT-")  # noqa: PT017


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"scheme":"ed25519"}', b'{"scheme":"sm2","private":"AAAA"}',
             b'{"scheme":"ed25519","private":"AAAA"}'],
)  # fmt: skip
def test_a_bad_key_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "key").write_bytes(data)
    with pytest.raises(BadKeyFile):
        public_of(read_key(tmp_path / "key", SigningKey))


def test_changes_are_said_in_words() -> None:
    old = next(item for item in DEMO if "shop" in item.code or item.questions)
    first, *others = old.materials
    question = old.questions[0]
    new = replace(
        old,
        version=2,
        kind=ItemKind.OTHER,
        promised_limit=Limit(count=old.promised_limit.count + 2),
        fees=(Fee(name="测试费", amount=Decimal(5), basis=""),),
        served=("1",),
        materials=(
            replace(first, copies=first.copies + 1, necessity=Necessity.DEFERRABLE),
            *others[1:],
            replace(first, id="new-paper", name="新材料", originals=2, copies=0),
        ),
        questions=(
            replace(question, multiple=not question.multiple, options=question.options[1:]),
            *old.questions[1:],
        ),
    )
    said = [in_words(change, national_codes()) for change in diff_item(old, new)]
    for wanted in (
        f"承诺时限 {old.promised_limit.count}→{old.promised_limit.count + 2} 个工作日",
        "办件类型由“承诺件”改为“其他”",
        f"材料「{first.name}」：复印件份数 {first.copies}→{first.copies + 1}",
        f"材料「{first.name}」：由必要改为容缺后补",
        "新增材料「新材料」（必要，原件 2 份）",
        f"删去材料「{others[0].name}」",
        f"问题「{question.text}」：可多选由否改为是",
        f"删去选项「{question.text} / {question.options[0].text}」",
        "新增收费「测试费」",
        "版本 1→2",
    ):
        assert wanted in said, said
    assert diff_item(old, old) == ()
    assert [change.kind for change in diff_lists([old], [DEMO[-1]])] == ["removed", "added"] or (
        DEMO[-1].code < old.code
    )


def test_the_published_schema_is_that_of_the_program() -> None:
    file = Path(__file__).parents[2] / "docs" / "item.schema.json"
    published = json.loads(file.read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(item_schema(national_codes()))), (
        "run: onewindow catalogue schema docs/item.schema.json"
    )


def run(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(main, [*map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_a_list_goes_from_workbook_to_window(tmp_path: Path) -> None:
    home, key, book = tmp_path / "home", tmp_path / "unit.key", tmp_path / "list.xlsx"
    source = tmp_path / "list.json"
    source.write_bytes(msgspec.json.encode([NEXT]))
    ours = ("--home", home)
    assert run("catalogue", "export", book, "--from", source, *ours)["items"] == 1
    assert run("catalogue", "check", book, *ours) == {
        "ok": True, "items": 1, "bundles": 0, "count": 0, "faults": [],
    }  # fmt: skip
    assert run("catalogue", "diff", source, book, *ours) == []
    words = [one["words"] for one in run("catalogue", "diff", ITEMS, book, *ours)]
    assert "事项名称由“食品经营许可新办（餐饮服务）”改为“食品经营许可（新）”" in words
    assert run("catalogue", "keygen", key, *ours)["key_id"]
    assert key.stat().st_mode & 0o077 == 0
    run("catalogue", "keygen", key, *ours, code=1)
    list_file = tmp_path / "published.json"
    sign = ("--key", key, "--unit", UNIT, "--out", list_file)
    run("catalogue", "sign", book, *sign, "--effective", "2026-01-01", *ours)
    refused = run("catalogue", "import", list_file, *ours, code=1)
    assert refused["error"]["code"] == "CAT-22"
    run("catalogue", "trust", f"{key}.pub", "--unit", UNIT, *ours)
    for unsigned in (source, book):
        refused = run("catalogue", "import", unsigned, *ours, code=1)
        assert refused["error"]["code"] == "CAT-20"
    assert run("catalogue", "import", list_file, *ours)["items"] == 1
    assert run("catalogue", "find", NEXT.code, *ours)[0]["name"] == NEXT.name
    assert run("catalogue", "check", *ours)["items"] == len(DEMO) + 1
    next((home / "catalogue").iterdir()).write_text("{", encoding="utf-8")
    assert run("catalogue", "check", *ours, code=1)["count"] == 1
    run("catalogue", "import", book, "--out", tmp_path / "back.json", *ours)
    assert load_back(tmp_path / "back.json") == [NEXT]


def load_back(file: Path) -> list[Item]:
    return msgspec.json.decode(file.read_bytes(), type=list[Item])


def test_check_names_every_fault_and_ends_with_one(tmp_path: Path) -> None:
    bad = msgspec.to_builtins(NEXT) | {"level": 4, "kind": "8", "surprise": 1}
    (tmp_path / "list.json").write_text(json.dumps([bad, bad]), encoding="utf-8")
    for target in (tmp_path / "list.json", tmp_path):
        said = run("catalogue", "check", target, "--home", tmp_path / "home", code=1)
        assert said["count"] == 4
        assert all(fault.startswith("list.json: $[") for fault in said["faults"])


def test_an_unknown_ending_is_wrong_usage(tmp_path: Path) -> None:
    for name in ("export", "template"):
        done = CliRunner().invoke(main, ["catalogue", name, str(tmp_path / "list.txt")])
        assert done.exit_code == 2


def test_a_key_is_named_by_its_content() -> None:
    assert public_of(KEY).key_id != public_of(OTHER).key_id
    assert len(PublicKey(scheme="ed25519", public=b"").key_id) == 16

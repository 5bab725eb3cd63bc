"""The demo hall is complete, valid and recognisably invented."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from argon2 import PasswordHasher

from app.domain.catalogue import (
    FieldFill,
    FormField,
    Item,
    ItemKind,
    MaterialType,
    Necessity,
    OptionFact,
    ReuseGrade,
    linked_materials,
)
from app.domain.hall import Role
from app.domain.person import Sex, check_citizen_number, check_credit_code, check_name
from app.services.calendar import BadCalendar, load_calendar
from app.services.catalogue import Catalogue, load_catalogue
from app.services.demo_hall import BadHall, load_hall

RESOURCES = Path(__file__).parents[2] / "resources"
HALL = RESOURCES / "demo_hall"
TODAY = date(2026, 11, 22)
REVIEWER: dict[str, object] = {"id": "1", "name": "x", "role": "reviewer", "password_hash": ""}


class DemoCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of an identity card, for the simulated reader."""

    document: Literal["resident", "hk_mo_tw", "foreigner_2017", "foreigner_2023"]
    name: str
    name_latin: str = ""
    sex: Literal["male", "female", "unknown"]
    nation: str = ""
    nationality: str = ""
    birth: date
    address: str = ""
    number: str
    issuer: str = ""
    valid_from: date
    valid_to: date | None = None


class DemoTyped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the clerk types for someone without a card, and why."""

    document: Literal["passport", "other", "resident"]
    name: str
    number: str
    reason: str


class DemoSocialSecurity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The chip of a 社保卡 beside the person's own data."""

    version: str
    card_number: str
    issuer: str
    issued: date
    expires: date


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    note: str
    card: DemoCard | None = None
    typed: DemoTyped | None = None
    social_security: DemoSocialSecurity | None = None


class _People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    people: tuple[DemoPerson, ...]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(HALL / "items")


@pytest.fixture(scope="module")
def people() -> dict[str, DemoPerson]:
    read = msgspec.json.decode((HALL / "people.json").read_bytes(), type=_People)
    return {person.id: person for person in read.people}


def test_every_code_is_made_of_a_valid_credit_code_level_and_basic_code(
    catalogue: Catalogue,
) -> None:
    for item in catalogue.items():
        assert len(item.code) == 31
        assert check_credit_code(item.code[:18]) == item.department.code
        assert item.code[18] == item.level
        assert re.fullmatch(r"[0-9]{12}", item.code[19:])


def test_items_cover_departments_levels_kinds_and_persons(catalogue: Catalogue) -> None:
    items = catalogue.items()
    assert len(items) >= 16
    assert len({item.department.code for item in items}) >= 9
    assert {item.level for item in items} >= {"3", "4", "5"}
    assert {item.kind for item in items} >= {ItemKind.INSTANT, ItemKind.PROMISED}
    assert any(item.served == ("1",) for item in items)
    assert any(item.served == ("2",) for item in items)
    assert sum(bool(item.fees) for item in items) >= 3
    assert all(item.aliases and item.result and item.basis for item in items)


def test_items_use_every_power_of_a_list(catalogue: Catalogue) -> None:
    items = catalogue.items()
    assert sum(bool(linked_materials(item)) for item in items) >= 5
    assert any(question.asked_when for item in items for question in item.questions)
    assert any(question.multiple for item in items for question in item.questions)
    assert any(
        material.necessity is Necessity.DEFERRABLE and material.defer_days
        for item in items
        for material in item.materials
    )
    on_promise = [item for item in items if item.promise_allowed]
    assert len(on_promise) >= 2
    assert all(any(m.promisable for m in item.materials) for item in on_promise)
    assert any(m.faults and "签字" in m.standard for item in items for m in item.materials)


def test_limits_are_kept_within_the_law(catalogue: Catalogue) -> None:
    """A promised limit is never longer than the statutory one, in the same unit or a milder one."""
    for item in catalogue.items():
        assert item.promised_limit.count <= item.statutory_limit.count, item.name
        if item.kind is ItemKind.INSTANT:
            assert item.promised_limit.count == 0, item.name


def test_a_deferred_material_is_due_within_the_promised_limit(catalogue: Catalogue) -> None:
    for item in catalogue.items():
        for material in item.materials:
            if material.necessity is Necessity.DEFERRABLE and item.promised_limit.count:
                assert material.defer_days <= item.promised_limit.count, (item.name, material.id)


def test_a_material_id_means_the_same_document_everywhere(catalogue: Catalogue) -> None:
    seen: dict[str, tuple[str, str, str]] = {}
    for item in catalogue.items():
        for material in item.materials:
            means = (material.name, material.type, material.licence)
            if material.id in {"property-certificate", "business-licence"}:
                means = (*means[:2], "")  # the seller's is no licence of the applicant
            assert seen.setdefault(material.id, means) == means, (item.name, material.id)


def test_a_field_id_means_the_same_question_everywhere(catalogue: Catalogue) -> None:
    seen: dict[str, FormField] = {}
    filled: dict[FieldFill, str] = {}
    for item in catalogue.items():
        assert 4 <= len(item.fields) <= 14, item.name
        assert any(field.fill is FieldFill.PHONE for field in item.fields), item.name
        for field in item.fields:
            same = replace(field, required=True)
            assert seen.setdefault(field.id, same) == same, (item.name, field.id)
            if field.fill is not None:
                assert filled.setdefault(field.fill, field.id) == field.id
    shared = sum(len(item.fields) for item in catalogue.items()) / len(seen)
    assert shared > 2.5


def test_an_item_for_organisations_asks_for_them_and_an_agents_item_for_the_agent(
    catalogue: Catalogue,
) -> None:
    for item in catalogue.items():
        fills = {field.fill for field in item.fields}
        facts = {option.fact for q in item.questions for option in q.options} - {None}
        if "1" not in item.served or OptionFact.LEGAL in facts:
            assert FieldFill.ORGANISATION in fills, item.name
            assert FieldFill.CREDIT_CODE in fills, item.name
        if "1" in item.served and OptionFact.LEGAL not in facts:
            assert FieldFill.NAME in fills, item.name
        if OptionFact.AGENT in facts:
            assert any(m.id in AGENTS for m in item.materials), item.name
        for question in item.questions:
            of_question = [option.fact for option in question.options if option.fact]
            if OptionFact.SELF in of_question:
                assert OptionFact.AGENT in of_question, (item.name, question.id)
            if OptionFact.LEGAL in of_question:
                assert OptionFact.NATURAL in of_question, (item.name, question.id)


AGENTS = {"agent-id-card", "power-of-attorney", "notarised-power-of-attorney", "community-record"}


def test_posting_visits_and_powers_hang_together(catalogue: Catalogue) -> None:
    for item in catalogue.items():
        assert "1" in item.channels, item.name
        assert ("邮寄" in item.delivery) <= ("4" in item.channels), item.name
        has_address = any(field.fill is FieldFill.DELIVERY_ADDRESS for field in item.fields)
        assert has_address <= ("邮寄" in item.delivery), item.name
        assert item.visits <= 2, item.name
        assert (
            item.visits
            or set(item.channels) & {"2", "3"}
            or "邮寄" in item.delivery
            or (item.delivery == ("无需领取",))
        ), item.name
        assert item.department.nature, item.name
        # only what is no power of an authority has no source of power
        assert item.power_source or (item.type == "20" and item.department.nature == "9")


def test_what_may_be_used_again_is_the_applicants_own(catalogue: Catalogue) -> None:
    """A licence is looked up for the applicant: it never spares the paper of somebody else."""
    licences = json.loads((HALL / "licences.json").read_text(encoding="utf-8"))["licences"]
    held = {licence["code"]: licence["name"] for licence in licences}
    used: set[str] = set()
    for item in catalogue.items():
        for material in item.materials:
            if re.match("(agent|seller|spouse|mother|father|guardian|kin)-", material.id):
                assert not material.licence, material.id
            if material.licence in held:
                used.add(material.licence)
                assert held[material.licence] in material.name
            if material.type is MaterialType.APPLICATION_FORM:
                assert not material.reuse_grades, material.id
            if ReuseGrade.D in material.reuse_grades:
                assert material.source == "10", material.id
    assert used >= {"licence.resident-id", "licence.household", "licence.business"}
    grades = {g for item in catalogue.items() for m in item.materials for g in m.reuse_grades}
    assert grades == set(ReuseGrade)


def test_both_bundles_can_be_chosen_and_share(catalogue: Catalogue) -> None:
    assert catalogue.warnings == ()
    assert {bundle.name for bundle in catalogue.bundles()} == {
        "开办餐饮店一件事", "不动产转移登记一件事",
    }  # fmt: skip
    departments = {item.department.code: item.department for item in catalogue.items()}
    for bundle in catalogue.bundles():
        assert bundle.same_questions
        assert bundle.joint_form
        assert bundle.department == departments[bundle.department.code]
        for item in catalogue.items_of(bundle):
            assert item.fields


def test_texts_hold_no_slips_of_the_pen(catalogue: Catalogue) -> None:
    def texts(item: Item) -> list[str]:
        found = [item.name, item.guide, *item.conditions, *item.basis, *item.aliases]
        for question in item.questions:
            found += [question.text, *(option.text for option in question.options)]
        for material in item.materials:
            found += [material.name, material.standard, material.basis, *material.faults]
        return found

    for item in catalogue.items():
        for text in texts(item):
            assert text == text.strip()
            assert text.count("（") == text.count("）"), text
            assert text.count("《") == text.count("》"), text


def test_the_hall_has_windows_lines_clerks_and_a_supervisor() -> None:
    hall = load_hall(HALL)
    assert "示例" in hall.head.name
    assert [window.id for window in hall.windows] == ["W01", "W02", "W03"]
    assert len({window.ticket_prefix for window in hall.windows}) == 3
    assert [business.prefix for business in hall.businesses] == ["A", "B", "C"]
    roles = [member.role for member in hall.staff]
    assert roles.count(Role.CLERK) == 2
    assert roles.count(Role.SUPERVISOR) == 1
    for member in hall.staff:
        assert member.password_hash.startswith("$argon2id$")
        assert PasswordHasher().verify(member.password_hash, f"demo-{member.id}")
        assert re.search("示例|样例", member.name)


def test_departments_have_reviewers_of_the_hall(catalogue: Catalogue) -> None:
    reviewers = [one for one in load_hall(HALL).staff if one.role is Role.REVIEWER]
    departments = {item.department.name for item in catalogue.items()}
    reviewed = [name for one in reviewers for name in one.departments]
    assert set(reviewed) <= departments
    assert max(reviewed.count(name) for name in departments) == 2  # dispatch has a choice
    # One has nobody: its cases wait for the supervisor, who sees them.
    assert departments - set(reviewed) == {"示例县残疾人联合会"}


def test_nine_people_of_every_kind(people: dict[str, DemoPerson]) -> None:
    assert len(people) == 9
    documents = [person.card.document for person in people.values() if person.card]
    assert set(documents) == {"resident", "hk_mo_tw", "foreigner_2017", "foreigner_2023"}
    assert sum(person.card is None and person.typed is not None for person in people.values()) == 1
    names = [person.card.name for person in people.values() if person.card]
    assert any("·" in name for name in names)
    assert any(ord(char) > 0xFFFF for name in names for char in name)
    assert sum(person.social_security is not None for person in people.values()) >= 2
    assert any(person.card and person.card.valid_to is None for person in people.values())


def test_peoples_numbers_hold_and_belong_to_nobody(people: dict[str, DemoPerson]) -> None:
    for person in people.values():
        card = person.card
        if card is None:
            assert person.typed is not None
            check_citizen_number(person.typed.number, TODAY)
            continue
        if card.document == "foreigner_2017":
            assert re.fullmatch(r"[A-Z]{3}[0-9]{12}", card.number)
        else:
            _, birth, sex = check_citizen_number(card.number, TODAY)
            assert (birth, sex) == (card.birth, Sex(card.sex)), person.id
        label = card.name or card.name_latin
        assert re.search("示例|测试|样例|SAMPLE", label), label
        if card.name:
            assert check_name(card.name) == card.name


def test_card_texts_fit_the_cards_layouts(people: dict[str, DemoPerson]) -> None:
    def units(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    for card in (person.card for person in people.values() if person.card):
        assert units(card.name) <= 15
        assert units(card.address) <= 35
        assert units(card.issuer) <= (4 if card.document == "foreigner_2017" else 15)
        assert units(card.name_latin) <= (60 if card.document == "foreigner_2017" else 46)


def test_the_elder_keeps_a_county_code_that_is_gone(people: dict[str, DemoPerson]) -> None:
    elder = people["elder-1936"].card
    assert elder is not None
    old = re.search(r"[0-9]{15}", people["elder-1936"].note)
    assert old is not None
    assert check_citizen_number(old.group(), TODAY)[0] == elder.number
    assert elder.number.startswith("310103")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"surprise": 1}, "surprise"),
        ({"windows": []}, "window"),
        ({"case_number": "{county}{serial}"}, "pattern"),
        ({"region": 370199}, "region"),
        ({"kiosks": [{"id": "K1", "name": "x", "ticket_prefix": "K1"}]}, "prefix"),
        ({"kiosks": [{"id": "K1", "name": "x", "ticket_prefix": "取"}]}, "prefix"),
        ({"staff": [{"id": "1", "name": "x", "role": "king", "password_hash": ""}]}, "role"),
        ({"staff": [REVIEWER]}, "departments of 1"),
        ({"staff": [REVIEWER | {"departments": ["示例局", "示例局"]}]}, "departments of 1"),
        ({"staff": [REVIEWER | {"departments": [""]}]}, "departments of 1"),
        ({"staff": [REVIEWER | {"role": "clerk", "departments": ["示例局"]}]}, "departments of 1"),
    ],
)
def test_a_bad_hall_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, object], place: str
) -> None:
    hall = json.loads((HALL / "hall.json").read_text(encoding="utf-8"))
    (tmp_path / "hall.json").write_text(json.dumps(hall | change), encoding="utf-8")
    with pytest.raises(BadHall) as caught:
        load_hall(tmp_path)
    assert place in str(caught.value.details["place"])


def test_a_missing_hall_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadHall):
        load_hall(tmp_path)


def test_the_shipped_calendar_loads_and_a_bad_one_is_refused(tmp_path: Path) -> None:
    work = load_calendar(RESOURCES / "calendar" / "workdays.json")
    assert work.published_years >= {2024, 2025, 2026}
    bad = tmp_path / "workdays.json"
    for text in (
        "{",
        '{"years": {"2026": {"source": "", "holidays": ["2026-01-03"], "workdays": []}}}',
        '{"years": {"2026": {"source": "", "holidays": [], "workdays": ["2026-01-05"]}}}',
        '{"years": {"2026": {"source": "", "holidays": ["2025-01-01"], "workdays": []}}}',
        '{"years": {"next": {"source": "", "holidays": [], "workdays": []}}}',
        '{"years": {}, "extra": 1}',
    ):
        bad.write_text(text, encoding="utf-8")
        with pytest.raises(BadCalendar):
            load_calendar(bad)

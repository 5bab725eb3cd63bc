"""``catalogue try`` says of every demo item and bundle what a person reading the JSON would say.

The expectations come from a second, small reading of the files here, never from the checklist.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import resources
from app.cli import main
from app.domain.errors import UnknownAnswer, UnknownMaterial
from app.services.catalogue import load_catalogue
from app.services.trial import BadTrial, in_words, saving_in_words, try_bundle, try_list

HALL = resources.FOLDER / "demo_hall"
TODAY = date(2026, 11, 22)
CATALOGUE = load_catalogue(HALL / "items", on=TODAY)
Raw = dict[str, Any]
Answers = dict[str, str]

ITEMS: dict[str, Raw] = {
    raw["code"]: raw
    for file in sorted((HALL / "items").glob("*.json"))
    for raw in [json.loads(file.read_text(encoding="utf-8"))]
}
BUNDLES: dict[str, Raw] = {
    raw["code"]: raw
    for file in sorted((HALL / "bundles").glob("*.json"))
    for raw in [json.loads(file.read_text(encoding="utf-8"))]
}


def asked(item: Raw, answers: Answers) -> list[Raw]:
    """A reader goes through the questions from the top and leaves out what does not apply."""
    found: list[Raw] = []
    for question in item.get("questions", []):
        conditions = question.get("asked_when", [])
        met = [
            one
            for one in conditions
            if one["question"] in {q["id"] for q in found}
            and answers.get(one["question"]) == one["option"]
        ]
        if met or not conditions:
            found.append(question)
    return found


def expected(item: Raw, answers: Answers, *, all_brought: bool) -> tuple[dict[str, str], set[str]]:
    """State by material, and what may be decided."""
    always = {material["id"] for material in item["materials"]}
    called: set[str] = set()
    perhaps: set[str] = set()
    open_questions = 0
    for question in item.get("questions", []):
        for option in question["options"]:
            always -= set(option.get("materials", []))
    for question in asked(item, answers):
        open_questions += question["id"] not in answers
        for option in question["options"]:
            if answers.get(question["id"]) == option["id"]:
                called |= set(option.get("materials", []))
            elif question["id"] not in answers:
                perhaps |= set(option.get("materials", []))
    states = {}
    for material in item["materials"]:
        if material["id"] in always | called:
            lacking = {"optional": "optional", "deferrable": "deferrable"}
            state = lacking.get(material.get("necessity", "required"), "missing")
            states[material["id"]] = "received" if all_brought else state
        else:
            states[material["id"]] = "undecided" if material["id"] in perhaps else "not_required"
    outcomes = {"reject", "receive_only"}
    lacking_ones = [
        material for material in item["materials"]
        if states[material["id"]] in {"missing", "deferrable"}
    ]  # fmt: skip
    if not open_questions:
        outcomes.add("notice" if lacking_ones else "accept")
        if lacking_ones and all(states[one["id"]] == "deferrable" for one in lacking_ones):
            outcomes.add("accept_deferred")
        if lacking_ones and all(one.get("promisable") for one in lacking_ones):
            outcomes.add("accept_on_promise")
    return states, outcomes


def first_options(item: Raw) -> Answers:
    answers: Answers = {}
    for question in item.get("questions", []):
        if question in asked(item, answers):
            answers[question["id"]] = question["options"][0]["id"]
    return answers


def written(answers: Answers) -> list[str]:
    return [f"{question}={option}" for question, option in answers.items()]


@pytest.mark.parametrize("way", ["bare", "first", "last", "everything"])
@pytest.mark.parametrize("code", ITEMS)
def test_an_item_is_tried_as_it_is_read(code: str, way: str) -> None:
    raw = ITEMS[code]
    answers = {} if way == "bare" else first_options(raw)
    if way == "last":
        answers = {}
        for question in raw.get("questions", []):
            if question in asked(raw, answers):
                answers[question["id"]] = question["options"][-1]["id"]
    brought = [material["id"] for material in raw["materials"]] if way == "everything" else []
    said = try_list(CATALOGUE.get(code), written(answers), brought, TODAY)
    states, outcomes = expected(raw, answers, all_brought=bool(brought))
    assert {row["material"]: row["state"] for row in said["rows"]} == states
    assert set(said["outcomes"]) == outcomes
    assert said["missing"] == [
        name for name, state in states.items() if state in {"missing", "deferrable"}
    ]
    assert [row["wanted"]["originals"] for row in said["rows"]] == [
        material.get("originals", 1) for material in raw["materials"]
    ]
    assert [q["id"] for q in said["questions"] if q["asked"]] == [
        q["id"] for q in asked(raw, answers)
    ]
    if way == "everything":
        assert "accept" in outcomes
    assert all(row["because"] for row in said["rows"])
    assert in_words(said)


def question_keys(bundle: Raw) -> dict[tuple[str, str], str]:
    """The merged key of each question: the first of those that the bundle calls the same."""
    keys = {}
    for number, code in enumerate(bundle["items"], start=1):
        for question in ITEMS[code].get("questions", []):
            keys[code, question["id"]] = f"{number}.{question['id']}"
    for same in bundle["same_questions"]:
        members = [(one["item"], one["question"]) for one in same["members"]]
        for member in members:
            keys[member] = keys[members[0]]
    return keys


def material_of(bundle: Raw, material: Raw) -> str:
    form = material.get("type", "3") == "2"
    return "joint-form" if form and bundle["joint_form"] else material["id"]


WORST = [
    "missing", "deferrable", "received", "optional", "undecided", "not_required",
]  # fmt: skip


@pytest.mark.parametrize("way", ["bare", "first", "everything"])
@pytest.mark.parametrize("code", BUNDLES)
def test_a_bundle_is_tried_as_its_lists_are_read(code: str, way: str) -> None:
    raw = BUNDLES[code]
    keys = question_keys(raw)
    by_key: Answers = {}
    if way != "bare":
        for item_code in raw["items"]:
            for question, option in first_options(ITEMS[item_code]).items():
                by_key.setdefault(keys[item_code, question], option)
    states: dict[str, list[tuple[str, str, Raw]]] = {}
    alone: dict[str, tuple[list[str], set[str]]] = {}
    apart = forms = 0
    for item_code in raw["items"]:
        item = ITEMS[item_code]
        own = {
            question["id"]: by_key[keys[item_code, question["id"]]]
            for question in item.get("questions", [])
            if keys[item_code, question["id"]] in by_key
        }
        found, outcomes = expected(item, own, all_brought=way == "everything")
        alone[item_code] = (
            [name for name, state in found.items() if state in {"missing", "deferrable"}],
            outcomes,
        )
        for material in item["materials"]:
            state = found[material["id"]]
            states.setdefault(material_of(raw, material), []).append((item_code, state, material))
            wanted = state not in {"undecided", "not_required"}
            required = wanted and material.get("necessity") != "optional"
            apart += required
            forms += required and material.get("type", "3") == "2"
    bundle = CATALOGUE.find_bundle(code)
    assert bundle is not None
    brought = list(states) if way == "everything" else []
    said = try_bundle(bundle, CATALOGUE.items_of(bundle), written(by_key), brought, TODAY)

    assert [row["material"] for row in said["rows"]] == list(states)
    together = 0
    for row in said["rows"]:
        same = states[row["material"]]
        wanting = [
            (item_code, material) for item_code, state, material in same
            if state not in {"undecided", "not_required"}
        ]  # fmt: skip
        assert row["state"] == min((state for _, state, _ in same), key=WORST.index)
        assert row["items"] == list(dict.fromkeys(item_code for item_code, _ in wanting))
        for size in ("originals", "copies"):
            default = 1 if size == "originals" else 0
            counts = [material.get(size, default) for _, material in wanting]
            assert not counts or row["wanted"][size] == max(counts)
        together += any(material.get("necessity") != "optional" for _, material in wanting)
    fields = [field["id"] for item in raw["items"] for field in ITEMS[item]["fields"]]
    assert said["saving"] == {
        "materials_apart": apart, "materials_together": together,
        "forms_apart": forms, "forms_together": 1,
        "fields_apart": len(fields), "fields_together": len(set(fields)),
    }  # fmt: skip
    for part in said["parts"]:
        missing, outcomes = alone[part["item"]]
        assert part["missing"] == missing
        assert set(part["outcomes"]) == outcomes
        if way == "bare":
            assert part["outcome"] == ""
        else:
            assert part["outcome"] == ("accept" if way == "everything" else "notice")
    assert ("each" in said["outcomes"]) == (way != "bare")
    assert {q["id"] for q in said["questions"]} == set(keys.values())


def test_the_demo_bundles_spare_what_their_page_says() -> None:
    """Figures of a usual case; a change of the lists changes them, and that is to be seen."""
    found = {}
    for code, answers in (
        (
            "11370199MB0001001Y4YJS0000001",
            ["1.who=agent", "2.applicant=company", "2.premises=rented", "2.activities=cold",
             "3.size=large", "4.built=acceptance", "4.facilities=yes"],
        ),
        (
            "11370199MB0001005B3YJS0000002",
            ["1.buyer=person", "1.seller=person", "1.marriage=married", "1.facts=none",
             "1.who=both", "2.relief=no", "2.who=self", "3.proof=contract", "4.use=home"],
        ),
    ):  # fmt: skip
        bundle = CATALOGUE.find_bundle(code)
        assert bundle is not None
        said = try_bundle(bundle, CATALOGUE.items_of(bundle), answers, (), TODAY)
        assert not any(part["unanswered"] for part in said["parts"])
        found[bundle.name] = saving_in_words(said["saving"])
    assert found == {
        "开办餐饮店一件事": "材料 38 → 19 · 表格 5 → 1 · 填写 58 → 24",
        "不动产转移登记一件事": "材料 23 → 10 · 表格 5 → 1 · 填写 56 → 24",
    }


def run(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(main, ["catalogue", "try", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize("code", [*BUNDLES, next(iter(ITEMS))])
def test_the_command_tries_items_and_bundles(tmp_path: Path, code: str) -> None:
    home = ("--home", tmp_path)
    said = run(code, *home)
    assert said.get("bundle", said.get("item")) == code
    first = said["questions"][0]
    answer = f"{first['id']}={first['options'][1]['id']}"
    have = said["rows"][0]["material"]
    again = run(code, "--answer", answer, "--have", have, *home)
    assert again["rows"][0]["state"] == "received"
    assert again["questions"][0]["chosen"] == [first["options"][1]["id"]]
    plain = CliRunner().invoke(main, ["catalogue", "try", code, "--home", str(tmp_path)])
    assert answer in plain.output
    assert ("材料 " in plain.output and "表格 5 → 1" in plain.output) == (code in BUNDLES)
    for wrong in (("--have", "gold-bars"), ("--answer", "9.who=self"), ("--answer", "who")):
        assert run(code, *wrong, *home, code=1)["ok"] is False


def test_a_day_before_the_list_has_no_list(tmp_path: Path) -> None:
    code = next(iter(ITEMS))
    assert run(code, "--on", "2026-11-22", "--home", tmp_path)["on"] == "2026-11-22"
    refused = run(code, "--on", "2001-01-01", "--home", tmp_path, code=1)
    assert refused["error"]["code"] == "CAT-02"


@pytest.mark.parametrize(
    ("answers", "have", "error"),
    [
        (["1.who"], [], BadTrial),
        (["who=self"], [], UnknownAnswer),
        (["1.who=nobody"], [], UnknownAnswer),
        (["1.who=self", "1.who=agent"], [], UnknownAnswer),
        ([], ["food-licence-form"], UnknownMaterial),  # the joint form stands for it
        ([], ["business-licence:many"], BadTrial),
        ([], ["business-licence:1:1:1"], BadTrial),
    ],
)
def test_a_bundles_wrong_keys_are_refused(
    answers: Iterable[str], have: Iterable[str], error: type[Exception]
) -> None:
    bundle = CATALOGUE.find_bundle("11370199MB0001001Y4YJS0000001")
    assert bundle is not None
    with pytest.raises(error):
        try_bundle(bundle, CATALOGUE.items_of(bundle), answers, have, TODAY)

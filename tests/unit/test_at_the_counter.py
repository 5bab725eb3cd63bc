"""Parties, kept papers and bundles at the counter, over the real store and the demo hall."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from app.bootstrap import Client
from app.config import Settings
from app.domain.bundle import JOINT_FORM
from app.domain.case import Case, CaseState
from app.domain.catalogue import OptionFact, ReuseGrade
from app.domain.checklist import Bar, Outcome, RowState, Stored
from app.domain.decision import Decision
from app.domain.errors import (
    AppError,
    InvalidIdentity,
    ListChanged,
    NotReady,
    NumbersExhausted,
    OutcomeNotOpen,
    ReasonNeeded,
    StoredUnusable,
)
from app.domain.events import PaperKind
from app.domain.form import FieldSource, fill
from app.domain.person import Delivery, DeliveryWay, DocumentKind
from app.ports import Licence
from app.services.catalogue import Catalogue
from app.services.catalogue_watch import CatalogueWatch
from app.services.matter import Matter, Matters
from app.services.reception import Reception
from app.services.records import Records
from app.services.sign_in import Session
from app.services.standing import holder_hash
from tests.journey.hall import (
    ORGANISATION,
    begin,
    bring_everything,
    name_parties,
    read_card,
    sign_in,
)

RESTAURANT = "开办餐饮店"
ACCEPT = Decision(outcome=Outcome.ACCEPT)
EACH = Decision(outcome=Outcome.EACH)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(tmp_path, Settings())
    client.outbox.lease_numbers(1, 50)
    yield client
    client.store.close()


@pytest.fixture
def session(client: Client) -> Session:
    return sign_in(client)


def start(client: Client, session: Session, text: str, person: str = "zhang-shili") -> Case:
    code = client.catalogue.find(text)[0].code
    return begin(client, session, read_card(client, person), code)


def refused(failure: type[AppError], act: object) -> None:
    with pytest.raises(failure):
        act()  # type: ignore[operator]  # a lambda


def answer_all(client: Client, session: Session, case: Case) -> Matter:
    matter = client.reception.matter(case.id)
    while matter.evaluation and (unanswered := matter.evaluation.unanswered):
        first = frozenset({unanswered[0].options[0].id})
        matter = client.reception.answer(session, case.id, unanswered[0].id, first)
    return matter


# -- who ----------------------------------------------------------------------------------------


def test_where_somebody_has_moved_goes_before_what_is_printed_on_the_card(
    client: Client, session: Session
) -> None:
    case = client.reception.open_case(session).case
    card = replace(read_card(client), newest_address="示例省示例市新址路9号")
    matter = client.parties.identify(session, case.id, card)
    assert matter.case.applicant is not None
    assert matter.case.applicant.person.address == "示例省示例市新址路9号"
    again = client.parties.identify(session, case.id, read_card(client))
    assert again.case.applicant is not None
    assert again.case.applicant.person.address == card.person.address


def test_both_identities_stand_on_a_case_with_an_agent(client: Client, session: Session) -> None:
    case = start(client, session, "食品经营许可新办")
    answer_all(client, session, case)
    desk = client.parties
    own = read_card(client)
    refused(InvalidIdentity, lambda: desk.identify_agent(session, case.id, own, "授权委托书"))
    agent = read_card(client, "ayiguli-ceshi")
    refused(ReasonNeeded, lambda: desk.identify_agent(session, case.id, agent, " "))
    matter = desk.identify_agent(session, case.id, agent, "授权委托书")
    assert matter.case.agent is not None
    assert (matter.case.agent.person.name, matter.case.authority) == (
        agent.person.name, "授权委托书",
    )  # fmt: skip
    # The identity answered by whom it is done; the papers of an agent are asked for at once.
    assert matter.evaluation is not None
    missing = {row.material.id for row in matter.evaluation.missing}
    assert {"power-of-attorney", "agent-id-card"} <= missing
    back = desk.withdraw_agent(session, case.id)
    assert back.case.agent is None


def test_who_was_read_first_may_be_the_agent(client: Client, session: Session) -> None:
    case = start(client, session, "食品经营许可新办")
    client.parties.came_for_another(session, case.id, "授权委托书")
    case = bring_everything(client, session, case)
    case = name_parties(client, session, case)
    refused(NotReady, lambda: client.decisions.decide(session, case.id, ACCEPT))
    client.parties.identify_typed(
        session, case.id, DocumentKind.RESIDENT, "李样例", "379901197001010016", "本人未到场"
    )
    name, code = ORGANISATION
    client.parties.name_organisation(session, case.id, name, code, "李样例")
    decided = client.decisions.decide(session, case.id, ACCEPT).matter.case
    assert decided.applicant is not None
    assert decided.agent is not None
    assert (decided.applicant.person.name, decided.agent.person.name) == ("李样例", "张示例")


def test_an_organisation_comes_before_its_acceptance(client: Client, session: Session) -> None:
    case = start(client, session, "取水许可")
    case = bring_everything(client, session, case)
    refused(NotReady, lambda: client.decisions.decide(session, case.id, ACCEPT))
    closed = client.decisions.closed(client.reception.matter(case.id))
    assert closed[Outcome.ACCEPT].details == {"need": "organisation"}
    name, code = ORGANISATION
    desk = client.parties
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    refused(InvalidIdentity, lambda: desk.name_organisation(session, case.id, name, wrong, "张"))
    matter = desk.name_organisation(session, case.id, name, code, "张示例")
    assert matter.case.organisation is not None
    assert client.decisions.decide(session, case.id, ACCEPT).matter.case.state is CaseState.ACCEPTED


def test_the_result_goes_where_the_item_delivers(client: Client, session: Session) -> None:
    case = start(client, session, "居住证")
    ways = client.matters.item(case).delivery
    assert "邮寄" in ways
    post = Delivery(way=DeliveryWay.POST, recipient="张示例", phone="138 0000 0000", address="短")
    desk = client.parties
    refused(InvalidIdentity, lambda: desk.choose_delivery(session, case.id, post))
    whole = Delivery(
        way=DeliveryWay.POST, recipient="张示例", phone="138 0000 0000",
        address="示例县示例镇示例路 1 号",
    )  # fmt: skip
    chosen = desk.choose_delivery(session, case.id, whole).case.delivery
    assert chosen is not None
    assert chosen.phone == "13800000000"
    picked = desk.choose_delivery(session, case.id, Delivery(way=DeliveryWay.PICK_UP))
    assert picked.case.delivery == Delivery(way=DeliveryWay.PICK_UP)
    only = next(i for i in client.catalogue.items() if "邮寄" not in i.delivery)
    other = begin(client, session, read_card(client), only.code)
    refused(NotReady, lambda: desk.choose_delivery(session, other.id, whole))


def test_one_card_fills_the_form_and_nothing_known_is_typed(
    client: Client, session: Session
) -> None:
    case = start(client, session, "食品经营许可新办")
    name, code = ORGANISATION
    case = client.parties.name_organisation(session, case.id, name, code, "张示例").case
    fields = client.matters.item(case).fields
    filled = {one.field.id: one for one in fill(fields, case)}
    assert filled["applicant-name"].value == "张示例"
    assert filled["applicant-name"].source is FieldSource.CARD
    assert not filled["applicant-name"].open
    empty = next(one for one in filled.values() if one.field.fill is None and not one.field.choices)
    refused(
        InvalidIdentity,
        lambda: client.reception.fill_field(session, case.id, empty.field.id, "x" * 201),
    )
    typed = client.reception.fill_field(session, case.id, empty.field.id, " 120 ").case
    (again,) = (o for o in fill(fields, typed) if o.field.id == empty.field.id)
    assert (again.value, again.source) == ("120", FieldSource.TYPED)
    job = client.decisions.print_form(session, case.id)
    assert [j.paper for j in client.papers.jobs() if j.id == job] == [PaperKind.APPLICATION_FORM]


# -- what is kept -------------------------------------------------------------------------------


def licence(code: str, *, issued: date, valid_to: date | None = None) -> Licence:
    return Licence(
        code=code, name="示例证照", number="示例0001", issuer="示例局", issued=issued,
        valid_to=valid_to,
    )  # fmt: skip


def test_an_e_licence_spares_its_paper_while_it_is_valid(client: Client, session: Session) -> None:
    case = start(client, session, "养犬登记")
    answer_all(client, session, case)
    old = licence("licence.resident-id", issued=date(2010, 1, 1), valid_to=date(2020, 1, 1))
    other = licence("licence.driving", issued=date(2020, 1, 1))
    matter = client.kept.spare(session, case.id, (old, other))
    assert matter.evaluation is not None
    assert matter.evaluation.spared == 0
    good = licence("licence.resident-id", issued=date(2020, 1, 1), valid_to=date(2040, 1, 1))
    matter = client.kept.spare(session, case.id, (old, good))
    assert matter.evaluation is not None
    (row,) = (r for r in matter.evaluation.rows if r.state is RowState.SPARED)
    assert row.material.id == "id-card"
    assert "示例局" in row.mend
    # Asked again, nothing is recorded twice.
    before = client.store.verify()[0]
    client.kept.spare(session, case.id, (old, good))
    assert client.store.verify()[0] == before
    given = client.reception.give_back(session, case.id, "id-card").evaluation
    assert given is not None
    assert given.spared == 0


def test_a_kept_piece_that_the_list_does_not_take_is_refused(
    client: Client, session: Session
) -> None:
    case = start(client, session, "养犬登记")
    answer_all(client, session, case)
    stored = Stored(
        grade=ReuseGrade.B, name="证明", reference="1", keeper="示例厅", seen=date(2026, 1, 1)
    )
    for material in ("dog-form", "id-card"):
        listed = client.matters.item(case).get_material(material)
        if ReuseGrade.B not in listed.reuse_grades:
            with pytest.raises(StoredUnusable):
                client.kept.use(session, case.id, material, stored)


def test_an_earlier_case_of_the_same_person_spares_what_a_window_saw(
    client: Client, session: Session
) -> None:
    reusable = [
        (item, material)
        for item in client.catalogue.items()
        for material in item.materials
        if ReuseGrade.B in material.reuse_grades and material.originals and "1" in item.served
        and material.necessity != "optional"
    ]  # fmt: skip
    names = [material.id for _, material in reusable]
    shared = next(name for name in names if names.count(name) > 1)
    first, second = [item for item, material in reusable if material.id == shared][:2]
    earlier = begin(client, session, read_card(client), first.code)
    for question in first.questions:
        for option in question.options:
            if shared in option.materials and not question.asked_when:
                chosen = frozenset({option.id})
                client.reception.answer(session, earlier.id, question.id, chosen)
    earlier = bring_everything(client, session, earlier)
    earlier = name_parties(client, session, earlier)
    number = client.decisions.decide(session, earlier.id, ACCEPT).number
    case = begin(client, session, read_card(client), second.code)
    for question in second.questions:
        for option in question.options:
            if shared in option.materials and not question.asked_when:
                chosen = frozenset({option.id})
                client.reception.answer(session, case.id, question.id, chosen)
    matter = client.kept.spare(session, case.id)
    assert matter.evaluation is not None
    row = next(r for r in matter.evaluation.rows if r.material.id == shared)
    if earlier.organisation is None:
        assert row.state is RowState.SPARED
        assert number in row.mend
    # Somebody else's case spares nothing.
    stranger = begin(client, session, read_card(client, "ayiguli-ceshi"), second.code)
    none = client.kept.spare(session, stranger.id).evaluation
    assert none is not None
    assert none.spared == 0


# -- who is barred ------------------------------------------------------------------------------


def bar_list(home: Path, number: str) -> None:
    salt = "0011223344556677"
    bars = [
        {"holder": holder_hash(salt, number), "bar": bar.value, "reason": "失信未修复"}
        for bar in Bar
    ]
    text = json.dumps({"published": "2026-11-20", "salt": salt, "bars": bars})
    (home / "bars.json").write_text(text, encoding="utf-8")


def test_a_barred_person_may_neither_defer_nor_promise(
    client: Client, session: Session, tmp_path: Path
) -> None:
    case = start(client, session, "食品经营许可新办")
    case = bring_everything(client, session, case)
    name, code = ORGANISATION
    client.parties.name_organisation(session, case.id, name, code, "张示例")
    item = client.matters.item(case)
    deferrable = next(m.id for m in item.materials if m.necessity == "deferrable")
    matter = client.reception.give_back(session, case.id, deferrable)
    assert matter.evaluation is not None
    assert Outcome.ACCEPT_DEFERRED in matter.evaluation.outcomes
    # The organisation gets on the list: looked up again with the next identification.
    bar_list(tmp_path, code)
    client.parties.withdraw_organisation(session, case.id)
    matter = client.parties.name_organisation(session, case.id, name, code, "张示例")
    assert set(matter.case.bars) == set(Bar)
    assert matter.evaluation is not None
    assert Outcome.ACCEPT_DEFERRED not in matter.evaluation.outcomes
    row = next(r for r in matter.evaluation.rows if r.material.id == deferrable)
    assert row.state is RowState.MISSING
    assert "失信未修复" in row.mend
    deferred = Decision(outcome=Outcome.ACCEPT_DEFERRED)
    refused(OutcomeNotOpen, lambda: client.decisions.decide(session, case.id, deferred))


# -- bundles ------------------------------------------------------------------------------------


def bundle(client: Client, session: Session) -> Matter:
    case = start(client, session, RESTAURANT)
    name, code = ORGANISATION
    client.parties.name_organisation(session, case.id, name, code, "张示例")
    return answer_all(client, session, case)


def test_a_bundle_is_brought_once_and_decided_by_each_list(
    client: Client, session: Session
) -> None:
    matter = bundle(client, session)
    assert matter.bundle is not None
    assert len(matter.parts) == len(matter.bundle.items) == 5
    assert matter.saving is not None
    assert matter.saving.materials_together < matter.saving.materials_apart
    assert matter.saving.forms_together == 1
    assert all(part.case.organisation and part.case.applicant for part in matter.parts)
    assert matter.evaluation is not None
    shared = matter.evaluation.rows[0].material
    assert shared.id == JOINT_FORM or shared.id
    left = [row.material.id for row in matter.evaluation.missing][-1]
    for row in matter.evaluation.missing:
        if row.material.id != left:
            matter = client.reception.receive(
                session, matter.case.id, row.material.id, row.material.originals,
                row.material.copies, row.material.form,
            )  # fmt: skip
    decided = client.decisions.decide(session, matter.case.id, EACH)
    assert decided.number.startswith("YJS")
    states = [part.case.state for part in decided.matter.parts]
    lacking = [p for p in decided.matter.parts if any(m.id == left for m in p.item.materials)]
    assert 0 < len(lacking) < len(states)
    for part in decided.matter.parts:
        complete = not part.evaluation.missing
        assert (part.case.state is CaseState.ACCEPTED) == complete
    numbers = [part.case.number for part in decided.matter.parts]
    assert len(set(numbers)) == 5
    papers = [job.paper for job in client.papers.jobs() if job.id in decided.jobs]
    noticed = sum(state is CaseState.NOTICED for state in states)
    assert sorted(papers) == sorted([PaperKind.BUNDLE_RECEIPT, *[PaperKind.NOTICE] * noticed])
    # A noticed part comes back by itself, under its own number.
    if noticed:
        part = next(p for p in decided.matter.parts if p.case.state is CaseState.NOTICED)
        again = client.returning.resume(session, part.case.id)
        assert again.bundle is None
        assert again.case.number == part.case.number


def test_one_shared_answer_and_one_shared_paper_reach_every_list(
    client: Client, session: Session
) -> None:
    matter = bundle(client, session)
    assert matter.bundle is not None
    for same in matter.bundle.same_questions:
        answers = {
            part.case.answers[ref.question]
            for part in matter.parts
            for ref in same.members
            if ref.item == part.item.code
        }
        assert len(answers) == 1
    agent = read_card(client, "ayiguli-ceshi")
    matter = client.parties.identify_agent(session, matter.case.id, agent, "授权委托书")
    for part in matter.parts:
        facts = {
            option.fact
            for question in part.item.questions
            for option in question.options
            if option.id in part.case.answers.get(question.id, frozenset())
        }
        assert OptionFact.SELF not in facts
    matter = client.reception.receive(session, matter.case.id, "agent-id-card", 1, 1)
    having = [p for p in matter.parts if "agent-id-card" in {m.id for m in p.item.materials}]
    assert len(having) > 1
    assert all(p.case.evidence["agent-id-card"].originals == 1 for p in having)


def test_a_bundle_left_or_changed_leaves_no_case_open(client: Client, session: Session) -> None:
    matter = bundle(client, session)
    dog = client.catalogue.find("养犬登记")[0].code
    changed = client.reception.choose(session, matter.case.id, dog)
    assert changed.bundle is None
    for part in matter.parts[1:]:
        case = client.store.find_case(part.case.id)
        assert case is not None
        assert case.state is CaseState.ABANDONED
    again = bundle(client, session)
    current = client.reception.current(session)
    assert current is not None
    assert current.case.id == again.case.id
    client.reception.abandon(session, again.case.id, "改天再来")
    current = client.reception.current(session)
    assert current is not None
    assert current.case.id == changed.case.id


def test_a_bundle_with_too_few_numbers_saves_nothing(tmp_path: Path) -> None:
    client = Client(tmp_path, Settings())
    client.outbox.lease_numbers(1, 5)  # five cases and the bundle need six
    session = sign_in(client)
    matter = bundle(client, session)
    before = client.store.verify()[0]
    refused(NumbersExhausted, lambda: client.decisions.decide(session, matter.case.id, EACH))
    assert client.store.verify()[0] == before
    assert client.outbox.numbers_left() == 5
    client.store.close()


def test_a_list_published_meanwhile_counts_from_the_next_case(
    client: Client, session: Session, tmp_path: Path
) -> None:
    case = start(client, session, "养犬登记")
    item = client.matters.item(case)
    hall = tmp_path / "hall"
    (hall / "items").mkdir(parents=True)
    newer = replace(item, version=item.version + 1, aliases=("遛狗证",))
    for number, one in enumerate((item, newer)):
        text = msgspec.json.encode(one)
        (hall / "items" / f"{number}.json").write_bytes(text)
    watch = CatalogueWatch(hall / "items", tmp_path, lambda: date(2026, 11, 23))
    matters = Matters(client.store, watch.current)
    desk = Reception(matters, watch.refresh)
    assert matters.catalogue().get(item.code).version == item.version + 1
    assert matters.item(case).version == item.version, "a case keeps the list it froze"
    newest = replace(newer, version=item.version + 2)
    (hall / "items" / "2.json").write_bytes(msgspec.json.encode(newest))
    assert matters.catalogue().get(item.code).version == item.version + 1, "not under a case"
    fresh = desk.open_case(session).case
    client.parties.identify(session, fresh.id, read_card(client))
    assert desk.choose(session, fresh.id, item.code).case.version == item.version + 2


def test_an_earlier_case_whose_list_is_gone_stops_nobody(
    client: Client, session: Session, tmp_path: Path
) -> None:
    case = bring_everything(client, session, start(client, session, "养犬登记"))
    client.decisions.decide(session, case.id, ACCEPT)
    other = client.catalogue.find("居住证")[0].code
    matters = Matters(client.store, lambda: Catalogue([client.catalogue.get(other)]))
    fresh = begin(client, session, read_card(client), other)
    spared = Records(matters, client.hall).spare(session, fresh.id)
    assert spared.case.id == fresh.id


def test_a_list_altered_between_two_cases_is_noticed(client: Client, session: Session) -> None:
    case = start(client, session, "养犬登记")
    item = client.matters.item(case)
    lists = [Catalogue([item]), Catalogue([replace(item, name=f"{item.name}（改）")])]
    matters = Matters(client.store, lambda: lists[0])
    assert matters.item(case) == item
    lists.pop(0)
    with pytest.raises(ListChanged):
        matters.item(case)

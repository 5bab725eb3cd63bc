"""Say who stands at the window for whom, and what that answers by itself. Pure.

An agent (代理人) brings both identities and an authority; an organisation applies through its
legal representative, or through somebody whom it authorises.
"""

from __future__ import annotations

from enum import StrEnum

from app.domain.case import Case
from app.domain.case_events import QuestionAnswered
from app.domain.catalogue import Item, OptionFact
from app.domain.checklist import asked_questions


class Party(StrEnum):
    """Somebody who must be on the case first; also the ``need`` of NotReady."""

    APPLICANT = "principal"  # only the agent was read so far
    AGENT = "agent"
    ORGANISATION = "organisation"


_OPPOSITE = {OptionFact.AGENT: OptionFact.SELF, OptionFact.LEGAL: OptionFact.NATURAL}


def facts(case: Case) -> frozenset[OptionFact]:
    """What the identities on the case say. Nothing is concluded from what is absent: nobody
    knows yet whether an organisation or an agent will still be named."""
    known = set()
    organisation, person = case.organisation, case.applicant
    if organisation is not None:
        known.add(OptionFact.LEGAL)
    if case.agent is not None or (
        organisation is not None
        and person is not None
        and person.person.name != organisation.representative
    ):
        known.add(OptionFact.AGENT)
    return frozenset(known)


def holders(case: Case) -> tuple[str, ...]:
    """Whose standing and papers count: the person's and the organisation's, not the agent's."""
    numbers = [case.applicant.person.number] if case.applicant else []
    return (*numbers, case.organisation.credit_code) if case.organisation else tuple(numbers)


def implied_answers(case: Case, item: Item) -> tuple[QuestionAnswered, ...]:
    """Answers that the identities give already, where the present ones say otherwise."""
    known = facts(case)
    implied = []
    for question in asked_questions(item, case.answers):
        meant = [option for option in question.options if option.fact in known]
        chosen = case.answers.get(question.id, frozenset())
        said = {option.fact for option in question.options if option.id in chosen}
        wrong = not chosen or any(_OPPOSITE.get(fact) in said for fact in known)
        # Of several options that say it (a company, a canteen) only the applicant knows which;
        # what was answered stands unless the identities say the opposite.
        if len(meant) == 1 and wrong:
            implied.append(QuestionAnswered(question=question.id, options=(meant[0].id,)))
    return tuple(implied)


def lacking_party(case: Case, item: Item) -> Party | None:
    """Whose identity an answer, or the item itself, speaks of while it is not on the case."""
    applicant, agent = case.applicant, case.agent
    if applicant and agent and applicant.person.number == agent.person.number:
        return Party.APPLICANT
    chosen = {
        option.fact
        for question in asked_questions(item, case.answers)
        for option in question.options
        if option.id in case.answers.get(question.id, frozenset())
    }
    known = facts(case)
    only_organisations = bool(item.served) and "1" not in item.served
    if OptionFact.LEGAL not in known and (only_organisations or OptionFact.LEGAL in chosen):
        return Party.ORGANISATION
    if OptionFact.AGENT in chosen and OptionFact.AGENT not in known:
        return Party.AGENT
    return None

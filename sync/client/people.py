"""Ask the back office what is known of a person or a case; believe no answer unchecked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TypeVar

import msgspec

from app.domain.case import CaseState
from app.domain.case_events import Numbered
from app.domain.decoding import decode
from app.domain.errors import AppError, BadEntry
from app.domain.journal import Entry, check_body, decode_event
from app.ports import AccessSource, Licence, WaitingCase
from sync import errors, people, wire
from sync.client.round import Post, check_error
from sync.client.transport import HttpTransport
from sync.errors import BadAnswer, RecordsUnavailable

# Somebody stands at the window meanwhile.
_LONGEST_SECONDS = 6.0

_Answer = TypeVar("_Answer", people.LicencesAnswer, people.WaitingAnswer, people.HistoryAnswer)


class RemotePeople:
    """Implements ``app.ports.PeopleRecords``. Safe to use from several threads.

    Every method raises RecordsUnavailable, whose ``cause`` is the code of why.
    """

    def __init__(self, access: AccessSource) -> None:
        self._access = access

    def licences(self, holder: str) -> tuple[Licence, ...]:
        if not wire.is_name(people.tidy(holder)):
            return ()
        asked = people.HolderAsked(holder=people.tidy(holder))
        answer = self._ask(people.LICENCES_PATH, asked, people.LicencesAnswer, wire.MAX_ANSWER)
        if len(answer.licences) > people.MAX_LICENCES:
            raise _unusable(BadAnswer())
        for one in answer.licences:
            texts = (one.code, one.name, one.number, one.issuer)
            ends_early = one.valid_to is not None and one.valid_to < one.issued
            if ends_early or not all(wire.is_name(text, 200) for text in texts):
                raise _unusable(BadAnswer())
        return answer.licences

    def waiting(self, holder: str) -> tuple[WaitingCase, ...]:
        if not wire.is_name(people.tidy(holder)):
            return ()
        asked = people.HolderAsked(holder=people.tidy(holder))
        answer = self._ask(people.WAITING_PATH, asked, people.WaitingAnswer, wire.MAX_ANSWER)
        if len(answer.cases) > people.MAX_WAITING:
            raise _unusable(BadAnswer())
        return tuple(_waiting(one) for one in answer.cases)

    def history(self, number: str) -> tuple[Entry, ...]:
        number = number.strip()
        if not wire.is_name(number):
            return ()
        asked = people.NumberAsked(number=number)
        # What each fact costs on the wire beside its body.
        largest = 2 * people.MAX_HISTORY_BYTES
        answer = self._ask(people.HISTORY_PATH, asked, people.HistoryAnswer, largest)
        try:
            _check_history(answer.entries, number)
        except AppError as error:
            raise _unusable(error) from None
        return answer.entries

    def _ask(self, path: str, asked: msgspec.Struct, kind: type[_Answer], largest: int) -> _Answer:
        transport = HttpTransport(self._access, longest=_LONGEST_SECONDS)
        post = Post(
            path=path, body=msgspec.json.encode(asked), content_type="application/json",
            largest=largest,
        )  # fmt: skip
        try:
            with closing(transport):
                reply = transport(post)
            if reply.status != 200:
                raise RecordsUnavailable(cause=check_error(reply).code)
            return decode(reply.body, kind)
        except (errors.Unreachable, errors.BadAnswer) as error:
            raise _unusable(error) from None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise _unusable(BadAnswer()) from None


def _unusable(error: AppError) -> RecordsUnavailable:
    return RecordsUnavailable(cause=error.code)


def _waiting(one: people.WaitingOne) -> WaitingCase:
    texts = (one.id, one.number, one.item_name, one.window)
    if not all(text.isprintable() for text in texts) or one.decided_at.utcoffset() is None:
        raise _unusable(BadAnswer())
    if one.state != "left" and not (one.number and one.item_name):
        raise _unusable(BadAnswer())
    return WaitingCase(
        id=one.id, number=one.number, item_name=one.item_name, state=CaseState(one.state),
        window=one.window, decided_at=one.decided_at,
    )  # fmt: skip


def _check_history(entries: tuple[Entry, ...], number: str) -> None:
    """One case's facts and its bundle's, whole, and of the case that was asked for.

    Raises BadAnswer, BadEntry.
    """
    if not entries:
        return
    if len(entries) > people.MAX_HISTORY:
        raise BadAnswer
    for entry in entries:
        # A time that nobody can read back must never be heard by the store's own clock.
        if not wire.is_plausible(entry) or not wire.is_hlc(entry.hlc):
            raise BadAnswer
        check_body(entry)
    kinds = [entry.subject.partition(":")[0] for entry in entries]
    subjects = {entry.subject for entry in entries}
    if set(kinds) - {"case", "bundle"} or sum(s.startswith("case:") for s in subjects) != 1:
        raise BadAnswer
    asked_for = f"case:{number}" in subjects or number in set(_numbers(entries))
    if len(subjects) > 2 or not asked_for:
        raise BadAnswer


def _numbers(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        try:
            event = decode_event(entry.kind, entry.version, entry.body)
        except BadEntry:
            continue  # a kind of tomorrow, or no fact at all: the store says so when it takes it in
        if isinstance(event, Numbered):
            yield event.number

"""Take a line's answers: each once, the right ones into the case, the others before a supervisor.

Wrong are: what cannot be read, what is about a case that the line was not given or that is another
department's, what contradicts an answer that was taken, and what the case's own rules refuse. They
are kept as they came, with the reason.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Literal

import msgspec

from app.domain.case_events import CaseFinished, CaseReviewed, SupplementAsked
from app.domain.decoding import decode
from app.domain.errors import AppError
from app.domain.event import Event
from sync.backoffice.database import IntegrityBroken, Transaction
from sync.backoffice.departments.desk import Desk, check_complete, opinion_with_basis, record
from sync.backoffice.departments.facts import DeskCase, hall_day
from sync.backoffice.departments.plan import Line, reviewer_of
from sync.backoffice.departments.supplement import supplement_lines
from sync.backoffice.lines import outbox
from sync.backoffice.lines.errors import (
    AnswerContradicts,
    AnswerElsewhere,
    AnswerIncomplete,
    AnswerLate,
    AnswerUnknown,
    AnswerUnreadable,
)
from sync.backoffice.lines.outbox import Job
from sync.backoffice.lines.system import MAX_ANSWER, LineAnswer
from sync.errors import NotApplied, ServerTrouble

Taken = Literal["applied", "repeated", "parked"]


def take(connection: Transaction, desk: Desk, line: Line, raw: bytes, now: datetime) -> Taken:
    """One answer, decided in the caller's transaction."""
    raw = raw[: MAX_ANSWER + 1]
    answer = _read(raw)
    digest = _digest(answer, raw)
    known = connection.execute(
        "UPDATE line_answers SET times = times + 1 WHERE line = ? AND digest = ?",
        (line.name, digest),
    ).rowcount
    if known:
        return "repeated"
    code = _try(connection, desk, line.name, answer, now)
    connection.execute(
        "INSERT INTO line_answers (line, digest, key, body, state, reason, received_at,"
        " settled_at) VALUES (?,?,?,?,?,?,?,?)",
        (
            line.name, digest, answer.key if answer else "", _kept(raw),
            "parked" if code else "applied", code, now.isoformat(),
            "" if code else now.isoformat(),
        ),
    )  # fmt: skip
    return "parked" if code else "applied"


def settle(
    connection: Transaction, desk: Desk, line: str, digest: str, *, again: bool, actor: str,
    now: datetime,
) -> str:  # fmt: skip
    """A supervisor looked at a parked answer: ``again`` to try it as it is, else it is dismissed.

    Returns the code of what still stands in its way, "" where it is settled.
    """
    row = connection.execute(
        "SELECT body FROM line_answers WHERE line = ? AND digest = ? AND state = 'parked'",
        (line, digest),
    ).fetchone()
    if row is None:
        return ""  # somebody else was faster
    code = _try(connection, desk, line, _read(row[0].encode()), now) if again else ""
    state = "parked" if code else "applied" if again else "dismissed"
    connection.execute(
        "UPDATE line_answers SET state = ?, reason = CASE ? WHEN '' THEN reason ELSE ? END,"
        " settled_at = ?, actor = ? WHERE line = ? AND digest = ?",
        (state, code, code, "" if code else now.isoformat(), actor, line, digest),
    )
    return code


def _try(
    connection: Transaction, desk: Desk, line: str, answer: LineAnswer | None, now: datetime
) -> str:
    """Apply it whole or not at all. Returns the code of what refuses it, "" where it is applied."""
    try:
        with connection.savepoint():
            if answer is None:
                raise AnswerUnreadable
            _apply(connection, desk, line, answer, now)
    except ServerTrouble:
        raise  # the whole page of answers comes again
    except AppError as error:
        return error.code
    except IntegrityBroken:
        return NotApplied.code
    return ""


def _apply(
    connection: Transaction, desk: Desk, line: str, answer: LineAnswer, now: datetime
) -> None:
    job = outbox.find_job(connection, answer.key)
    found = desk.find(connection, job.case_id) if job else None
    if job is None or found is None:
        raise AnswerUnknown
    _check_about(line, answer, job, found)
    for event in _events(connection, line, answer, found, now):
        record(connection, event, job.case_id, reviewer_of(line), now)
    outbox.note_answered(connection, job, answer.ticket, now)


def _check_about(line: str, answer: LineAnswer, job: Job, found: DeskCase) -> None:
    if job.line != line or answer.department != found.assignment.department:
        raise AnswerElsewhere
    if answer.number != found.case.number or (job.ticket and job.ticket != answer.ticket):
        raise AnswerUnknown
    if not job.tries:  # it was never told of this
        raise AnswerUnknown
    if job.state == "answered":
        raise AnswerContradicts
    if job.state == "ended" or found.assignment.reviewer != reviewer_of(line):
        raise AnswerLate


def _events(
    connection: Transaction, line: str, answer: LineAnswer, found: DeskCase, now: datetime
) -> tuple[Event, ...]:
    reviewer = reviewer_of(line)
    if answer.verdict == "supplement":
        wanted = {one.material: one.problem for one in answer.wanted}
        lines = supplement_lines(found, wanted, hall_day(now))
        return (SupplementAsked(lines=lines, reviewer=reviewer),)
    if answer.result is None:
        raise AnswerIncomplete
    check_complete(connection, found.case.id)
    granted = answer.verdict == "granted"
    said = opinion_with_basis(granted=granted, opinion=answer.opinion, basis=answer.basis)
    result = answer.result
    return (
        CaseReviewed(granted=granted, opinion=said, reviewer=reviewer),
        CaseFinished(name=result.name.strip(), number=result.number.strip(), reviewer=reviewer),
    )


def _read(raw: bytes) -> LineAnswer | None:
    """None where it is none."""
    if len(raw) > MAX_ANSWER:
        return None
    try:
        answer = decode(raw, LineAnswer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    texts = [answer.key, answer.ticket, answer.number, answer.department]
    if answer.result is not None:
        texts += [answer.result.name, answer.result.number]
    if not all(text.strip() and text.isprintable() for text in texts):
        return None
    return answer


def _digest(answer: LineAnswer | None, raw: bytes) -> str:
    """Of what it says: the same answer in another order or with another stamp is the same."""
    said = msgspec.json.encode(answer, order="sorted") if answer else raw
    return hashlib.sha256(said).hexdigest()


def _kept(raw: bytes) -> str:
    """As text that every database takes."""
    text = raw[:MAX_ANSWER].decode("utf-8", "replace")
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


def show(body: str) -> str:
    """For a supervisor to read: its fields in lines where it is JSON."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return body

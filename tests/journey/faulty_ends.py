"""Hold what the back office has in the end against what the windows noted while they served."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime
from typing import Any

import psycopg

from app.bootstrap import Client
from app.config import Settings
from app.domain.case_events import CaseAccepted
from app.domain.errors import NotReady
from app.domain.journal import Entry, check_chain, decode_event
from sync.errors import CaseElsewhere
from tests.journey.faulty_hall import Office, Window
from tests.journey.faulty_window import NOT_OURS, noted
from tests.sync.blob_world import stored

_ENTRIES = (
    "SELECT c.device, c.install, e.seq, e.id, e.at, e.hlc, e.actor, e.subject, e.kind, e.version,"
    " e.body, e.body_hash, e.hash, e.outcome, e.first, e.code"
    " FROM entries e JOIN chains c ON c.id = e.chain ORDER BY c.id, e.seq"
)


def rows(office: Office, sql: str) -> list[tuple[Any, ...]]:
    """Read beside the running back office, from the tables themselves."""
    if office.database:
        with psycopg.connect(office.database) as reader:
            return reader.execute(sql.encode()).fetchall()
    file = f"file:{office.data / 'backoffice.db'}?mode=ro"
    with closing(sqlite3.connect(file, uri=True)) as reader:
        return reader.execute(sql).fetchall()


class Ends:
    """The back office's tables and each window's, read by the test itself."""

    def __init__(self, office: Office, windows: list[Window]) -> None:
        self._office = office
        self._windows = windows
        self.clients = {w.device: Client(w.home, Settings(window=w.device)) for w in windows}

    def close(self) -> None:
        for client in self.clients.values():
            client.store.close()

    # -- whether all have come to rest ----------------------------------------------------------

    def unsettled(self) -> str:
        """What is still under way somewhere, "" where nothing is."""
        for window in self._windows:
            client = self.clients[window.device]
            if waiting := client.outbox.counts()[0]:
                return f"{window.device} has {waiting} facts to send"
            files, _, refused = client.shelf.backlog()
            if files or refused:
                return f"{window.device} has {files} scans to send, {refused} refused"
        there = self._office_cases()
        for window in self._windows:
            if (here := self._window_cases(window)) != there:
                differing = there.items() ^ here.items()
                return (
                    f"{window.device} sees {len(differing)} cases otherwise: {list(differing)[:4]}"
                )
        return ""

    def _office_cases(self) -> dict[str, tuple[str, str]]:
        found = rows(self._office, "SELECT id, coalesce(number, ''), state FROM cases")
        return {case_id: (number, state) for case_id, number, state in found}

    def _window_cases(self, window: Window) -> dict[str, tuple[str, str]]:
        with self.clients[window.device].store.read() as connection:
            found = connection.exec_driver_sql("SELECT id, number, state FROM cases").all()
        return {case_id: (number, state) for case_id, number, state in found}

    # -- what must hold -------------------------------------------------------------------------

    def check(self) -> Counter[str]:
        """How much of each was held against what was noted."""
        seen: Counter[str] = Counter()
        entries, outcomes = self._chains()
        times = Counter(entry.id for chain in entries.values() for entry in chain)
        for window in self._windows:
            client = self.clients[window.device]
            (chain,) = (c for (device, _), c in entries.items() if device == window.device)
            # The same facts, in the same order, with the same hashes: nothing lost, nothing added.
            assert client.store.verify() == check_chain(chain)
            mine = client.store.entries()
            assert [(e.id, e.hash) for e in mine] == [(e.id, e.hash) for e in chain]
            there = {entry.id: (entry.hash, entry.subject) for entry in chain}
            for id_, what in noted(window.home).items():
                assert there.get(id_) == what, f"{window.device} had noted {id_} of {what[1]}"
                assert times[id_] == 1
                seen["noted"] += 1
            seen["refused"] += self._check_refused(client, chain, outcomes)
            seen["facts"] += len(chain)
            assert window.said() == "", "what a window says at all is of a defect"
        assert set(outcomes.values()) == {"applied", "refused"}, Counter(outcomes.values())
        for defect in ('"event": "failed"', '"status": 500', "Traceback"):
            assert defect not in self._office.said()
        seen["cases"] += self._check_cases(entries)
        seen["scans"] += self._check_scans()
        return seen

    def _steady(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Heads and entries of one moment: a window may still say that it gave a lease back."""
        query = "SELECT device, install, acknowledged, head FROM chains ORDER BY device, install"
        while True:
            heads, entries = rows(self._office, query), rows(self._office, _ENTRIES)
            if rows(self._office, query) == heads:
                return heads, entries

    def _chains(self) -> tuple[dict[tuple[str, str], list[Entry]], dict[str, str]]:
        """Each chain, its hashes computed anew, and what was decided of each fact."""
        chains: dict[tuple[str, str], list[Entry]] = {}
        outcomes: dict[str, str] = {}
        heads, entries = self._steady()
        for row in entries:
            (device, install, seq, id_, at, hlc, actor, subject, kind, version, body, body_hash,
             hash_, outcome, first, code) = row  # fmt: skip
            entry = Entry(
                id=id_, device=device, install=install, seq=seq, at=datetime.fromisoformat(at),
                hlc=hlc, actor=actor, subject=subject, kind=kind, version=version, body=body,
                body_hash=body_hash, hash=hash_,
            )  # fmt: skip
            assert first == 1
            chains.setdefault((device, install), []).append(entry)
            outcomes[id_] = outcome
            if outcome == "refused":
                assert _has_reason(entry, code), f"{kind} of {device} was refused: {code}"
        for device, install, acknowledged, head in heads:
            chain = chains.get((device, install), [])
            if chain:
                assert check_chain(chain) == (acknowledged, head)
        return chains, outcomes

    def _check_refused(
        self, client: Client, chain: list[Entry], outcomes: dict[str, str]
    ) -> int:  # fmt: skip
        """Every refused fact is on the list for a person, and nothing else is."""
        refused = {entry.seq for entry in chain if outcomes[entry.id] == "refused"}
        matters = (*client.set_aside.waiting(), *client.set_aside.history(10_000))
        assert sorted(fact.seq for one in matters for fact in one.facts) == sorted(refused)
        assert not client.set_aside.parked()
        return len(refused)

    def _check_cases(self, entries: dict[tuple[str, str], list[Entry]]) -> int:
        """A case for each that was opened, once; no number twice."""
        opened = Counter(
            entry.subject.removeprefix("case:")
            for chain in entries.values()
            for entry in chain
            if entry.kind == "CaseOpened"
        )
        cases = self._office_cases()
        assert opened == Counter(cases.keys())
        numbers = [number for number, _ in cases.values() if number]
        assert len(set(numbers)) == len(numbers)
        return len(cases)

    def _check_scans(self) -> int:
        """No case lacks a page, and each is what its name says. An abandoned one sends none."""
        pages = rows(
            self._office,
            "SELECT p.case_id, p.sha, p.there FROM case_pages p JOIN cases c ON c.id = p.case_id"
            " WHERE c.state <> 'abandoned'",
        )
        assert [page for page in pages if not page[2]] == []
        wanted = {sha for _, sha, _ in pages}
        there = stored(self._office)
        assert wanted <= there.keys()
        for sha, content in there.items():
            assert hashlib.sha256(content).hexdigest() == sha
        return len(wanted)


def _has_reason(entry: Entry, code: str) -> bool:
    """Faults of lines and processes refuse nothing: only a case that another window had meanwhile,
    and the decisions that are made to be refused."""
    if code == NotReady.code:
        event = decode_event(entry.kind, entry.version, entry.body)
        return isinstance(event, CaseAccepted) and int(event.number[-12:]) >= NOT_OURS
    return code == CaseElsewhere.code

"""Say what is wrong with a world that has settled: nothing lost, nothing twice, nothing unseen."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from app.domain.case_events import Numbered
from app.domain.errors import AppError, ChainBroken
from app.domain.events import KINDS
from app.domain.journal import GENESIS, Entry, check_chain
from sync.backoffice.cases import OFFICE
from tests.simulation.line_checks import queue_complaints
from tests.simulation.window import SimulatedWindow
from tests.simulation.world import World
from tests.sync.coming_back import rebuilt_equals_kept

NUMBERED = frozenset(name for name, kind in KINDS.items() if issubclass(kind, Numbered))


def complaints(world: World) -> list[str]:
    """Empty where every promise was kept."""
    found = [*world.broken, *world.office.broken]
    found += queue_complaints(world)
    for check in (_facts, _chains, _cases, _order, _lines, _scans, _kept_apart):
        found += check(world)
    return [f"seed {world.seed}: {one}" for one in found]


def _facts(world: World) -> Iterator[str]:
    office = world.office
    there: dict[str, tuple[int, str]] = {
        row[0]: (row[1], row[2])
        for row in office.rows(
            "SELECT id, count(*), max(outcome) FROM entries WHERE first = 1 GROUP BY id"
        )
    }
    for name, (times, _) in there.items():
        if times != 1:
            yield f"{name} took effect {times} times"
    if parked := office.rows("SELECT id FROM entries WHERE outcome = 'parked'"):
        yield f"still parked: {parked}"
    for window in world.staying:
        here = window.program.all_ids()
        own = window.saved - window.lost
        if lost := own - there.keys():
            yield f"{window.name}: the back office lacks {sorted(lost)}"
        if not window.restored and (lost := own - here):
            yield f"{window.name}: its own disk lacks {sorted(lost)}"
        seen = {
            row[0]
            for row in window.program.rows(
                "SELECT j.id FROM set_aside s JOIN journal j"
                " ON j.install = s.install AND j.seq = s.seq"
            )
        }
        refused = {name for name in own & here if there.get(name, (0, ""))[1] == "refused"}
        if unseen := refused - seen:
            yield f"{window.name}: nobody sees that {sorted(unseen)} were refused"
        waiting, _ = window.program.outbox.counts()
        if waiting:
            yield f"{window.name}: {waiting} facts still wait"


def _chains(world: World) -> Iterator[str]:
    for window in world.staying:
        seq, head = window.program.store.verify()
        stands = world.office.rows(
            "SELECT acknowledged, head, set_aside FROM chains WHERE device = ? AND install = ?",
            window.program.store.device, window.program.store.install,
        )  # fmt: skip
        if stands != [(seq, head, "")]:
            yield f"{window.name}: chain {seq} {head[:8]} stands there as {stands}"
        if not rebuilt_equals_kept(window.program.store):
            yield f"{window.name}: rebuilt is not what was kept"
    for (chain,) in world.office.rows("SELECT id FROM chains"):
        try:
            check_chain(_entries(world, chain), GENESIS, 0)
        except ChainBroken as error:
            yield f"chain {chain} at the back office does not verify: {error}"


def _entries(world: World, chain: int) -> list[Entry]:
    rows = world.office.rows(
        "SELECT e.id, c.device, c.install, e.seq, e.at, e.hlc, e.actor, e.subject, e.kind,"
        " e.version, e.body, e.body_hash, e.hash FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE c.id = ? ORDER BY e.seq",
        chain,
    )
    return [
        Entry(
            id=row[0], device=row[1], install=row[2], seq=row[3],
            at=datetime.fromisoformat(row[4]), hlc=row[5], actor=row[6], subject=row[7],
            kind=row[8], version=row[9], body=row[10], body_hash=row[11], hash=row[12],
        )
        for row in rows
    ]  # fmt: skip


def _cases(world: World) -> Iterator[str]:
    known = world.office.rows("SELECT id, state, coalesce(number, '') FROM cases ORDER BY id")
    numbers = [row[2] for row in known if row[2]]
    if len(set(numbers)) != len(numbers):
        yield f"a number was given twice: {sorted(numbers)}"
    there = {row[0]: world.fold(row[0]) for row in known}
    for case_id, state, number in known:
        case = there[case_id]
        if case is None or (case.state.value, case.number) != (state, number):
            yield f"{case_id}: its row {state} {number} is not what its facts say"
    for window in world.staying:
        yield from _seen_by(window, there)


def _seen_by(window: SimulatedWindow, there: Mapping[str, object]) -> Iterator[str]:
    if unfit := window.program.rows("SELECT * FROM unfit"):
        yield f"{window.name}: cannot show {unfit}"
    here = {row[0] for row in window.program.rows("SELECT id FROM cases")}
    if here != there.keys():
        yield f"{window.name}: sees other cases: {sorted(here ^ there.keys())}"
    for case_id in here & there.keys():
        try:
            seen = window.program.store.find_case(case_id)
        except AppError as error:
            yield f"{window.name}: {case_id} cannot be folded: {error.code}"
            continue
        if seen != there[case_id]:
            yield f"{window.name}: {case_id} is not what the back office has"


_ANYWHERE = {"ResultHanded", "ResultReturned"}  # no window holds a case that is finished


def _order(world: World) -> Iterator[str]:
    """One number for each case, for life; and while it is open, one window's facts."""
    formers = _formers(world)
    holder: dict[str, tuple[str, str]] = {}
    numbers: dict[str, str] = {}
    for subject, kind, body, *chain in world.office.rows(
        "SELECT e.subject, e.kind, e.body, c.device, c.install"
        " FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.outcome = 'applied' AND e.subject LIKE 'case:%' ORDER BY e.arrival"
    ):
        number = json.loads(body).get("number")
        if kind in NUMBERED and numbers.setdefault(subject, number) != number:
            yield f"{subject}: numbered {numbers[subject]} and {number}"
        device, install = chain
        has = holder.get(subject, ("", ""))
        if kind in {"CaseOpened", "CaseResumed"} or has in formers.get((device, install), set()):
            holder[subject] = (device, install)
        elif device not in {has[0], OFFICE} and kind not in _ANYWHERE:
            yield f"{subject}: {kind} of {device} while {has[0]} had it"
    came_second = world.office.rows(
        "SELECT DISTINCT e.subject, c.device FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.code = 'SYNC-CASE-ELSEWHERE' AND e.first = 1 AND e.subject LIKE 'case:%'"
    )
    on_record = world.office.rows(
        "SELECT DISTINCT subject, json_extract(body, '$.window') FROM entries"
        " WHERE kind = 'ConflictRecorded' AND outcome = 'applied'"
    )
    if set(came_second) != set(on_record):
        yield f"conflicts {sorted(set(came_second) ^ set(on_record))} were not told"


def _formers(world: World) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """The chains that each chain goes on with: a device may be enrolled anew more than once."""
    nearest: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for device, install, *former in world.office.rows(
        "SELECT device, install, former_device, former_install FROM successions"
    ):
        nearest.setdefault((device, install), set()).add((former[0], former[1]))
    formers: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for chain in nearest:
        left = [chain]
        while left:
            more = nearest.get(left.pop(), set()) - formers.setdefault(chain, set())
            formers[chain] |= more
            left += more
    return formers


def _lines(world: World) -> Iterator[str]:
    """Tickets and blocks of numbers are one window's."""
    held: dict[str, list[tuple[str, str]]] = {}
    for window in world.staying:
        for (ticket,) in window.program.rows("SELECT id FROM tickets WHERE local = 0 AND away = 0"):
            held.setdefault(ticket, []).append(window.program.store.identity())
    for ticket, chains in held.items():
        if len(chains) > 1 and not any(window.copied for window in world.windows):
            yield f"ticket {ticket} is at {len(chains)} windows"
    blocks = world.office.rows("SELECT first, last FROM number_blocks ORDER BY first")
    for (_, last), (first, _) in pairwise(blocks):
        if first <= last:
            yield f"number {first} was given twice"


def _scans(world: World) -> Iterator[str]:
    folder = world.office.data / "blobs"
    for window in world.staying:
        wanted = (
            "SELECT sha, state FROM blobs"
            " WHERE local = 1 AND sha IN (SELECT sha FROM case_materials)"
        )
        for sha, state in window.program.rows(wanted):
            if state != "there":
                yield f"{window.name}: scan {sha[:8]} is {state}"
            kept = folder / sha[:2] / sha
            if not kept.exists() or hashlib.sha256(kept.read_bytes()).hexdigest() != sha:
                yield f"{window.name}: scan {sha[:8]} is not at the back office"
    lacking = world.office.rows(
        "SELECT p.case_id, p.sha FROM case_pages p LEFT JOIN blobs b ON b.sha = p.sha"
        " WHERE b.sha IS NULL"
    )
    if lacking and not world.expelled and not any(one.restored for one in world.windows):
        yield f"pages are lacking: {lacking}"


def _kept_apart(world: World) -> Iterator[str]:
    """What a device that is withdrawn for good still had is in a supervisor's sight; and where
    that wants it, all of it is decided, once."""
    window, office = world.expelled, world.office
    if window is None:
        return
    wanted = window.saved - window.lost
    apart = {
        row[0]: (row[1], row[2])
        for row in office.rows("SELECT id, device, install FROM quarantine WHERE state = 'waiting'")
    }
    there = {row[0] for row in office.rows("SELECT id FROM entries")}
    if lost := wanted - there - apart.keys():
        yield f"{window.name}: neither decided nor kept apart: {sorted(lost)}"
    page = office.page_of_devices()
    for chain, count in Counter(apart.values()).items():
        if f"{chain[1][:8]}</code></td><td>{count}</td>" not in page:
            yield f"{chain[0]}: nobody sees that {count} facts are kept apart"
    if window.restored or any(one.copied for one in world.windows):
        return  # two disks' facts claim the same places
    office.take_up(window.name)
    taken = Counter(row[0] for row in office.rows("SELECT id FROM entries WHERE first = 1"))
    if wrong := {one for one in wanted if taken[one] != 1}:
        yield f"{window.name}: taken up, and not there once: {sorted(wrong)}"

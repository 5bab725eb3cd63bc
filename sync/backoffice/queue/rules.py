"""Say by which policy the line works now: the hall's own, or what a supervisor laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.decoding import decode
from app.domain.hall import Hall
from app.domain.queue_policy import QueuePolicy
from sync.backoffice.database import Transaction
from sync.backoffice.queue.rows import hall_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``halted`` is the reason, "" while the hall works. ``version``: the last arrival about the
    line. ``until``: the policy's last day, "" where it holds until it is changed."""

    policy: QueuePolicy
    until: str
    halted: str
    version: int


def read_rules(reader: Transaction, hall: Hall, now: datetime) -> Rules:
    version, halted, laid, for_now, until = reader.execute(
        "SELECT version, halted, policy, policy_for_now, policy_until FROM queue_state"
    ).fetchone()
    if for_now and hall_day(now) <= until:
        laid = for_now
    else:
        until = ""
    policy = decode(laid, QueuePolicy) if laid else hall.queue
    return Rules(policy=policy, until=until, halted=halted, version=version)


def read_version(reader: Transaction) -> int:
    return int(reader.execute("SELECT version FROM queue_state").fetchone()[0])

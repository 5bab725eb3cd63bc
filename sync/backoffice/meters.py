"""Count what an operator watches, for Prometheus: never whom it was about.

Labels are addresses with their holes, methods, statuses and outcomes: no device, no case, no
person. What a process counts itself is summed over all processes of this back office, where there
are several, by files that they share (``share``); what the database knows is asked at each reading.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from app.domain.queue_view import EstimatesKept
from sync import wire
from sync.backoffice.database import Transaction, newest_step
from sync.backoffice.queue.view import read_estimates

METRICS_MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_SHARED = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name for it
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def share(folder: Path) -> None:
    """Sum over all processes forked from here on, in files of this folder; to be called before
    any ``Meters`` are made."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ[_SHARED] = str(folder)


def forget_process(pid: int) -> None:
    """It has died: what it counted stays, what it had under way is over."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the database knows."""

    parked: int
    set_aside: int
    quarantined: int
    blobs_missing: int
    blobs_refused: int
    tickets_waiting: int
    estimates: EstimatesKept


_STANDING = (
    "SELECT count(*) FROM entries WHERE outcome = 'parked'",
    "SELECT count(*) FROM chains WHERE set_aside <> ''",
    "SELECT count(*) FROM quarantine WHERE state = 'waiting'",
    "SELECT count(*) FROM case_pages WHERE there = 0",
    "SELECT count(*) FROM refused_blobs",
)
_WAITING = "SELECT count(*) FROM tickets WHERE day = ? AND state = 'waiting'"


def read_standing(reader: Transaction, day: str) -> Standing:
    """Each by an index that holds little else."""
    parked, set_aside, quarantined, missing, refused = (
        int(reader.execute(asked).fetchone()[0]) for asked in _STANDING
    )
    return Standing(
        parked=parked, set_aside=set_aside, quarantined=quarantined, blobs_missing=missing,
        blobs_refused=refused,
        tickets_waiting=int(reader.execute(_WAITING, (day,)).fetchone()[0]),
        estimates=read_estimates(reader, day),
    )  # fmt: skip


class Meters:
    """Of one process; safe to use from several threads."""

    def __init__(self, version: str) -> None:
        # Loaded here, because the library looks for the shared folder when it is loaded.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._version = version
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "onewindow_requests", "Requests answered.", ("route", "method", "status"),
            registry=self._registry,
        )  # fmt: skip
        # Looked up faster than labels:
        self._counted: dict[tuple[str, str, int], Counter] = {}
        self._timed: dict[str, Histogram] = {}
        self._seconds = Histogram(
            "onewindow_request_seconds", "From a request to its answer; long polls not counted.",
            ("route",), buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._events = Counter(
            "onewindow_events", "Events that were brought, by what became of them.", ("outcome",),
            registry=self._registry,
        )  # fmt: skip
        self._batches = Counter(
            "onewindow_batches_declined", "Pushes not taken as a whole.", ("code",),
            registry=self._registry,
        )  # fmt: skip
        self._writes = Histogram(
            "onewindow_write_seconds", "From asking for a write until it is durable.",
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._writing = Gauge(
            "onewindow_writes_waiting", "Writes asked for and not yet durable.",
            registry=self._registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._listening = Gauge(
            "onewindow_feed_listeners", "Long polls that wait for news.",
            registry=self._registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._workers = Gauge(
            "onewindow_workers", "Server processes.", registry=self._registry,
            multiprocess_mode="livesum",
        )  # fmt: skip
        self._workers.set(1)
        self._applied = self._events.labels("applied")

    def answered(self, route: str, method: str, status: int, seconds: float | None) -> None:
        """``seconds`` is None where the answer was waited for on purpose."""
        counted = self._counted.get((route, method, status))
        if counted is None:
            counted = self._requests.labels(route, method, str(status))
            self._counted[route, method, status] = counted
        counted.inc()
        if seconds is not None:
            timed = self._timed.get(route)
            if timed is None:
                timed = self._timed[route] = self._seconds.labels(route)
            timed.observe(seconds)

    def pushed(self, count: int, answer: wire.PushAnswer | wire.ErrorAnswer) -> None:
        """A batch of so many events was brought, and this is said to it."""
        if isinstance(answer, wire.ErrorAnswer):
            self._batches.labels(answer.code).inc()
            return
        self._applied.inc(max(0, count - len(answer.exceptions)))
        for one in answer.exceptions:
            self._events.labels(one.outcome).inc()

    def writing(self) -> AbstractContextManager[object]:
        return _Both(self._writing.track_inprogress(), self._writes.time())

    def listening(self) -> AbstractContextManager[object]:
        return self._listening.track_inprogress()

    def text(self, standing: Standing, disk_free: int) -> bytes:
        """All of it in Prometheus' text format. Reads files where several processes count."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        counted = self._registry
        if _SHARED in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return generate_latest(counted) + "".join(self._asked(standing, disk_free)).encode()

    def _asked(self, standing: Standing, disk_free: int) -> Iterator[str]:
        told: Sequence[tuple[str, str, int]] = (
            ("entries_parked", "Events that wait for a newer back office.", standing.parked),
            ("chains_set_aside", "Chains that nothing is taken from.", standing.set_aside),
            ("entries_quarantined", "From withdrawn devices, undecided.", standing.quarantined),
            ("pages_missing", "Pages of cases whose scan is not there.", standing.blobs_missing),
            ("scans_refused", "Scans of known pages not taken.", standing.blobs_refused),
            ("tickets_waiting", "People who wait in the hall today.", standing.tickets_waiting),
            ("waits_as_told", "Of today, as long as was told.", standing.estimates.within),
            ("waits_sooner", "Of today, shorter than was told.", standing.estimates.sooner),
            ("waits_later", "Of today, longer than was told.", standing.estimates.later),
            ("disk_free_bytes", "Of the data folder's disk.", disk_free),
            ("schema", "The newest step of the schema that this program knows.", newest_step()),
        )
        for name, says, value in told:
            yield f"# HELP onewindow_{name} {says}\n# TYPE onewindow_{name} gauge\n"
            yield f"onewindow_{name} {value}\n"
        yield "# HELP onewindow_info The program.\n# TYPE onewindow_info gauge\n"
        yield f'onewindow_info{{version="{self._version}",protocol="{wire.PROTOCOL}"}} 1\n'


class _Both:
    """Two contexts as one, cheaper than an ExitStack."""

    def __init__(
        self, one: AbstractContextManager[object], other: AbstractContextManager[object]
    ) -> None:
        self._one, self._other = one, other

    def __enter__(self) -> None:
        self._one.__enter__()
        self._other.__enter__()

    def __exit__(self, *_: object) -> None:
        self._other.__exit__(None, None, None)
        self._one.__exit__(None, None, None)

"""The network is gone for a whole morning, 200 cases long; then it comes back."""

from __future__ import annotations

from pathlib import Path

from app.demo.back_office import EmbeddedBackOffice
from app.domain.checklist import Outcome
from app.ports import LinkState
from tests.journey.hall import office_cases, open_client, read_card, serve, sign_in, wait_until

CASES = 200


def test_two_hundred_cases_of_an_offline_morning_arrive_exactly_once(
    tmp_path: Path, office: EmbeddedBackOffice
) -> None:
    client = open_client(tmp_path / "window", office)
    client.sync.start()
    wait_until(lambda: client.outbox.numbers_left() >= CASES, 10, "a block of case numbers")
    office.kill()

    session = sign_in(client)
    card = read_card(client)
    items = client.catalogue.items()
    served = []
    for number in range(CASES):
        outcome = Outcome.ACCEPT if number % 3 else Outcome.RECEIVE_ONLY
        served.append(serve(client, session, card, items[number % len(items)], outcome))
    wait_until(lambda: client.sync.status().link is LinkState.OFFLINE, 10, "offline is noticed")
    waiting, refused = client.outbox.counts()
    assert waiting >= 5 * CASES
    assert refused == 0

    office.start()
    client.sync.wake()
    # Without a click, and within five seconds of the return plus the time to carry it all.
    wait_until(lambda: client.outbox.counts()[0] == 0, 30, "everything is acknowledged")
    arrived = office_cases(office)
    assert sorted((c["id"], c["number"], c["state"]) for c in arrived) == sorted(
        (case.id, case.number, case.state.value) for case in served
    )
    assert len({case.number for case in served}) == CASES
    # A fresh lease may have been saved and sent in the meantime: nothing is refused, nothing stays.
    wait_until(lambda: client.outbox.counts() == (0, 0), 10, "nothing waits, nothing is refused")
    assert client.sync.stop()
    client.store.close()

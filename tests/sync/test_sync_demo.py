"""The demo hall is wired so that a newcomer meets licences, waiting cases and a barred person."""

from __future__ import annotations

from pathlib import Path

import requests

from app.demo.hall import DemoHall
from app.domain.checklist import Bar
from app.services.standing import UNKNOWN
from tests.sync.world import wait_until


def test_the_demo_hall_knows_its_people(tmp_path: Path) -> None:
    hall = DemoHall(tmp_path / "home", simulate=True)
    try:
        client = hall.client
        number = {id_: card.number for id_, card in client.people.items()}
        codes = {one.code for one in client.records.licences(number["zhang-shili"])}
        assert {"licence.property", "licence.household", "licence.marriage"} <= codes
        assert client.records.licences("91379901MA3YLCY07M")[0].name == "营业执照"
        assert client.records.waiting(number["zhang-shili"]) == ()
        assert client.records.history("1") == ()
        # Before the first round the list that came with the hall counts.
        barred = client.standing.check([number["sun-shixin"]])
        assert {one.bar for one in barred.bars} == {Bar.DEFERRAL, Bar.PROMISE}
        assert not any(one.reason == UNKNOWN for one in barred.bars)
        assert client.standing.check([number["zhang-shili"]]).bars == ()
        client.feed.start()
        wait_until((tmp_path / "home" / "bars.json").exists)
        assert client.standing.check([number["sun-shixin"]]) == barred
        client.feed.stop()
        client.store.close()
        locked = requests.get(hall.office.url + "/demands", timeout=5)
        assert locked.status_code == 401
    finally:
        hall.close()


def test_what_was_put_in_the_office_folder_stays(tmp_path: Path) -> None:
    office = tmp_path / "home" / "office"
    office.mkdir(parents=True)
    (office / "licences.json").write_text('{"licences": []}', encoding="utf-8")
    hall = DemoHall(tmp_path / "home", simulate=True)
    try:
        card = hall.client.people["zhang-shili"]
        assert hall.client.records.licences(card.number) == ()
        assert (office / "bars.json").exists()
    finally:
        hall.close()

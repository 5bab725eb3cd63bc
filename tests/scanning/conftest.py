"""A client with a case at the counter, over the real store and the demo hall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.services.sign_in import Session
from tests.journey.hall import begin, read_card, sign_in


@dataclass(frozen=True)
class Desk:
    client: Client
    session: Session
    case: str
    materials: list[str]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    client = Client(tmp_path / "home", Settings())
    client.outbox.lease_numbers(1, 3)
    session = sign_in(client)
    item = client.catalogue.find("食品经营许可新办（餐饮服务）")[0].code
    case = begin(client, session, read_card(client), item)
    yield Desk(client, session, case.id, list(client.tray.materials(case.id).values()))
    client.store.close()

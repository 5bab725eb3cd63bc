"""A device is let in once, by a code that a person made, and speaks in its own name only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from sync.backoffice import enrolment
from sync.backoffice.database import Database
from sync.devices import (
    CODE_ALPHABET,
    CODES_PATH,
    ENROL_PATH,
    CodeAsked,
    EnrolRequest,
    tidy_code,
)
from sync.errors import BadCode, BadRequest
from sync.wire import LEASE_PATH, PROTOCOL, PROTOCOL_HEADER, PUSH_PATH
from tests.sync.hall import START, SealedChain
from tests.sync.supervising import act, asks, open_page, password
from tests.sync.world import Forked, Nursery, enrol

SPOKEN = {PROTOCOL_HEADER: str(PROTOCOL)}


@pytest.fixture
def office(tmp_path: Path, nursery: Nursery) -> Iterator[Forked]:
    with nursery.served(tmp_path / "data") as server:
        yield server


def new_code(office: Forked, device: str, minutes: int = 60) -> str:
    made = requests.post(
        office.url + CODES_PATH, json={"device": device, "minutes": minutes},
        headers=office.headers(), timeout=10,
    )  # fmt: skip
    assert made.status_code == 200, made.text
    return str(made.json()["code"])


def spend(office: Forked, code: str, install: str = "i1") -> requests.Response:
    asked = {"code": code, "install": install}
    return requests.post(office.url + ENROL_PATH, json=asked, headers=SPOKEN, timeout=20)


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


def test_a_code_gives_a_token_once(office: Forked) -> None:
    code = new_code(office, "W03")
    assert re.fullmatch(rf"[{CODE_ALPHABET}]{{4}}(-[{CODE_ALPHABET}]{{4}}){{2}}", code)
    answer = spend(office, f" {code.lower()} ")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["device"], told["hall"]) == ("W03", "示例市政务服务大厅")
    ask = asks(office, told["token"])
    assert ask("POST", LEASE_PATH) == (400, "SYNC-BAD-REQUEST")  # admitted, but asked nothing
    leased = office.post(
        LEASE_PATH, b'{"request": "r", "device": "W03", "install": "i1"}',
        Authorization=f"Bearer {told['token']}",
    )  # fmt: skip
    assert leased.status_code == 200
    assert refusal(spend(office, code)) == (403, "SYNC-CODE")
    assert refusal(spend(office, code, "another")) == (403, "SYNC-CODE")


def test_a_lost_answer_is_asked_for_again_until_the_token_is_used(office: Forked) -> None:
    code = new_code(office, "W03")
    lost, again = (spend(office, code).json()["token"] for _ in range(2))
    assert lost != again
    assert asks(office, lost)("GET", "/v1/bars") == (403, "SYNC-REVOKED")
    assert asks(office, again)("GET", "/v1/bars") == (404, "SYNC-NOT-PUBLISHED")
    assert refusal(spend(office, code, "thief")) == (403, "SYNC-CODE")
    office.post(
        LEASE_PATH, b'{"request": "r", "device": "W03", "install": "i1"}',
        Authorization=f"Bearer {again}",
    )  # fmt: skip
    assert refusal(spend(office, code)) == (403, "SYNC-CODE")
    assert asks(office, again)("GET", "/v1/bars") == (404, "SYNC-NOT-PUBLISHED")


def test_one_of_many_at_once_gets_it(office: Forked) -> None:
    code = new_code(office, "W03")
    with ThreadPoolExecutor(8) as at_once:
        answers = list(at_once.map(lambda n: spend(office, code, f"i{n}"), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 7


def test_guessing_ends_soon(office: Forked) -> None:
    code = new_code(office, "W03")
    wrong = tidy_code(code)[:11]
    other = next(sign for sign in CODE_ALPHABET if not code.endswith(sign))
    for _ in range(enrolment.MOST_TRIES):
        assert refusal(spend(office, wrong + other)) == (403, "SYNC-CODE")
    assert refusal(spend(office, code)) == (403, "SYNC-CODE")  # spent by the guesses
    assert refusal(spend(office, "2222-2222-2222")) == (403, "SYNC-CODE")
    assert refusal(spend(office, new_code(office, "W04"))) == (429, "SYNC-TOO-MANY")


def test_enrolling_anew_ends_the_former_token(office: Forked) -> None:
    first, second = enrol(office, "W03"), enrol(office, "W03")
    chain = SealedChain("W03")
    assert asks(office, first)("GET", "/v1/bars") == (403, "SYNC-REVOKED")
    assert asks(office, second)("GET", "/v1/bars") == (404, "SYNC-NOT-PUBLISHED")
    assert asks(office, second)("POST", PUSH_PATH) == (400, "SYNC-BAD-BATCH")
    assert chain.entries == []


def test_what_is_asked_is_checked(office: Forked) -> None:
    def ask(body: str, path: str = ENROL_PATH, **headers: str) -> tuple[int, str]:
        told = (office.headers() if path == CODES_PATH else SPOKEN) | headers
        return refusal(
            requests.post(office.url + path, data=body.encode(), headers=told, timeout=10)
        )

    assert ask('{"code": "K7M39FQ2XWPT", "install": ""}') == (400, "SYNC-BAD-REQUEST")
    assert ask('{"code": "K7M39FQ2XWPT", "install": "\\u0000"}') == (400, "SYNC-BAD-REQUEST")
    assert ask('{"code": 5, "install": "i"}') == (400, "SYNC-BAD-REQUEST")
    assert ask("[" * 3000) == (400, "SYNC-BAD-REQUEST")
    assert ask("x" * 5000) == (413, "SYNC-TOO-LARGE")
    assert ask("{}", **{PROTOCOL_HEADER: "0"}) == (426, "SYNC-TOO-OLD")
    assert ask('{"code": "short", "install": "i"}') == (403, "SYNC-CODE")
    assert ask('{"code": "K7M39FQ2XWP0", "install": "i"}') == (403, "SYNC-CODE")
    for body in (
        "{}", '{"device": ""}', '{"device": "W\\n"}', '{"device": "W03", "minutes": 14}',
        '{"device": "W03", "minutes": 4321}', f'{{"device": "{"W" * 65}"}}',
    ):  # fmt: skip
        assert ask(body, CODES_PATH) == (400, "SYNC-BAD-REQUEST"), body
    unlocked = ask('{"device": "W03"}', CODES_PATH, Authorization="Bearer wrong")
    assert unlocked == (401, "SYNC-NOT-ENROLLED")


def test_neither_code_nor_token_is_stored_or_logged(office: Forked) -> None:
    code = new_code(office, "W03")
    token = spend(office, code).json()["token"]
    open_page(office)
    office.stop()
    stored = b"".join(
        file.read_bytes() for file in office.data.iterdir() if file.name.startswith("backoffice")
    )
    log = (office.data.parent / "backoffice.log").read_bytes()
    secret = tidy_code(code)[4:].encode()
    for content in (stored, log):
        assert secret not in content
        assert token.encode() not in content


def test_a_code_ends(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "backoffice.db", START)
    code = enrolment.make_code(lambda n: bytes(range(n)))
    late = START + timedelta(minutes=15)
    with database.write() as connection:
        enrolment.keep_code(connection, CodeAsked(device="W03", minutes=15), code, START)
        assert enrolment.count_try(connection, code.text, late) is None
        assert enrolment.count_try(connection, code.text, late - timedelta(seconds=1)) is not None
        asked = EnrolRequest(code=code.text, install="i1")
        with pytest.raises(BadCode):
            enrolment.grant(connection, asked, code.text, "t", late)
        # Another code for the same device ends the one that nobody used.
        again = enrolment.make_code(lambda n: bytes(range(40, 40 + n)))
        enrolment.keep_code(connection, CodeAsked(device="W03"), again, START)
        assert enrolment.count_try(connection, code.text, START) is None
        with pytest.raises(BadRequest):
            enrolment.keep_code(connection, CodeAsked(device="W03", minutes=9999), again, START)
    database.close()


def test_every_sign_of_a_code_is_as_likely() -> None:
    drawn = iter(bytes(range(256)) * 60)
    signs = "".join(
        enrolment.make_code(lambda n: bytes(next(drawn) for _ in range(n))).text[:4]
        for _ in range(40)
    )
    assert set(signs) <= set(CODE_ALPHABET)
    assert len(set(signs)) > 25


def test_the_page_is_for_supervisors_and_their_own_forms(office: Forked) -> None:
    url = f"{office.url}/devices"
    for auth in (None, ("anybody", "wrong")):
        assert requests.get(url, auth=auth, timeout=10).status_code == 401
        assert requests.post(url, auth=auth, timeout=10).status_code == 401
    right = password(office)
    forged = {"act": "code", "device": "W03", "minutes": "60"}
    for fields in (forged, forged | {"form": "0" * 64}):
        assert refusal(requests.post(url, data=fields, auth=right, timeout=10)) == (
            400, "SYNC-BAD-REQUEST",
        )  # fmt: skip
    assert act(office, act="nothing", device="W03").status_code == 400
    assert act(office, act="code", device="W03", minutes="x").status_code == 400
    assert act(office, act="revoke", device="\0").status_code == 400
    shown = act(office, act="code", device="W<b>03", minutes="60").text
    assert "W&lt;b&gt;03" in shown
    assert "<b>03" not in shown
    code = re.search(rf"[{CODE_ALPHABET}]{{4}}(-[{CODE_ALPHABET}]{{4}}){{2}}", shown)
    assert code
    assert code[0] not in open_page(office)
    assert spend(office, code[0]).json()["device"] == "W<b>03"
    assert "督导甲" in open_page(office)

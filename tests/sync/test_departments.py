"""The departments' pages over HTTP, as hostile and hurried browsers use them, over both databases.

Each act twice at once, by who has not the case, on one that is closed, from another site's form.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from html import escape, unescape
from pathlib import Path

import pytest
import requests

from app.domain.hall import HALL_ZONE
from tests.desk_browser import Browser
from tests.postgres import PostgresServer
from tests.sync.blob_world import jpeg, put, sha_of
from tests.sync.desk_world import (
    CHIEF,
    REVIEWERS,
    Brought,
    DeskOffice,
    DeskWindow,
    browsers,
    desk_office,
)
from tests.sync.world import wait_until

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskOffice]:
    database = ""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        database = server.new_database()
    with desk_office(tmp_path_factory.mktemp("desk"), database=database) as started:
        yield started


@pytest.fixture(scope="module")
def window(office: DeskOffice) -> DeskWindow:
    return DeskWindow(office)


@pytest.fixture(scope="module")
def desks(office: DeskOffice) -> dict[str, Browser]:
    return browsers(office)


@pytest.fixture(scope="module")
def chief(office: DeskOffice) -> Browser:
    return Browser(office, CHIEF)


@pytest.fixture
def case(window: DeskWindow) -> Brought:
    return window.bring()


@pytest.fixture
def reviewer(office: DeskOffice, desks: dict[str, Browser], case: Brought) -> Browser:
    """Who was drawn for the case, with its page open."""
    browser = desks[office.reviewer_of(case.id)]
    assert browser.open(case.address).status_code == 200
    return browser


@pytest.fixture
def other(desks: dict[str, Browser], reviewer: Browser) -> Browser:
    """Of the same department."""
    (found,) = [one for one in desks.values() if one is not reviewer]
    return found


def today() -> str:
    return datetime.now(HALL_ZONE).date().isoformat()


def material_of(page: str) -> str:
    """The first that may be asked for."""
    found = re.search(r'name="material-([^"]+)"', page)
    assert found
    return found[1]


def procedure_of(page: str) -> str:
    found = re.search(r'<select name="procedure" required><option value="([^"]+)"', page)
    assert found
    return found[1]


def typed_for(act: str, page: str) -> dict[str, str]:
    """What a person types for that act, where the page offers it."""
    match act:
        case "review":
            return {"granted": "yes", "opinion": "符合条件", "basis": ""}
        case "finish":
            return {"name": "法律援助决定书", "number": "示援〔2026〕1号"}
        case "supplement":
            material = material_of(page)
            return {f"material-{material}": "1", f"problem-{material}": "照片不清楚"}
        case "pause":
            return {"procedure": procedure_of(page), "reason": "需现场核查",
                    "approver": "李科长", "on": today()}  # fmt: skip
        case "resume":
            return {"on": today()}
        case "extend":
            return {"days": "5", "reason": "案情复杂", "approver": "李科长"}
    raise AssertionError(act)


def act(browser: Browser, case: Brought, name: str, /, **typed: str) -> requests.Response:
    browser.open(case.address)
    return browser.send(case.address, name, **(typed_for(name, browser.page.text) | typed))


# -- each act once --------------------------------------------------------------------------------

BEFORE = {
    "review": (), "supplement": (), "pause": (), "extend": (), "resume": ("pause",),
    "finish": ("review",),
}  # fmt: skip
KIND = {
    "review": "CaseReviewed", "supplement": "SupplementAsked", "pause": "ClockPaused",
    "extend": "LimitExtended", "resume": "ClockResumed", "finish": "CaseFinished",
}  # fmt: skip


@pytest.mark.parametrize("name", BEFORE)
def test_two_clicks_at_once_are_one_act(
    office: DeskOffice, case: Brought, reviewer: Browser, name: str
) -> None:
    for one in BEFORE[name]:
        assert act(reviewer, case, one).status_code == 200
    tabs = [reviewer.another_tab() for _ in range(4)]
    forms = []
    for tab in tabs:
        page = tab.open(case.address).text
        forms.append(tab.hidden(case.address, name) | typed_for(name, page))
    before = office.kinds(case.id)
    at_once = threading.Barrier(len(tabs))

    def click(place: int) -> int:
        at_once.wait(10)
        answer = tabs[place].session.post(
            office.url + case.address, data=forms[place], timeout=30, allow_redirects=False
        )
        return answer.status_code

    with ThreadPoolExecutor(len(tabs)) as pool:
        said = sorted(pool.map(click, range(len(tabs))))
    assert said == [303, 409, 409, 409]
    assert office.kinds(case.id) == [*before, KIND[name]]
    late = reviewer.post(case.address, forms[0])
    assert late.status_code == 409
    assert "DEP-02" in late.text
    assert office.kinds(case.id) == [*before, KIND[name]]


@pytest.mark.parametrize("name", BEFORE)
def test_nobody_else_may_act(
    office: DeskOffice, case: Brought, reviewer: Browser, other: Browser, chief: Browser, name: str
) -> None:
    """Neither a colleague nor a supervisor, not even with a form whose token is their own."""
    for one in BEFORE[name]:
        act(reviewer, case, one)
    page = reviewer.open(case.address).text
    wanted = reviewer.hidden(case.address, name) | typed_for(name, page)
    assert chief.open(case.address).status_code == 200
    assert chief.offers() == set()
    before = office.kinds(case.id)
    for who in (other, chief, Browser(office)):
        refused = who.post(case.address, wanted)  # with the reviewer's token
        assert "DEP-" in refused.text or refused.url.endswith("/desk/sign-in")
    for who in (other, chief):
        refused = who.post(case.address, wanted | {"form": token_for(office, who, case)})
        assert refused.status_code in {404, 409}
        assert "DEP-01" in refused.text
    assert office.kinds(case.id) == before


def token_for(office: DeskOffice, who: Browser, case: Brought) -> str:
    """What this back office would draw for that sign-in on that page."""
    import hashlib
    import hmac

    name = who.session.cookies["desk"].partition(".")[0]
    secret = hmac.digest(office.token.encode(), b"departments", hashlib.sha256)
    return hmac.digest(secret, f"{name} {case.address}".encode(), hashlib.sha256).hex()


def test_a_finished_case_is_closed_for_all_acts(
    office: DeskOffice, case: Brought, reviewer: Browser
) -> None:
    forms = {}
    for name in ("review", "supplement", "pause", "extend"):
        page = reviewer.page.text
        forms[name] = reviewer.hidden(case.address, name) | typed_for(name, page)
    act(reviewer, case, "review")
    page = reviewer.open(case.address).text
    forms["finish"] = reviewer.hidden(case.address, "finish") | typed_for("finish", page)
    assert act(reviewer, case, "finish").status_code == 200
    reviewer.open(case.address)
    assert reviewer.offers() == set()
    before = office.kinds(case.id)
    seen = str(office.rows(
        f"SELECT max(arrival) FROM entries WHERE subject = 'case:{case.id}'"
    )[0][0])  # fmt: skip
    for name, form in forms.items():
        # Once as an old page would, once as one that claims to know the last fact.
        for fields in (form, form | {"seen": seen}):
            refused = reviewer.post(case.address, fields)
            assert refused.status_code == 409, name
    assert office.kinds(case.id) == before


def test_supplement_and_its_colleague_at_once(
    office: DeskOffice, window: DeskWindow, case: Brought, reviewer: Browser
) -> None:
    """A decision and a demand from two tabs: one of them counts, the other hears of it."""
    one, two = reviewer.another_tab(), reviewer.another_tab()
    forms = []
    for tab, name in ((one, "review"), (two, "supplement")):
        page = tab.open(case.address).text
        forms.append(tab.hidden(case.address, name) | typed_for(name, page))
    at_once = threading.Barrier(2)

    def click(tab: Browser, form: dict[str, str]) -> int:
        at_once.wait(10)
        return tab.post(case.address, form).status_code

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(click, (one, two), forms))
    assert said == [200, 409]
    told = office.kinds(case.id)
    assert ("CaseReviewed" in told) is not ("SupplementAsked" in told)


# -- the supplement -------------------------------------------------------------------------------


def test_asked_once_and_completely_then_brought(
    office: DeskOffice, window: DeskWindow, case: Brought, reviewer: Browser
) -> None:
    materials = re.findall(r'name="material-([^"]+)"', reviewer.page.text)
    assert len(materials) >= 2
    asked, forgotten = materials[:2]
    done = reviewer.send(
        case.address, "supplement", **{f"material-{asked}": "1", f"problem-{asked}": "照片不清楚"}
    )
    assert "已要求补齐" in done.text
    assert "待申请人补齐" in done.text
    assert "照片不清楚" in done.text
    assert "等申请人补齐" in reviewer.open("/desk").text
    # Nothing more may be asked for while the applicant is sent for it.
    reviewer.open(case.address)
    assert "supplement" not in reviewer.offers()
    window.supplement(case, asked)
    page = reviewer.open(case.address).text
    assert "补齐，审批继续" in page
    assert "待审批" in page
    # What was forgotten the first time is no longer offered, and refused where it is demanded.
    again = re.findall(r'name="material-([^"]+)"', page)
    assert forgotten not in again
    second = reviewer.post(
        case.address,
        reviewer.hidden(case.address, "supplement" if again else "review")
        | {"act": "supplement", f"material-{forgotten}": "1", f"problem-{forgotten}": "还有一份"},
    )
    assert second.status_code == 409
    assert "DOM-" in second.text
    assert office.kinds(case.id).count("SupplementAsked") == 1
    assert act(reviewer, case, "review").status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "DEP-04"),
        ({"material-{m}": "1"}, "DEP-04"),
        ({"material-{m}": "1", "problem-{m}": "  "}, "DEP-04"),
        ({"material-anything": "1", "problem-anything": "再来一份"}, ""),
        ({"material-": "1", "problem-": "再来一份"}, ""),
        ({"material-" + "x" * 500: "1", "problem-" + "x" * 500: "再来一份"}, ""),
    ],
)
def test_no_free_demand(
    office: DeskOffice, case: Brought, reviewer: Browser, fields: dict[str, str], code: str
) -> None:
    before = office.kinds(case.id)
    material = material_of(reviewer.page.text)
    typed = {name.replace("{m}", material): value for name, value in fields.items()}
    refused = reviewer.post(case.address, reviewer.hidden(case.address, "supplement") | typed)
    assert refused.status_code == 409
    assert code in refused.text
    assert office.kinds(case.id) == before


# -- special procedures and clocks ----------------------------------------------------------------


def tags(page: str) -> list[str]:
    return re.findall(r'<span class="tag [a-z]+">([^<]+)</span>', page)


def test_the_clock_stands_and_the_case_says_so(case: Brought, reviewer: Browser) -> None:
    running = [tag for tag in tags(reviewer.page.text) if tag.startswith(("承诺", "法定"))]
    assert len(running) == 2
    assert all("还剩" in tag and "暂停" not in tag for tag in running)
    act(reviewer, case, "pause")
    page = reviewer.page.text
    assert "特别程序中" in tags(page)
    stands = [tag for tag in tags(page) if tag.startswith(("承诺", "法定"))]
    assert all("暂停计时，还剩" in tag for tag in stands)
    assert "需现场核查" in page
    assert "李科长" in page
    # Paused from today and resumed today: not a day is lost or won.
    assert [tag.replace("暂停计时，", "") for tag in stands] == running
    # Nothing is finished while it lasts, and the same procedure does not begin twice.
    assert act(reviewer, case, "review").status_code == 200
    assert act(reviewer, case, "finish").status_code == 409
    reviewer.open(case.address)
    assert act(reviewer, case, "resume").status_code == 200
    again = [tag for tag in tags(reviewer.page.text) if tag.startswith(("承诺", "法定"))]
    assert again == running
    assert act(reviewer, case, "finish").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"on": "2999-01-01"}, {"on": "1999-01-01"}, {"reason": " "}, {"approver": ""},
        {"procedure": "no-such"}, {"procedure": HOSTILE},
    ],
)  # fmt: skip
def test_no_pause_without_its_ground(
    office: DeskOffice, case: Brought, reviewer: Browser, changed: dict[str, str]
) -> None:
    before = office.kinds(case.id)
    refused = act(reviewer, case, "pause", **changed)
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    assert office.kinds(case.id) == before


@pytest.mark.parametrize("days", ["0", "11", "999999999999999"])
def test_an_extension_is_one_and_short(
    office: DeskOffice, case: Brought, reviewer: Browser, days: str
) -> None:
    assert act(reviewer, case, "extend", days=days).status_code == 409
    assert act(reviewer, case, "extend", days="10").status_code == 200
    reviewer.open(case.address)
    assert "extend" not in reviewer.offers()
    assert office.kinds(case.id).count("LimitExtended") == 1


# -- nothing typed is lost ------------------------------------------------------------------------


def test_a_refused_form_stands_there_with_what_was_typed(case: Brought, reviewer: Browser) -> None:
    long = "第一段意见。\n" + "经核查，" * 200 + HOSTILE
    refused = act(reviewer, case, "review", granted="no", opinion=long, basis="")
    assert "DEP-08" in refused.text
    shown = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", refused.text, re.DOTALL)
    assert shown
    assert unescape(shown[1]) == long
    assert 'value="no" required checked' in refused.text
    # It may be mended and sent from that very page.
    mended = reviewer.hidden(case.address, "review") | {
        "granted": "no", "opinion": unescape(shown[1]), "basis": "示例办法第三条",
    }  # fmt: skip
    assert reviewer.post(case.address, mended).status_code == 200


@pytest.mark.parametrize("name", ["supplement", "pause", "extend"])
def test_what_is_folded_away_stands_open_when_it_was_refused(
    case: Brought, reviewer: Browser, name: str
) -> None:
    assert "<details open>" not in reviewer.page.text
    wrong = {"extend": {"days": "99"}, "pause": {"reason": " "}, "supplement": {}}[name]
    if name == "supplement":
        wrong = {f"problem-{material_of(reviewer.page.text)}": " "}
    refused = act(reviewer, case, name, **wrong)
    assert refused.status_code == 409
    assert refused.text.count("<details open>") == 1
    if name == "supplement":
        assert 'value="1" checked>' in refused.text
    else:
        assert 'value="李科长"' in refused.text


def test_after_the_sign_in_ended_nothing_is_done_and_nothing_lost(
    office: DeskOffice, case: Brought, reviewer: Browser
) -> None:
    tab = Browser(office, reviewer.staff)
    kept = tab.another_tab()
    kept.open(case.address)
    form = kept.hidden(case.address, "review") | {
        "granted": "yes", "opinion": f"长长的意见{HOSTILE}", "basis": "",
    }  # fmt: skip
    tab.open("/desk")
    tab.send("/desk/sign-out")
    before = office.kinds(case.id)
    answer = kept.post(case.address, form)
    assert answer.status_code == 401
    assert "没有记下" in answer.text
    assert escape(f"长长的意见{HOSTILE}") in answer.text
    assert case.number not in answer.text
    # Another site's text is not shown on this page, to nobody.
    for who, fields in ((kept, form | {"form": "0" * 64}), (Browser(office), form)):
        other = who.post(case.address, fields)
        assert other.url.endswith("/desk/sign-in")
        assert "长长的意见" not in other.text
    assert office.kinds(case.id) == before


# -- what the applicant reads behind the receipt's code -------------------------------------------


def told(office: DeskOffice, case: Brought) -> str:
    answer = requests.get(f"{office.url}/progress/{case.number}?check=ABC234", timeout=10)
    assert answer.status_code == 200
    private = (
        "张示例",
        "370199199001010011",
        "需现场核查",
        "李科长",
        "照片不清楚",
        "符合条件",
        "法律援助",
    )
    assert not [one for one in (*private, "周样例", "吴示例") if one in answer.text]
    return " ".join(re.sub("<[^>]+>", " ", answer.text.split("<body>")[1]).split())


def test_the_applicant_reads_where_it_is(
    office: DeskOffice, window: DeskWindow, case: Brought, reviewer: Browser
) -> None:
    running = told(office, case)
    assert "审批中" in running
    assert "还剩 3 个工作日" in running
    act(reviewer, case, "pause")
    stands = told(office, case)
    assert "特别程序中" in stands
    assert "所需时间不计入办理时限" in stands
    assert "暂停计时，还剩 3 个工作日" in stands
    act(reviewer, case, "resume")
    assert told(office, case) == running
    act(reviewer, case, "extend")
    longer = told(office, case)
    assert "办理时限已延长 5 个工作日" in longer
    assert "还剩 8 个工作日" in longer
    reviewer.open(case.address)
    material = material_of(reviewer.page.text)
    act(reviewer, case, "supplement")
    asked = told(office, case)
    assert "待补齐" in asked
    assert "还要补 1 份材料" in asked
    window.supplement(case, material)
    assert told(office, case) == longer
    act(reviewer, case, "review", granted="no", opinion="不符合条件", basis="示例办法第三条")
    assert "审批中" in told(office, case)  # a refusal is handed over, not read on a screen first
    act(reviewer, case, "finish")
    finished = told(office, case)
    assert "已办结，待领取" in finished
    assert "领取结果" in finished
    wrong = requests.get(f"{office.url}/progress/{case.number}?check=ABC235", timeout=10)
    assert wrong.status_code == 404
    assert "待领取" not in wrong.text


# -- who may look, and from where a form may come --------------------------------------------------


def test_without_sign_in_nothing_is_seen_and_nothing_done(
    office: DeskOffice, case: Brought, reviewer: Browser
) -> None:
    name, _, signature = reviewer.session.cookies["desk"].partition(".")
    forged = ("", "x", f"{name}.", f"{name}.{'0' * 64}", f"{'0' * 48}.{signature}", "é" * 200)
    for cookie in forged:
        for address in ("/desk", "/desk/office", case.address, f"{case.address}/scans/{'0' * 64}"):
            for method in ("GET", "POST"):
                answer = requests.request(
                    method, office.url + address, timeout=10, allow_redirects=False,
                    headers={"Cookie": f"desk={cookie}".encode()},
                    data={"act": "review"} if method == "POST" else None,
                )  # fmt: skip
                assert answer.status_code in {303, 405}
                assert case.number not in answer.text
                assert answer.headers.get("Location", "/desk/sign-in") == "/desk/sign-in"


def test_no_form_of_another_site(office: DeskOffice, case: Brought, reviewer: Browser) -> None:
    before = office.kinds(case.id)
    right = reviewer.hidden(case.address, "review") | typed_for("review", reviewer.page.text)
    reviewer.open("/desk")
    elsewhere = reviewer.hidden("/desk/sign-out")["form"]
    for token in ("", "0" * 64, elsewhere, "é", right["form"][:-1]):
        refused = reviewer.post(case.address, right | {"form": token})
        assert refused.status_code == 400
        assert "DEP-07" in refused.text
    # What another site can send without asking first.
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json"):
        refused = reviewer.session.post(
            office.url + case.address, timeout=10, headers={"Content-Type": kind},
            data="&".join(f"{name}={value}" for name, value in right.items()).encode(),
        )  # fmt: skip
        assert refused.status_code == 400
    assert office.kinds(case.id) == before
    assert reviewer.post(case.address, right).status_code == 200


def held(office: DeskOffice) -> list[object]:
    return [
        office.rows(f"SELECT {what}")[0]
        for what in (
            "count(*), max(arrival) FROM entries", "count(*), max(changed) FROM cases",
            "count(*) FROM dispatches", "count(*) FROM reviewer_absences",
            "count(*) FROM desk_sessions",
        )
    ]  # fmt: skip


def test_a_get_changes_nothing(
    office: DeskOffice, case: Brought, reviewer: Browser, chief: Browser
) -> None:
    asked = reviewer.hidden(case.address, "review") | typed_for("review", reviewer.page.text)
    chief.open("/desk/office")
    away = chief.hidden("/desk/office", "away", reviewer=reviewer.staff) | {"reason": "培训"}
    before = held(office)
    for who, address, fields in (
        (reviewer, case.address, asked), (reviewer, "/desk", asked), (chief, "/desk/office", away),
        (reviewer, "/desk/sign-in", {"staff": "7001", "password": "demo-7001"}),
        (reviewer, "/desk/sign-out", asked),
    ):  # fmt: skip
        for method in ("GET", "HEAD", "PUT", "DELETE"):
            who.session.request(method, office.url + address, params=fields, timeout=10)
    assert held(office) == before


def test_cookie_and_headers_keep_the_pages_to_themselves(
    office: DeskOffice, case: Brought, reviewer: Browser
) -> None:
    browser = Browser(office)
    browser.open("/desk/sign-in")
    answer = browser.session.post(
        office.url + "/desk/sign-in", timeout=10, allow_redirects=False,
        data=browser.hidden("/desk/sign-in") | {"staff": "7001", "password": "demo-7001"},
    )  # fmt: skip
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/desk", "SameSite=strict"} <= set(cookie.split("; "))
    pages = [answer] + [reviewer.open(at) for at in ("/desk", case.address, "/desk/sign-in")]
    pages.append(reviewer.post(case.address, {"form": "x"}))
    pages.append(reviewer.open("/desk/cases/none"))
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "<script" not in page.text


def test_signing_out_ends_this_sign_in_alone(office: DeskOffice) -> None:
    one, two = Browser(office, "7001"), Browser(office, "7001")
    kept = one.session.cookies["desk"]
    one.open("/desk")
    one.send("/desk/sign-out")
    answer = requests.get(
        office.url + "/desk", cookies={"desk": kept}, timeout=10, allow_redirects=False
    )
    assert answer.headers["Location"] == "/desk/sign-in"
    assert two.open("/desk").url.endswith("/desk")


def test_what_people_write_stays_text(
    office: DeskOffice, window: DeskWindow, desks: dict[str, Browser], chief: Browser
) -> None:
    case = window.bring(HOSTILE)
    staff = office.reviewer_of(case.id)
    reviewer = desks[staff]
    page = reviewer.open(case.address).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    procedure = procedure_of(page)
    act(reviewer, case, "pause", reason=HOSTILE, approver=HOSTILE, procedure=procedure)
    act(reviewer, case, "resume")
    material = material_of(reviewer.page.text)
    act(reviewer, case, "supplement", **{f"problem-{material}": HOSTILE})
    window.supplement(case, material)
    act(reviewer, case, "review", opinion=HOSTILE, basis=HOSTILE)
    chief.open("/desk/office")
    other = next(one for one in REVIEWERS if one != staff)
    given = chief.hidden("/desk/office", "give", case=case.id)
    told = chief.post("/desk/office", given | {"reviewer": other, "reason": HOSTILE})
    assert told.status_code == 200
    act(desks[other], case, "finish", name=HOSTILE, number=HOSTILE)
    progress = f"/progress/{case.number}?check=ABC234"
    for who, address in (
        (desks[other], case.address), (desks[other], "/desk"), (chief, "/desk/office"),
        (chief, case.address), (reviewer, "/desk"), (reviewer, progress),
    ):  # fmt: skip
        text = who.open(address).text
        assert who.page.status_code == 200
        assert "<script" not in text
        assert "alert(1)&lt;/script" in text or "alert(1)" not in text


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "nothing"}, {"act": ""}, {"act": "review", "granted": "perhaps"},
        {"act": "review", "granted": "yes", "opinion": "x", "seen": "-1"},
        {"act": "review", "granted": "yes", "opinion": "x", "seen": "9" * 30},
        {"act": "pause", "on": "yesterday"}, {"act": "resume", "on": "2026-02-30"},
        {"act": "extend", "days": "1e3"},
        {"act": "review", "granted": "yes", "opinion": "\0\ud800"},
    ],
)  # fmt: skip
def test_what_no_page_sends_is_refused(
    office: DeskOffice, case: Brought, reviewer: Browser, fields: dict[str, str]
) -> None:
    before = office.kinds(case.id)
    base = reviewer.hidden(case.address, "review")
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}
    refused = reviewer.session.post(office.url + case.address, data={**base, **encoded}, timeout=10)
    assert 400 <= refused.status_code < 500
    assert office.kinds(case.id) == before


# -- scans ----------------------------------------------------------------------------------------


def test_scans_are_seen_by_who_has_the_case(
    office: DeskOffice, window: DeskWindow, desks: dict[str, Browser], chief: Browser
) -> None:
    scan, strange = jpeg(3000, 5), jpeg(3000, 6)
    sha = sha_of(scan)
    case = window.bring(scans=(sha,))
    staff = office.reviewer_of(case.id)
    reviewer = desks[staff]
    other = next(one for name, one in desks.items() if name != staff)
    page = reviewer.open(case.address).text
    assert "还有 1 页扫描件没有传到" in page
    assert "附件未齐" in reviewer.open("/desk").text
    refused = act(reviewer, case, "review")
    assert refused.status_code == 409
    assert "DEP-03" in refused.text
    assert put(office, scan, device="W01").ok
    assert put(office, strange, device="W01").ok
    address = f"{case.address}/scans/{sha}"
    assert address in reviewer.open(case.address).text
    seen = reviewer.open(address)
    assert seen.content == scan
    assert seen.headers["Content-Type"] == "image/jpeg"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in seen.headers["Cache-Control"]
    assert chief.open(address).content == scan
    assert other.open(address).status_code == 404
    assert reviewer.open(f"{case.address}/scans/{sha_of(strange)}").status_code == 404
    assert reviewer.open(f"{case.address}/scans/..%2f..%2ftoken").status_code >= 400
    looked = office.rows(f"SELECT staff, what FROM desk_accesses WHERE case_id = '{case.id}'")
    assert (staff, f"scan {sha[:12]}") in [tuple(row) for row in looked]
    assert {row[0] for row in looked} == {staff, CHIEF}  # who was refused saw nothing
    shown = chief.open(case.address).text.split("谁看过")[1]
    assert sha[:12] in shown
    assert staff in shown
    assert "谁看过" not in reviewer.open(case.address).text
    assert act(reviewer, case, "review").status_code == 200


# -- supervisors ----------------------------------------------------------------------------------


def test_who_is_handed_a_case_has_it_alone(
    office: DeskOffice, case: Brought, reviewer: Browser, other: Browser, chief: Browser
) -> None:
    stale = reviewer.hidden(case.address, "review") | typed_for("review", reviewer.page.text)
    chief.open("/desk/office")
    given = chief.hidden("/desk/office", "give", case=case.id) | {
        "reviewer": other.staff, "reason": "回避",
    }  # fmt: skip
    with ThreadPoolExecutor(2) as pool:  # a double click of the supervisor
        said = sorted(
            one.status_code for one in pool.map(lambda _: chief.post("/desk/office", given), "ab")
        )
    assert said == [200, 409]
    assert office.kinds(case.id)[-2:] == ["CaseDispatched", "CaseDispatched"]
    assert reviewer.open(case.address).status_code == 404
    assert reviewer.post(case.address, stale).status_code in {404, 409}
    assert act(other, case, "review").status_code == 200
    history = other.page.text
    assert "系统随机分派" in history


def test_a_supervisor_finds_a_case_by_the_end_of_its_number(
    case: Brought, window: DeskWindow, reviewer: Browser, chief: Browser
) -> None:
    strange = window.bring()
    found = chief.open(f"/desk/office?number={case.number[-6:]}").text
    section = found.split("找到的办件")[1].split("</section>")[0]
    assert case.number in section
    assert strange.number not in section
    for nothing in ("%25", "_", "!", "%00", "%ED%A0%80", "0' OR '1'='1", "999999999999"):
        page = chief.open(f"/desk/office?number={nothing}")
        assert page.status_code == 200
        if "找到的办件" in page.text:
            assert case.number not in page.text.split("找到的办件")[1].split("</section>")[0]
    assert reviewer.open(f"/desk/office?number={strange.number}").url.endswith("/desk")


def test_supervisors_acts_are_for_supervisors(
    office: DeskOffice, case: Brought, reviewer: Browser, chief: Browser
) -> None:
    chief.open("/desk/office")
    away = chief.hidden("/desk/office", "away", reviewer=reviewer.staff) | {"reason": "培训"}
    before = held(office)
    for fields in (away, away | {"form": reviewer.hidden(case.address, "review")["form"]}):
        assert reviewer.post("/desk/office", fields).url.endswith("/desk")
    assert held(office) == before


# -- many at once ---------------------------------------------------------------------------------


def test_reviewers_at_work_while_windows_bring_more(
    office: DeskOffice, desks: dict[str, Browser]
) -> None:
    """Two windows push, two reviewers decide what they find: at the end all is decided, once."""
    windows = [DeskWindow(office, device) for device in ("W02", "W03")]
    brought: list[Brought] = []
    done: list[str] = []

    def push(window: DeskWindow) -> None:
        brought.extend(window.bring(f"示例{n}") for n in range(8))

    def decide(browser: Browser) -> None:
        def go() -> bool:
            page = browser.open("/desk").text
            todo = page.split("最近办结")[0]
            for one in [each for each in brought if each.number in todo]:
                if act(browser, one, "review").status_code == 200:
                    assert act(browser, one, "finish").status_code == 200
                    done.append(one.id)
            return len(done) >= 16

        wait_until(go, 120, "all decided")

    work: list[tuple[Callable[..., None], object]] = [
        *((push, one) for one in windows),
        *((decide, one.another_tab()) for one in desks.values()),
    ]
    with ThreadPoolExecutor(4) as pool:
        for running in [pool.submit(what, of) for what, of in work]:
            running.result()
    assert sorted(done) == sorted(one.id for one in brought)
    for one in brought:
        told = office.kinds(one.id)
        assert told[-3:] == ["CaseDispatched", "CaseReviewed", "CaseFinished"]
        assert told.count("CaseDispatched") == 1


def test_the_folder_of_the_office_holds_no_password(office: DeskOffice) -> None:
    """Nor the cookies that stand for a person."""
    log = (Path(office.data).parent / "backoffice.log").read_text("utf-8")
    browser = Browser(office, "7002")
    kept = office.rows("SELECT name, password FROM desk_sessions")
    assert browser.session.cookies["desk"].partition(".")[0] not in {row[0] for row in kept}
    assert "demo-7002" not in log
    assert "张示例" not in log

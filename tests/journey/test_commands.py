"""The commands as an installer or a script uses them: real processes, exit codes, JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.demo.back_office import EmbeddedBackOffice
from app.devices.simulators.sam import SimulatedSamReader
from tests.journey.hall import open_client, read_card, serve, sign_in, wait_until


def run(*arguments: str, home: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments, "--home", str(home)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def run_json(*arguments: str, home: Path, code: int = 0) -> Any:
    returned, out, err = run(*arguments, "--json", home=home)
    assert returned == code, err
    return json.loads(out)


def test_card_read_gives_every_field(tmp_path: Path) -> None:
    answer = run_json("card", "read", "--reader", "simulated", home=tmp_path)
    assert answer["ok"] is True
    assert answer["read"] == {
        "document": "resident",
        "name": "张示例",
        "name_latin": "",
        "sex": "male",
        "nation": "01",
        "nationality": "",
        "birth": "1988-03-04",
        "address": "示例省示例市示例县样例路 1 号 2 单元 301 室",
        "newest_address": "",
        "number": "379901198803040115",
        "permit_number": "",
        "times": "",
        "issuer": "示例县公安局",
        "valid_from": "2018-05-10",
        "valid_to": "2038-05-10",
        "expired": False,
        "photo": "no_decoder",
        "reader": answer["read"]["reader"],
    }


@pytest.mark.parametrize(
    "reader", ["serial:/dev/no-such-port", "nonsense", "simulated:nobody", "serial:/dev/null@12"]
)
def test_card_read_says_what_is_wrong_and_what_to_do(tmp_path: Path, reader: str) -> None:
    answer = run_json("card", "read", "--reader", reader, "--timeout", "1", home=tmp_path, code=1)
    assert answer["ok"] is False
    assert answer["error"]["code"].startswith("CARD-")
    assert answer["error"]["message"]
    assert answer["error"]["next_step"]


def test_wrong_usage_ends_with_two(tmp_path: Path) -> None:
    assert run("card", "eat", home=tmp_path)[0] == 2
    assert run("catalogue", "find", home=tmp_path)[0] == 2
    assert run("backoffice", "--data", str(tmp_path), "--port", "70000", home=tmp_path)[0] == 2


def test_catalogue_find_takes_characters_pinyin_initials_and_code(tmp_path: Path) -> None:
    wanted = run_json("catalogue", "find", "食品经营许可", home=tmp_path)[0]
    assert set(wanted) == {"code", "name", "department", "bundle"}
    for text in ("spjyxk", "shipinjingyingxuke", wanted["code"], "食品 经营"):
        found = run_json("catalogue", "find", text, "--limit", "3", home=tmp_path)
        assert wanted in found, text
        assert len(found) <= 3
    assert run_json("catalogue", "find", "没有这样的事项", home=tmp_path) == []


def test_catalogue_try_names_what_is_missing_and_what_is_open(tmp_path: Path) -> None:
    code = run_json("catalogue", "find", "养犬登记", home=tmp_path)[0]["code"]
    bare = run_json("catalogue", "try", code, home=tmp_path)
    assert bare["item"] == code
    answers = []
    client = open_local(tmp_path)
    for question in client.catalogue.get(code).questions:
        answers += ["--answer", f"{question.id}={question.options[0].id}"]
    asked = run_json("catalogue", "try", code, *answers, home=tmp_path)
    assert asked["missing"]
    assert "notice" in asked["outcomes"]
    assert "accept" not in asked["outcomes"]
    have = [
        part for row in asked["rows"] if row["required"] for part in ("--have", row["material"])
    ]
    whole = run_json("catalogue", "try", code, *answers, *have, home=tmp_path)
    assert whole["missing"] == []
    assert "accept" in whole["outcomes"]
    assert "notice" not in whole["outcomes"]
    for row in whole["rows"]:
        assert set(row) == {"material", "name", "required", "because", "wanted", "state"}
        assert row["because"]
    run_json("catalogue", "try", code, "--have", "gold-bars", home=tmp_path, code=1)
    run_json("catalogue", "try", code, "--have", f"{have[1]}:many", home=tmp_path, code=1)
    run_json("catalogue", "try", "no-such-item", home=tmp_path, code=1)


def open_local(home: Path) -> Any:
    from app.bootstrap import Client

    return Client(home)


def test_journal_verify_follows_the_chain(tmp_path: Path, office: EmbeddedBackOffice) -> None:
    home = tmp_path / "window"
    empty = run_json("journal", "verify", home=home)
    assert empty["seq"] == 0
    client = open_client(home, office)
    client.outbox.lease_numbers(1, 5)
    serve_one = serve(client, sign_in(client), read_card(client), client.catalogue.items()[0])
    assert serve_one.number
    seq, head = client.store.verify()
    answer = run_json("journal", "verify", home=home)
    assert (answer["seq"], answer["head"]) == (seq, head)
    with client.store.begin() as unit:
        unit.connection.exec_driver_sql("UPDATE journal SET actor = 'nobody' WHERE seq = 2")
    client.store.close()
    broken = run_json("journal", "verify", home=home, code=1)
    assert broken["error"]["code"] == "JRN-02"


def test_doctor_finds_every_component(tmp_path: Path, office: EmbeddedBackOffice) -> None:
    home = tmp_path / "window"
    home.mkdir()
    (home / "settings.toml").write_text(f'backoffice_url = "{office.url}"\n', encoding="utf-8")
    answer = run_json("doctor", home=home)
    assert answer["ok"] is True
    states = {finding["component"]: finding for finding in answer["findings"]}
    for component in ("python", "qt", "database", "journal", "hall", "catalogue", "printer"):
        assert states[component]["state"] == "ok", states[component]
    assert states["back office"]["found"] is True
    for finding in answer["findings"]:
        assert finding["state"] == "ok" or finding["next_step"], finding


def test_doctor_rebuilds_the_projections(tmp_path: Path) -> None:
    home = tmp_path / "window"
    client = open_local(home)
    client.outbox.lease_numbers(1, 5)
    with client.store.begin() as unit:
        unit.connection.exec_driver_sql("DELETE FROM number_blocks")
    assert client.outbox.numbers_left() == 0
    run_json("doctor", "--rebuild", home=home)
    assert client.outbox.numbers_left() == 5
    client.store.close()


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('windoww = "W01"\n', encoding="utf-8")
    answer = run_json("journal", "verify", home=tmp_path, code=1)
    assert answer["error"]["code"] == "CFG-01"
    assert "windoww" in answer["error"]["message"]


def test_an_embedded_back_office_ends_with_its_parent(tmp_path: Path) -> None:
    starter = (
        "import os, sys, time\nfrom pathlib import Path\n"
        "from app.demo.back_office import EmbeddedBackOffice\n"
        "office = EmbeddedBackOffice(Path(sys.argv[1]))\noffice.start()\n"
        "print(office._process.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starter, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: ended(child), 10, "the child's end")


def ended(process: int) -> bool:
    """Gone, or only its entry is left for somebody to collect."""
    try:
        return not Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return True


@pytest.mark.timeout(180)
def test_the_demo_plays_by_itself_without_a_display(tmp_path: Path) -> None:
    """What ``make run`` does where there is no screen: it fails where the ends disagree."""
    out = tmp_path / "out"
    surroundings = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--home", str(tmp_path / "home"),
         "--out", str(out)],
        capture_output=True, text=True, timeout=170, check=False, env=surroundings,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    names = [file.name for file in out.iterdir()]
    for paper in (
        "受理通知书",
        "补正材料一次性告知书",
        "收件凭证",
        "一件事综合收件凭证",
        "排队号票",
    ):
        assert any(name.startswith(paper) for name in names), paper
    assert sum(name.endswith(".png") for name in names) > 40


def test_card_watch_reads_one_card_after_the_other(tmp_path: Path) -> None:
    code, out, _ = run("card", "watch", "--reader", "simulated", "--count", "3", home=tmp_path)
    assert code == 0
    lines = out.splitlines()
    assert len(lines) == 3
    assert all("张示例" in line and "379901198803040115" in line for line in lines)


def test_card_readers_tells_each_with_what_to_do(tmp_path: Path) -> None:
    sam = SimulatedSamReader()
    try:
        used = f"serial:{sam.start()}, serial:/dev/none, bad:crash"
        answer = run_json("card", "readers", "--reader", used, home=tmp_path)
        states = {one["specification"]: (one["state"], one["code"]) for one in answer["readers"]}
        good, gone, bad = used.split(", ")
        assert states[good] == ("ready", "")
        assert states[gone] == ("missing", "CARD-PORT-MISSING")
        assert states[bad] == ("ready", "")  # it is asked for nothing but whether it is there
        assert answer["readers"][0]["module"].startswith("05.01-")
    finally:
        sam.stop()

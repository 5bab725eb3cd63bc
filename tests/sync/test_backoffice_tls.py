"""Over TLS a window believes one certificate: the one it was given, or saw when it enrolled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.cli_devices import OfficeSilent
from app.domain.case_events import CaseOpened
from app.ports import Access, Enrolled, EnrolmentAsked
from sync.backoffice.certificate import Certificate, own_certificate
from sync.client.enrol import ask_enrolment
from sync.client.people import RemotePeople
from sync.client.transport import PIN
from sync.errors import BadCode, CertificateUnusable, RecordsUnavailable, UnknownCertificate
from tests.sync.coming_back import save
from tests.sync.world import ClientWindow, wait_until

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@contextmanager
def backoffice(data: Path, *options: str) -> Iterator[dict[str, Any]]:
    """The real command; what it said when it listened."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "backoffice", "--data", str(data), "--port", "0",
         "--home", str(data.parent / "home"), "--embedded", *options],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    assert process.stdin
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield json.loads(line)
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
        process.stderr.close()


def command(home: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *words, "--home", str(home), "--json"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {}


def new_code(data: Path) -> dict[str, Any]:
    status, said = command(data.parent / "home", "devices", "code", "W01", "--data", str(data))
    assert status == 0, said
    return said


def enrol(url: str, code: str, *, fingerprint: str = "", authorities: str = "") -> Enrolled:
    return ask_enrolment(
        EnrolmentAsked(
            url=url, code=code, fingerprint=fingerprint, authorities=authorities, install="i1",
            former_device="", former_install="", version="0",
        )
    )  # fmt: skip


def test_a_window_enrols_and_works_over_tls(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with backoffice(data, "--self-signed", "--host", "0.0.0.0") as said:
        url = f"https://127.0.0.1:{said['port']}"
        made = new_code(data)
        assert made["fingerprint"] == said["fingerprint"]
        # Nobody vouches for it: the code is not sent, and a person is shown what to compare.
        with pytest.raises(UnknownCertificate) as shown:
            enrol(url, made["code"])
        told = str(shown.value.details["fingerprint"])
        assert told.replace(":", "").lower() == said["fingerprint"]
        with pytest.raises(UnknownCertificate):
            enrol(url, made["code"], fingerprint="00" * 32)
        enrolled = enrol(url, made["code"], fingerprint=told)
        assert enrolled.access.verify == PIN + said["fingerprint"]
        window = ClientWindow(tmp_path / "w", url, enrolled.access.token, access=enrolled.access)
        window.worker.start()
        wait_until(lambda: window.outbox.numbers_left() > 0)
        save(window.store, "case:c1", CaseOpened(window="W01", ticket=""))
        wait_until(window.settled)
        assert window.outbox.counts() == (0, 0)
        window.close()
        with pytest.raises(BadCode):
            enrol(url, made["code"], fingerprint=told)
    mode = (data / "tls" / "key.pem").stat().st_mode
    assert mode & 0o077 == 0


def test_another_certificate_is_not_spoken_to(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with backoffice(data, "--self-signed") as said:
        port = said["port"]
        access = enrol(said["listening"], new_code(data)["code"], fingerprint=said["fingerprint"])
        records = RemotePeople(access.access)
        assert records.waiting("379901198803040115") == ()
    with backoffice(data, "--self-signed") as again:  # it stays itself over a restart
        assert again["fingerprint"] == said["fingerprint"]
    for file in (data / "tls").iterdir():  # somebody else in its place
        file.unlink()
    with backoffice(data, "--self-signed", "--port", str(port)) as other:
        assert other["port"] == port
        assert other["fingerprint"] != said["fingerprint"]
        with pytest.raises(RecordsUnavailable) as refused:
            records.waiting("379901198803040115")
        assert refused.value.details["cause"] == "SYNC-CERTIFICATE"


def test_the_halls_own_authority_is_believed_by_its_file(tmp_path: Path) -> None:
    made = own_certificate(tmp_path / "authority", "127.0.0.1", datetime.now(UTC))
    files = ("--certificate", str(made.chain), "--key", str(made.key))
    data = tmp_path / "data"
    with backoffice(data, *files) as said:
        code = new_code(data)["code"]
        enrolled = enrol(said["listening"], code, authorities=str(made.chain))
        assert enrolled.access.verify == str(made.chain)
        assert RemotePeople(enrolled.access).waiting("379901198803040115") == ()
        plain = Access(url=said["listening"], token=enrolled.access.token)
        with pytest.raises(RecordsUnavailable):
            RemotePeople(plain).waiting("379901198803040115")


def test_nothing_goes_unencrypted_to_other_machines(tmp_path: Path) -> None:
    where = ("backoffice", "--data", str(tmp_path / "data"), "--port", "0")
    status, said = command(tmp_path, *where, "--host", "0.0.0.0")
    assert (status, said["error"]["code"]) == (1, "SYNC-PLAIN")
    absent = str(tmp_path / "no.pem")
    status, said = command(tmp_path, *where, "--certificate", absent, "--key", absent)
    assert (status, said["error"]["code"]) == (1, "SYNC-TLS")
    assert command(tmp_path, *where, "--certificate", absent)[0] == 2
    with pytest.raises(OfficeSilent):
        from app.cli_devices import ask_office

        ask_office(tmp_path / "data", "/api/devices/codes", {})


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    one = own_certificate(tmp_path / "a", "127.0.0.1", NOW)
    other = own_certificate(tmp_path / "b", "127.0.0.1", NOW)
    assert own_certificate(tmp_path / "a", "127.0.0.1", NOW).fingerprint() == one.fingerprint()
    assert one.fingerprint() != other.fingerprint()
    with pytest.raises(CertificateUnusable):
        Certificate(chain=one.chain, key=other.key).fingerprint()
    one.chain.write_bytes(b"-----BEGIN")
    with pytest.raises(CertificateUnusable):
        one.fingerprint()

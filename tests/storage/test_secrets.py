"""The key lives in a real keyring where there is one, else in a file of its owner alone."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.bootstrap import Client
from app.config import Settings
from app.storage.errors import KeyMissing, KeyRefused
from app.storage.secrets import FileSecrets, database_key, open_secrets

INSTALL = "install a keyring: apt-get install gnome-keyring dbus"

# Under a session bus of its own: unlock a real SecretService, then run the two commands given.
SESSION = """
set -e
printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
"$@"
"""


def in_keyring_session(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.fail(f"{program} is not here; {INSTALL}")
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }
    (home / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    return subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", SESSION, "session", *arguments],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_real_keyring_keeps_the_key(tmp_path: Path) -> None:
    home = tmp_path / "window"
    verify = [sys.executable, "-m", "app.cli", "journal", "verify", "--json", "--home", str(home)]
    first = in_keyring_session(tmp_path, *verify)
    assert first.returncode == 0, first.stderr
    assert not (home / "keys.json").exists()
    doctor = [sys.executable, "-m", "app.cli", "doctor", "--json", "--home", str(home)]
    again = in_keyring_session(tmp_path, *doctor)
    findings = {f["component"]: f for f in json.loads(again.stdout)["findings"]}
    assert "SecretService" in findings["secrets"]["detail"], findings["secrets"]
    assert findings["database"]["state"] == "ok"
    # Without that keyring the database does not open, and no new key is made beside it.
    with pytest.raises(KeyMissing):
        _ = Client(home, Settings()).store
    assert not (home / "keys.json").exists()


def test_a_file_keeps_the_key_where_there_is_no_keyring(tmp_path: Path) -> None:
    secrets = FileSecrets(tmp_path)
    key = database_key(tmp_path, secrets, os.urandom)
    assert len(key) == 32
    assert database_key(tmp_path, FileSecrets(tmp_path), os.urandom) == key
    assert stat.S_IMODE(secrets.path.stat().st_mode) == 0o600
    # Once there is a key file it is used, whatever keyring appears later.
    assert isinstance(open_secrets(tmp_path), FileSecrets)


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"database": "zz"}', '{"database": "00"}'])
def test_a_broken_key_file_is_told_and_never_replaced(tmp_path: Path, broken: str) -> None:
    (tmp_path / "onewindow.db").write_bytes(b"there is one")
    (tmp_path / "keys.json").write_text(broken, encoding="utf-8")
    with pytest.raises(KeyMissing):
        database_key(tmp_path, FileSecrets(tmp_path), os.urandom)
    assert (tmp_path / "keys.json").read_text(encoding="utf-8") == broken


def test_the_wrong_key_opens_nothing(tmp_path: Path) -> None:
    client = Client(tmp_path, Settings())
    client.store.close()
    (tmp_path / "keys.json").write_text(json.dumps({"database": "11" * 32}), encoding="utf-8")
    with pytest.raises(KeyRefused):
        _ = Client(tmp_path, Settings()).store

"""Keep the database key in the system's keyring, or else in a file of its owner alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from app.ports import Secrets
from app.storage.errors import KeyMissing

SERVICE = "onewindow"
KEY_BYTES = 32


class KeyringSecrets:
    """The desktop's keyring (SecretService, Windows Credential Manager, macOS Keychain)."""

    def __init__(self, home: Path) -> None:
        self._prefix = str(home.resolve())

    def get(self, name: str) -> str | None:
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, f"{self._prefix}:{name}")
        except KeyringError:
            raise OSError from None

    def set(self, name: str, value: str) -> None:
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, f"{self._prefix}:{name}", value)
        except KeyringError:
            raise OSError from None

    @property
    def place(self) -> str:
        import keyring

        return f"keyring ({type(keyring.get_keyring()).__module__})"


class FileSecrets:
    """``HOME/keys.json``, mode 0600: the documented path for a machine without a keyring."""

    def __init__(self, home: Path) -> None:
        self.path = home / "keys.json"

    def _load(self) -> dict[str, str]:
        try:
            loaded = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise KeyMissing(file=self.path.name) from None
        return {str(k): str(v) for k, v in loaded.items()} if isinstance(loaded, dict) else {}

    def get(self, name: str) -> str | None:
        return self._load().get(name)

    def set(self, name: str, value: str) -> None:
        content = json.dumps({**self._load(), name: value})
        part = self.path.with_suffix(".part")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    @property
    def place(self) -> str:
        return f"file {self.path}"


def open_secrets(home: Path) -> Secrets:
    """The key file where there is one already, else a keyring that works, else the key file."""
    in_file = FileSecrets(home)
    if in_file.path.exists():
        return in_file
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    backend = keyring.get_keyring()
    if isinstance(backend, NoKeyring) or backend.priority <= 0:
        return in_file
    return KeyringSecrets(home)


def database_key(home: Path, secrets: Secrets, random: Callable[[int], bytes]) -> bytes:
    """The 32-byte key of the database in ``home``; made at the first start.

    Raises KeyMissing where a database exists without its key: a new key would not open it.
    """
    text = secrets.get("database")
    if text is None:
        if (home / "onewindow.db").exists():
            raise KeyMissing(file="onewindow.db")
        text = random(KEY_BYTES).hex()
        secrets.set("database", text)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise KeyMissing(file="onewindow.db") from None
    if len(key) != KEY_BYTES:
        raise KeyMissing(file="onewindow.db")
    return key


def derived_key(database_key: bytes, purpose: bytes) -> bytes:
    """32 bytes for another purpose than the database."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=b"", info=purpose).derive(database_key)

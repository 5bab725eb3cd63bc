"""Remember small choices of the screen between starts: last window, last clerk, theme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol


class Preferences(Protocol):
    def get(self, key: str) -> str:
        """ "" where nothing is remembered."""
        ...

    def set(self, key: str, value: str) -> None: ...


class ForgetfulPreferences:
    """Keeps choices for as long as the program runs."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, key: str) -> str:
        return self._values.get(key, "")

    def set(self, key: str, value: str) -> None:
        self._values[key] = value


class FilePreferences:
    """A small JSON file. A damaged or unwritable one costs the memory, never the work."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = self._read()

    def get(self, key: str) -> str:
        return self._values.get(key, "")

    def set(self, key: str, value: str) -> None:
        if self._values.get(key) == value:
            return
        self._values[key] = value
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._values, ensure_ascii=False), encoding="utf-8")
            fresh.replace(self._path)
        except OSError:
            return

    def _read(self) -> dict[str, str]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(values, dict):
            return {}
        return {str(k): v for k, v in values.items() if isinstance(v, str)}

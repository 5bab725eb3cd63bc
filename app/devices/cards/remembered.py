"""Remember which reader a window used last, on this device: HOME/readers.json, window to reader."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

_MOST = 4096  # bytes that such a file may have


class RememberedReader:
    """One window's. A file that cannot be read or written is as good as none."""

    def __init__(self, file: Path, window: str) -> None:
        self._file = file
        self._window = window
        self._known = self._all().get(window, "")

    def get(self) -> str:
        """Its specification, "" where none was used yet."""
        return self._known

    def set(self, spec: str) -> None:
        if spec == self._known:
            return
        self._known = spec
        whole = json.dumps(self._all() | {self._window: spec}, ensure_ascii=False)
        with suppress(OSError):
            fresh = self._file.with_suffix(".new")
            fresh.write_text(whole, encoding="utf-8")
            fresh.replace(self._file)

    def _all(self) -> dict[str, str]:
        try:
            with self._file.open(encoding="utf-8") as file:
                kept = json.loads(file.read(_MOST))
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict):
            return {}
        return {k: v for k, v in kept.items() if isinstance(k, str) and isinstance(v, str)}

"""Texts, wording, theme, calendar and the demo hall: files, and where they are."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent

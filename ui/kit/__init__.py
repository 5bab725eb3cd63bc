"""The screen's kit. Everything of the screen comes through here, so the guard stands here."""

from __future__ import annotations

from ui.kit.constants_guard import keep_constants_alive

keep_constants_alive()
